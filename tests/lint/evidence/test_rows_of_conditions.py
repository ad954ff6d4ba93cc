"""Rows that name a thing under another condition beside the thing itself."""

from __future__ import annotations

import json

from leakstats.lint.evidence.knowledge import Evidence
from leakstats.lint.evidence.reading import read_dataset
from leakstats.lint.evidence.values import cell_clashes
from leakstats.lint.outline import Outline
from leakstats.lint.parsing import parse_document
from leakstats.template import load_template

DATA = {"units": [{"who": w, "hits": k} for w, k in (("poet", 211), ("usher", 114), ("driver", 97), ("baker", 61))]}


def clashes(rows: list[tuple[str, int]]) -> int:
    """How many cells of a table with these rows the file contradicts."""
    table = "\n".join(f"| {name} | {hits} |" for name, hits in rows)
    document = parse_document(f"# Uptake (LOW confidence)\n\n| Person | Hits |\n|---|---|\n{table}\n")
    dataset = read_dataset("results.json", json.dumps(DATA))
    return len(list(cell_clashes(Evidence(document, Outline(document, load_template("v1")), [dataset]))))


def test_a_longer_label_beside_the_name_is_another_row() -> None:
    assert clashes([("poet", 211), ("usher", 114), ("driver", 97), ("E4 poet", 249)]) == 0


def test_a_wrong_cell_is_still_found() -> None:
    assert clashes([("poet", 249), ("usher", 114), ("driver", 97), ("baker", 61)]) == 1
