"""What a run found, what it did not look at, and how much of a page it re-derived."""

from __future__ import annotations

from collections import Counter
from dataclasses import field
from typing import Literal, TypeAlias, get_args

from leakstats.records import struct

from .finding import SEVERITIES, Finding, Severity
from .source import Place

__all__ = [
    "OUTCOMES",
    "Account",
    "Coverage",
    "NotRun",
    "Outcome",
    "PageReport",
    "Report",
    "Suppressed",
    "Unread",
    "UnreadPart",
]

Outcome: TypeAlias = Literal["grounded", "derived", "contradicted", "unexplained", "not checked"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)


@struct
class NotRun:
    """A rule that did not run on a page. It has not passed."""

    code: str
    rule: str
    reason: str


@struct
class Suppressed:
    """A finding that the page itself allows, with the reason that it gives."""

    finding: Finding
    reason: str
    kind: Literal["inSource", "external"] = "inSource"
    """A comment of the page, or a file beside it (as SARIF says it)."""


@struct
class Coverage:
    """What became of the values that the renderer printed on a page (counts).

    ``printed`` is the sum of the other four: ``confirmed`` (the analysis prints the same today), ``contradicted``,
    ``unchanged`` (as printed, but there is no analysis to ask) and ``lost`` (no longer found on the page).
    """

    printed: int = 0
    confirmed: int = 0
    contradicted: int = 0
    unchanged: int = 0
    lost: int = 0


@struct
class Account:
    """What became of one number of a page."""

    place: Place
    text: str
    """As printed, with its unit."""
    role: str
    """What it is: percent, points, coefficient, p, n, fold, count or value."""
    outcome: Outcome
    """``grounded``: the value of what its words name in the results. ``derived``: it follows from other numbers.
    ``contradicted``: a rule says so. ``unexplained``: there are results, and neither they nor the page give it.
    ``not checked``: there is nothing to compare with."""
    why: str


@struct
class Unread:
    """A results file that could not be read, was read in part, or holds nothing. That is *not checked*."""

    name: str
    reason: str
    given: bool
    """It was given by the user, and could not be read at all."""


@struct
class UnreadPart:
    """A part of a page whose numbers were not read. They are *not checked*."""

    line: int
    reason: str


@struct
class PageReport:
    """The verdict on one page."""

    path: str
    findings: tuple[Finding, ...]
    ran: tuple[str, ...] = ()
    """Codes of the rules that ran."""
    not_run: tuple[NotRun, ...] = ()
    suppressed: tuple[Suppressed, ...] = ()
    coverage: Coverage | None = None
    """``None`` for a page that we did not render."""
    template: str = ""
    """Kind and version by which it was judged; "" where it could not be."""
    lines: tuple[str, ...] = field(default=(), repr=False)
    """The page's lines, for excerpts."""
    readable: bool = True
    numbers: tuple[Account, ...] | None = None
    """Every number that claims a result; ``None`` where the rules about numbers did not run."""
    data: tuple[str, ...] = ()
    """Names of the results files that the page was compared with."""
    unread: tuple[Unread, ...] = ()
    """Results files that could not be read, or not in whole: what was left out was not compared."""
    unread_parts: tuple[UnreadPart, ...] = ()
    """Parts of the page that are too large or too strange: their numbers are in no account."""
    idle: tuple[NotRun, ...] = ()
    """Rules that had nothing to look at: the page has nothing of what they speak of."""
    profile: str = ""
    """The profile by which it was judged; "" where it could not be."""

    @property
    def tally(self) -> dict[Outcome, int]:
        """How many numbers have each outcome (counts)."""
        counted = Counter(account.outcome for account in self.numbers or ())
        return {outcome: counted[outcome] for outcome in OUTCOMES}

    @property
    def coverage_line(self) -> str:
        """``73 numbers: 60 grounded, 8 derived, 1 contradicted, 4 unexplained``; "" where none was accounted for."""
        if self.numbers is None:
            return ""
        total, tally = len(self.numbers), self.tally
        parts = [f"{n} {outcome}" for outcome, n in tally.items() if n or outcome != "not checked"]
        alone = "" if tally["grounded"] or not total else " (compared with the page alone)"
        against = f" (compared with {', '.join(self.data)})" if self.data else alone
        return f"{total} number{'s' * (total != 1)}: {', '.join(parts)}{against}"


@struct
class Report:
    """The verdict on every page of a run."""

    pages: tuple[PageReport, ...]
    profile: str
    """The profile that was asked for; "" means each template's default."""
    fail_on: Severity = "error"

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings, by file and place."""
        return tuple(f for page in self.pages for f in page.findings)

    @property
    def judged_by(self) -> str:
        """The profile that was asked for, or else the default by which every page was judged; "" where they differ."""
        used = {page.profile for page in self.pages if page.profile}
        return self.profile or (used.pop() if len(used) == 1 else "")

    @property
    def counts(self) -> dict[Severity, int]:
        """Number of findings of each severity."""
        counted = Counter(f.severity for f in self.findings)
        return {severity: counted[severity] for severity in SEVERITIES}

    @property
    def failed(self) -> bool:
        """True if a finding is as grave as ``fail_on``."""
        failing = SEVERITIES[: SEVERITIES.index(self.fail_on) + 1]
        return any(f.severity in failing for f in self.findings)

    @property
    def status(self) -> int:
        """Exit status: 2 if a page or a results file that was given could not be read, 1 if the run failed, else 0."""
        if any(not page.readable or any(u.given for u in page.unread) for page in self.pages):
            return 2
        return 1 if self.failed else 0
