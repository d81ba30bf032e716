"""The signed-in user, the tokens, sign-in, and the strip that calls the API."""
