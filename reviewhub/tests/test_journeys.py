"""The counting of `bench/journeys.py`, on a made-up app whose calls are known."""

from importlib import import_module
from textwrap import dedent

import pytest

from bench.moves import OUTSIDE, CallWatch, folder, room

SHOP = {
    "counter.py": """
        from threading import Thread

        from shop.desk import clerk
        from shop.store import stock
        from shop.tests import helper

        def order():
            helper.through(clerk.take)
            thread = Thread(target=stock.count)
            thread.start()
            thread.join()
    """,
    "tests/helper.py": """
        def through(function):
            function()
    """,
    "desk/clerk.py": """
        from shop.store.back import shelf

        def take():
            lines = [write(number) for number in (1, 2)]
            with shelf.opened():
                lines.sort(key=lambda line: line.text)

        def write(number):
            class Line:
                text = str(number)

            return Line
    """,
    "store/back/shelf.py": """
        from contextlib import contextmanager

        @contextmanager
        def opened():
            yield

        def boxes():
            yield 1
            yield 2
    """,
    "store/stock.py": """
        from shop.store.back import shelf

        def count():
            return sum(size for size in shelf.boxes())
    """,
}
COUNTER, CLERK, SHELF, STOCK = (
    "shop/counter.py",
    "shop/desk/clerk.py",
    "shop/store/back/shelf.py",
    "shop/store/stock.py",
)


@pytest.fixture(scope="module")
def watch(tmp_path_factory: pytest.TempPathFactory) -> CallWatch:
    """A watch that saw one order; the same for all tests, since Python imports a module once."""
    root = tmp_path_factory.mktemp("made-up")
    for name, code in SHOP.items():
        file = root / "shop" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(dedent(code))
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.syspath_prepend(root)
        counter = import_module("shop.counter")
    with CallWatch(root, ["shop"]) as watch:
        counter.order()
    return watch


def test_a_call_has_the_nearest_code_of_ours_as_its_caller(watch: CallWatch) -> None:
    assert [(call.caller, call.file, call.function.rpartition(":")[0]) for call in watch.calls] == [
        (OUTSIDE, COUNTER, "order"),
        (COUNTER, CLERK, "take"),  # through a helper of tests, which is not ours
        (CLERK, CLERK, "write"),
        (CLERK, CLERK, "write"),
        (CLERK, SHELF, "opened"),  # through contextlib, and once, though it goes on at the end of the block
        (CLERK, CLERK, "take.<locals>.<lambda>"),
        (CLERK, CLERK, "take.<locals>.<lambda>"),
        (OUTSIDE, STOCK, "count"),  # in a thread of its own
        (STOCK, SHELF, "boxes"),
    ]


def test_moves_are_counted_between_files_rooms_and_folders(watch: CallWatch) -> None:
    assert watch.figures() == {
        "calls": 9,
        "functions": 7,
        "files": 4,
        "file moves": 5,
        "rooms": 3,
        "room moves": 4,  # from the stock to its back room is none
        "folders": 4,
        "folder moves": 5,
    }
    assert watch.moves(room) == {
        (OUTSIDE, "shop/counter"): 1,
        ("shop/counter", "shop/desk"): 1,
        ("shop/desk", "shop/store"): 1,
        (OUTSIDE, "shop/store"): 1,
    }


@pytest.mark.parametrize(
    ("file", "its_room", "its_folder"),
    [
        ("shop/counter.py", "shop/counter", "shop/counter"),
        ("shop/store/stock.py", "shop/store", "shop/store"),
        ("shop/store/__init__.py", "shop/store", "shop/store"),
        ("shop/store/back/shelf.py", "shop/store", "shop/store/back"),
        (OUTSIDE, OUTSIDE, OUTSIDE),
    ],
)
def test_a_loose_module_is_a_room_and_a_nested_folder_is_none(file: str, its_room: str, its_folder: str) -> None:
    assert (room(file), folder(file)) == (its_room, its_folder)
