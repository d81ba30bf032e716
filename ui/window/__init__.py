"""The main window, which alone knows every panel, and its controllers."""
