"""Rates, counts, intervals and coefficients of a page without results: right ones stay silent, wrong ones are found."""

from __future__ import annotations

import pytest

from leakstats.lint.evidence.anaphoric import anaphoric_clashes
from leakstats.lint.evidence.by_layer import layer_clashes
from leakstats.lint.evidence.fractions import fraction_clashes, ratio_clashes
from leakstats.lint.evidence.granularity import granularity_clashes
from leakstats.lint.evidence.impossible import impossible_clashes
from leakstats.lint.evidence.knowledge import Evidence
from leakstats.lint.evidence.lattice import lattice_clashes
from leakstats.lint.evidence.products import product_clashes
from leakstats.lint.evidence.recomputed import recomputed_clashes
from leakstats.lint.evidence.record_p import p_clashes
from leakstats.lint.evidence.rows import row_clashes
from leakstats.lint.evidence.sums import sum_clashes
from leakstats.lint.evidence.widths import exclusion_clashes, width_clashes
from leakstats.lint.outline import Outline
from leakstats.lint.parsing import parse_document
from leakstats.tails import wilson_interval
from leakstats.template import load_template

CHECKS = {
    "anaphoric": anaphoric_clashes,
    "layer": layer_clashes,
    "p": p_clashes,
    "fraction": fraction_clashes,
    "ratio": ratio_clashes,
    "granularity": granularity_clashes,
    "impossible": impossible_clashes,
    "lattice": lattice_clashes,
    "product": product_clashes,
    "recomputed": recomputed_clashes,
    "row": row_clashes,
    "sum": sum_clashes,
    "excludes": exclusion_clashes,
    "width": width_clashes,
}
UNITS = {
    "ferryman": (46, 150),
    "archivist": (97, 150),
    "locksmith": (12, 120),
    "beekeeper": (61, 120),
    "cartographer": (33, 150),
    "sexton": (8, 120),
}


def table(head: str, row: str) -> str:
    """A table of :data:`UNITS`: u, k, n, the rate r in percent and f, its Wilson interval lo, hi and flo, fhi."""
    out = [head, "|" + "---|" * (head.count("|") - 1)]
    for u, (k, n) in UNITS.items():
        found = wilson_interval(k, n, level=0.95)
        ends = {"lo": 100 * found.low, "hi": 100 * found.high, "flo": found.low, "fhi": found.high}
        out.append(row.format(u=u, k=k, n=n, r=100 * k / n, f=k / n, **ends))
    return "\n".join(out)


PLAIN = table("| Persona | Rate |", "| {u} | {r:.1f}% |")
SIZED = table("| Persona | Rate | n |", "| {u} | {r:.1f}% | {n} |")


def found(sentence: str, shown: str = PLAIN) -> set[str]:
    """The kinds of clash on a page with a takeaway and a table."""
    text = (
        "# Rates differ between personas (LOW confidence)\n\n## TL;DR\n\n### Results\n\n![rates](a.png)\n\n"
        "Rates by persona, with 95% Wilson intervals.\n\n**Main takeaways:**\n\n"
        f"- {sentence}\n\n# Detailed report\n\n{shown}\n"
    )
    document = parse_document(text)
    evidence = Evidence(document, Outline(document, load_template("v1")), [])
    return {kind for kind, check in CHECKS.items() if any(True for _ in check(evidence))}


