"""What the rules about a study's design say, where, and where they are silent."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from leakstats.lint.correction import correction_clashes
from leakstats.lint.design import (
    bare_nulls,
    chosen_best,
    impossible_ps,
    pooled_rows,
    powerless_tests,
    quoted_peaks,
    unit_counts,
    vacuous_intervals,
)
from leakstats.lint.evidence.knowledge import Clash
from leakstats.lint.page import Page
from leakstats.lint.parsing import parse_document
from leakstats.template import load_template

TEMPLATE = load_template("v1")
HEAD = "# A title (LOW confidence)\n\n## TL;DR\n\n### Results\n\n**Main takeaways:**\n\n- "
Judge = Callable[[Page], Iterator[Clash]]


def page_of(words: str, after: str = "") -> Page:
    return Page(parse_document(HEAD + words + "\n" + after), TEMPLATE, TEMPLATE.profiles["review"])


def said(judge: Judge, words: str, after: str = "") -> list[tuple[str, str]]:
    """What is said, each with the characters of the page that it speaks of."""
    page = page_of(words, after)
    source = page.document.source
    out = []
    for clash in judge(page):
        line, column, end_line, end_column = clash.place
        assert line == end_line
        out.append((source.line(line)[column - 1 : end_column - 1], clash.message))
    return out


@pytest.mark.parametrize(
    ("words", "stretch", "what"),
    [
        ("Over 66 pairs of 12 personas r = 0.4 (p = 0.001, N = 66).", "66", "the pairs of 12 units"),
        ("Pooled over 5 sources of 110 bystanders r = 0.6, N = 550.", "550", "5 × 110 rows"),
        ("Pooled over 3 sources of 4 roles r = 0.6, N = 12.", "12", "3 × 4 rows"),
    ],
)
def test_pooled_rows(words: str, stretch: str, what: str) -> None:
    ((at, message),) = said(pooled_rows, words)
    assert at == stretch
    assert what in message


@pytest.mark.parametrize(
    "words",
    [
        "Over 60 pairs of 12 personas r = 0.4 (p = 0.001, N = 60).",
        "Pooled over 5 sources of 110 bystanders r = 0.6, N = 551.",
        "Over 5 sources of 110 bystanders r = 0.6, N = 550.",
        "Pooled over 5 sources of 110 bystanders r = 0.6, N = 550; the bootstrap draws whole clusters.",
        "In #66 pooled over 5 sources of 110 bystanders r = 0.6, N = 550.",
        "Pooled over 5 sources of 2 bystanders r = 0.6, N = 10.",
    ],
)
def test_no_pooled_rows(words: str) -> None:
    assert said(pooled_rows, words) == []


def test_the_same_number_of_rows_is_one_note() -> None:
    twice = "Pooled over 5 sources of 110 bystanders r = 0.6, N = 550. Pooled again r = 0.5, N = 550."
    assert len(said(pooled_rows, twice)) == 1


@pytest.mark.parametrize(
    ("words", "smallest"),
    [
        ("ρ = 0.50, p = 0.67, N = 3.", "0.33"),
        ("ρ = 1.00, p = 0.083, N = 4.", "0.083"),
        ("ρ = 0.90, sign-flip p = 0.0625, N = 5.", "0.062"),
        ("ρ = 0.90, permutation p = 0.33, N = 3.", "0.33"),
    ],
)
def test_tests_without_power(words: str, smallest: str) -> None:
    ((_, message),) = said(powerless_tests, words)
    assert f"gives no p below {smallest}," in message


@pytest.mark.parametrize(
    "words",
    [
        "ρ = 0.90, p = 0.04, N = 5.",
        "ρ = 0.90, sign-flip p = 0.03, N = 6.",
        "ρ = 0.50, t-test p = 0.67, N = 3.",
        "ρ = 0.50, N = 3.",
        "ρ = 1.00, one-sided permutation p = 0.042, N = 4.",
        "As in #12, ρ = 1.00, p = 0.083, N = 4.",
    ],
)
def test_tests_with_power(words: str) -> None:
    assert said(powerless_tests, words) == []


@pytest.mark.parametrize(
    ("words", "stretch"),
    [
        ("ρ = 0.90, sign-flip p = 0.03, N = 5.", "p = 0.03"),
        ("ρ = 1.00, permutation p = 0.05, N = 4.", "p = 0.05"),
        ("ρ = 0.60, permutation p = 0.0005, N = 40 (1,000 permutations).", "p = 0.0005"),
        ("ρ = 0.60, permutation p < 0.0001, N = 40 (5,000 permutations).", "p < 0.0001"),
    ],
)
def test_impossible_ps(words: str, stretch: str) -> None:
    ((at, _),) = said(impossible_ps, words)
    assert stretch.endswith(at) or at == stretch


@pytest.mark.parametrize(
    "words",
    [
        "ρ = 0.90, sign-flip p = 0.06, N = 5.",
        "ρ = 0.90, sign-flip p > 0.01, N = 5.",
        "ρ = 0.60, permutation p = 0.001, N = 40 (1,000 permutations).",
        "ρ = 0.60, permutation p < 0.0001, N = 40 (10,000 permutations).",
        "ρ = 0.60, p = 0.00005, N = 40; the other test has 1,000 permutations.",
        "ρ = 0.60, permutation p = 0.0005, N = 40 (1,000 permutations, then 10,000 permutations).",
    ],
)
def test_possible_ps(words: str) -> None:
    assert said(impossible_ps, words) == []


def test_the_best_of_several() -> None:
    ((at, message),) = said(chosen_best, "At the best layer ρ = 0.81 (N = 12).")
    assert at == "best layer"
    assert message == "'best layer' was chosen by the result that is reported for it"
    assert said(chosen_best, "The strongest relation of 4 layers: best of 4, ρ = 0.81.") != []
    for words in (
        "At the best layer ρ ≥ 0.5.",
        "The best layer is L15.",
        "At the best layer ρ = 0.81; the layer was fixed in advance.",
        "In #12 the best layer had ρ = 0.81.",
        "The best source has ρ = 0.81.",
    ):
        assert said(chosen_best, words) == [], words


def test_vacuous_intervals() -> None:
    assert said(vacuous_intervals, "ρ = −0.34 [−0.88, 0.57].") == [
        ("−0.88, 0.57", "the interval [−0.88, 0.57] leaves nearly everything possible")
    ]
    assert len(said(vacuous_intervals, "The rate is 31% [2%, 72%].")) == 1
    assert len(said(vacuous_intervals, "ρ = 0.10 [−0.50, 0.70].")) == 1
    for words in (
        "ρ = 0.10 [−0.49, 0.70].",
        "The rate is 31% [2%, 61%].",
        "A score of 31 [2, 72].",
        "Nothing is established: ρ = −0.34 [−0.88, 0.57].",
        "ρ = −0.34 [−0.88, 0.57], a wide interval.",
        "In #12, ρ = −0.34 [−0.88, 0.57].",
    ):
        assert said(vacuous_intervals, words) == [], words


def test_nulls_without_an_interval() -> None:
    ((at, message),) = said(bare_nulls, "There is no relationship (ρ = −0.34, p = 0.45, N = 7).")
    assert (at, message[:17]) == ("no relationship", "'no relationship'")
    assert len(said(bare_nulls, "Distance does not predict it (p = 0.31).")) == 1
    assert len(said(bare_nulls, "They are unrelated (ρ = 0.02).")) == 1
    for words in (
        "There is no relationship.",
        "There is no relationship (ρ = −0.34 [−0.88, 0.57], p = 0.45).",
        "There is no relationship (p = 0.45), but seven are too few.",
        "There is no difference left to explain (ρ = 0.9, p = 0.001).",
        "There is no difference left to explain (p < 0.05).",
        "In #12 there was no relationship (p = 0.45).",
        "It is not significant (p = 0.45).",
    ):
        assert said(bare_nulls, words) == [], words


def test_bare_peaks_are_one_note_for_the_page() -> None:
    two = "**The nurse peaks at 32.5%.**\n- **The librarian peaks at 73.2%.**\n- **It peaks.**"
    ((at, message),) = said(quoted_peaks, two)
    assert at == "peaks"
    assert "(and 1 more such claims)" in message
    ((_, message),) = said(quoted_peaks, "**The nurse peaks at 32.5%.**")
    assert "more such" not in message
    assert len(said(quoted_peaks, "**Its rate reaches its peak, 20 pp above the start.**")) == 1
    for words in (
        "**The nurse peaks at 32.5% and ends at 30%.**",
        "**The nurse peaks at 32.5%, of 11 checkpoints.**",
        "**The nurse peaks late.**",
        "**The nurse is at 32.5%.**",
    ):
        assert said(quoted_peaks, words) == [], words
    assert said(quoted_peaks, "**It grows.**", "\n## Data\n\nThe nurse peaks at 32.5%.\n") == []


def test_units_are_counted_in_title_takeaways_and_captions() -> None:
    page = page_of("**It grows (N = 7, n = 200).**", "\n## Data\n\nN = 110 elsewhere; in #12 N = 40.\n")
    assert [n for n, _, _ in unit_counts(page)] == [7]
    assert [n for n, _, _ in unit_counts(page_of("**As in #12, N = 40.**"))] == []


def test_the_place_of_a_false_correction() -> None:
    ps = "(p = 0.0060, 0.0014, 0.0095, 0.0158)"
    ((at, message),) = said(correction_clashes, f"All 4 layers survive Bonferroni {ps}.")
    assert at == "All 4"
    assert message == "3 of 4 p-values pass Bonferroni at 0.05, not 4"
    ((at, _),) = said(correction_clashes, f"It holds: 2 of 4 layers survive Bonferroni {ps}.")
    assert at == "2 of 4"
    ((at, message),) = said(correction_clashes, "It is significant after Bonferroni over 7 tests (p = 0.03).")
    assert (at, message) == ("p = 0.03", "p = 0.03 times 7 is 0.21, so it does not pass Bonferroni at 0.05")
    ((at, message),) = said(correction_clashes, "The Bonferroni limit is 0.05/4 = 0.0152.")
    assert (at, message) == ("0.0152", "0.05 / 4 is 0.0125, not 0.0152")


@pytest.mark.parametrize(
    "words",
    [
        "It is significant after Bonferroni over 7 tests (p = 0.007).",
        "It is significant after Bonferroni at the 10% level over 2 tests (p = 0.04).",
        "It is significant after Holm over 7 tests (p = 0.03).",
        "It is significant after Bonferroni (p = 0.03).",
        "Bonferroni over 1 test leaves it significant (p = 0.06).",
        "None of the 4 layers survives Bonferroni (p = 0.06, 0.1, 0.2, 0.3).",
    ],
)
def test_corrections_that_hold_or_cannot_be_judged(words: str) -> None:
    assert said(correction_clashes, words) == []
