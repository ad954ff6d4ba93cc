"""Which things a clause speaks of, where its words choose some: "where it is significant", "among them"."""

from __future__ import annotations

import re

from ..regex import regex
from .criteria import readings
from .fields import Asked
from .idioms import spans
from .knowledge import Evidence
from .passages import Sentence
from .tallies import Tally

__all__ = ["chooses", "chosen_things"]

_WHOSE = regex(r"\bwhose\b(?P<what>[^;]*)$")
_BAR = regex(
    r"\b(?:exceed|pass|clear|reach|above|below|at least|at most|significan|larger|smaller|higher|lower|greater|"
    r"positive|negative|more|less)"
)
_BACK = regex(
    r"\b(?:among|amongst|of|in|at|for|across|over|with|within) (?:all (?:of )?)?(?:these|those|them)\b|\bthere\b|"
    r"\b(?:these|those)\b(?! (?:cosines|similarities|coefficients|correlations|rates|shares|values|numbers|figures)\b)",
    re.IGNORECASE,
)
"""What points back to things that were chosen before."""
_OWN = regex(
    r"\b(?:where|wherever|for which|in which|at which|whose|that (?:are|is|reach\w*|pass\w*|clear\w*|exceed\w*)|"
    r"(?:the|all|those|these|its|our) (?:[a-z]+ )?(?:statistically )?significant|significant (?:ones|[a-z]+s)|"
    r"which (?:are|is|reach|pass|clear|exceed))\b",
    re.IGNORECASE,
)
_ASIDE = regex(
    r"\b(?:of|in|at|for)\b[^.;()]*\b(?:significan\w+|exceed\w*|pass\w*|clear\w*|reach\w*|above|over|"
    r"at least)\b[^.;()]{0,30}"
    r"\(\s*(?:(?:[ρr]|rho)\s*(?:=|of|from|between)?\s*)?$",
    re.IGNORECASE,
)
""" "Three of eight are significant (r = …": of those three."""
_REST = regex(r"\b(?:remaining|others?|rest|except|but|excluding|without|apart from)\b", re.IGNORECASE)
_MOST_THINGS = 60


def chooses(sentence: Sentence, at: int) -> bool:
    """True if the words before ``at`` choose some of the things."""
    lead = sentence.between(sentence.start, at)
    whose = _WHOSE.search(lead)
    if whose is not None and _BAR.search(whose["what"]) is None:
        lead = lead[: whose.start()]  # "eight guises whose cosines run from": of all of them
    return any(x.search(lead) is not None for x in (_OWN, _BACK, _ASIDE))


def chosen_things(evidence: Evidence, sentence: Sentence, at: int) -> list[Tally]:
    """The things chosen before ``at``, under each reading; empty where the words cannot be read."""
    own = list(_OWN.finditer(sentence.between(sentence.start, at)))
    back = list(_BACK.finditer(sentence.between(sentence.start, at)))
    if _ASIDE.search(sentence.between(sentence.start, at)) or (
        own and (not back or own[-1].start() > back[-1].start())
    ):
        left, right = sentence.start, at
    elif back and back[-1].start() > 8:
        left, right = sentence.start, sentence.start + back[-1].start()  # "… at 4 of 7; among them"
    elif back:
        before = sentence.previous
        if before is None:
            return []
        left, right = before.start, before.end
    else:
        return []
    plain = sentence.passage.plain
    if own and _REST.search(plain[left:right]):
        return []
    source = _holder(sentence, left)
    ends = {id(x) for s in spans(source) if s.kind == "range" for x in (s.left, s.right)}
    numbers = tuple(n for n in source.numbers if n.start < right and n.role not in ("n", "count") and id(n) not in ends)
    layers = frozenset(m.name for m in sentence.passage.names if left <= m.start < right and m.name.startswith("#"))
    out = []
    for total in _sizes(evidence):
        for noun in ("", "layer"):
            asked = Asked(source, plain[left:right], numbers, total, noun, layers, plain[:left])
            for tally in readings(evidence, asked) or ():
                if 0 < len(tally.passed) + len(tally.open) < total:
                    out.append(tally)
    return out


def _holder(sentence: Sentence, left: int) -> Sentence:
    """The sentence of its passage in which an offset lies."""
    return next(s for s in sentence.passage.sentences if s.start <= left < s.end)


def _sizes(evidence: Evidence) -> list[int]:
    """How many things the columns of the page's tables are of."""
    if "sizes of columns" not in evidence.cache:
        evidence.cache["sizes of columns"] = sorted(
            {
                len(s.distinct)
                for s in evidence.page_series
                if s.pointer.startswith("column") and not s.role and 3 <= len(s.distinct) <= _MOST_THINGS
            }
        )
    found: list[int] = evidence.cache["sizes of columns"]
    return found
