"""The mapping file of ``leakstats import csv``: which column is what."""

from __future__ import annotations

import datetime
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from leakstats.errors import ContractError, Violation
from leakstats.files import read_text
from leakstats.results.csv_read import Problems

__all__ = ["TODO", "check_mapping", "read_mapping", "read_toml"]

TODO = "TODO"
"""What a value starts with that the user has still to write."""

_TEXT, _TABLE, _TABLES = (str,), (dict,), (list,)
_SECTIONS: dict[str, tuple[type, ...]] = {
    "csv": _TABLE,
    "study": _TABLE,
    "table": _TABLES,
    "similarity": _TABLES,
    "personas": _TABLE,
    "questions": _TABLE,
    "design": _TABLE,
    "plan": _TABLE,
    "detector": _TABLE,
    "setup": _TABLE,
    "runs": _TABLE,
    "provenance": _TABLE,
}
_REQUIRED = ("study", "table", "design", "detector")
_SHARED: dict[str, tuple[type, ...]] = {
    "id": _TEXT,
    "file": _TEXT,
    "where": _TABLE,
    "description": _TEXT,
    "factors": _TABLE,
    "constants": _TABLE,
}
_TABLE_KEYS: dict[str, tuple[type, ...]] = {
    **_SHARED,
    "outcome": _TEXT,
    "role": _TEXT,
    "successes": _TEXT,
    "trials": (str, int),
    "summed_over": _TABLE,
    "trials_note": _TEXT,
    "printed": _TEXT,
    "unit": _TEXT,
    "declared_trials": (int,),
    "trials_status": _TEXT,
    "trials_reason": _TEXT,
}
_SIMILARITY_KEYS: dict[str, tuple[type, ...]] = {
    **_SHARED,
    "measure": _TEXT,
    "values": _TEXT,
    "layers": _TABLE,
    "kind": _TEXT,
    "compared": _TEXT,
    "reference": _TEXT,
    "centring": _TABLE,
    "missing_reason": _TEXT,
    "token_position": _TEXT,
    "layer_convention": _TEXT,
    "model": _TEXT,
}
_PERSONA_KEYS: dict[str, tuple[type, ...]] = {
    "file": _TEXT,
    "where": _TABLE,
    "name": _TEXT,
    "prompt": _TEXT,
    "category": _TEXT,
    "role": _TEXT,
    "related_to": _TEXT,
    "separator": _TEXT,
    "covariates": _TABLE,
}
_QUESTION_KEYS: dict[str, tuple[type, ...]] = {
    "file": _TEXT,
    "where": _TABLE,
    "id": _TEXT,
    "text": _TEXT,
    "set": _TEXT,
    "description": _TEXT,
}
_CSV_KEYS: dict[str, tuple[type, ...]] = {"delimiter": _TEXT, "missing": _TABLES}
_NAMES = {str: "text", int: "a whole number", dict: "a table", list: "a list"}


def read_mapping(path: Path) -> dict[str, Any]:
    """The mapping as plain values, dates as YYYY-MM-DD.

    Raises
    ------
    ContractError
        For no TOML, unknown or missing keys, values of the wrong type, and values that still say TODO; all listed.
    """
    return check_mapping(read_toml(path), str(path))


def read_toml(path: Path) -> dict[str, Any]:
    """A TOML file as plain values, dates as YYYY-MM-DD.

    Raises
    ------
    ContractError
        If the file is no TOML.
    """
    try:
        found: dict[str, Any] = _plain(tomllib.loads(read_text(path)))
    except tomllib.TOMLDecodeError as error:
        raise ContractError(str(path), [Violation("", f"no TOML: {error}", "mend the file there")]) from None
    return found


