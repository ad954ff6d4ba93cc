"""What says how sure a value is, and by what method its p was found."""

from __future__ import annotations

import pytest

from leakstats.lint.evidence.idioms import stats
from leakstats.lint.evidence.inference import has_other_interval, is_other_test, names_its_test
from leakstats.lint.evidence.kinds import is_no_share, is_share, is_spread
from leakstats.lint.evidence.knowledge import Evidence
from leakstats.lint.evidence.margins import is_margin
from leakstats.lint.evidence.passages import Sentence
from leakstats.lint.outline import Outline
from leakstats.lint.parsing import parse_document
from leakstats.template import load_template


def _sentence(text: str) -> Sentence:
    document = parse_document(f"# Glaciers (LOW confidence)\n\n## TL;DR\n\n### Results\n\n- {text}\n")
    evidence = Evidence(document, Outline(document, load_template("v1")))
    return next(s for p in evidence.passages for s in p.sentences if s.text.strip() == text)


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("Melt has ρ = 0.50 (95% CI: 0.16–0.74; p = 0.007; N = 28).", ["0.16", "0.74"]),
        ("Melt has ρ = 0.50 [0.16, 0.74], N = 28, p = 0.007.", ["0.16", "0.74"]),
        ("Melt has ρ = 0.50 (N = 28, bootstrap 95% CI [0.16, 0.74], p = 0.007).", ["0.16", "0.74"]),
        ("Melt has ρ = 0.50 ± 0.1 (p = 0.007, N = 28).", ["0.1"]),
        ("Melt has ρ = 0.50 (SE 0.15, p = 0.007, N = 28).", ["0.15"]),
        ("Melt has ρ = 0.50 (s.e. = 0.15; N = 28; p = 0.007).", ["0.15"]),
        ("Melt has ρ = 0.50 with a standard error of 0.15 (p = 0.007, N = 28).", ["0.15"]),
        ("Melt has ρ = 0.50 (p = 0.007, N = 28).", []),
    ],
)
def test_a_margin_is_no_value_and_parts_no_record(text: str, ends: list[str]) -> None:
    sentence = _sentence(text)
    assert [n.text for n in sentence.numbers if n.role != "none" and is_margin(sentence, n)] == ends
    if "with a" in text:
        return
    (stat,) = stats(sentence)
    assert [x.text if x is not None else "" for x in (stat.coefficient, stat.p, stat.n)] == ["0.50", "0.007", "28"]


@pytest.mark.parametrize("name", ["Spearman ρ", "r", "mean cosine", "AUC", "ICC", "R²", "F1", "kappa", "tau", "slope"])
def test_a_score_is_no_share(name: str) -> None:
    assert is_no_share(name)
    assert is_no_share(f"{name} [95% CI]")
    assert not is_share(f"{name} [95% CI]")


@pytest.mark.parametrize("name", ["Rate", "Melt rate", "Share (%)", "alignment rate", "Aletsch", "gamma"])
def test_a_share_or_a_thing_is_no_score(name: str) -> None:
    assert not is_no_share(name)


def test_a_column_of_errors_is_a_spread() -> None:
    assert is_spread("SE")
    assert is_spread("Std")
    assert not is_spread("Mean (SE)")


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("p = 0.004, max-T over four layers", True),
        ("Holm-adjusted", True),
        ("p (perm.)", True),
        ("joint unit permutation", True),
        ("p = 0.004, two-sided", False),
        ("Spearman, N = 28", False),
    ],
)
def test_the_words_of_another_test(text: str, other: bool) -> None:
    assert is_other_test(text) is other


def test_the_sentence_behind_a_p_may_name_its_test() -> None:
    assert names_its_test("That p is a permutation test's; the t approximation gives p = 0.006.")
    assert not names_its_test("The permutation p is 0.011.")


def test_the_words_beside_a_table_may_name_the_method_of_its_intervals() -> None:
    assert has_other_interval("Rate CI", ("Intervals are clustered by question.",))
    assert has_other_interval("Rate CI (bootstrap)", ())
    assert not has_other_interval("Rate CI", ("Wilson intervals, by persona.",))
    assert not has_other_interval("Rate CI", ("Rates by persona.",))
    assert not has_other_interval("Rate CI", ("Intervals of the coefficients are bootstrap intervals.",))
