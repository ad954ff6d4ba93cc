"""Words that claim a direction, a strength, an extreme or a share. An unknown word claims nothing."""

from __future__ import annotations

import re
from typing import NamedTuple

from leakstats.records import struct

from ..regex import regex
from ..words import lowered
from .grammar import SPELLED, WORD_NUMBERS

__all__ = [
    "ROLE_WORDS",
    "DirectionWord",
    "Quantifier",
    "direction_words",
    "quantifiers",
    "relation_sign",
    "strength_words",
    "superlatives",
]

_UP = [
    "rises?",
    "rose",
    "risen",
    "rising",
    "increases?",
    "increased",
    "increasing",
    "grows?",
    "grew",
    "grown",
    "growing",
    "climbs?",
    "climbed",
    "climbing",
    "gains?",
    "gained",
    "gaining",
    "higher",
    "above",
    "upwards?",
    "jumps?",
    "jumped",
    "improves?",
    "improved",
    "soars?",
    "surges?",
    "surged",
    "swells?",
    "swelled",
    "expands?",
    "mounts?",
    "mounted",
    "picks?_up",
    "goe?s?_up",
    "went_up",
    "going_up",
    "goes_higher",
    "moves_up",
    "moved_up",
    "ticks_up",
    "elevated",
    "heightened",
    "ascends?",
    "ascended",
    "adds?",
    "added",
    "accelerates?",
    "boosts?",
    "boosted",
    "raises?",
    "raised",
    "raising",
    "greater",
    "larger",
    "bigger",
    "upward",
    "closer",
    "lifts?",
    "lifted",
    "lifting",
    "heightens?",
    "doubles",
    "doubled",
    "trebles",
    "trebled",
    "triples",
    "tripled",
    "quadruples",
    "quadrupled",
    "multiplies",
    "multiplied",
    "spikes",
    "spiked",
    "rockets",
    "rocketed",
    "skyrockets",
    "skyrocketed",
    "escalates",
    "escalated",
    "leaps",
    "leapt",
    "leaped",
    "creeps_up",
    "crept_up",
    "edges_up",
    "edged_up",
    "inches_up",
    "inched_up",
    "shoots_up",
    "shot_up",
    "trends_up",
    "trended_up",
    "builds_up",
    "built_up",
    "elevates",
    "augments",
    "augmented",
    "enlarges",
    "enlarged",
    "amplifies",
    "amplified",
    "intensifies",
    "intensified",
    "inflates",
    "inflated",
    "outgrows",
    "exceeds",
    "exceeded",
    "louder",
    "likelier",
    "commoner",
    "more_common",
    "more_frequent",
    "more_frequently",
    "more_often",
    "more_likely",
    "less_rare",
    "ahead_of",
    "advances",
    "advanced",
    "heads_up",
    "ratchets_up",
    "steps_up",
    "scales_up",
    "ramps_up",
    "ramped_up",
    "recovers",
    "recovered",
    "rebounds",
    "rebounded",
    "balloons",
    "ballooned",
    "mushrooms",
]
_DOWN = [
    "falls?",
    "fell",
    "fallen",
    "falling",
    "decreases?",
    "decreased",
    "decreasing",
    "declines?",
    "declined",
    "declining",
    "drops?",
    "dropped",
    "dropping",
    "loses?",
    "lost",
    "losing",
    "lower",
    "below",
    "downwards?",
    "shrinks?",
    "shrank",
    "shrunk",
    "shrinking",
    "fades?",
    "faded",
    "sinks?",
    "sank",
    "sunk",
    "slips?",
    "slipped",
    "diminishes?",
    "diminished",
    "reduces?",
    "reduced",
    "dwindles?",
    "dwindled",
    "recedes?",
    "receded",
    "goe?s?_down",
    "went_down",
    "going_down",
    "goes_lower",
    "moves_down",
    "moved_down",
    "ticks_down",
    "dips?",
    "dipped",
    "plunges?",
    "plunged",
    "slides?",
    "slid",
    "descends?",
    "descended",
    "ebbs?",
    "wanes?",
    "waned",
    "smaller",
    "lesser",
    "downward",
    "eroded?",
    "erodes?",
    "collapses?",
    "collapsed",
    "lowers",
    "lowered",
    "lowering",
    "halves",
    "halved",
    "suppresses",
    "suppressed",
    "dampens",
    "dampened",
    "curbs",
    "curbed",
    "depresses",
    "depressed",
    "lessens",
    "lessened",
    "plummets",
    "plummeted",
    "tumbles",
    "tumbled",
    "nosedives",
    "crashes",
    "crashed",
    "sags",
    "sagged",
    "slumps",
    "slumped",
    "contracts",
    "contracted",
    "deflates",
    "deflated",
    "tapers",
    "tapered",
    "subsides",
    "subsided",
    "edges_down",
    "edged_down",
    "inches_down",
    "creeps_down",
    "crept_down",
    "trends_down",
    "trended_down",
    "comes_down",
    "came_down",
    "falls_off",
    "drops_off",
    "attenuates",
    "attenuated",
    "cuts_back",
    "undercuts",
    "quieter",
    "rarer",
    "scarcer",
    "less_common",
    "less_frequent",
    "less_frequently",
    "less_often",
    "less_likely",
    "behind",
    "trails",
    "trailed",
    "lags",
    "lagged",
    "drops_away",
    "falls_away",
    "fell_away",
    "falls_back",
    "fell_back",
    "tails_off",
    "tailed_off",
    "dies_down",
    "dies_away",
    "peters_out",
    "petered_out",
    "regresses",
    "regressed",
    "withers",
    "withered",
    "abates",
    "abated",
    "nosedived",
    "tanked",
    "tanks",
    "worsens",
    "worsened",
]
_STRONGER = [
    "strengthens?",
    "strengthened",
    "strengthening",
    "stronger",
    "tightens?",
    "tightened",
    "tighter",
    "sharpens?",
    "sharpened",
    "sharper",
    "steeper",
    "firmer",
    "steepens?",
    "clearer",
    "neater",
    "cleaner",
    "crisper",
    "snugger",
    "sturdier",
    "closer_(?=fit|correlation|relation|association|link|agreement|correspondence)",
    "better_(?=fit|correlation|relation|association|link|agreement|correspondence)",
]
_WEAKER = [
    "weakens?",
    "weakened",
    "weakening",
    "weaker",
    "loosens?",
    "loosened",
    "looser",
    "blunts?",
    "blunted",
    "flatter",
    "flattens?",
    "flattened",
    "softens?",
    "softened",
    "dilutes?",
    "diluted",
    "fainter",
    "shallower",
    "poorer",
    "rougher",
    "messier",
    "noisier",
    "sloppier",
    "vaguer",
    "worse_(?=fit|correlation|relation|association|link|agreement|correspondence)",
]


