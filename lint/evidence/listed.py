"""A count beside the list of the things that it counts: "four of six lakes (Garda, Como and Iseo)"."""

from __future__ import annotations

import re

from ..regex import regex
from .counted import Counted
from .knowledge import Clash, Evidence
from .names import Mention

__all__ = ["listed_clash"]

_OPENS = regex(
    r"(?:\s+[a-z-]+){0,3}?\s*(?:\(|(?:,|—|–|:)?\s*\b(?:namely|viz\.?|i\.e\.,?|that is,?|I mean|to wit)|:|—)\s*"
    r"(?:(?:those|these) (?:of|for|at|in)\s+)?(?:the\s+)?(?:[a-z]+s\s+(?=\d))?[`\"'*]*$",
    re.IGNORECASE,
)
_CLOSING_LIST = regex(r"[^.;:()\d]{3,60}:\s*(?:the\s+)?[`\"'*]*", re.IGNORECASE)
""" "Four of six lakes froze over: …"."""
_LABELS = regex(r"(?:\s+[a-z-]+){0,2}\s*\(((?:\d{1,4}(?:,? and |, ?| ?& ?))+\d{1,4})\)", re.IGNORECASE)
_JOINS = regex(r"[`\"'*]*\s*(?:,|;|&|,?\s*and)\s*(?:the\s+)?(?:[a-z]+\s+(?=\d))?[`\"'*]*", re.IGNORECASE)
_CLOSES = regex(r"[`\"'*]*\s*(?:[),;.—]|$)")


def listed_clash(evidence: Evidence, claim: Counted) -> Clash | None:
    """A count that is not that of the names right behind it, in brackets or after "namely"."""
    if claim.things or claim.total < 3:
        return None
    run = [m.name for m in _list_behind(claim)] or _labels_behind(claim)
    names = set(run)
    if not run or claim.low - 0.01 <= len(names) <= claim.high + 0.01 or len(names) == claim.total:
        return None
    if len(names) < len(run) or not _are_things(evidence, claim, names):
        return None
    return Clash(
        "count",
        claim.sentence.passage.place(claim.start, claim.end),
        f"'{claim.text}' where {len(names)} are named",
        "count the names again",
    )


def _list_behind(claim: Counted) -> list[Mention]:
    """The names of a list that opens right behind a count, and holds nothing else."""
    sentence = claim.sentence
    names = [m for m in sentence.names if m.start >= claim.end]
    if not names:
        return []
    between = sentence.between(claim.end, names[0].start)
    closing = _CLOSING_LIST.fullmatch(between) is not None
    if not closing and not _OPENS.fullmatch(between):
        return []
    run = [names[0]]
    for m in names[1:]:
        if not _JOINS.fullmatch(sentence.between(run[-1].end, m.start)):
            break
        run.append(m)
    behind = sentence.between(run[-1].end, sentence.end)
    if closing and (len(run) < 2 or regex(r"\w").search(behind)):
        return []  # not of all that are counted
    return run if _CLOSES.match(behind) and not regex(r"[`\"'*]*\s*,\s*(?:and|or|plus)\b").match(behind) else []


def _labels_behind(claim: Counted) -> list[str]:
    """The bare numbers in brackets right behind a count, "four layers (8, 12, 16 and 20)", as names of layers."""
    found = _LABELS.match(claim.sentence.text, claim.end - claim.sentence.start)
    return [f"#{int(x)}" for x in regex(r"\d+").findall(found[1])] if found is not None else []


def _are_things(evidence: Evidence, claim: Counted, names: set[str]) -> bool:
    """True if a table or a file has the names among as many things as the count is out of."""
    return any(len(s.distinct) == claim.total and names <= s.facts.keys() for s in evidence.all_series)
