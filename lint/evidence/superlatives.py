"""Words that give a thing its place in an order: the highest, second, rarest in, where a course peaks."""

from __future__ import annotations

import re
from typing import NamedTuple

from ..regex import regex
from ..words import word_set
from .lexicon import NEGATED

__all__ = ["RANKS", "Superlative", "superlatives"]

_MOST = [
    "highest",
    "most",
    "largest",
    "biggest",
    "greatest",
    "strongest",
    "tightest",
    "closest",
    "best",
    "top",
    "steepest",
    "leakiest",
    "longest",
    "maximum",
    "firmest",
    "widest",
    "sharpest",
    "hottest",
    "clearest",
    "heaviest",
    "loudest",
    "readiest",
    "keenest",
    "richest",
    "fullest",
]
_LEAST = [
    "lowest",
    "least",
    "smallest",
    "weakest",
    "loosest",
    "worst",
    "bottom",
    "shallowest",
    "driest",
    "shortest",
    "minimum",
    "fewest",
    "flattest",
    "narrowest",
    "faintest",
    "lightest",
    "quietest",
    "mildest",
    "slightest",
    "tiniest",
    "poorest",
    "rarest",
    "thinnest",
]
_SUPERLATIVE = regex(
    rf"\b(?:(?P<most>{'|'.join(_MOST)})|(?P<least>{'|'.join(_LEAST)}))\b(?!\s+(?:of "
    rf"the|likely|part|cases?|important|notabl|recent|common|one|two|three|\d))",
    re.IGNORECASE,
)


class Superlative(NamedTuple):
    """A word that names the largest (+1) or the smallest (-1)."""

    start: int
    end: int
    sign: int
    strength: bool
    """It speaks of a relation's strength: the sign of a coefficient does not matter."""
    rank: int = 1
    """1 for the first of the order, 2 for "second highest"."""
    peak: bool = False
    """It says where a course has its end: "peaks at"."""
    beyond: bool = False
    """Its holder follows at once: "nobody gains more than"."""


_STRENGTH_SUPERLATIVE = frozenset(
    [
        "strongest",
        "tightest",
        "closest",
        "best",
        "weakest",
        "loosest",
        "worst",
        "firmest",
        "sharpest",
        "clearest",
        "faintest",
    ]
)


def superlatives(text: str) -> list[Superlative]:
    """The superlatives of ``text``; "at most", "at least" and "most of the" are none."""
    out: list[Superlative] = []
    words = word_set(text)
    if words.isdisjoint(_PLACES):
        return out
    ends = [m.span() for m in _BETWEEN_ENDS.finditer(text)]
    for match in _SUPERLATIVE.finditer(text):
        if any(a <= match.start() < b for a, b in ends):
            continue
        before = text[max(0, match.start() - 5) : match.start()].lower()
        if before.rstrip().endswith(("at", "al", "than")) or regex(
            r"\s+(?:personas|sources|layers|models|cases|of(?! (?:all|them|these|any)\b))\b"
        ).match(text[match.end() : match.end() + 12]):
            continue
        word = match.group(0).lower()
        if text[match.end() : match.end() + 1] == "-":
            continue  # "the best-known"
        if word in ("top",) and not (before.endswith("the ") or _TOPS.search(text[: match.start()])):
            continue
        if word in ("most", "least") and not before.endswith("the ") and _COUNTED.match(text[match.end() :]):
            continue  # "most voices" is a share
        lead = text[max(0, match.start() - 60) : match.start()]
        has = _HAS.search(lead) or (_WITH_ITS.search(lead) and _NOUN.match(text, match.end()))
        if _MODIFIER.search(lead[-24:]) and not has:
            continue  # "at the highest dose" says where
        ranked = _RANK.search(text[max(0, match.start() - 10) : match.start()])
        rank = 1 if ranked is None else RANKS[ranked.group(1).lower()]
        strength = word in _STRENGTH_SUPERLATIVE
        out.append(Superlative(match.start(), match.end(), 1 if match["most"] else -1, strength, rank))
    for match in _FREQUENT.finditer(text):
        if not _NEGATED_RANK.search(text[max(0, match.start() - 16) : match.start()]):
            sign = 1 if match["most"] else -1
            ranked = _RANK.search(text[max(0, match.start() - 10) : match.start()])
            out.append(
                Superlative(
                    match.start(), match.end(), sign, False, 1 if ranked is None else RANKS[ranked.group(1).lower()]
                )
            )
    for match in _PEAKS.finditer(text) if not words.isdisjoint(_OF_PEAKS) else ():
        out.append(Superlative(match.start(), match.end(), 1 if match["most"] else -1, False, 1, True))
    for match in _PLACED.finditer(text) if not words.isdisjoint(RANKS) else ():
        place = match["a"] or match["b"] or match["c"]
        out.append(Superlative(match.start(), match.end(), 1, False, RANKS[place.lower()]))
    for match in _FOLLOWED.finditer(text) if out and out[0].rank == 1 else ():
        out.append(Superlative(match.start(), match.end(), out[0].sign, False, 2, beyond=True))
    for match in _NOBODY.finditer(text) if "than" in words else ():
        out.append(Superlative(match.start(), match.end(), 1 if match["more"] else -1, False, beyond=True))
    for match in _LEADS.finditer(text) if not words.isdisjoint(_OF_LEADS) else ():
        if not NEGATED.search(text[max(0, match.start() - 30) : match.start()]):
            out.append(Superlative(match.start(), match.end(), 1 if match["first"] else -1, False))
    found: list[Superlative] = []
    for hit in sorted(out, key=lambda w: (w.start, -w.end)):
        if not found or hit.start >= found[-1].end:
            found.append(hit)  # of "most common" the whole
    return found