def _pattern(words: list[str]) -> str:
    return "|".join(w.replace("_", r"\s") for w in words)


_DIRECTION = regex(
    rf"\b(?:(?P<together>(?:rise|move|go|grow|increase|fall|vary|run|travel|climb)s? (?:together|in step|in tandem|"
    rf"hand in hand|in parallel|in the same direction|the same way))|(?P<up>{_pattern(_UP)})"
    rf"|(?P<down>{_pattern(_DOWN)})|(?P<plus>positive(?:ly)?)|(?P<minus>negative(?:ly)?|inverse(?:ly)?|"
    rf"(?:move|go|run|point|pull|travel)s? (?:in opposite (?:directions|ways)|opposite ways|apart|"
    rf"against each other)))\b"
)
_STRENGTH = regex(rf"\b(?:(?P<up>{_pattern(_STRONGER)})|(?P<down>{_pattern(_WEAKER)}))\b")
"""Of text in lower case, in which hundreds of words are looked for three times as fast."""
_NEGATED = regex(
    r"\b(?:not|no|never|neither|nor|without|rather than|instead of|n['’]t|fails? to|cannot|hardly|"
    r"barely)\s+(?:\w+\s+)?$",
    re.IGNORECASE,
)


@struct
class DirectionWord:
    """A word that says up (+1) or down (-1)."""

    start: int
    end: int
    sign: int
    text: str
    polar: bool = False
    """``positive`` or ``negative``: it speaks of a relation's sign."""


