"""The Lessons tab: the list, and the lesson one is in."""
