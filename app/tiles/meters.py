"""What the tiles cost, counted for ``/metrics``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from prometheus_client import CollectorRegistry, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

SECONDS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 3.0)


class Meters(Collector):
    """Counts answers by where they came from: plain numbers, since a kept tile is answered in microseconds."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._counts: Counter[str] = Counter()
        self._gauges: dict[str, tuple[str, Callable[[], float]]] = {}
        self._made = Histogram(
            "riskmap_tile_made_seconds",
            "time to make a tile in the database",
            ("layer",),
            registry=registry,
            buckets=SECONDS,
        )
        registry.register(self)

    def count(self, origin: str) -> None:
        """Count one answer."""
        self._counts[origin] += 1

    def made(self, layer: str, seconds: float) -> None:
        """Count a tile that the database made."""
        self._counts["database"] += 1
        self._made.labels(layer).observe(seconds)

    def watch(self, name: str, words: str, value: Callable[[], float]) -> None:
        """Read a number whenever somebody looks."""
        self._gauges[name] = (words, value)

    def collect(self) -> Iterator[Metric]:
        """Return the numbers as they stand."""
        counted = CounterMetricFamily(
            "riskmap_tiles", "vector tiles answered, by where they came from", labels=("origin",)
        )
        for origin, n in sorted(self._counts.items()):
            counted.add_metric((origin,), n)
        yield counted
        for name, (words, value) in self._gauges.items():
            yield GaugeMetricFamily(name, words, value=value())
