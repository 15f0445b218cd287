"""Inbox: what waits for a person, what they decide, and telling staff of it."""
