"""The API's response to the last call."""
