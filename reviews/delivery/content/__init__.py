"""Content: the words of a message, from a template to text, mail and segments."""
