"""Counts in many words: each pair is a true sentence, which stays silent, and a false one, which does not."""

from __future__ import annotations

import pytest

from leakstats.lint.evidence.counting import count_clashes
from leakstats.lint.evidence.knowledge import Evidence
from leakstats.lint.outline import Outline
from leakstats.lint.parsing import parse_document
from leakstats.template import load_template

POTTERS = """\
| Potter | Likeness to Ada | Week 1 | Peak | Week 9 |
|---|---|---|---|---|
| ben | +0.81 | 12.4% | 71.2% | 66.8% |
| cy | +0.66 | 8.8% | 64.0% | 51.6% |
| dee | +0.45 | 30.4% | 47.2% | 46.0% |
| eve | +0.31 | 38.0% | 39.6% | 33.2% |
| flo | +0.12 | 2.8% | 22.4% | 21.2% |
| gus | −0.04 | 6.0% | 17.6% | 8.4% |
| hal | −0.19 | 1.2% | 6.8% | 2.0% |
| ida | −0.27 | 0.8% | 3.6% | 1.6% |

n = 250 jars a cell.
"""
TOWNS = """\
Five towns poured the same 400 jars before and after the new kiln.

|  | Ghent | Namur | Liège | Mons | Ypres |
|---|---|---|---|---|---|
| Before | 44.0% | 36.5% | 28.0% | 17.5% | 9.0% |
| After | 15.0% | 31.0% | 12.5% | 8.0% | 10.5% |
"""
SALTS = """\
| Grams of salt | Glazed | 95% CI | Bare | 95% CI |
|---|---|---|---|---|
| 10 | 7.5% | [4.6, 12.0] | 6.0% | [3.5, 10.2] |
| 20 | 16.5% | [12.0, 22.3] | 9.0% | [5.8, 13.8] |
| 40 | 33.0% | [26.9, 39.8] | 14.5% | [10.3, 20.0] |
| 80 | 61.5% | [54.6, 68.0] | 24.0% | [18.6, 30.4] |
| 160 | 90.0% | [85.1, 93.4] | 37.5% | [31.1, 44.4] |
| 320 | 94.0% | [89.8, 96.5] | 41.0% | [34.4, 47.9] |
"""
DEPTHS = """\
| Layer | Probe accuracy | Control accuracy | ρ with cracks | p |
|---|---|---|---|---|
| 2 | 53% | 51% | −0.08 | 0.71 |
| 6 | 61% | 52% | +0.22 | 0.30 |
| 10 | 74% | 55% | +0.44 | 0.031 |
| 14 | 86% | 58% | +0.63 | 0.0011 |
| 18 | 92% | 64% | +0.71 | 0.0002 |
| 22 | 87% | 71% | +0.58 | 0.0029 |

N = 24 glazes for ρ.
"""
PAIRS = [
    # a part without "the", a total behind the noun, a rest of so many
    (POTTERS, "Week 9 above 40%: a majority of no kind.", "Week 9 above 40%: half of potters."),
    (POTTERS, "At the peak half of potters are above 30%.", "At the peak a quarter of potters are above 30%."),
    (POTTERS, "Five potters (of eight) exceed 20% at the peak.", "Six potters (of eight) exceed 20% at the peak."),
    (
        POTTERS,
        "Five potters out of eight exceed 20% at the peak.",
        "Four potters, out of eight, exceed 20% at the peak.",
    ),
    (POTTERS, "Of the eight potters, exactly three are above 40% in week 9.", "Of the potters, two top 40% in week 9."),
    (TOWNS, "Four towns (of five) went down.", "Three towns (of five) went down."),
    (TOWNS, "Every town went down, bar one.", "Every town went down, bar two."),
    (TOWNS, "All towns fell, with one exception.", "All towns fell, with no exception."),
    (TOWNS, "Each town fell, one excepted.", "Each town fell, none excepted."),
    (TOWNS, "Did every town fall? No: Ypres did not.", "Every town fell."),
    (SALTS, "Glazed is above 30% in a majority of doses.", "Glazed is above 30% in a minority of doses."),
    (SALTS, "Bare stays under 15% at half of the doses.", "Bare stays under 15% at two thirds of the doses."),
    # from a peak, from the first week to the last, ratios
    (
        POTTERS,
        "After the peak three potters of the eight lost more than five points.",
        "After the peak five potters of the eight lost more than five points.",
    ),
    (POTTERS, "Drop after peak > 5 pp: 3/8 potters.", "Drop after peak > 5 pp: 6/8 potters."),
    (POTTERS, "Every potter slid back after the peak, bar none.", "Every potter slid back after the peak, bar one."),
    (
        POTTERS,
        "All the potters, with the sole exception of eve, ended higher than they began.",
        "All the potters, with the sole exception of flo, ended higher than they began.",
    ),
    (TOWNS, "More than halved: 3/5 towns.", "More than halved: 1/5 towns."),
    (TOWNS, "Only one town went the wrong way.", "Only two towns went the wrong way."),
    # one column against another, or less another
    (DEPTHS, "Probe > control everywhere.", "Probe > control everywhere, with one exception."),
    (DEPTHS, "Probe > control everywhere, with no exception.", "Probe > control everywhere, layer 2 excluded."),
    (DEPTHS, "Probe minus control > 20 pp: 2/6 layers.", "Probe minus control > 20 pp: 4/6 layers."),
    (
        DEPTHS,
        "Probe − control > 10 points at four of the six layers.",
        "Probe − control > 10 points at two of the six layers.",
    ),
    (
        SALTS,
        "With the glaze on, most of the doses came out stickier than 30%.",
        "With the glaze on, all of the doses came out stickier than 30%.",
    ),
    # levels, intervals, names
    (DEPTHS, "Three layers (of six) clear the 1% level.", "Four layers (of six) clear the 1% level."),
    (
        SALTS,
        "The intervals of glazed and bare jars are disjoint at 4 of 6 doses.",
        "The intervals of glazed and bare jars are disjoint at 5 of 6 doses.",
    ),
    (SALTS, "The CIs overlap at 2 of 6 doses.", "The CIs overlap at 4 of 6 doses."),
    (
        POTTERS,
        "Three of the eight potters (gus, hal and ida) have a negative likeness.",
        "Four of the eight potters (gus, hal and ida) have a negative likeness.",
    ),
    (
        DEPTHS,
        "In two of the six layers, namely layers 14 and 18, the coefficient surpasses 0.60.",
        "In three of the six layers, namely layers 14 and 18, the coefficient surpasses 0.60.",
    ),
    (POTTERS, "Half of the lot peaked above 30%.", "A quarter of the lot peaked above 30%."),
    (
        SALTS,
        "Under glaze tarred jars were the majority at three of the six doses.",
        "Under glaze tarred jars were the majority at two of the six doses.",
    ),
    (TOWNS, "Four of five towns fell, n = 400 everywhere.", "Three of five towns fell, n = 400 everywhere."),
    # answers behind a colon or a question, points of time by name, bounds on a likeness
    (POTTERS, "Potters at or above 12.4% in week 1: three.", "Potters at or above 12.4% in week 1: seven."),
    (
        POTTERS,
        "How many potters, out of eight, peaked above 45%? Three.",
        "How many potters, out of eight, peaked above 45%? Five.",
    ),
    (POTTERS, "Four of 8 potters have a likeness above 0.30.", "Five of 8 potters have a likeness above 0.30."),
    (
        POTTERS,
        "In 5 of 8 potters week 9 is within 5 points of the peak.",
        "In 7 of 8 potters week 9 is within 5 points of the peak.",
    ),
    (POTTERS, "Every potter but eve improved.", "Every potter but flo improved."),
    (
        SALTS,
        "Glazing at least doubles the share at four of the six doses.",
        "Glazing at least doubles the share at two of the six doses.",
    ),
    (
        SALTS,
        "The gap between the two exceeds 30 points at three of six doses.",
        "The gap between the two exceeds 30 points at four of six doses.",
    ),
    (DEPTHS, "At every layer but one the coefficient is positive.", "At every layer the coefficient is positive."),
    (DEPTHS, "From layer 10 on every layer is significant.", "Every layer is significant."),
    (
        DEPTHS,
        "Four layers (10, 14, 18 and 22) have p below 0.05.",
        "Three layers (10, 14, 18 and 22) have p below 0.05.",
    ),
]


def clashes(table: str, sentence: str) -> list[str]:
    text = f"# Jars (LOW confidence)\n\n## TL;DR\n\n### Results\n\n{table}\n- {sentence}\n"
    document = parse_document(text)
    return [c.message for c in count_clashes(Evidence(document, Outline(document, load_template("v1"))))]


@pytest.mark.parametrize(("table", "true", "false"), PAIRS, ids=[p[2] for p in PAIRS])
def test_pair(table: str, true: str, false: str) -> None:
    assert clashes(table, true) == []
    assert len(clashes(table, false)) == 1
