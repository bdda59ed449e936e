"""The registry: every module in ``layers.catalog`` (and in an extra folder of the site) is one layer."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType

import layers.catalog
from layers.errors import NotFound, RiskmapError
from layers.kinds.raster import RasterLayer
from layers.kinds.vector import VectorLayer
from layers.model import Layer


class BadCatalogue(RiskmapError):
    """A catalogue file that describes no layer, or one that another file already describes."""

    code = "bad_catalogue"


class Registry(Mapping[str, Layer]):
    """The layers by id, in draw order (lowest first)."""

    def __init__(self, layers_by_id: Mapping[str, Layer]) -> None:
        ordered = sorted(layers_by_id.values(), key=lambda layer: (layer.order, layer.id))
        self._layers = {layer.id: layer for layer in ordered}

    def __getitem__(self, layer_id: str) -> Layer:
        """Return a layer; raises NotFound with the known ids."""
        try:
            return self._layers[layer_id]
        except KeyError:
            known = "、".join(self._layers)
            raise NotFound(
                f"没有图层 {layer_id[:60]!r}；现有：{known}",
                f"there is no layer {layer_id[:60]!r}; known: {', '.join(self._layers)}",
                code="unknown_layer",
                layer=layer_id,
            ) from None

    def __contains__(self, layer_id: object) -> bool:
        return layer_id in self._layers

    def __iter__(self) -> Iterator[str]:
        return iter(self._layers)

    def __len__(self) -> int:
        return len(self._layers)

    def vector(self, layer_id: str) -> VectorLayer:
        """Return a vector layer by id; NotFound when it is of another kind."""
        layer = self[layer_id]
        if not isinstance(layer, VectorLayer):
            raise NotFound(
                f"图层 {layer_id} 不是矢量图层",
                f"layer {layer_id} is not a vector layer",
                code="wrong_kind",
                layer=layer_id,
            )
        return layer

    def raster(self, layer_id: str) -> RasterLayer:
        """Return a raster layer by id; NotFound when it is of another kind."""
        layer = self[layer_id]
        if not isinstance(layer, RasterLayer):
            raise NotFound(
                f"图层 {layer_id} 不是栅格图层",
                f"layer {layer_id} is not a raster layer",
                code="wrong_kind",
                layer=layer_id,
            )
        return layer


def discover(extra: Path | None = None) -> Registry:
    """Import every catalogue module, and every ``*.py`` of the extra folder, and return their layers.

    Raises:
        BadCatalogue: a module without ``LAYER``, with something else in it, or with an id that is taken.
    """
    found: dict[str, Layer] = {}
    for module in _modules(extra):
        layer = getattr(module, "LAYER", None)
        if not isinstance(layer, Layer):
            raise BadCatalogue(
                f"目录文件 {module.__file__} 没有定义 LAYER",
                f"{module.__file__} does not define LAYER",
                file=module.__file__,
            )
        if layer.id in found:
            raise BadCatalogue(
                f"图层 id {layer.id!r} 重复（{module.__file__}）",
                f"layer id {layer.id!r} is described twice, again in {module.__file__}",
                file=module.__file__,
            )
        found[layer.id] = layer
    return Registry(found)


def _modules(extra: Path | None) -> Iterator[ModuleType]:
    for info in pkgutil.iter_modules(layers.catalog.__path__):
        yield importlib.import_module(f"layers.catalog.{info.name}")
    for path in sorted(extra.glob("*.py")) if extra else []:
        spec = importlib.util.spec_from_file_location(f"riskmap_site_layers_{path.stem}", path)
        if spec is None or spec.loader is None:  # pragma: no cover - a .py file always has a loader
            continue
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        yield module