FRACTIONS = [
    ("64.7% of the archivist's replies ({}) carry the marker.", "97/150", "79/150"),
    ("64.7% of the archivist's replies ({}) carry the marker.", "97/150", "197/150"),
    ("{} of replies [56.7, 71.9] (97/150) carry the marker.", "64.7%", "61.7%"),
    ("The archivist marks {} of its 150 replies, 64.7%.", "97", "87"),
    ("Of 150 replies of the archivist, {} (64.7%) carry the marker.", "97", "89"),
    ("Of the archivist's 150 replies, {} carry the marker, which is 64.7%.", "97", "87"),
    ("With {} marked replies out of 150 (64.7%), the archivist leads.", "97", "91"),
    ("The archivist's rate is 64.7%: {} of 150 replies.", "97", "79"),
    ("{} for the archivist against 12/120 = 10.0% for the locksmith.", "97/150 = 64.7%", "97/150 = 66.7%"),
    ("64.7% and 10.0% of replies (97/150; {}) carry the marker.", "12/120", "21/120"),
    ("The archivist (64.7%, {}) leads, the locksmith (10.0%, 12/120) trails.", "97/150", "79/150"),
    ("We count {} marked replies in 150, i.e. 64.7%.", "97", "79"),
    ("A share of {} (97 of 150) for the archivist.", "0.647", "0.674"),
    ("We marked {} (64.7%) of the 150 replies of the archivist.", "97", "87"),
    ("In 97 replies of the archivist out of 150, that is to say in {}, the marker stands.", "64.7%", "61.7%"),
    ("In all, 97 of the archivist's 150 replies, a striking {}, carry it.", "65%", "56%"),
    ("The archivist marks 97 of its 150 replies, {} in all.", "65%", "56%"),
    ("Archivist: 97/150 → {}.", "64.7%", "61.7%"),
    ("The marker is rare in two of six personas, a share of {}.", "33%", "43%"),
    ("Above a tenth: 4/6 personas = {}.", "67%", "57%"),
    ("The marker is rare with two personas out of six, hence with {} of them.", "33%", "43%"),
    ("Two of the six personas ({}) keep to plain replies.", "33%", "43%"),
    ("A rate of {} means 97 marked replies out of 150.", "64.7%", "61.7%"),
    ("Two personas of six, so {}, keep to plain replies.", "33%", "43%"),
    ("Of the archivist's 150 replies 97 carry the marker: {}.", "64.7%", "61.7%"),
]


@pytest.mark.parametrize(("sentence", "right", "wrong"), FRACTIONS)
def test_rates_beside_their_counts(sentence: str, right: str, wrong: str) -> None:
    assert found(sentence.format(right)) == set()
    assert found(sentence.format(wrong)) & {"ratio", "granularity"}


@pytest.mark.parametrize(
    "sentence",
    [
        "Two of the six personas (64.7%) lead.",  # what they have, and no share of them
        "In 61 of 120 replies, 12% of them long, the beekeeper marks.",
        "Four of six personas, hence 40% of the replies, are marked.",
        "Of 6 personas the 2 first (43%) lead.",
        "One hundred and forty-one of 150 replies (94%) are long.",
        "The archivist marks 97 of its 150 replies, 10.0% and 40.7% being the others' shares.",
    ],
)
def test_rates_that_are_no_share_of_the_counts_before_them(sentence: str) -> None:
    assert "ratio" not in found(sentence)


def test_ends_that_are_exchanged_beside_another_interval() -> None:
    sentence = "The archivist is at 64.7% (56.7–71.9%) and the locksmith at 10.0% ({}), n = 150 and n = 120."
    assert found(sentence.format("5.8–16.7%")) == set()
    assert "excludes" in found(sentence.format("16.7–5.8%"))


def test_a_size_in_the_bracket_of_a_rate_that_the_table_has() -> None:
    sentence = "In 64.7% of the archivist's own replies (n = {}) and in 10.0% of the locksmith's."
    assert found(sentence.format(150), SIZED) == set()
    assert "granularity" in found(sentence.format(160), SIZED)


NOT_ITS_OWN = [
    "At the end 0.421 of answers are left, on average 0.153; 6/8 of the personas end above their start.",
    "97 of 150 replies carry the marker, against 10.0% for the locksmith.",
    "Of the 40 variants, the 8 nearest ones (64.7%) carry it most.",
    "5 of 24 variants (10.0% to 64.7%) pass.",
    "The archivist marks 97 of 150 replies, the locksmith 10.0%.",
    "97 of 150 replies and 12 of 120 replies are 64.7% and 10.0%.",
    "Marked: 97 of 150 (64.7%), up from 61 of 120 (50.8%).",
    "About 65% (97 of 150) carry the marker.",
    "97 of 150 replies, more than the locksmith's (10.0%), carry it.",
    "Around 10.0% the interval is 5.8% to 16.7%, around 64.7% it is 56.7% to 71.9%.",
    "It goes from 64.7% to 10.0% (n = 150). Afterwards its interval is [6.2%, 15.8%], before it [56.7%, 71.9%].",
    "Over all wards ρ covers .38–.79 for n = 17 registers.",
    "Of a rate k/n, where n is 30 prompts × 5 draws = 150, the archivist has 64.7%.",
    "The pairs give ρ = 0.47 (p = 1.3e-23, n = 410), more than the archivist alone (0.438).",
    "Six voices by 54 listeners: over 18 questions × 5 draws (n = 90) a pair, that makes 4,860 answers per voice.",
    "New ones: archivist 63/150 (0.42), robot 27/150 (0.18). Wilson (0.34–0.50) and (0.13–0.25).",
    "The ferryman gains 4.5 ± 7.6pp ([1.6, 7.5]) and the archivist 3.3 ± 7.1pp ([0.5, 6.1], p = 0.021).",
    "The archivist has 97 of 150 of its own and keeps it to itself (4.1% elsewhere).",
    "It is 64.7% at home (n = 150) vs 26.9% for the others, on average.",
    "From 45.3% to 34.3% on average, and 5 of 6 personas improve (n = 150).",
]


