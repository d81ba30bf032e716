"""The journal: every event in a sentence, with what led to it."""
