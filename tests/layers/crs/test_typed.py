"""Places as people type them."""

from __future__ import annotations

import mgrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Transformer

from layers.crs.gcj import bd_mercator_to_bd, wgs_to_bd, wgs_to_gcj
from layers.crs.places import Places
from layers.crs.typed import BD_KEY, DEGREES_KEY, GCJ_KEY, TypedPlace, read_typed
from layers.errors import BadInput

PLACES = Places()
LON, LAT = 121.55, 29.87


def first(text: str) -> TypedPlace:
    return read_typed(text, PLACES)[0]


@pytest.mark.parametrize(
    "text",
    [
        "29.87,121.55", "121.55 29.87", "121.55，29.87", "29.87; 121.55", "29.87N 121.55E", "E121.55 N29.87",
        "29°52.2′N 121°33′E", "N29°52.2′E121°33′", "东经121°33′，北纬29°52.2′", "北纬29.87度 东经121.55度",
        "东经121度33分北纬29度52分12秒", "经度：121.55 纬度：29.87", "lat: 29.87, lon: 121.55", "lng=121.55&lat=29.87",
        "29 52 12 121 33 00", "29-52-12, 121-33-00", "geo:29.87,121.55", "(121.55, 29.87)", "WGS84 121.55,29.87",
        "位置：29.87，121.55", "121.55,29.87,15", "29.87 121.55 15 m", "纬度29.87，经度121.55，高程15米",
        "POINT Z(121.55 29.87 8)",
        "SRID=4326;POINT(121.55 29.87)", "「29.87,121.55」", "29°52.2N121°33E", "121.55,29.87 高15米",
        "海拔15米 121.55,29.87", "位置:121.55,29.87(海曙区)", "我在121.55,29.87附近", "险情：某厂 29.87, 121.55 起火",
        "N2952.2 E12133", "2952.2N12133E", "N295212E1213300", "北纬295212 东经1213300", "2952.2,N,12133.0,E",
        "１２１．５５，２９．８７", "经纬度：121.55,29.87", "lat,lon: 29.87,121.55", "X:121.55 Y:29.87", "121.55|29.87",
        "geo:29.87,121.55,12?z=15", "geo:0,0?q=29.87,121.55(仓库)",
        '{"lat": 29.87, "lon": 121.55}', "POINT(121.55 29.87)",
        "https://www.openstreetmap.org/#map=15/29.87/121.55", "https://www.openstreetmap.org/?mlat=29.87&mlon=121.55#map=9/28.1/120.5",
        "http://10.1.1.1:8000/#m=11/28.95/120.55&pin=29.87,121.55", "http://10.1.1.1:8000/#m=11.5/29.87/121.55&cov=0", "https://www.openstreetmap.org/#map=15/29.870/121.550?q=29.87,121.55",
    ],
)  # fmt: skip
def test_degrees_are_read_in_every_dress(text: str) -> None:
    found = first(text)
    assert (found.lon, found.lat) == (pytest.approx(LON, abs=1e-6), pytest.approx(LAT, abs=1e-6))
    assert found.system == DEGREES_KEY
    assert found.inside


@pytest.mark.parametrize(
    ("text", "system"),
    [
        ("40649758 3306712", "EPSG:4528"),
        ("3306712,40649758", "EPSG:4528"),
        ("40 649758 3306712", "EPSG:4528"),
        ("649758 3306712", "EPSG:4549"),
        ("X=3306712 Y=649758", "EPSG:4549"),
        ("51R 359961 3305263", "EPSG:32651"),
        ("51N 359961 3305263", "EPSG:32651"),
        ("51 359961 3305263", "EPSG:32651"),
        ("UTM 51,359961,3305263", "EPSG:32651"),
        ("51带 E359961 N3305263", "EPSG:32651"),
        ("51R UP 59961 05263", "MGRS"),
        ("51rup5996105263", "MGRS"),
    ],
)
def test_grids_in_metres_lead_to_the_same_place(text: str, system: str) -> None:
    found = first(text)
    assert found.system == system
    assert (found.lon, found.lat) == (pytest.approx(LON, abs=1e-4), pytest.approx(LAT, abs=1e-4))


def test_metres_without_a_zone_are_read_in_every_zone_the_likeliest_first() -> None:
    systems = [one.system for one in read_typed("649758 3306712", PLACES)]
    assert systems[0] == "EPSG:4549"
    assert {"EPSG:4548", "EPSG:32650"} <= set(systems)


