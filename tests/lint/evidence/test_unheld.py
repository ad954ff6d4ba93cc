"""Doubts about a value where the page's tables need not hold what its sentence speaks of."""

from __future__ import annotations

import pytest

from leakstats.lint.evidence.grammar import Number
from leakstats.lint.evidence.knowledge import Evidence
from leakstats.lint.evidence.passages import Sentence
from leakstats.lint.evidence.reading import read_dataset
from leakstats.lint.evidence.unheld import (
    is_at_other_point,
    is_at_unheld_point,
    is_between_others,
    is_new_end,
    is_of_unheld_range,
    unsaid,
)
from leakstats.lint.outline import Outline
from leakstats.lint.parsing import parse_document
from leakstats.template import load_template

TIDES = """\
| Cove | Cosine | Epoch 0 | Epoch 3 | Epoch 9 |
|---|---|---|---|---|
| amber | 0.34 | 21.0% | 48.5% | 39.0% |
| birch | 0.12 | 4.5% | 22.0% | 27.5% |
| cedar | -0.21 | 11.5% | 13.0% | 12.0% |
"""


def read(sentence: str, number: str = "", *, data: bool = False) -> tuple[Evidence, Sentence, Number]:
    text = f"# Coves (LOW confidence)\n\n## TL;DR\n\n### Results\n\n{TIDES}\n- {sentence}\n"
    document = parse_document(text)
    files = (read_dataset("results.json", '{"amber": {"rate": 0.48}, "birch": {"rate": 0.22}}'),) if data else ()
    evidence = Evidence(document, Outline(document, load_template("v1")), files)
    found = next(s for p in evidence.passages for s in p.sentences if s.text.startswith(sentence[:20]))
    return evidence, found, next((n for n in found.numbers if n.text == number), found.numbers[0])


@pytest.mark.parametrize(
    ("sentence", "data", "doubted"),
    [
        ("At epoch 6 the amber cove stood at 44.5%.", False, True),
        ("At epoch 3 the amber cove stood at 44.5%.", False, False),
        ("At epoch 6 the amber cove stood at 44.5%.", True, False),  # a file is asked, and holds all
    ],
)
def test_a_point_of_which_the_page_holds_nothing(sentence: str, data: bool, doubted: bool) -> None:
    evidence, found, _ = read(sentence, data=data)
    assert is_at_unheld_point(evidence, found) is doubted


@pytest.mark.parametrize(
    ("sentence", "number", "doubted"),
    [
        ("The cosine of amber goes from 0.34 to 0.58.", "0.58", True),
        ("The cosine of amber goes from 0.43 to 0.58.", "0.58", False),  # neither end is known
        ("The rate of amber goes from 21.0% to 57.5%.", "57.5", False),  # rates are followed over time
        ("The cosine of amber is 0.58.", "0.58", False),
    ],
)
def test_the_end_of_a_move_that_tables_may_lack(sentence: str, number: str, doubted: bool) -> None:
    evidence, found, value = read(sentence, number)
    facts = [(s, f) for s, f in evidence.about["amber"] if s.fraction == (value.role == "percent")]
    assert is_new_end(evidence, found, value, facts) is doubted


@pytest.mark.parametrize(
    ("sentence", "number", "doubted"),
    [
        ("Rates run from 16% (cedar) to 72% (amber).", "72", True),
        ("Rates run from 12.0% (cedar) to 72% (amber).", "72", False),  # the other end is the cedar's
        ("Rates reach 72% (amber).", "72", False),
    ],
)
def test_a_range_of_which_the_tables_know_no_end(sentence: str, number: str, doubted: bool) -> None:
    evidence, found, value = read(sentence, number)
    assert is_of_unheld_range(evidence, found, value) is doubted


@pytest.mark.parametrize(
    ("sentence", "number", "doubted"),
    [
        ("The amber cove comes down to 31.5% at epoch 6.", "31.5", True),
        ("The amber cove comes down to 31.5% at epoch 9.", "31.5", False),
        ("The amber cove comes down to 31.5% in the end.", "31.5", False),
    ],
)
def test_a_checkpoint_beside_a_value_at_which_nothing_is_followed(sentence: str, number: str, doubted: bool) -> None:
    evidence, found, value = read(sentence, number)
    facts = [(s, f) for s, f in evidence.about["amber"] if s.fraction]
    assert is_at_other_point(evidence, found, value, facts) is doubted


def test_what_no_other_number_of_the_sentence_says() -> None:
    evidence, found, value = read("Amber goes from 21.0% to 45.8%.", "45.8")
    facts = [(s, f) for s, f in evidence.about["amber"] if s.fraction and s.pointer.startswith("column")]
    assert sorted(round(f.value, 3) for _, f in unsaid(evidence, found, value, facts)) == [0.39, 0.485]


@pytest.mark.parametrize(
    ("sentence", "number", "between"),
    [
        ("The spread is 3.77 (best 6.77, worst 3.00).", "3.77", True),
        ("The spread is 4.12 (best 6.77, worst 3.00).", "4.12", False),
    ],
)
def test_a_number_that_is_the_distance_of_two_others(sentence: str, number: str, between: bool) -> None:
    _, found, value = read(sentence, number)
    assert is_between_others(found, value) is between
