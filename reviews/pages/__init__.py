"""Pages: what a recipient opens."""
