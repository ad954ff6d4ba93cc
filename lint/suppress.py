"""Comments that allow a finding: ``<!-- clean-result: allow CR121 because REASON [until 2026-01-31] -->``.

A comment beside text allows its own line; one that stands alone allows the block below it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable
from datetime import date

from leakstats.records import struct

from .document import Document, Html
from .finding import Finding
from .report import Suppressed

__all__ = ["FORM", "Allow", "read_allows", "suppress"]

_MARK = "clean-result:"
_NEARLY = ("clean-result", "clean-results", "clean_result", "cleanresult")
"""What such a comment begins with where it was written from memory."""
FORM = "<!-- clean-result: allow CR121 because REASON [until YYYY-MM-DD] -->"


@struct
class Allow:
    """One such comment."""

    codes: tuple[str, ...]
    """Codes and names as written."""
    reason: str
    until: date | None
    at: int
    """Offset of the comment in the page."""
    first_line: int
    last_line: int
    problem: str = ""
    """Why the comment cannot be read."""

    def covers(self, finding: Finding) -> bool:
        """True if it allows ``finding``."""
        named = finding.code in self.codes or finding.rule in self.codes
        return named and self.first_line <= finding.line <= self.last_line


def read_allows(document: Document) -> tuple[Allow, ...]:
    """The page's allow comments, readable or not."""
    starts = [document.source.start_of(b.line) for b in document.blocks] if document.comments else []
    out = []
    for comment in document.comments:
        text = comment.text.strip()
        if not text.startswith(_MARK) and not _nearly(text):
            continue
        index = bisect_right(starts, comment.at) - 1
        line = document.source.place(comment.at).line
        last = line
        block = document.blocks[index] if index >= 0 else None
        if isinstance(block, Html) and not block.text.text.strip():  # it stands alone
            following = document.blocks[index + 1 : index + 2]
            last = following[0].end_line if following else line
        if text.startswith(_MARK):
            out.append(_read(text.removeprefix(_MARK).strip(), comment.at, line, last))
        else:
            said = f"it does not begin with '{_MARK} allow'"
            out.append(Allow((), "", None, comment.at, line, last, said))
    return tuple(out)


def _nearly(text: str) -> bool:
    """True for ``Clean-Result: Allow ...`` and its like, which would silently allow nothing."""
    words = text[:40].casefold().replace(":", " ").split()
    return len(words) > 1 and words[0] in _NEARLY and words[1] == "allow"


def _read(text: str, at: int, first: int, last: int) -> Allow:
    verb, _, rest = text.partition(" ")
    if verb != "allow":
        return Allow((), "", None, at, first, last, f"it says '{verb}' where it should say 'allow'")
    named, because, reason = f" {rest} ".partition(" because ")
    codes = tuple(named.replace(",", " ").split())
    if not codes:
        return Allow((), "", None, at, first, last, "it names no rule")
    until: date | None = None
    before, mark, day = reason.strip().rpartition("until ")
    if mark and because:
        try:
            until = date.fromisoformat(day.strip(" []."))
        except ValueError:
            if day[:1].isdigit():  # "until the judge is validated" is part of the reason, "until 2026-13-01" is not
                return Allow((), "", None, at, first, last, f"'{day.strip(' [].')}' is no day (YYYY-MM-DD)")
        else:
            reason = before
    return Allow(codes, reason.strip(" ["), until, at, first, last)


def suppress(
    findings: Iterable[Finding], allows: tuple[Allow, ...], *, today: date, protected: Collection[str]
) -> tuple[list[Finding], list[Suppressed], list[Allow]]:
    """Findings that stay, findings that are allowed, and the comments that allowed something.

    A comment without a reason, or past its date, allows nothing; findings with a ``protected`` code always stay.
    """
    kept, hidden, used = [], [], []
    by_line: dict[int, list[Allow]] = {}
    for a in allows:
        if a.reason and (a.until is None or a.until >= today):
            for line in range(a.first_line, a.last_line + 1):
                by_line.setdefault(line, []).append(a)
    for finding in findings:
        allow = next((a for a in by_line.get(finding.line, ()) if a.covers(finding)), None)
        if allow is None or finding.code in protected:
            kept.append(finding)
        else:
            hidden.append(Suppressed(finding, allow.reason))
            used.append(allow)
    return kept, hidden, used
