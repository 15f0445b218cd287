"""Delivery: one message, from due to settled."""
