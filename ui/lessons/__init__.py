"""The Lessons tab: the list, and the current lesson."""