def test_a_pair_that_a_web_map_may_have_given_brings_the_shifted_reading_along() -> None:
    lon, lat = (float(v) for v in wgs_to_gcj(LON, LAT))
    readings = read_typed(f"{lon:.6f},{lat:.6f}", PLACES)
    likely = [one for one in readings if one.likely]
    assert [one.system for one in likely] == [GCJ_KEY]
    assert (likely[0].lon, likely[0].lat) == (pytest.approx(LON, abs=1e-6), pytest.approx(LAT, abs=1e-6))
    assert not any(one.likely for one in read_typed("29.87,121.55", PLACES))


@pytest.mark.parametrize(
    ("text", "system"),
    [
        ("https://uri.amap.com/marker?position={0:.6f},{1:.6f}&name=x", GCJ_KEY),
        ("高德 {0:.6f},{1:.6f}", GCJ_KEY),
        ("http://api.map.baidu.com/marker?location={1:.6f},{0:.6f}&title=a&output=html", BD_KEY),
        ("http://api.map.baidu.com/marker?location={1:.6f},{0:.6f}&coord_type=gcj02", GCJ_KEY),
        ("https://apis.map.qq.com/uri/v1/marker?marker=coord:{1:.6f},{0:.6f};title:a", GCJ_KEY),
        ("https://ditu.amap.com/regeo?lng={0:.6f}&lat={1:.6f}&name=x", GCJ_KEY),
        ("https://www.amap.com/?p=B0FFH,{1:.6f},{0:.6f},name,addr", GCJ_KEY),
        ("https://uri.amap.com/navigation?from=120.1,30.2,a&to={0:.6f},{1:.6f},b&mode=car", GCJ_KEY),
        ("androidamap://route?slat=30.1&slon=120.1&dlat={1:.6f}&dlon={0:.6f}", GCJ_KEY),
        ("我在这里 https://uri.amap.com/marker?position={0:.6f}%2C{1:.6f} 点击查看", GCJ_KEY),
        ("https://map.qq.com/?type=marker&pointx={0:.6f}&pointy={1:.6f}&name=x", GCJ_KEY),
        ("bd-09 {0:.6f} {1:.6f}", BD_KEY),
    ],
)
def test_a_web_map_that_is_named_is_believed_and_the_plain_reading_offered(text: str, system: str) -> None:
    lon, lat = (wgs_to_gcj if system == GCJ_KEY else wgs_to_bd)(LON, LAT)
    readings = read_typed(text.format(float(lon), float(lat)), PLACES)
    assert [one.system for one in readings] == [system, DEGREES_KEY]
    assert (readings[0].lon, readings[0].lat) == (pytest.approx(LON, abs=2e-6), pytest.approx(LAT, abs=2e-6))


def test_the_numbers_of_a_shifted_link_as_they_stand_get_the_second_pin() -> None:
    shifted, plain_reading = read_typed("https://uri.amap.com/marker?position=121.55,29.87", PLACES)
    assert (shifted.likely, plain_reading.likely) == (False, True)
    assert (plain_reading.lon, plain_reading.lat) == (121.55, 29.87)


def test_the_metres_in_the_address_of_baidus_page_are_read() -> None:
    found = first("https://map.baidu.com/poi/x/@13381000.0,3512000.0,15z")
    lon, lat = bd_mercator_to_bd(13_381_000, 3_512_000)
    assert found.system == BD_KEY
    assert [float(v) for v in wgs_to_bd(found.lon, found.lat)] == pytest.approx([lon, lat], abs=1e-6)


def test_a_map_that_writes_either_system_is_read_as_it_stands_with_a_second_pin() -> None:
    readings = read_typed(
        "https://www.google.com/maps/place/x/@28.1,120.2,15z/data=!3d29.87!4d121.55", PLACES
    )
    assert (readings[0].lon, readings[0].lat, readings[0].system) == (121.55, 29.87, DEGREES_KEY)
    assert [one.system for one in readings if one.likely] == [GCJ_KEY]


@pytest.mark.parametrize("text", ["https://surl.amap.com/1abC", "看看 https://j.map.baidu.com/s/x1"])
def test_a_short_link_is_said_to_hold_no_place(text: str) -> None:
    assert fault_of(text) == "short_link"


@pytest.mark.parametrize(
    "text", ["第1.5、2.5号仓库", "121.55,29.87 至 121.60,29.90", "版本 10.20 30.40", "G15.25公里"]
)
def test_numbers_in_a_sentence_that_are_no_one_place_are_none(text: str, boxes: Places) -> None:
    assert read_typed(text, boxes) == []


def test_a_height_is_left_out_and_said_to_be() -> None:
    assert "15 m" in first("121.55,29.87,15").how.zh
    assert fault_of("1,2,3") == "bad_coordinate"  # of three whole numbers none is plainly a height


