"""A smooth seeded displacement of the plane that makes straight cell borders look like natural ones.

Both sides of a border are moved by the same function, so neighbours stay without gap or overlap.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

Points = npt.NDArray[np.float64]

# Wavelength in degrees of each octave. Amplitude / wavelength stays small, so the plane never folds.
OCTAVES = (0.42, 0.2, 0.09, 0.045, 0.024)
STEEPNESS = 0.02
WAVES_PER_OCTAVE = 5


class Warp:
    """A displacement field: a sum of plane waves with seeded directions and phases (degrees in, degrees out)."""

    def __init__(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        size = len(OCTAVES) * WAVES_PER_OCTAVE
        length = np.repeat(np.array(OCTAVES), WAVES_PER_OCTAVE) * rng.uniform(0.75, 1.3, size)
        heading = rng.uniform(0, 2 * math.pi, size)
        self._wave = np.stack([np.cos(heading), np.sin(heading)]) * (2 * math.pi / length)
        self._phase = rng.uniform(0, 2 * math.pi, (2, size))
        self._amplitude = length * STEEPNESS / math.sqrt(WAVES_PER_OCTAVE) * 1.6

    def shift(self, points: Points) -> Points:
        """Return the displacement at each point (n x 2, degrees)."""
        angle = points @ self._wave
        return np.stack(
            [(np.sin(angle + phase) * self._amplitude).sum(axis=1) for phase in self._phase], axis=1
        )

    def shift_grid(self, lon: Points, lat: Points) -> Points:
        """Return the displacement at each crossing of longitudes and latitudes (lat x lon x 2, degrees).

        A wave of a sum is a product of waves, so a grid takes a matrix product and not a sine per cell and wave.
        """
        east, north = (np.exp(1j * np.outer(at, k)) for at, k in zip((lon, lat), self._wave, strict=True))
        parts = [(north * (self._amplitude * np.exp(1j * phase)) @ east.T).imag for phase in self._phase]
        return np.stack(parts, axis=2)

    def backward(self, points: Points) -> Points:
        """Return the points that ``forward`` moves onto the given ones (fixed-point iteration)."""
        guess = points
        for _ in range(30):
            guess = points - self.shift(guess)
        return guess
