"""The lab: the knobs of a scenario, a run's progress, and its outcome as a chart and as a table."""
