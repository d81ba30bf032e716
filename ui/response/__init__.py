"""The panel with the API's response to the last call."""
