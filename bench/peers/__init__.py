"""What one would take instead of ours to send a queue of mails: each library as its documentation has it.

These modules run in bench/.venv, or in Node; nothing of ReviewHub is imported here.
"""
