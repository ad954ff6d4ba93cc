"""Numbers that words, marks or order give to something else than the name beside them: the right page is silent."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from leakstats.lint.engine import Options, judge_page, lint_text
from leakstats.lint.evidence.grammar import read_numbers

HITS = {"plain": 171, "masked": 98, "clerk": 196, "porter": 186, "weaver": 60}
LIKENESS = {"plain": 0.412, "masked": -0.149, "clerk": 0.655, "porter": 0.238, "weaver": 0.094}
HEAD = """# Hedging follows likeness (LOW confidence)

## TL;DR

### Results

| guise | likeness | hedged |
|---|---|---|
"""
KNOWN = "- The clerk hedges in 81.7% of its replies, the weaver in 25.0% and the porter in 77.5% (n = 240 each).\n"
KNOWN += "- The likeness of the clerk is +0.66, that of the porter +0.24, and that of the weaver +0.09.\n"


Judge = Callable[[str], list[str]]


@pytest.fixture
def judged(tmp_path: Path) -> Judge:
    """What is found in a bullet on a page with a file."""
    path = tmp_path / "results.json"
    units = {k: {"hits": v, "of": 240, "share": v / 240, "likeness": LIKENESS[k]} for k, v in HITS.items()}
    excess = {"masked": {"excess": -14.9}, "plain": {"excess": 41.2}}
    path.write_text(json.dumps({"units": units, "line": excess}))
    rows = "".join(f"| {k} | {LIKENESS[k]:+.2f} | {v / 2.4:.1f}% |\n" for k, v in HITS.items())

    def judge(bullet: str) -> list[str]:
        report = lint_text(f"{HEAD}{rows}\n{KNOWN}- {bullet}\n", Options(results=(path,)))
        return [f"{f.code} {f.message}" for f in report.findings if f.code in ("CR312", "CR412") and f.line == 17]

    return judge


@pytest.mark.parametrize(
    "bullet",
    [
        "It costs a good deal: 71.3% (171/240) hedged plain, 40.4% (97/240) with a wig.",
        "The porter's 95% interval is 71.8% to 82.3%, that of the clerk 76.3% to 86.1%.",
        "The gap between the guises grows from 0.13 for the clerk to 0.38 for the weaver.",
        "The one cell that stands out is dusk × clerk (89.6%).",
        "The likeness rises for four guises, most for the clerk (+0.489).",
        "The porter, with a lower end of 71.8%, misses by a hair.",
        "The furthest below the line is masked, at 14.9.",
        "The masked guise passes 50% at once, the porter crosses 75% later.",
        "No cell has more than a digit, in multiples of 0.5%, and the clerk leads.",
        "The fit puts the clerk 12.6 points above the line; furthest up is the weaver, at 14.9.",
        "The porter and the clerk are 4.2 points apart (186/240 and 196/240 replies).",
        "The share rises by half between the weaver and the clerk, from 40.4% on.",
    ],
)
def test_the_right_page_is_silent(judged: Judge, bullet: str) -> None:
    assert judged(bullet) == []


@pytest.mark.parametrize(
    ("bullet", "wrong"),
    [
        ("In our hands the clerk, 86.7% over all of it, leads.", "86.7"),
        ("The likeness of the clerk is +0.489 in this set.", "0.489"),
        ("The clerk and the porter are 4.2 points apart (196/240 and 184/240 replies).", "184"),
    ],
)
def test_the_wrong_one_is_found(judged: Judge, bullet: str, wrong: str) -> None:
    assert [wrong in m for m in judged(bullet)] == [True]


def test_a_decimal_far_above_every_value_is_of_another_quantity(tmp_path: Path) -> None:
    rows = "".join(f"| {k} | {v:+.3f} | {HITS[k] / 2.4:.1f}% |\n" for k, v in LIKENESS.items())
    evidence = judge_page(HEAD + rows, Options(no_results=True), path="page.md")[0].evidence
    likeness = next(s for s in evidence.page_series if s.quantity == "likeness")
    assert [evidence.suits(read_numbers(x)[0], likeness) for x in ("0.149", "6.5", "14.9")] == [True, True, False]


@pytest.mark.parametrize("size", [480, 960])
def test_sizes_of_two_groups_are_several_times_the_usual_one(judged_sizes: Judge, size: int) -> None:
    assert judged_sizes(f"Those that sing hedge most (n = {size} and n = 720 replies).") == []


def test_one_size_that_is_not_the_usual_one_is_found(judged_sizes: Judge) -> None:
    assert len(judged_sizes("The clerk hedges in 81.7% (n = 260).")) == 1


@pytest.fixture
def judged_sizes() -> Judge:
    """What is found of sizes in a bullet on a page without a file."""
    rows = "".join(f"| {k} | {LIKENESS[k]:+.2f} | {v / 2.4:.1f}% |\n" for k, v in HITS.items())
    known = KNOWN + "- The clerk and the weaver differ (n = 240 each); so do others (n = 240 each).\n"

    def judge(bullet: str) -> list[str]:
        report = lint_text(f"{HEAD}{rows}\n{known}- {bullet}\n", Options(no_results=True))
        return [f.message for f in report.findings if f.code == "CR314"]

    return judge


@pytest.mark.parametrize(
    "bullet",
    [
        "The likeness between the two grows for most, for instance the clerk (+0.41 to +0.66).",
        "The share goes from the first to the last, 71.3% to 25.0%.",
        "There was a hole in the middle: none had a likeness between 0.25 and 0.66.",
        "The share grows from 25.0% at the weaver to 77.5% at the porter.",
    ],
)
def test_a_move_is_no_range(judged: Judge, bullet: str) -> None:
    assert [m for m in judged(bullet) if m.startswith("CR412")] == []


def test_the_part_of_a_header_asks_for_no_column(tmp_path: Path) -> None:
    arms = ("40 rows, bare", "40 rows, mixed", "160 rows, bare", "160 rows, mixed")
    table = f"| guise | {' | '.join(arms)} |\n|---|---|---|---|---|\n"
    table += "".join(f"| {k} | {v / 9:.1f}% | {v / 7:.1f}% | {v / 4:.1f}% | {v / 3:.1f}% |\n" for k, v in HITS.items())
    own = "| The mime itself | share |\n|---|---|\n| 40 rows | 91.2% |\n| 160 rows | 97.6% |\n| 640 rows | 99.2% |\n"
    mean = sum(HITS.values()) / 5 / 9
    page = f"# Mixing costs (LOW confidence)\n\n{table}\n{own}\n- After 40 rows {mean:.1f}% of the replies hedge.\n"
    report = lint_text(page, Options(no_results=True))
    assert [f.message for f in report.findings if f.code == "CR312"] == []


def test_what_an_end_lies_below_stands_behind_it(tmp_path: Path) -> None:
    rows = "".join(f"| {k} | {v / 2.4:.1f}% | {v / 6:.1f}% |\n" for k, v in HITS.items())
    table = f"| guise | baseline | end |\n|---|---|---|\n{rows}"
    page = f"# Hedging wanes (LOW confidence)\n\n{table}\n- The clerk ends below its baseline (32.7% after 81.7%).\n"
    report = lint_text(page, Options(no_results=True))
    assert [f.message for f in report.findings if f.code == "CR312"] == []
