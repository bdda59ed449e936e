"""What loads leave behind is cleared away; what is still open, or arriving just now, stays."""

from __future__ import annotations

import os
import time
from pathlib import Path

from etl.loads.tidy import tidy
from tests.etl.loads.conftest import Desk, shelters


def folder(desk: Desk, name: str, age_s: float) -> Path:
    path = desk.loader.store.uploads / name
    path.mkdir(parents=True)
    (path / "s.csv").write_text("x")
    os.utime(path, (time.time() - age_s,) * 2)
    return path


def tables(desk: Desk) -> set[str]:
    return {name for (name,) in desk.sql("SELECT tablename FROM pg_tables WHERE schemaname = 'stage'")}


def test_only_what_belongs_to_no_open_load_goes(desk: Desk) -> None:
    load = desk.check(shelters(3))
    desk.sql_do("CREATE TABLE stage.raw_gone (a int)")
    mine, old, new = folder(desk, load.id, 9e5), folder(desk, "in-old", 9e5), folder(desk, "in-new", 60)
    before = tables(desk)
    removed = tidy(desk.loader.engine, desk.loader.store)
    assert set(removed) == {"raw_gone", "in-old"}
    assert tables(desk) == before - {"raw_gone"}
    assert (mine.exists(), old.exists(), new.exists()) == (True, False, True)
    desk.loader.commit(load.id)
    assert len(desk.served()) == 3


def test_a_copy_of_a_raster_that_nobody_writes_any_more_goes(desk: Desk) -> None:
    rasters = desk.loader.store.rasters
    old, new, kept = (rasters / name for name in ("a-1.maxima.partial", "a-2.maxima.partial", "a-1.tif"))
    for file, age_s in ((old, 700), (new, 5), (kept, 9e5)):
        file.write_bytes(b"II*\0")
        os.utime(file, (time.time() - age_s,) * 2)
    assert tidy(desk.loader.engine, desk.loader.store) == [old.name]
    assert sorted(file.name for file in rasters.iterdir()) == ["a-1.tif", "a-2.maxima.partial"]


def test_a_load_that_nobody_came_back_to_is_given_up_with_its_tables(desk: Desk) -> None:
    old, new = desk.check(shelters(3)), desk.check(shelters(4))
    desk.sql_do("UPDATE layer.load SET started_at = now() - interval '31 days' WHERE id = :id", id=old.id)
    tidy(desk.loader.engine, desk.loader.store)
    assert (desk.loader.get(old.id).state, desk.loader.get(new.id).state) == ("discarded", "checked")
    assert all(name.endswith(new.id) for name in tables(desk))
    assert "30 days" in desk.loader.get(old.id).counts["problem"]["en"]


def test_nothing_that_is_served_is_touched(desk: Desk) -> None:
    desk.load(shelters(3))
    desk.load(shelters(5))
    before = desk.served()
    assert tidy(desk.loader.engine, desk.loader.store) == []
    assert desk.served() == before
