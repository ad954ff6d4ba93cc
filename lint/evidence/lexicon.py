"""Words that claim a direction or a strength, and what makes a claim moot. An unknown word claims nothing."""

from __future__ import annotations

import re
from functools import lru_cache

from leakstats.records import struct

from ..regex import regex
from ..words import lowered, word_set, word_starts

__all__ = [
    "DENIAL",
    "MOOT",
    "NEGATED",
    "ROLE_WORDS",
    "TRIALS",
    "DirectionWord",
    "direction_words",
    "may_be_moot",
    "strength_words",
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
    "drives_up",
    "drove_up",
    "pushes_up",
    "pushed_up",
    "brings_up",
    "brought_up",
    "pulls_up",
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
    "falls?(?! in (?:with|line)| into (?:line|place|step))",
    "fell(?! in (?:with|line)| into (?:line|place|step))",
    "fallen(?! in (?:with|line)| into (?:line|place|step))",
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
    "lower(?![ -]?case)",
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
    "cuts",
    "trims",
    "trimmed",
    "slashes",
    "slashed",
    "brings_down",
    "brought_down",
    "drives_down",
    "drove_down",
    "pushes_down",
    "pulls_down",
    "takes_off",
    "takes_away",
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
    "(?<!to_)flatter",
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
    """An expression of ``words``; those with one first letter stand together, so that it is looked at once."""
    tails: dict[str, list[str]] = {}
    for word in words:
        cut = 1 if word[0].isalpha() else len(word)
        tails.setdefault(word[:cut], []).append(word[cut:])
    return "|".join(f"{first}(?:{'|'.join(rest)})" for first, rest in tails.items()).replace("_", r"\s")


def _first_words(words: list[str]) -> frozenset[str]:
    """The words with which a match of such an expression begins."""
    bare = [word.rpartition("(?<!to_)")[2].partition("(")[0].partition("_")[0] for word in words]
    return frozenset(form for word in bare for form in (word.replace("?", ""), word[:-2] if word[-1:] == "?" else word))


_DIRECTION = regex(
    rf"\b(?:(?P<together>(?:rise|move|go|grow|increase|fall|vary|run|travel|climb)s? (?:together|in step|in tandem|"
    rf"hand in hand|in parallel|in the same direction|the same way))|(?P<up>{_pattern(_UP)})"
    rf"|(?P<down>{_pattern(_DOWN)})|(?P<plus>positive(?:ly)?)|(?P<minus>negative(?:ly)?|inverse(?:ly)?|"
    rf"(?:move|go|run|point|pull|travel)s? (?:in opposite (?:directions|ways)|opposite ways|apart|"
    rf"against each other)))\b"
)
_STRENGTH = regex(rf"\b(?:(?P<up>{_pattern(_STRONGER)})|(?P<down>{_pattern(_WEAKER)}))\b")
"""Of text in lower case, in which hundreds of words are looked for three times as fast."""
_STRENGTHS = _first_words([*_STRONGER, *_WEAKER])
_DIRECTIONS = _first_words(
    [
        *(*_UP, *_DOWN, "go", "gos", "goes", "positive", "positively", "negative", "negatively", "inverse"),
        *("inversely", "rises?", "moves?", "grows?", "increases?", "falls?", "varys?", "runs?", "travels?"),
        *("climbs?", "points?", "pulls?"),
    ]
)
"""One of them stands where a direction or a strength is said."""
TRIALS = (
    r"(?:completions?|samples?|generations?|answers?|responses?|rollouts?|trials?|outputs?|repl(?:y|ies)|lines?|"
    r"texts?|transcripts?|draws?|judg(?:e)?ments?|queries)"
)
"""What trials are called."""
DENIAL = (
    r"\b(?:not|no(?! (?:matter|doubt|wonder|surprise)\b)|none|never|neither|nor|nothing|nobody|nowhere|cannot)\b|"
    r"n['’]t\b"
)
"""What denies something of its stretch of text, wherever it stands there; askers add words of their own."""
NEGATED = regex(
    r"\b(?:not|no|never|neither|nor|without|rather than|instead of|n['’]t|fails? to|cannot|hardly|"
    r"barely)\s+(?:\w+\s+)?$",
    re.IGNORECASE,
)
"""Right before a word that is denied."""


_ORDERED = regex(
    r"(?:Add|Cut|Drop|Lower|Raise|Lift|Lose|Reduce|Shrink) (?:it|them|this|that|these|those|him|her|the)\b|"
    r"(?:[Aa]dding|[Cc]utting|[Dd]ropping|[Ll]owering|[Rr]aising|[Ll]ifting|[Ll]osing|[Rr]educing) "
    r"(?!from|to|by|below|above|under|over|off|out|in|at|after|with|and|sharply|slightly|steadily|again|back)[a-z]+\b"
)
"""What is done to a thing, and happens to none: "Cut these and the spread shrinks"."""
_OPENED = regex(r"(?:^|[.,;:(—])\W*$")


@struct
class DirectionWord:
    """A word that says up (+1) or down (-1)."""

    start: int
    end: int
    sign: int
    text: str
    polar: bool = False
    """``positive`` or ``negative``: it speaks of a relation's sign."""


@lru_cache(maxsize=256)  # half of the clauses are a whole sentence, of which others ask too
def direction_words(text: str) -> tuple[DirectionWord, ...]:
    """The words of direction in ``text``; negated ones are left out.

    >>> [(w.text, w.sign) for w in direction_words("leakage rises, then falls below the baseline")]
    [('rises', 1), ('falls', -1), ('below', -1)]
    """
    if word_set(text).isdisjoint(_DIRECTIONS):
        return ()
    out = []
    for match in _DIRECTION.finditer(lowered(text)):
        if NEGATED.search(text[max(0, match.start() - 30) : match.start()]) or (
            _ORDERED.match(text, match.start()) and _OPENED.search(text[: match.start()])
        ):
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
    return tuple(out)


def strength_words(text: str) -> list[DirectionWord]:
    """The words that say stronger (+1) or weaker (-1)."""
    if word_set(text).isdisjoint(_STRENGTHS):
        return []
    return [
        DirectionWord(m.start(), m.end(), 1 if m["up"] else -1, text[m.start() : m.end()])
        for m in _STRENGTH.finditer(lowered(text))
        if not NEGATED.search(text[max(0, m.start() - 30) : m.start()])
    ]


ROLE_WORDS = {
    "first": regex(
        r"\b(?:start\w*|beg[aiu]n\w*|baseline\w*|initial\w*|from (?:exactly )?(?:0|zero)|before training|untrained|"
        r"entry|outset|opening|kick-?off|at first)\b",
        re.IGNORECASE,
    ),
    "last": regex(
        r"\b(?:ends?|ended|ending|final\w*|last(?!\s+(?:at|with|on)\b)|finish\w*|after training|at the end|"
        r"closing|exit|conclusion)\b",
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
    r"\b(?:(?<!\bas )(?<!\bthan )(?:(?!expected (?:one|sign|direction|way|order|side)\b)expect\w*|"
    r"predict(?:ed|ion|ions)|hypothes\w*|anticipat\w*|plan(?:ned)?)|assum\w*|suppos\w*|"
    r"(?<!\bnobody )(?<!\bno one )(?<!\bfew )would|could|"
    r"should|might|"
    # "if Pearson's r is preferred, …" chooses a method and supposes nothing
    r"if(?! (?:we (?:use|take|prefer) )?(?:the )?(?:Pearson|Spearman|rank|linear|raw|rho|r|ρ)\b[^.,;]{0,40},)"
    # nor does "twice as high, if anybody cares"
    r"(?<!, if(?= (?:one|you|we|any(?:one|body|thing)|a reader) (?:car|lik|want|prefer|insist|ask|wish|at all)))"
    r"(?<!, if(?= anything))|"
    r"whether|unless|target(?:ed|ing)|"
    r"target(?= (?:of|was|is|rate|value|level|share)\b)|aim(?:ed)?|goal|imagine|guess\w*|simulat\w*|"
    r"for example|e\.g\.|in theory|chosen|chose|picked(?! (?:[a-z]+ ){0,3}up\b)|selected|pre-?registered|"
    r"development set|held[- ]out|"
    r"(?<=\w )elsewhere|literature|previous(?! ones\b)\w*|"
    r"earlier(?! ones\b)|pilot (?:study|run|experiment|estimate|phase)|other studies|et al)\b|#\d",
    re.IGNORECASE,
)
"""A sentence with one of these may speak of what was hoped, planned or found elsewhere."""
_MOOT_STARTS = frozenset(
    [
        *("expe", "pred", "hypo", "anti", "plan", "assu", "supp", "woul", "coul", "shou", "migh", "if", "whet", "unle"),
        *("targ", "aim", "aime", "goal", "imag", "gues", "simu", "exam", "g", "theo", "chos", "pick", "sele", "pre"),
        *("prer", "deve", "held", "else", "lite", "prev", "earl", "pilo", "othe", "al"),
    ]
)
"""How a word of each of these begins."""


def may_be_moot(text: str) -> bool:
    """False for a text in which :data:`MOOT` has no match, as that of most sentences."""
    return "#" in text or not word_starts(text).isdisjoint(_MOOT_STARTS)
