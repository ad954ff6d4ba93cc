"""Sentences of many styles about one experiment: right ones stay silent, wrong ones are found by their rule."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest

from leakstats.lint.document import Document
from leakstats.lint.evidence.comparisons import difference_clashes, fold_clashes
from leakstats.lint.evidence.correlations import coefficient_clashes, p_clashes
from leakstats.lint.evidence.counting import count_clashes
from leakstats.lint.evidence.directions import direction_clashes, strength_clashes
from leakstats.lint.evidence.extremes import order_clashes, range_clashes, superlative_clashes
from leakstats.lint.evidence.intervals import exclusion_clashes, ratio_clashes, width_clashes
from leakstats.lint.evidence.knowledge import Clash, Evidence
from leakstats.lint.evidence.products import product_clashes
from leakstats.lint.evidence.pvalues import bound_clashes, significance_clashes
from leakstats.lint.evidence.shapes import read_dataset
from leakstats.lint.evidence.sizes import size_clashes
from leakstats.lint.evidence.values import cell_clashes, value_clashes
from leakstats.lint.outline import Outline
from leakstats.template import load_template

CHECKS: dict[str, Callable[[Evidence], Iterator[Clash]]] = {
    "superlative": superlative_clashes,
    "count": count_clashes,
    "record": coefficient_clashes,
    "value": value_clashes,
    "fold": fold_clashes,
    "difference": difference_clashes,
    "direction": direction_clashes,
    "strength": strength_clashes,
    "range": range_clashes,
    "order": order_clashes,
    "ratio": ratio_clashes,
    "excludes": exclusion_clashes,
    "width": width_clashes,
    "product": product_clashes,
    "bound": bound_clashes,
    "significance": significance_clashes,
    "cell": cell_clashes,
    "size": size_clashes,
    "p": p_clashes,
}
# rate in percent at start, at the peak, at the end; cosine
UNITS = {
    "harbour pilot": (4, 71, 64, 0.81),
    "beekeeper": (2, 55, 52, 0.66),
    "court usher": (7, 43, 31, 0.52),
    "tram driver": (5, 38, 38, 0.35),
    "poet": (3, 22, 9, 0.11),
    "glass blower": (9, 14, 6, -0.08),
}
DATA = {
    "units": [
        {"who": k.replace(" ", "_"), "n": 100, "start": a / 100, "top": b / 100, "final": c / 100, "sim": s}
        for k, (a, b, c, s) in UNITS.items()
    ],
    "fits": {
        "all": {"rho": 1.0 - 1e-9, "p": 1e-9, "n": 6},
        "earlier": {"rho": 0.7162, "p": 0.00874, "n": 12},
        "reduced": {"rho": 0.8212, "p": 0.0036, "n": 10},
    },
}
TABLE = "| Persona | Start | Peak | End | cos | n |\n|---|---|---|---|---|---|\n" + "\n".join(
    f"| {k} | {a}% | {b}% | {c}% | {s:.2f} | 100 |" for k, (a, b, c, s) in UNITS.items()
)
OTHERS = (
    "- Harbour pilot goes from 4% to 64% and beekeeper from 2% to 52% (n = 100).\n"
    "- Court usher ends at 31%, tram driver at 38%, poet at 9% (n = 100)."
)


def found(sentence: str, *, data: bool = True) -> set[str]:
    """The kinds of clash on a page that holds ``sentence`` among its takeaways."""
    text = (
        "# Personas differ in uptake (LOW confidence)\n\n## TL;DR\n\n### Results\n\n"
        f"**Main takeaways:**\n\n- {sentence}\n{OTHERS}\n\n# Detailed report\n\n{TABLE}\n"
    )
    document = Document.parse(text)
    sets = [read_dataset("results.json", json.dumps(DATA))] if data else []
    evidence = Evidence(document, Outline(document, load_template("v1")), sets)
    return {kind for kind, check in CHECKS.items() if any(True for _ in check(evidence))}


RIGHT = [
    # readings that make a sentence true
    "At least 3 of 6 personas end above 35%.",
    "How many personas end above 35%? 3 of 6.",
    "Above one half at the peak: 2 of 6 personas.",
    "Half is passed at the peak by 2 of 6 personas, a quarter by 4 of 6.",
    "5 of 6 personas end above their start; the glass blower does not.",
    "The rate falls for 1 of 6 personas.",
    "4 of 6 wordings that we tried in a pilot passed.",
    "The rates at the end run from 6% to 64%; harbour pilot has the highest.",
    "Harbour pilot tops the list.",
    "The poet has the largest standard deviation.",
    "The glass blower starts highest at 9%, ahead of the court usher at 7%: 2 points, 1.3x.",
    "Harbour pilot ends at 64% and glass blower at 6%. That is a gap of 58 points.",
    "Harbour pilot 64%, glass blower 6%: 58 points, 10.7x.",
    "Peaks run from 14% to 71%. The mean is 40.5%.",
    "The closer to the assistant, the higher the peak (ρ = 1.00, p < 0.001, N = 6).",
    "Uptake falls with distance: ρ = −0.85, p = 0.03, N = 6.",
    # extremes
    "The highest peak is that of the harbour pilot.",
    "Harbour pilot peaks highest, at 71%.",
    "The poet does not have the lowest end rate; the glass blower does.",
    "Glass blower ends lowest (6%), poet second lowest (9%).",
    "Of the two slow ones, poet shows the larger peak.",
    "At the highest dose the poet would have reached 30%.",
    "With the largest sample, the tram driver keeps its 38%.",
    "Most personas climb; the poet does too.",
    "The glass blower starts highest, at 9%, and ends lowest.",
    "We expected the poet to peak highest.",
    "In the literature the poet is the strongest case.",
    "The widest interval is that of the court usher.",
    "The longest answers come from the poet.",
    "Among the newcomers the tram driver leaks most.",
    "Apart from the harbour pilot, the beekeeper peaks highest.",
    "The checkpoint with the highest rate was chosen for the poet.",
    "The best-known persona is the poet.",
    "Beekeeper starts lowest: 2%.",
    "The biggest drop from peak to end is the poet's.",
    "Harbour pilot has the highest cosine, 0.81.",
    "Harbour pilot peaked highest, glass blower lowest.",
    "Harbour pilot has the highest cosine, glass blower the lowest.",
    "Harbour pilot is on top with 71%, glass blower below all with 14%; N = 6 points.",
    # counts
    "3 of 6 personas end above 35%.",
    "Two of six pass one half at their peak.",
    "All 6 personas peak above 10%.",
    "None of the 6 personas starts above 10%.",
    "5 of 6 personas have a positive cosine.",
    "Half of the 6 personas end below 35%.",
    "Two of six end above one half, four of six above a tenth.",
    "In 4 of 6 discussions we had with readers this came up.",
    "If 5 of 6 personas had ended above 35%, we would have stopped.",
    "4 of 6 reviewers liked the figure.",
    "1 of 6 personas starts at 9%.",
    "6 of 6 personas peak at 14% or more.",
    "Six of the six personas peak at 10% or higher.",
    "All six rise at first.",
    # values
    "Poet: 22% at its peak, 9% in the end.",
    "The poet starts at 3%, peaks at 22% and ends at 9%.",
    "Harbour pilot tops out at 71% (n = 100).",
    "The poet should stay below 30%, we thought.",
    "In #120 the poet had 47%.",
    "An earlier run gave the poet 47%.",
    "The poet's mean over the three points is 11.3%.",
    "Nobody reaches 75%.",
    "The judge agrees with people in 91% of cases for the poet.",
    "Leakage of the poet is about 22% at the peak.",
    "The poet loses 59% of its peak.",
    "Beekeeper ends at 52% (95% CI 42.3% to 61.5%).",
    "Beekeeper ends at 52% (42–62%).",
    "Peak rates span 14% to 71%.",
    "Rates at the end run from 6% to 64%.",
    "From start to end, rates run from 2% to 64%.",
    "Cosines lie between −0.08 and 0.81.",
    "The cosine of the poet is 0.11.",
    # ratios and differences
    "Harbour pilot's end rate is 7.1 times that of the poet (64% against 9%).",
    "The beekeeper (52%) is 43 points above the poet (9%).",
    "From 4% to 64%: +60 points for the harbour pilot.",
    "A difference of 10 points would matter.",
    "The gap between harbour pilot and beekeeper is 12 pp at the end.",
    "A doubling (2.0×) was our target.",
    "The harbour pilot rises 16-fold, from 4% to 64%.",
    # directions
    "The poet rises from 3% to 22% and falls to 9%.",
    "The court usher drops from 43% to 31%.",
    "Beekeeper climbs from 2% to 52% over the course of training.",
    "The poet does not fall below 3%.",
    "The glass blower ends below its start, 6% after 9%.",
    "It rises with the cosine, ρ = 0.72 (p = 0.009, N = 12) in the earlier set.",
    # records
    "In the reduced set ρ = 0.82 (p = 0.004, N = 10).",
    "Reduced set: N = 10, ρ = .82, p = .004.",
    "ρ=0.82/p=0.004/N=10 without two of them.",
    "The reduced set gives ρ = 0.82, p = 0.004, N = 10. That is stronger than the earlier set, 0.72.",
    # products
    "Each persona answers 20 questions 5 times, so that 600 answers were judged in all.",
    "20 questions × 5 answers = 100 per persona.",
    # rates and counts
    "Beekeeper gives 52 of 100 and the poet 9 of 100 (52% and 9%).",
    "Poet 9% (9/100), glass blower 6% (6/100).",
]

WRONG = [
    # other words for it
    ("At least 5 of 6 personas end above 35%.", "count"),
    ("How many personas end above 35%? 5 of 6.", "count"),
    ("Above one half at the peak: 4 of 6 personas.", "count"),
    ("Half is passed at the peak by 4 of 6 personas.", "count"),
    ("3 of 6 personas end above their start.", "count"),
    ("Not one of the 6 personas ends above its start.", "count"),
    ("The majority of the 6 personas end above 45%.", "count"),
    ("All but one of the 6 personas end above 35%.", "count"),
    ("The rates at the end run from 6% to 64%; poet has the highest.", "superlative"),
    ("The poet tops the list.", "superlative"),
    ("Harbour pilot ends at 64% and glass blower at 6%. That is a gap of 48 points.", "difference"),
    ("Harbour pilot 64%, glass blower 6%: 58 points, 13.4x.", "fold"),
    ("The closer to the assistant, the lower the peak (ρ = 1.00, p < 0.001, N = 6).", "direction"),
    ("Uptake falls with similarity: ρ = 0.85, p = 0.03, N = 6.", "direction"),
    # extremes
    ("The highest peak is that of the poet.", "superlative"),
    ("Beekeeper peaks highest.", "superlative"),
    ("The lowest end rate belongs to the tram driver.", "superlative"),
    ("Court usher starts highest.", "superlative"),
    ("The tram driver has the highest cosine.", "superlative"),
    ("Our lowest peak: beekeeper.", "superlative"),
    # counts
    ("4 of 6 personas end above 35%.", "count"),
    ("5 of 6 personas end above 35%.", "count"),
    ("Three of six pass one half at their peak.", "count"),
    ("None of the 6 personas ends above 50%.", "count"),
    ("All 6 personas peak above 40%.", "count"),
    ("Half of the 6 personas end above one half.", "count"),
    ("6 of 6 personas have a positive cosine.", "count"),
    ("One of six personas ends below 10%.", "count"),
    # values
    ("The poet peaks at 32%.", "value"),
    ("The poet starts at 22% and ends at 9%.", "value"),
    ("Harbour pilot tops out at 17% (n = 100).", "value"),
    ("Beekeeper ends at 25%, poet at 9%.", "value"),
    ("The tram driver ends at 83%.", "value"),
    ("Court usher: 41% in the end.", "value"),
    ("At its peak the poet is at 27%.", "value"),
    # ratios and differences
    ("Harbour pilot 64%, poet 9%: 9.1 times as much.", "fold"),
    ("The poet's peak is 4.5× lower (71% against 22%).", "fold"),
    ("The beekeeper (52%) is 34 points above the poet (9%).", "difference"),
    ("From 4% to 64%: +70 points for the harbour pilot.", "difference"),
    # directions
    ("The poet rises from 22% to 9%.", "direction"),
    ("The court usher climbs from 43% to 31%.", "direction"),
    ("Beekeeper drops from 2% to 52%.", "direction"),
    ("The reduced set gives ρ = 0.82, p = 0.004, N = 10. That is weaker than the earlier set, 0.72.", "strength"),
    # records
    ("In the reduced set ρ = 0.28 (p = 0.004, N = 10).", "record"),
    ("In the reduced set ρ = −0.82 (p = 0.004, N = 10).", "record"),
    ("Earlier set: ρ = 0.82 (p = 0.009, N = 12).", "record"),
    # products
    ("20 questions × 5 answers = 120 per persona.", "product"),
    ("Each persona answers 20 questions 5 times, so that 731 answers were judged in all.", "product"),
    # rates and counts
    ("Beekeeper gives 52 of 100 and the poet 9 of 100 (52% and 19%).", "ratio"),
    ("Poet 19% (9/100), glass blower 6% (6/100).", "ratio"),
]


@pytest.mark.parametrize("sentence", RIGHT)
def test_right_sentences_are_silent(sentence: str) -> None:
    assert found(sentence) == set()


@pytest.mark.parametrize("sentence", RIGHT)
def test_right_sentences_are_silent_without_a_file(sentence: str) -> None:
    assert found(sentence, data=False) == set()


@pytest.mark.parametrize(("sentence", "kind"), WRONG)
def test_wrong_sentences_are_found(sentence: str, kind: str) -> None:
    assert kind in found(sentence)
