"""Worker: the queue and its watchdog; who runs what is due, and proof that somebody does."""
