"""What one would have without ours: `django-admin startproject`, and django-oauth-toolkit as its tutorial has it."""
