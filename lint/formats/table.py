"""One line for each check, with its verdict; the last line is the result. For people who want the list."""

from __future__ import annotations

from ..registry import all_rules
from ..report import PageReport, Report

__all__ = ["to_table"]

_ICONS = {"PASS": "✓", "WARN": "⚠", "FAIL": "✗", "NOT CHECKED": "–"}


def to_table(report: Report) -> str:
    """The report as ``check  icon STATUS  detail`` lines; notes leave a check passed."""
    names = {rule.code: rule.name for rule in all_rules()}
    width = max(len(name) for name in names.values()) + 6
    lines: list[str] = []
    for page in report.pages:
        if len(report.pages) > 1:
            lines.append(f"# {page.path}")
        for code, name in names.items():
            row = _row(page, code)
            if row is not None:
                status, detail = row
                lines.append(_line(f"{code} {name}", width, status, detail))
        lines.extend(_line("results file", width, "NOT CHECKED", f"{u.name}: {u.reason}") for u in page.unread)
        lines.extend(
            _line("numbers", width, "NOT CHECKED", f"line {part.line}: {part.reason}") for part in page.unread_parts
        )
        if page.numbers is not None:
            lines.append(_line("numbers", width, _of_numbers(page), page.coverage_line))
    counts = report.counts
    result = {0: "PASS", 1: "FAIL", 2: "NOT CHECKED"}[report.status]
    said = ", ".join(f"{n} {severity}{'s' * (n != 1)}" for severity, n in counts.items())
    lines.append(f"Result: {result} ({said})")
    return "\n".join(lines) + "\n"


def _line(check: str, width: int, status: str, detail: str) -> str:
    return f"{check:<{width}}  {_ICONS[status]} {status}  {detail}".rstrip()


def _of_numbers(page: PageReport) -> str:
    """A page without numbers, or with nothing to compare them with, has not passed, whatever follows from itself."""
    if page.tally["contradicted"]:
        return "FAIL"
    return "PASS" if page.tally["grounded"] else "NOT CHECKED"


def _row(page: PageReport, code: str) -> tuple[str, str] | None:
    """Status and detail of one check; ``None`` where it was not selected."""
    found = [f for f in page.findings if f.code == code]
    loud = [f for f in found if f.severity != "note"]
    if loud:
        more = f" (and {len(loud) - 1} more)" if len(loud) > 1 else ""
        worst = "FAIL" if any(f.severity == "error" for f in loud) else "WARN"
        return worst, f"line {loud[0].line}: {loud[0].message}{more}"
    if found:
        return "PASS", f"note, line {found[0].line}: {found[0].message}"
    idle = next((n for n in (*page.not_run, *page.idle) if n.code == code), None)
    if idle is not None:
        return "NOT CHECKED", idle.reason
    return ("PASS", "") if code in page.ran else None
