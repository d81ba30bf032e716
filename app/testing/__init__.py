"""What a test of a client needs: people, demo orgs, a network that fails on cue, and sessions in simulated time."""
