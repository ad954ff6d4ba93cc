"""Findings as SARIF 2.1.0, the exchange format of static analysis (OASIS standard)."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from leakstats import __version__

from ..finding import Finding
from ..registry import all_rules
from ..report import PageReport, Report, Suppressed
from .lines import in_lines

__all__ = ["to_document", "to_sarif"]

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def to_sarif(report: Report) -> str:
    """The report as SARIF text with a final newline."""
    return in_lines(to_document(report)) + "\n"


def to_document(report: Report) -> dict[str, Any]:
    """The report as a SARIF log with one run."""
    rules = all_rules()
    index = {rule.code: i for i, rule in enumerate(rules)}
    results = [_result(f, index) for f in report.findings]
    results += [_suppressed(s, index) for page in report.pages for s in page.suppressed]
    return {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "clean-result",
                        "version": __version__,
                        "rules": [
                            {
                                "id": rule.code,
                                "name": rule.name,
                                "shortDescription": {"text": type(rule).doc().summary.replace("\n", " ")},
                                "fullDescription": {"text": type(rule).doc().why.replace("\n", " ")},
                                "defaultConfiguration": {"level": rule.severity},
                            }
                            for rule in rules
                        ],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "invocations": [
                    {
                        "executionSuccessful": report.status != 2,
                        "exitCode": report.status,
                        "toolExecutionNotifications": [n for page in report.pages for n in _idle(page)],
                    }
                ],
                "results": results,
            }
        ],
    }


def _result(finding: Finding, index: dict[str, int]) -> dict[str, Any]:
    line, column, end_line, end_column = finding.place
    message = finding.message + (f"\nhelp: {finding.help}" if finding.help else "")
    region = {"startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column}
    return {
        "ruleId": finding.code,
        "ruleIndex": index[finding.code],
        "level": finding.severity,
        "message": {"text": message},
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": quote(finding.path)}, "region": region}}],
    }


def _suppressed(allowed: Suppressed, index: dict[str, int]) -> dict[str, Any]:
    reason = {"kind": allowed.kind, "justification": allowed.reason}
    return {**_result(allowed.finding, index), "suppressions": [reason]}


def _idle(page: PageReport) -> list[dict[str, Any]]:
    """What did not run, by reason, or was not read, since it has not passed."""
    rules: dict[str, list[str]] = {}
    for n in page.not_run:
        rules.setdefault(n.reason, []).append(f"{n.code} {n.rule}")
    said = [
        f"{', '.join(names)} {'were' if len(names) > 1 else 'was'} not run: {reason}" for reason, names in rules.items()
    ]
    said += [f"{u.name} was not checked: {u.reason}" for u in page.unread]
    said += [f"the numbers from line {part.line} on were not read: {part.reason}" for part in page.unread_parts]
    return [{"level": "note", "message": {"text": f"{page.path}: {text}"}} for text in said]
