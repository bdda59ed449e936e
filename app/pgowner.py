"""Who owns and runs the private PostGIS: the calling user, but never root."""

from __future__ import annotations

import os
import pwd
import stat
import subprocess
import time
from pathlib import Path

from app.pgerrors import ClusterFailed

HANDING_OVER_STEPS, HANDING_OVER_STEP_S = 20, 0.05


def cluster_owner() -> pwd.struct_passwd:
    """The OS user that runs the server: the caller, but never root.

    PostgreSQL refuses root. Debian's package brings user ``postgres``; where only unpacked packages are,
    ``nobody`` has the least rights (PostgreSQL wants a user that has a name: a spare number will not do).

    Raises:
        ClusterFailed: the calling user has no name.
    """
    try:
        if os.geteuid() != 0:
            return pwd.getpwuid(os.geteuid())
        try:
            return pwd.getpwnam("postgres")
        except KeyError:
            return pwd.getpwnam("nobody")
    except KeyError:
        raise ClusterFailed(
            f"用户编号 {os.geteuid()} 没有名称，PostgreSQL 无法启动："
            "请以有名称的用户运行，或设置 RISKMAP_DATABASE_URL",
            f"user id {os.geteuid()} has no name and PostgreSQL wants one: run as a named user, "
            "or set RISKMAP_DATABASE_URL",
        ) from None


def own_directory(path: Path, owner: pwd.struct_passwd) -> None:
    """Makes ``path`` a directory of ``owner`` that nobody else enters.

    Raises:
        ClusterFailed: somebody else made it, others may enter it, or ``owner`` cannot reach it.
    """
    try:
        path.mkdir(mode=0o700)
        if os.geteuid() == 0:
            os.chown(path, owner.pw_uid, owner.pw_gid)
    except FileExistsError:
        _await_owner(path)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner.pw_uid or stat.S_IMODE(found.st_mode) & 0o077:
        raise ClusterFailed(
            f"{path} 不是用户 {owner.pw_name} 独有的目录：请删除它，或把 RISKMAP_STATE_DIR 设为别的目录",
            f"{path} is not a directory of {owner.pw_name} alone: remove it, "
            "or set RISKMAP_STATE_DIR elsewhere",
        )
    if os.geteuid() == 0:
        entered = subprocess.run(  # noqa: S603
            ["/usr/bin/test", "-w", str(path)],
            user=owner.pw_uid,
            group=owner.pw_gid,
            extra_groups=[],
            check=False,
        )
        if entered.returncode != 0:
            raise ClusterFailed(
                f"用户 {owner.pw_name} 进不了 {path}：请把 RISKMAP_STATE_DIR 设到它能进入的目录",
                f"user {owner.pw_name} cannot enter {path}: set RISKMAP_STATE_DIR to a directory that it can",
            )


def _await_owner(path: Path) -> None:
    """Give another process of root that has just made a directory the moment it needs to hand it over."""
    for _ in range(HANDING_OVER_STEPS):
        if os.geteuid() != 0 or path.lstat().st_uid != 0:
            return
        time.sleep(HANDING_OVER_STEP_S)
