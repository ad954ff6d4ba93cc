"""The id of an estimate: analysis, statistic and facets, with one canonical printed form."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, TypeAlias

from leakstats.errors import InputError

__all__ = ["EstimateId", "Facet"]

Facet: TypeAlias = str | int

_WORD = re.compile(r"[a-z][a-z0-9_-]*")
# A facet value that reads back unambiguously without quotes. Everything else is quoted.
_BARE = re.compile(r"[A-Za-z0-9_.@:/+-]+")
_INTEGER = re.compile(r"-?[0-9]+")
_ITEM = re.compile(r'\s*([a-z][a-z0-9_]*)=("(?:[^"\\]|\\.)*"|[A-Za-z0-9_.@:/+-]+)\s*(,|$)')


def _print_facet(value: Facet) -> str:
    if isinstance(value, int):
        return str(value)
    if _BARE.fullmatch(value) and not _INTEGER.fullmatch(value):
        return value
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _read_facet(text: str) -> Facet:
    if text.startswith('"'):
        return re.sub(r"\\(.)", r"\1", text[1:-1])
    return int(text) if _INTEGER.fullmatch(text) else text


@dataclass(frozen=True, slots=True)
class EstimateId:
    """What an estimate is about.

    ``analysis`` is the question (similarity, prediction...), ``statistic`` what was computed (spearman, rate...),
    ``facets`` which part of the data (source, layer...; order does not matter), ``definition`` names the exact
    definition where a statistic has several (``loo-coverage/each-held-out``).

    >>> i = EstimateId("similarity", "spearman", {"source": "gpt-4.1", "layer": 20})
    >>> str(i)
    'similarity.spearman[layer=20,source=gpt-4.1]'
    >>> EstimateId.parse(str(i)) == i
    True
    """

    analysis: str
    statistic: str
    facets: Mapping[str, Facet] = field(default_factory=dict)
    definition: str = ""

    def __post_init__(self) -> None:
        for name, word in (("analysis", self.analysis), ("statistic", self.statistic)):
            if not _WORD.fullmatch(word):
                raise InputError(f"{name} must be a lower-case word (letters, digits, - and _), got {word!r}")
        object.__setattr__(self, "facets", MappingProxyType(dict(sorted(self.facets.items()))))

    def __hash__(self) -> int:
        return hash((self.analysis, self.statistic, tuple(self.facets.items())))

    def __eq__(self, other: object) -> bool:
        # The definition describes the statistic; it does not make another estimate of it.
        if not isinstance(other, EstimateId):
            return NotImplemented
        mine = (self.analysis, self.statistic, dict(self.facets))
        return mine == (other.analysis, other.statistic, dict(other.facets))

    def __str__(self) -> str:
        inside = ",".join(f"{k}={_print_facet(v)}" for k, v in self.facets.items())
        return f"{self.analysis}.{self.statistic}" + (f"[{inside}]" if inside else "")

    @classmethod
    def parse(cls, text: str) -> EstimateId:
        """Read the canonical printed form back.

        Raises
        ------
        InputError
            If ``text`` is not of the form ``analysis.statistic[facet=value,...]``.
        """
        head, bracket, rest = text.strip().partition("[")
        analysis, dot, statistic = head.partition(".")
        if not dot or (bracket and not rest.endswith("]")):
            raise InputError(f"an estimate id reads analysis.statistic[facet=value,...], got {text!r}")
        facets: dict[str, Facet] = {}
        position, inside = 0, rest[:-1] if bracket else ""
        while position < len(inside):
            match = _ITEM.match(inside, position)
            if match is None:
                raise InputError(f"cannot read the facets of {text!r} from {inside[position:]!r}")
            facets[match[1]] = _read_facet(match[2])
            position = match.end()
        return cls(analysis, statistic, facets)

    def matches(self, *, analysis: str | None = None, statistic: str | None = None, **facets: Facet) -> bool:
        """True if this id has the given analysis, statistic and (at least) the given facets."""
        if analysis is not None and self.analysis != analysis:
            return False
        if statistic is not None and self.statistic != statistic:
            return False
        return all(self.facets.get(k) == v for k, v in facets.items())

    def to_json(self) -> dict[str, Any]:
        return {
            "analysis": self.analysis,
            "statistic": self.statistic,
            "facets": dict(self.facets),
            "definition": self.definition,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> EstimateId:
        return cls(data["analysis"], data["statistic"], data["facets"], data["definition"])
