"""The journal: every event in a sentence, with its causes."""
