"""Which drivers GDAL has in this process: those that were named, and no others.

GDAL opens a file with whichever driver recognises its content: a document of the VRT driver named ``x.geojson``
is opened as VRT and gives the rows of another file of the server. So all drivers are taken out but the one the
extension stands for. Works on the GDAL that a package (pyogrio, rasterio) has loaded, through its C interface.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterable
from pathlib import Path

ENVIRONMENT = {
    "GDAL_DRIVER_PATH": "disable",
    "CPL_CURL_ENABLE_VSIMEM": "NO",
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",
    "GDAL_HTTP_MAX_RETRY": "0",
    "GDAL_DISABLE_READDIR_ON_OPEN": "YES",
    "GDAL_PAM_ENABLED": "NO",
    "GDAL_CACHEMAX": "64",
    "GDAL_NUM_THREADS": "1",
    "OGR_SQLITE_LOAD_EXTENSIONS": "NO",
    "OGR_SQLITE_PRAGMA": "trusted_schema=OFF",
    "OGR_ARROW_MEM_LIMIT": str(512 << 20),
    "OGR_ENABLE_PARTIAL_REPROJECTION": "NO",
    "SHAPE_RESTORE_SHX": "YES",
    "SHAPE_ENCODING": "",
    "PROJ_NETWORK": "OFF",
}
"""Settings of GDAL and PROJ for reading files of strangers; set before the library is loaded."""

SKIP = "GDAL_SKIP"


class Library:
    """The GDAL that is loaded in this process, with the drivers of an allow-list and no others.

    Raises:
        RuntimeError: no GDAL is loaded, or a driver beyond the list stays registered.
    """

    def __init__(self, allowed: Iterable[str]) -> None:
        self._c = _declared(ctypes.CDLL(_path()))
        self._handles = {name: self._c.GDALGetDriverByName(name.encode()) for name in allowed}
        self._handles = {name: handle for name, handle in self._handles.items() if handle}
        # should anything register all drivers again, these are skipped
        skipped = ",".join([*_already_skipped(), *self._only(self._handles)])
        os.environ[SKIP] = skipped
        self._c.CPLSetConfigOption(SKIP.encode(), skipped.encode())

    def only(self, driver: str) -> None:
        """Leave one driver registered.

        Raises:
            RuntimeError: the driver is not on the list, or not in this build of GDAL.
        """
        if driver not in self._handles:
            raise RuntimeError(f"GDAL here has no driver {driver!r}")
        self._only([driver])
        if self.drivers() != [driver]:
            raise RuntimeError(f"GDAL has drivers {self.drivers()} where {driver} alone was allowed")

    def drivers(self) -> list[str]:
        """Return the names of the drivers that are registered now."""
        handles = [self._c.GDALGetDriver(index) for index in range(self._c.GDALGetDriverCount())]
        return [self._c.GDALGetDriverShortName(handle).decode() for handle in handles]

    def linear(self, wkb: bytes) -> bytes | None:
        """Return a geometry with its curves as lines and its surfaces as polygons, None where that fails."""
        handle = ctypes.c_void_p()
        if self._c.OGR_G_CreateFromWkb(wkb, None, ctypes.byref(handle), len(wkb)) != 0 or not handle:
            return None
        if self._c.OGR_GT_IsSubClassOf(self._c.OGR_G_GetGeometryType(handle), POLYHEDRAL_SURFACE):
            handle = ctypes.c_void_p(self._c.OGR_G_ForceToMultiPolygon(handle))
        straight = ctypes.c_void_p(self._c.OGR_G_GetLinearGeometry(handle, 0.0, None))
        self._c.OGR_G_DestroyGeometry(handle)
        if not straight:
            return None
        out = ctypes.create_string_buffer(self._c.OGR_G_WkbSize(straight))
        failed = self._c.OGR_G_ExportToIsoWkb(straight, 1, out)
        self._c.OGR_G_DestroyGeometry(straight)
        return None if failed else out.raw

    def _only(self, names: Iterable[str]) -> list[str]:
        """Leave these drivers; return the names of those taken out."""
        wanted = set(names)
        removed = [name for name in self.drivers() if name not in wanted]
        for name in removed:
            self._c.GDALDeregisterDriver(self._c.GDALGetDriverByName(name.encode()))
        for name in wanted:
            if self._c.GDALGetDriverByName(name.encode()) is None:
                self._c.GDALRegisterDriver(self._handles[name])
        beyond = set(self.drivers()) - wanted
        if beyond:
            raise RuntimeError(f"GDAL keeps the drivers {sorted(beyond)}")
        return removed


POLYHEDRAL_SURFACE = 15


def _already_skipped() -> list[str]:
    """Return the drivers that the environment keeps out: with commas between, or blanks where there is none."""
    text = os.environ.get(SKIP, "")
    return text.split(",") if "," in text else text.split()


def _path() -> str:
    lines = Path("/proc/self/maps").read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    paths = {
        line.split(maxsplit=5)[5] for line in lines if "libgdal" in line and len(line.split(maxsplit=5)) == 6
    }
    if len(paths) != 1:
        raise RuntimeError(f"one GDAL should be loaded, there are {sorted(paths)}")
    return paths.pop()


def _declared(library: ctypes.CDLL) -> ctypes.CDLL:
    pointer, text, number = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int
    for name, result, arguments in (
        ("GDALGetDriverCount", number, []),
        ("GDALGetDriver", pointer, [number]),
        ("GDALGetDriverByName", pointer, [text]),
        ("GDALGetDriverShortName", text, [pointer]),
        ("GDALDeregisterDriver", None, [pointer]),
        ("GDALRegisterDriver", number, [pointer]),
        ("CPLSetConfigOption", None, [text, text]),
        ("OGR_G_CreateFromWkb", number, [text, pointer, pointer, number]),
        ("OGR_G_GetGeometryType", number, [pointer]),
        ("OGR_GT_IsSubClassOf", number, [number, number]),
        ("OGR_G_ForceToMultiPolygon", pointer, [pointer]),
        ("OGR_G_GetLinearGeometry", pointer, [pointer, ctypes.c_double, pointer]),
        ("OGR_G_WkbSize", number, [pointer]),
        ("OGR_G_ExportToIsoWkb", number, [pointer, number, pointer]),
        ("OGR_G_DestroyGeometry", None, [pointer]),
    ):
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library
