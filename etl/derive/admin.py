"""Cities and the province out of counties, where a file brings counties only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from layers.errors import BadInput
from layers.region import PROVINCE, PROVINCE_CODE

CITY_NAMES_EN = {
    "330100": "Hangzhou",
    "330200": "Ningbo",
    "330300": "Wenzhou",
    "330400": "Jiaxing",
    "330500": "Huzhou",
    "330600": "Shaoxing",
    "330700": "Jinhua",
    "330800": "Quzhou",
    "330900": "Zhoushan",
    "331000": "Taizhou",
    "331100": "Lishui",
}


def merge_areas(frame: gpd.GeoDataFrame, merge: Mapping[str, str]) -> gpd.GeoDataFrame:
    """Join areas to others (a development zone with a statistical code to the county it lies in).

    Raises:
        BadInput: a code that is not in the file.
    """
    for code, into in merge.items():
        for wanted in (code, into):
            if not frame["code"].eq(wanted).any():
                raise BadInput(
                    f"merge：文件里没有代码 {wanted}",
                    f"merge: the file has no code {wanted}",
                    code="bad_manifest",
                )
        source, target = (frame.index[frame["code"] == c][0] for c in (code, into))
        united = shapely.union_all([frame.geometry[source], frame.geometry[target]])
        frame.loc[[target], "geometry"] = gpd.GeoSeries([_multi(united)], index=[target], crs=frame.crs)
        people = [int(p) for p in frame.loc[[source, target], "population"].dropna()]
        frame.at[target, "population"] = sum(people) if people else None
        frame = frame.drop(index=source)
    return frame.reset_index(drop=True)


def complete_admin(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Add the missing levels by union of the counties (GB/T 2260: a county's first four digits are its city).

    Populations add up; a level that the file already has is left as it is.
    """
    counties = frame[frame["level"] == "county"].copy()
    if counties.empty:
        return frame
    counties["parent_code"] = counties["parent_code"].where(
        counties["parent_code"].notna(), counties["code"].str.slice(0, 4) + "00"
    )
    frame.loc[counties.index, "parent_code"] = counties["parent_code"]
    city_names = frame[frame["level"] == "city"].set_index("code")["name"].to_dict()
    if city_names:
        frame.loc[counties.index, "city"] = counties["city"].where(
            counties["city"].notna(), counties["parent_code"].map(city_names)
        )
    added: list[dict[str, object]] = []
    if not (frame["level"] == "city").any():
        for code, members in counties.groupby("parent_code"):
            names = members["city"].dropna()
            name = names.iloc[0] if len(names) else str(code)
            added.append(
                _row(
                    str(code),
                    name,
                    "city",
                    PROVINCE_CODE,
                    gpd.GeoDataFrame(members),
                    CITY_NAMES_EN.get(str(code)),
                )
            )
    if not (frame["level"] == "province").any():
        added.append(_row(PROVINCE_CODE, PROVINCE.zh, "province", None, counties, PROVINCE.en))
    if not added:
        return frame
    extra = gpd.GeoDataFrame(added, geometry="geometry", crs=frame.crs).reindex(columns=frame.columns)
    together = pd.concat(
        [frame.astype({c: object for c in frame.columns if c != "geometry"}), extra], ignore_index=True
    )
    result = gpd.GeoDataFrame(together, geometry="geometry", crs=frame.crs)
    return result.astype({c: object for c in result.columns if c != "geometry"}).where(result.notna(), None)


def _row(
    code: str, name: str, level: str, parent: str | None, members: gpd.GeoDataFrame, name_en: str | None
) -> dict[str, object]:
    united = shapely.union_all(members.geometry.to_numpy())
    people = members["population"].dropna()
    return {
        "code": code,
        "name": name,
        "name_en": name_en,
        "level": level,
        "parent_code": parent,
        "population": int(people.sum()) if len(people) else None,
        "geometry": _multi(united),
    }


def _multi(shape: Any) -> shapely.MultiPolygon:
    return shape if isinstance(shape, shapely.MultiPolygon) else shapely.MultiPolygon([shape])