def direction_words(text: str) -> list[DirectionWord]:
    """The words of direction in ``text``; negated ones are left out.

    >>> [(w.text, w.sign) for w in direction_words("leakage rises, then falls below the baseline")]
    [('rises', 1), ('falls', -1), ('below', -1)]
    """
    out = []
    for match in _DIRECTION.finditer(lowered(text)):
        if _NEGATED.search(text[max(0, match.start() - 30) : match.start()]):
            continue
        sign = 1 if match["up"] or match["plus"] or match["together"] else -1
        out.append(
            DirectionWord(
                match.start(),
                match.end(),
                sign,
                text[match.start() : match.end()],
                bool(match["plus"] or match["minus"] or match["together"]),
            )
        )
    return out


_MORE = (
    r"more|higher|greater|larger|bigger|stronger|heavier|longer|increas(?:e[sd]?|ing)|r[io]ses?|gr[eo]ws?|"
    r"climbs?|better|"
    r"further along|farther along|louder|(?<!take )(?<!takes )(?<!took )(?<!pick )(?<!picks )(?<!picked )up"
)
_LESS = (
    r"less|fewer|lower|smaller|weaker|lighter|shorter|rarer|quieter|decreas(?:e[sd]?|ing)|falls?|drops?|declines?|"
    r"shrinks?"
)
_NEAR = r"closer|nearer|more (?:similar|alike|like)"
_FAR = (
    r"(?:further|farther)(?! (?:along|right|left|up|down|to the (?:right|left)|north|south|east|west|on|"
    r"into)\b)(?: away)?|more (?:distant|remote|unlike|dissimilar|different)|"
    r"less (?:similar|alike|like)"
)
_NEARNESS = (
    r"(?:\w+ ){0,2}?(?P<near>overlap|closeness|similarity|likeness|cosine|projection|resemblance|proximity|nearness|"
    r"alignment)"
)
_LIKE = (
    r"(?:overlap|closeness|similarity|likeness|cosine|projection|resemblance|proximity|nearness|alignment|affinity|"
    r"kinship)"
)
_CORRELATIVE = regex(
    rf"\b(?:the )?(?:(?P<an>{_NEAR})|(?P<af>{_FAR})|(?P<am>{_MORE})|(?P<al>{_LESS}))\b(?P<gap>[^.;:?!]{{0,70}}?)"
    rf"(?:,\s+the\s+|\s*(?:=|→|->|⇒|=>)\s*|\b(?:means?|mean|brings?|implies|comes? with|goes? with|accepts?|"
    rf"tends? to|"
    rf"shows?|show|gets?|leaks?|takes?|refuses?|answers?|say|says|are|have|has|is)\b(?P<verb>[^.;:?!,]{{0,50}}?))"
    rf"(?:(?P<bm>{_MORE})|(?P<bl>{_LESS}))\b"
)
_WITH = regex(
    rf"\b(?:(?P<up>increases?|rises?|grows?|climbs?|goes up)|(?P<down>decreases?|falls?|drops?|declines?|"
    rf"shrinks?|goes down))"
    rf"\s+with\s+(?:the |its |their |more |greater |increasing |growing )*(?:{_NEARNESS})\b"
)
_ALONG = regex(
    rf"\b(?:goes|go|comes|come) (?:along |together |hand in hand )?with (?:(?P<up>{_MORE})|"
    rf"(?P<down>{_LESS}))\b"
)
_FOLLOWS = regex(
    rf"\b(?:(?P<up>follows?|tracks?|mirrors?|keeps? pace with|goes? along with)|(?P<down>runs? against|"
    rf"runs? counter to|"
    rf"goes? against|opposes?))\s+(?:the |its |their )*(?:{_NEARNESS})\b"
)


