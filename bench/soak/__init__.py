"""Half an hour of load with faults, and what a server keeps of it."""
