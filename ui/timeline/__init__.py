"""The timeline: token lifetimes, rotations, calls and token requests over time."""
