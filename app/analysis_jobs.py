"""Long analyses in the background of the server: progress, cancelling, and the answer when it is there."""

from __future__ import annotations

import logging
import threading
import uuid
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Literal

from app.analysis.engine.solver import Clock
from app.analysis.siting_params import SitingResult
from layers.errors import Cancelled, NotFound, RiskmapError, Unavailable

KEPT = 100
WAITING_MAX = 20
CANCELLED = Cancelled("计算在开始前已取消", "the run was cancelled before it began")
logger = logging.getLogger("riskmap")
State = Literal["waiting", "running", "done", "failed", "cancelled"]


@dataclass
class AnalysisJob:
    """One run: its state, the step it is at, the best value and the bound so far, and what came of it."""

    id: str
    state: State = "waiting"
    step: str = ""
    value: float | None = None
    bound: float | None = None
    result: SitingResult | None = None
    error: RiskmapError | None = None
    stop: threading.Event = field(default_factory=threading.Event)

    def tell(self, step: str, value: float, bound: float) -> None:
        """Take note of how far the run is."""
        self.step = step
        self.value, self.bound = (x if abs(x) < 1e300 else None for x in (value, bound))


class AnalysisJobs:
    """The runs of a server; one at a time, the newest hundred are remembered."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="siting")
        self._jobs: OrderedDict[str, AnalysisJob] = OrderedDict()
        self._guard = threading.Lock()

    def close(self) -> None:
        """Stop what runs and what waits."""
        for job in list(self._jobs.values()):
            job.stop.set()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def start(self, limit_s: float, work: Callable[[Clock], SitingResult]) -> AnalysisJob:
        """Queue a run. Raises Unavailable ``busy`` when too many wait."""
        job = AnalysisJob(uuid.uuid4().hex)
        with self._guard:
            if sum(one.state == "waiting" for one in self._jobs.values()) >= WAITING_MAX:
                raise Unavailable(
                    "计算任务过多，请稍后再试", "too many runs are waiting; try later", code="busy"
                )
            self._jobs[job.id] = job
            while len(self._jobs) > KEPT:
                self._jobs.popitem(last=False)
        self._pool.submit(self._run, job, limit_s, work)
        return job

    def _run(self, job: AnalysisJob, limit_s: float, work: Callable[[Clock], SitingResult]) -> None:
        if job.stop.is_set():
            job.state, job.error = "cancelled", CANCELLED
            return
        job.state = "running"
        try:
            job.result = work(Clock(limit_s, job.stop.is_set, job.tell))
            job.state = "done"
        except Cancelled as error:
            job.error, job.state = error, "cancelled"
        except RiskmapError as error:
            job.error, job.state = error, "failed"
        except Exception:
            logger.exception("siting run %s failed", job.id)
            job.error = RiskmapError("程序出错，请告诉管理员", "the program failed", code="unexpected")
            job.state = "failed"

    def get(self, job_id: str) -> AnalysisJob:
        """Return a run. Raises NotFound ``job_unknown``."""
        if job_id not in self._jobs:
            raise NotFound("没有这个计算任务", "there is no such run", code="job_unknown")
        return self._jobs[job_id]

    def cancel(self, job_id: str) -> AnalysisJob:
        """Stop a run; one that has ended stays as it is."""
        job = self.get(job_id)
        job.stop.set()
        if job.state == "waiting":
            job.state, job.error = "cancelled", CANCELLED
        return job
