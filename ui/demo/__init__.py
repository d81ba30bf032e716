"""The demo org's panel and dialogs."""
