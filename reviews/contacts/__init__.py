"""Contacts: what is done with a customer's record."""
