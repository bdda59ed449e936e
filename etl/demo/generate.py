"""The demo data set: every layer that is not derived, from one seed, with its manifest."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from etl.demo import areas as risk_areas
from etl.demo import boundaries, defects, files, hazards, people, places, rescue, shelters, storm
from etl.demo.facts import HERE

DEFAULT_SEED = 330_000
Progress = Callable[[str, float], None]


def _silent(step: str, done: float) -> None:
    """Report nothing."""


def generate(out_dir: Path, *, seed: int = DEFAULT_SEED, progress: Progress | None = None) -> Path:
    """Write the demo files and ``riskmap.toml`` into a directory and return its path.

    The same seed gives the same bytes. Coordinates are WGS84 degrees (EPSG:4326). ``progress`` is called with
    the step and the share done (0 to 1). The manifest is written last: a directory with a manifest is complete.

    Raises:
        OSError: the directory cannot be made or written.
    """
    tell = progress or _silent
    out_dir.mkdir(parents=True, exist_ok=True)
    manifest = out_dir / "riskmap.toml"
    manifest.unlink(missing_ok=True)
    tell("boundaries", 0.0)
    areas = boundaries.build(seed)
    files.write_land(out_dir / "land.geojson", areas)
    files.write_admin(out_dir / "admin_area.geojson", areas)
    tell("population", 0.3)
    grid = people.populate(areas, seed)
    files.write_population(out_dir / "population.tif", grid)
    tell("hazard sources", 0.5)
    where = places.Places(areas, grid)
    majors = hazards.majors(where, seed)
    sources = pd.concat([majors, hazards.firms(where, seed)], ignore_index=True)
    files.write_gpkg(out_dir / "hazard_source.gpkg", "hazard_source", sources)
    tell("areas and defects", 0.7)
    for name, rows in (
        ("chemical_park", risk_areas.park_areas(areas, seed)),
        ("plant_boundary", risk_areas.plant_areas(majors, seed)),
        ("individual_risk", risk_areas.contours(majors, seed)),
        ("natural_hazard", risk_areas.natural_zones(areas, seed)),
    ):
        files.write_features(out_dir / f"{name}.geojson", rows)
    files.write_csv(out_dir / "defect.csv", defects.defects(sources, seed), mark=True)
    files.write_csv(out_dir / "sensitive_target.csv", defects.targets(where, sources, seed), mark=True)
    tell("shelters", 0.85)
    files.write_csv(out_dir / "shelter.csv", shelters.shelters(where, seed), mark=True)
    tell("rescue", 0.95)
    files.write_csv(out_dir / "rescue_team.csv", rescue.teams(where, seed), mark=True)
    files.write_csv(out_dir / "rescue_base.csv", rescue.bases(), mark=False)
    files.write_shapefile(out_dir / "landing_point.shp", rescue.landing_points(where, seed))
    files.write_csv(out_dir / "typhoon_track.csv", storm.track(seed), mark=False)
    manifest.write_text((HERE / "manifest.toml").read_text(encoding="utf-8"), encoding="utf-8")
    tell("done", 1.0)
    return out_dir
