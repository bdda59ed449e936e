"""How bad each county of the demo may become, so that all colours and "no data" appear on the map.

A zone takes the colour of its worst member, so one red point makes a red county: red points are kept
to the counties named here. None of it says anything about the real county.
"""

from __future__ import annotations

from etl.demo.facts import counties, parks

RED = frozenset(
    "330109 330182 330206 330211 330282 330303 330424 330482 330604 330802 330921 331002 331082".split()
)
ORANGE = frozenset(
    "330104 330110 330111 330205 330212 330213 330226 330281 330304 330326 330381 330382 330402 330481 330483 "
    "330502 330521 330522 330602 330603 330681 330702 330781 330782 330783 330803 330825 330902 331023 331081 "
    "331102".split()
)
BLUE = frozenset("330127 330305 330824 330922 331125 331126 331127".split())
UNGRADED = frozenset("330328 330329 330727 331124".split())


def allowed(grade: int) -> list[str]:
    """Return the counties that may hold members of a grade (1 red to 4 blue), by code."""
    codes = [county.code for county in counties()]
    if grade == 1:
        return [code for code in codes if code in RED]
    if grade == 2:
        return [code for code in codes if code in RED | ORANGE]
    barred = UNGRADED if grade == 4 else UNGRADED | BLUE
    return [code for code in codes if code not in barred]


def industry_weight() -> dict[str, float]:
    """Return the weight of chemical industry by county: parks first, then people."""
    weight = {county.code: county.population / 1e6 + 0.15 for county in counties()}
    for park in parks():
        weight[park.county_code] += park.weight * 0.7
    return weight
