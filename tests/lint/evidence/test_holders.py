"""Who holds the place in an order that a sentence gives away."""

from __future__ import annotations

import pytest

from leakstats.lint.evidence.holders import holder_of, shares_rank
from leakstats.lint.evidence.knowledge import Evidence
from leakstats.lint.evidence.superlatives import superlatives
from leakstats.lint.outline import Outline
from leakstats.lint.parsing import parse_document
from leakstats.template import load_template

BOATS = "| Boat | Calm |\n|---|---|\n| heron | 12.0% |\n| crane | 31.0% |\n| stork | 22.0% |\n| egret | 18.0% |\n"


@pytest.mark.parametrize(
    ("text", "holder", "shared"),
    [
        ("Crane finishes first, heron last.", "crane", False),
        ("Heron comes last, and crane is next.", "heron", False),
        ("The weather decides; first comes wind, but by night it ranks first.", None, False),
        ("A new sail and the old crane together give the highest share.", "crane", True),
        ("Stork (22%) and crane combined have the lowest share.", "crane", True),
        ("The crane has the highest share.", "crane", False),
    ],
)
def test_who_holds_an_extreme(text: str, holder: str | None, shared: bool) -> None:
    document = parse_document(f"# Boats (LOW confidence)\n\n## TL;DR\n\n### Results\n\n{BOATS}\n- {text}\n")
    evidence = Evidence(document, Outline(document, load_template("v1")), ())
    sentence = next(s for p in evidence.passages for s in p.sentences if s.text.startswith(text[:12]))
    found = superlatives(sentence.text)
    mention = holder_of(sentence, found[0], found)
    assert (mention and mention.name) == holder
    assert (mention is not None and shares_rank(sentence, mention)) == shared
