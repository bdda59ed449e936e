"""What an export is asked for: a format, a part of a layer, a coordinate system."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args
from urllib.parse import quote

from sqlalchemy import Select, func, select

from app.exports.text import Header
from app.ogc.crs import Crs
from app.ogc.features import Query
from layers.errors import BadQuery
from layers.kinds.vector import VectorLayer
from layers.store import LayerVersion

MEDIA = {
    "geojson": "application/geo+json",
    "csv": "text/csv; charset=utf-8",
    "gpkg": "application/geopackage+sqlite3",
    "fgb": "application/flatgeobuf",
}
NO_NAME = re.compile(r'[<>:"/|?*\\]')
SHORT = re.compile(r"(?:EPSG:)?(\d{4,5})", re.IGNORECASE)


@dataclass(frozen=True)
class Question:
    """A checked question for an export."""

    layer: VectorLayer
    version: LayerVersion
    form: str
    query: Query
    header: Header

    @classmethod
    def read(cls, layer: VectorLayer, version: LayerVersion, form: str, asked: Mapping[str, str]) -> Question:
        """Read the parameters: those of OGC items but paging, ``crs`` and ``bbox-crs`` also as ``EPSG:4490``, and
        ``header=zh``.

        Raises:
            BadQuery: another format or header, an unknown parameter, a value that cannot be used; the code says which.
        """
        if form not in MEDIA:
            words = " / ".join(MEDIA)
            raise BadQuery(
                f"没有格式 {form[:20]!r}，可用 {words}",
                f"there is no format {form[:20]!r}; use {words}",
                code="format_unsupported",
                field="format",
            )
        rest = {name: _uri(value) if name in ("crs", "bbox-crs") else value for name, value in asked.items()}
        header = rest.pop("header", "field")
        if header not in get_args(Header):
            raise BadQuery(
                "header 应为 field 或 zh", "header is field or zh", code="bad_header", field="header"
            )
        for name in ("limit", "offset"):
            if name in rest:
                raise BadQuery(
                    f"导出没有参数 {name}", f"an export has no {name}", code="parameter_unknown", field=name
                )
        return cls(layer, version, form, Query.read(layer, rest), header)  # type: ignore[arg-type]

    @property
    def crs(self) -> Crs:
        """The coordinate system of the answer."""
        return self.query.crs

    def select(self, *geometry: Any) -> Select[Any]:
        """Return the statement: the fields in their order after what is made of the geometry, in the order of keys."""
        table = self.layer.table(str(self.version.table_name))
        columns = [table.c[f.name] for f in self.layer.fields]
        asked = select(*geometry, *columns).where(*self.query.where(self.layer, table))
        return asked.order_by(table.c[self.layer.key])

    def moved(self) -> Any:
        """Return the geometry in the system that was asked for, east before north."""
        return self.crs.moved(self.layer.table(str(self.version.table_name)).c.geom)

    def as_geojson(self) -> Any:
        """Return the geometry as GeoJSON text."""
        return func.ST_AsGeoJSON(self.moved(), self.crs.digits, 0)

    @property
    def file_name(self) -> str:
        """Title and version, without what no disk takes in a name."""
        title = NO_NAME.sub("_", self.layer.title.zh)
        return f"{title}-{self.version.version}.{self.form}"

    @property
    def disposition(self) -> str:
        """The header that names the file: plain for old programs, in Chinese (RFC 5987) for all others."""
        plain = f"{self.layer.id}-{self.version.version}.{self.form}"
        return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(self.file_name, safe='')}"


def _uri(text: str) -> str:
    short = SHORT.fullmatch(text.strip())
    return f"http://www.opengis.net/def/crs/EPSG/0/{short[1]}" if short else text
