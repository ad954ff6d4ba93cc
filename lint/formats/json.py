"""Findings for programs: one JSON object, described by ``schemas/lint-report.v1.schema.json``."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from leakstats import __version__

from ..finding import Finding
from ..report import Account, PageReport, Report
from .lines import in_lines

__all__ = ["SCHEMA", "to_document", "to_json"]

SCHEMA = "lint-report.v1"


def to_json(report: Report) -> str:
    """The report as JSON text with a final newline."""
    return in_lines(to_document(report)) + "\n"


def to_document(report: Report) -> dict[str, Any]:
    """The report as a lint-report.v1 object."""
    return {
        "schema": SCHEMA,
        "tool": {"name": "clean-result", "version": __version__},
        "profile": report.judged_by or None,
        "fail_on": report.fail_on,
        "status": report.status,
        "counts": {f"{severity}s": n for severity, n in report.counts.items()},
        "findings": [_finding(f) for f in report.findings],
        "pages": [_page(page) for page in report.pages],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    line, column, end_line, end_column = finding.place
    return {
        "path": finding.path,
        "line": line,
        "column": column,
        "end_line": end_line,
        "end_column": end_column,
        "code": finding.code,
        "rule": finding.rule,
        "severity": finding.severity,
        "message": finding.message,
        "help": finding.help,
    }


def _page(page: PageReport) -> dict[str, Any]:
    return {
        "path": page.path,
        "template": page.template or None,
        "readable": page.readable,
        "not_run": [{"code": n.code, "rule": n.rule, "reason": n.reason} for n in page.not_run],
        "suppressed": [{**_finding(s.finding), "reason": s.reason} for s in page.suppressed],
        "coverage": None if page.coverage is None else asdict(page.coverage),
        "numbers": None if page.numbers is None else _numbers(page, page.numbers),
        "unread": [asdict(unread) for unread in page.unread],
        "unread_parts": [asdict(part) for part in page.unread_parts],
    }


def _numbers(page: PageReport, numbers: tuple[Account, ...]) -> dict[str, Any]:
    """How many numbers have each outcome, and every one of them."""
    tally = {outcome.replace(" ", "_"): n for outcome, n in page.tally.items()}
    return {"total": len(numbers), **tally, "compared_with": list(page.data), "each": [_account(a) for a in numbers]}


def _account(account: Account) -> dict[str, Any]:
    line, column, end_line, end_column = account.place
    return {
        "line": line,
        "column": column,
        "end_line": end_line,
        "end_column": end_column,
        "text": account.text,
        "role": account.role,
        "outcome": account.outcome,
        "why": account.why,
    }
