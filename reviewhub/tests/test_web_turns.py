"""Turns of callers: who begins next, and who has to wait."""

import math
from types import SimpleNamespace
from typing import Any

import pytest

from reviewhub import web_turns
from reviewhub.web_turns import MOST_KNOWN, MOST_WAITING, REFUSED_FOR, REST, THERE_FOR, Dispatcher, Turns

GREEDY, MODEST = "Bearer greedy", "Bearer modest"


class Time:
    """The clock of the turns, in seconds."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Time:
    made = Time()
    monkeypatch.setattr(web_turns, "time", made)
    return made


@pytest.fixture
def turns(clock: Time) -> Turns:
    return Turns()


def came(authorization: str = "", *, cookie: str = "", error: Any = None) -> Any:
    """A connection whose request has arrived."""
    headers = {"AUTHORIZATION": authorization, "COOKIE": cookie}
    return SimpleNamespace(requests=[SimpleNamespace(headers=headers, error=error)])


def ask(turns: Turns, *requests: Any) -> list[Any]:
    for each in requests:
        turns.append(each)
    return list(requests)


def take_all(turns: Turns) -> list[Any]:
    """Take what may begin now."""
    taken = []
    while turns:
        taken.append(turns.popleft())
    return taken


def meet(turns: Turns, *credentials: str) -> None:
    """Let the accounts of these credentials be known, as after a call with each."""
    for credential in credentials:
        [first] = ask(turns, came(credential))
        take_all(turns)
        end(turns, first, account=credential)


def end(turns: Turns, connection: Any, *, account: str | None = None, is_refused: bool = False) -> None:
    turns.end(connection, account=account, is_refused=is_refused)


def test_a_caller_alone_has_all_threads(turns: Turns) -> None:
    requests = ask(turns, *(came(GREEDY) for _ in range(5)))
    assert take_all(turns) == requests


def test_beside_others_it_has_one(turns: Turns, clock: Time) -> None:
    meet(turns, GREEDY, MODEST)
    first, second, third, modest = ask(turns, came(GREEDY), came(GREEDY), came(GREEDY), came(MODEST))
    assert take_all(turns) == [first, modest]
    end(turns, modest)
    assert take_all(turns) == []
    assert len(turns) == 2
    end(turns, first)
    assert take_all(turns) == [second]
    clock.now += THERE_FOR + 1
    assert take_all(turns) == [third]
    with pytest.raises(IndexError):
        turns.popleft()


def test_callers_take_turns(turns: Turns) -> None:
    meet(turns, GREEDY, MODEST)
    requests = ask(turns, *(came(GREEDY) for _ in range(3)), *(came(MODEST) for _ in range(3)))
    begun = []
    while len(turns):
        begun.append(turns.popleft())
        end(turns, begun[-1])
    assert begun == [requests[number] for number in (0, 3, 1, 4, 2, 5)]


@pytest.mark.parametrize("nobody", [came(), came(cookie="theme=dark"), came(GREEDY, error="no request")])
def test_customers_wait_for_nobody(turns: Turns, nobody: Any) -> None:
    meet(turns, GREEDY, MODEST)
    ask(turns, came(MODEST), came(GREEDY), came(GREEDY))
    take_all(turns)
    ask(turns, nobody, came(), came())
    assert len(take_all(turns)) == 3


def test_the_keys_of_an_account_have_one_turn_together(turns: Turns) -> None:
    keys = [f"Bearer {number}" for number in range(3)]
    ask(turns, came(MODEST), *map(came, keys))
    for each in take_all(turns):
        end(turns, each, account="modest" if each.caller == caller_of(MODEST) else "greedy")
    requests = ask(turns, *map(came, keys), came(MODEST))
    assert take_all(turns) == [requests[0], requests[3]]


def caller_of(authorization: str) -> str:
    return Turns()._caller_of(came(authorization))


def test_an_account_is_no_other_to_its_own_key(turns: Turns) -> None:
    [first] = ask(turns, came(GREEDY))
    take_all(turns)
    end(turns, first, account="greedy")
    ask(turns, came(GREEDY), came(GREEDY))
    assert len(take_all(turns)) == 2


def test_a_session_is_a_caller_with_two_threads(turns: Turns) -> None:
    cookie = "csrftoken=x; sessionid=abc"
    meet(turns, MODEST)
    modest, first, second, _ = ask(turns, came(MODEST), *(came(cookie=cookie) for _ in range(3)))
    assert take_all(turns) == [modest, first, second]
    assert first.caller == Turns()._caller_of(came(cookie="sessionid=abc; csrftoken=y"))


def test_the_next_call_of_who_was_refused_waits(turns: Turns, clock: Time) -> None:
    [refused] = ask(turns, came(GREEDY))
    take_all(turns)
    end(turns, refused, account="greedy", is_refused=True)
    [again, modest] = ask(turns, came(GREEDY), came(MODEST))
    assert take_all(turns) == [modest]
    clock.now += REFUSED_FOR
    assert take_all(turns) == [again]


@pytest.mark.parametrize(("seconds", "rest"), [(0.5, 0.5 * REST), (3.0, 3.0 * REST)])
def test_beside_others_an_account_rests_after_each_call(turns: Turns, clock: Time, seconds: float, rest: float) -> None:
    meet(turns, GREEDY, MODEST)
    _, greedy, _ = ask(turns, came(MODEST), came(GREEDY), came(GREEDY))
    take_all(turns)
    clock.now += seconds
    end(turns, greedy)
    assert (take_all(turns), turns.rest()) == ([], pytest.approx(rest))
    clock.now += rest
    assert len(take_all(turns)) == 1
    assert turns.rest() == math.inf


def test_alone_and_for_people_there_is_no_rest(turns: Turns, clock: Time) -> None:
    for caller in (came(GREEDY), came(cookie="sessionid=abc")):
        [first] = ask(turns, caller)
        take_all(turns)
        clock.now += 1
        end(turns, first)
        [again] = ask(turns, caller)
        assert take_all(turns) == [again]
        end(turns, again)
        clock.now += THERE_FOR + 1


def test_what_is_known_does_not_grow_without_end(turns: Turns, clock: Time) -> None:
    for number in range(MOST_KNOWN + 10):
        [each] = ask(turns, came(f"Bearer {number}"))
        take_all(turns)
        end(turns, each, account=f"account {number}", is_refused=True)
    clock.now += THERE_FOR + 1
    meet(turns, MODEST)
    kept = turns._at_work, turns._rests_until, turns._seen, turns._accounts
    assert [len(each) for each in kept] == [0, 0, 1, MOST_KNOWN]


def test_too_many_waiting_requests_of_a_caller_are_refused(clock: Time) -> None:
    dispatcher = Dispatcher(threads=0)
    requests = [came(GREEDY) for _ in range(MOST_WAITING + 1)]
    others = [came() for _ in range(MOST_WAITING + 1)]
    for each in [*requests, *others]:
        dispatcher.add_task(each)
    assert [each.requests[0].error for each in requests[:-1]] == [None] * MOST_WAITING
    assert requests[-1].requests[0].error.code == 429
    assert {each.requests[0].error for each in others} == {None}


def test_who_makes_credentials_up_stands_in_nobodys_way(turns: Turns) -> None:
    meet(turns, GREEDY)
    for number in range(10):
        [junk] = ask(turns, came(f"Bearer junk{number}"))
        take_all(turns)
        end(turns, junk)
    requests = ask(turns, came(cookie="sessionid=junk"), *(came(GREEDY) for _ in range(5)))
    assert len(take_all(turns)) == len(requests)


def test_an_app_at_the_token_endpoint_has_no_less_than_before(turns: Turns) -> None:
    meet(turns, GREEDY, MODEST)
    requests = ask(turns, *(came("Basic app") for _ in range(5)))
    assert take_all(turns) == requests
