"""The API's answer to the last call."""
