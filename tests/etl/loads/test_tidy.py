"""What loads leave behind is cleared away, and nothing else."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import text

from etl.loads.profile import Profile
from etl.loads.tidy import ABANDONED_AFTER, YOUNG_S, tidy
from etl.pipeline import Pipeline

ROWS = "code,name,level,capacity,lon,lat\nS1,一号,village,50,120.1,30.2\n"


def stage_tables(pipeline: Pipeline) -> set[str]:
    with pipeline.engine.connect() as connection:
        query = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'stage'::regnamespace"
        return set(connection.execute(text(query)).scalars())


def test_an_open_load_keeps_its_tables_and_an_abandoned_one_loses_them(
    pipeline: Pipeline, tmp_path: Path
) -> None:
    (tmp_path / "s.csv").write_text(ROWS, encoding="utf-8")
    pipeline.store.ensure()
    load = pipeline.loader.receive(tmp_path / "s.csv", layer="shelter", profile=Profile())
    pipeline.loader.advance(load.id)
    assert tidy(pipeline.engine, pipeline.store) == []
    assert f"ready_{load.id}" in stage_tables(pipeline)
    long_ago = datetime.now(UTC) - ABANDONED_AFTER - timedelta(hours=1)
    with pipeline.engine.begin() as connection:
        connection.execute(text("UPDATE layer.load SET started_at = :then"), {"then": long_ago})
    assert set(tidy(pipeline.engine, pipeline.store)) == {f"raw_{load.id}", f"ready_{load.id}"}
    assert stage_tables(pipeline) == set()
    assert pipeline.loader.get(load.id).state == "discarded"


def test_received_files_without_an_open_load_go_after_a_day(pipeline: Pipeline) -> None:
    pipeline.store.ensure()
    old, young = (pipeline.store.uploads / name for name in ("in-old", "in-young"))
    for folder in (old, young):
        folder.mkdir()
        (folder / "a.csv").write_text(ROWS, encoding="utf-8")
    then = time.time() - YOUNG_S - 60
    os.utime(old, (then, then))
    assert tidy(pipeline.engine, pipeline.store) == ["in-old"]
    assert young.is_dir()
