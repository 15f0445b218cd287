"""Basement and roof of the two apps: what both build on, the settings, and the URLs that join them."""

VERSION = "0.9.0"  # of the whole product; `packaging/release` builds the tag v0.9.0 of it alone
