"""The stretches of words that may hold what a count asks of its things, the nearest first."""

from __future__ import annotations

import re
from collections.abc import Iterator

from leakstats.records import replace

from ..regex import regex
from .counted import Counted, numbers_in
from .directed import moves_in
from .grammar import Number
from .idioms import pairs_of_counts
from .lexicon import direction_words
from .passages import Sentence
from .wording import MOSTLY, PART, PART_OF

__all__ = ["windows"]

_METHODS = regex(
    r"\b(?:by|with|in|under|for|according to|on)?\s*(?:the )?(?:ranks?|rank|Spearman\S*|Pearson\S*|linear\w*|ρ|"
    r"rho|r)\b"
    r"(?:\s+(?:tests?|coefficients?|correlations?))?|\b(?:start\w*|peaks?|end|final\w*|before|after)\b",
    re.IGNORECASE,
)


_SHARE = regex(
    r"\b(?:(?:a |one |the |one-)?(?:half|third|quarter|fourth|fifth|tenth)|two[- ]thirds|"
    r"three[- ]quarters)\b",
    re.IGNORECASE,
)


_QUESTION = regex(r"\b(?:how many|which|what share|for how many|in how many)\b", re.IGNORECASE)


_LIKEWISE = regex(
    r"\b(?:do(?:es)? (?:so|the same|likewise)|do(?:es)? as well|follows? suit|follows?(?=\s*(?:[.,;:)*]|$))|"
    r"so (?:it )?do(?:es)?|"
    r"(?:moves?|goes?|go|points?|changes?) (?:the same way|that way|likewise|in (?:the same|that) direction)|likewise|"
    r"shares? (?:this|that|the) (?:direction|trend|fate)|(?:this|the same) (?:holds|is true|applies))\b",
    re.IGNORECASE,
)


def _told_before(sentence: Sentence, left: int) -> str:
    """The direction that the words before a clause state: "rises", "falls", or "" for none."""
    sources = [(sentence, sentence.text[:left])]
    if sentence.previous is not None:
        sources.append((sentence.previous, sentence.previous.text))
    for source, text in sources:
        if source is not sentence and _CONDITION.search(text):
            return ""  # "it falls when they leave home": how two states differ, and no course
        signs = {d.sign for d in direction_words(text) if not d.polar}
        if signs and _ASKED_TOO.search(text):
            return ""  # "rise with no overlap of intervals": more than a direction
        if not signs:
            moves = [m for m in moves_in(source) if m.end - source.start <= len(text) and m.left.role == m.right.role]
            signs = {1 if m.right.value > m.left.value else -1 for m in moves if m.right.value != m.left.value}
        if len(signs) == 1:
            return "rises" if signs.pop() > 0 else "falls"
        if signs:
            return ""
    return ""


_ASKED_TOO = regex(r"\b(?:intervals?|CIs?|bands?|overlap\w*|significan\w+|clearly|reliably)\b", re.IGNORECASE)
_CONDITION = regex(r"\b(?:when|whenever|if|once|where|outside|away)\b", re.IGNORECASE)
_WHOLE = regex(r"\b(?:all|every|each|no|none of|both|neither|nor)\b", re.IGNORECASE)
"""Words for the others, which ask nothing of them."""


