"""The cache while Redis is away, takes no writes, or hangs: this process's own memory stands in for it."""

import logging
import socket
import time
from typing import Any

import pytest
import redis
from django.core.cache import cache, caches
from django.core.cache.backends.redis import RedisCache, RedisCacheClient

from reviewhub import cache as subject
from reviewhub.cache import Outage, redis_answers
from reviewhub.counters import count_one


@pytest.fixture
def shelf(monkeypatch: pytest.MonkeyPatch, without_redis: None) -> dict[str, Any]:
    """What Redis holds; with "full" in it, Redis takes no writes, and with "away" it does not answer."""
    kept: dict[str, Any] = {}

    def guard(writes: bool) -> None:
        if "away" in kept:
            raise redis.ConnectionError
        if writes and "full" in kept:
            raise redis.OutOfMemoryError("OOM command not allowed when used memory > 'maxmemory'.")

    def incr(self: Any, key: str, delta: int) -> int:
        guard(writes=False)
        if key not in kept:
            raise ValueError(key)
        guard(writes=True)
        kept[key] += delta
        return int(kept[key])

    def add(self: Any, key: str, value: Any, timeout: int) -> bool:
        guard(writes=True)
        return kept.setdefault(key, value) is value

    def set_(self: Any, key: str, value: Any, timeout: int) -> None:
        guard(writes=True)
        kept[key] = value

    def get(self: Any, key: str, default: Any) -> Any:
        guard(writes=False)
        return kept.get(key, default)

    for name, deed in (("incr", incr), ("add", add), ("set", set_), ("get", get)):
        monkeypatch.setattr(RedisCacheClient, name, deed)
    return kept


def test_in_good_days_all_is_in_redis(shelf: dict[str, Any]) -> None:
    assert [count_one("guesses", 60) for _ in range(3)] == [1, 2, 3]
    assert shelf == {":1:guesses": 3}
    assert redis_answers()


@pytest.mark.parametrize("fault", ["away", "full"])
def test_what_cannot_be_counted_there_is_counted_here(shelf: dict[str, Any], fault: str) -> None:
    count_one("guesses", 60)
    shelf[fault] = True
    assert [count_one("guesses", 60), count_one("guesses", 60)] == [1, 2]
    assert cache.get("guesses") == 2
    assert not redis_answers()


def test_a_full_redis_that_can_be_read_hides_no_count(shelf: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """After each pause Redis is asked again, and a read succeeds there: the count is here all the same."""
    count_one("guesses", 60)
    shelf["full"] = True
    monkeypatch.setattr(subject, "LEFT_ALONE", 0.0)
    assert [count_one("guesses", 60) for _ in range(3)] == [1, 2, 3]
    assert cache.get("guesses") == 3


def test_a_count_that_began_in_an_outage_goes_on_after_it(shelf: dict[str, Any]) -> None:
    shelf["away"] = True
    count_one("guesses", 60)
    del shelf["away"]
    Outage.end()
    assert count_one("guesses", 60) == 2
    assert cache.get("guesses") == 2
    assert count_one("others", 60) == 1
    assert shelf == {":1:others": 1}


def test_what_is_added_once_is_added_once(shelf: dict[str, Any]) -> None:
    shelf["away"] = True
    assert [cache.add("used", True, 60), cache.add("used", True, 60)] == [True, False]
    del shelf["away"]
    Outage.end()
    assert cache.add("used", True, 60) is False


def test_every_method_answers_while_redis_is_away(without_redis: None) -> None:
    cache.set("a", 1, 60)
    assert cache.get("a") == 1
    assert cache.incr("a") == 2
    assert cache.decr("a") == 1
    assert cache.has_key("a")
    assert cache.touch("a", 60)
    assert cache.set_many({"b": 2, "c": 3}, 60) == []
    assert cache.get_many(["a", "b", "c", "d"]) == {"a": 1, "b": 2, "c": 3}
    assert cache.get_or_set("e", 5, 60) == 5
    assert cache.delete("a")
    cache.delete_many(["b", "c"])
    assert cache.get_many(["a", "b", "c"]) == {}
    cache.clear()
    assert cache.get("e") is None
    overridden = {name for name, value in vars(RedisCache).items() if callable(value)} - {"__init__"}
    assert overridden - {"get_backend_timeout"} <= vars(subject.Cache).keys()  # else one of them raises


def test_one_that_hangs_costs_half_a_second_once(settings: Any, without_redis: None) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        location = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        settings.CACHES = {"default": {"BACKEND": "reviewhub.cache.Cache", "LOCATION": location}}
        began = time.monotonic()
        assert [count_one("guesses", 60) for _ in range(50)] == list(range(1, 51))
        assert time.monotonic() - began < 2 * subject.ANSWER_WITHIN


def test_an_outage_is_one_line_and_no_traceback(without_redis: None, caplog: pytest.LogCaptureFixture) -> None:
    subject.Outage._line = subject.Seldom(subject.logger)
    with caplog.at_level(logging.WARNING):
        for _ in range(20):
            Outage.end()
            count_one("guesses", 60)
    assert [record.getMessage() for record in caplog.records] == [
        "Redis does not answer, so this process counts alone: ConnectionError"
    ]
    assert caplog.records[0].exc_info is None


def test_where_no_redis_is_set_up_none_is_missed(settings: Any) -> None:
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    assert type(caches["default"]).__name__ == "LocMemCache"
    assert redis_answers()
