"""The demo org's own panels."""
