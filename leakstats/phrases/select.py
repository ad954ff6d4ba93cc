"""Finds what an expression speaks of: one estimate, a set of them, or the cells of a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from leakstats.analysis.document import AnalysisDocument, Entry, Table
from leakstats.errors import InputError, LeakstatsError
from leakstats.ident import EstimateId, Facet

from .registry import suggest

__all__ = ["Value", "one", "over", "row_of", "several"]


def _split(key: str | None, facets: Mapping[str, Any]) -> tuple[str | None, str | None, dict[str, Any]]:
    """Analysis, statistic and facets from a key and further selectors."""
    wanted = dict(facets)
    analysis, statistic = wanted.pop("analysis", None), wanted.pop("statistic", None)
    if key is not None:
        if not isinstance(key, str):
            raise InputError(f"an estimate is named by text such as 'similarity.spearman', got {key!r}")
        parsed = EstimateId.parse(key)
        analysis, statistic = parsed.analysis, parsed.statistic
        wanted = {**parsed.facets, **wanted}
    return analysis, statistic, wanted


def _spoken(analysis: str | None, statistic: str | None, facets: Mapping[str, Any]) -> str:
    inside = ", ".join(f"{k}={v!r}" for k, v in facets.items())
    name = ".".join(filter(None, (analysis, statistic))) or "any estimate"
    return f"{name} with {inside}" if inside else name


def _missing(document: AnalysisDocument, analysis: str | None, statistic: str | None, facets: Mapping[str, Any]) -> str:
    """Why nothing matches: the first selector that no estimate has, with what there is instead."""
    asked = _spoken(analysis, statistic, facets)
    kinds = list(dict.fromkeys(f"{e.id.analysis}.{e.id.statistic}" for e in document.entries))
    wanted = f"{analysis or '*'}.{statistic or '*'}"
    like = [e for e in document.entries if e.id.matches(analysis=analysis, statistic=statistic)]
    if not like:
        hint = suggest(wanted, kinds) or f"; it has {', '.join(kinds)}"
        return f"the analysis has no estimate {wanted}{hint}"
    for name, value in facets.items():
        levels = list(dict.fromkeys(e.id.facets[name] for e in like if name in e.id.facets))
        if not levels:
            names = sorted({f for e in like for f in e.id.facets})
            hint = suggest(name, names, n=1)
            return f"no estimate of {wanted} has a facet {name!r}{hint} (facets here: {', '.join(names) or 'none'})"
        for v in value if isinstance(value, list) else [value]:
            if v not in levels:
                hint = suggest(str(v), [str(x) for x in levels], n=1)
                shown = ", ".join(map(str, levels[:12]))
                return f"{wanted} has no {name} {v!r}{hint} (there are {shown}{', …' if len(levels) > 12 else ''})"
    return f"the analysis has no estimate {asked}; the nearest is {like[0].id}"


def several(document: AnalysisDocument, key: str | None, facets: Mapping[str, Any]) -> list[Entry]:
    """All estimates that have (at least) the facets; a list of levels means any of them."""
    analysis, statistic, wanted = _split(key, facets)
    choices = {k: v for k, v in wanted.items() if isinstance(v, list)}
    plain = {k: v for k, v in wanted.items() if k not in choices}
    found = document.select(analysis=analysis, statistic=statistic, **plain)
    found = [e for e in found if all(e.id.facets.get(k) in v for k, v in choices.items())]
    if not found:
        raise LeakstatsError(_missing(document, analysis, statistic, wanted))
    return found


def one(document: AnalysisDocument, key: str | None, facets: Mapping[str, Any]) -> Entry:
    """The one estimate meant: that with exactly these facets, or the only one that has them among others.

    Raises
    ------
    LeakstatsError
        If there is none, or several; the message says which.
    """
    analysis, statistic, wanted = _split(key, facets)
    if analysis and statistic and not any(isinstance(v, list) for v in wanted.values()):
        exact = document.find(EstimateId(analysis, statistic, wanted))
        if exact is not None:
            return exact
    found = several(document, key, facets)
    if len(found) > 1:
        names = ", ".join(str(e.id) for e in found[:4])
        more = f" and {len(found) - 4} more" if len(found) > 4 else ""
        raise LeakstatsError(
            f"{_spoken(analysis, statistic, wanted)} is one of {len(found)} estimates: {names}{more}; add a facet"
        )
    return found[0]


@dataclass(frozen=True, slots=True)
class Value:
    """One member of a set that is counted, ranked or listed; the interval's ends are ``None`` where unknown."""

    name: Facet
    value: float
    low: float | None
    high: float | None
    p: float | None
    unit: str


