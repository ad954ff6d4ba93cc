"""Findings for people: grouped by file, each with the line it speaks of, a caret and what to do."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Finding
from ..report import Coverage, PageReport, Report

__all__ = ["to_text"]

_WIDTH = 100
_MARKS = {"error": "error", "warning": "warning", "note": "note"}


def to_text(report: Report) -> str:
    """The whole report; the last line sums it up."""
    lines: list[str] = []
    for page in report.pages:
        lines.extend(_page(page))
    lines.append(_summary(report))
    return "\n".join(lines) + "\n"


def _page(page: PageReport) -> Iterator[str]:
    yield page.path
    for finding in page.findings:
        yield from _finding(page, finding)
    for hidden in (s for s in page.suppressed if s.kind == "inSource"):
        yield f"  {hidden.finding.line}:{hidden.finding.column} allowed {hidden.finding.code}: {hidden.reason}"
    known = sum(s.kind == "external" for s in page.suppressed)
    if known:
        yield f"  {known} known finding{'s' * (known != 1)} not shown: see the baseline"
    yield from _not_run(page)
    for unread in page.unread:
        yield f"  not checked: {unread.name}: {unread.reason}"
    for part in page.unread_parts:
        yield f"  not checked: line {part.line}: {part.reason}"
    if page.coverage_line:
        yield f"  {page.coverage_line}"
    if page.coverage is not None:
        yield f"  {_coverage(page.coverage)}"
    if not page.findings:
        yield "  no findings"
    yield ""


def _finding(page: PageReport, finding: Finding) -> Iterator[str]:
    where = f"{finding.line}:{finding.column}"
    yield f"  {where} {_MARKS[finding.severity]} {finding.code} {finding.rule}: {finding.message}"
    if 0 < finding.line <= len(page.lines):
        yield from _excerpt(page.lines[finding.line - 1], finding)
    if finding.help:
        yield f"      help: {finding.help}"


def _excerpt(line: str, finding: Finding) -> Iterator[str]:
    """The line with carets below the place, cut around it where it is long."""
    if not line.strip():
        return
    start = finding.column - 1
    end = finding.place.end_column - 1 if finding.place.end_line == finding.line else len(line)
    text = line.replace("\t", " ")
    first = 0
    if len(text) > _WIDTH:
        first = max(0, min(start - _WIDTH // 3, len(text) - _WIDTH))
        text = ("…" if first else "") + text[first : first + _WIDTH] + ("…" if first + _WIDTH < len(text) else "")
    shift = start - first + (1 if first else 0)
    carets = max(1, min(end - start, len(text) - shift))
    number = str(finding.line)
    yield f"      {number} | {text}"
    yield f"      {' ' * len(number)} | {' ' * shift}{'^' * carets}"


def _not_run(page: PageReport) -> Iterator[str]:
    """Rules that did not run, one line for each reason."""
    reasons: dict[str, list[str]] = {}
    for idle in page.not_run:
        reasons.setdefault(idle.reason, []).append(idle.code)
    for reason, codes in reasons.items():
        shown = " ".join(codes) if len(codes) <= 8 else f"{len(codes)} rules"
        yield f"  not checked ({shown}): {reason}"


def _coverage(c: Coverage) -> str:
    parts = [f"{c.confirmed} of {c.printed} printed values confirmed"]
    for count, word in (
        (c.contradicted, "contradicted"),
        (c.unchanged, "as printed but not re-derived"),
        (c.lost, "lost"),
    ):
        if count:
            parts.append(f"{count} {word}")
    return ", ".join(parts)


def _summary(report: Report) -> str:
    counts = [f"{n} {severity}{'s' * (n != 1)}" for severity, n in report.counts.items()]
    idle = sum(len(page.not_run) for page in report.pages)
    pages = f"{len(report.pages)} page{'s' * (len(report.pages) != 1)}"
    unchecked = f"; {idle} check{'s' * (idle != 1)} not run" if idle else ""
    mended = sum(len(f.edits) for f in report.findings)
    perhaps = any(not f.edits and f.rule == "unpinned-figure" for f in report.findings)  # if it is in the checkout
    repairs = f"; --fix repairs {mended}{' or more' * perhaps}" if mended else ""
    verdict = {0: "passed", 1: "failed", 2: "not judged: a file could not be read"}[report.status]
    return f"{pages}: {', '.join(counts)}{unchecked}{repairs}: {verdict}"
