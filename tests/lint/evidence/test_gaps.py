"""Differences and ratios of the rows that a sentence names, where it prints none of their levels."""

from __future__ import annotations

import pytest

from leakstats.lint.engine import Options, lint_text

TABLE = (
    "| Loaf | Round 1 | Peak | Round 9 |\n|---|---|---|---|\n"
    "| rye | 8.0% | 88.5% | 78.0% |\n| spelt | 15.5% | 68.5% | 65.0% |\n| wheat | 44.5% | 45.0% | 41.5% |\n"
    "| oat | 3.0% | 48.5% | 43.5% |\n\n"
    "| Oven | Before | After | Change (pp) |\n|---|---|---|---|\n"
    "| north | 40.0% | 13.7% | −26.3 |\n| south | 20.0% | 7.3% | −12.7 |\n| east | 11.0% | 12.0% | +1.0 |\n\n"
    "| Grams | Salted | Plain |\n|---|---|---|\n| 50 | 5.6% | 4.4% |\n| 100 | 12.4% | 7.6% |\n| 400 | 55.6% | 20.8% |\n"
)


def found(text: str) -> list[str]:
    page = f"# Loaves rise (LOW confidence)\n\n## TL;DR\n\n### Results\n\n- {text}\n\n{TABLE}"
    report = lint_text(page, Options(no_results=True))
    return [f.message for f in report.findings if f.code in ("CR408", "CR409") and f.line == 7]


@pytest.mark.parametrize(
    ("text", "right", "wrong"),
    [
        ("At round 9 rye has {} points more than spelt.", "13", "18"),
        ("Rye and spelt end {} pp apart.", "13.0", "16.0"),
        ("Spelt rises by 53.0 pp up to its peak and gives back {} pp by round 9.", "3.5", "5.5"),
        ("It was by {} points that the north oven fell.", "26.3", "24.3"),
        ("A change of {} points was seen in the south oven.", "−12.7", "+12.7"),
        ("The north and the south oven show changes of −26.3 and {}, respectively.", "−12.7", "+12.7"),
        ("From round 1 to round 9 the change of wheat is {} points.", "−3.0", "+3.0"),
        ("Going from 100 to 400 grams adds 43.2 pp with salt and {} pp without.", "13.2", "15.2"),
        ("From 100 to 400 grams the salted loaf gained 43.2 points, while the plain one gained {}.", "13.2", "15.2"),
        ("The south oven fell by {} points under load.", "12.7", "15.7"),
        ("The peak of rye is {} times its rate in round 1.", "11.1", "14.1"),
        ("The peak of spelt is {} times its rate in round 1.", "four and a half", "six and a half"),
        ("From 50 to 100 grams the salted share more than {}.", "doubles", "triples"),
    ],
)
def test_of_named_rows(text: str, right: str, wrong: str) -> None:
    assert found(text.format(right)) == []
    assert found(text.format(wrong)) != []


@pytest.mark.parametrize(
    "text",
    [
        "Rye is 9 points above the mean of all loaves.",
        "For the north oven the excess is 8.6 pp.",
        "They differ by 62.7 points; rye shows none of it.",
        "The gap is 68 points, so that little can be said about rye.",
        "Apart from rye, which lost 10.5 points, everyone keeps rising (2 of 4).",
        "The interaction is largest for the south oven, +33.3 pp.",
        "The gain of rye outdid that of spelt by 20.5 points.",
        "The cosine of rye is 2.4 times that of spelt.",
        "50 grams doubled three times make 400 grams.",
    ],
)
def test_of_something_else(text: str) -> None:
    assert found(text) == []
