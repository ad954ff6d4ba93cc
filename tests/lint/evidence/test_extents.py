"""From where to where a column goes: wrong ends are found by the column that the words name, parts stay silent."""

from __future__ import annotations

import pytest

from leakstats.lint.evidence.knowledge import Evidence
from leakstats.lint.evidence.ranges import range_clashes
from leakstats.lint.outline import Outline
from leakstats.lint.parsing import parse_document
from leakstats.template import load_template

PAGE = """# Humming spreads among guilds (LOW confidence)

## TL;DR

### Results

**Main takeaways:**

- {}

# Detailed report

{}
"""
GUILDS = """| Guild | Likeness | Week 2 | Peak | Week 9 |
|---|---|---|---|---|
| smith | +0.81 | 14% | 66% | 58% |
| cooper | +0.62 | 9% | 71% | 49% |
| weaver | +0.40 | 21% | 52% | 44% |
| potter | +0.33 | 33% | 47% | 31% |
| dyer | +0.10 | 6% | 38% | 27% |
| tanner | −0.24 | 3% | 17% | 12% |"""
STATES = """|  | Alba | Brno | Celje | Delft | Espoo |
|---|---|---|---|---|---|
| Before | 42% | 35% | 51% | 28% | 19% |
| After | 22% | 18% | 47% | 9% | 14% |
| Change (pp) | −20 | −17 | −4 | −19 | −5 |"""
LAYERS = """| Layer | Reading | Shuffled reading | ρ with humming |
|---|---|---|---|
| 2 | 51% | 48% | −0.21 |
| 6 | 63% | 50% | +0.14 |
| 10 | 78% | 53% | +0.46 |
| 14 | 91% | 57% | +0.72 |
| 18 | 86% | 62% | +0.65 |"""


def found(sentence: str, shown: str) -> list[str]:
    """What is said of the ranges of a takeaway."""
    document = parse_document(PAGE.format(sentence, shown))
    evidence = Evidence(document, Outline(document, load_template("v1")), [])
    return [clash.message for clash in range_clashes(evidence)]


@pytest.mark.parametrize(
    ("sentence", "right", "wrong", "shown"),
    [
        ("At week 2 the rates go from 3% up to {}.", "33%", "21%", GUILDS),
        ("Week-9 rates run from {} to 58%.", "12%", "27%", GUILDS),
        ("Between them the guilds cover 3% to {} at week 2.", "33%", "21%", GUILDS),
        ("The final rates cover anything from 12% to {}.", "58%", "49%", GUILDS),
        ("Guilds peak somewhere between 17% and {}.", "71%", "66%", GUILDS),
        ("Peaks: {}–71%.", "17", "38", GUILDS),
        ("Peak: as low as 17%, as high as {}.", "71%", "66%", GUILDS),
        ("Likeness: min {}, max +0.81.", "−0.24", "+0.10", GUILDS),
        ("At the peak we find {} at the low end and 71% at the high end.", "17%", "38%", GUILDS),
        ("Without the tanner, rates at the peak lie between {} and 71%.", "38%", "47%", GUILDS),
        ("Peak rates extend from 17% (tanner) to {}.", "71%", "66%", GUILDS),
        ("Prior to the visit the five shares ranged from {} up to 51%.", "19%", "28%", STATES),
        ("After it, the shares are spread from 9% until {}.", "47%", "22%", STATES),
        ("Changes: −20 to {} pp.", "−4", "−5", STATES),
        ("Shuffled reading increases from 48% at the first layer to {} at the last.", "62%", "86%", LAYERS),
        ("The reading starts at 51% and tops out at {}.", "91%", "86%", LAYERS),
        ("In the last three layers the coefficients stay between {} and +0.72.", "+0.46", "+0.65", LAYERS),
        ("The coefficients span {} to +0.72.", "−0.21", "+0.14", LAYERS),
        ("The reading starts at 51% and ends at {}.", "86%", "78%", LAYERS),
    ],
)
def test_ends_of_the_column_that_the_words_name(sentence: str, right: str, wrong: str, shown: str) -> None:
    assert found(sentence.format(right), shown) == []
    assert len(found(sentence.format(wrong), shown)) == 1


@pytest.mark.parametrize(
    ("sentence", "shown"),
    [
        ("The likelier guilds peak between 47% and 71%.", GUILDS),
        ("Peaks between 38% and 71% are common.", GUILDS),
        ("Peaks of most guilds lie between 38% and 71%.", GUILDS),
        ("The smith climbs from 14% to its peak of 66%.", GUILDS),
        ("Four guilds peak between 47% and 71%.", GUILDS),
        ("With replay the mean peak moved from 66% to 71%.", GUILDS),
        ("The rate fell from 51% to 47% after a visit.", STATES),
        ("The fit tightens from +0.65 to +0.72.", LAYERS),
        ("The reading rises from 51% to 78% at layer 10.", LAYERS),
        ("The reading climbs from 51% to 91% and then falls to 86%.", LAYERS),
    ],
)
def test_ranges_of_some_and_moves(sentence: str, shown: str) -> None:
    assert found(sentence, shown) == []
