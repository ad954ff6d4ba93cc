"""The places that words give to things, from the top or the bottom: the lowest, third, led by, second only to."""

from __future__ import annotations

import re
from collections.abc import Iterator

from leakstats.records import struct

from ..regex import regex
from .word_numbers import SPELLED

__all__ = ["Place", "is_unbound", "places_in"]


@struct
class Place:
    """That a thing is so many places from the top (+1) or the bottom (-1) of what a word orders."""

    start: int
    end: int
    sign: int
    rank: int = 1
    merit: bool = False
    """The top is the best, whatever the values."""
    pace: str = ""
    change: str = ""
    """"gain", "loss" or "either": of what was gained."""
    behind: bool = False
    """The holder follows at once."""
    noun: str = ""
    """What there is more of."""
    word: tuple[int, int] | None = None
    """Where the word of order itself stands, if the place is said by more than it."""
    rest: tuple[int, int] = (0, 0)
    """The words for all the others, "no crew", "than any other crew"."""
    verb: str = ""
    """What is done most or least: "misses least"."""
    nth: bool = False
    """It is said by its number, "comes third on"."""


def places_in(text: str) -> list[Place]:
    """The places that a sentence gives, in its order."""
    if _GATE.search(text) is None:
        return []
    found = sorted(_places(text), key=lambda p: p.start)
    if sum(p.nth for p in found) > 1:
        return [p for p in found if not p.nth]  # "second by pull and last by weight": each is of a line of its own
    return found


def _places(text: str) -> Iterator[Place]:
    taken: list[tuple[int, int]] = []
    for m in (*_NOBODY.finditer(text), *_ELSE.finditer(text)):
        group = m.groupdict()
        beats = group.get("beats") is not None
        sign = 1 if m["up"] or beats else -1
        lead = group["gap"] if "gap" in group else text[max(0, m.start() - 24) : m.start()]
        change = "" if beats else _change_of(lead or "", group.get("noun") or "")
        merit = beats or (m["up"] or m["down"] or "").lower() in ("better", "worse")
        pace = (m["pace"] or "").lower()
        taken.append(m.span())
        yield Place(
            m.start(), m.end(), 1 if pace else sign, 1, merit, pace, change, "gap" in group, group.get("noun") or "",
            m.span("beats" if beats else "up" if m["up"] else "down" if m["down"] else "pace"),
            _rest(text, m),
        )  # fmt: skip
    for m in _LED_BY.finditer(text):
        taken.append(m.span())
        yield Place(m.start(), m.end(), 1, merit=True, behind=True)
    for m in _COMES.finditer(text):
        word = (m["nth"] or m["appos"]).lower()
        if any(a < m.end() and m.start() < b for a, b in taken):
            continue
        taken.append(m.span())
        yield Place(
            m.start(), m.end(), -1 if word in ("last", "bottom") else 1, _RANKS.get(word, 1), merit=True, nth=True
        )
    for m in _WORD.finditer(text):
        if any(a < m.end() and m.start() < b for a, b in taken):
            continue
        if _OF_ITS_OWN.search(text, max(0, m.start() - 24), m.start()) is not None:
            continue
        rank = _RANKS[m["rank"].lower()] if m["rank"] else 1
        after = regex(r"[,;:.(]|\b(?:is|are|was|were|belongs?|of|to|in|on|at|for|than)\b").split(
            text[m.end() : m.end() + 60]
        )[0]
        before = text[max(0, m.start() - 24) : m.start()]
        verb = regex(r"\b(\w+)(?: back| up| out)?(?: by far)?(?: the)? $").search(before)
        plain = (m["up"] or m["down"] or "").lower()
        change = _change_of(verb[1] if verb is not None and plain in ("most", "least") else "", after)
        if m["steep"] and not change:
            continue
        if m["steep"]:
            up = m["steep"].lower() in ("steepest", "sharpest")
            yield Place(m.start(), m.end(), 1 if up else -1, rank, change=change, noun=after)
        elif m["pace"]:
            yield Place(m.start(), m.end(), 1, rank, pace=m["pace"].lower(), noun=after)
        else:
            up = bool(m["up"] or m["best"])
            merit = bool(m["best"] or m["worst"])
            done = verb[1] if verb is not None and plain in ("most", "least") and not change else ""
            done = "" if _HAS.fullmatch(done) else done
            yield Place(m.start(), m.end(), 1 if up else -1, rank, merit, change=change, noun=after, verb=done)
    for m in _LEADS.finditer(text):
        if not any(a < m.end() and m.start() < b for a, b in taken):
            yield Place(m.start(), m.end(), 1 if m["first"] else -1, merit=True)


_HAS = regex(
    r"(?:the|is|are|was|were|has|have|had|keeps?|kept|shows?|showed|gets?|got|scores?|scored|reach(?:es|ed)?|with|"
    r"takes?|"
    r"took|needs?|needed|uses?|used|makes?|made|gives?|gave|holds?|held|by|of|far|it|still|also|happens?|happened|"
    r"occurs?)?",
    re.IGNORECASE,
)
_OF_ITS_OWN = regex(r"\b(?:an?|its|their|his|her|whose)\s+(?:\w+\s+)?$", re.IGNORECASE)
"""Before an extreme of a course of its own: "after a maximum of 34%"."""


def _rest(text: str, match: re.Match[str]) -> tuple[int, int]:
    if "gap" in match.groupdict():
        noun = regex(r"(?:no|not one) [a-z]+|none of the [a-z]+|\w+(?: one)?", re.IGNORECASE).match(text, match.start())
        return match.start(), noun.end() if noun is not None else match.start()
    return text.rindex("than", 0, match.end()), match.end()


