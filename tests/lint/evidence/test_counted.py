"""The clause of a count, beside other counts of its sentence."""

from __future__ import annotations

import pytest

from leakstats.lint.evidence.counted import clause_of, counted_things
from leakstats.lint.evidence.knowledge import Evidence
from leakstats.lint.evidence.wording import PART_OF, UNREAD
from leakstats.lint.outline import Outline
from leakstats.lint.parsing import parse_document
from leakstats.template import load_template

WELLS = "| Well | Salt |\n|---|---|\n| abbey | 12.0% |\n| barn | 31.0% |\n| court | 22.0% |\n| dairy | 18.0% |\n"


@pytest.mark.parametrize(
    ("text", "clause"),
    [
        ("Salt is over its first share in 3 of 4 wells, by ten points or more in 2 of them.", "or more"),
        ("Although 3 of 4 wells freeze over, the abbey does not do so.", "abbey"),
        ("Both arms differ, 3 of 4 wells are salt.", "differ"),
        ("None of the 4 wells breaks the rule: salt is rarest in the abbey.", "rarest"),
    ],
)
def test_another_clause_is_no_part_of_a_count(text: str, clause: str) -> None:
    document = parse_document(f"# Wells (LOW confidence)\n\n## TL;DR\n\n### Results\n\n{WELLS}\n- {text}\n")
    evidence = Evidence(document, Outline(document, load_template("v1")), ())
    claim = next(c for c in counted_things(evidence) if c.total == 4)
    assert clause not in clause_of(claim)[0]


def test_a_size_is_given_for_each_and_asks_nothing() -> None:
    text = "The plain set is smaller, 300 clear buckets at each well."
    document = parse_document(f"# Wells (LOW confidence)\n\n## TL;DR\n\n### Results\n\n{WELLS}\n- {text}\n")
    evidence = Evidence(document, Outline(document, load_template("v1")), ())
    assert counted_things(evidence) == []


def test_a_share_may_have_several_words() -> None:
    found = PART_OF.search("fewer than one painted front door in nine")
    assert found is not None
    assert found.group("k", "n") == ("one", "nine")


def test_one_of_several_that_each_has_is_not_counted() -> None:
    assert UNREAD.search("have a horse that is worse at day 20") is not None
