"""Idioms in which the numbers of a sentence are joined."""

from __future__ import annotations

import pytest

from leakstats.lint.evidence.idioms import intervals
from leakstats.lint.evidence.knowledge import Evidence
from leakstats.lint.outline import Outline
from leakstats.lint.parsing import parse_document
from leakstats.template import load_template


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("Skye was late in 64% (32 of 50) (50.1–75.9%) of spring", [("50.1", "75.9")]),
        ("Skye was late in 64% (32/50) (50.1–75.9%) of spring", [("50.1", "75.9")]),
        ("Skye was late in 64% (50.1–75.9%) of spring", [("50.1", "75.9")]),
        ("Skye was late in 64% (32 of 50) (70.1–75.9%) of spring", []),
        ("Skye was late in 64% (Mull 32 of 50) (50.1–75.9%) of spring", []),
    ],
)
def test_a_bracket_around_the_value_before_it_is_its_interval(text: str, ends: list[tuple[str, str]]) -> None:
    document = parse_document(f"# Ferries (LOW confidence)\n\n## TL;DR\n\n### Results\n\n- {text}.\n")
    evidence = Evidence(document, Outline(document, load_template("v1")))
    sentence = next(s for p in evidence.passages for s in p.sentences if "Skye" in s.text)
    assert [(a.text, b.text) for a, b, _ in intervals(sentence)] == ends
