"""Before a connection is saved: what was pasted is understood, the issuer looked at, a connection tried, files read."""