def _change_of(*texts: str) -> str:
    found = next((m for text in texts if (m := _CHANGE.search(text)) is not None), None)
    return "" if found is None else str(found.lastgroup)


def is_unbound(text: str, place: Place) -> bool:
    """True for an adverb, "goes up, most for the ferry", and an apposition, "the ferry, highest of all, starts"."""
    if not place.change and _ADVERB.match(text, place.start):
        return True
    return _APPOSED.search(text, max(0, place.start - 24), place.start) is not None and (
        _CLOSES.match(text, place.end) is not None
    )


_ADVERB = regex(
    r"(?:most|least)(?: of all| clearly| strongly| notably| so)?,? (?:for|in|on|at|with|by)\b", re.IGNORECASE
)
_APPOSED = regex(r",\s+(?:with\s+)?(?:the\s+|by far\s+)*$", re.IGNORECASE)
_CLOSES = regex(r"(?:[^,;()]|\([^()]*\)){0,60},\s+[a-z]")
# -- expressions -------------------------------------------------------------------------------------------------------

_GATE = regex(
    r"\b(?:\w{3,}est|most|least|best|worst|top|tops|topped|bottom|leading|leads?|led|headed|heads|dominated|"
    r"trail\w*|last|first|"
    r"second|third|fourth|fifth|sixth|maximum|minimum|than|no|nothing|nobody|none)\b",
    re.IGNORECASE,
)


_RANKS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8}
_NTH = "|".join(_RANKS)
_NOT_LAST = rf"(?P<rank>{'|'.join([*_RANKS][1:])})(?:[ -]to[ -](?=last|bottom))?"
_UP = "highest|largest|biggest|greatest|maximum|most|heaviest"
_DOWN = "lowest|smallest|least|fewest|minimum|lightest"
_BEST = "best|top|leading|strongest|easiest"
_WORST = "worst|weakest|bottom|poorest|hardest|toughest"
_PACE = "fastest|slowest|quickest|cheapest|dearest|costliest|priciest|longest|shortest"
_STEEP = "steepest|sharpest|mildest|gentlest|shallowest|slightest|tiniest|narrowest|flattest"
_WORD = regex(
    rf"(?<!at )\b(?:{_NOT_LAST}[\s-]+)?(?:(?P<up>{_UP})|(?P<down>{_DOWN})|(?P<best>{_BEST})|(?P<worst>{_WORST})|"
    rf"(?P<pace>{_PACE})|(?P<steep>{_STEEP}))\b(?!-)(?! \w+ly\b)",
    re.IGNORECASE,
)
_COMES = regex(
    rf"\b(?:comes?|came|ranks?|ranked|finish(?:es|ed)?|places|placed|sits?|sat|stands?|stood|is|was|lies|lay|only|"
    rf"ends(?: up)?)\s+"
    rf"(?:in |out |at )?(?:the )?(?P<nth>{_NTH}|last|top|bottom)\b(?= (?:place|spot|position|rank|of|among|out|on|"
    rf"in|for|at|by|after|behind)\b|\s*[,;.:)]|$)"
    rf"|,\s(?P<appos>{_NTH}|last) (?:on|in|for|by)\b",
    re.IGNORECASE,
)
_LED_BY = regex(r"\b(?:is|was|are|were) (?:led|headed|topped|dominated|won) by\b|\bsecond only to\b", re.IGNORECASE)
_LEADS = regex(
    r"\b(?:(?P<first>leads|led|tops|topped|heads|headed)(?! by\b)(?! to\b)|(?P<last>trails|trailed|"
    r"brings up the rear))\b",
    re.IGNORECASE,
)
_COMPARED = (
    r"(?:(?P<up>more|higher|larger|bigger|greater|heavier|better)|(?P<down>less|lower|fewer|smaller|worse)|"
    r"(?P<pace>faster|slower|quicker|longer|shorter|cheaper))"
)
_NOBODY = regex(
    rf"\b(?:no|none of the|nothing|nobody|no one|"
    rf"not one)\b(?P<gap>[^.;:,()]{{0,60}}?)\b(?:{_COMPARED}(?P<noun>[^.;:,()]{{0,50}}?) than|"
    r"(?P<beats>beats?|tops?|exceeds?|surpass(?:es)?|outdoes|outscores?|outperforms?))\b(?= )",
    re.IGNORECASE,
)
_ELSE = regex(
    rf"\b{_COMPARED}(?P<noun>[^.;:,()]{{0,50}}?) than (?:in |on |at |under |for |with )?(?:any(?:one|thing|"
    rf"body)? (?:else|of the others?|other(?: [a-z]+)?)|any others?\b|all (?:of )?(?:the )?others?(?: [a-z]+)?|"
    rf"every other(?: [a-z]+)?|each of the others?|the (?:others?|rest)|the other {SPELLED})\b",
    re.IGNORECASE,
)
_GAIN = (
    r"gain(?:s|ed)?|climb(?:s|ed)?|ris(?:e|es|en)|rose|increas\w+|improv\w+|jump(?:s|ed)?|gr(?:ow|owth|ew|ows)|boost|"
    r"rais\w+|adds?|added|lift"
)
_LOSS = (
    r"los(?:s|ses|es|e|t)|hit|drop(?:s|ped)?|falls?|fell|declin\w+|decreas\w+|slump\w*|slip(?:s|ped)?|shed|sheds|"
    r"suffer\w*|damage|degrad\w+"
)
_EITHER = r"chang\w+|shift\w*|mov(?:e|es|ed)|swing|swings|swung"
_CHANGE = regex(rf"\b(?:(?P<gain>{_GAIN})|(?P<loss>{_LOSS})|(?P<either>{_EITHER}))\b", re.IGNORECASE)
