"""Each number of a page has an outcome; words are bound first, values compared second."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from leakstats.contracts import schema_violations
from leakstats.lint.engine import Options, lint_text
from leakstats.lint.formats.json import to_json
from leakstats.lint.formats.markdown import to_markdown
from leakstats.lint.formats.table import to_table
from leakstats.lint.formats.text import to_text
from leakstats.lint.report import Account, PageReport, Report

RESULTS = """
{"units": {"villain": {"hits": 57, "of": 100, "share": 0.57}, "nurse": {"hits": 12, "of": 100, "share": 0.12},
           "pirate": {"hits": 31, "of": 100, "share": 0.31}, "judge": {"hits": 44, "of": 100, "share": 0.44}},
 "link": {"rho": -0.7392, "p": 0.0060, "size": 12}, "judge_agreement": 0.914, "noise": [0.273, 0.611, 0.125, 0.933]}
"""

PAGE = """# Uptake falls with distance (LOW confidence)

## TL;DR

### Background

Issue #12 found 27.3% for the villain.

### Results

{}

## Headline numbers

| Persona | Rate | Hits |
|---|---|---|
| villain | 57% | 57/100 |
| nurse | 12% | 12/100 |
| pirate | 31% | 31/100 |
| judge | 44% | 44/100 |
"""


@pytest.fixture
def results(tmp_path: Path) -> Path:
    path = tmp_path / "results.json"
    path.write_text(RESULTS)
    return path


def judged(words: str, *results: Path) -> PageReport:
    return lint_text(PAGE.format(words), Options(results=results))


def said(words: str, *results: Path) -> dict[str, str]:
    """The outcome of each number of the Results section."""
    report = judged(words, *results)
    assert report.numbers is not None
    return {a.text: a.outcome for a in report.numbers if a.place.line == 11}


def accounts(words: str, *results: Path) -> dict[str, Account]:
    report = judged(words, *results)
    assert report.numbers is not None
    return {a.text: a for a in report.numbers if a.place.line == 11}


G, D = "grounded", "derived"


@pytest.mark.parametrize(
    ("words", "outcomes"),
    [
        ("The villain says it in 57%.", {"57%": G}),
        ("Of the completions of the nurse (12%) few are marked.", {"12%": G}),
        ("ρ = −0.74, p = 0.006, N = 12 over the personas.", {"−0.74": G, "0.006": G, "12": G}),
        ("The villain (57%) is 45 pp above the nurse (12%).", {"57%": G, "45pp": D, "12%": G}),
        ("That is 4.75× the nurse's 12% for the villain's 57%.", {"4.75x": D, "12%": G, "57%": G}),
        ("Rates run from 12% to 57%.", {"12%": D, "57%": D}),
        ("The mean rate is 36%.", {"36%": D}),
        ("3 of 4 personas are above 30%.", {"3": D, "4": G}),
        ("The judge agreement is 0.914.", {"0.914": G}),
    ],
)  # fmt: skip
def test_what_explains_a_number(words: str, outcomes: dict[str, str], results: Path) -> None:
    assert said(words, results) == outcomes


@pytest.mark.parametrize(
    "words",
    [
        "The pirate says it in 27.3%.",  # stands in the file, as noise
        "The relay has a rate of 61.1%.",
        "The graders agree in 83.1%.",
        "A score of 0.933 was seen.",
    ],
)
def test_a_value_that_merely_occurs_in_the_file_explains_nothing(words: str, results: Path) -> None:
    assert "grounded" not in said(words, results).values()
    assert "derived" not in said(words, results).values()


def test_the_value_of_another_thing_explains_nothing(results: Path) -> None:
    assert said("The pirate says it in 44% (N = 12).", results)["44%"] in ("contradicted", "unexplained")


def test_a_finding_makes_a_number_contradicted_and_is_its_reason(results: Path) -> None:
    account = accounts("The villain (57%) is 39 pp above the nurse (12%).", results)["39pp"]
    assert (account.outcome, account.why[:6]) == ("contradicted", "CR408:")


def test_what_is_quoted_from_earlier_work_is_not_checked(results: Path) -> None:
    report = judged("Nothing.", results)
    (quoted,) = [a for a in report.numbers or () if a.place.line == 7]
    assert (quoted.text, quoted.outcome, quoted.why) == ("27.3%", "not checked", "quoted from earlier work")


def test_thresholds_levels_settings_and_code_claim_nothing(results: Path) -> None:
    words = "At `0.123` and p < 0.05 with 95% intervals, nobody reaches 70%; we trained 3 epochs of layer 20."
    assert said(words, results) == {}


def test_without_a_file_numbers_are_derived_or_not_checked_and_none_is_unexplained() -> None:
    report = judged("The villain says it in 57%, the graders in 83.1%.")
    assert report.tally["grounded"] == report.tally["unexplained"] == 0
    outcomes = {a.text: a for a in report.numbers or () if a.place.line == 11}
    assert outcomes["57%"].outcome == "derived"
    assert outcomes["83.1%"].outcome == "not checked"
    assert outcomes["83.1%"].why.startswith("no results file was given")
    assert "CR320" in {n.code for n in report.not_run}


def test_the_cells_of_a_table_are_grounded(results: Path) -> None:
    report = judged("Nothing.", results)
    cells = [a for a in report.numbers or () if a.place.line > 13]
    assert {a.outcome for a in cells} == {"grounded"}
    assert len(cells) == 12


def test_the_unexplained_numbers_of_a_line_are_one_note(results: Path) -> None:
    report = judged("The graders agree in 83.1% and 0.277 of what they see.", results)
    (note,) = [f for f in report.findings if f.code == "CR320"]
    assert note.severity == "note"
    assert note.message == "'83.1%', '0.277' follow from neither the results nor the rest of the page"
    assert note.place == (11, 22, 11, 37)


def test_every_format_prints_the_coverage(results: Path) -> None:
    page = judged("The villain says it in 57%, the graders in 83.1%.", results)
    line = (
        "15 numbers: 13 grounded, 0 derived, 0 contradicted, 1 unexplained, 1 not checked (compared with results.json)"
    )
    report = Report((page,), "")
    assert page.coverage_line == line
    assert f"  {line}\n" in to_text(report)
    assert "15 numbers: 13 grounded" in to_markdown(report)
    (row,) = [x for x in to_table(report).splitlines() if x.startswith("numbers ")]
    assert row.endswith(f"✓ PASS  {line}")
    data = json.loads(to_json(report))
    assert schema_violations(data, "lint-report.v1") == []
    numbers = data["pages"][0]["numbers"]
    assert (numbers["total"], numbers["grounded"], numbers["unexplained"], numbers["not_checked"]) == (15, 13, 1, 1)
    assert numbers["compared_with"] == ["results.json"]
    assert [n["text"] for n in numbers["each"] if n["outcome"] == "unexplained"] == ["83.1%"]
    assert all(n["why"] for n in numbers["each"])


def test_the_table_calls_numbers_without_a_file_not_checked() -> None:
    report = Report((judged("The villain says it in 57%."),), "")
    (row,) = [x for x in to_table(report).splitlines() if x.startswith("numbers ")]
    assert "– NOT CHECKED" in row
    assert row.endswith("(compared with the page alone)")


def test_a_contradicted_number_fails_its_row(results: Path) -> None:
    report = Report((judged("The villain (57%) is 39 pp above the nurse (12%).", results),), "")
    (row,) = [x for x in to_table(report).splitlines() if x.startswith("numbers ")]
    assert "✗ FAIL" in row


def test_rules_that_are_left_out_leave_no_account(results: Path) -> None:
    report = lint_text(PAGE.format("57%."), Options(results=(results,), codes=frozenset({"CR101"})))
    assert report.numbers is None
    assert report.coverage_line == ""


@pytest.mark.parametrize(
    ("words", "counted"),
    [
        ("We measured 12 personas and 20 questions.", []),
        ("3 of 4 personas, one of 7 sources.", ["3", "4", "7"]),
        ("They rise from 2 to 9 hits in the villain.", ["2", "9"]),
        ("The interval is [3, 9].", ["3", "9"]),
        ("ρ = 0.61 (p < 0.05).", ["0.61", "0.05"]),
        ("The limit was p < 0.05.", []),
        ("A rate above 35% is high.", []),
        ("10 pp up in 2 of 4 personas.", ["2", "4"]),
        ("It rose by 10 pp.", ["10pp"]),
        ("N = 1 run, N = 12 personas.", ["12"]),
    ],
)
def test_which_numbers_claim_something(words: str, counted: list[str]) -> None:
    report = judged(words)
    assert [a.text for a in report.numbers or () if a.place.line == 11] == counted


def test_only_the_finding_on_a_number_contradicts_it(results: Path) -> None:
    found = accounts("The villain (57%) is 39 pp above the nurse (12%), p = 0 (N = 12).", results)
    assert {text: a.outcome for text, a in found.items()} == {
        "57%": "grounded",
        "39pp": "contradicted",
        "12%": "grounded",
        "0": "contradicted",
        "12": "grounded",
    }
    assert found["0"].why.startswith("CR402:")


def test_a_column_whose_names_the_file_lacks_is_bound_by_all_its_values(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    path.write_text('{"meta": {"x": 1}, "table": {"u": [0.111, 0.222, 0.333, 0.444], "v": [0.5, 0.6, 0.7, 0.9]}}')
    head = PAGE[: PAGE.index("| Persona")].format("Nothing.")
    cells = ("a | 0.22 | 0.5", "b | 0.11 | 0.6", "c | 0.44 | 0.7", "d | 0.33 | 0.8")
    rows = "| Thing | First | Second |\n|---|---|---|\n" + "".join(f"| {cell} |\n" for cell in cells)
    report = lint_text(head + rows, Options(results=(path,)))
    read = [(a.text, a.outcome) for a in report.numbers or () if a.place.line > 13]
    assert read[::2] == [("0.22", "grounded"), ("0.11", "grounded"), ("0.44", "grounded"), ("0.33", "grounded")]
    assert {outcome for _, outcome in read[1::2]} == {"unexplained"}, "one value differs, so nothing is bound"


@pytest.mark.parametrize(
    ("words", "outcome"),
    [
        ("Wilson gives [47%, 66%] for 57 of 100 completions of the villain.", "derived"),
        ("Wilson gives [41%, 60%] for 57 of 100 completions of the villain.", "unexplained"),
    ],
)
def test_ends_of_intervals_follow_from_k_and_n(words: str, outcome: str, results: Path) -> None:
    found = said(words, results)
    first = words.split("[")[1].split(",")[0]
    assert found[first] == outcome or (outcome == "unexplained" and found[first] == "contradicted")


def test_a_difference_in_a_table_follows_from_another_table(results: Path) -> None:
    page = (
        PAGE.format("Nothing.")
        + "\n| Contrast | Δ |\n|---|---|\n| villain − nurse | 45 pp |\n| pirate − judge | 20 pp |\n"
    )
    report = lint_text(page, Options(results=(results,)))
    assert [a.outcome for a in report.numbers or () if a.text.startswith(("45", "20"))] == ["derived", "unexplained"]


def test_a_rate_is_not_grounded_by_a_cosine(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    path.write_text(
        json.dumps(
            {"personas": {"pilot": {"leakage": 0.4, "cosine": 0.28}, "judge": {"leakage": 0.25, "cosine": 0.47}}}
        )
    )
    assert said("The rate of the pilot is 47%, against 25% for the judge.", path)["47%"] == "unexplained"
    assert said("The judge's cosine is 0.47.", path)["0.47"] == "grounded"
