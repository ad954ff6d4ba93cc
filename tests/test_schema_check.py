"""The quick check says yes exactly where jsonschema has nothing to say."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from leakstats.contracts import load_schema, schema_names
from leakstats.schema_check import checker

ROOT = Path(__file__).resolve().parent.parent
FILES = [
    "examples/convergence/results.json",
    "examples/assistant_variants/results.json",
    "tests/data/small_analysis.json",
    "templates/clean_result/v1/example/analysis.json",
    "templates/clean_result/v2/example/issue.provenance.json",
]
ODD: list[Any] = [
    None, True, False, 0, 1, -1, 1.0, 1.5, -0.5, 1e300, float("nan"), "", "x", "sha256:" + "0" * 64, "spearman", "v1",
    [], [1], [1, 1], [1, True], ["a", "a"], {}, {"x": 1}, {"status": "undefined"}, {"status": "ok"},
]  # fmt: skip


def agrees(schema: dict[str, Any], value: Any) -> None:
    check = checker(schema)
    assert check is not None
    assert check(value) == jsonschema.Draft202012Validator(schema).is_valid(value), (schema, value)


def test_every_schema_of_ours_is_understood() -> None:
    assert [name for name in schema_names() if checker(load_schema(name)) is None] == []


SMALL: list[dict[str, Any]] = [
    {"type": "integer"}, {"type": "number"}, {"type": ["string", "null"]}, {"type": "boolean"}, {"type": "object"},
    {"enum": [1, "x", None]}, {"enum": ["x", ""]}, {"enum": [True, [1]]},
    {"const": 1}, {"const": True}, {"const": {"x": 1}},
    {"minimum": 0}, {"maximum": 1}, {"exclusiveMinimum": 0}, {"exclusiveMaximum": 1.5},
    {"minLength": 1}, {"maxLength": 1}, {"pattern": "^v[0-9]$"},
    {"items": {"type": "integer"}}, {"minItems": 1}, {"maxItems": 1}, {"uniqueItems": True}, {"uniqueItems": False},
    {"required": ["x"]}, {"properties": {"x": {"type": "string"}}}, {"additionalProperties": False},
    {"properties": {"x": True}, "additionalProperties": False}, {"additionalProperties": {"type": "integer"}},
    {"propertyNames": {"pattern": "^s"}}, {"minProperties": 1},
    {"anyOf": [{"type": "string"}, {"minimum": 1}]}, {"oneOf": [{"type": "integer"}, {"minimum": 1}]},
    {"allOf": [{"type": "number"}, {"minimum": 1}]},
    {"if": {"properties": {"status": {"const": "undefined"}}}, "then": {"required": ["x"]}, "else": {"type": "object"}},
    {"if": {"type": "string"}, "then": {"minLength": 1}}, {"then": False}, {},
    {"$ref": "#/$defs/list", "$defs": {"list": {"type": "array", "items": {"$ref": "#/$defs/list"}}}},
]  # fmt: skip


@pytest.mark.parametrize("schema", SMALL, ids=lambda s: json.dumps(s)[:60])
def test_each_keyword_agrees_on_odd_values(schema: dict[str, Any]) -> None:
    for value in [*ODD, *([v] for v in ODD), *({"x": v} for v in ODD), *({"status": "undefined", "x": v} for v in ODD)]:
        agrees(schema, value)


@pytest.mark.parametrize("schema", [{"format": "date"}, {"$ref": "other.json"}, {"not": {}}, {"items": {"if_": 1}}, 3])
def test_what_is_not_understood_has_no_checker(schema: Any) -> None:
    assert checker(schema) is None


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every container of a document with each of its keys."""
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield value, key
        yield from places(value[key])


@pytest.mark.parametrize("name", FILES)
def test_a_spoilt_file_is_judged_alike(name: str) -> None:
    document = json.loads((ROOT / name).read_text("utf-8"))
    schema = load_schema(document["schema"])
    check, judge = checker(schema), jsonschema.Draft202012Validator(schema)
    assert check is not None
    assert check(document)
    assert judge.is_valid(document)
    rng = random.Random(7)
    verdicts = []
    for _ in range(60):
        spoilt = copy.deepcopy(document)
        holder, key = rng.choice(list(places(spoilt)))
        if isinstance(holder, dict) and rng.random() < 0.3:
            del holder[key]
        elif isinstance(holder, dict) and rng.random() < 0.2:
            holder["unheard of"] = 1
        else:
            holder[key] = rng.choice(ODD)
        verdicts.append(check(spoilt))
        assert verdicts[-1] == judge.is_valid(spoilt), (key, holder)
    assert 0 < sum(verdicts) < len(verdicts)
