"""The report as Markdown for one comment that is updated in place; its hidden first line finds it again."""

from __future__ import annotations

from ..report import PageReport, Report

__all__ = ["MARKER", "to_markdown"]

MARKER = "<!-- clean-result lint report -->"
_WORDS = {"error": "❌ error", "warning": "⚠️ warning", "note": "ℹ️ note"}
_MOST_ROWS = 100
_MOST_CHARACTERS = 60_000
"""GitHub refuses a comment of more than 65,536."""


def to_markdown(report: Report) -> str:
    """Verdict, a table for each page, and what was not checked."""
    counts = ", ".join(f"{n} {severity}{'s' * (n != 1)}" for severity, n in report.counts.items())
    verdict = {0: "✅ passed", 1: "❌ failed", 2: "❌ not judged"}[report.status]
    lines = [MARKER, f"**clean-result lint: {verdict}** — {counts}", ""]
    for page in report.pages:
        lines.extend(_page(page))
    return _cut(lines).rstrip() + "\n"


def _cut(lines: list[str]) -> str:
    """As many lines as one comment holds, and how many are left out."""
    length = 0
    for i, line in enumerate(lines):
        length += len(line) + 1
        if length > _MOST_CHARACTERS:
            return "\n".join([*lines[:i], "", f"The report was cut here: {len(lines) - i} more lines."])
    return "\n".join(lines)


def _page(page: PageReport) -> list[str]:
    out = [f"### `{page.path.replace('`', '')}`", ""]
    if page.findings:
        out += ["| Line | | Rule | Finding |", "|---|---|---|---|"]
        for f in page.findings[:_MOST_ROWS]:
            text = _escape(f.message) + (f"<br>*{_escape(f.help)}*" if f.help else "")
            out.append(f"| {f.line} | {_WORDS[f.severity]} | {f.code} {f.rule} | {text} |")
        if len(page.findings) > _MOST_ROWS:
            out.append(f"| | | | and {len(page.findings) - _MOST_ROWS} more |")
    else:
        out.append("No findings.")
    out.append("")
    if page.coverage_line:
        out += [f"{_escape(page.coverage_line)}.", ""]
    out += [f"Not checked: {_escape(f'{u.name}: {u.reason}')}\n" for u in page.unread]
    out += [f"Not checked: line {part.line}: {_escape(part.reason)}\n" for part in page.unread_parts]
    if page.coverage is not None:
        out += [f"{page.coverage.confirmed} of {page.coverage.printed} printed values confirmed.", ""]
    reasons: dict[str, list[str]] = {}
    for idle in page.not_run:
        reasons.setdefault(idle.reason, []).append(idle.code)
    out += [f"Not checked ({', '.join(codes)}): {_escape(reason)}\n" for reason, codes in reasons.items()]
    for s in page.suppressed:
        if s.kind == "inSource":
            out.append(f"Allowed on line {s.finding.line} ({s.finding.code}): {_escape(s.reason)}\n")
    known = sum(s.kind == "external" for s in page.suppressed)
    if known:
        out.append(f"{known} known finding{'s' * (known != 1)} not shown: see the baseline\n")
    return out


def _escape(text: str) -> str:
    """``text`` so that Markdown and HTML show it as it is."""
    out = text.replace("&", "&amp;").replace("<", "&lt;").replace("\n", " ")
    for mark in "\\`*_|[]#~":
        out = out.replace(mark, f"\\{mark}")
    return out.replace("@", "&#64;")  # nobody is called by a report
