"""What was studied, what is independent of what, and what was going to be analysed."""

from __future__ import annotations

from dataclasses import dataclass

from leakstats.results.tables import Level

__all__ = [
    "Canary",
    "Control",
    "CovariateSpec",
    "Design",
    "Detector",
    "Exclusion",
    "Family",
    "Plan",
    "Primary",
    "Replication",
    "Sample",
    "Study",
]


@dataclass(frozen=True, kw_only=True)
class Study:
    """Name and origin of the study; dates are YYYY-MM-DD."""

    id: str
    title: str
    description: str = ""
    source: str | None = None
    created: str | None = None
    parents: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Replication:
    """Replicates of one random factor: ``n`` of them (None: unknown, ``reason`` says why)."""

    n: int | None
    values: tuple[Level, ...] | None = None
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class Design:
    """Units, clusters, crossing, nesting, pairing, and what is independent of what."""

    unit: str
    unit_noun: str
    clusters: tuple[str, ...]
    independent: str
    exchangeable: str
    training_seed: Replication
    sampling_seed: Replication
    crossed: tuple[tuple[str, str], ...] = ()
    nested: tuple[tuple[str, str], ...] = ()
    paired: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Primary:
    """The one analysis that a study stands on; ``outcome`` is a table id, ``predictor`` a similarity or geometry id."""

    analysis: str
    statistic: str
    outcome: str
    predictor: str | None
    layer: int | None = None
    source: str | None = None
    condition: str | None = None
    checkpoint: int | str | None = None

    @property
    def slice(self) -> dict[str, int | str]:
        """The part of the data that is meant, by the factors that split it."""
        named = {"condition": self.condition, "checkpoint": self.checkpoint}
        return {factor: level for factor, level in named.items() if level is not None}


@dataclass(frozen=True, kw_only=True)
class Family:
    """What one multiplicity correction ranges over."""

    name: str
    correction: str
    description: str = ""


@dataclass(frozen=True, kw_only=True)
class CovariateSpec:
    """A persona covariate to control for; ``transform`` is "log" (natural) or "identity"."""

    name: str
    source: str
    """Name of the persona covariate (``from`` in the file)."""
    transform: str


@dataclass(frozen=True, kw_only=True)
class Exclusion:
    """A persona left out, and whether that was decided before or after the data were seen."""

    persona: str
    reason: str
    decided: str


@dataclass(frozen=True, kw_only=True)
class Control:
    """A table whose outcome is known in advance; ``threshold`` is a fraction in [0, 1]."""

    table: str
    expected: str
    threshold: float
    source: str | None = None


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Registered or exploratory; primary analysis, level, families, covariates, new points, exclusions, controls."""

    status: str
    alpha: float = 0.05
    level: float = 0.95
    primary: Primary | None = None
    families: tuple[Family, ...] = ()
    covariates: tuple[CovariateSpec, ...] = ()
    new_points: tuple[str, ...] = ()
    fit_points: tuple[str, ...] | None = None
    margin: float | None = None
    exclusions: tuple[Exclusion, ...] = ()
    controls: tuple[Control, ...] = ()
    deviations: tuple[str, ...] = ()
    registered_on: str | None = None
    registered_hash: str | None = None
    data_collected_on: str | None = None
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class Detector:
    """How an outcome is recognised in a completion; ``error_rate`` is a fraction in [0, 1] or None."""

    kind: str
    pattern: str | None
    case_sensitive: bool | None = None
    description: str = ""
    error_rate: float | None = None
    error_reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A completion to show."""

    persona: str
    prompt: str
    text: str
    marker: bool
    source: str | None = None
    condition: str | None = None
    question: Level | None = None
    origin: str | None = None
    note: str | None = None


@dataclass(frozen=True, kw_only=True)
class Canary:
    """A check that the run made of itself; ``value`` and ``threshold`` are in the unit that ``detail`` names."""

    name: str
    kind: str
    status: str
    detail: str
    value: float | None = None
    threshold: float | None = None
    unit: str | None = None
    """The adapter that was checked; None for the base model."""
