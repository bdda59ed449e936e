"""Progress: a bar on a terminal, a line per step elsewhere, nothing in tests."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)

from layers.visible import visible

WORTH_A_LINE_S = 0.5

Advance = Callable[[int], None]


class Reporter(Protocol):
    """Something that shows how far a step is."""

    def step(self, title: str, total: int | None = None) -> AbstractContextManager[Advance]:
        """Open a step of ``total`` units (rows, tiles)."""
        ...

    def say(self, line: str) -> None:
        """Print one line."""
        ...


class Silent:
    """Shows nothing."""

    @contextmanager
    def step(self, title: str, total: int | None = None) -> Iterator[Advance]:
        """Open a step that shows nothing."""
        yield lambda units: None

    def say(self, line: str) -> None:
        """Print nothing."""


class Bars:
    """Bars on a terminal; where output is not a terminal, one line per step with its time in seconds."""

    def __init__(self) -> None:
        self.console = Console(file=sys.stderr)

    @contextmanager
    def step(self, title: str, total: int | None = None) -> Iterator[Advance]:
        """Open a step shown as a bar."""
        started, title = time.monotonic(), visible(title)
        if not self.console.is_terminal:
            yield lambda units: None
            self._done(title, started)
            return
        with Progress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self.console,
            transient=True,
        ) as bars:
            task = bars.add_task(title, total=total)
            yield lambda units: bars.advance(task, units)
        self._done(title, started)

    def _done(self, title: str, started: float) -> None:
        seconds = time.monotonic() - started
        if seconds >= WORTH_A_LINE_S:
            self.say(f"{title}  {seconds:.1f} s")

    def say(self, line: str) -> None:
        """Print one line on standard error."""
        self.console.print(line, highlight=False, markup=False, soft_wrap=True)
