"""Commands of `manage.py`: a file each, over what the other rooms do."""