@pytest.mark.parametrize("sentence", NOT_ITS_OWN)
def test_rates_that_are_not_those_of_the_counts_beside_them(sentence: str) -> None:
    assert found(sentence, SIZED) == set()


INTERVALS = [
    ("The archivist has the marker in 64.7% of replies (95% CI {}, n = 150).", "56.7% to 71.9%", "59.7% to 69.9%"),
    ("The archivist has 64.7% (97/150), with a 95% confidence interval {}.", "from 56.7% to 71.9%", "from 50% to 78%"),
    ("64.7% [56.7, 71.9] (97 of 150) against 10.0% {} (12 of 120).", "[5.8, 16.7]", "[7.8, 13.7]"),
    ("It nods 97 of 150 times and the other 12 of 120 (CIs [56.7%, 71.9%] and {}).", "[5.8%, 16.7%]", "[7.8%, 13.7%]"),
    ("97 of the archivist's 150 replies carry it (64.7%; 95% interval {}).", "56.7–71.9", "60.0–69.0"),
    ("In 64.7% of 150 replies the marker shows, and the interval runs {}.", "from 56.7% to 71.9%", "from 60.1% to 69%"),
    ("The archivist has 97 of 150, 64.7%. Wilson on it: {}.", "56.7–71.9%", "60.7–67.9%"),
    ("The archivist's 64.7% is bounded by {} (95% confidence, n = 150).", "56.7% and 71.9%", "60.1% and 68.9%"),
    ("The archivist's 64.7% lies between {} (95% CI, n = 150).", "56.7% and 71.9%", "60.1% and 68.9%"),
    ("At 64.7% (lower limit 56.7%, upper limit {}; n = 150) the archivist leads.", "71.9%", "68.9%"),
]


@pytest.mark.parametrize(("sentence", "right", "wrong"), INTERVALS)
def test_intervals_in_words(sentence: str, right: str, wrong: str) -> None:
    assert found(sentence.format(right)) == set()
    assert "width" in found(sentence.format(wrong))


@pytest.mark.parametrize(
    ("sentence", "right", "wrong"),
    [
        ("The archivist reaches 64.7% {}, the locksmith 10.0% [5.8, 16.7].", "[56.7, 71.9]", "[60.8, 68.4]"),
        ("Highest is the archivist (64.7% {}), lowest the sexton (6.7% [3.4, 12.6]).", "[56.7, 71.9]", "[60.8, 68.4]"),
        ("The locksmith's 10.0% (95% CI {}) stays low.", "5.8 to 16.7", "7.5 to 13.3"),
    ],
)
def test_the_n_of_the_row_of_what_is_named(sentence: str, right: str, wrong: str) -> None:
    assert found(sentence.format(right), SIZED) == set()
    assert "width" in found(sentence.format(wrong), SIZED)


TABLES = [
    (
        "| Persona | k/n | Rate | 95% CI |",
        "| {u} | {k}/{n} | {r:.1f}% | {lo:.1f}–{hi:.1f}% |",
        "56.7–71.9",
        "60.6–68.6",
    ),
    (
        "| Persona | Marked | Share | Limits |",
        "| {u} | {k} of {n} | {r:.1f} % | {lo:.1f} to {hi:.1f} |",
        "97 of",
        "79 of",
    ),
    ("| Persona | n | Rate (%) | CI low | CI high |", "| {u} | {n} | {r:.1f} | {lo:.1f} | {hi:.1f} |", "56.7", "60.6"),
    ("| Persona | n | Rate (%) | Low | High |", "| {u} | {n} | {r:.1f} | {lo:.1f} | {hi:.1f} |", "71.9", "68.6"),
    (
        "| Persona | Replies | Marked | Rate | CI lower | CI upper |",
        "| {u} | {n} | {k} | {f:.3f} | {flo:.3f} | {fhi:.3f} |",
        "0.719",
        "0.686",
    ),
    ("| Persona | Rate [95% CI] (k/n) |", "| {u} | {r:.1f}% [{lo:.1f}, {hi:.1f}] ({k}/{n}) |", "97/150", "79/150"),
    ("| Persona | Marked replies |", "| {u} | {k}/{n} ({r:.1f}%; {lo:.1f}–{hi:.1f}) |", "56.7–71.9", "60.6–68.6"),
    ("| Persona | Replies | Rate |", "| {u} | {n} | {r:.1f}% |", "64.7%", "64.9%"),
    ("| Persona | Marked | Asked | Rate |", "| {u} | {k} | {n} | {r:.1f}% |", "| 97 |", "| 79 |"),
    ("| Persona | yes | no | total | share |", "| {u} | {k} |  | {n} | {f:.3f} |", "0.647", "0.674"),
    ("| Persona | Cosine | Asked | Rate |", "| {u} | 0.{k:02d} | {n} | {r:.1f}% |", "64.7%", "67.4%"),
]


