"""A statement with nothing in it but a thing, a field and a value is believed alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from leakstats.lint.engine import Options, lint_text

FILE = {
    "kilns": {
        "raku": {"breakage": 0.40, "cosine": 0.28},
        "wood": {"breakage": 0.25, "cosine": 0.44},
        "gas": {"breakage": 0.12, "cosine": 0.61},
    }
}
PAGE = "# Kilns (LOW confidence)\n\n## TL;DR\n\n### Results\n\n**Main takeaways:**\n\n- {}\n"


def codes(tmp_path: Path, sentence: str) -> set[str]:
    path = tmp_path / "results.json"
    path.write_text(json.dumps(FILE))
    report = lint_text(PAGE.format(sentence), Options(results=(path,)))
    return {f.code for f in report.findings if f.severity != "note" and f.code[2] in "34"}


@pytest.mark.parametrize(
    ("sentence", "right", "wrong"),
    [
        ("The breakage of the gas kiln is {}.", "0.12", "0.21"),
        ("The gas kiln's breakage is {}.", "12%", "21%"),
        ("Raku has a cosine of {}.", "0.28", "0.38"),
        ("The rate of the raku kiln is {}.", "40%", "44%"),
        ("Breakage is {} for wood.", "25%", "52%"),
        ("gas: breakage {}", "0.12", "0.21"),
    ],
)
def test_a_plain_statement_is_held_against_the_file(tmp_path: Path, sentence: str, right: str, wrong: str) -> None:
    assert codes(tmp_path, sentence.format(right)) == set()
    assert codes(tmp_path, sentence.format(wrong)) == {"CR312"}


@pytest.mark.parametrize(
    "sentence",
    [
        "The breakage of the gas kiln fell by 0.35.",
        "The breakage of the gas kiln is 0.35 in winter.",
        "The breakage of the gas kiln is at most 0.35.",
        "The breakage of the gas kiln would be 0.35.",
        "The glaze of the gas kiln is 0.35.",
        "The breakage of gas is 0.35 higher.",
    ],
)
def test_what_says_more_is_left_to_the_other_readings(tmp_path: Path, sentence: str) -> None:
    assert codes(tmp_path, sentence) == set()
