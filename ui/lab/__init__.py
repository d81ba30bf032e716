"""The lab: a scenario's settings, a run's progress, and its outcome as chart and table."""
