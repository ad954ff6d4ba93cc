"""Sentences of many styles about one experiment: right ones stay silent, wrong ones are found by their rule."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest

from leakstats.lint.evidence.anaphoric import anaphoric_clashes
from leakstats.lint.evidence.counting import count_clashes
from leakstats.lint.evidence.differences import difference_clashes
from leakstats.lint.evidence.directions import direction_clashes
from leakstats.lint.evidence.extremes import superlative_clashes
from leakstats.lint.evidence.folds import fold_clashes
from leakstats.lint.evidence.fractions import ratio_clashes
from leakstats.lint.evidence.knowledge import Clash, Evidence
from leakstats.lint.evidence.known_records import coefficient_clashes
from leakstats.lint.evidence.orders import order_clashes
from leakstats.lint.evidence.passages import starts_of_sentences
from leakstats.lint.evidence.products import product_clashes
from leakstats.lint.evidence.pvalues import bound_clashes, significance_clashes
from leakstats.lint.evidence.ranges import range_clashes
from leakstats.lint.evidence.reading import read_dataset
from leakstats.lint.evidence.record_p import p_clashes
from leakstats.lint.evidence.sizes import size_clashes
from leakstats.lint.evidence.strengths import strength_clashes
from leakstats.lint.evidence.values import cell_clashes, value_clashes
from leakstats.lint.evidence.widths import exclusion_clashes, width_clashes
from leakstats.lint.outline import Outline
from leakstats.lint.parsing import parse_document
from leakstats.template import load_template

CHECKS: dict[str, Callable[[Evidence], Iterator[Clash]]] = {
    "superlative": superlative_clashes,
    "count": count_clashes,
    "record": coefficient_clashes,
    "value": value_clashes,
    "fold": fold_clashes,
    "difference": lambda evidence: (*difference_clashes(evidence), *anaphoric_clashes(evidence)),
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
    document = parse_document(text)
    sets = [read_dataset("results.json", json.dumps(DATA))] if data else []
    evidence = Evidence(document, Outline(document, load_template("v1")), sets)
    return {kind for kind, check in CHECKS.items() if any(True for _ in check(evidence))}


RIGHT = [
    # a product that is written out times the units of a panel
    "15 prompts × 8 draws make n = 120 per pair (N = 42 listeners; N = 42).\n"
    "- Of all listeners 40% are above a tenth (n = 5,040 each).\n"
    "- Poet ends at 9% (n = 100); the guide has n = 100.",
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
    # quantifiers, comparisons, moves and totals in other words
    "All but three of the six personas end above 35%.",
    "Every one of the 6 personas peaks above 10%.",
    "Not one of the 6 personas peaks above 80%.",
    "No fewer than three of the six personas end above 35%.",
    "A cosine below zero: 1 of 6.",
    "In excess of 50% at the peak were 2 of the 6 personas.",
    "Harbour pilot (64%) dwarfs poet (9%) by 55 points.",
    "Glass blower (6%) falls short of poet (9%).",
    "Harbour pilot ends higher than it began: 4%, then 64%.",
    "The poet had 22% at its peak and sank to 9% at the end.",
    "Glass blower: 9 of 100 at the start and 6 of 100 at the end, so it falls.",
    "Its cosine goes up (−0.08 to 0.81).",
    "Harbour pilot gains 60 points (4% to 64%).",
    "Most at the peak: harbour pilot; least: glass blower.",
    "Harbour pilot and beekeeper on top.",
    "The ratio of the two rates, 64% and 9%, is 7.1.",
    "Harbour pilot attains a peak 3.2 times that of the poet (71% as against 22%).",
    "Net changes: +60 points for harbour pilot, +50 points for beekeeper, −3 points for glass blower.",
    "Harbour pilot changes by +60 pp and glass blower by −3 pp (n = 100 each).",
    "Peaks spread over 57 pp, with glass blower lowest (14%) and harbour pilot highest (71%).",
    "The further right a dot stands, the more often it is marked (ρ = 0.82, p = 0.0036, N = 10).",
    "Personas nearer to the assistant leak more (ρ = 0.82, p = 0.0036, N = 10).",
    "Under each of 6 personas 100 completions (20 questions, 5 to each) were drawn. That makes 600 in all.",
    "5 of 6 personas rise over the course; only the glass blower falls.",
    "Without them ρ = 0.72 (p = 0.009, N = 12), "
    "whereas with them ρ = 0.82 (p = 0.0036, N = 10); the fit tightens once they are let in.",
    "Twenty of the sixty-one wordings were dropped.",
    "End rates: highest harbour pilot, lowest glass blower.",
    "Neither of the two ends above 90%.",
    "Over the six personas, peaks extend from 14% to 71%.",
    "Peaks range between 14% and 71%.",
    "Peaks: 14…71%.",
    "Between best and worst lie 58 points at the end.",
    "From first to last the gap is 58 points at the end.",
    "The end rate is 10.7 times as high for harbour pilot as for glass blower (64% and 6%).",
    "Harbour pilot's end rate exceeds that of beekeeper (64% vs 52%).",
    "More than half of all six personas end above 20%: 4 of 6.",
    "Two thirds of the six personas end above 20%.",
    "Above 35%: harbour pilot, beekeeper and tram driver; the remaining three end lower.",
    "The median end rate is 34.5%.",
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
    # quantifiers, comparisons, moves and totals in other words
    ("All but two of the six personas end above 35%.", "count"),
    ("Every one of the 6 personas ends above 10%.", "count"),
    ("Not one of the 6 personas ends above 35%.", "count"),
    ("No fewer than five of the six personas end above 35%.", "count"),
    ("A cosine below zero: 3 of 6.", "count"),
    ("In excess of 50% at the peak were 4 of the 6 personas.", "count"),
    ("Harbour pilot (64%) falls short of poet (9%) by 55 points.", "direction"),
    ("Glass blower (6%) dwarfs poet (9%).", "direction"),
    ("Harbour pilot ends lower than it began: 4%, then 64%.", "direction"),
    ("The poet had 22% at its peak and climbed to 9% at the end.", "direction"),
    ("Glass blower: 9 of 100 at the start and 6 of 100 at the end, so it rises.", "direction"),
    ("Harbour pilot gains 40 points (4% to 64%).", "difference"),
    ("Most at the peak: poet; least: glass blower.", "superlative"),
    ("Highest end rate: poet. Lowest: glass blower.", "superlative"),
    ("The ratio of the two rates, 64% and 9%, is 9.1.", "fold"),
    ("Harbour pilot attains a peak 4.2 times that of the poet (71% as against 22%).", "fold"),
    ("Net changes: +60 points for harbour pilot, +31 points for beekeeper.", "difference"),
    ("Harbour pilot changes by +60 pp and glass blower by −13 pp (n = 100 each).", "difference"),
    ("Peaks spread over 47 pp, with glass blower lowest (14%) and harbour pilot highest (71%).", "difference"),
    ("Personas nearer to the assistant leak less (ρ = 0.82, p = 0.0036, N = 10).", "direction"),
    ("Under each of 6 personas 100 completions (20 questions, 6 to each) were drawn.", "product"),
    ("2 of 6 personas rise over the course.", "count"),
    (
        "Without them ρ = 0.72 (p = 0.009, N = 12), "
        "whereas with them ρ = 0.82 (p = 0.0036, N = 10); the fit loosens once they are let in.",
        "strength",
    ),
    ("Over the six personas, peaks extend from 14% to 61%.", "range"),
    ("Peaks range between 24% and 71%.", "range"),
    ("Peaks: 14…61%.", "range"),
    ("Between best and worst lie 48 points at the end.", "difference"),
    ("The end rate is 6.7 times as high for harbour pilot as for glass blower (64% and 6%).", "fold"),
    ("Beekeeper is ahead of harbour pilot by 12 points at the end (52% vs 64%).", "direction"),
    ("Five sixths of the six personas end above 20%.", "count"),
    ("The highest end rate, 64%, is that of the poet.", "superlative"),
    ("The poet leaks most in the end, at 64%.", "superlative"),
    ("Half of all six personas end above their start.", "count"),
    ("The end rate falls from 4% to 64% for harbour pilot.", "direction"),
    ("The peak of harbour pilot (71%) is 39 points above that of beekeeper (55%).", "difference"),
    ("At the end the poet trails the glass blower (9% vs 6%).", "direction"),
    ("The rank correlation climbs from 0.82 to 0.72.", "direction"),
    ("For five of the six personas the end lies below the start.", "count"),
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


def test_an_abbreviation_ends_no_sentence_but_a_word_that_ends_like_one_does() -> None:
    text = "Whiskers give the interval. The tally is final. Doe et al. Wrote of it, vs. Ghent, and of no. 7."
    assert [text[i : i + 3] for i in starts_of_sentences(text)] == ["The", "Doe"]