def check_mapping(mapping: dict[str, Any], where: str) -> dict[str, Any]:
    """The mapping itself, where it is one; ``where`` names it in messages.

    Raises
    ------
    ContractError
        As :func:`read_mapping`.
    """
    problems = Problems(where)
    _check(problems, "", mapping, _SECTIONS, _REQUIRED)
    problems.raise_if_any()
    _check(problems, "csv", mapping.get("csv", {}), _CSV_KEYS, ())
    _check(problems, "study", mapping["study"], {}, ("id", "title"), closed=False)
    for name, keys, required in (
        ("table", _TABLE_KEYS, ("id", "outcome", "role", "factors")),
        ("similarity", _SIMILARITY_KEYS, ("id", "measure", "compared", "factors")),
    ):
        for i, item in enumerate(mapping.get(name, [])):
            place = f"{name}[{i}]"
            if not isinstance(item, dict):
                problems.add(place, f"is {item!r}; expected a table", f"write [[{name}]]")
                continue
            _check(problems, place, item, keys, required)
            _one_of(problems, place, item, ("successes", "printed") if name == "table" else ("values", "layers"))
    for name, keys, needed in (("personas", _PERSONA_KEYS, ("name",)), ("questions", _QUESTION_KEYS, ("id",))):
        if name in mapping:
            _check(problems, name, mapping[name], keys, needed)
    _inner(problems, mapping)
    for place, text in _texts(mapping, ""):
        if text.startswith(TODO):
            problems.add(place, f"still says {text!r}", "write what is true of your study")
    problems.raise_if_any()
    return mapping


def _inner(problems: Problems, mapping: Mapping[str, Any]) -> None:
    """What stands inside the tables that name columns, and the tables that this module completes."""
    for name in ("table", "similarity"):
        for i, item in enumerate(mapping.get(name, [])):
            for key, kinds in (("factors", (str,)), ("layers", (int,)), ("where", (str, int, list))):
                inner = item.get(key, {}) if isinstance(item, dict) else {}
                for column, value in (inner if isinstance(inner, dict) else {}).items():
                    if not isinstance(value, kinds) or isinstance(value, bool):
                        wanted = " or ".join(_NAMES[t] for t in kinds)
                        problems.add(f"{name}[{i}].{key}.{column}", f"is {value!r}; expected {wanted}")
    _values(problems, mapping)
    for section, key in (
        ("provenance", "seeds"),
        ("provenance", "unknown"),
        ("setup", "unknown"),
        ("design", "replication"),
    ):
        inner = mapping.get(section, {})
        if isinstance(inner, dict) and not isinstance(inner.get(key, {}), dict):
            problems.add(f"{section}.{key}", f"is {inner[key]!r}; expected a table")


def _values(problems: Problems, mapping: Mapping[str, Any]) -> None:
    options, personas = mapping.get("csv", {}), mapping.get("personas", {})
    for place, value in (
        ("csv.delimiter", options.get("delimiter", ",")),
        ("personas.separator", personas.get("separator", ";")),
    ):
        if isinstance(value, str) and len(value) != 1:
            problems.add(place, f"is {value!r}; expected one character")
    missing, covariates = options.get("missing", []), personas.get("covariates", {})
    if isinstance(missing, list) and not all(isinstance(v, str) for v in missing):
        problems.add("csv.missing", f"is {missing!r}; expected a list of texts", 'such as ["", "NA"]')
    for name, spec in (covariates if isinstance(covariates, dict) else {}).items():
        if not isinstance(spec, dict) or not isinstance(spec.get("column"), str):
            problems.add(f"personas.covariates.{name}", f"is {spec!r}", 'write {column = "...", unit = "..."}')


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_plain(v) for v in value]
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return value


def _texts(value: Any, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, dict):
        for key, child in value.items():
            yield from _texts(child, f"{place}.{key}" if place else key)
    elif isinstance(value, list):
        for i, child in enumerate(value):
            yield from _texts(child, f"{place}[{i}]")


def _check(
    problems: Problems,
    place: str,
    section: Mapping[str, Any],
    keys: Mapping[str, tuple[type, ...]],
    required: tuple[str, ...],
    *,
    closed: bool = True,
) -> None:
    for key in required:
        if key not in section:
            problems.add(
                place, f"misses {key!r}", "leakstats import csv --init FILE.csv writes a mapping to start from"
            )
    for key, value in section.items():
        if key not in keys:
            if closed:
                problems.add(place, f"has unknown key {key!r}", f"known keys: {', '.join(keys)}")
        elif not isinstance(value, keys[key]) or isinstance(value, bool):
            wanted = " or ".join(_NAMES[t] for t in keys[key])
            problems.add(f"{place}.{key}" if place else key, f"is {value!r}; expected {wanted}")


def _one_of(problems: Problems, place: str, item: Mapping[str, Any], names: tuple[str, str]) -> None:
    if sum(n in item for n in names) != 1:
        problems.add(place, f"needs one of {names[0]!r} and {names[1]!r}", _ONE_OF[names])


_ONE_OF = {
    ("successes", "printed"): "successes: column of counts; printed: column of printed rates",
    ("values", "layers"): "values: column of a long file; layers: {column = layer} of a wide file",
}
