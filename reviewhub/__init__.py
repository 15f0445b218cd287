"""Basement and roof of the two apps: what both build on, the settings, and the URLs that join them."""
