from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
import shapely

from etl.sources.kml import Kml, KmlTable
from etl.sources.members import Member
from etl.sources.model import LIMITS, Limits, TableFacts
from layers.errors import BadFile

HEAD = '<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2" xmlns:gx="http://www.google.com/kml/ext/2.2">'


def source(folder: Path, body: str | bytes, limits: Limits = LIMITS) -> Kml:
    path = folder / "data.kml"
    path.write_bytes(body if isinstance(body, bytes) else f"{HEAD}<Document>{body}</Document></kml>".encode())
    return Kml(Member("标注.kml", "kml", path), limits)


def tables(kml: Kml, limits: Limits = LIMITS) -> list[tuple[TableFacts, pa.Table]]:
    found = []
    for number, folder in kml.folders.items():
        table = KmlTable(kml, number, folder.name, limits)
        found.append((table.facts, pa.Table.from_batches(list(table.batches()))))
    return found


def one(folder: Path, geometry: str, limits: Limits = LIMITS) -> tuple[str | None, str | None, str | None]:
    """Return the geometry of one placemark: flat, with heights, fault."""
    ((_, table),) = tables(source(folder, f"<Placemark>{geometry}</Placemark>", limits), limits)
    row = table.to_pylist()[0]
    flat, high = (row[key] and shapely.from_wkb(row[key]).wkt for key in ("_wkb", "_wkb_z"))
    return flat, high, row["_fault"]


SQUARE = "<LinearRing><coordinates>0,0 4,0 4,4 0,4 0,0</coordinates></LinearRing>"
HOLE = "<LinearRing><coordinates>1,1 2,1 2,2 1,1</coordinates></LinearRing>"


@pytest.mark.parametrize(
    ("geometry", "flat", "high"),
    [
        ("<Point><coordinates>120.1,30.2</coordinates></Point>", "POINT (120.1 30.2)", None),
        (
            "<Point><coordinates> 120.1, 30.2, 5 </coordinates></Point>",
            "POINT (120.1 30.2)",
            "POINT Z (120.1 30.2 5)",
        ),
        ("<Point><coordinates>120,30,0</coordinates></Point>", "POINT (120 30)", None),
        ("<LineString><coordinates>1,2,0 3,4,0</coordinates></LineString>", "LINESTRING (1 2, 3 4)", None),
        (
            "<LinearRing><coordinates>1,2 3,4 5,0</coordinates></LinearRing>",
            "LINESTRING (1 2, 3 4, 5 0, 1 2)",
            None,
        ),
        (
            f"<Polygon><innerBoundaryIs>{HOLE}</innerBoundaryIs><outerBoundaryIs>{SQUARE}</outerBoundaryIs></Polygon>",
            "POLYGON ((0 0, 4 0, 4 4, 0 4, 0 0), (1 1, 2 1, 2 2, 1 1))",
            None,
        ),
        (
            "<MultiGeometry><Point><coordinates>1,2</coordinates></Point><MultiGeometry><Point><coordinates>3,4"
            "</coordinates></Point></MultiGeometry></MultiGeometry>",
            "MULTIPOINT ((1 2), (3 4))",
            None,
        ),
        (
            "<MultiGeometry><Point><coordinates>1,2</coordinates></Point><LineString><coordinates>1,2 3,4"
            "</coordinates></LineString></MultiGeometry>",
            "GEOMETRYCOLLECTION (POINT (1 2), LINESTRING (1 2, 3 4))",
            None,
        ),
        (
            "<gx:Track><when>2025-01-01</when><gx:coord>1 2 9</gx:coord><gx:coord>3 4 9</gx:coord></gx:Track>",
            "LINESTRING (1 2, 3 4)",
            "LINESTRING Z (1 2 9, 3 4 9)",
        ),
        ("", None, None),
        ("<Point><coordinates> </coordinates></Point>", None, None),
    ],
)
def test_geometries_of_kml(tmp_path: Path, geometry: str, flat: str | None, high: str | None) -> None:
    assert one(tmp_path, geometry) == (flat, high, None)


