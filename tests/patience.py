"""How long a test waits before it gives up: an end to what hangs, on a machine however busy, and never a measure."""

PATIENCE_S = 120
PATIENCE_MS = PATIENCE_S * 1000
