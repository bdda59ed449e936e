"""Finds the PostgreSQL and PostGIS of this machine: the system's packages, or the same ones unpacked."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from app.pgerrors import NoPostgis, OtherMajor

OLDEST_MAJOR = 15
"""Oldest PostgreSQL major version that is used; 14 is out of support."""

_SYSTEM_LAYOUTS = (
    # (bin directory, share directory): Debian and Ubuntu, then the PostgreSQL project's RPMs
    ("usr/lib/postgresql/{major}/bin", "usr/share/postgresql/{major}"),
    ("usr/pgsql-{major}/bin", "usr/pgsql-{major}/share"),
)


@dataclass(frozen=True)
class Binaries:
    """One installation of PostgreSQL with PostGIS: where its programs are and the environment they need."""

    major: int
    bin: Path
    prefix: Path

    def environment(self) -> dict[str, str]:
        """The whole environment for these programs.

        Nothing of the caller's is passed on but ``PATH``: a ``PGDATA`` or ``PGHOST`` meant for another
        server must not reach this one. An unpacked prefix needs its own libraries and PROJ/GDAL data.
        """
        env = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "TZ": "UTC"}
        if self.prefix == Path("/"):
            return env
        libraries = [
            str(path)
            for pattern in (
                "usr/lib/*-linux-*",
                "lib/*-linux-*",
                "usr/lib/*-linux-*/blas",
                "usr/lib/*-linux-*/lapack",
            )
            for path in sorted(self.prefix.glob(pattern))
        ]
        proj = str(self.prefix / "usr/share/proj")
        return env | {
            "LD_LIBRARY_PATH": ":".join(libraries),
            "PROJ_DATA": proj,  # PROJ >= 9.1
            "PROJ_LIB": proj,  # before
            "GDAL_DATA": str(self.prefix / "usr/share/gdal"),
        }


def find_postgis(state_dir: Path, major: int | None = None, *, system: Path = Path("/")) -> Binaries:
    """The newest PostgreSQL (>= 15) that has PostGIS; exactly ``major`` when a data directory asks for it.

    The system's packages come first, then those that the launcher unpacked into ``<state_dir>/postgis`` (or
    into that of ``RISKMAP_STATE_DIR``, so that test clusters in other directories find them too).

    Raises:
        NoPostgis: there is none.
        OtherMajor: there are some, but not of ``major``.
    """
    found = [binaries for prefix in (system, *_unpacked(state_dir)) for binaries in _installed(prefix)]
    if not found:
        raise NoPostgis(
            "本机没有 PostgreSQL 15 以上版本和 PostGIS：请运行 `apt-get install postgresql-15-postgis-3`，"
            "或设置 RISKMAP_DATABASE_URL 使用已有的 PostGIS",
            "no PostgreSQL >= 15 with PostGIS on this machine: run "
            "`apt-get install postgresql-15-postgis-3`, or set RISKMAP_DATABASE_URL to one that you have",
        )
    fitting = [binaries for binaries in found if major in (None, binaries.major)]
    if not fitting:
        have = ", ".join(str(binaries.major) for binaries in found)
        raise OtherMajor(
            f"数据目录由 PostgreSQL {major} 建立，本机只有 {have}：请安装 postgresql-{major}-postgis-3，"
            "或用 `./riskmap demo --reset` 重新建立",
            f"the data directory was made by PostgreSQL {major}, this machine has {have}: install "
            f"postgresql-{major}-postgis-3, or start afresh with `./riskmap demo --reset`",
            data_major=major,
        )
    return max(fitting, key=lambda binaries: (binaries.major, binaries.prefix == Path("/")))


def _unpacked(state_dir: Path) -> list[Path]:
    unpacked = [state_dir / "postgis"]
    if named := os.environ.get("RISKMAP_STATE_DIR"):
        unpacked.append(Path(named).absolute() / "postgis")
    return unpacked


def _installed(prefix: Path) -> list[Binaries]:
    found = []
    for bin_layout, share_layout in _SYSTEM_LAYOUTS:
        for bin_dir in prefix.glob(bin_layout.format(major="*")):
            match = re.search(r"(\d+)/bin$", str(bin_dir))
            if match is None or int(match[1]) < OLDEST_MAJOR:
                continue
            control = prefix / share_layout.format(major=match[1]) / "extension/postgis.control"
            if control.exists() and (bin_dir / "initdb").exists():
                found.append(Binaries(major=int(match[1]), bin=bin_dir, prefix=prefix))
    return found
