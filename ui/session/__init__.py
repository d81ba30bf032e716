"""Who is signed in, with which tokens, and the strip that calls the API."""
