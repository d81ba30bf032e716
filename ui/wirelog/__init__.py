"""The wire log: every exchange, under the call that caused it."""
