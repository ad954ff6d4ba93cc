"""What a run found, what it did not look at, and how much of a page it re-derived."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

from .finding import SEVERITIES, Finding, Severity

__all__ = ["Coverage", "NotRun", "PageReport", "Report", "Suppressed"]


@dataclass(frozen=True, slots=True)
class NotRun:
    """A rule that did not run on a page. It has not passed."""

    code: str
    rule: str
    reason: str


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A finding that the page itself allows, with the reason that it gives."""

    finding: Finding
    reason: str
    kind: Literal["inSource", "external"] = "inSource"
    """A comment of the page, or a file beside it (as SARIF says it)."""


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
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
        """Exit status: 2 if a file could not be read, 1 if the run failed, 0 otherwise."""
        if not all(page.readable for page in self.pages):
            return 2
        return 1 if self.failed else 0
