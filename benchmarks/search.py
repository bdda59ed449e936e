"""How fast the search box answers over HTTP: ``python -m benchmarks.search URL [URL] [--asked N]``, of a running demo.

N texts of each kind (60 unless said otherwise), all different, made of names that are in the data (fixed seed); p50 and
p95 in milliseconds. With two addresses, say before and after a change, both are asked the same in turns, the figures
stand side by side, and a text of which the second finds fewer than the first is named.
"""

from __future__ import annotations

import argparse
import json
import time
import urllib.parse
import urllib.request
from collections.abc import Callable

import numpy as np

from app.search.pinyin import plain, readings, spelling

SEED = 11
LAYERS = ("hazard_source", "shelter", "rescue_team", "rescue_base", "chemical_park", "admin_area")
LETTERS = "abcdefghijklmnopqrstuvwxyz"
Answer = dict[str, object]


def names_of(base: str) -> list[str]:
    """Return names of every layer that is searched."""
    found: list[str] = []
    for layer in LAYERS:
        with urllib.request.urlopen(f"{base}/api/layers/{layer}/items?limit=1000") as answer:  # noqa: S310 - the caller's own
            found += [one["properties"]["name"] for one in json.load(answer)["features"]]
    return sorted(set(found))


def initials(name: str) -> str:
    """Return the first letters of the readings of a name."""
    return "".join(min(readings(c), default=c)[0] for c in plain(name))


def slip(text: str, rng: np.random.Generator) -> str:
    """Change over two neighbours, leave one out, put one in, or put a wrong one."""
    at = int(rng.integers(1, max(2, len(text) - 1)))
    wrong = str(rng.choice(list(LETTERS if text.isascii() else "错别字误")))
    kinds = (
        text[: at - 1] + text[at : at + 1] + text[at - 1] + text[at + 1 :],
        text[:at] + text[at + 1 :],
        text[:at] + wrong + text[at:],
        text[:at] + wrong + text[at + 1 :],
    )
    return str(kinds[int(rng.integers(4))])


def kinds(names: list[str], rng: np.random.Generator) -> dict[str, Callable[[], str]]:
    """Return how a text of each kind is made."""

    def name() -> str:
        return str(rng.choice(names))

    def letters() -> str:
        return "".join(c for c in spelling(name()) if c in LETTERS)

    return {
        "exact": name,
        "prefix": lambda: name()[: int(rng.integers(2, 5))],
        "pinyin": letters,
        "beginning of pinyin": lambda: letters()[: int(rng.integers(3, 9))],
        "initials": lambda: initials(name())[:8],
        "slip": lambda: slip(name(), rng),
        "slip in pinyin": lambda: slip(letters(), rng),
        "slip in short pinyin": lambda: slip(letters()[:9], rng),
        "two words": lambda: f"{name()[:2]} {name()[2:6]}",
        "nothing": lambda: "".join(rng.choice(list(LETTERS), 12)),
    }


def ask(base: str, text: str) -> tuple[float, Answer]:
    """Return the milliseconds of one question, and the answer."""
    began = time.perf_counter()
    with urllib.request.urlopen(f"{base}/api/search?q={urllib.parse.quote(text)}") as answer:  # noqa: S310 - as above
        body = answer.read()
    return (time.perf_counter() - began) * 1000, json.loads(body)


def main(bases: list[str], asked: int) -> None:
    """Ask and print."""
    rng = np.random.default_rng(SEED)
    makers = kinds(names_of(bases[0]), rng)
    print(
        f"{'':22}"
        + "".join(f"{f'p50 ({n})':>12}{f'p95 ({n})':>12}" for n in range(1, len(bases) + 1))
        + "  ms"
    )
    lost: list[str] = []
    for kind, make in makers.items():
        texts = list(dict.fromkeys(make() for _ in range(asked)))
        taken: list[list[float]] = [[] for _ in bases]
        for text in texts:
            answers = []
            for n, base in enumerate(bases):
                milliseconds, answer = ask(base, text)
                taken[n].append(milliseconds)
                answers.append(answer)
            if int(str(answers[-1]["total"])) < int(str(answers[0]["total"])):
                lost.append(text)
        figures = [np.percentile(one, (50, 95)) for one in taken]
        print(f"{kind:22}" + "".join(f"{p50:12.1f}{p95:12.1f}" for p50, p95 in figures), flush=True)
    if len(bases) > 1:
        print(f"texts with fewer hits than before: {lost or 'none'}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url", nargs="+")
    parser.add_argument("--asked", type=int, default=60)
    given = parser.parse_args()
    main([one.rstrip("/") for one in given.url], given.asked)
