"""Every HTTP exchange, recorded and redacted at birth."""
