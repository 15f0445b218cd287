"""Simulation: months of an account in seconds, by the engine itself, in a process that can reach no real row."""
