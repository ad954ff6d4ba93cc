"""Violations in the tables of rates, similarities and geometry."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeGuard

import numpy as np

from leakstats.results.found import Found, listed, shown
from leakstats.results.printed import printed_rate, printed_value
from leakstats.results.tables import FloatArray, IntArray, row_keys

__all__ = ["Known", "check_tables"]

Path = tuple[str | int, ...]

_LARGEST = 2**53  # the schema's limit for counts: every float holds it exactly
_ROOM = 1e-6  # a cosine of float32 vectors can leave [-1, 1] by rounding
_DIGITS = 1e-9  # stored bounds are decimals of the printed text


@dataclass
class Known:
    """The names that a document declares; None where the declaring section is unusable."""

    levels: dict[str, list[Any]] | None = None
    personas: list[str] | None = None
    questions: list[Any] | None = None
    covariates: dict[str, FloatArray | None] | None = None
    tables: dict[str, dict[str, Any]] = field(default_factory=dict)
    similarity: dict[str, dict[str, Any]] = field(default_factory=dict)
    geometry: dict[str, dict[str, Any]] = field(default_factory=dict)
    codes: dict[str, dict[str, IntArray]] = field(default_factory=dict)
    """Of each table id: the codes of its usable factors."""


def check_tables(found: Found, document: Mapping[str, Any], known: Known) -> None:
    """Note everything wrong in ``tables``, ``similarity`` and ``geometry``, and fill ``known`` with their ids."""
    places: dict[str, Path] = {}
    for section, check in (("tables", _cells), ("similarity", _similarity), ("geometry", _geometry)):
        items = document.get(section)
        for i, table in enumerate(items if isinstance(items, list) else []):
            if not isinstance(table, dict):
                continue
            path: Path = (section, i)
            name = table.get("id")
            if isinstance(name, str):
                if name in places:
                    first = "/".join(map(str, places[name]))
                    found.add(
                        (*path, "id"), f"is {shown(name)} again (first at /{first})", "give each table its own id"
                    )
                places.setdefault(name, path)
                getattr(known, section)[name] = table
            check(found, path, table, known)


# --- what all tables share ------------------------------------------------------------------------------------------


def _index(found: Found, path: Path, table: dict[str, Any], known: Known, columns: dict[str, int]) -> int:
    """Check factors, constants, equal lengths and repeated cells; the number of rows."""
    factors = table.get("factors")
    codes: dict[str, IntArray] = {}
    lengths = dict(columns)
    every_factor_usable = isinstance(factors, dict)
    for name, values in (factors if isinstance(factors, dict) else {}).items():
        place = (*path, "factors", name)
        levels = _levels(found, place, name, known)
        array = found.integers(place, values)
        if isinstance(values, list):
            lengths[f"factors/{name}"] = len(values)
        if array is None or levels is None:
            every_factor_usable = False
            continue
        if _codes_in_range(found, place, name, array, len(levels)):
            codes[name] = array
        else:
            every_factor_usable = False
    _constants(found, path, table, known)
    rows = next((n for k, n in lengths.items() if k.startswith("factors/")), next(iter(lengths.values()), 0))
    found.lengths(path, lengths, rows=rows, of="the first factor" if codes else "the first column")
    if every_factor_usable and len({*lengths.values()}) <= 1:
        _repeated_cells(found, path, codes, known, rows)
        if isinstance(table.get("id"), str):
            known.codes[table["id"]] = codes
    return rows


def _codes_in_range(found: Found, place: Path, name: str, codes: IntArray, n: int) -> bool:
    outside = np.flatnonzero((codes < 0) | (codes >= n))
    found.rows(
        place,
        outside,
        lambda r: f"is {codes[r]}; codes of {name} lie in 0..{n - 1}",
        f"a code is the zero-based position of a level in factors.{name}.levels",
    )
    return outside.size == 0


def _levels(found: Found, place: Path, name: str, known: Known) -> list[Any] | None:
    if known.levels is None:
        return None
    if name not in known.levels:
        found.add(
            place, f"factor {shown(name)} is not declared", f"declare it in factors; there are {listed(known.levels)}"
        )
        return None
    return known.levels[name]


def _constants(found: Found, path: Path, table: dict[str, Any], known: Known) -> None:
    constants, factors = table.get("constants"), table.get("factors")
    for name, level in (constants if isinstance(constants, dict) else {}).items():
        place = (*path, "constants", name)
        levels = _levels(found, place, name, known)
        if isinstance(factors, dict) and name in factors:
            found.add(place, f"{name} is also a factor of this table", "a factor varies or is constant, not both")
        if levels is not None and not _among(level, levels):
            found.add(place, f"is {shown(level)}, no level of {name}", f"factors.{name}.levels has {listed(levels)}")


def _among(value: Any, levels: list[Any]) -> bool:
    return any(type(v) is type(value) and v == value for v in levels)


def _repeated_cells(found: Found, path: Path, codes: dict[str, IntArray], known: Known, rows: int) -> None:
    levels = known.levels or {}
    keys = row_keys(list(codes.values()), [len(levels[n]) for n in codes], rows)
    order = np.argsort(keys, kind="stable")
    ranked = keys[order]
    again = ranked[1:] == ranked[:-1]
    if not again.any():
        return
    start = np.maximum.accumulate(np.where(np.concatenate(([True], ~again)), np.arange(rows), 0))
    first = np.empty(rows, dtype=np.int64)
    first[order] = order[start]
    later = np.sort(order[1:][again])

    def message(r: int) -> str:
        cell = ", ".join(f"{n}={shown(levels[n][c[r]])}" for n, c in codes.items()) or "without factors"
        return f"repeats the cell {cell} of row {first[r]}"

    name = next(iter(codes), None)
    place = (*path, "factors") if name is None else (*path, "factors", name)
    found.rows(place, later, message, "one row a cell: add the counts up, or add the factor that tells the rows apart")


def _is_count(value: Any) -> TypeGuard[int]:
    return type(value) is int and 1 <= value <= _LARGEST


def _unexpected(found: Found, path: Path, table: dict[str, Any], names: tuple[str, ...], kind: str) -> None:
    for name in names:
        if name in table:
            found.add((*path, name), f"does not belong in a table of kind {shown(kind)}", "take it out, or change kind")


# --- rates ----------------------------------------------------------------------------------------------------------

_COUNTED = ("successes", "trials", "summed_over", "trials_note")
_REPORTED = ("printed", "unit", "low", "high", "declared_trials", "trials_status", "trials_reason")


def _cells(found: Found, path: Path, table: dict[str, Any], known: Known) -> None:
    names = ("successes", "trials", "printed", "low", "high")
    columns = {n: len(table[n]) for n in names if isinstance(table.get(n), list)}
    _index(found, path, table, known, columns)
    if table.get("kind") == "counted":
        _unexpected(found, path, table, _REPORTED, "counted")
        _counted(found, path, table, known)
    elif table.get("kind") == "reported":
        _unexpected(found, path, table, _COUNTED, "reported")
        _reported(found, path, table)


def _counted(found: Found, path: Path, table: dict[str, Any], known: Known) -> None:
    successes = found.integers((*path, "successes"), table.get("successes"))
    raw = table.get("trials")
    trials: IntArray | None
    if isinstance(raw, list):
        trials = found.integers((*path, "trials"), raw)
    else:
        trials = np.full(1, raw, dtype=np.int64) if _is_count(raw) else None
        if isinstance(raw, float):
            found.add((*path, "trials"), f"is {shown(raw)}; expected a whole number")
    if isinstance(raw, list) and trials is not None:
        found.rows(
            (*path, "trials"),
            np.flatnonzero(trials < 1),
            lambda r: f"is {raw[r]}; a cell has at least one trial",
            "leave cells without trials out",
        )
    if successes is not None:
        found.rows(
            (*path, "successes"),
            np.flatnonzero(successes < 0),
            lambda r: f"is {successes[r]}; a count is at least 0",
            "a missing count is a row left out, not a negative number",
        )
        if trials is not None and trials.size in (1, successes.size):
            each = np.broadcast_to(trials, successes.shape)
            found.rows(
                (*path, "successes"),
                np.flatnonzero(successes > each),
                lambda r: f"is {successes[r]}, more than its {each[r]} trials",
                "successes are completions with the outcome among the trials",
            )
    _summed_over(found, path, table, known, trials)


def _summed_over(found: Found, path: Path, table: dict[str, Any], known: Known, trials: IntArray | None) -> None:
    summed = table.get("summed_over")
    if not isinstance(summed, dict) or not all(_is_count(v) for v in summed.values()):
        if isinstance(summed, dict):
            for name, v in summed.items():
                if isinstance(v, float):
                    found.add((*path, "summed_over", name), f"is {shown(v)}; expected a whole number")
        return
    for name in summed:
        for other in ("factors", "constants"):
            if isinstance(table.get(other), dict) and name in table[other]:
                found.add(
                    (*path, "summed_over", name),
                    f"{name} is summed over and also in this table's {other}",
                    "what the trials sum over cannot index them",
                )
    if known.questions is not None and summed.get("question", 0) > len(known.questions):
        found.add(
            (*path, "summed_over", "question"),
            f"is {summed['question']}; the file has {len(known.questions)} questions",
            "list all questions, or correct the count",
        )
    if trials is None or table.get("trials_note") is not None:
        return
    product = math.prod(summed.values())
    says = " x ".join(f"{v} {k}" for k, v in summed.items()) or "nothing, so 1 trial"
    help_text = "correct the design, or say in trials_note why they differ"
    bad = np.flatnonzero(trials != product)
    if not isinstance(table.get("trials"), list):
        if bad.size:
            found.add((*path, "trials"), f"is {trials[0]}; summed_over gives {product} ({says})", help_text)
        return
    found.rows((*path, "trials"), bad, lambda r: f"is {trials[r]}; summed_over gives {product} ({says})", help_text)


def _reported(found: Found, path: Path, table: dict[str, Any]) -> None:
    unit = table.get("unit")
    texts = found.texts((*path, "printed"), table.get("printed"))
    low = found.numbers((*path, "low"), table.get("low"))
    high = found.numbers((*path, "high"), table.get("high"))
    status, declared = table.get("trials_status"), table.get("declared_trials")
    if status in ("disputed", "unknown") and not table.get("trials_reason"):
        found.add((*path, "trials_reason"), f"is missing although the trials are {status}", "say why")
    if status in ("declared", "disputed") and declared is None:
        found.add((*path, "declared_trials"), f"is null although trials_status is {shown(status)}", "give the number")
    if status == "unknown" and declared is not None:
        found.add(
            (*path, "trials_status"), 'is "unknown" although declared_trials is given', 'write "declared" or "disputed"'
        )
    if texts is None or unit not in ("percent", "fraction"):
        return
    rates = _bounds((*path, "printed"), texts, found, lambda t: printed_rate(t, unit), f"a rate in {unit}")
    _same_bounds(found, path, texts, rates, low, high)
    if type(declared) is float:
        found.add((*path, "declared_trials"), f"is {shown(declared)}; expected a whole number")
    if _is_count(declared) and status == "declared":
        _grim(found, path, texts, rates, declared)


def _bounds(path: Path, texts: list[Any], found: Found, read: Any, what: str) -> FloatArray:
    """Value, low and high of each printed text, shape (rows, 3); NaN for null and for what cannot be read (noted)."""
    memo = {t: read(t) for t in set(texts) if t is not None}
    nothing = (math.nan,) * 3
    out = np.array([nothing if t is None else memo[t] or nothing for t in texts], dtype=np.float64).reshape(-1, 3)
    unread = [i for i, t in enumerate(texts) if t is not None and memo[t] is None]
    found.rows(
        path, unread, lambda r: f"is {shown(texts[r])}, which is not {what}", "copy the text as printed, or null"
    )
    return out


def _same_bounds(
    found: Found, path: Path, texts: list[Any], rates: FloatArray, low: FloatArray | None, high: FloatArray | None
) -> None:
    read = ~np.isnan(rates[:, 0])
    null = np.array([t is None for t in texts], dtype=bool)
    for name, column, stored in (("low", 1, low), ("high", 2, high)):
        if stored is None or stored.size != len(texts):
            continue
        right = rates[:, column]
        differ = read & ~(np.abs(stored - right) <= _DIGITS)
        found.rows(
            (*path, name),
            np.flatnonzero(differ),
            lambda r, s=stored, w=right: (  # type: ignore[misc]
                f"is {'null' if np.isnan(s[r]) else repr(float(s[r]))}; {shown(texts[r])} allows {float(w[r])!r}"
            ),
            "store the interval that the printed digits allow, as a fraction",
        )
        found.rows(
            (*path, name),
            np.flatnonzero(null & ~np.isnan(stored)),
            lambda r, s=stored: f"is {float(s[r])!r} although nothing is printed",  # type: ignore[misc]
            "write null",
        )


def _grim(found: Found, path: Path, texts: list[Any], rates: FloatArray, trials: int) -> None:
    """Printed rates that no whole number of successes gives (Brown & Heathers 2017)."""
    with np.errstate(invalid="ignore"):
        fewest = np.ceil(rates[:, 1] * trials - 1e-9)
        most = np.floor(rates[:, 2] * trials + 1e-9)
        impossible = np.flatnonzero(fewest > most)
    found.rows(
        (*path, "printed"),
        impossible,
        lambda r: f"is {shown(texts[r])}; no whole number of {trials} completions prints as that",
        'set trials_status to "disputed" and say in trials_reason what is known',
    )


# --- similarities and geometry --------------------------------------------------------------------------------------


def _outside(found: Found, path: Path, values: FloatArray, low: float, high: float, what: str) -> None:
    with np.errstate(invalid="ignore"):
        bad = np.flatnonzero((values < low - _ROOM) | (values > high + _ROOM))
    found.rows(
        path,
        bad,
        lambda r: f"is {float(values[r])!r}; {what} lies in [{low:g}, {high:g}]",
        "correct the value or the unit",
    )


def _need_reason(found: Found, path: Path, key: str, table: dict[str, Any], missing: int) -> None:
    if missing and not table.get(key):
        found.add(
            (*path, key), f"is missing although {missing} value{'s are' if missing > 1 else ' is'} null", "say why"
        )


def _similarity(found: Found, path: Path, table: dict[str, Any], known: Known) -> None:
    names = ("values", "printed")
    _index(found, path, table, known, {n: len(table[n]) for n in names if isinstance(table.get(n), list)})
    values = found.numbers((*path, "values"), table.get("values"))
    if values is not None:
        if table.get("measure") in ("cosine", "correlation"):
            _outside(found, (*path, "values"), values, -1.0, 1.0, f"a {table['measure']}")
        _need_reason(found, path, "missing_reason", table, int(np.isnan(values).sum()))
    if table.get("kind") == "measured":
        _unexpected(found, path, table, ("printed",), "measured")
    elif table.get("kind") == "reported":
        _printed_similarity(found, path, table, values)
    reference = table.get("reference")
    if isinstance(reference, str) and known.personas is not None and reference not in known.personas:
        found.add((*path, "reference"), f"is {shown(reference)}, no persona of this file", "add it to personas.name")
    centring = table.get("centring")
    if isinstance(centring, dict):
        _centring(found, (*path, "centring"), centring, known)


def _printed_similarity(found: Found, path: Path, table: dict[str, Any], values: FloatArray | None) -> None:
    texts = found.texts((*path, "printed"), table.get("printed"))
    if texts is None:
        return
    bounds = _bounds((*path, "printed"), texts, found, printed_value, "a plain number")
    if values is None or values.size != len(texts):
        return
    null = np.array([t is None for t in texts], dtype=bool)
    with np.errstate(invalid="ignore"):
        inside = (values >= bounds[:, 1] - _DIGITS) & (values <= bounds[:, 2] + _DIGITS)
    wrong = np.where(null, ~np.isnan(values), ~np.isnan(bounds[:, 0]) & ~inside)
    found.rows(
        (*path, "values"),
        np.flatnonzero(wrong),
        lambda r: f"is {'null' if np.isnan(values[r]) else repr(float(values[r]))}, but {shown(texts[r])} is printed",
        "the value must print as the text, and be null where nothing is printed",
    )


def _centring(found: Found, path: Path, centring: dict[str, Any], known: Known) -> None:
    members, n = centring.get("personas"), centring.get("n")
    if not isinstance(members, list):
        return
    if type(n) is int and n != len(members):
        found.add((*path, "n"), f"is {n}; personas lists {len(members)}", "give the size of the set that was averaged")
    if known.personas is not None:
        names = set(known.personas)
        bad = [i for i, m in enumerate(members) if isinstance(m, str) and m not in names]
        found.rows((*path, "personas"), bad, lambda r: f"is {shown(members[r])}, no persona of this file")


def _geometry(found: Found, path: Path, table: dict[str, Any], known: Known) -> None:
    columns = table.get("columns")
    columns = columns if isinstance(columns, dict) else {}
    lengths = {
        f"columns/{k}/values": len(c["values"])
        for k, c in columns.items()
        if isinstance(c, dict) and isinstance(c.get("values"), list)
    }
    _index(found, path, table, known, lengths)
    missing = 0
    for name, column in columns.items():
        if not isinstance(column, dict):
            continue
        place = (*path, "columns", name, "values")
        values = found.numbers(place, column.get("values"))
        if values is None:
            continue
        missing += int(np.isnan(values).sum())
        if column.get("unit") in ("cosine", "fraction"):
            unit = column["unit"]
            _outside(found, place, values, -1.0 if unit == "cosine" else 0.0, 1.0, f"a {unit}")
    _need_reason(found, path, "reason_missing", table, missing)