_TOGETHER = regex(
    r"\b(?:move|go|run|rise|vary|travel|point) (?:(?P<up>in the same direction|together|in step|in tandem|"
    r"hand in hand|"
    r"in parallel|the same way)|(?:in opposite (?:directions|ways)|opposite ways|against each other))\b"
)


_HAVING = regex(
    rf"\b(?:(?P<an>{_NEAR}|(?:with|of|at|having|that have|that has|who have|whose) (?:a |the |their )?(?:larger|higher|"
    rf"greater|more|bigger|stronger|closer)\s+(?:\w+ )?{_LIKE}|"
    rf"(?:that|which|who) (?:more |most |closely )?(?:resembles?|match(?:es)?|are (?:like|similar|alike|close|near))|"
    rf"resembling|similar to|much like)"
    rf"|(?P<af>{_FAR}|(?:with|of|at|having|that have|that has|who have|whose) (?:a |the |their )?(?:smaller|lower|less|"
    rf"little|weaker)\s+(?:\w+ )?{_LIKE}|(?:that|which|who) (?:differ|are (?:unlike|far|distant|dissimilar))))\b"
    rf"(?P<gap>[^.;:?!,()\d]{{1,60}}?)\b(?:(?P<bm>{_MORE}|more often|louder)|(?P<bl>{_LESS}|less often|quieter))\b"
)
""" "Closer rivers flood less", "gulls with longer wings dive more", "bakers that are like it hum less"."""
_AT_HIGH = regex(
    rf"\b(?:(?P<bm>{_MORE}|more often|commoner|more common|likelier)|(?P<bl>{_LESS}|less often|rarer|less common))"
    rf"(?: [\w'-]+){{0,3}}? (?:at|under|for|with|where) (?:the |a )?(?:(?P<an>high|higher|large|larger|great|greater|"
    rf"strong|close)|"
    rf"(?P<af>low|lower|small|smaller|little|weak|slight))(?: \w+)? (?:{_LIKE})\b",
    re.IGNORECASE,
)
_ALONGSIDE = regex(
    rf"\b(?:spreads?|runs?|goes|go|grows?|travels?|flows?|moves?|passes|pass) (?:(?P<up>along(?:side)?(?: with)?|"
    rf"with|in line with|"
    rf"together with)|(?P<down>against|counter to|contrary to)) (?:the |its |their )*(?:{_LIKE})\b",
    re.IGNORECASE,
)
_HELPS = regex(
    rf"\b{_LIKE}(?: to \w+(?: \w+)?)?\s+(?:clearly |strongly |only )?"
    rf"(?:(?P<up>helps?|favou?rs?|promotes?|fosters?|feeds?|encourages?|facilitates?|aids?|eases?|boosts?|raises?|"
    rf"lifts?|increases?|spreads?)|(?P<down>hinders?|hampers?|"
    rf"impedes?|inhibits?|discourages?|protects? (?:against|from)|guards? against|curbs?|dampens?|reduces?|lowers?|"
    rf"suppresses|counteracts?|blocks?|works? against|shields? (?:against|from)))\b"
)
_SHORT = regex(
    rf"^\W*(?:the )?(?:(?P<an>{_NEAR})|(?P<af>{_FAR}))(?: \w+){{0,3}}, (?:the )?(?:(?P<bm>{_MORE})|"
    rf"(?P<bl>{_LESS}))(?: \w+){{0,3}}"
    r"\W*$"
)


