"""The cache in Redis, and what stands in for it while Redis is away, full or hanging (docs/rules.md F4)."""

import logging
import time
from typing import Any, ClassVar

import redis
from django.core.cache import DEFAULT_CACHE_ALIAS, caches
from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.backoff import NoBackoff
from redis.retry import Retry

from reviewhub.outages import Seldom

logger = logging.getLogger(__name__)

ANSWER_WITHIN = 0.5  # seconds; it is 0.2 ms on a good day
LEFT_ALONE = 5.0  # seconds without a try after one that failed: a server that hangs costs a call in five seconds
# Redis ends connections when it is started again: one more try opens another. A time-out is not tried again.
CONNECTION: dict[str, Any] = {
    "socket_connect_timeout": ANSWER_WITHIN,
    "socket_timeout": ANSWER_WITHIN,
    "retry": Retry(NoBackoff(), 1, supported_errors=(redis.ConnectionError,)),
}
MOST_ENTRIES = 100_000  # in a process's memory; with fewer, guesses under new names would push counters out


class Outage:
    """Whether Redis is left alone at present: one answer for all users and threads of this process."""

    _until: ClassVar[float] = 0.0
    _line: ClassVar[Seldom] = Seldom(logger)

    @classmethod
    def lasts(cls) -> bool:
        return time.monotonic() < cls._until

    @classmethod
    def begin(cls, error: redis.RedisError) -> None:
        """Leave Redis alone for a while, after this error."""
        cls._until = time.monotonic() + LEFT_ALONE
        cls._line.warn("Redis does not answer, so this process counts alone: %s", type(error).__name__)

    @classmethod
    def end(cls) -> None:
        cls._until = 0.0


class Cache(RedisCache):
    """Redis; while it does not answer, or takes no writes, this process's own memory. No method raises RedisError.

    What was written into the memory stays there until it lapses, also when Redis is back. So a count of failed
    sign-ins that begins in an outage goes on after it, and one process never forgets what it counted itself.
    """

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params | {"OPTIONS": CONNECTION})
        self._own = LocMemCache("beside Redis", params | {"OPTIONS": {"MAX_ENTRIES": MOST_ENTRIES}})

    def _run(self, deed: str, key: Any, *values: Any, version: int | None, **more: Any) -> Any:
        if not Outage.lasts() and not self._own.has_key(key, version=version):
            try:
                return getattr(super(), deed)(key, *values, version=version, **more)
            except redis.RedisError as error:
                Outage.begin(error)
        return getattr(self._own, deed)(key, *values, version=version, **more)

    def add(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        return bool(self._run("add", key, value, version=version, timeout=timeout))

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return self._run("get", key, default, version=version)

    def set(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        self._run("set", key, value, version=version, timeout=timeout)

    def touch(self, key: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        return bool(self._run("touch", key, version=version, timeout=timeout))

    def delete(self, key: Any, version: int | None = None) -> bool:
        return bool(self._run("delete", key, version=version))

    def has_key(self, key: Any, version: int | None = None) -> bool:
        return bool(self._run("has_key", key, version=version))

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        return int(self._run("incr", key, delta, version=version))

    # Of many keys: one after the other, since each is either there or here.

    def get_many(self, keys: Any, version: int | None = None) -> dict[Any, Any]:
        missing = object()
        values = {key: self.get(key, missing, version) for key in keys}
        return {key: value for key, value in values.items() if value is not missing}

    def set_many(self, data: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> list[Any]:
        for key, value in data.items():
            self.set(key, value, timeout, version)
        return []

    def delete_many(self, keys: Any, version: int | None = None) -> None:
        for key in keys:
            self.delete(key, version)

    def clear(self) -> None:
        self._own.clear()
        try:
            super().clear()
        except redis.RedisError as error:
            Outage.begin(error)

    def answers(self) -> bool:
        """Return True if Redis takes writes; while it is left alone, False without a try."""
        if not Outage.lasts():
            try:
                super().set("probe", 1, 60)
            except redis.RedisError as error:
                Outage.begin(error)
        return not Outage.lasts()


def redis_answers() -> bool:
    """Return False while Redis is away, full or hanging; True where there is none."""
    backend = caches[DEFAULT_CACHE_ALIAS]
    return not isinstance(backend, Cache) or backend.answers()
