"""Sharing whole numbers out in proportion."""

from __future__ import annotations

from collections.abc import Mapping


def share_out(total: int, weights: Mapping[str, float], *, least: int = 0) -> dict[str, int]:
    """Split ``total`` by weight with largest remainders; everyone gets at least ``least``.

    Raises:
        ValueError: when ``total`` does not reach for the least of all.
    """
    spare = total - least * len(weights)
    if spare < 0:
        raise ValueError(f"{total} cannot give {least} to each of {len(weights)}")
    whole = sum(weights.values())
    exact = {key: spare * weight / whole for key, weight in weights.items()}
    result = {key: least + int(value) for key, value in exact.items()}
    by_remainder = sorted(exact, key=lambda key: (int(exact[key]) - exact[key], key))
    for key in by_remainder[: total - sum(result.values())]:
        result[key] += 1
    return result
