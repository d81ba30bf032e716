"""Lessons that check themselves: each step is read, done and seen, and passed by what the journal tells of it."""
