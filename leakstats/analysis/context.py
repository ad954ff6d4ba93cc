"""What every question is given: the results, the settings, and the ledger that takes its answers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leakstats.analysis.ledger import Ledger
from leakstats.analysis.settings import Settings
from leakstats.results import Results
from leakstats.stats import Permutation

__all__ = ["Context", "plural"]

_PLURALS = {"category": "categories"}


def plural(factor: str) -> str:
    """The levels of a factor in words: "condition" -> "conditions"."""
    return _PLURALS.get(factor, f"{factor.replace('_', ' ')}s")


@dataclass(frozen=True, slots=True)
class Context:
    """The results with how they are analysed. ``level`` and ``alpha`` are settled from settings and plan."""

    results: Results
    settings: Settings
    ledger: Ledger
    level: float
    alpha: float
    reference: Results | None = None
    """An earlier file whose shared cells are compared."""

    def rng(self, purpose: str) -> np.random.Generator:
        return self.settings.rng(purpose)

    def permutation(self, purpose: str) -> Permutation:
        """The permutation test of one purpose, with its own reproducible generator."""
        return Permutation(n_resamples=self.settings.n_resamples, rng=self.rng(purpose))

    def noun(self, factor: str) -> str:
        """What the levels of ``factor`` are called when counted."""
        design = self.results.design
        return design.unit_noun if factor == design.unit else plural(factor)

    def override(self, name: str) -> str | None:
        return self.settings.overrides.get(name)
