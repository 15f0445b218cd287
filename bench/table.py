"""Sides that take turns, and the tables of what they did."""

from collections.abc import Callable, Mapping, Sequence
from statistics import median
from typing import TypeVar

T = TypeVar("T")


def turns(sides: Mapping[str, Callable[[], T]], *, rounds: int) -> dict[str, list[T]]:
    """What each side measured in each round."""
    found: dict[str, list[T]] = {name: [] for name in sides}
    for _ in range(rounds):
        for name, measure in sides.items():
            found[name].append(measure())
    return found


def rates(title: str, found: Mapping[str, Sequence[float]], goals: Mapping[str, float] | None = None) -> None:
    """A line for each side; the first is ours, and what stands beside another is ours divided by it.

    The ratio is the median of the rounds' ratios, with its least and greatest, and the goal where there is one.
    """
    print(f"\n{title:58}{'a second':>9}  {'ours is':>8}")
    ours = next(iter(found.values()))
    for name, theirs in found.items():
        line = f"  {name:56}{number(median(theirs)):>9}"
        if theirs is not ours:
            ratios = [mine / other for mine, other in zip(ours, theirs, strict=True)]
            line += f"  {number(median(ratios)):>7}× ({number(min(ratios))}–{number(max(ratios))})"
            if goal := (goals or {}).get(name):
                line += f", goal {goal:g}{'' if median(ratios) >= goal else ': MISSED'}"
        print(line, flush=True)


def line(name: str, value: str, goal: str = "") -> None:
    """One figure that is compared with nothing beside it."""
    print(f"  {name:56}{value:>9}{f'  goal {goal}' if goal else ''}", flush=True)


def number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