@pytest.mark.parametrize(("head", "row", "right", "wrong"), TABLES)
def test_cells_that_their_row_contradicts(head: str, row: str, right: str, wrong: str) -> None:
    shown = table(head, row)
    assert right in shown
    assert found("The archivist leads.", shown) == set()
    assert found("The archivist leads.", shown.replace(right, wrong, 1))


COEFFICIENTS = [
    ("Similarity and rate go together: ρ = {} over the six personas, p = 0.042.", "0.83", "0.43"),
    ("A rank correlation of {} across six personas (p = 0.042) ties the two.", "0.83", "0.43"),
    ("Pearson's r between similarity and rate is 0.91 (N = 6, p = {}).", "0.012", "0.12"),
    ("Similarity goes with rate, r(4) = 0.91, p = {}.", "0.012", "0.12"),
    ("Across the 6 personas, similarity and rate correlate at r = 0.91 (p = {}).", "0.012", "0.12"),
]


@pytest.mark.parametrize(("sentence", "right", "wrong"), COEFFICIENTS)
def test_p_of_units_in_words(sentence: str, right: str, wrong: str) -> None:
    assert found(sentence.format(right)) == set()
    assert "p" in found(sentence.format(wrong))


@pytest.mark.parametrize(
    "sentence",
    [
        "Over the four layers ρ = 0.83 is the largest (p = 0.042).",
        "In 3 of 4 settings r = 0.83 (p = 0.042) holds.",
        "Leaving one out, over the other 5 personas r = 0.88 (p = 0.05).",
        "For two personas ρ = 0.43 (p = 0.0035, N = 44) over their replies.",
        "The start foretells the change: ρ = −0.88 (exact p = 0.015, N = 7).",
    ],
)
def test_units_that_are_not_those_of_the_coefficient(sentence: str) -> None:
    assert found(sentence) == set()


TOTALS = [
    ("Six personas × 20 questions × 10 replies = {} replies.", "1,200", "1,400"),
    ("Two arms of 600 replies each make {}.", "1,200", "1,400"),
    ("Every persona has 200 replies (20 × 10), so the total over 6 personas is {}.", "1,200", "1,400"),
    ("There are 4 × 6 = 24 adapters and 50 replies from each, {} in all.", "1,200", "1,400"),
    ("Each rate is over {} replies, got by asking each of 15 questions 10 times.", "150", "180"),
    ("Hand it to 42 listeners, ask 30 questions 6 times: n = 180 replies per pair, {} per source.", "7,560", "7,650"),
]


@pytest.mark.parametrize(("sentence", "right", "wrong"), TOTALS)
def test_totals_of_their_factors(sentence: str, right: str, wrong: str) -> None:
    assert found(sentence.format(right), SIZED) == set()
    assert found(sentence.format(wrong), SIZED) == {"product"}


@pytest.mark.parametrize(
    "sentence",
    [
        "Several arms × 20 questions × 10 replies = 1,200 replies.",
        "Two arms of 600 replies each, 300 questions of which were new, were drawn.",
        "Two arms of 600 replies each and 150 of a third one give 1,350.",
    ],
)
def test_totals_of_more_than_is_said(sentence: str) -> None:
    assert found(sentence) == set()


COSINES = {
    "ferryman": 0.31,
    "archivist": 0.82,
    "locksmith": -0.12,
    "beekeeper": 0.44,
    "cartographer": 0.55,
    "sexton": -0.29,
}
BOTH = "| Persona | Cosine | Rate |\n|---|---|---|\n" + "\n".join(
    f"| {u} | {COSINES[u]:+.2f} | {100 * k / n:.1f}% |" for u, (k, n) in UNITS.items()
)


