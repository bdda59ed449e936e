"""What can go wrong with the private PostGIS: each error is one line that says what to do."""

from __future__ import annotations

import errno
import re
from pathlib import Path

from layers.errors import Unavailable


class NoPostgis(Unavailable):
    """No PostgreSQL with PostGIS on this machine that could be started."""

    code = "no_postgis"


class OtherMajor(Unavailable):
    """The data directory was made by another major version of PostgreSQL than those installed."""

    code = "postgres_major"


class ClusterFailed(Unavailable):
    """The private cluster could not be made or started."""

    code = "private_cluster"


class DiskFull(Unavailable):
    """There is no room for the private cluster."""

    code = "disk_full"


def failed(step: str, said: str) -> Unavailable:
    """The error for ``step``, with the telling line of what the server said."""
    if re.search("No space left on device|Disk quota exceeded", said):
        return disk_full(step)
    lines = [line for line in said.splitlines() if re.search(r"FATAL|PANIC|ERROR|error:|could not", line)]
    last = (lines or said.splitlines() or ["?"])[-1].strip()
    return ClusterFailed(
        f"私有 PostGIS 失败（{step}）：{last}", f"the private PostGIS failed at {step}: {last}", step=step
    )


def disk_full(place: str) -> DiskFull:
    """The error for a disk without room at ``place``."""
    return DiskFull(
        f"磁盘空间不足（{place}）：请清理磁盘，或把 RISKMAP_STATE_DIR 设到有空间的盘上",
        f"no room on the disk ({place}): free some, or set RISKMAP_STATE_DIR to a disk that has room",
    )


def not_usable(state: Path, error: OSError) -> Unavailable:
    """The error for a state directory that cannot be read or written."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return disk_full(str(state))
    return ClusterFailed(
        f"无法使用目录 {state}（{error.strerror}）：请把 RISKMAP_STATE_DIR 设到可写的目录",
        f"cannot use {state} ({error.strerror}): set RISKMAP_STATE_DIR to a directory that you may write",
    )
