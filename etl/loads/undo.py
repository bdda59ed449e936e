"""Taking a load back: what was served before it is served again, as a new version. Nothing is erased."""

from __future__ import annotations

from sqlalchemy import select

from etl.loads import record
from etl.loads.commit import Commit, Loaded
from etl.loads.loader import Loader
from etl.loads.record import Load
from etl.loads.versions import find_version
from etl.prune import prune
from layers.errors import BadInput, Conflict, NotFound
from layers.model import Layer
from layers.store import CURRENT


def roll_back(
    loader: Loader, load_id: str, *, with_later: bool = False, person: str = ""
) -> tuple[Load, list[Loaded]]:
    """Take a load back.

    Raises:
        BadInput: the load changed nothing (code ``nothing_to_undo``).
        Conflict: later loads would be taken back too, and ``with_later`` does not say so (``later_loads``).
        NotFound: the version before it is no longer kept (``version_gone``).
    """
    undone = loader.get(load_id)
    known = loader.registry
    layer = known[undone.layer] if undone.layer and undone.layer in known else None
    if undone.state != "loaded" or not undone.version or layer is None or layer.derived:
        raise BadInput(
            f"载入 {load_id} 没有改变任何图层，或不能撤销",
            f"load {load_id} changed no layer, or cannot be taken back",
            code="nothing_to_undo",
        )
    target = _before(loader, undone, layer, with_later)
    load = Load(kind="rollback", parent=undone.id, layer=layer.id, file=undone.file, person=person)
    load.profile = undone.profile
    with loader.engine.begin() as connection:
        record.create(connection, load)
    commit = Commit(loader.engine, loader.registry, loader.store, loader.reporter)
    try:
        with loader.on_record(load):
            done = commit.roll_back(load, target, layer)
    except Conflict as error:  # unlike a file, it is not kept for later: it is asked for again
        loader.end(load, "refused", error.zh, {"code": error.code, "zh": error.zh, "en": error.en})
        raise
    prune(loader.engine, loader.store)
    return load, done


def _before(loader: Loader, undone: Load, layer: Layer, with_later: bool) -> str | None:
    """Return the version that was served before a load, None where the layer was empty."""
    with loader.engine.connect() as connection:
        serving = connection.execute(select(CURRENT.c.version).where(CURRENT.c.layer == layer.id)).scalar()
        version = find_version(connection, layer.id, str(undone.version))
    if serving != undone.version and not with_later:
        raise Conflict(
            f"载入 {undone.id} 之后图层“{layer.title.zh}”又有改动；一并撤销须明确同意",
            f"layer {layer.id} was changed after load {undone.id}; agree to take that back too",
            code="later_loads",
            layer=layer.id,
        )
    if version is None:
        raise NotFound(
            f"版本 {undone.version} 已不再保留",
            f"version {undone.version} is no longer kept",
            code="version_gone",
        )
    return version.parent
