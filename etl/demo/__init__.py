"""Demo data: generated from a fixed seed on public facts, and marked as generated wherever it is shown."""

from etl.demo.generate import DEFAULT_SEED, generate

__all__ = ["DEFAULT_SEED", "generate"]
