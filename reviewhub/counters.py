"""Counting in the cache, which all processes share where it is Redis."""

from django.core.cache import cache


def one_more(key: str, seconds: int) -> int:
    """Count one under the key, which names its window, and return how many there are. Kept for that many seconds."""
    try:
        return int(cache.incr(key))
    except ValueError:  # the first one
        cache.add(key, 0, seconds)
        return int(cache.incr(key))
