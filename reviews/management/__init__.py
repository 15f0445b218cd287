"""Management: the commands of `manage.py`."""
