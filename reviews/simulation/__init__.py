"""Simulation: months of an account in seconds, by the engine itself, with a virtual clock and an invented provider.

It runs in a child process whose only database is in its memory, so that it can reach no real row.
"""
