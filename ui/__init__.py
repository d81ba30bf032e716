"""Pictures: the window and its panels; nothing here decides anything."""
