"""Callers of the API: who they are, what they may do, and how often they may call."""
