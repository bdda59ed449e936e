"""Best tracks of tropical cyclones as agencies publish them, as one table of points.

Known by their content: the texts of CMA and of RSMC Tokyo (a line ``66666 …`` before each storm), IBTrACS CSV, and
CSV of the Tokyo track with a header. Times become UTC, knots m/s, nautical miles km. A row's number is that of its
line in a text, and counts after the header in a CSV.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cached_property
from itertools import islice

import pyarrow as pa

from etl.sources.columns import Cleaner, stream_schema
from etl.sources.coordinates import points_of
from etl.sources.crs_text import declared_wkt
from etl.sources.delimited import DelimitedTable
from etl.sources.members import Member
from etl.sources.model import Column, Coordinates, Finding, ReadOptions, TableFacts
from etl.sources.plain_text import PlainText
from etl.sources.table import BATCH_ROWS, assembled
from layers.errors import BadFile
from layers.storms import GRADES, SIDES, category, quadrants, reach_name

REACH = tuple(reach_name(grade, side) for grade in GRADES for side in (None, *SIDES))
COLUMNS = ("code", "storm", "name", "time", "pressure_hpa", "wind_mps", "category", *REACH, "lon", "lat")
MARK = "66666"
HEAD = 4096
MPS_PER_KNOT = 1852 / 3600
KM_PER_MILE = 1.852
CMA_CLASSES = {"0": "weak", "1": "td", "2": "ts", "3": "sts", "4": "ty", "5": "sty", "6": "super", "9": "et"}
TOKYO_CLASSES = {"2": "td", "3": "ts", "4": "sts", "5": "ty", "6": "et"}
IBTRACS, TOKYO_CSV = {"SID", "ISO_TIME", "LAT", "LON"}, {"jma_id", "time_utc", "pres_hpa", "wind_kt"}
BEARINGS = {str(digit): 45.0 * digit for digit in range(1, 9)}
"""Digits of RSMC Tokyo for the direction of the longest radius; 9 is a circle, 0 none."""
UNKNOWN = (None,) * (1 + len(SIDES))
Reach = tuple[str | None, ...]
"""How far winds of a grade reach in km: furthest, then by quadrant."""
Point = dict[str, str | None]
Row = Mapping[str, str | None]


def is_best_track(member: Member) -> bool:
    """Return whether a text file begins as one of the best tracks does."""
    with member.path.open("rb") as stream:
        head = stream.read(HEAD).decode("utf-8-sig", "replace").lstrip()
    if head.split(maxsplit=1)[:1] == [MARK]:
        return True
    names = {name.strip().strip('"') for name in head.partition("\n")[0].split(",")}
    return names >= IBTRACS or names >= TOKYO_CSV


class BestTrackTable:
    """The points of the storms in a file.

    Raises:
        BadFile: later, while reading: a line that is no point (code ``bad_track_line``), with its row.
    """

    def __init__(self, member: Member, options: ReadOptions) -> None:
        self._member = member
        self._text = PlainText(member.path, member.name, options.encoding)
        with self._text.open_text() as stream:
            self._is_text = next((line for line in stream if line.strip()), "").startswith(MARK)
        self._csv = None if self._is_text else DelimitedTable(member, ReadOptions(encoding=options.encoding))

    @cached_property
    def facts(self) -> TableFacts:
        """What is known before the first row."""
        return TableFacts(
            name=self._member.name,
            format="csv",
            geometry="point",
            columns=[Column(name) for name in COLUMNS],
            encoding=self._text.encoding,
            coordinates=Coordinates("lon", "lat", "decimal"),
            crs_wkt=declared_wkt("EPSG:4326"),
            crs_note="best track: EPSG:4326",
            findings=list(self._text.findings),
        )

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Read all points."""
        schema = stream_schema(self.facts.columns)
        cleaner = Cleaner()
        points = self._of_text() if self._is_text else self._of_csv()
        while chunk := list(islice(points, BATCH_ROWS // 4)):
            columns = [
                cleaner.clean(pa.array([point[name] for *_, point in chunk], pa.string()), column)
                for name, column in zip(COLUMNS, self.facts.columns, strict=True)
            ]
            places = points_of(columns[-2], columns[-1])
            rows, lines = (pa.array([point[at] for point in chunk], pa.int64()) for at in (0, 1))
            yield assembled(schema, rows, columns, places, lines)

    def findings(self) -> list[Finding]:
        """Return what the reading brought to light."""
        return self._text.late_findings()

    def _of_text(self) -> Iterator[tuple[int, int, Point]]:
        storm, name = "", ""
        with self._text.open_text() as stream:
            for row, line in enumerate(stream, 1):
                cells = line.split()
                if cells[:1] == [MARK] and len(cells) >= 6:
                    # the number the agency gives in the fifth place is 0000 for storms that got no name
                    storm = cells[4] if cells[4] != "0000" else f"{cells[3]}-{cells[-1][:4]}"
                    name = cells[7] if len(cells) > 8 else ""
                elif cells:
                    yield row, row, self._line(row, cells, storm, name)

    def _line(self, row: int, cells: list[str], storm: str, name: str) -> Point:
        is_tokyo = len(cells) > 1 and cells[1] == "002"
        least = 7 if is_tokyo else 6
        if len(cells) < least or not storm or not all(cell.lstrip("-").isdigit() for cell in cells[:least]):
            raise self._no_point(row, " ".join(cells))
        if is_tokyo:
            century = "19" if cells[0][:2] >= "51" else "20"
            time, place, kind = century + cells[0], cells[3:5], TOKYO_CLASSES.get(cells[2])
            wind = _scaled(cells[6], MPS_PER_KNOT)
            # a longest radius begins with the digit of its direction, the shortest follows
            far = [_oval(cells[n][:1], cells[n][1:], cells[n + 1]) for n in (7, 9) if n + 1 < len(cells)]
        else:
            time, place, kind = cells[0], cells[2:4], CMA_CLASSES.get(cells[1])
            wind, far = _scaled(cells[5], 1.0), []
        r10, r7 = (*far, UNKNOWN, UNKNOWN)[:2]
        lat, lon = (_shifted(cell) for cell in place)
        pressure = cells[5] if is_tokyo else cells[4]
        return _point(
            storm, name, _time(time, "%Y%m%d%H"), (lon, lat), pressure, wind, kind, (r7, r10, UNKNOWN)
        )

    def _of_csv(self) -> Iterator[tuple[int, int, Point]]:
        if self._csv is None:
            return
        names = self._csv.names
        convert: Callable[[Row], Point | None] = _of_ibtracs if names[0] == "SID" else _of_tokyo_csv
        for number, line, cells in self._csv.rows():
            if any(cells) and (point := convert(dict(zip(names, cells, strict=True)))):
                yield number, line, point

    def _no_point(self, row: int, line: str) -> BadFile:
        return BadFile(
            f"{self._member.name} 第 {row} 行不是路径点：{line[:60]!r}",
            f"{self._member.name}: line {row} is no point of a track: {line[:60]!r}",
            code="bad_track_line",
            file=self._member.name,
            line=row,
        )


def _of_tokyo_csv(row: Row) -> Point:
    kind = TOKYO_CLASSES.get(row.get("grade") or "")
    r7, r10 = (
        _oval(row.get(f"r{knots}_long_dir"), row.get(f"r{knots}_long_nm"), row.get(f"r{knots}_short_nm"))
        for knots in (30, 50)
    )
    time = _time(row["time_utc"], "%Y-%m-%dT%H:%M:%SZ")
    wind = _scaled(row["wind_kt"], MPS_PER_KNOT)
    place = (row.get("lon"), row.get("lat"))
    reach = (r7, r10, UNKNOWN)
    return _point(row["jma_id"], row.get("name"), time, place, row["pres_hpa"], wind, kind, reach)


def _of_ibtracs(row: Row) -> Point | None:
    """Return the point of a row; None for the row of units below the header."""
    if not (row["SID"] or "").strip():
        return None

    def first(*names: str) -> str | None:
        return next((cell for name in names if (cell := (row.get(name) or "").strip())), None)

    def tokyo(knots: int) -> Reach:
        return _oval(*(first(f"TOKYO_R{knots}_{what}") for what in ("DIR", "LONG", "SHORT")))

    def usa(knots: int) -> Reach:
        return _by_side([first(f"USA_R{knots}_{side.upper()}") for side in SIDES])

    r10 = tokyo(50) if first("TOKYO_R50_LONG") else usa(50)
    reach = (tokyo(30), r10, usa(64))
    wind = _scaled(first("CMA_WIND", "TOKYO_WIND", "WMO_WIND", "USA_WIND"), MPS_PER_KNOT)
    pressure = first("CMA_PRES", "TOKYO_PRES", "WMO_PRES", "USA_PRES")
    time = _time(row["ISO_TIME"], "%Y-%m-%d %H:%M:%S")
    kind = "et" if first("NATURE") == "ET" else None
    place = (first("LON"), first("LAT"))
    return _point(row["SID"], row.get("NAME"), time, place, pressure, wind, kind, reach)


def _oval(direction: str | None, longest: str | None, shortest: str | None) -> Reach:
    """Return the reach of a circle beside the eye: its longest radius (miles) with the direction, and its shortest."""
    furthest = _scaled(longest, KM_PER_MILE)
    bearing = BEARINGS.get((direction or "").strip())
    try:
        far, near = float(longest or 0), float(shortest or 0)
    except ValueError:
        return (furthest, *UNKNOWN[1:])
    if bearing is None or not 0 < near < far:
        return (furthest, *UNKNOWN[1:])
    return (furthest, *(_scaled(f"{side:.6f}", KM_PER_MILE) for side in quadrants(far, near, bearing)))


def _by_side(miles: list[str | None]) -> Reach:
    """Return the reach given by quadrant; one that is not given is not known, and 0 is none."""
    known = [side for side in miles if side is not None and side.isdigit()]
    sides = [_scaled(side if side in known else None, KM_PER_MILE) for side in miles]
    return (_scaled(max(known, key=int) if known else None, KM_PER_MILE), *sides)


def _point(
    storm: str | None,
    name: str | None,
    time: datetime | None,
    place: tuple[str | None, str | None],
    pressure: str | None,
    wind: str | None,
    kind: str | None,
    reach: tuple[Reach, Reach, Reach],
) -> Point:
    """Return the cells of a point; a wind or pressure of 0 means that nobody knows it."""
    known = wind if wind and wind != "0" else None
    try:
        strength = kind if kind == "et" or known is None else category(float(known))
    except ValueError:
        strength = kind
    code = f"{storm}-{time:%Y%m%d%H%M}" if storm and time else None
    instant = f"{time:%Y-%m-%dT%H:%M:%SZ}" if time else None
    least = pressure if pressure != "0" else None
    radii = (cell for of_grade in reach for cell in of_grade)
    values: tuple[str | None, ...] = (code, storm, name, instant, least, known, strength, *radii, *place)
    return {key: value or None for key, value in zip(COLUMNS, values, strict=True)}


def _time(text: str | None, form: str) -> datetime | None:
    """Return an instant; None where the text is none, so that the row is refused for want of a time."""
    try:
        return datetime.strptime((text or "").strip(), form).replace(tzinfo=UTC)
    except ValueError:
        return None


def _scaled(text: str | None, factor: float) -> str | None:
    """Return a number in other units; what is no number goes on as it is, for the checks of the layer to name."""
    try:
        return f"{float(text) * factor:.1f}".removesuffix(".0") if text else None
    except ValueError:
        return text


def _shifted(tenths: str) -> str:
    return f"{int(tenths) / 10:g}"
