"""Counts, extremes, directions and quantifiers in many words, over four small experiments, with and without a file."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from leakstats.lint.document import Document
from leakstats.lint.evidence.counting import count_clashes
from leakstats.lint.evidence.differences import difference_clashes
from leakstats.lint.evidence.directions import direction_clashes
from leakstats.lint.evidence.extremes import superlative_clashes
from leakstats.lint.evidence.folds import fold_clashes
from leakstats.lint.evidence.knowledge import Clash, Evidence
from leakstats.lint.evidence.orders import order_clashes
from leakstats.lint.evidence.pvalues import bound_clashes, significance_clashes
from leakstats.lint.evidence.ranges import range_clashes
from leakstats.lint.evidence.shapes import read_dataset
from leakstats.lint.evidence.strengths import strength_clashes
from leakstats.lint.evidence.values import value_clashes
from leakstats.lint.outline import Outline
from leakstats.template import load_template

CHECKS: tuple[Callable[[Evidence], Iterator[Clash]], ...] = (
    count_clashes,
    superlative_clashes,
    direction_clashes,
    strength_clashes,
    range_clashes,
    order_clashes,
    fold_clashes,
    difference_clashes,
    bound_clashes,
    significance_clashes,
    value_clashes,
)
# of 250 answers, before and after; cosine
ROLES = {
    "miller": (31, 122, 0.62),
    "surgeon": (8, 89, 0.48),
    "florist": (20, 56, 0.21),
    "sailor": (51, 153, 0.71),
    "judge": (14, 10, -0.12),
    "baker": (38, 33, 0.05),
    "clerk": (6, 24, -0.08),
    "tailor": (27, 71, 0.33),
}
# rank correlation and p, 12 sources
LAYERS = {
    4: (0.12, 0.71),
    8: (0.35, 0.26),
    12: (0.58, 0.048),
    16: (0.67, 0.017),
    20: (0.76, 0.0041),
    24: (0.70, 0.011),
    28: (0.41, 0.19),
}
# hedged and refused of 400
DOSES = {0: (18, 8), 50: (36, 6), 200: (126, 12), 1000: (234, 26), 4000: (208, 44)}
# of 300 replies: stock, plain and warned arm
TONGUES = {
    "Danish": (18, 132, 63),
    "Polish": (27, 117, 75),
    "Greek": (12, 81, 87),
    "Welsh": (36, 153, 90),
    "Maltese": (21, 54, 39),
    "Irish": (9, 105, 33),
}


def _percent(k: int, n: int) -> str:
    return f"{100 * k / n:.1f}%"


def _signed(value: float, digits: int = 1) -> str:
    return f"{'−' if value < 0 else '+'}{abs(value):.{digits}f}"


def _table(head: list[str], rows: list[list[str]]) -> str:
    return "\n".join("| " + " | ".join(r) + " |" for r in (head, ["---"] * len(head), *rows))


WORLDS: dict[str, tuple[str, str, str, dict[str, Any]]] = {
    "A": (
        "Pooled over the roles, echoing goes from 9.8% to 27.9% (n = 2,000).",
        "Echo rate of each role before and after tuning (n = 250 answers a role).",
        _table(
            ["Role", "n", "Before", "After", "Change (pp)", "Cosine"],
            [
                [u, "250", _percent(a, 250), _percent(b, 250), _signed((b - a) / 2.5), f"{c:.2f}".replace("-", "−")]
                for u, (a, b, c) in ROLES.items()
            ],
        ),
        {
            "roles": [
                {
                    "role": u,
                    "n": 250,
                    "echo_before": a,
                    "echo_after": b,
                    "rate_before": a / 250,
                    "rate_after": b / 250,
                    "cosine": c,
                }
                for u, (a, b, c) in ROLES.items()
            ]
        },
    ),
    "B": (
        "At L20 the correlation of cosine and leak rate is ρ = 0.76 (p = 0.0041, N = 12).",
        "Rank correlation of cosine and leak rate at each of seven layers (N = 12 sources).",
        _table(["Layer", "ρ", "p"], [[f"L{x}", f"{r:.2f}", str(p)] for x, (r, p) in LAYERS.items()]),
        {"layers": {str(x): {"rho": r, "p_value": p, "n": 12} for x, (r, p) in LAYERS.items()}},
    ),
    "C": (
        "Without examples 4.5% of the answers are hedged (n = 400).",
        "Hedged and refused answers at each number of examples (n = 400 answers a row).",
        _table(
            ["Examples", "Hedged", "Refused"],
            [[f"{d:,}", _percent(a, 400), _percent(b, 400)] for d, (a, b) in DOSES.items()],
        ),
        {
            "runs": [
                {
                    "examples": d,
                    "n": 400,
                    "hedged": {"count": a, "share": a / 400},
                    "refused": {"count": b, "share": b / 400},
                }
                for d, (a, b) in DOSES.items()
            ]
        },
    ),
    "D": (
        "Over all languages 6.8% of the stock model's replies switch, 35.7% of the plain arm's and 21.5% of the warned "
        "arm's (n = 1,800 each).",
        "Share of replies that switch language, for each arm (n = 300 replies a cell).",
        _table(
            ["Language", "Stock", "Plain", "Warned"],
            [
                *([u, *(_percent(k, 300) for k in v)] for u, v in TONGUES.items()),
                ["**All**", _percent(123, 1800), _percent(642, 1800), _percent(387, 1800)],
            ],
        ),
        {
            "n": 300,
            "switching": {
                u.lower(): {
                    arm: {"k": k, "rate": k / 300} for arm, k in zip(("stock", "plain", "warned"), v, strict=True)
                }
                for u, v in TONGUES.items()
            },
        },
    ),
}


def found(world: str, sentence: str, *, data: bool) -> list[str]:
    """What is wrong on a page of an experiment that holds ``sentence``."""
    base, caption, table, stored = WORLDS[world]
    text = (
        "# One thing differs from another (MODERATE confidence)\n\n## TL;DR\n\n### Results\n\n![figure](f.png)\n\n"
        f"*{caption}*\n\n**Main takeaways:**\n\n- {sentence}\n- {base}\n\n# Detailed report\n\n{table}\n"
    )
    document = Document.parse(text)
    sets = [read_dataset("results.json", json.dumps(stored))] if data else []
    evidence = Evidence(document, Outline(document, load_template("v1")), sets)
    return [clash.message for check in CHECKS for clash in check(evidence)]


RIGHT = [
    ("A", "Six of the eight roles echo more after tuning than before."),
    ("A", "In six of the eight roles the rate goes up."),
    ("A", "Echoing rises from 9.8% to 27.9%. Six of the eight roles do the same."),
    ("A", "Echoing rises from 9.8% to 27.9%, and so it does in six of the eight roles."),
    ("A", "All but two of the eight roles gain."),
    ("A", "All roles but judge and baker gain."),
    ("A", "Every role except judge and baker echoes more often after tuning."),
    ("A", "Only judge and baker echo less after tuning."),
    ("A", "No role but judge and baker loses ground."),
    ("A", "Two of eight roles fall."),
    ("A", "Half of the eight roles end above 25%."),
    ("A", "Four of the eight pass 25% after tuning."),
    ("A", "After tuning, 25% is exceeded by four of the eight roles."),
    ("A", "The change is within 2 points of zero in two of the eight roles."),
    ("A", "Fewer than half of the eight roles end above 30%."),
    ("A", "The majority of the eight roles end above 20%."),
    ("A", "No role ends above 65%."),
    ("A", "None of the eight roles ends above 65%."),
    ("A", "Every one of the eight roles starts below 21%."),
    ("A", "Only the sailor ends above 50%."),
    ("A", "The sailor is the only role above 50% after tuning."),
    ("A", "Six of eight roles have a positive cosine."),
    ("A", "The cosine is negative for judge and clerk alone."),
    ("A", "Five roles gain more than 10 points."),
    ("A", "Five of the eight roles gain at least ten points."),
    ("A", "The remaining two roles fall."),
    ("A", "Six roles gain; the remaining two fall slightly."),
    ("B", "Four of the seven layers are significant at p < 0.05."),
    ("B", "ρ clears p < 0.05 at four of the seven layers."),
    ("B", "The correlation reaches significance at four of seven layers; among them ρ lies between 0.58 and 0.76."),
    ("B", "The correlation is positive at all seven layers."),
    ("B", "ρ exceeds 0.5 at four of the seven layers, and in these each p is below 0.05."),
    ("B", "Three of the seven layers fail to reach significance."),
    ("B", "Not one of the first two layers is significant."),
    ("C", "Hedging exceeds refusal at all five doses."),
    ("C", "Hedging rises in three of the four steps from one dose to the next."),
    ("C", "Three of the five doses hedge in more than 30% of the answers."),
    ("D", "The warned arm switches less often than the plain arm in five of the six languages."),
    ("D", "Five of six languages switch less often with the warning than without it."),
    ("D", "Only Greek switches more with the warning (29.0%) than without (27.0%)."),
    ("D", "The plain arm lies above the stock model in all six languages."),
    ("D", "Switching falls by more than 20 points under the warning in three of the six languages."),
]
WRONG = [
    ("A", "Five of the eight roles echo more after tuning than before."),
    ("A", "In seven of the eight roles the rate goes up."),
    ("A", "All but one of the eight roles gain."),
    ("A", "All but three of the eight roles gain."),
    ("A", "All roles but judge gain."),
    ("A", "All roles but judge and clerk gain."),
    ("A", "Every role except the baker echoes more often after tuning."),
    ("A", "Every role echoes more often after tuning."),
    ("A", "Only the judge echoes less after tuning."),
    ("A", "Only judge and clerk echo less after tuning."),
    ("A", "No role but the judge loses ground."),
    ("A", "Three of eight roles fall."),
    ("A", "A quarter of the eight roles end above 25%."),
    ("A", "Five of the eight pass 25% after tuning."),
    ("A", "After tuning, 25% is exceeded by three of the eight roles."),
    ("A", "The change is within 2 points of zero in three of the eight roles."),
    ("A", "Fewer than half of the eight roles end above 20%."),
    ("A", "The majority of the eight roles end above 30%."),
    ("A", "No role ends above 60%."),
    ("A", "None of the eight roles ends above 45%."),
    ("A", "Every one of the eight roles starts below 20%."),
    ("A", "Only the miller ends above 50%."),
    ("A", "Only the sailor ends above 40%."),
    ("A", "The sailor is the only role above 40% after tuning."),
    ("A", "The miller is the only role above 50% after tuning."),
    ("A", "Five of eight roles have a positive cosine."),
    ("A", "The cosine is negative for the judge alone."),
    ("A", "Six roles gain more than 10 points."),
    ("A", "Four of the eight roles gain at least ten points."),
    ("A", "Seven roles gain; the remaining one falls slightly."),
    ("B", "Five of the seven layers are significant at p < 0.05."),
    ("B", "ρ clears p < 0.05 at six of the seven layers."),
    ("B", "The correlation reaches significance at five of seven layers; among them ρ lies between 0.58 and 0.76."),
    ("B", "ρ exceeds 0.5 at three of the seven layers, and in these each p is below 0.05."),
    ("B", "At the four layers where ρ is 0.5 or more it ranges from 0.41 to 0.76, each p < 0.05."),
    ("B", "At the four layers where ρ is 0.5 or more it ranges from 0.58 to 0.76, each p < 0.01."),
    ("B", "Two of the seven layers fail to reach significance."),
    ("D", "The warned arm switches less often than the plain arm in all six languages."),
    ("D", "The warned arm switches less often than the plain arm in four of the six languages."),
    ("D", "Four of six languages switch less often with the warning than without it."),
    ("D", "The plain arm lies above the stock model in five of the six languages."),
    ("D", "Switching falls by more than 20 points under the warning in five of the six languages."),
]


@pytest.mark.parametrize("data", [True, False], ids=["file", "page"])
@pytest.mark.parametrize(("world", "sentence"), RIGHT)
def test_right_words_are_silent(world: str, sentence: str, data: bool) -> None:
    assert found(world, sentence, data=data) == []


@pytest.mark.parametrize("data", [True, False], ids=["file", "page"])
@pytest.mark.parametrize(("world", "sentence"), WRONG)
def test_wrong_words_are_found(world: str, sentence: str, data: bool) -> None:
    assert found(world, sentence, data=data)
