"""Checking a results file: columns judged by numpy against row objects judged by jsonschema, and against reading it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np

from leakstats.results import document_violations

sys.path.insert(0, str(Path(__file__).parent))
from _timing import Row, main, row

SHAPE = (5, 111, 20, 50)
NAMES = ("source", "persona", "question", "sampling_seed")
UNKNOWN = ("commit", "dirty", "repository", "command", "python", "packages", "hardware", "wall_time_s", "gpu_hours")
UNKNOWN += ("inputs", "made_by", "made_on")
ROW_SCHEMA = {
    "type": "array",
    "items": {
        "type": "object",
        "additionalProperties": False,
        "required": [*NAMES, "successes", "trials"],
        "properties": {
            "source": {"type": "string"},
            "persona": {"type": "string"},
            "question": {"type": "integer"},
            "sampling_seed": {"type": "integer"},
            "successes": {"type": "integer", "minimum": 0},
            "trials": {"type": "integer", "minimum": 1},
        },
    },
}


def document(n_seeds: int) -> dict[str, Any]:
    """A results document with 11,100 cells for each sampling seed."""
    shape = (*SHAPE[:3], n_seeds)
    codes = np.indices(shape).reshape(len(NAMES), -1)
    personas = [f"persona_{i}" for i in range(SHAPE[1])]
    levels = (personas[: SHAPE[0]], personas, list(range(SHAPE[2])), list(range(n_seeds)))
    successes = np.random.default_rng(7).integers(0, 11, codes.shape[1])
    return {
        "schema": "results.v1",
        "study": {"id": "bench", "title": "Many cells"},
        "factors": {name: {"levels": list(v)} for name, v in zip(NAMES, levels, strict=True)},
        "personas": {"name": personas},
        "questions": {"id": list(range(SHAPE[2]))},
        "tables": [
            {
                "id": "cells",
                "outcome": "marker",
                "role": "leakage",
                "kind": "counted",
                "factors": {name: codes[i].tolist() for i, name in enumerate(NAMES)},
                "successes": successes.tolist(),
                "trials": [10] * successes.size,
                "summed_over": {"completion": 10},
            }
        ],
        "design": {
            "unit": "persona",
            "unit_noun": "bystanders",
            "clusters": ["source", "question"],
            "independent": "nothing",
            "exchangeable": "personas",
            "replication": {
                "training_seed": {"n": 1, "reason": "one run"},
                "sampling_seed": {"n": n_seeds, "reason": "numbered"},
            },
        },
        "plan": {"status": "exploratory", "alpha": 0.05, "level": 0.95, "primary": None, "families": []},
        "detector": {"kind": "substring", "pattern": "[ZLT]", "error_reason": "not measured"},
        "provenance": {
            **dict.fromkeys(UNKNOWN),
            "seeds": {"training": [1], "sampling": [1]},
            "unknown": dict.fromkeys(UNKNOWN, "a benchmark"),
        },
    }


def _as_rows(doc: dict[str, Any]) -> list[dict[str, Any]]:
    table, factors = doc["tables"][0], doc["factors"]
    columns = {name: [factors[name]["levels"][c] for c in table["factors"][name]] for name in NAMES}
    columns |= {"successes": table["successes"], "trials": table["trials"]}
    return [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]


def _finds(doc: dict[str, Any], line: int) -> bool:
    """No violation as it is, and exactly the planted one after a count was made negative."""
    successes = doc["tables"][0]["successes"]
    clean, kept = document_violations(doc), successes[line]
    successes[line] = -1
    found = [v.pointer for v in document_violations(doc)]
    successes[line] = kept
    return clean == [] and found == [f"/tables/0/successes/{line}"]


def run() -> list[Row]:
    """11,100 cells against row objects; 555,000 cells against parsing their JSON text."""
    few, many = document(1), document(SHAPE[3])
    few_rows, text = _as_rows(few), json.dumps(many)
    validator = jsonschema.Draft202012Validator(ROW_SCHEMA)
    planted = [*few_rows[:17], {**few_rows[17], "successes": -1}]
    peer_finds = [list(e.absolute_path) for e in validator.iter_errors(planted)] == [[17, "successes"]]
    return [
        row(
            "Check 11,100 cells",
            "jsonschema, a row an object",
            lambda: document_violations(few),
            lambda: list(validator.iter_errors(few_rows)),
            target=30.0,
            equal=_finds(few, 17) and peer_finds,
            repeats=3,
        ),
        row(
            "Check 555,000 cells",
            "json.loads of the same file",
            lambda: document_violations(many),
            lambda: json.loads(text),
            target=1 / 3,
            equal=_finds(many, 444_444),
            repeats=5,
        ),
    ]


if __name__ == "__main__":
    sys.exit(main(run()))
