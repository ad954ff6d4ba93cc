"""How many things of a kind a page has: other numbers of them are found, parts and sums of them stay silent."""

from __future__ import annotations

import pytest

from leakstats.lint.evidence.knowledge import Evidence
from leakstats.lint.evidence.rosters import roster_clashes
from leakstats.lint.outline import Outline
from leakstats.lint.parsing import parse_document
from leakstats.template import load_template

PAGE = """# Four graders rank nine choirs alike (LOW confidence)

## TL;DR

Four graders heard 160 replies of each of nine choirs; 30 test songs were sung.

### Results

**Main takeaways:**

- {}

# Detailed report

| Choir | Start | End |
|---|---|---|
| Alba | 10% | 20% |
| Brno | 15% | 30% |
| Celje | 5% | 25% |
| Delft | 20% | 40% |
| Espoo | 25% | 55% |
| Fano | 10% | 15% |
| Gent | 30% | 60% |
| Hamar | 35% | 45% |
| Imst | 20% | 65% |

n = 160 replies a cell; the graders agree (N = 9 choirs). The 30 test songs are listed below.
"""


def found(sentence: str) -> list[str]:
    """What is said of the counts of a takeaway."""
    document = parse_document(PAGE.format(sentence))
    evidence = Evidence(document, Outline(document, load_template("v1")), [])
    return [clash.message.split(":")[0] for clash in roster_clashes(evidence)]


@pytest.mark.parametrize(
    ("sentence", "right", "wrong"),
    [
        ("The {} graders seldom differ.", "four", "six"),
        ("We listened to {} choirs only.", "nine", "ten"),
        ("Agreement was measured with N = {} choirs.", "9", "7"),
        ("Just {} choirs were heard, all the same.", "nine", "a dozen"),
        ("Every share rests on {} replies.", "160", "140"),
        ("Each choir was sampled {} times.", "160", "190"),
        ("A grader heard {} replies per choir.", "160", "320"),
        ("All singers had the same {} songs.", "30", "20"),
        ("Shares come from {} responses, as a rule.", "160", "210"),
        ("With so small a number of choirs (N = {}) the fit is loose.", "9", "7"),
        ("The sample per choir ({} replies) is small.", "160", "130"),
        ("Both rates of a choir rest on {} replies.", "160", "130"),
        ("We listened to {} choirs other than that of the town.", "nine", "eleven"),
        ("They sang {} test songs.", "30", "45"),
    ],
)
def test_counts_of_a_kind(sentence: str, right: str, wrong: str) -> None:
    assert found(sentence.format(right)) == []
    assert len(found(sentence.format(wrong))) == 1


@pytest.mark.parametrize(
    "sentence",
    [
        "In four choirs the share doubles, in seven choirs it does not.",
        "The two graders of the first year are the strictest.",
        "All seven choirs with a start below 30% gain.",
        "Together they heard 1,440 replies.",  # 9 × 160
        "A grader heard 40 replies per song.",  # a part
        "640 replies for each choir were graded.",  # 160 by each of four
        "A pilot with 12 choirs had failed.",
        "Ten further choirs declined.",
        "12 choirs of the region were asked.",
        "30 choirs sing in the region.",
        "Six guest graders would do.",
        "We dropped 14 replies, and 190 replies were kept.",
        "140 replies for some choirs and 160 for the others were heard.",
        "Scores above 40 points are rare.",
    ],
)
def test_parts_sums_and_other_things(sentence: str) -> None:
    assert found(sentence) == []
