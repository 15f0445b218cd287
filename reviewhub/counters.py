"""Counters in the cache, which is common to all processes when it is Redis."""

from django.core.cache import cache


def count_one(key: str, seconds: int) -> int:
    """Add one to the counter of the key and return its value. It lasts that many seconds; the key names its window."""
    try:
        return int(cache.incr(key))
    except ValueError:  # the first one
        cache.add(key, 0, seconds)
        return int(cache.incr(key))
