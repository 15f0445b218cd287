"""Commands of `manage.py` for access: API keys, OAuth apps, second factors."""