def relation_sign(text: str) -> tuple[int, int, int] | None:
    """Where a text says how closeness and a rate go together, and the sign; ``None`` where it does not say.

    >>> [relation_sign(t)[2] for t in ("the further from it, the less it leaks", "leakage decreases with overlap")]
    [1, -1]
    >>> relation_sign("those nearer to it take up the marker less often")[2]
    -1
    """
    text = lowered(text)  # its expressions know no capitals
    hits = []
    for match in _CORRELATIVE.finditer(text):
        if re.search(r"\bthan\b|\d", match["gap"] + (match["verb"] or "")):
            continue
        a = 1 if match["an"] or match["am"] else -1
        b = 1 if match["bm"] else -1
        if match["am"] or match["al"]:  # of what, is not said: only "the more …, the more …"
            joined = text[match.start() : match.start("bm" if match["bm"] else "bl")]
            if not re.search(r",\s+the\s+$|[=>→⇒]\s*$", joined) and "along" not in (match["am"] or ""):
                continue
        hits.append((match.start(), match.end(), a * b))
    for pattern in (_WITH, _FOLLOWS):
        for match in pattern.finditer(text):
            sign = 1 if match["up"] else -1
            hits.append((match.start(), match.end(), sign))
    for match in _HAVING.finditer(text) if not hits else ():
        if not re.search(r"\b(?:than|as|but|and|or)\b", match["gap"]):
            hits.append((match.start(), match.end(), (1 if match["an"] else -1) * (1 if match["bm"] else -1)))
    hits.extend((m.start(), m.end(), 1 if m["up"] else -1) for m in _HELPS.finditer(text))
    for match in _AT_HIGH.finditer(text) if not hits else ():
        hits.append((match.start(), match.end(), (1 if match["an"] else -1) * (1 if match["bm"] else -1)))
    if not hits:
        hits.extend((m.start(), m.end(), 1 if m["up"] else -1) for m in _ALONGSIDE.finditer(text))
    short = _SHORT.match(text)
    if short is not None:  # "More alike, louder."
        hits.append((short.start(), short.end(), (1 if short["an"] else -1) * (1 if short["bm"] else -1)))
    for pattern in (_ALONG, _TOGETHER):
        hits.extend((m.start(), m.end(), 1 if m["up"] else -1) for m in pattern.finditer(text))
    hits = [h for h in hits if not _NEGATED.search(text[max(0, h[0] - 30) : h[0]])]
    return hits[0] if hits and len({h[2] for h in hits}) == 1 else None


def strength_words(text: str) -> list[DirectionWord]:
    """The words that say stronger (+1) or weaker (-1)."""
    return [
        DirectionWord(m.start(), m.end(), 1 if m["up"] else -1, text[m.start() : m.end()])
        for m in _STRENGTH.finditer(lowered(text))
        if not _NEGATED.search(text[max(0, m.start() - 30) : m.start()])
    ]


