"""The lab: refresh strategies compared on one seeded schedule of calls, in simulated time."""
