"""Okta's management API as a client: reads an app, turns the Refresh Token grant on, and looks whether it is."""
