"""The demo set as a whole: complete, repeatable, fast, and marked as generated."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from etl.demo import generate
from etl.manifest import manifest_for
from layers.registry import discover

SECONDS_ALLOWED = 20.0


def digests(directory: Path) -> dict[str, str]:
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(directory.iterdir())}


def test_another_seed_gives_other_points_and_the_same_seed_over_it_the_same_bytes(
    demo: Path, tmp_path: Path
) -> None:
    first = digests(demo)
    other = digests(generate(tmp_path, seed=7))
    assert other.keys() == first.keys()
    without_chance = {"riskmap.toml", "rescue_base.csv"} | {
        f"landing_point.{s}" for s in ("cpg", "prj", "shx")
    }
    assert {name for name in first if other[name] == first[name]} <= without_chance
    assert digests(generate(tmp_path)) == first


def test_it_is_made_in_seconds(made: Any) -> None:
    assert made.seconds < SECONDS_ALLOWED


def test_progress_runs_from_nothing_to_done(made: Any) -> None:
    shares = [share for _, share in made.steps]
    assert shares == sorted(shares)
    assert shares[0] == 0
    assert made.steps[-1] == ("done", 1.0)


def test_the_manifest_is_marked_generated_and_names_files_that_are_there(demo: Path) -> None:
    manifest = manifest_for(demo)
    assert manifest.generated
    assert manifest.file_names <= {p.name for p in demo.iterdir()}
    assert all(e.source and e.source_date and e.owner and e.licence for e in manifest.layer)


def test_every_layer_that_is_not_derived_is_in_the_manifest(demo: Path) -> None:
    wanted = {layer.id for layer in map(discover().__getitem__, discover()) if not layer.derived}
    assert {entry.id for entry in manifest_for(demo).layer} == wanted
