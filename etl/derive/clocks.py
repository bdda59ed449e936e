"""When a defect must be closed: 60 days after a city found it, 30 after a county did (constants ``defects.*``)."""

from __future__ import annotations

import pandas as pd

from layers.constants.model import Constants

DEFECT_INPUTS = ("level", "found_on")
DEFECT_COMPUTED = ("due_on",)


def due_dates(frame: pd.DataFrame, constants: Constants) -> pd.DataFrame:
    """Fill the day on which each defect is due; None where the day it was found is not known."""
    days = {level: int(constants.number(f"defects.{level}_days")) for level in ("city", "county")}
    due = pd.to_datetime(frame["found_on"]) + pd.to_timedelta(
        frame["level"].map(days).astype(float), unit="D"
    )
    frame["due_on"] = [None if pd.isna(day) else day.date() for day in due]
    frame["due_on"] = frame["due_on"].astype(object)
    return frame
