"""Cells that sentences name by their row and their column, in tables of several shapes."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from leakstats.lint.evidence.addressed import cells_named
from leakstats.lint.evidence.knowledge import Evidence
from leakstats.lint.evidence.reading import read_dataset
from leakstats.lint.evidence.shapes import Dataset
from leakstats.lint.evidence.values import value_clashes
from leakstats.lint.outline import Outline
from leakstats.lint.parsing import parse_document
from leakstats.template import load_template

CROPS = """\
| Cups of water | Shaded | Sunlit |
|---|---|---|
| 10 | 5.2% | 8.4% |
| 40 | 17.6% | 31.2% |
| 90 | 43.6% | 64.8% |
"""
TASTERS = """\
| Cheese | Trained panel | Street crowd |
|---|---|---|
| Brie | 0.62 | 0.71 |
| Gouda | 0.38 | 0.44 |
| Feta | 0.17 | 0.25 |
| Mean | 0.39 | 0.47 |
"""
TURNED = """\
|  | Oslo | Porto | Riga |
|---|---|---|---|
| Before | 41.0% | 33.0% | 18.0% |
| After | 14.7% | 21.3% | 16.0% |
"""
CLINICS = """\
| Clinic | Flagged at intake | Flagged at follow-up |
|---|---|---|
| Alder | 36/120 (30.0%) | 54/120 (45.0%) |
| Birch | 21/140 (15.0%) | 35/140 (25.0%) |
"""
SPREADS = """\
| Method | Seen | Unseen |
|---|---|---|
| distil | 62.4 ± 1.9% | 48.1 ± 2.7% |
| prune | 55.8 ± 2.2% | 31.6 ± 3.0% |
"""
WAVES = """\
| Site | Wave | Share |
|---|---|---|
| quarry | first | 22.0% |
| quarry | second | 30.5% |
| meadow | first | 8.0% |
| meadow | second | 41.5% |
"""
PLAIN = """\
| Role | Base | Tuned |
|---|---|---|
| monk | 12.4% | 52.4% |
| clown | 3.2% | 9.6% |
"""
GROUPED = """\
| Kind | Bird | Before | After |
|---|---|---|---|
| Song | lark | 36.4% | 9.2% |
| Song | wren | 28.0% | 10.8% |
| Song | dove | 17.6% | 4.4% |
| **Song mean** |  | 27.3% | 8.1% |
| Prey | hawk | 1.2% | 0.4% |
| Prey | kite | 3.6% | 2.0% |
| **Prey mean** |  | 2.4% | 1.2% |
"""
FRAMED = """\
| Model | Frame | Refused | Rate |
|---|---|---|---|
| Alder | direct | 152/160 | 95.0% |
| Alder | play | 108/120 | 90.0% |
| Birch | direct | 140/160 | 87.5% |
| Birch | play | 57/120 | 47.5% |
"""


def read(table: str, sentence: str, datasets: Sequence[Dataset] = ()) -> Evidence:
    text = f"# Title (LOW confidence)\n\n## TL;DR\n\n### Results\n\n{table}\n- {sentence}\n"
    document = parse_document(text)
    return Evidence(document, Outline(document, load_template("v1")), datasets)


@pytest.mark.parametrize(
    ("table", "sentence", "cells"),
    [
        (CROPS, "Given 40 cups, the shaded beds sprout in 17.6% of cases.", [0.176]),
        (CROPS, "90 cups: 43.6% (shaded) / 64.8% (sunlit).", [0.436, 0.648]),
        (CROPS, "Shaded beds with 10 cups: 5.2%; sunlit ones: 8.4%.", [0.052, 0.084]),
        (TASTERS, "Gouda gets 0.38 from the panel and 0.44 from the crowd.", [0.38, 0.44]),
        (TASTERS, "On average the crowd gives 0.47.", [0.47]),
        (TURNED, "Porto, before the repair, stood at 33.0%.", [0.33]),
        (TURNED, "After the repair Oslo is at 14.7%, and nobody complains.", [0.147]),
        (CLINICS, "At intake Alder had flagged 30.0%.", [0.30]),
        (CLINICS, "Intakes were flagged by Birch in 15.0% of cases.", [0.15]),
        (SPREADS, "Prune gets 31.6 ± 3.0% on unseen items.", [0.316]),
        (WAVES, "Meadow went up to 41.5% in the second wave.", [0.415]),
        (CROPS, "With 90 cups shaded beds sprout less often (43.6%) than sunlit ones (64.8%).", [0.436, 0.648]),
        (TURNED, "Oslo, at 41.0% before, and Porto, at 21.3% after the repair, are the worst.", [0.41, 0.213]),
        (PLAIN, "The monk ends on 52.4%.", [0.524]),
        (PLAIN, "With a base rate of 3.2%, the clown is behind.", [0.032]),
        (GROUPED, "The dove called in 17.6% of nights before the fire and in 4.4% afterwards.", [0.176, 0.044]),
        (FRAMED, "In the play Alder refused 90.0%.", [0.9]),
        # of none: what a rate leaves, another measure
        (CROPS, "With 40 cups, 82.4% of the shaded beds stay bare.", []),
        (CROPS, "With 40 cups the accuracy of the shaded count is 31.2%.", []),
        # of none: a difference, a bar, a negation, another share, two columns for one value, a verb behind
        (CROPS, "The sunlit beds with 40 cups are ahead by 13.6% of cases.", []),
        (CROPS, "With 40 cups the shaded beds stay below 20.5%.", []),
        (CROPS, "With 40 cups the shaded beds do not sprout in 31.2% of cases.", []),
        (CROPS, "With 40 cups the shaded beds reach 31.2% of their height.", []),
        (CROPS, "With 40 cups, shaded or sunlit, 17.6% sprout.", []),
        (CROPS, "With 40 cups 31.2% sprout, and the shaded ones catch up.", []),
        (TASTERS, "Gouda averages 0.41 over the panel.", []),
        (TASTERS, "Gouda gets 0.38 from the panel, whereas its neighbours get 0.52.", [0.38]),
    ],
)
def test_cells_named(table, sentence, cells):
    evidence = read(table, sentence)
    found = cells_named(evidence)
    numbers = [n for p in evidence.passages for s in p.sentences for n in s.numbers if id(n) in found]
    assert [found[id(n)].facts[0][1].value for n in numbers] == pytest.approx(cells)


@pytest.mark.parametrize(
    ("table", "sentence", "wrong"),
    [
        (CROPS, "Given 40 cups, the shaded beds sprout in 31.2% of cases.", "31.2"),  # of the other column
        (CROPS, "Given 40 cups, the shaded beds sprout in 43.6% of cases.", "43.6"),  # of another row
        (CROPS, "Given 40 cups, the shaded beds sprout in 17.9% of cases.", "17.9"),  # a digit
        (TASTERS, "Gouda gets 0.38 from the panel and 0.71 from the crowd.", "0.71"),
        (TURNED, "Before the repair Oslo was at 14.7%.", "14.7"),
        (CROPS, "Given 40 cups, the shaded beds sprout in 22.3% of cases.", ""),  # of something that nobody knows
    ],
)
def test_clash_with_the_cell(table, sentence, wrong):
    found = [c.message.split()[0].rstrip("%") for c in value_clashes(read(table, sentence))]
    assert found == ([wrong] if wrong else [])


def test_fields_of_a_file():
    rows = [
        {"barn": barn, "wet_share": wet, "dry_share": dry}
        for barn, wet, dry in (("elm", 0.312, 0.127), ("fir", 0.448, 0.235), ("oak", 0.561, 0.309))
    ]
    table = "| Barn | Hens |\n|---|---|\n| elm | 12 |\n| fir | 15 |\n| oak | 9 |\n"
    evidence = read(table, "In the fir barn the dry share is 44.8%.", [read_dataset("hens.json", json.dumps(rows))])
    assert [c.message.split()[0] for c in value_clashes(evidence)] == ["44.8%"]