RANKS = {"second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4, "fifth": 5, "5th": 5, "sixth": 6}
_RANK = regex(rf"\b({'|'.join(RANKS)})[\s-]+$", re.IGNORECASE)
_NEGATED_RANK = regex(r"\b(?:not|never|nor|one of|among|is|are|was|were) (?:the |their |its |our )$", re.IGNORECASE)
_FREQUENT = regex(
    r"\b(?:(?P<most>most (?:common|frequent|prevalent|widespread)|commonest)|least (?:common|frequent|prevalent|"
    r"widespread)|"
    r"rarest|scarcest)(?=\s+(?:in|at|under|for|with|among|on|after)\b)",
    re.IGNORECASE,
)
""" "Most common in the north"; "the most common mistake" ranks mistakes."""
_PEAKS = regex(
    r"\b(?:(?P<most>peak(?:s|ed)(?=\s+(?:[a-z]+\s+)?(?:at|with|in|on|after|by|around|of|under)\b)|tops? out|"
    r"topped out|maxes out|maxed out|crest(?:s|ed)?|culminat(?:es|ed)|"
    r"(?:reach|hit|attain|ha)\w* (?:its|their) (?:maximum|peak|highest (?:value|point|level)|summit|high))|"
    r"(?:bottoms? out|bottomed out|(?:reach|hit|attain|ha)\w* (?:its|their) (?:minimum|lowest (?:value|point|level)|"
    r"low|"
    r"trough)))\b",
    re.IGNORECASE,
)
_PLACED = regex(
    r"\b(?:(?:comes?|came|ranks?|ranked|finish\w+|places?|placed) (?:out )?(?P<a>second|third|fourth)(?=\s*[,;.(]|"
    r"\s+(?:with|at)\b)|"
    r"(?P<b>second|third|fourth) (?:comes|came|is|ranks) (?=the\b|[`A-Za-z])|(?:in|takes?|took) (?P<c>second|third|"
    r"fourth) "
    r"(?:place|position|rank))",
    re.IGNORECASE,
)
_FOLLOWED = regex(r"\bfollowed (?:closely |directly |at once |next )?by\b", re.IGNORECASE)
_NOBODY = regex(
    r"\b(?:nobody|no one|none|no (?:other )?[a-z]+)(?: else)?(?: of (?:them|"
    r"the [a-z]+))? [^.;,:()\d]{0,40}?\b(?:(?P<more>more|higher|"
    r"larger|greater|further)|less|lower|smaller|fewer)(?: [a-z]+){0,2} than(?: (?:in|for|at|with))?\b(?! (?:half|a|"
    r"one|two|"
    r"three|before|after|\d+)\b)",
    re.IGNORECASE,
)
_TOPS = regex(r"[:;,(]\s*$")
"""Behind a stop "top" opens a list of ends: "by layer: top L27, bottom L9"."""
_LEADS = regex(
    r"\b(?:(?P<first>(?:tops|topped|leads|led|heads|headed) (?:the|this|our) (?:list|ranking|rankings|table|"
    r"field|order|group|"
    r"others|pack)|(?:comes?|came|ranks?|ranked|finish\w+) (?:out )?(?:first|top|on top)|leads(?=\s*(?:[,;.(]|"
    r"$))|on top(?=\s*[,;.(])|at the top(?=\s*[,;.(]|\s+with\b)|(?:more|higher|better|"
    r"greater)"
    r"(?: \w+){0,2} than (?:any|all|every)(?: of the)? others?(?: [a-z]+)?)|(?:comes?|came|ranks?|ranked|"
    r"finish\w+) (?:out )?(?:last|"
    r"bottom)|brings? up the rear|at the bottom(?=\s*[,;.(]|\s+with\b)|(?:is|sits|stands) at the bottom of the (?:list|"
    r"ranking|table|field)|"
    r"(?:less|fewer|lower|smaller)(?: \w+){0,2} than (?:any|all|every)(?: of the)? others?(?: [a-z]+)?)\b",
    re.IGNORECASE,
)
_OF_PEAKS = frozenset(
    [
        *("peaks", "peaked", "top", "tops", "topped", "maxes", "maxed", "crest", "crests", "crested", "culminates"),
        *("culminated", "bottom", "bottoms", "bottomed", "its", "their"),
    ]
)
_OF_LEADS = frozenset(
    [
        *("tops", "topped", "leads", "led", "heads", "headed", "first", "top", "last", "bottom", "rear", "other"),
        "others",
    ]
)
_PLACES = _OF_PEAKS.union(_OF_LEADS, RANKS, _MOST, _LEAST, ("than", "commonest", "rarest", "scarcest"))
"""One of them stands where a thing gets its place."""
_COUNTED = regex(
    r"\s+(?!\w+ing\b|frequent\b|common\b|pronounced\b|prevalent\b|marked\b|prone\b|susceptible\b|accurate\b|"
    r"sensitive\b|"
    r"frequently\b|readily\b|heavily\b|clearly\b|for\b|in\b|under\b|at\b|by\b|with\b|is\b|on\b|"
    r"to\b|when\b|after\b|often\b|strongly\b)[a-z]+",
    re.IGNORECASE,
)
_BETWEEN_ENDS = regex(r"\bbetween the (?:[\w-]+ ){1,4}and the [\w-]+(?: [\w-]+)?", re.IGNORECASE)
"""The two ends that something lies between; which of the things behind has which, is told by no order."""
_HAS = regex(r"\b(?:is|was)\s+(?:the\s+[a-z]+|that|the\s+one|one)\s+with\s+the\s+$", re.IGNORECASE)
_WITH_ITS = regex(r"(?:^|[.;]\s)[\s*_`]*(?:The\s+)?[A-Z`][\w-]*(?:\s[A-Z][\w-]*){0,2}[*_`]*,\s+with\s+the\s+$")
_NOUN = regex(r"\s+(?!of\b|in\b|at\b|for\b|and\b)[a-z]{3,}")
"""Around what a thing has: "Ghent is the town with the clearest trend", "Ghent, with the highest rate, …"."""
_MODIFIER = regex(
    r"\b(?:at|under|with|from|until|till|by|in|on|beyond|up to|down to|after|before|than|through|between|of|to|using|"
    r"given|over|across|for)\s+(?:(?:the|its|their|our|this|that|each|a)\s+)(?:\w+\s+)?$",
    re.IGNORECASE,
)
