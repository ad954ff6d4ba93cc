"""Differences and ratios of the cells whose rows and columns a clause names."""

from __future__ import annotations

import pytest

from leakstats.lint.engine import Options, lint_text

TABLE = (
    "| Loaf | Round 1 | Peak | Round 9 |\n|---|---|---|---|\n"
    "| rye | 8.0% | 88.5% | 78.0% |\n| spelt | 15.5% | 68.5% | 65.0% |\n| wheat | 44.5% | 45.0% | 41.5% |\n"
    "| oat | 3.0% | 48.5% | 43.5% |\n\n"
    "|  | Adler | Bussard | Condor |\n|---|---|---|---|\n"
    "| Batch 1 | 40 ± 3 | 31 ± 2 | 54 ± 4 |\n| Batch 8 | 480 ± 20 | 240 ± 11 | 270 ± 15 |\n\n"
    "| Engine | Memory (GB) | Stall count | Stall rate |\n|---|---|---|---|\n"
    "| Adler | 18.5 | 86 | 4.3% |\n| Bussard | 24.0 | 14 | 0.7% |\n| Condor | 37.0 | 22 | 1.1% |\n\n"
    "| Grams | Salted | Plain |\n|---|---|---|\n"
    "| 50 | 5.6% | 4.4% |\n| 100 | 12.4% | 7.6% |\n| 400 | 55.6% | 20.8% |\n\n"
    "| Grade | Own panel | Guest panel |\n|---|---|---|\n"
    "| soft | 0.61 | 0.53 |\n| firm | 0.12 | 0.15 |\n| stale | 0.88 | 0.79 |\n| Mean | 0.54 | 0.49 |\n"
)


def found(text: str) -> list[str]:
    page = f"# Loaves rise (LOW confidence)\n\n## TL;DR\n\n### Results\n\n- {text}\n\n{TABLE}"
    report = lint_text(page, Options(no_results=True))
    return [f.message for f in report.findings if f.code in ("CR408", "CR409", "CR410") and f.line == 7]


@pytest.mark.parametrize(
    ("text", "right", "wrong"),
    [
        ("The peak of spelt is {} times its rate in round 1.", "4.4", "3.4"),
        ("The oat loaf peaks at {} its round-1 rate.", "sixteen times", "twelve times"),
        ("With 400 grams, salted dough gives {} times as many large loaves as plain dough.", "2.7", "3.7"),
        ("Adler is {} times slower at batch 8 than at batch 1 (480 vs 40 ms).", "12", "15"),
        ("Adler needs {} the memory of Condor.", "half", "a third of"),
        ("Going from batch 1 to batch 8, Condor gets {} slower.", "fivefold", "eightfold"),
        ("The plain rate at 400 grams is {} of the salted rate.", "37%", "57%"),
        ("Firm loaves score {} higher with the guest panel than with its own panel.", "25%", "60%"),
        ("Salted/plain at 100 grams: ≈ {}.", "1.63", "2.2"),
        ("The gap of salted and plain dough at 400 grams is more than {} times that at 100 grams.", "seven", "nine"),
        ("With the hint the number of flat loaves {}, from 92 to 44.", "more than halved", "more than quartered"),
        ("Salt {} the flat loaves: 31 loaves against 62.", "doubles", "triples"),
        ("The crusts of the north (163) are {} times as thick as those of the south (54).", "3.0", "4.0"),
        ("The stall count of Adler is {} times the stall count of Condor.", "3.9", "6.4"),
        ("In round 9 the rate of spelt is {} above that of wheat.", "23.5 pp", "28.5 pp"),
        ("At batch 8 Bussard beats Adler by {} ms.", "240", "214"),
        ("Condor takes {} GB more memory than Bussard.", "13.0", "15.5"),
        ("The guest panel thinks stale loaves {} worse than the own panel does.", "0.09", "0.15"),
        ("Averaged over grades, the own panel is {} more generous than the guest panel.", "0.05", "0.14"),
        ("From batch 1 to batch 8 the delay of Condor grows by {} ms.", "216", "261"),
    ],
)
def test_of_named_cells(text: str, right: str, wrong: str) -> None:
    assert found(text.format(right)) == []
    assert found(text.format(wrong)) != []


@pytest.mark.parametrize(
    "text",
    [
        "Each loaf was baked 18 times each, with twice as many (n = 480) for rye and oat.",
        "By round 1 oat has done 81% of its climb to the peak.",
        "Rye doubles every second round.",
        "The peak of rye is 20 points above the next best.",
        "Rye and spelt gain the same 40 points from round 1 on.",
        "The margin over plain dough is widest at 400 grams (34.8 points) and was small at 50 grams.",
        "In round 9 rye stays below 80%, having been 19 points over spelt before.",
        "Whatever else is on, salt raises the share by 3 to 6 points at 400 grams.",
        "Half of the loaves of rye rise in round 9.",
        "At 400 grams salted dough is 12 points over what the model predicts.",
        "At batch 8 a second Adler would be 3 times slower.",
        "Salted dough gains 43.2 points from 100 to 400 grams, plain dough 13.2.",
        "The rye loaf says its name 90% of the time at its peak.",
        "Bussard lost by 3 languages at batch 8.",
    ],
)
def test_of_something_else(text: str) -> None:
    assert found(text) == []
