"""A GitHub issue event: title above body, lines of the body, one message for anything else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from leakstats.errors import LeakstatsError
from leakstats.lint.engine import Options
from leakstats.lint.event import lint_event
from leakstats.lint.report import PageReport


def judged(folder: Path, title: Any, body: Any, codes: str) -> PageReport:
    path = folder / "event.json"
    path.write_text(json.dumps({"action": "edited", "issue": {"number": 12, "title": title, "body": body}}), "utf-8")
    return lint_event(path, Options(codes=frozenset(codes.split())))


def places(report: PageReport) -> list[tuple[int, int, str]]:
    return [(f.line, f.column, f.message) for f in report.findings]


@pytest.mark.parametrize("first", ["", "<!-- clean_result v1 -->\r\n"])
def test_lines_are_those_of_the_body(tmp_path: Path, first: str) -> None:
    report = judged(tmp_path, "The rate falls", f"{first}## TL;DR\r\n\r\nIt is TBD here.\r\n", "CR108 CR121")
    line = 3 + bool(first)
    assert places(report) == [
        (1, 1, "in the issue's title: the title has no confidence marker"),
        (line, 7, "'TBD' was left unfilled"),
    ]
    assert report.path == "issue-12.md"
    assert report.lines[line - 1] == "It is TBD here."


def test_the_version_line_stays_first(tmp_path: Path) -> None:
    report = judged(tmp_path, "The rate falls", "<!-- clean_result v2 -->\n## Summary\n", "CR108")
    assert report.template == "clean_result v2"


def test_the_body_s_own_title_goes_first(tmp_path: Path) -> None:
    assert not judged(tmp_path, "Whatever", "# The rate falls with distance (LOW confidence)\n", "CR108").findings


def test_a_title_is_no_markup(tmp_path: Path) -> None:
    report = judged(tmp_path, "`a` <b> *rates* #3 (LOW confidence)", "## TL;DR\n", "CR108 CR107")
    assert not report.findings


def test_an_empty_body_is_judged(tmp_path: Path) -> None:
    found = judged(tmp_path, "The rate falls", None, "CR101 CR201").findings
    assert {"CR101", "CR201"} == {f.code for f in found}
    assert not any("title" in f.message for f in found), "what the page lacks is no fault of its title"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{}", "/issue: is missing"),
        ("[]", "/issue: is missing"),
        ("{", "not JSON"),
        ('{"issue": {"number": "1", "title": null, "body": 3}}', "/issue/number: is '1'"),
    ],
)
def test_anything_else_is_one_message(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "event.json"
    path.write_text(text, "utf-8")
    with pytest.raises(LeakstatsError, match=message):
        lint_event(path, Options())
    with pytest.raises(LeakstatsError, match="no such file"):
        lint_event(tmp_path / "none.json", Options())


def test_files_that_the_issue_names_are_those_of_the_checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "results.json").write_text('{"villain": {"rate": 0.57}}')
    monkeypatch.chdir(tmp_path)
    report = judged(tmp_path, "Uptake falls", "Rates: `out/results.json`, `out/old_results.json`.\n", "CR205 CR320")
    assert report.data == ("results.json",)
    assert [(f.code, f.line) for f in report.findings] == [("CR205", 1)]


@pytest.mark.parametrize("first", ["", "<!-- clean_result v1 -->\n"])
def test_numbers_stand_at_their_line_of_the_body(tmp_path: Path, first: str) -> None:
    body = f"{first}## TL;DR\n\nThe villain says it in 57% of the answers.\n"
    report = judged(tmp_path, "Uptake falls by 12 pp (LOW confidence)", body, "CR320 CR108")
    assert report.numbers is not None
    found = {a.text: (a.place.line, a.place.column) for a in report.numbers}
    assert found == {"12pp": (1, 1), "57%": (3 + bool(first), 24)}
