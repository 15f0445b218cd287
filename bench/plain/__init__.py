"""Our rows in Django's own admin, as its tutorial registers a model."""
