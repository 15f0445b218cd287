"""The calls of our own functions while something runs, and how often they go from one place to another.

A call counts when a function of ours begins, in this thread or in one that starts meanwhile. A generator begins once,
however often it is asked for more; comprehensions, class bodies and modules are no functions of their own.

A place is a file, or the room or the folder that holds it. A call is a move when the place of its caller is another
one. The caller is the nearest code of ours on the stack: what libraries do in between is no place. What no code of ours
calls, such as the first function of a thread, comes from outside, which is a place, too. A call and its return are one
move.
"""

import dis
import inspect
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, NamedTuple, Self

OUTSIDE = ""
NO_PARTS = {"tests", "migrations"}
NO_FUNCTIONS = {"<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>"}


class Call(NamedTuple):
    """Files are paths below the root; the caller's is OUTSIDE where none of ours called."""

    caller: str
    file: str
    function: str


def room(file: str) -> str:
    """The first folder below the app; a module that lies loose in the app is a room of its own."""
    return "/".join(file.removesuffix(".py").removesuffix("/__init__").split("/")[:2])


def folder(file: str) -> str:
    """The innermost folder, so that a folder inside a room is a place of its own."""
    return file.rpartition("/")[0] if file.count("/") > 1 else room(file)


PLACES: dict[str, Callable[[str], str]] = {"file": str, "room": room, "folder": folder}


class CallWatch:
    """Watch our calls from `with` to its end; `calls` and `figures` are complete then."""

    def __init__(self, root: Path, apps: Iterable[str]) -> None:
        self.calls: list[Call] = []
        self._root, self._apps = root, set(apps)
        self._files: dict[str, str] = {}

    def __enter__(self) -> Self:
        threading.setprofile(self._note)
        sys.setprofile(self._note)
        return self

    def __exit__(self, *error: object) -> None:
        sys.setprofile(None)
        threading.setprofile(None)

    def figures(self) -> dict[str, int]:
        figures = {"calls": len(self.calls), "functions": len({(call.file, call.function) for call in self.calls})}
        for name, place in PLACES.items():
            figures[f"{name}s"] = len({place(call.file) for call in self.calls})
            figures[f"{name} moves"] = sum(self.moves(place).values())
        return figures

    def moves(self, place: Callable[[str], str]) -> Counter[tuple[str, str]]:
        """Number of moves from the first place to the second."""
        pairs = ((place(call.caller), place(call.file)) for call in self.calls)
        return Counter(pair for pair in pairs if pair[0] != pair[1])

    def _note(self, frame: FrameType, event: str, argument: Any) -> None:
        code = frame.f_code
        if event == "call" and (file := self._file(code)) and is_function(code) and frame.f_lasti <= beginning(code):
            # The line tells lambdas apart.
            self.calls.append(Call(self._caller(frame), file, f"{code.co_qualname}:{code.co_firstlineno}"))

    def _caller(self, frame: FrameType) -> str:
        caller = frame.f_back
        while caller is not None:
            if file := self._file(caller.f_code):
                return file
            caller = caller.f_back
        return OUTSIDE

    def _file(self, code: CodeType) -> str:
        """The path below the root, empty where the code is not ours."""
        name = code.co_filename
        if name not in self._files:
            path = Path(name)
            parts = path.relative_to(self._root).parts if path.is_relative_to(self._root) else ("",)
            is_ours = parts[0] in self._apps and not NO_PARTS & set(parts)
            self._files[name] = "/".join(parts) if is_ours else OUTSIDE
        return self._files[name]


def is_function(code: CodeType) -> bool:
    return bool(code.co_flags & inspect.CO_OPTIMIZED) and code.co_name not in NO_FUNCTIONS


@cache
def beginning(code: CodeType) -> int:
    """The offset at which a call begins; a generator that goes on is further along."""
    return next(step.offset for step in dis.get_instructions(code) if step.opname == "RESUME")
