"""The file of a raster layer."""

from __future__ import annotations

from pathlib import Path

from layers.errors import Unavailable
from layers.kinds.raster import RasterLayer


def present(path: Path, layer: RasterLayer) -> Path:
    """Return the path of a raster that is there.

    Raises:
        Unavailable: the file is gone (code ``raster_missing``).
    """
    if not path.is_file():
        raise Unavailable(
            f"图层“{layer.title.zh}”的栅格文件不在，请重新载入",
            f"the raster file of layer {layer.id} is missing; load it again",
            code="raster_missing",
            layer=layer.id,
        )
    return path
