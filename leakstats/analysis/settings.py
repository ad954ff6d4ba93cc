"""How an analysis is run: level, resamples, seed, and the choices that override the design."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np

from leakstats.errors import InputError

__all__ = ["OVERRIDES", "Settings"]

OVERRIDES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "rates": MappingProxyType(
            {
                "wilson": "Wilson intervals even where clusters are declared: completions taken as independent",
                "clopper-pearson": "Clopper-Pearson intervals: completions taken as independent",
            }
        ),
        "pooled": MappingProxyType(
            {"independent-rows": "pooled correlations with the t approximation over rows, as if rows were independent"}
        ),
        "correlation-p": MappingProxyType(
            {
                "t": "t approximation as the headline p, at any n",
                "permutation": "permutation as the headline p, at any n",
            }
        ),
        "correction": MappingProxyType(
            {
                "bonferroni": "Bonferroni in every family",
                "holm": "Holm in every family",
                "bh": "Benjamini-Hochberg in every family",
                "none": "no multiplicity correction",
            }
        ),
    }
)
"""What a user may override, and how the choice is described in the output."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Level of the intervals, number of resamples, the seed all resampling derives from, and declared overrides.

    ``level`` and ``alpha`` left at ``None`` are taken from the plan of results.json.
    """

    n_resamples: int = 9999
    seed: int = 0
    level: float | None = None
    alpha: float | None = None
    overrides: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.n_resamples < 99:
            raise InputError(f"n_resamples must be at least 99, got {self.n_resamples}")
        if self.seed < 0:
            raise InputError(f"seed must be >= 0, got {self.seed}")
        for what, value in (("level", self.level), ("alpha", self.alpha)):
            if value is not None and not 0.0 < value < 1.0:
                raise InputError(f"{what} must lie in (0, 1), got {value:g}; write 0.95, not 95")
        for name, choice in self.overrides.items():
            if name not in OVERRIDES:
                raise InputError(f"no override is called {name!r}; there are {', '.join(OVERRIDES)}")
            if choice not in OVERRIDES[name]:
                raise InputError(f"override {name}={choice!r} is unknown; accepted: {', '.join(OVERRIDES[name])}")

    def rng(self, purpose: str) -> np.random.Generator:
        """The generator for one purpose: the same whatever else is computed before it."""
        return np.random.default_rng([self.seed, zlib.crc32(purpose.encode())])

    def to_json(self, *, level: float, alpha: float) -> dict[str, Any]:
        return {
            "level": level,
            "alpha": alpha,
            "n_resamples": self.n_resamples,
            "seed": self.seed,
            "overrides": {k: f"{v}: {OVERRIDES[k][v]}" for k, v in self.overrides.items()},
        }
