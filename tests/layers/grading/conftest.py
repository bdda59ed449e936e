"""The shipped constants, and inventories as text."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from layers.constants.model import Constants
from layers.constants.shipped import shipped
from layers.grading.inventory import Item, Substances, parse_inventory


@pytest.fixture(scope="session")
def constants() -> Constants:
    return shipped()


@pytest.fixture(scope="session")
def read(constants: Constants) -> Callable[[str], list[Item]]:
    return lambda text: parse_inventory(text, Substances.of(constants))
