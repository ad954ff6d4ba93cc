"""CR802: prose says what the house style keeps to tables."""

from __future__ import annotations

import re
from collections.abc import Iterator

from leakstats.numerals import normalise

from ..finding import Finding
from ..inline import Text
from ..page import Page
from ..regex import regex
from ..rule import Rule
from ..words import find_phrases

__all__ = ["BannedFraming"]

_NUMBER = r"[+-]?\d*\.?\d+(?:e[+-]?\d+)?\s?%?"
_INTERVAL = regex(rf"\[\s*{_NUMBER}\s*(?:,|;|to)\s*{_NUMBER}\s*(?:pp)?\s*\]", re.IGNORECASE)


class BannedFraming(Rule):
    """Prose names what the profile keeps out of it: effect sizes, tests by name, intervals.

    ## Why is this bad?

    A house may decide that its prose gives p-values and sample sizes only, and that everything else stands in tables
    and captions; a page that mixes both habits cannot be skimmed. No profile but `p-values-only` asks for this.

    ## Fails

    ````markdown
    ## TL;DR
    ### Results
    The rates differ (Mann-Whitney, 95% CI [0.12, 0.31], p = 0.004, N = 24).
    ````

    ## Passes

    ````markdown
    ## TL;DR
    ### Results
    The rates differ (p = 0.004, N = 24).

    | test | interval | p |
    |---|---|---|
    | Mann-Whitney | [0.12, 0.31] | 0.004 |
    ````
    """

    code = "CR802"
    name = "banned-framing"
    subject = "text"
    severity = "warning"
    profile = "p-values-only"

    def check(self, page: Page) -> Iterator[Finding]:
        if not page.profile.banned and page.profile.bracketed_intervals:
            return
        for text, scope in page.document.texts():
            if scope not in ("prose", "title") or text.at in page.document.table_notes:
                continue
            last = 0
            for start, end, what in sorted(self._banned(page, text)):
                if start >= last:  # "95% CI [0.1, 0.2]" is one offence, not three
                    last = end
                    yield self.finding(
                        page,
                        page.document.place(text, start, end),
                        f"prose names {what}: '{text.text[start:end]}'",
                        "move it to a table or a caption; the profile keeps prose to p-values and sample sizes",
                    )

    def _banned(self, page: Page, text: Text) -> Iterator[tuple[int, int, str]]:
        """Stretches of a text that the profile bans, with what they are; a stretch swallows what adjoins it."""
        visible = text.without("code")
        hits = [(s, e, what) for what, words in page.profile.banned.items() for s, e in find_phrases(visible, words)]
        if not page.profile.bracketed_intervals and len(plain := normalise(visible)) == len(visible):
            hits += [(m.start(), m.end(), "an interval") for m in _INTERVAL.finditer(plain)]
        joined: list[tuple[int, int, str]] = []
        for start, end, what in sorted(hits, key=lambda hit: (hit[0], -hit[1])):
            if joined and joined[-1][2] == what and not visible[joined[-1][1] : start].strip(" ,:("):
                joined[-1] = (joined[-1][0], max(end, joined[-1][1]), what)
            else:
                joined.append((start, end, what))
        yield from joined