@pytest.mark.parametrize("text", ["东经120", "120;30", "120", "1,2,3,4", "nan,30", "120,inf"])
def test_coordinates_that_are_none_are_a_fault(tmp_path: Path, text: str) -> None:
    assert one(tmp_path, f"<Point><coordinates>{text}</coordinates></Point>") == (
        None,
        None,
        "geom_unreadable",
    )


def test_too_many_vertices_are_a_fault(tmp_path: Path) -> None:
    line = f"<LineString><coordinates>{'1,2 ' * 500}</coordinates></LineString>"
    flat, _, fault = one(tmp_path, line, Limits(vertices=100))
    assert flat is None
    assert fault == "geom_too_large:500"


def test_every_folder_is_a_table_with_its_own_columns(tmp_path: Path) -> None:
    point = "<Point><coordinates>1,2</coordinates></Point>"
    datum = (
        '<ExtendedData><Data name="{0}"><displayName>x</displayName><value>{1}</value></Data></ExtendedData>'
    )
    typed = '<ExtendedData><SchemaData><SimpleData name="面积">3</SimpleData></SchemaData></ExtendedData>'
    found = tables(
        source(
            tmp_path,
            f"<name>全县</name><Placemark><name>甲</name>{datum.format('容量', 5)}{point}</Placemark>"
            f"<Folder><name>乡镇</name><Placemark><description><![CDATA[<b>x</b>]]></description>{typed}{point}</Placemark>"
            f"<Folder><name>村</name><Placemark><TimeStamp><when>2025</when></TimeStamp></Placemark></Folder></Folder>"
            f"<Folder><name>村</name><Placemark><name>丙</name></Placemark></Folder><Folder><name>空</name></Folder>",
        )
    )
    assert [
        (facts.name, [c.name for c in facts.columns], facts.rows, facts.geometry) for facts, _ in found
    ] == [
        ("全县", ["name", "容量"], 1, "point"),
        ("乡镇", ["description", "面积"], 1, "point"),
        ("村", ["when"], 1, "none"),
        ("村_2", ["name"], 1, "none"),
    ]
    assert found[1][1].to_pylist()[0]["c1"] == "<b>x</b>"


def test_kml_in_a_chinese_encoding_is_read(tmp_path: Path) -> None:
    text = HEAD.replace("UTF-8", "GB2312") + "<Placemark><name>避灾点</name></Placemark></kml>"
    ((_, table),) = tables(source(tmp_path, text.encode("gb18030")))
    assert table.to_pylist()[0]["c1"] == "避灾点"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("<!DOCTYPE x>", "unreadable"),
        ("<Placemark>", "unreadable"),
        ("", "empty_file"),
        ("<Folder></Folder>", "empty_file"),
    ],
)
def test_what_is_no_kml_is_named(tmp_path: Path, body: str, code: str) -> None:
    with pytest.raises(BadFile) as caught:
        source(tmp_path, body)
    assert caught.value.code == code


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_document_type_is_refused_in_any_encoding(tmp_path: Path, encoding: str) -> None:
    text = '<!DOCTYPE kml [<!ENTITY a "b">]><kml><Placemark><name>&a;</name></Placemark></kml>'
    with pytest.raises(BadFile) as caught:
        source(tmp_path, text.encode(encoding))
    assert caught.value.code == "xml_entities"


def test_named_values_in_descriptions_become_columns_unless_the_file_has_them(tmp_path: Path) -> None:
    body = "".join(
        f"<Placemark><name>点{n}</name><description>编号：B{n}&lt;br/&gt;容量：{n}0</description>{extra}"
        f"<Point><coordinates>120.{n},30</coordinates></Point></Placemark>"
        for n, extra in (
            (1, ""),
            (2, '<ExtendedData><Data name="容量"><value>99</value></Data></ExtendedData>'),
        )
    )
    ((facts, table),) = tables(source(tmp_path, body))
    assert [column.name for column in facts.columns] == ["name", "description", "编号", "容量"]
    assert [(row["c3"], row["c4"]) for row in table.to_pylist()] == [("B1", "10"), ("B2", "99")]
