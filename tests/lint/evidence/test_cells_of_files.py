"""Numbers of cells against the courses that the files hold, where the text states one factor alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from leakstats.lint.engine import Options, lint_text

HITS = {
    "Moor": [3, 11, 24, 38, 41, 52],
    "Fen": [5, 9, 14, 22, 31, 30],
    "Carr": [1, 4, 12, 19, 27, 44],
    "Heath": [8, 16, 21, 29, 35, 33],
    "Marsh": [2, 6, 9, 17, 20, 28],
}
FILE = {
    "weeks": [0, 2, 4, 6, 8, 10],
    "sites": {k: {"n": 120, "k": v, "rate": [x / 120 for x in v]} for k, v in HITS.items()},
}
PAGE = """# Frogs call earlier in some sites (LOW confidence)

## TL;DR

### Methodology

A microphone was moved between 5 sites, and every 2 weeks the calls were counted. A cell has n = 120 minutes, {}.
That makes {} cells, all of one spring.

## Headline numbers

| Site | Start | Peak | Week 10 |
|---|---|---|---|
| Moor | 2.5% | 43.3% | 43.3% |
| Fen | 4.2% | 25.8% | 25.0% |
| Carr | 0.8% | 36.7% | 36.7% |
| Heath | 6.7% | 29.2% | 27.5% |
| Marsh | 1.7% | 23.3% | 23.3% |
"""


def finds(tmp_path: Path, words: str, cells: int) -> bool:
    """True if the number of cells is found wrong."""
    path = tmp_path / "results.json"
    path.write_text(json.dumps(FILE))
    report = lint_text(PAGE.format(words, cells), Options(results=(path,)))
    return any(f.code == "CR417" for f in report.findings)


@pytest.mark.parametrize(
    ("words", "cells", "wrong"),
    [
        ("on a dry night", 30, False),
        ("on a dry night", 25, False),  # the first week left out
        ("on a dry night", 37, True),
        ("except in Moor with n = 240", 37, True),
        ("except where a night failed", 28, False),
    ],
)
def test_cells_are_things_times_points(tmp_path: Path, words: str, cells: int, wrong: bool) -> None:
    assert finds(tmp_path, words, cells) is wrong