def row_of(document: AnalysisDocument, table_id: str, facets: Mapping[str, Any]) -> tuple[Table, int]:
    """The table and the one row whose factors have the given levels."""
    table = document.table(table_id)
    rows = _rows(table, facets)
    if len(rows) != 1:
        raise LeakstatsError(
            f"{len(rows)} rows of table {table_id!r} match {dict(facets)}; its factors are {', '.join(table.factors)}"
        )
    return table, rows[0]


def _rows(table: Table, facets: Mapping[str, Any]) -> list[int]:
    for name, value in facets.items():
        if name not in table.factors:
            hint = suggest(name, list(table.factors), n=1)
            raise LeakstatsError(f"table {table.id!r} has no factor {name!r}{hint} (it has {', '.join(table.factors)})")
        levels = list(dict.fromkeys(table.factors[name]))
        for v in value if isinstance(value, list) else [value]:
            if v not in levels:
                hint = suggest(str(v), [str(x) for x in levels], n=1)
                raise LeakstatsError(f"table {table.id!r} has no {name} {v!r}{hint}")
    return [
        i
        for i in range(len(table))
        if all(table.factors[k][i] in (v if isinstance(v, list) else [v]) for k, v in facets.items())
    ]


def column_of(table: Table, column: str) -> Sequence[float | int | None]:
    """A column by name; an unknown one is an error that suggests the nearest."""
    if column not in table.columns:
        hint = suggest(column, list(table.columns), n=1)
        raise LeakstatsError(f"table {table.id!r} has no column {column!r}{hint} (it has {', '.join(table.columns)})")
    return table.columns[column]


def over(document: AnalysisDocument, what: str, facet: str, facets: Mapping[str, Any]) -> list[Value]:
    """The members of a set, one for each level of ``facet``.

    ``what`` is ``analysis.statistic`` (estimates whose facets are exactly those given and ``facet``) or
    ``table:column`` (cells of a table whose other factors have the given levels). Undefined members are left out.
    """
    if ":" in what:
        table_id, _, column = what.partition(":")
        table = document.table(table_id)
        if facet not in table.factors:
            raise LeakstatsError(
                f"table {table_id!r} has no factor {facet!r}{suggest(facet, list(table.factors), n=1)}"
            )
        values = column_of(table, column)
        rows = _rows(table, facets)
        low, high = table.columns.get("low"), table.columns.get("high")
        ends = column == "rate" and low is not None and high is not None
        out = []
        for i in rows:
            value, name = values[i], table.factors[facet][i]
            if value is not None and name is not None:
                bounds = (low[i], high[i]) if ends and low is not None and high is not None else (None, None)
                out.append(Value(name, value, *bounds, None, table.units.get(column, "")))
        members = out
    else:
        analysis, statistic, wanted = _split(what, facets)
        found = [e for e in several(document, what, {}) if set(e.id.facets) == {*wanted, facet}]
        found = [
            e
            for e in found
            if all(e.id.facets[k] in (v if isinstance(v, list) else [v]) for k, v in wanted.items() if k != facet)
            and (facet not in wanted or e.id.facets[facet] in wanted[facet])
        ]
        if not found:
            raise LeakstatsError(_missing(document, analysis, statistic, {**wanted, facet: "*"}))
        members = [_value(e, facet) for e in found if not hasattr(e.result, "reason")]
    if not members:
        raise LeakstatsError(f"{what} has no defined value over {facet} with {dict(facets)}")
    names = [m.name for m in members]
    if len(set(names)) != len(names):
        raise LeakstatsError(f"{what} has several values for one {facet}; name the other factors too")
    return members


def _value(entry: Entry, facet: str) -> Value:
    e = entry.estimate
    low, high = (None, None) if e.interval is None else (e.interval.low, e.interval.high)
    p = None if e.p_value is None else e.p_value.value
    return Value(entry.id.facets[facet], e.value, low, high, p, entry.unit)
