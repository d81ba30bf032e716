"""The doctor: why there is no refresh token, or why one is refused, with what speaks for it and the cure."""
