"""The dialogs of connections: list, add, edit, test, import and export."""