def windows(claim: Counted) -> Iterator[tuple[int, str, list[Number]]]:
    """Stretches of words that may hold the criterion, the nearest first."""
    sentence = claim.sentence
    left, right = claim.bounds
    own = sentence.text[left:right]
    at = claim.start - sentence.start
    if claim.bare:  # its own words ask nothing
        tail = claim.end - sentence.start
        own = " ".join(filter(None, (sentence.text[left:at], claim.kind, sentence.text[tail:right])))
        if claim.things:
            own = _WHOLE.sub(" ", own)
    if _METHODS.search(sentence.text[at:right]):  # "1 of 4 with Pearson and 2 of 4 with ranks": not the first one's
        begin = claim.end - sentence.start if claim.bare and not claim.things else at
        own = f"{_METHODS.sub(' ', sentence.text[left:at])} {sentence.text[begin:right]}"
    if _LIKEWISE.search(own) and (told := _told_before(sentence, left)):
        yield sentence.start + left, f"{told} {_LIKEWISE.sub(' ', own)}", []
    numbers = numbers_in(claim, left, right)
    bar = _bar_apart(claim, left, own)
    if bar is not None:
        yield sentence.start, regex(r"\s\([^()]*\)").sub("", sentence.text), [bar]
    bracket = _BAR_BEHIND.match(sentence.text, right)
    held = numbers_in(claim, right, bracket.end()) if bracket is not None else []
    stated = bracket is not None and len(held) == 1 and held[0].role in ("coefficient", "percent")
    behind = f"{own} {bracket.group(0)}" if bracket is not None else own
    if stated and {n.value for n in numbers} == {held[0].value}:  # "If 0.7 is strong, four of six qualify (ρ ≥ 0.7)"
        yield sentence.start + left, behind, held
    yield sentence.start + left, own, numbers
    opened = max(sentence.text.rfind(";", 0, left), sentence.text.rfind(". ", 0, left)) + 1
    if opened < left:  # "Under a third at dawn: 3 of 7", "6 of 6 hold by one test, 5 of 6 by the next"
        lead = sentence.text[opened:left]
        share = _SHARE.search(own)
        method = _METHODS.search(own) is not None
        if method:
            lead = _METHODS.sub(" ", lead)
        if share is not None:  # "a fifth is beaten by 2 of 7, a tenth by 6 of 7"
            lead = _SHARE.sub(share.group(0), lead)
        if method or share is not None or lead.rstrip().endswith(":"):  # else the criterion is not said whole
            yield sentence.start + opened, f"{lead} {own}", numbers_in(claim, opened, right)
    head, colon, _rest = sentence.text[:left].partition(": ")
    if _BARE.search(own):
        return  # "Over half: 3 of 9; the second alone is up in all 9"
    if colon and opened < left and not any(n.end - sentence.start <= len(head) for _, n in pairs_of_counts(sentence)):
        # "Over 35% solved: a in all 8 rooms, b in 3 of 8"
        yield sentence.start, f"{head}: {own}", [*numbers_in(claim, 0, len(head)), *numbers_in(claim, left, right)]
    if stated and not numbers:  # "Four of six qualify (ρ ≥ 0.7)"
        yield sentence.start + left, behind, held
    gloss = _BRACKET.match(sentence.text, right)
    if gloss is not None and not numbers and any(x.search(gloss["in"]) for x in (MOSTLY, PART, PART_OF)):
        yield sentence.start + left, f"{own} {gloss['in']}", []  # "A habit in 4 of 9 (it shows in more than half)"
    asked = sentence.previous  # the question that it answers
    if asked is not None and asked.text.rstrip(" *_").endswith("?") and _QUESTION.search(asked.text):
        yield asked.start, f"{asked.text} {own}", [*asked.numbers, *numbers_in(claim, left, right)]


def _bar_apart(claim: Counted, left: int, own: str) -> Number | None:
    """The one level of a sentence, where other words than those beside it ask for it.

    "We hoped for 0.4, and 5 of 8 have it", "the threshold of 0.7, fixed before, is met by 4 of 6", "if 10% is taken as
    the limit, 4 of 6 are beyond it".
    """
    sentence = claim.sentence
    levels = [n for n in sentence.numbers if n.role in ("percent", "value", "coefficient")]
    if len(levels) != 1 or levels[0].bound:
        return None
    level = levels[0]
    before, after = sentence.between(sentence.start, level.start), sentence.between(level.end, sentence.end)
    met = _IS_MET.search(after) if _AT_BAR.search(before) else None
    there = _GETS_THERE.search(own) if level.end <= sentence.start + left else None
    if met is None and there is None and _TAKEN_AS.match(after) is None:
        return None
    return replace(level, bound=">" if met is not None and met["past"] else ">=")


_AT_BAR = regex(
    r"\b(?:thresholds?|cut-?offs?|benchmarks?|criteri(?:on|a)|bars?|marks?|levels?) "
    r"(?:of|at|=|is|was)\s+$",
    re.IGNORECASE,
)
_IS_MET = regex(
    r"\b(?:is|was|are|were|has been|gets) (?:attained|reached|met|hit|"
    r"(?P<past>passed|exceeded|crossed|cleared|surpassed)) "
    r"(?:by|in|at|for)\b",
    re.IGNORECASE,
)
_GETS_THERE = regex(
    r"\b(?:gets?|got) there\b|\b(?:qualif(?:y|ies|ied)|suffices?)\b|"
    r"\b(?:reach(?:es|ed)?|attain(?:s|ed)?|meets?|met) (?:it|this|that)"
    r"(?=\s*(?:$|[.,;:)*]))",
    re.IGNORECASE,
)
_TAKEN_AS = regex(
    r"[^.;,]{0,40}\b(?:is|are|was|be) (?:taken|read|used|treated|set|fixed) (?:as|for) (?:the|a|our) "
    r"(?:\w+ )?(?:threshold|bar|criterion|cut-?off|limit|line|mark)\b",
    re.IGNORECASE,
)
_BARE = regex(r"\b(?:up|down|lower|higher|ahead|behind)\b(?!\s+to\b)", re.IGNORECASE)
_BRACKET = regex(r"\s*\((?P<in>[^()]{8,90})\)")
_BAR_BEHIND = regex(r"\s*\([^()]*[<>≤≥][^()]*\)")
