"""Findings as GitHub workflow commands, which become annotations beside the lines."""

from __future__ import annotations

from ..finding import Finding
from ..report import Report

__all__ = ["to_github"]

_COMMAND = {"error": "error", "warning": "warning", "note": "notice"}


def to_github(report: Report) -> str:
    """One ``::error file=…,line=…::message`` line for each finding."""
    return "".join(_line(f) + "\n" for f in report.findings)


def _line(finding: Finding) -> str:
    line, column, end_line, end_column = finding.place
    properties = {
        "title": f"{finding.code} {finding.rule}",
        "file": finding.path,
        "line": str(line),
        "endLine": str(end_line),
    }
    if end_line == line:  # GitHub ignores columns of a stretch over several lines
        properties |= {"col": str(column), "endColumn": str(max(end_column, column))}
    inside = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    message = finding.message + (f"\n{finding.help}" if finding.help else "")
    return f"::{_COMMAND[finding.severity]} {inside}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
