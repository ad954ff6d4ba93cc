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
A jar counts where it cracks, is tarred or sticky.

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
| Layer | Gong accuracy | Reed accuracy | ρ with cracks | p |
|---|---|---|---|---|
| 2 | 53% | 51% | −0.08 | 0.71 |
| 6 | 61% | 52% | +0.22 | 0.30 |
| 10 | 74% | 55% | +0.44 | 0.031 |
| 14 | 86% | 58% | +0.63 | 0.0011 |
| 18 | 92% | 64% | +0.71 | 0.0002 |
| 22 | 87% | 71% | +0.58 | 0.0029 |

N = 24 glazes for ρ.
"""
CLAYS = """\
Cracks of 200 jars a cell, in percent.

| Family | Clay | Firing time (min) | Weight (kg) | Raw (%) | Fired (%) | Glazed (%) |
|---|---|---|---|---|---|---|
| Red | brick | 40 | 2.5 | 1.5 | 62.0 | 20.5 |
| Red | terracotta | 55 | 3.0 | 0.5 | 48.5 | 14.0 |
| Red | marl | 35 | 1.8 | 2.5 | 71.0 | 31.5 |
| **Red mean** |  | 43.3 | 2.4 | 1.5 | 60.5 | 22.0 |
| White | kaolin | 90 | 4.2 | 0.0 | 12.5 | 4.5 |
| White | ball | 75 | 3.6 | 1.0 | 21.0 | 9.5 |
| White | bone | 110 | 2.2 | 0.0 | 8.0 | 9.0 |
| **White mean** |  | 91.7 | 3.3 | 0.3 | 13.8 | 7.7 |
"""
PAIRS: dict[str, list[tuple[str, str]]] = {
    POTTERS: [
        # of one potter, and of no other; fewer letters
        (
            "Gus never passes 18%; three potters of 8 top 45% at the peak.",
            "Gus never passes 18%; two potters of 8 top 45% at the peak.",
        ),
        # those with a sign; one digit or two; from one's own peak
        (
            "None of the potters with a negative likeness exceeds 20% at the peak.",
            "None of the potters with a negative likeness exceeds 10% at the peak.",
        ),
        ("Three of eight potters end in single digits.", "Four of eight potters end in single digits."),
        ("Every potter sits below its own peak in week 9.", "No potter sits below its own peak in week 9."),
        (
            "Three of eight potters lack a second kiln: ben, eve and hal.",
            "Three of eight potters lack a second kiln: ben and hal.",
        ),
        (
            "The rate moved as planned for seven of 8 potters. By contrast, that of gus dropped.",
            "The rate moved as planned for all 8 potters. By contrast, that of gus dropped.",
        ),
        (
            "The hint works for most of 8 potters. Gus went against the trend: it lost much.",
            "The hint works for all 8 potters. Gus went against the trend: it lost much.",
        ),
        (
            "The threshold of 45%, which was set long before, is reached at the peak by three of eight potters.",
            "The threshold of 45%, which was set long before, is reached at the peak by four of eight potters.",
        ),
        (
            "If 40% in week 9 is taken as the bar for success, three of eight potters are a success.",
            "If 40% in week 9 is taken as the bar for success, all 8 potters are a success.",
        ),
        (
            "We had said 60% at the peak, and two of 8 potters get there.",
            "We had said 60% at the peak, and half of the 8 potters get there.",
        ),
        ("Week 9 above 40%: a majority of no kind.", "Week 9 above 40%: half of potters."),
        ("At the peak half of potters are above 30%.", "At the peak a quarter of potters are above 30%."),
        ("Five potters (of eight) exceed 20% at the peak.", "Six potters (of eight) exceed 20% at the peak."),
        ("Five potters out of eight exceed 20% at the peak.", "Four potters, out of eight, exceed 20% at the peak."),
        ("Of the eight potters, exactly three are above 40% in week 9.", "Of the potters, two top 40% in week 9."),
        (
            "After the peak three potters of the eight lost more than five points.",
            "After the peak five potters of the eight lost more than five points.",
        ),
        ("Slide off the peak > 9 pp: 2/8 potters.", "Slide off the peak > 9 pp: 5/8 potters."),
        ("Every potter slid back after the peak, bar none.", "Every potter slid back after the peak, bar one."),
        (
            "All the potters, with the sole exception of eve, ended higher than they began.",
            "All the potters, with the sole exception of flo, ended higher than they began.",
        ),
        (
            "Three of the eight potters (gus, hal and ida) have a negative likeness.",
            "Four of the eight potters (gus, hal and ida) have a negative likeness.",
        ),
        ("Half of the lot peaked above 30%.", "A quarter of the lot peaked above 30%."),
        ("Potters at or above 12.4% in week 1: three.", "Potters at or above 12.4% in week 1: seven."),
        (
            "How many potters, out of eight, peaked above 45%? Three.",
            "How many potters, out of eight, peaked above 45%? Five.",
        ),
        ("Four of 8 potters have a likeness above 0.30.", "Five of 8 potters have a likeness above 0.30."),
        (
            "In 5 of 8 potters week 9 is within 5 points of the peak.",
            "In 7 of 8 potters week 9 is within 5 points of the peak.",
        ),
        ("Every potter but eve improved.", "Every potter but flo improved."),
    ],
    TOWNS: [
        ("All but one of the towns ended below 20%.", "All but two of the towns ended below 20%."),
        ("There exists one town that was above 40% before.", "There exists one town that was above 50% before."),
        (
            "Two of five towns shifted by 6 points or less, in either direction.",
            "Four of five towns shifted by 6 points or less, in either direction.",
        ),
        ("Four towns (of five) went down.", "Three towns (of five) went down."),
        ("Every town went down, bar one.", "Every town went down, bar two."),
        ("All towns fell, with one exception.", "All towns fell, with no exception."),
        ("Each town fell, one excepted.", "Each town fell, none excepted."),
        ("Did every town fall? No: Ypres did not.", "Every town fell."),
        ("More than halved: 3/5 towns.", "More than halved: 1/5 towns."),
        ("Only one town went the wrong way.", "Only two towns went the wrong way."),
        ("Four of five towns fell, n = 400 everywhere.", "Three of five towns fell, n = 400 everywhere."),
    ],
    SALTS: [
        (
            "How many of the six bare doses stayed under 25%? Four.",
            "How many of the six bare doses stayed under 25%? Three.",
        ),
        # what follows from a count
        (
            "No dose is lower when glazed than when bare, so it does not cancel out.",
            "No dose is higher when glazed than when bare, so it does not cancel out.",
        ),
        ("Most bare runs stay under 25%.", "Most glazed runs stay under 25%."),
        ("No dose cracks more often glazed than 95%.", "No dose cracks more often when glazed than when bare."),
        ("Glazed is above 30% in a majority of doses.", "Glazed is above 30% in a minority of doses."),
        ("Bare stays under 15% at half of the doses.", "Bare stays under 15% at two thirds of the doses."),
        (
            "With the glaze on, most of the doses came out stickier than 30%.",
            "With the glaze on, all of the doses came out stickier than 30%.",
        ),
        (
            "The intervals of glazed and bare jars are disjoint at 4 of 6 doses.",
            "The intervals of glazed and bare jars are disjoint at 5 of 6 doses.",
        ),
        ("The CIs overlap at 2 of 6 doses.", "The CIs overlap at 4 of 6 doses."),
        (
            "Under glaze tarred jars were the majority at three of the six doses.",
            "Under glaze tarred jars were the majority at two of the six doses.",
        ),
        (
            "Glazing at least doubles the share at four of the six doses.",
            "Glazing at least doubles the share at two of the six doses.",
        ),
        (
            "The gap between the two exceeds 30 points at three of six doses.",
            "The gap between the two exceeds 30 points at four of six doses.",
        ),
    ],
    DEPTHS: [
        # at any of the rows, of the one column that is named
        ("Reed accuracy is never above 72%.", "Reed accuracy is never above 70%."),
        ("Gong accuracy is always above 50%.", "Gong accuracy is always above 55%."),
        ("Gong accuracy breaks 80% at three of the six layers.", "Gong accuracy breaks 80% at five of the six layers."),
        (
            "80% is reached or passed by the gong in three layers.",
            "80% is reached or passed by the gong in two layers.",
        ),
        (
            "The coefficient is significant at the 0.01 level at three of six layers.",
            "The coefficient is significant at the 0.01 level at four of six layers.",
        ),
        ("No layer has a reed accuracy superior to 72%.", "No layer has a reed accuracy superior to 70%."),
        (
            "The coefficient is negative at no more than one of the six layers.",
            "The coefficient is positive at every single layer.",
        ),
        ("Gong > reed everywhere.", "Gong > reed everywhere, with one exception."),
        ("Gong > reed everywhere, with no exception.", "Gong > reed everywhere, layer 2 excluded."),
        ("Gong minus reed > 17 pp: 3/6 layers.", "Gong minus reed > 17 pp: 5/6 layers."),
        ("Gong − reed > 10 points at four of the six layers.", "Gong − reed > 10 points at two of the six layers."),
        ("Three layers (of six) clear the 1% level.", "Four layers (of six) clear the 1% level."),
        (
            "In two of the six layers, namely layers 14 and 18, the coefficient surpasses 0.60.",
            "In three of the six layers, namely layers 14 and 18, the coefficient surpasses 0.60.",
        ),
        ("At every layer but one the coefficient is positive.", "At every layer the coefficient is positive."),
        ("From layer 10 on every layer is significant.", "Every layer is significant."),
        ("Four layers (10, 14, 18 and 22) have p below 0.05.", "Three layers (10, 14, 18 and 22) have p below 0.05."),
    ],
    CLAYS: [
        # from the states before it to the one that the verb names
        (
            "The glazing lowered the share of cracks in all but one of the clays.",
            "The glazing lowered the share of cracks in all of the clays.",
        ),
        # those that a condition behind the noun singles out
        (
            "Both clays with a weight above 3.2 kg need a firing time above 70 min.",
            "Neither of the clays with a weight above 3.2 kg needs a firing time above 70 min.",
        ),
        (
            "All clays with a firing time below 60 min are above 45% after firing.",
            "All clays with a firing time below 60 min are above 50% after firing.",
        ),
        ("Two of the six clays weigh more than 3.2 kg.", "Three of the six clays weigh more than 3.2 kg."),
        ("Three clays need a firing time above 60 min.", "Two clays need a firing time above 60 min."),
        ("Four of six clays stay below 15% after the glazing.", "Three of six clays stay below 15% after the glazing."),
        ("No clay has a weight above 5 kg.", "Every clay has a weight above 5 kg."),
        ("Every Red clay is above 40% after firing.", "Every White clay is above 40% after firing."),
        (
            "Two of the three White clays are under 15% after firing.",
            "All three White clays are under 15% after firing.",
        ),
        (
            "In the Red family, no clay is under 45% after firing.",
            "In the Red family, no clay is under 50% after firing.",
        ),
        (
            "Every clay of the White family stays under 10% after the glazing.",
            "Each clay in the Red family stays under 30% after the glazing.",
        ),
        ("Raw cracks are nil in two of the six clays.", "Raw cracks are nil in all six clays."),
    ],
}
ALL = [(table, *pair) for table, pairs in PAIRS.items() for pair in pairs]


def clashes(table: str, sentence: str) -> list[str]:
    text = f"# Jars (LOW confidence)\n\n## TL;DR\n\n### Results\n\n{table}\n- {sentence}\n"
    document = parse_document(text)
    return [c.message for c in count_clashes(Evidence(document, Outline(document, load_template("v1"))))]


@pytest.mark.parametrize(("table", "true", "false"), ALL, ids=[p[2] for p in ALL])
def test_pair(table: str, true: str, false: str) -> None:
    assert clashes(table, true) == []
    assert len(clashes(table, false)) == 1