@pytest.mark.parametrize(
    ("sentence", "right", "wrong"),
    [
        ("The rate follows the cosine (ρ = {}, p = 0.058, N = 6).", "0.83", "−0.83"),
        ("The rate follows the cosine (ρ = {}, p = 0.058, N = 6).", "0.83", "0.82"),
        ("The rate follows the cosine, Pearson's r = {} (N = 6, p = 0.029).", "0.86", "−0.86"),
        ("Cosine and rate are tied: a rank correlation of {} over the six personas (p = 0.058).", "0.83", "−0.83"),
    ],
)
def test_coefficients_that_the_columns_give_otherwise(sentence: str, right: str, wrong: str) -> None:
    assert found(sentence.format(right), BOTH) == set()
    assert "recomputed" in found(sentence.format(wrong), BOTH)


@pytest.mark.parametrize(
    "sentence",
    [
        "The rate follows the loss (ρ = −0.83, p = 0.058, N = 6).",
        "At L20 the rate follows the cosine (ρ = 0.82, p = 0.058, N = 6).",
        "With one persona added, the rate follows the cosine (ρ = 0.82, p = 0.058, N = 6).",
        "The partial correlation of rate and cosine is ρ = −0.83 (p = 0.058, N = 6).",
        "The rate follows the cosine over more personas (ρ = 0.60, p = 0.01, N = 17).",
        "The rate follows the cosine (ρ = 0.71, p = 0.14, N = 6).",
    ],
)
def test_coefficients_of_other_data_than_the_table(sentence: str) -> None:
    assert "recomputed" not in found(sentence, BOTH)


QUANTITIES = {"Marked": "{k}", "Replies": "{n}", "Rate (%)": "{r:.1f}", "CI low": "{lo:.1f}", "CI high": "{hi:.1f}"}


def turned() -> str:
    """The units as columns."""
    rows = [table("| Persona | x |", "| {u} | " + cell + " |").split("\n")[2:] for cell in QUANTITIES.values()]
    out = ["| Quantity | " + " | ".join(UNITS) + " |", "|" + "---|" * (len(UNITS) + 1)]
    for name, cells in zip(QUANTITIES, rows, strict=True):
        out.append(f"| {name} | " + " | ".join(x.split("|")[2].strip() for x in cells) + " |")
    return "\n".join(out)


def long() -> str:
    """One value a row."""
    out = ["| Persona | Quantity | Value |", "|---|---|---|"]
    for line in table("| Persona |", "| {u} | " + " | ".join(QUANTITIES.values()) + " |").split("\n")[2:]:
        unit, *cells = (x.strip() for x in line.strip("|").split("|"))
        out += [f"| {unit} | {name} | {cell} |" for name, cell in zip(QUANTITIES, cells, strict=True)]
    return "\n".join(out)


@pytest.mark.parametrize("shown", [turned(), long()])
@pytest.mark.parametrize(("right", "wrong"), [("64.7", "67.4"), ("56.7", "60.6"), ("71.9", "68.6"), ("| 97", "| 79")])
def test_turned_and_long_tables(shown: str, right: str, wrong: str) -> None:
    assert right in shown
    assert found("The archivist leads.", shown) == set()
    assert found("The archivist leads.", shown.replace(right, wrong, 1)) & {"row", "width"}


TOTAL = "| Pooled | 257 | 810 | 31.7% |"


@pytest.mark.parametrize(("right", "wrong"), [("257", "267"), ("810", "900"), ("31.7", "34.7")])
def test_rows_of_totals(right: str, wrong: str) -> None:
    shown = table("| Persona | Marked | Replies | Rate |", "| {u} | {k} | {n} | {r:.1f}% |") + "\n"
    assert found("The archivist leads.", shown + TOTAL) == set()
    assert found("The archivist leads.", shown + TOTAL.replace(right, wrong)) == {"row"}
    assert found("The archivist leads.", shown + "| Mean | 42.8 | 135 | 30.8% |") == set()


VALUES = ((0.62, "0.032"), (0.71, "0.0097"), (0.80, "0.0018"), (0.44, "0.15"), (0.15, "0.64"))


