"""Named things that a sentence sets apart from the others."""

from __future__ import annotations

import pytest

from leakstats.lint.evidence.exclusives import exclusives
from leakstats.lint.evidence.knowledge import Evidence
from leakstats.lint.outline import Outline
from leakstats.lint.parsing import parse_document
from leakstats.template import load_template

KILNS = "| Kiln | Cracks |\n|---|---|\n| north | 12.0% |\n| south | 31.0% |\n| east | 22.0% |\n| west | 18.0% |\n"


@pytest.mark.parametrize(
    ("text", "apart"),
    [
        ("Every kiln cracks in fewer than 20% of firings, with the exception of south and east.", 1),
        ("Each firing has 25 pots with 4 glazes, hence n = 100, with the exception of south and west (n = 300).", 0),
    ],
)
def test_sizes_with_exceptions_set_no_thing_apart(text: str, apart: int) -> None:
    document = parse_document(f"# Kilns (LOW confidence)\n\n## TL;DR\n\n### Results\n\n{KILNS}\n- {text}\n")
    evidence = Evidence(document, Outline(document, load_template("v1")), ())
    sentence = next(s for p in evidence.passages for s in p.sentences if s.text.startswith(text[:12]))
    assert len(list(exclusives(sentence))) == apart
