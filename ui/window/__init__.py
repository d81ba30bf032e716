"""The main window, which alone knows every panel, and what brings it to life."""