@pytest.mark.parametrize(
    "text",
    ["NaN,NaN", "nan,nan", "lat: null, lon: null", "Infinity,30.25", "NaN NaN", "nan nan", "geo:NaN,NaN"],
)
def test_a_pair_without_numbers_is_no_name(text: str) -> None:
    assert fault_of(text) == "bad_coordinate"


def test_two_equal_numbers_are_one_place() -> None:
    assert [(one.lon, one.lat) for one in read_typed("0,0", PLACES)] == [(0, 0)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "宁波化工",
        "nan hu",
        "nanhu",
        "330206",
        "29.87",
        "12 号楼 3 单元",
        "ZJ-HAZ-00012",
        "A 区 3 号罐",
        "x" * 500,
    ],
)
def test_what_is_no_coordinate_is_left_to_the_names(text: str) -> None:
    assert read_typed(text, PLACES) == []


@pytest.mark.parametrize("text", ["29.87 221.55", "29°72′N 121°33′E", "95.1, 99.2", "N29.87 N121.55"])
def test_what_is_meant_as_a_coordinate_and_cannot_be_one_is_said_to_be_so(text: str) -> None:
    with pytest.raises(BadInput) as refused:
        read_typed(text, PLACES)
    assert refused.value.code == "bad_coordinate"


def test_a_place_far_away_is_read_and_said_to_be_outside() -> None:
    assert not first("39.9, 116.4").inside
    assert not first("48.85, 2.35").inside


def fault_of(text: str) -> str | None:
    try:
        read_typed(text, PLACES)
    except BadInput as refused:
        return refused.code
    return None


@given(st.text(max_size=80))
def test_any_text_has_readings_or_a_named_fault(text: str) -> None:
    assert fault_of(text) in (None, "bad_coordinate")


DEGREES, MINUTES = st.integers(0, 179), st.integers(0, 5999)


@given(
    st.integers(0, 89),
    DEGREES,
    MINUTES,
    MINUTES,
    st.sampled_from(["{0} {1}", "{1} {0}", "{0}{1}", "{1},{0}"]),
)
def test_packed_degrees_and_minutes_are_read_to_the_hundredth_of_a_minute(
    lat: int, lon: int, north: int, east: int, order: str
) -> None:
    text = order.format(f"{lat:02d}{north / 100:05.2f}N", f"{lon:03d}{east / 100:05.2f}E")
    found = [(one.lon, one.lat) for one in read_typed(text, PLACES) if one.system == DEGREES_KEY]
    assert found == [
        (pytest.approx(lon + east / 6000, abs=1e-6), pytest.approx(lat + north / 6000, abs=1e-6))
    ]


@given(
    st.floats(118.2, 122.4),
    st.floats(27.3, 31.0),
    st.sampled_from(
        [
            ("https://uri.amap.com/marker?position={0:.6f},{1:.6f}&src=a", GCJ_KEY),
            ("https://map.qq.com/?pointy={1:.6f}&pointx={0:.6f}", GCJ_KEY),
            ("baidumap://map/marker?location={1:.6f},{0:.6f}", BD_KEY),
            ("https://www.openstreetmap.org/#map=15/{1:.6f}/{0:.6f}", DEGREES_KEY),
            ("geo:{1:.6f},{0:.6f},12", DEGREES_KEY),
            ("{0:.6f},{1:.6f},15.5", DEGREES_KEY),
        ]
    ),
)
def test_a_place_comes_back_from_the_link_it_was_put_into(
    lon: float, lat: float, kind: tuple[str, str]
) -> None:
    text, system = kind
    shift = {GCJ_KEY: wgs_to_gcj, BD_KEY: wgs_to_bd}.get(system)
    x, y = shift(lon, lat) if shift else (lon, lat)
    found = read_typed(text.format(float(x), float(y)), PLACES)[0]
    assert found.system == system
    assert (found.lon, found.lat) == (pytest.approx(lon, abs=2e-6), pytest.approx(lat, abs=2e-6))


@given(
    st.floats(118.2, 122.4), st.floats(27.3, 31.0), st.sampled_from(["4528", "4549", "4490", "32651", "mgrs"])
)
def test_what_is_written_in_a_system_is_found_among_its_readings(lon: float, lat: float, system: str) -> None:
    if system == "mgrs":
        text, tolerance = mgrs.MGRS().toMGRS(lat, lon), 2e-5
    elif system == "4490":
        text, tolerance = f"{lat:.6f}, {lon:.6f}", 1e-6
    else:
        way = Transformer.from_crs(4326, int(system), always_xy=True)
        east, north = way.transform(lon, lat)
        text, tolerance = f"{east:.2f} {north:.2f}", 1e-6
    readings = read_typed(text, PLACES)
    assert any(abs(one.lon - lon) < tolerance and abs(one.lat - lat) < tolerance for one in readings)