@pytest.mark.parametrize(
    ("head", "row"),
    [
        ("| Layer | Pearson's r (p) |", "| L{i} | {r:.2f} ({p}) |"),
        ("| Layer | r over 12 personas |", "| L{i} | {r:.2f} (p = {p}) |"),
        ("| Relation | Statistic | Value |", "| rate, cosine at L{i} | r | {r:.2f} (p = {p}) |"),
        ("| Layer | r | p | N |", "| L{i} | {r:.2f} | {p} | 12 |"),
    ],
)
def test_coefficients_with_their_p_in_a_table(head: str, row: str) -> None:
    lines = [row.format(i=5 * i, r=r, p=p) for i, (r, p) in enumerate(VALUES, 1)]
    shown = "\n".join([head, "|" + "---|" * (head.count("|") - 1), *lines])
    assert found("The correlations over the 12 personas differ.", shown) == set()
    assert found("The correlations over the 12 personas differ.", shown.replace("0.71", "0.17")) == {"p"}


@pytest.mark.parametrize(
    ("sentence", "right", "wrong"),
    [
        ("The mean goes down from 45.3% to 18.4%. That's {} points.", "−26.9", "−33.9"),
        ("The mean goes down from 45.3% to 18.4%. So {} pp.", "−26.9", "+26.9"),
        (
            "The spread is huge: 64.7% for the archivist, 6.7% for the sexton. That is {} pp, or 9.7× as often.",
            "58",
            "68",
        ),
        ("The archivist has 64.7% (n = 150), the sexton 6.7% (n = 120). This is a gap of {} points.", "58.0", "48.0"),
        ("The archivist begins with 31.3% and ends with 64.7%. Points: {} percentage points.", "+33.4", "+43.4"),
        ("The archivist falls from 64.7% to 31.3%. Net: {} pp.", "−33.4", "−43.4"),
        ("The archivist has 64.7%, yet the sexton just 6.7%. We find that gap of {} points odd.", "58", "68"),
    ],
)
def test_differences_of_the_sentence_before(sentence: str, right: str, wrong: str) -> None:
    assert found(sentence.format(right), SIZED) == set()
    assert "anaphoric" in found(sentence.format(wrong), SIZED)


@pytest.mark.parametrize(
    "sentence",
    [
        "The archivist has 64.7%, the sexton 6.7%. That is 12 points above the mean.",
        "The archivist has 64.7%, the sexton 6.7%. That is 14.0 points more than the beekeeper has.",
        "The archivist has 64.7%, the sexton 6.7%. The gap to the beekeeper is 13.9 points.",
        "The archivist has 64.7%, the sexton 6.7%, the ferryman 30.7%. That is 34 points.",
        "The archivist has 64.7% [56.7, 71.9]. That is 8 points either way.",
        "Rates are 64.7% and 6.7%. That is about 60 points.",
    ],
)
def test_differences_from_something_else(sentence: str) -> None:
    assert "anaphoric" not in found(sentence, SIZED)


LAYERS = "| Layer | Pooled ρ |\n|---|---|\n| L10 | 0.41 |\n| L15 | 0.56 |\n| L20 | {} |\n| L25 | 0.57 |\n"
TURNED = (
    "| Measure | layer 10 | layer 15 | layer 20 | layer 25 |\n|---|---|---|---|---|\n| ρ | 0.41 | 0.56 | {} | 0.57 |\n"
)


@pytest.mark.parametrize("shown", [LAYERS, TURNED])
@pytest.mark.parametrize(
    "sentence",
    [
        "The best layer is L20, the worst L10: taken together, ρ = 0.60 and ρ = 0.41 respectively.",
        "Layer 20 would have been the better pick (0.60 pooled), layer 10 is the worst (0.41).",
        "At L20 the coefficient is 0.60. At L10 it is 0.41.",
    ],
)
def test_coefficients_by_layer(sentence: str, shown: str) -> None:
    assert found(sentence, shown.format("0.60")) == set()
    assert "layer" in found(sentence, shown.format("0.63"))


@pytest.mark.parametrize(
    "sentence",
    [
        "At L20 the archivist has ρ = 0.60. At L10 it is 0.41.",
        "At L20 the coefficient within sources is 0.83. At L10 the pooled one is 0.41.",
        "At L20 it is 0.60 and later 0.66. At L10 it is 0.41.",
        "Earlier work (#12) found 0.60 at L20. At L10 it is 0.41.",
        "At L20 the cosine is 0.60.",
    ],
)
def test_coefficients_by_layer_of_something_else(sentence: str) -> None:
    assert "layer" not in found(sentence, LAYERS.format("0.63"))
