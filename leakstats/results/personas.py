"""The personas of a study, as columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from leakstats.errors import InputError
from leakstats.results.tables import FloatArray, Level, NamedColumn

__all__ = ["Personas", "Questions"]


@dataclass(frozen=True, kw_only=True)
class Personas:
    """Columns of equal length, one entry a persona; ``name`` is distinct.

    >>> p = Personas(name=("a", "b"), category=("x", None))
    >>> p.index("b"), p.category_of("a"), len(p)
    (1, 'x', 2)
    """

    name: tuple[str, ...]
    prompt: tuple[str | None, ...] = ()
    category: tuple[str | None, ...] = ()
    related_to: tuple[tuple[str, ...], ...] = ()
    role: tuple[str | None, ...] = ()
    covariates: Mapping[str, NamedColumn] = field(default_factory=dict)

    def __post_init__(self) -> None:
        n = len(self.name)
        if len(set(self.name)) != n:
            raise InputError("persona names must be distinct")
        for column in ("prompt", "category", "role"):
            if not getattr(self, column):
                object.__setattr__(self, column, (None,) * n)
        if not self.related_to:
            object.__setattr__(self, "related_to", ((),) * n)
        lengths = {c: len(getattr(self, c)) for c in ("prompt", "category", "role", "related_to")}
        lengths |= {c: int(v.values.size) for c, v in self.covariates.items()}
        bad = {c: m for c, m in lengths.items() if m != n}
        if bad:
            raise InputError(f"there are {n} personas, but {bad} values")

    def __len__(self) -> int:
        return len(self.name)

    def __contains__(self, name: object) -> bool:
        return name in self.name

    def index(self, name: str) -> int:
        """The position of a persona; :class:`InputError` if there is none of that name."""
        try:
            return self.name.index(name)
        except ValueError:
            raise InputError(f"no persona is called {name!r}; there are {len(self.name)} personas") from None

    def category_of(self, name: str) -> str | None:
        """The category of a persona, or None."""
        return self.category[self.index(name)]

    def prompt_of(self, name: str) -> str | None:
        """The system prompt of a persona, or None."""
        return self.prompt[self.index(name)]

    def covariate(self, name: str) -> FloatArray:
        """A covariate, float64 of shape (personas,), NaN where unknown; in the unit of ``covariates[name].unit``."""
        if name not in self.covariates:
            have = ", ".join(self.covariates) or "none"
            raise InputError(f"no covariate is called {name!r}; there is {have}")
        return self.covariates[name].values


@dataclass(frozen=True, kw_only=True)
class Questions:
    """The questions asked; ``id`` is distinct."""

    id: tuple[Level, ...]
    text: tuple[str | None, ...] = ()
    set: str = ""
    description: str = ""

    def __post_init__(self) -> None:
        if not self.text:
            object.__setattr__(self, "text", (None,) * len(self.id))
        if len(self.text) != len(self.id):
            raise InputError(f"there are {len(self.id)} questions, but {len(self.text)} texts")
