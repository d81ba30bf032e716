"""The doctor's panel, and the dialog that turns the Refresh Token grant on."""
