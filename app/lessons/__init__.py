"""Lessons that check themselves: each step is read, done and seen, and passed by its events in the journal."""
