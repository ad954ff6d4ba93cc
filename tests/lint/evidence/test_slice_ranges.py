"""From where to where a part of a table goes, and coefficients of one N: wrong ends are found, parts stay silent."""

from __future__ import annotations

import pytest

from leakstats.lint.evidence.knowledge import Evidence
from leakstats.lint.evidence.ranges import range_clashes
from leakstats.lint.outline import Outline
from leakstats.lint.parsing import parse_document
from leakstats.template import load_template

PAGE = """# Glazes crack less in slow kilns (LOW confidence)

## TL;DR

### Results

**Main takeaways:**

- {}

# Detailed report

{}
"""
FIRINGS = """Cracked pots in %, n = 240 a cell.

| Firing | celadon | tenmoku | shino | ash |
|---|---|---|---|---|
| 1 | 41.3 | 38.8 | 52.1 | 47.9 |
| 5 | 33.8 | 30.4 | 49.6 | 40.0 |
| 10 | 21.7 | 25.8 | 44.2 | 31.3 |
| 20 | 12.9 | 18.3 | 36.7 | 22.5 |
| 40 | 9.6 | 15.4 | 33.3 | 17.1 |"""
KILNS = """Cracked pots in %, n = 300 a kiln.

| Kiln | Draught | Before | After | Δ (pp) |
|---|---|---|---|---|
| Anagama | 6.2 | 31.0 | 44.7 | +13.7 |
| Noborigama | 5.1 | 27.3 | 38.0 | +10.7 |
| Raku | 4.4 | 22.7 | 29.3 | +6.7 |
| Bottle | 3.8 | 18.3 | 36.0 | +17.7 |
| Tunnel | 1.9 | 12.0 | 10.3 | -1.7 |
| All (n = 1,500) | – | 22.3 | 31.7 | +9.4 |"""
SOURCES = """| Clay | ρ with depth | p | N |
|---|---|---|---|
| marl | 0.52 | 2.0e-05 | 60 |
| loam | 0.64 | 3.6e-08 | 60 |
| kaolin | 0.71 | 2.2e-10 | 60 |
| bentonite | 0.79 | 6.0e-14 | 60 |"""


def found(sentence: str, shown: str) -> list[str]:
    """What is said of the ranges of a takeaway."""
    document = parse_document(PAGE.format(sentence, shown))
    evidence = Evidence(document, Outline(document, load_template("v1")), [])
    return [clash.message for clash in range_clashes(evidence)]


@pytest.mark.parametrize(
    ("sentence", "right", "wrong", "shown"),
    [
        ("Final rates reach from 9.6% to {} across the glazes.", "33.3%", "31.3%", FIRINGS),
        ("On shino the rates lie anywhere between 33.3% and {}.", "52.1%", "49.6%", FIRINGS),
        ("From firing 10 on, ash stays between 17.1% and {}.", "31.3%", "22.5%", FIRINGS),
        ("After the change the kilns keep to {} to 44.7%.", "10.3%", "29.3%", KILNS),
        ("The changes span −1.7 to {} pp over kilns (n = 300 each).", "+17.7", "+13.7", KILNS),
        ("If Tunnel is set aside, rates before go from {} to 31.0%.", "18.3%", "22.7%", KILNS),
        ("Over the four glazes firing 5 scores between {} and 49.6%.", "30.4%", "40.0%", FIRINGS),
        ("Coefficients of the four clays extend over 0.52–{} (N = 60 each).", "0.79", "0.71", SOURCES),
        ("Whichever clay one takes, ρ lies in {}–0.79, N = 60 per clay.", "0.52", "0.64", SOURCES),
    ],
)
def test_an_end_of_another_value(sentence: str, right: str, wrong: str, shown: str) -> None:
    assert not found(sentence.format(right), shown)
    assert found(sentence.format(wrong), shown)


@pytest.mark.parametrize(
    ("sentence", "shown"),
    [
        ("At most firings shino lies between 36.7% and 52.1%.", FIRINGS),
        ("The glossy glazes end between 9.6% and 15.4%.", FIRINGS),
        ("Shino falls from 52.1% to 36.7% by firing 20.", FIRINGS),
        ("The wood-fired kilns go from 29.3% to 44.7% after the change.", KILNS),
        ("Our guess before was 12.0% to 27.3% for kilns of this sort.", KILNS),
        ("Without marl the coefficients run from 0.64 to 0.79 (N = 60).", SOURCES),
        ("The three best clays have ρ 0.64–0.79 (N = 60 each).", SOURCES),
    ],
)
def test_a_part_or_a_move(sentence: str, shown: str) -> None:
    assert not found(sentence, shown)
