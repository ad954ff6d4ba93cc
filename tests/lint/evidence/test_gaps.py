"""Differences of things whose levels are known, and numbers that are no rates."""

from __future__ import annotations

import json

import pytest

from leakstats.lint.evidence.gaps import gap_clash
from leakstats.lint.evidence.grammar import read_numbers
from leakstats.lint.evidence.idioms import is_rate
from leakstats.lint.evidence.knowledge import Evidence
from leakstats.lint.evidence.passages import Passage
from leakstats.lint.evidence.reading import read_dataset
from leakstats.lint.inline import Text
from leakstats.lint.outline import Outline
from leakstats.lint.parsing import parse_document
from leakstats.template import load_template

OPTIONS = {
    "effects": {
        "radar": {"late_on": 0.150, "late_off": 0.336, "sold_pp": -4.0, "fisher_p": 0.01},
        "bell": {"late_on": 0.245, "late_off": 0.241, "sold_pp": 4.5, "fisher_p": 0.84},
        "lamp": {"late_on": 0.185, "late_off": 0.301, "sold_pp": -6.0, "fisher_p": 0.02},
    }
}


@pytest.mark.parametrize(("points", "known"), [("4.5", True), ("0.4", True), ("3.2", False)])
def test_a_change_that_a_file_holds_in_points_is_known(points: str, known: bool) -> None:
    text = f"# Ferries (LOW confidence)\n\n## TL;DR\n\n### Results\n\n- The bell improved sales by {points} points.\n"
    document = parse_document(text)
    data = read_dataset("results.json", json.dumps(OPTIONS))
    evidence = Evidence(document, Outline(document, load_template("v1")), (data,))
    sentence = next(s for p in evidence.passages for s in p.sentences if "bell" in s.text)
    assert (gap_clash(evidence, sentence, sentence.numbers[0]) == "") is known


@pytest.mark.parametrize(("text", "rates"), [("It is 0.31.", 1), ("It is 5e-6.", 0), ("It is 2.5 × 10⁻⁴.", 0)])
def test_a_number_with_a_power_of_ten_is_no_rate(text: str, rates: int) -> None:
    passage = Passage(Text(text, (), 0, len(text)), text, "prose", 0, "other", tuple(read_numbers(text)), None)  # type: ignore[arg-type]
    (sentence,) = passage.sentences
    assert sum(is_rate(sentence, n) for n in sentence.numbers) == rates
