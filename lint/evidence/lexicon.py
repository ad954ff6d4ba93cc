"""Words that claim a direction, a strength, an extreme or a share. An unknown word claims nothing."""

from __future__ import annotations

import re
from typing import NamedTuple

from leakstats.records import struct

__all__ = [
    "ROLE_WORDS",
    "DirectionWord",
    "Quantifier",
    "direction_words",
    "quantifiers",
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
    "goes_up",
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
    "goes_down",
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
]


def _pattern(words: list[str]) -> str:
    return "|".join(w.replace("_", r"\s") for w in words)


_DIRECTION = re.compile(
    rf"\b(?:(?P<together>(?:rise|move|go|grow|increase|fall|vary|run|travel|climb)s? (?:together|in step|in tandem|"
    rf"hand in hand|in parallel|in the same direction|the same way))|(?P<up>{_pattern(_UP)})"
    rf"|(?P<down>{_pattern(_DOWN)})|(?P<plus>positive(?:ly)?)|(?P<minus>negative(?:ly)?|inverse(?:ly)?|"
    rf"(?:move|go|run|point|pull|travel)s? (?:in opposite (?:directions|ways)|opposite ways|apart|"
    rf"against each other)))\b",
    re.IGNORECASE,
)
_STRENGTH = re.compile(rf"\b(?:(?P<up>{_pattern(_STRONGER)})|(?P<down>{_pattern(_WEAKER)}))\b", re.IGNORECASE)
_NEGATED = re.compile(
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
    for match in _DIRECTION.finditer(text):
        if _NEGATED.search(text[max(0, match.start() - 30) : match.start()]):
            continue
        sign = 1 if match["up"] or match["plus"] or match["together"] else -1
        out.append(
            DirectionWord(
                match.start(),
                match.end(),
                sign,
                match.group(0),
                bool(match["plus"] or match["minus"] or match["together"]),
            )
        )
    return out


def strength_words(text: str) -> list[DirectionWord]:
    """The words that say stronger (+1) or weaker (-1)."""
    return [
        DirectionWord(m.start(), m.end(), 1 if m["up"] else -1, m.group(0))
        for m in _STRENGTH.finditer(text)
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
]
_SUPERLATIVE = re.compile(
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
            r"\s+(?:personas|sources|layers|models|cases|of)\b", text[match.end() : match.end() + 12]
        ):
            continue
        word = match.group(0).lower()
        if text[match.end() : match.end() + 1] == "-":
            continue  # "the best-known"
        if word in ("top",) and not before.endswith("the "):
            continue
        if word in ("most", "least") and not before.endswith("the ") and _COUNTED.match(text[match.end() :]):
            continue  # "most voices" is a share
        if _MODIFIER.search(text[max(0, match.start() - 24) : match.start()]):
            continue  # "at the highest dose" says where
        out.append(Superlative(match.start(), match.end(), 1 if match["most"] else -1, word in _STRENGTH_SUPERLATIVE))
    return out


_COUNTED = re.compile(
    r"\s+(?!for\b|in\b|under\b|at\b|by\b|with\b|is\b|on\b|to\b|when\b|after\b|often\b|strongly\b)[a-z]+", re.IGNORECASE
)
_MODIFIER = re.compile(
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


_QUANTIFIER = re.compile(
    r"\b(?:(?P<all>all|every one of|each of)(?: of)?(?: the| these| our)?\s+(?P<n1>\d+|two|three|four|"
    r"five|six|seven|eight|nine|ten|eleven|twelve)(?=\s+[a-z`(]|[,;:.)]|$)"
    r"|(?P<none>none of)(?: the| all| these)?\s+(?P<n2>\d+|two|three|four|five|six|seven|eight|nine|"
    r"ten|eleven|twelve)(?=\s+[a-z`(]|[,;:.)]|$)"
    r"|(?P<part>half|two[- ]thirds|a third|one third|three[- ]quarters|a quarter)\s+(?:of\s+)?(?:all |"
    r"the |all the )?(?P<n3>\d+|two|three|four|five|six|seven|eight|nine|ten|eleven|"
    r"twelve)?(?=\s+[a-z`]))",
    re.IGNORECASE,
)
_PARTS = {
    "half": 1 / 2,
    "two thirds": 2 / 3,
    "two-thirds": 2 / 3,
    "a third": 1 / 3,
    "one third": 1 / 3,
    "three quarters": 3 / 4,
    "three-quarters": 3 / 4,
    "a quarter": 1 / 4,
}
_WORDS = dict(
    zip(
        ["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"],
        range(2, 13),
        strict=True,
    )
)


def quantifiers(text: str) -> list[Quantifier]:
    """Shares in words: "all 5 sources", "half of all 12 personas", "none of the four layers".

    >>> [(q.low, q.high, q.total) for q in quantifiers("all 4 layers pass; half of all 12 personas do")]
    [(4.0, 4.0, 4), (6.0, 6.0, 12)]
    """
    out = []
    for match in _QUANTIFIER.finditer(text):
        raw = match["n1"] or match["n2"] or match["n3"] or ""
        total = int(raw) if raw.isdigit() else _WORDS.get(raw.lower(), 0)
        if match["all"]:
            low = high = float(total)
        elif match["none"]:
            low = high = 0.0
        else:
            share = _PARTS[match["part"].lower()] * total
            exact = abs(share - round(share)) < 1e-9
            low, high = (share, share) if exact else (share - 0.5, share + 0.5)
            if total == 0 or re.match(r"\s+of (?:their|its|the) (?:completions|answers|rise)", text[match.end() :]):
                continue
        out.append(Quantifier(match.start(), match.end(), low, high, total, match.group(0)))
    return out


ROLE_WORDS = {
    "first": re.compile(
        r"\b(?:start\w*|begin\w*|baseline\w*|initial\w*|from (?:exactly )?(?:0|zero)|before training|untrained)\b",
        re.IGNORECASE,
    ),
    "last": re.compile(r"\b(?:ends?|ended|ending|final\w*|last|finish\w*|after training|at the end)\b", re.IGNORECASE),
    "max": re.compile(r"\b(?:peaks?|peaked|tops?|maxim\w+|highest|at most|at its height|reach\w*)\b", re.IGNORECASE),
}
"""What says that a number is the first, the last or the largest of a course."""

MOOT = re.compile(
    r"\b(?:expect\w*|predict(?:ed|ion|ions)|hypothes\w*|anticipat\w*|assum\w*|suppos\w*|would|could|should|might|if|"
    r"whether|unless|plan(?:ned)?|target\w*|aim(?:ed)?|goal|imagine|guess\w*|simulat\w*|for example|e\.g\.|in theory|"
    r"chosen|chose|picked|selected|pre-?registered|development set|held[- ]out|elsewhere|literature|previous\w*|"
    r"earlier|pilot (?:study|run|experiment|estimate|phase)|other studies|et al)\b|#\d",
    re.IGNORECASE,
)
"""A sentence with one of these may speak of what was hoped, planned or found elsewhere."""
