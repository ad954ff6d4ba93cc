"""A GitHub issue event as a page: the issue's title above its body."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from leakstats.errors import ContractError, Violation
from leakstats.files import read_json

from .engine import Options, lint_text
from .finding import Finding
from .parsing import parse_document
from .report import Account, PageReport, Suppressed
from .source import Place, Source

__all__ = ["lint_event"]

_MOST_BYTES = 8 * 1024 * 1024
_ABSENT = ("absent-expected-section", "missing-section", "missing-version-line")
"""Rules about what stands nowhere; the title is only where they are printed."""


def lint_event(path: Path, options: Options) -> PageReport:
    """Judge the issue of an event file (``$GITHUB_EVENT_PATH``).

    The issue's title takes the place of a title that the body lacks. Lines are those of the body; what is found in
    the title is reported on line 1 and says so. Paths on the page start from ``options.root`` or the current folder.

    Raises
    ------
    LeakstatsError
        If the file cannot be read or holds no issue.
    """
    number, title, body = _read(path)
    options = options.here()
    name = f"issue-{number}.md"
    source = Source.read(name, body)
    if parse_document(body).titles or not title:
        return lint_text(source.text, options, path=name)
    at = _behind_comments(source)
    first = source.place(at).line if at else 1
    inserted = f"# {_escaped(title)}\n\n"
    report = lint_text(source.text[:at] + inserted + source.text[at:], options, path=name)
    added = inserted.count("\n")
    findings = tuple(sorted((_moved(f, first, added) for f in report.findings), key=lambda f: f.order))
    hidden = tuple(Suppressed(_moved(s.finding, first, added), s.reason) for s in report.suppressed)
    lines = tuple(source.line(n) for n in range(1, source.n_lines + 1))
    numbers = None if report.numbers is None else tuple(_counted(a, first, added) for a in report.numbers)
    return replace(report, findings=findings, suppressed=hidden, numbers=numbers, lines=lines if report.lines else ())


def _read(path: Path) -> tuple[int, str, str]:
    """Number, title and body of the event's issue."""
    if path.is_file() and path.stat().st_size > _MOST_BYTES:
        raise ContractError(str(path), [Violation("", f"is larger than {_MOST_BYTES} bytes")])
    event: Any = read_json(path)
    issue = event.get("issue") if isinstance(event, dict) else None
    if not isinstance(issue, dict):
        raise ContractError(str(path), [Violation("/issue", "is missing", "run this on issue events")])
    number, title, body = issue.get("number"), issue.get("title"), issue.get("body")
    wrong = []
    if type(number) is not int:
        wrong.append(Violation("/issue/number", f"is {number!r}; expected a whole number"))
    if not isinstance(title, str):
        wrong.append(Violation("/issue/title", f"is {title!r}; expected text"))
    if body is not None and not isinstance(body, str):
        wrong.append(Violation("/issue/body", f"is {body!r}; expected text or null"))
    if wrong or type(number) is not int:
        raise ContractError(str(path), wrong)
    return number, " ".join(str(title).split()), body or ""


def _behind_comments(source: Source) -> int:
    """Offset behind the comment that opens the body (its version line), where there is one."""
    first = source.line(1).strip()
    return source.start_of(2) if first.startswith("<!--") and first.endswith("-->") and source.n_lines > 1 else 0


def _escaped(title: str) -> str:
    """A title is plain text on GitHub and must not become markup here."""
    return "".join(f"\\{c}" if c in "\\`*_[]<>#&" else c for c in title)


def _counted(account: Account, first: int, added: int) -> Account:
    """A number at its line of the body; one of the title stands on line 1."""
    line, column, end_line, end_column = account.place
    if line < first:
        return account
    if line >= first + added:
        return replace(account, place=Place(line - added, column, end_line - added, end_column))
    return replace(account, place=Place(1, 1, 1, 1))


def _moved(finding: Finding, first: int, added: int) -> Finding:
    """The finding at its line of the body; ``added`` lines stand from line ``first`` on that the body lacks."""
    line, column, end_line, end_column = finding.place
    if line < first or (line == first and first > 1 and end_line < first):
        return finding
    if line >= first + added:
        return replace(finding, place=Place(line - added, column, end_line - added, end_column), edits=())
    said = finding.message if finding.rule in _ABSENT else f"in the issue's title: {finding.message}"
    return replace(finding, place=Place(1, 1, 1, 1), message=said, edits=())
