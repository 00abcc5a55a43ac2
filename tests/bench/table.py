"""Measuring and printing."""

import time
from collections.abc import Callable

from msgspec import Struct
from rich.console import Console
from rich.table import Table


class Line(Struct, frozen=True):
    """A measured figure, what it is compared with, and the aim."""

    what: str
    figure: str
    against: str
    ratio: str
    aim: str


def microseconds(function: Callable[[], object], *others: Callable[[], object], rounds: int = 400) -> list[float]:
    """The time of one call of each function: the least of many short rounds, taken in turns, so that a busy machine
    disturbs all alike."""
    functions = (function, *others)
    best = [float("inf")] * len(functions)
    calls = 20
    for _ in range(rounds):
        for place, measured in enumerate(functions):
            begin = time.perf_counter()
            for _ in range(calls):
                measured()
            best[place] = min(best[place], (time.perf_counter() - begin) / calls)
    return [seconds * 1e6 for seconds in best]


def show(title: str, lines: list[Line]) -> None:
    """Prints the table."""
    table = Table("what", "figure", "against", "ratio", "aim", title=title)
    for line in lines:
        table.add_row(line.what, line.figure, line.against, line.ratio, line.aim)
    Console(width=140).print(table)
