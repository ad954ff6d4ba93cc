"""Comments that allow findings: what they cover, and what is said of those that cover nothing."""

from __future__ import annotations

from datetime import date

import pytest

from leakstats.lint.engine import Options, lint_text
from leakstats.lint.report import PageReport

TODAY = date(2026, 5, 1)
ONLY = Options(codes=frozenset({"CR121", "CR911", "CR912", "CR913", "CR914"}), today=TODAY)


def judge(page: str) -> PageReport:
    return lint_text(page, ONLY)


def codes(report: PageReport) -> list[str]:
    return [f.code for f in report.findings]


@pytest.mark.parametrize(
    "page",
    [
        "It is TBD. <!-- clean-result: allow CR121 because it is a name -->\n",
        "<!-- clean-result: allow CR121 because it is a name -->\nIt is TBD.\n",
        "<!-- clean-result: allow CR121 because it is a name -->\n\nIt is\nTBD.\n",
        "<!-- clean-result: allow unfilled-slot because it is a name -->\n\n| a |\n|---|\n| TBD |\n",
        "<!-- clean-result: allow CR121, CR601 because it is a name -->\n## TBD\n",
        "<!-- clean-result: allow CR121 because it is a name until 2026-05-01 -->\nTBD\n",
        "<!-- clean-result: allow CR121 because it is a name [until 2027-01-01] -->\nTBD\n",
        "- one\n- TBD <!-- clean-result: allow CR121 because it is a name -->\n",
    ],
)
def test_an_allowed_finding_is_suppressed_and_kept_on_record(page: str) -> None:
    report = judge(page)
    assert [c for c in codes(report) if c != "CR912"] == []
    assert [(s.finding.code, s.reason) for s in report.suppressed] == [("CR121", "it is a name")]


@pytest.mark.parametrize(
    ("page", "found"),
    [
        # one block below, and no further
        ("<!-- clean-result: allow CR121 because x -->\nFine.\n\nTBD\n", ["CR912", "CR121"]),
        # a comment in a line allows that line only
        ("a <!-- clean-result: allow CR121 because x -->\nTBD\n", ["CR912", "CR121"]),
        ("<!-- clean-result: allow CR601 because x -->\nTBD\n", ["CR121"]),  # CR601 did not run: not judged
        ("<!-- clean-result: allow CR121 -->\nTBD\n", ["CR911", "CR121"]),
        ("<!-- clean-result: allow because x -->\nTBD\n", ["CR911", "CR121"]),
        ("<!-- clean-result: ignore CR121 because x -->\nTBD\n", ["CR911", "CR121"]),
        ("<!-- clean-result: allow CR121 because x until 2026-04-30 -->\nTBD\n", ["CR914", "CR121"]),
        ("<!-- clean-result: allow CR999 because x -->\nTBD\n", ["CR913", "CR121"]),
        ("<!-- clean-result: allow CR121 because x -->\nFine.\n", ["CR912"]),
        ("<!-- clean-result: allow CR121 because x -->\n", ["CR912"]),
        ("<!-- clean-results: allow CR121 because x -->\nTBD\n", ["CR911", "CR121"]),
        ("<!-- clean-result allow CR121 because x -->\nTBD\n", ["CR911", "CR121"]),
        ("<!-- Clean-Result: Allow CR121 because x -->\nTBD\n", ["CR911", "CR121"]),
        ("<!-- clean-result lint report -->\nTBD\n", ["CR121"]),
        ("<!-- clean-result: allow CR121 because x until 2026-13-01 -->\nTBD\n", ["CR911", "CR121"]),
        ("<!-- clean-result: allow CR121 because x [until 1.6.2027] -->\nTBD\n", ["CR911", "CR121"]),
        ("`<!-- clean-result: allow CR121 because x -->` TBD\n", ["CR121"]),
        ("<!-- clean-result: allow CR912 because x -->\nFine.\n", ["CR912"]),  # the tool's own findings stay
    ],
)
def test_what_is_not_allowed_is_found(page: str, found: list[str]) -> None:
    report = judge(page)
    assert codes(report) == found
    assert report.suppressed == ()


def test_a_reason_may_hold_the_word_until() -> None:
    (allowed,) = judge("<!-- clean-result: allow CR121 because we wait until the judge is done -->\nTBD\n").suppressed
    assert allowed.reason == "we wait until the judge is done"


def test_an_allowed_error_does_not_fail_the_page(good_page: str) -> None:
    note = "<!-- clean-result: allow CR121 because TBD is the name of a persona -->\n"
    page = good_page.replace("We trained one adapter for", note + "We trained one TBD adapter for")
    report = lint_text(page)
    assert report.findings == ()
    assert len(report.suppressed) == 1


def test_many_allowed_findings_leave_no_comment_unused() -> None:
    report = judge("It is TBD. <!-- clean-result: allow CR121 because it is a name -->\n\n" * 300)
    assert codes(report) == []
    assert len(report.suppressed) == 300


def test_many_unused_comments_are_summed_up() -> None:
    report = judge("It is so. <!-- clean-result: allow CR121 because it is a name -->\n\n" * 300)
    assert len(report.findings) == 200
    assert report.findings[-1].message == "101 more findings of this rule stand from here on"
