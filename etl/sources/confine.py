"""Taking away from a process what reading a file does not need, before it sees the first byte of it.

Each fence stands alone: limits of memory, time and file size; no new privileges; only the named files and the
scratch folder (Landlock); no network, no programs, no other processes (seccomp).
"""

from __future__ import annotations

import ctypes
import os
import resource
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from etl.sources import landlock, seccomp
from etl.sources.model import Limits
from layers.model import Json

PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS = 4, 38
MOST_OPEN_FILES = 256
CODE = Path(__file__).resolve().parents[2]
SYSTEM = ("/usr/lib", "/usr/lib64", "/lib", "/lib64", "/usr/local/lib", "/usr/share/zoneinfo")
DEVICES = ("/dev/null", "/dev/urandom", "/dev/random", "/dev/zero")


@dataclass(frozen=True)
class Confinement:
    """What took effect. ``landlock`` is the kernel's version of it, 0 where it has none."""

    limits: bool
    no_new_privileges: bool
    landlock: int
    seccomp: bool

    @property
    def complete(self) -> bool:
        """Whether every fence stands."""
        return self.limits and self.no_new_privileges and self.landlock > 0 and self.seccomp

    def as_json(self) -> Json:
        """Return the report as JSON."""
        return asdict(self)


def confine(readable: Iterable[Path], scratch: Path, limits: Limits) -> Confinement:
    """Confine this process for good; whatever it still needs to import must be imported before.

    Memory is counted on top of what the process has mapped already.
    """
    _set_limits(limits)
    libc = ctypes.CDLL(None, use_errno=True)
    quiet = libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
    libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    version = landlock.restrict([*_program_files(), *readable], [scratch, Path("/dev/null")]) if quiet else 0
    return Confinement(
        limits=True, no_new_privileges=quiet, landlock=version, seccomp=seccomp.restrict() if quiet else False
    )


def address_space() -> int:
    """Return the bytes of address space this process has mapped."""
    with open("/proc/self/statm", encoding="ascii") as stream:
        return int(stream.read().split()[0]) * resource.getpagesize()


def _set_limits(limits: Limits) -> None:
    memory = address_space() + limits.memory
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu, limits.cpu + 5))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits.zip_member_bytes, limits.zip_member_bytes))
    resource.setrlimit(resource.RLIMIT_NOFILE, (MOST_OPEN_FILES, MOST_OPEN_FILES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _program_files() -> list[Path]:
    """Return where Python, its packages and the C library live: code and tables, no data of anybody."""
    packages = [Path(entry) for entry in sys.path if entry.endswith("site-packages")]
    own = [CODE / "etl", CODE / "layers"]
    system = [Path(path) for path in (*SYSTEM, *DEVICES)]
    return [
        Path(sys.prefix),
        Path(sys.base_prefix) / "lib",
        *packages,
        *own,
        *system,
        Path("/proc/self"),
        Path(os.devnull),
    ]
