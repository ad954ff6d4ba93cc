"""A count of things beside those that the words except from it: "6 of 7 rise; the exception is the mason"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from leakstats.records import struct

from ..regex import regex
from .coordination import list_of
from .counted import Counted, bounds_of
from .knowledge import Clash, Evidence
from .lexicon import direction_words
from .names import Mention
from .passages import Sentence
from .verdicts import verdicts
from .wording import DEEP, LINEAR, OF_LIKENESS, OF_RATE, RANKS, SIGNIFICANT

__all__ = ["contrary_clashes"]


@struct
class Excepted:
    """Things that are said to be otherwise."""

    sentence: Sentence
    start: int
    things: frozenset[str]
    only: bool
    """There is no other."""


_LEAD = regex(
    r"\b(?:(?:the )?(?:only |sole |one |lone |single )?exceptions?(?: (?:is|are|was|were|being)|:)|"
    r"in the (?:remaining|last|other) (?:one|case),?|the (?:remaining|last|other) (?:one|case)s?,? (?:is|are|was|were)|"
    r"the odd (?:one|man) out (?:is|was))\s+(?:for |in |with |by )?(?:the )?[`\"'‘*]*$",
    re.IGNORECASE,
)
"""In front of what is excepted."""
_BUT = regex(
    r"(?:\s+[`\"'*]*[A-Za-z-]+){0,2}\s*[,(]\s*"
    r"(?:all|each|every one|everything) (?:but|except(?: for)?|save)(?: for| in)? "
    r"(?:the )?[`\"'‘*]*",
    re.IGNORECASE,
)
""" "In all nine rooms, all but the last"."""
_TAIL = regex(
    r"[`\"'’*]*,?\s+(?:is|are|was|were|being|remains?|remained|makes?|made) (?:the |an? )?"
    r"(?:(?:only |sole |one |lone |single )?exceptions?\b|(?:only |sole |single )?ones? (?:that|which|who) "
    r"(?:does|do|did|is|are|was|were|has|have) ?n(?:o|['’])t\b|odd (?:one|man) out\b)",
    re.IGNORECASE,
)
"""Behind it."""
_PART = regex(
    r"\b(?:among|amongst|of (?:those|these|them)|to (?:this|that|the) rule|perhaps|partly|apparent|almost|near)\b",
    re.IGNORECASE,
)
_LEAVES = regex(r"\b(?:that |this |which )?leav(?:es|ing)\s+(?:only |just )?$", re.IGNORECASE)
_AT_ONCE = regex(
    r"[`\"'’*]*(?:['’]s?\s+\w+)?,?\s+(?:it |they |even |actually |itself |"
    r"alone |instead |however |though |for its part |slightly )*$"
)
_FRONTED = regex(r"^\W*(?:(?:only |but )?(?:in|for|at|under|with) )?(?:the )?[`\"'‘*]*$", re.IGNORECASE)


def contrary_clashes(evidence: Evidence, claims: list[Counted]) -> Iterator[Clash]:
    """Counts that do not leave over as many things as the words beside them except."""
    for claim in claims:
        if claim.things or claim.low != claim.high or claim.total < 3:
            continue
        beside = [c for c in claims if c.sentence.passage is claim.sentence.passage and c is not claim]
        if any(c.low == claim.total < c.total for c in beside):
            continue  # "five of six pass (all five by far)"
        for found in _excepted(claim):
            if any(_is_between(c, claim, found) for c in beside):
                continue  # of the count that stands nearer
            left = claim.total - claim.low
            wrong = left != len(found.things) if found.only else left == 0
            if wrong:
                yield Clash(
                    "count",
                    claim.sentence.passage.place(claim.start, claim.end),
                    f"'{claim.text}' leaves {left:g}, where {', '.join(sorted(found.things))} "
                    f"{'is' if len(found.things) == 1 else 'are'} said to be otherwise",
                    "count again",
                )
                break


def _is_between(other: Counted, claim: Counted, found: Excepted) -> bool:
    low, high = sorted((claim.start, found.start))
    return other.total > 2 and not other.things and low <= other.start <= high


def _excepted(claim: Counted) -> Iterator[Excepted]:
    """What is excepted from a count: in its own sentence, or in one of the next two."""
    sentences = claim.sentence.passage.sentences
    i = next(i for i, s in enumerate(sentences) if s is claim.sentence)
    for sentence in sentences[max(0, i - 1) : i + 3]:
        named = [m for m in sentence.names if m.name.startswith("#") == (claim.noun in DEEP)]
        for m in named:
            if any(o.start == m.start for o in named if o is not m and o.end > m.end):
                continue
            yield from _of_name(claim, sentence, m)


def _of_name(claim: Counted, sentence: Sentence, m: Mention) -> Iterator[Excepted]:
    before, after = sentence.between(sentence.start, m.start), sentence.between(m.end, sentence.end)
    behind = m.start > claim.end
    group = {n.name for n in list_of(sentence, m)} or {m.name}
    others = {n.name for n in sentence.names if not n.name.startswith("#") and n.start > claim.end} - group
    lead, tail = _LEAD.search(before), _TAIL.match(after)
    said = lead or tail
    if behind and _BUT.fullmatch(sentence.between(claim.end, m.start)):
        yield Excepted(sentence, m.start, frozenset(group), True)
    elif behind and said is not None and not _PART.search(before[-60:] + after[:60]):
        plural = re.search(r"exceptions\b|ones\b", said[0].lower()) is not None
        if not others and plural == (len(group) > 1):
            yield Excepted(sentence, m.start, frozenset(group), True)
    elif claim.noun in DEEP:
        yield from _not_significant(claim, sentence, m)
    elif behind and claim.low == claim.total and not others:
        yield from _opposite(claim, sentence, m, after)


def _not_significant(claim: Counted, sentence: Sentence, m: Mention) -> Iterator[Excepted]:
    """ "At L6 it is not significant" beside a count of the layers that are."""
    left, right = bounds_of(claim)
    own = claim.sentence.text[left:right]
    if not (SIGNIFICANT.search(own) or re.search(r"\bp\s?[<≤]|\b0?\.05\b", own)):
        return
    opened = max(sentence.text.rfind(mark, 0, m.start - sentence.start) for mark in ";:.") + 1
    clause = re.split(r"[;:]|\.\s", sentence.text[opened:])[0]
    said = [v for v in verdicts(sentence) if opened <= v.start - sentence.start < opened + len(clause)]
    named = {n.name for n in sentence.names if opened <= n.start - sentence.start < opened + len(clause)}
    if len(said) != 1 or not said[0].negative or named != {m.name}:
        return
    methods = [(RANKS.search(x) is not None, LINEAR.search(x) is not None) for x in (own, clause)]
    if methods[0] != methods[1] and (methods[0] != (False, False) or claim.start < m.start):
        return
    leaves = _LEAVES.search(claim.sentence.text[: claim.start - claim.sentence.start]) is not None
    yield Excepted(sentence, m.start, frozenset([m.name]), leaves and m.end <= claim.start)


def _opposite(claim: Counted, sentence: Sentence, m: Mention, after: str) -> Iterator[Excepted]:
    """ "In Ghent it fell" behind a rise in all of the towns."""
    left, right = bounds_of(claim)
    own = claim.sentence.text[left:right]
    signs = {w.sign for w in direction_words(own) if not w.polar}
    turned = [w for w in direction_words(after) if not w.polar]
    if not turned or sentence is claim.sentence:
        return
    instead = re.match(r"\s+(?:instead|however|though)\b", after[turned[0].end :]) is not None
    if not (instead and not signs) and (len(signs) != 1 or turned[0].sign in signs):
        return
    if not _FRONTED.match(sentence.between(sentence.start, m.start)) or not _AT_ONCE.fullmatch(
        after[: turned[0].start]
    ):
        return
    kinds = [(OF_LIKENESS.search(x) is not None, OF_RATE.search(x) is not None) for x in (own, sentence.text)]
    if kinds[1] in ((False, False), kinds[0]) and not re.search(
        r"\d\s?%?\s*(?:at|by|in|after) (?:step|epoch|round)", after
    ):
        yield Excepted(sentence, m.start, frozenset([m.name]), False)
