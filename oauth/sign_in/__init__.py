"""Signing in: password, second factor, invitations."""
