"""Requests: one ask, from any caller to its end."""
