"""So many of so many things, as free prose says it: "three of five languages", "no model", "out of 16 cells, five"."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from math import inf

from leakstats.records import struct

from ..regex import regex
from .word_numbers import SPELLED, whole_number

__all__ = ["Amount", "amounts_in"]


@struct
class Amount:
    """So many things of a kind; offsets are into the text."""

    start: int
    end: int
    low: float
    high: float
    total: int
    """Out of so many; 0 where the words do not say it."""
    before_noun: str
    """The words between the number and the noun."""
    noun: str
    text: str
    whole: bool = False
    """It is all of them, or none."""
    every: bool = False
    """It is as many as there are, whose number is not said."""


_K = rf"(?:\d{{1,2}}|{SPELLED})"
_THE = r"(?:(?:the|these|those|our|its|all|whole)\s+)*"
_LINK = r"(?!(?:of|in|at|out|and|or|to|with|for|on)\b)"
_WORD = rf"(?!(?:of|in|at|out|and|or|to|with|for|on|by|as|is|was|more|less|who|that|which|the|{SPELLED})\b)"


def _plural(key: str) -> str:
    """A plural with the words before it: "fired kilns"."""
    return rf"(?P<words{key}>(?:{_LINK}[\w'’./+-]+\s+){{0,3}}?)(?P<noun{key}>[a-z][a-z-]*(?<![sui])s(?!['’\w]))"


def _noun(key: str) -> str:
    """A noun before "out of", with the words before it."""
    return rf"(?P<words{key}>(?:[\w'’./+-]+\s+){{0,2}}?)(?P<noun{key}>[a-z][a-z-]{{2,}})"


def _single(key: str) -> str:
    """A noun of one thing, perhaps with a word before it."""
    return rf"(?P<words{key}>(?:{_WORD}[\w'’.+-]+\s+)??)(?P<noun{key}>{_WORD}[a-z]{{3,}})"


_OF_SO_MANY = regex(
    rf"\b(?:"
    rf"(?:every|each|all) (?:but|bar|except|save) (?P<but>{_K}) (?:out )?of {_THE}(?P<but_n>{_K})\s+{_plural('1')}"
    rf"|(?P<none>none|neither|not one|not a single one|no one|not any) (?:out )?of {_THE}(?:(?P<none_n>{_K})\s+)?"
    rf"{_plural('2')}"
    rf"|(?P<all>all(?: of)?|every one of|each of|every single one of) {_THE}(?P<all_n>{_K})\s+{_plural('3')}"
    rf"|both(?: of)? {_THE}{_plural('4')}"
    rf"|(?P<k>{_K}) (?:out )?of {_THE}(?P<n>{_K})(?![.,]?\d|\s?%)(?:\s+{_plural('5')})?"
    rf"|(?P<j>{_K})\s+{_noun('6')} out of {_THE}(?P<j_n>{_K})"
    rf"|(?:out of|of|among) {_THE}(?P<f_n>{_K})\s+{_plural('7')},?\s+(?:only |just |exactly )?(?P<f>{_K}|all|none)"
    rf"(?=\s+(?!of\b)[a-z])"
    rf")",
    re.IGNORECASE,
)
_OF_A_KIND = regex(
    rf"\b(?:"
    rf"(?P<no>no|not one|not a single) {_single('8')}"
    rf"|(?P<every>every(?: single)?|each) {_single('9')}"
    rf"|(?P<single>one|a single) {_single('a')}"
    rf"|(?P<p>{_K})\s+{_plural('b')}"
    rf")",
    re.IGNORECASE,
)
_LIMITED = regex(
    r"\b(?:(?P<more>more than|over)|(?P<less>fewer than|less than|under)|(?P<least>at least|no fewer than)|"
    r"(?P<most>at most|no more than))\s+$",
    re.IGNORECASE,
)
_LOOSE = regex(
    r"\b(?:about|around|roughly|nearly|almost|some|approximately|up to|if not|all but|but|except|save|not|perhaps|"
    r"between|and|to|or|than|other|another|first|last|top|next|per|by|into|towards?|these|those|its|their|our|"
    r"every|each|any|further|remaining|×|x|from|of|with|whole|any)\s+$|[×~≈/–-]\s?$|\d\s+$",
    re.IGNORECASE,
)
_NOT_ALL = regex(r"\b(?:almost|nearly|not|virtually|practically|about|but|than|of)\s+$", re.IGNORECASE)
_SCOPE = regex(r"\b(?:across|over|throughout|using|with|among|amongst|all|for all|pooled over)\s+$", re.IGNORECASE)
_SO_MANY_FOR = regex(
    rf"\b(?:\d[\d,]*|{SPELLED})\s+[a-z]+(?:\s+[a-z]+)?\s+(?:for|in|per|on|from|at|of|with)\s+$", re.IGNORECASE
)
""" "250 loaves for each of the four ovens": of what size they are."""
_DEFINITE = regex(r"\bthe\s+$", re.IGNORECASE)


def amounts_in(text: str) -> list[Amount]:
    """The amounts of things that a text states, those with a total first.

    >>> [(a.low, a.total, a.noun) for a in amounts_in("Two of the five kilns crack, and no glaze does.")]
    [(2.0, 5, 'kilns'), (0.0, 0, 'glaze')]
    """
    out: list[Amount] = []
    for pattern in (_OF_SO_MANY, _OF_A_KIND):
        at = 0
        while (m := pattern.search(text, at)) is not None:
            at = m.end()
            if any(a.start < m.end() and m.start() < a.end for a in out):
                at = _next_word(text, m.start())
            elif (found := _read(text, m)) is not None:
                out.append(found)
            else:
                at = _next_word(text, m.start())
    return out


def _next_word(text: str, at: int) -> int:
    while at < len(text) and text[at].isalnum():
        at += 1
    return at + 1


def _read(text: str, m: re.Match[str]) -> Amount | None:
    """The amount that a match states; ``None`` for one that is loose, or of other things."""
    before = text[: m.start()]
    held = defaultdict(str, {k: v for k, v in m.groupdict().items() if v})
    key = next((x for x in "123456789ab" if held[f"noun{x}"]), "")
    noun, words = held[f"noun{key}"], held[f"words{key}"].strip()
    both = key == "4"
    whole = both or any(held[x] for x in ("none", "all", "every", "no"))
    total = 2 if both else whole_number(next((held[x] for x in _TOTALS if held[x]), ""))
    if whole:
        if _NOT_ALL.search(before) or _SO_MANY_FOR.search(before):
            return None
        low = high = 0.0 if held["none"] or held["no"] else float(total)
    elif held["but"]:
        low = high = float(total - whole_number(held["but"]))
    else:
        allowed = _allowed(before, held, total, fronted=key == "7")
        if allowed is None:
            return None
        low, high = allowed
    every = bool(held["every"])
    return Amount(m.start(), m.end(), low, high, total, words, noun, m[0].strip(), whole, every)


_TOTALS = ("but_n", "none_n", "all_n", "n", "j_n", "f_n")


def _allowed(before: str, held: Mapping[str, str], total: int, *, fronted: bool) -> tuple[float, float] | None:
    """The smallest and the largest count that a number allows; ``None`` for one that is loose, or of other things."""
    said = (held["k"] or held["j"] or held["f"] or held["p"] or "one").lower()
    value = float(total if said == "all" else 0 if said == "none" else whole_number(said))
    if total and value > total:
        return None
    limit = _LIMITED.search(before)
    if limit is not None:
        bounds = {
            "more": (value + 1, inf),
            "less": (0.0, value - 1),
            "least": (value, inf),
            "most": (0.0, value),
        }
        return bounds[limit.lastgroup or ""]
    if _LOOSE.search(before) and not (fronted or (total and _FROM_WHERE.search(before))):
        return None
    if not total and (_DEFINITE.search(before) or _SCOPE.search(before)):
        return None  # "the two kilns", "across twelve kilns"
    return value, value


_FROM_WHERE = regex(r"\b(?:for|in|at|on|by|with|under|of|from)\s+$", re.IGNORECASE)
