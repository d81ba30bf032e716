"""The doctor's panel, and turning the Refresh Token grant on."""