_MOST = [
    "highest",
    "most",
    "largest",
    "biggest",
    "greatest",
    "strongest",
    "tightest",
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


_STRENGTH_SUPERLATIVE = frozenset(
    ["strongest", "tightest", "best", "weakest", "loosest", "worst", "firmest", "sharpest", "clearest", "faintest"]
)


def superlatives(text: str) -> list[Superlative]:
    """The superlatives of ``text``; "at most", "at least" and "most of the" are none."""
    out = []
    for match in _SUPERLATIVE.finditer(text):
        before = text[max(0, match.start() - 4) : match.start()].lower()
        if before.rstrip().endswith(("at", "al")) or re.match(
            r"\s+(?:personas|sources|layers|models|cases|of(?! (?:all|them|these|any)\b))\b",
            text[match.end() : match.end() + 12],
        ):
            continue
        word = match.group(0).lower()
        if text[match.end() : match.end() + 1] == "-":
            continue  # "the best-known"
        if word in ("top",) and not (before.endswith("the ") or _TOPS.search(text[: match.start()])):
            continue
        if word in ("most", "least") and not before.endswith("the ") and _COUNTED.match(text[match.end() :]):
            continue  # "most voices" is a share
        if _MODIFIER.search(text[max(0, match.start() - 24) : match.start()]):
            continue  # "at the highest dose" says where
        out.append(Superlative(match.start(), match.end(), 1 if match["most"] else -1, word in _STRENGTH_SUPERLATIVE))
    for match in _LEADS.finditer(text):
        if not _NEGATED.search(text[max(0, match.start() - 30) : match.start()]):
            out.append(Superlative(match.start(), match.end(), 1 if match["first"] else -1, False))
    return sorted(out)


_TOPS = regex(r"[:;,(]\s*$")
"""Behind a stop "top" opens a list of ends: "by layer: top L27, bottom L9"."""
_LEADS = regex(
    r"\b(?:(?P<first>(?:tops|topped|leads|led|heads|headed) (?:the|this|our) (?:list|ranking|rankings|table|"
    r"field|order|group|"
    r"others|pack)|(?:comes?|came|ranks?|ranked|finish\w+) (?:out )?(?:first|top|on top)|leads(?=\s*(?:[,;.(]|"
    r"$))|on top(?=\s*[,;.(])|at the top(?=\s*[,;.(])|(?:more|higher|better|"
    r"greater)"
    r"(?: \w+){0,2} than (?:any|all|every)(?: of the)? others?)|(?:comes?|came|ranks?|ranked|"
    r"finish\w+) (?:out )?(?:last|"
    r"bottom)|brings? up the rear|at the bottom(?=\s*[,;.(])|(?:is|sits|stands) at the bottom of the (?:list|"
    r"ranking|table|field)|"
    r"(?:less|fewer|lower|smaller)(?: \w+){0,2} than (?:any|all|every)(?: of the)? others?)\b",
    re.IGNORECASE,
)


_COUNTED = regex(
    r"\s+(?!\w+ing\b|frequent\b|common\b|pronounced\b|prevalent\b|marked\b|prone\b|susceptible\b|accurate\b|"
    r"sensitive\b|"
    r"frequently\b|readily\b|heavily\b|clearly\b|for\b|in\b|under\b|at\b|by\b|with\b|is\b|on\b|"
    r"to\b|when\b|after\b|often\b|strongly\b)[a-z]+",
    re.IGNORECASE,
)
_MODIFIER = regex(
    r"\b(?:at|under|with|from|until|till|by|in|on|beyond|up to|down to|after|before|than|through|between|of|to|using|"
    r"given|over|across|for)\s+(?:(?:the|its|their|our|this|that|each|a)\s+)(?:\w+\s+)?$",
    re.IGNORECASE,
)


class Quantifier(NamedTuple):
    """A share in words: the smallest and largest count out of ``total`` (0: not said) that it allows."""

    start: int
    end: int
    low: float
    high: float
    total: int
    text: str


_TOTAL = rf"(?P<{{}}>\d{{{{1,3}}}}|(?!zero\b|one\b){SPELLED})"
_THE = r"(?:the |these |those |our |its |their |all (?:the |these |our )?)*"
_TAIL = r"(?=\s+[a-z`(]|[,;:.)!?*]|$)"
_PARTS = {
    "half": 1 / 2,
    "one half": 1 / 2,
    "two thirds": 2 / 3,
    "a third": 1 / 3,
    "one third": 1 / 3,
    "three quarters": 3 / 4,
    "three fourths": 3 / 4,
    "a quarter": 1 / 4,
    "one quarter": 1 / 4,
    "a fourth": 1 / 4,
    "a fifth": 1 / 5,
    "one fifth": 1 / 5,
    "two fifths": 2 / 5,
    "three fifths": 3 / 5,
    "four fifths": 4 / 5,
    "a sixth": 1 / 6,
    "one sixth": 1 / 6,
    "five sixths": 5 / 6,
    "a tenth": 1 / 10,
    "one tenth": 1 / 10,
}
_SHARED = "|".join(p.replace(" ", "[- ]") for p in sorted(_PARTS, key=len, reverse=True))
_QUANTIFIER = regex(
    rf"\b(?:(?:(?P<but>all|every one|each) (?:but|bar|except|save) (?P<k>one|two|three|four|five|six|\d{{1,2}}) "
    rf"(?:out )?of "
    rf"|(?P<all>all of|all|every (?:single )?one of|every last one of|each (?:and every )?(?:one )?of|"
    rf"the whole (?:set|group|lot|family) of)\s+"
    rf"|(?P<none>none (?:at all )?of|not (?:a single |even )?one (?:out )?of|no one of|nobody of|no single one of|"
    rf"neither of|not any of|zero of)\s+){_THE}{_TOTAL.format('n0')}{_TAIL}"
    rf"|(?:(?P<most>most of (?=the |these |those |our |its |all )|(?:the|a) "
    rf"(?:clear |large |vast |narrow |bare |slim )?majority of|(?:more than|over|above) (?:one )?half (?:of )?)"
    rf"|(?P<few>(?:only )?a minority of|(?:less|fewer) than (?:one )?half (?:of )?|under half (?:of )?))"
    rf"\s*{_THE}{_TOTAL.format('n1')}(?=\s+[a-z`])"
    rf"|(?P<part>{_SHARED})\s+(?:of\s+)?{_THE}{_TOTAL.format('n2')}?(?=\s+[a-z`]))"
)


_OUT_OF = regex(r"\b(?:of|among|amongst|from)\s+$", re.IGNORECASE)


def quantifiers(text: str) -> list[Quantifier]:
    """Shares in words: "all 5 sources", "half of all 12 personas", "none of the four layers".

    >>> [(q.low, q.high, q.total) for q in quantifiers("all 4 layers pass; half of all 12 personas do")]
    [(4.0, 4.0, 4), (6.0, 6.0, 12)]
    """
    out = []
    for match in _QUANTIFIER.finditer(lowered(text)):
        raw = match["n0"] or match["n1"] or match["n2"] or ""
        total = int(raw) if raw.isdigit() else WORD_NUMBERS.get(raw, 0)
        if match["but"]:
            left = match["k"]
            low = high = float(total - (int(left) if left.isdigit() else WORD_NUMBERS[left]))
        elif match["most"]:
            low, high = float(total // 2 + 1), float(total)
        elif match["few"]:
            low, high = 0.0, float((total - 1) // 2)
        elif match["all"]:
            if _OUT_OF.search(text[max(0, match.start() - 12) : match.start()]):
                continue  # "of all 12, four rise": a whole, and no claim about it
            low = high = float(total)
        elif match["none"]:
            low = high = 0.0
        else:
            share = _PARTS[match["part"].replace("-", " ")] * total
            exact = abs(share - round(share)) < 1e-9
            low, high = (share, share) if exact else (share - 0.5, share + 0.5)
            if total == 0 or re.match(r"\s+of (?:their|its|the) (?:completions|answers|rise)", text[match.end() :]):
                continue
        out.append(Quantifier(match.start(), match.end(), low, high, total, text[match.start() : match.end()]))
    return out


ROLE_WORDS = {
    "first": regex(
        r"\b(?:start\w*|begin\w*|baseline\w*|initial\w*|from (?:exactly )?(?:0|zero)|before training|untrained|entry|"
        r"outset|opening|kick-?off|at first)\b",
        re.IGNORECASE,
    ),
    "last": regex(
        r"\b(?:ends?|ended|ending|final\w*|last|finish\w*|after training|at the end|closing|exit|"
        r"conclusion)\b",
        re.IGNORECASE,
    ),
    "max": regex(
        r"\b(?:peaks?|peaked|tops?|maxim\w+|highest|at most|at (?:its|their) height|reach\w*|crests?|crested|summits?|"
        r"high points?|apex|zenith)\b",
        re.IGNORECASE,
    ),
}
"""What says that a number is the first, the last or the largest of a course."""

MOOT = regex(
    r"\b(?:expect\w*|predict(?:ed|ion|ions)|hypothes\w*|anticipat\w*|assum\w*|suppos\w*|would|could|should|might|if|"
    r"whether|unless|plan(?:ned)?|target(?:ed|ing)|"
    r"target(?= (?:of|was|is|rate|value|level|share)\b)|aim(?:ed)?|goal|imagine|guess\w*|simulat\w*|"
    r"for example|e\.g\.|in theory|chosen|chose|picked|selected|pre-?registered|development set|held[- ]out|"
    r"elsewhere|literature|previous\w*|"
    r"earlier|pilot (?:study|run|experiment|estimate|phase)|other studies|et al)\b|#\d",
    re.IGNORECASE,
)
"""A sentence with one of these may speak of what was hoped, planned or found elsewhere."""
