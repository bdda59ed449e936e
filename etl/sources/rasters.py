"""Importing a raster: checked and rewritten in the confined process, then put where it belongs."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from etl.sources import frames
from etl.sources.model import LIMITS, Limits, RasterFacts, ReadOptions
from etl.sources.open import WHATEVER, prepared, warn_unless_confined
from etl.sources.process import ReadingProcess
from etl.sources.refusals import unreadable
from etl.sources.request import OUTPUT


def import_raster(
    path: Path, target: Path, *, additive: bool, limits: Limits = LIMITS, options: ReadOptions = WHATEVER
) -> RasterFacts:
    """Check a single-band GeoTIFF in degrees and write it to ``target`` as a Cloud Optimized GeoTIFF.

    ``path`` may be a zip; ``options.table`` names the member where it holds several rasters. Overviews are left
    out for an ``additive`` raster (a count of people): averages of counts are no counts. ``target`` appears whole
    or not at all.

    Raises:
        BadFile: unreadable, not one band, another coordinate system or none (``crs_unknown``,
            ``crs_unsupported``), no cell with data (``empty_file``), ``outside_region``, ``too_large``, or a value
            that is no count in an additive raster (``out_of_range``).
    """
    with ReadingProcess(prepared("raster", path, options, limits, additive=additive)) as process:
        data = process.receive_json(frames.END)
        warn_unless_confined(data)
        try:
            facts = RasterFacts.from_json(data["facts"])
        except (KeyError, TypeError, ValueError) as error:
            raise unreadable(path.name) from error
        output = process.scratch / OUTPUT
        if output.is_symlink() or not output.is_file():
            raise unreadable(path.name)
        part = target.with_name(f".{target.name}.part")
        try:
            shutil.copyfile(output, part)
            os.replace(part, target)
        finally:
            part.unlink(missing_ok=True)
    return facts
