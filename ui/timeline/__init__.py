"""The timeline: token lives, their lineage, calls and token requests over time."""
