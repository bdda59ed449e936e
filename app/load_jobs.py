"""Work on loads in the background of the server, with its progress."""

from __future__ import annotations

import logging
import shutil
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.loading import Load, LoadService, NeedsDecision, Profile, received_as, record
from app.settings import Settings
from layers.errors import Cancelled, Conflict, RiskmapError
from layers.registry import Registry

WORKERS = 2
CANCEL_WITHIN_S = 20.0
_STEPS = {
    "survey": "查验",
    "read": "读取",
    "check": "检查",
    "write": "写入",
    "index": "建索引",
    "compute": "计算",
    "archive": "制作切片",
}
logger = logging.getLogger("riskmap")


@dataclass
class Job:
    """Work on one load: the step that runs, how far it is, and a number that grows with every change."""

    step: str = ""
    done: int = 0
    total: int | None = None
    tick: int = 0
    cancelled: bool = False
    ended: threading.Event = field(default_factory=threading.Event)

    def begin(self, title: str, total: int | None) -> Callable[[int], None]:
        """Begin a step; the caller adds units to it. Work that was cancelled stops here, or at the next unit."""
        self._go_on()
        self.step, self.done, self.total = title, 0, total
        self.tick += 1

        def advance(units: int) -> None:
            self._go_on()
            self.done += units
            self.tick += 1

        return advance

    def _go_on(self) -> None:
        if self.cancelled:
            raise Cancelled("载入已被取消", "the load was cancelled")

    def as_json(self) -> dict[str, Any]:
        """Return the step in both languages with its units."""
        what, _, verb = self.step.rpartition(": ")
        first, _, rest = verb.partition(" ")
        zh = f"{what}：{_STEPS.get(first, first)}{rest}"
        return {"step": {"zh": zh, "en": self.step}, "done": self.done, "total": self.total}


@dataclass
class _ThreadReporter:
    """Gives the loader's steps to the job of the thread that works on it."""

    jobs: threading.local = field(default_factory=threading.local)

    @contextmanager
    def step(self, title: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
        """Open a step."""
        job: Job = getattr(self.jobs, "job", None) or Job()
        yield job.begin(title, total)

    def say(self, line: str) -> None:
        """Say nothing: what there is to say stands in the record."""


class LoadJobs(LoadService):
    """The loads of a server: files are received, then worked on in the background."""

    def __init__(self, settings: Settings, registry: Registry) -> None:
        self._reporter = _ThreadReporter()
        super().__init__(settings, registry, self._reporter)
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="load")
        self._jobs: dict[str, Job] = {}
        self._guard = threading.Lock()

    def close(self) -> None:
        """Let running work end and the connections go."""
        self._pool.shutdown(wait=True, cancel_futures=True)
        super().close()

    def receive(
        self, folder: Path, names: list[str], *, layer: str | None, profile: Profile, person: str
    ) -> tuple[Load, bool]:
        """Open a load for the files in a folder of ours; returns it and whether it is new. Work on it begins."""
        path, name = received_as(folder, names)
        try:
            load = self.loader.receive(path, layer=layer, profile=profile, person=person, name=name)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        if not Path(load.path).is_relative_to(folder):  # an earlier load of the same file
            shutil.rmtree(folder, ignore_errors=True)
            if load.open and load.id not in self._jobs:
                self.go_on(load.id)
            return self.get(load.id), False
        self._keep_files(load, folder)
        self.go_on(load.id)
        return self.get(load.id), True

    def receive_fix(self, load_id: str, folder: Path, names: list[str], person: str) -> Load:
        """Open a load for the corrected bad rows of another."""
        path, name = received_as(folder, names)
        try:
            return self.fix(load_id, path, name, person)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _keep_files(self, load: Load, folder: Path) -> None:
        """Move received files to where they lie while the load is open."""
        kept = self.files.uploads / load.id
        folder.rename(kept)
        load.path = str(kept / Path(load.path).relative_to(folder))
        with self.engine.begin() as connection:
            record.save(connection, load)

    def progress(self, load_id: str) -> tuple[bool, dict[str, Any] | None]:
        """Return whether work on a load is under way here, and the step it is at."""
        job = self._jobs.get(load_id)
        return job is not None, job.as_json() if job and job.step else None

    def tick(self, load_id: str) -> int | None:
        """Return a number that grows with every change of the work on a load, None without work."""
        job = self._jobs.get(load_id)
        return job.tick if job else None

    def go_on(self, load_id: str) -> None:
        """Advance a load in the background as far as it safely can."""
        self._start(load_id, lambda: self.loader.advance(load_id))

    def amend(self, load_id: str, layer: str | None, patch: dict[str, Any], revision: int | None) -> None:
        """Answer open decisions and go on in the background.

        Raises:
            Conflict: work on the load is under way (code ``load_busy``); the answer is not taken.
        """
        if load_id in self._jobs:
            raise _busy(load_id)
        self.loader.amend(load_id, layer=layer, patch=patch, revision=revision)
        self.go_on(load_id)

    def commit(
        self, load_id: str, patch: dict[str, Any], revision: int | None, person: str | None = None
    ) -> Load:
        """Commit a load in the background; the served version must be the one of the preview."""
        load = self.get(load_id)
        if revision is not None and revision != load.revision:
            raise record.load_changed(load_id)
        if load.questions:
            raise NeedsDecision(load.id, load.questions)
        if load.state not in ("checked", "committing"):
            raise record.not_checked(load.id)
        load.profile.merged(patch)  # says now what is wrong with it
        self._start(load_id, lambda: self.loader.commit(load_id, patch=patch, person=person))
        return load

    def discard(self, load_id: str) -> Load:
        """End a load that is not committed; work on it is stopped first.

        Raises:
            Conflict: the work does not stop in time (code ``load_busy``); ask again.
        """
        job = self._jobs.get(load_id)
        if job is not None:
            job.cancelled = True
            job.ended.wait(CANCEL_WITHIN_S)
        return self.loader.discard(load_id)

    def _start(self, load_id: str, work: Callable[[], object]) -> None:
        job = Job()
        with self._guard:
            if load_id in self._jobs:
                raise _busy(load_id)
            self._jobs[load_id] = job
        self._pool.submit(self._run, load_id, job, work)

    def _run(self, load_id: str, job: Job, work: Callable[[], object]) -> None:
        self._reporter.jobs.job = job
        try:
            work()
        except RiskmapError as error:  # it is on record, and the routes tell it
            logger.info("load %s: %s", load_id, error)
        except Exception:
            logger.exception("work on load %s failed", load_id)
        finally:
            self._reporter.jobs.job = None
            with self._guard:
                self._jobs.pop(load_id, None)
            job.ended.set()


def _busy(load_id: str) -> Conflict:
    return Conflict(f"载入 {load_id} 正在处理中", f"load {load_id} is being worked on", code="load_busy")
