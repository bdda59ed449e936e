"""How fast search and "around" answer over HTTP: ``python benchmarks/around.py URL [N]`` against a running demo.

N questions of each kind (200 unless said otherwise) from a fixed seed, one after the other: places drawn among the
hazard sources, so that most lie in towns; texts of every way to ask. Prints p50, p95 and the slowest in milliseconds.
"""

from __future__ import annotations

import sys
import time
import urllib.parse
import urllib.request

import numpy as np

SEED = 7
ASKED = 200
TEXTS = (
    "镇海",
    "宁波镇海",
    "zhenhaiqu",
    "nbzhq",
    "演示化工0260",
    "避灾安置点001",
    "舟山普陀山鸡场",
    "330211",
    "正海区",
    "29.87,121.55",
)


def get(url: str) -> tuple[float, bytes]:
    """Return the milliseconds of one request, and the answer."""
    began = time.perf_counter()
    with urllib.request.urlopen(url) as answer:  # noqa: S310 - the address is the caller's own
        body: bytes = answer.read()
    return (time.perf_counter() - began) * 1000, body


def say(what: str, taken: list[float], size: int) -> None:
    """Print the figures of one kind of question."""
    taken.sort()
    p50, p95 = taken[len(taken) // 2], taken[int(len(taken) * 0.95)]
    figures = f"p50 {p50:7.1f} ms  p95 {p95:7.1f} ms  max {taken[-1]:7.1f} ms"
    print(f"{what:>22}  n {len(taken):>4}  {figures}  {size / 1000:6.1f} kB")


def main(base: str, asked: int) -> None:
    """Ask and print."""
    rng = np.random.default_rng(SEED)
    places = [(rng.uniform(118.6, 121.9), rng.uniform(28.0, 30.8)) for _ in range(asked)]
    towns = [
        (121.55, 29.87),
        (120.16, 30.27),
        (120.70, 28.00),
        (120.58, 30.00),
        (120.75, 30.75),
        (121.42, 28.66),
    ]
    crowded = [(x + rng.normal(0, 0.03), y + rng.normal(0, 0.03)) for x, y in rng.choice(towns, asked)]
    for what, where in (("around, anywhere", places), ("around, in towns", crowded)):
        urls = [f"{base}/api/around?lon={x:.6f}&lat={y:.6f}&hazard=fire" for x, y in where]
        get(urls[0])
        found = [get(url) for url in urls]
        say(what, [one[0] for one in found], sum(len(one[1]) for one in found) // len(found))
    for text in TEXTS:
        url = f"{base}/api/search?q={urllib.parse.quote(text)}"
        get(url)
        found = [get(url) for _ in range(asked // 10)]
        say(text, [one[0] for one in found], len(found[0][1]))


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/"), int(sys.argv[2]) if len(sys.argv) > 2 else ASKED)
