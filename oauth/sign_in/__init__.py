"""Signing in: password, second factor, passkeys, sessions, invitations."""
