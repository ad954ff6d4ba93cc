"""A count of things beside those that the words except from it: "6 of 7 rise; the exception is the mason"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from leakstats.records import struct

from ..regex import regex
from .coordination import list_of
from .counted import Counted, clause_of, partial_counts
from .knowledge import Clash
from .lexicon import direction_words
from .names import Mention
from .passages import Sentence
from .verdicts import verdicts
from .wording import DEEP, LINEAR, OF_LIKENESS, OF_RATE, RANKS, SIGNIFICANT

__all__ = ["contrary_clash", "is_borne_out"]


@struct
class Excepted:
    """Things that are said to be otherwise."""

    start: int
    count: int
    text: str
    only: bool
    """There is no other."""


_ARTICLE = r"(?:the )?[`\"'‘*]*"
_LEAD = regex(
    r"\b(?:(?:the )?(?:only |sole |one |lone |single )?exceptions?(?: (?:is|are|was|were|being)|:)|"
    r"in the (?:remaining|last|other) (?:one|case),?|the (?:remaining|last|other) (?:one|case)s?,? (?:is|are|was|were)|"
    rf"the odd (?:one|man) out (?:is|was))\s+(?:for |in |with |by )?{_ARTICLE}$",
    re.IGNORECASE,
)
"""In front of what is excepted."""
_BUT = regex(
    r"(?:\s+[`\"'*]*[A-Za-z-]+){0,3}\s*[,(]?\s*\b"
    r"(?:(?:all|each|every one|everything) (?:but|except(?: for)?|save)|except(?:ing)?|save|barring|"
    rf"with the (?:sole |only |single )?exception of|other than|apart from|aside from)(?: for| in)? {_ARTICLE}",
    re.IGNORECASE,
)
""" "In all nine rooms, all but the last", "six of seven lakes, except Garda"."""
_BARRED = regex(
    rf"(?:^|[.;:(]\s)\W*(?:apart|aside|except|save|other) (?:from|for|than|in) {_ARTICLE}$|"
    rf"(?:^|[.;:(]\s)\W*(?:barring|excepting|with the (?:sole |only |single )?exception of) {_ARTICLE}$",
    re.IGNORECASE,
)
_ALL_OTHERS = regex(
    r"(?:[^.;:]|\.\d){0,80}?,\s+(?:they |we )?(?:every(?:one|body|thing)?|all|each|the (?:rest|others?))\b",
    re.IGNORECASE,
)
""" "Apart from Garda, which froze, every lake"."""
_TAIL = regex(
    r"[`\"'’*]*,?\s+(?:is|are|was|were|being|remains?|remained|makes?|made|forms?|formed) (?:the |an? )?"
    r"(?:(?:only |sole |one |lone |single )?exceptions?\b|(?:only |sole |single )?ones? (?:that|which|who) "
    r"(?:does|do|did|is|are|was|were|has|have) ?n(?:o|['’])t\b|odd (?:one|man) out\b)",
    re.IGNORECASE,
)
"""Behind it."""
_ONE_OF_SEVERAL = regex(r"\b(?:is|was|being|remains|are|were) ones?\b", re.IGNORECASE)
""" "Garda is one that did not": there may be others."""
_ALONE = regex(rf"(?:^|[.;:(]\s)\W*(?:(?:but )?only|just|alone) (?:for |in |at )?{_ARTICLE}$", re.IGNORECASE)
_OTHERWISE = regex(
    r"[`\"'’*]*(?: alone)?,?\s+(?:(?:goes|go|went|points?|pointed|moves?|moved|runs?|ran|heads?|turns?|turned|pulls?|"
    r"leans?) (?:in )?(?:the (?:other|opposite|wrong) (?:way|direction)|"
    r"against(?: (?:the|this) (?:plan|trend|grain|tide))?)|bucks? the|breaks? ranks|"
    r"(?:does|do|did) the (?:opposite|reverse|contrary)\b|"
    r"(?:(?:does|do|did|is|are|was|were|has|have) ?n(?:o|['’])t|fails?|failed|differs?|disagrees?|dissents?|resists?)"
    r"(?=\s*(?:[.,;:()]|$)))",
    re.IGNORECASE,
)
""" "Only Garda goes the other way"."""
_FAILS = regex(
    r"(?:[,;(—]\s*(?:but |and |though )?not|\b(?:and|but|though|yet|while it) (?:it )?(?:fails?|breaks? down|"
    r"vanish(?:es)?|disappears?|(?:does|do|is|are) not (?:hold|apply|work|so|seen|found|there)|is (?:absent|missing))) "
    rf"(?:for|in|at|with|under|on) {_ARTICLE}$",
    re.IGNORECASE,
)
""" "The rule holds for all six lakes and fails for Garda"."""
_UNNAMED = regex(
    r"(?:^|[.;:(,]\s)\W*(?:the )?(?:only |sole |one |lone |single )?exception(?: (?:is|was|being)\b|:)|"
    r"\bwith (?:one|a (?:single|sole|lone)) exception\b",
    re.IGNORECASE,
)
""" "The exception is the last one"."""
_PART = regex(
    r"\b(?:among|amongst|of (?:those|these|them)|to (?:this|that|the) rule|perhaps|partly|apparent|almost|near)\b",
    re.IGNORECASE,
)
_LEAVES = regex(r"\b(?:that |this |which )?leav(?:es|ing)\s+(?:only |just )?$", re.IGNORECASE)
_AT_ONCE = regex(
    r"[`\"'’*]*(?:['’]s?\s+\w+)?,?\s+(?:it |they |even |actually |itself |"
    r"alone |instead |however |though |for its part |slightly )*$"
)
_FRONTED = regex(
    rf"^\W*(?:(?:by contrast|in contrast|conversely|however|but|yet|only|not so),? )?"
    rf"(?:(?:in|for|at|under|with) |(?:that|those|"
    rf"the (?!mean |average |median |sum |total |best |worst )[a-z]+) (?:of|for|in) )?{_ARTICLE}$",
    re.IGNORECASE,
)


_BY_CONTRAST = regex(r"\W*(?:by contrast|in contrast|conversely)\b", re.IGNORECASE)


def contrary_clash(claim: Counted, claims: list[Counted]) -> Clash | None:
    """A count that does not leave over as many things as the words beside it except; ``claims`` are its passage's."""
    for found in _beside(claim, claims):
        left = claim.total - claim.low
        if left > found.count and _LEAVES.search(claim.sentence.between(claim.sentence.start, claim.start)):
            continue  # "which leaves two of five": others may have gone before
        if (left != found.count and claim.high > 0) if found.only else left < found.count:
            return Clash(
                "count",
                claim.sentence.passage.place(claim.start, claim.end),
                f"'{claim.text}' leaves {left:g}, where {found.text} "
                f"{'is' if found.count == 1 else 'are'} said to be otherwise",
                "count again",
            )
    return None


def is_borne_out(claim: Counted, claims: list[Counted]) -> bool:
    """True for a count that leaves over as many things as its words except: "six of seven; only Garda does not".

    ``claims`` are those of its passage.
    """
    return any(x.only and claim.total - claim.low == x.count for x in _beside(claim, claims))


def _beside(claim: Counted, claims: list[Counted]) -> Iterator[Excepted]:
    """What is excepted from this count, and from none that stands nearer."""
    if claim.things or claim.low != claim.high or claim.total < 3:
        return
    beside = [c for c in claims if c is not claim]
    if any(c.low == claim.total < c.total for c in beside):
        return  # "five of six pass (all five by far)"
    for found in _excepted(claim):
        spans = [(c.start, c.total > 2 and not c.things) for c in beside]
        spans += [(start, True) for start, _ in partial_counts(claim.sentence)]
        if not any(counts and _is_between(start, claim, found) for start, counts in spans):
            yield found


def _is_between(at: int, claim: Counted, found: Excepted) -> bool:
    """True for a place between a count and what is excepted."""
    low, high = sorted((claim.start, found.start))
    return low <= at <= high


def _excepted(claim: Counted) -> Iterator[Excepted]:
    """What is excepted from a count: in its own sentence, in the one before or in one of the next two."""
    sentences = claim.sentence.passage.sentences
    i = next(i for i, s in enumerate(sentences) if s is claim.sentence)
    for sentence in sentences[max(0, i - 1) : i + 3]:
        named = [m for m in sentence.names if m.name.startswith("#") == (claim.noun in DEEP)]
        for m in named:
            if not any(o.start == m.start for o in named if o is not m and o.end > m.end):
                yield from _of_name(claim, sentence, m)
    for sentence in sentences[i + 1 : i + 3]:
        yield from _turned(claim, sentence)
    for sentence in sentences[i : i + 2]:
        said = _UNNAMED.search(sentence.text, claim.end - sentence.start if sentence is claim.sentence else 0)
        if said is not None and not _PART.search(sentence.text[said.start() : said.end() + 40]):
            yield Excepted(sentence.start + said.start(), 1, "one", True)


def _of_name(claim: Counted, sentence: Sentence, m: Mention) -> Iterator[Excepted]:
    before, after = sentence.between(sentence.start, m.start), sentence.between(m.end, sentence.end)
    behind = m.start > claim.end
    group = {n.name for n in list_of(sentence, m)} or {m.name}
    opened = sentence.start + max(before.rfind("; "), 0)  # what stands before it speaks of others
    named = {n.name for n in sentence.names if n.start > max(claim.end, opened) and not n.name.startswith("#")}
    others = named - group
    lead, tail = _LEAD.search(before), _TAIL.match(after)
    said = lead or tail

    def excepted(only: bool) -> Excepted:
        return Excepted(m.start, len(group), ", ".join(sorted(group)), only)

    if behind and _BUT.fullmatch(sentence.between(claim.end, m.start)):
        yield excepted(True)
    elif behind and said is not None and not _PART.search(before[-60:] + after[:60]):
        plural = regex(r"exceptions\b|ones\b").search(said[0].lower()) is not None
        one_of_several = tail is not None and _ONE_OF_SEVERAL.search(tail[0]) is not None
        if not others and plural == (len(group) > 1):
            yield excepted(not one_of_several)
    elif _ALONE.search(before) and _OTHERWISE.match(after):
        if not any(n.bound for n in clause_of(claim)[1]):  # "only Garda goes the other way" is of no level
            yield excepted(True)
    elif sentence is claim.sentence and not behind and _BARRED.search(before) and _ALL_OTHERS.match(after):
        yield excepted(True)
    elif behind and claim.low == claim.total and _is_denied(claim, sentence, before, after, alone=not others):
        yield excepted(False)
    else:
        yield from _not_significant(claim, sentence, m)
        if claim.noun not in DEEP and behind and claim.low == claim.total and not others:
            yield from _opposite(claim, sentence, m, after)


def _is_denied(claim: Counted, sentence: Sentence, before: str, after: str, *, alone: bool) -> bool:
    """True for "… and fails for Garda", and for "Garda goes the other way: …" of the same quantity or of none."""
    if sentence is claim.sentence and _FAILS.search(before):
        return True
    if not alone or _OTHERWISE.match(after) is None or not _FRONTED.match(regex(r"[;:]\s").split(before)[-1]):
        return False
    return _is_of_one_kind(claim, sentence.text[len(before) :])


def _is_of_one_kind(claim: Counted, text: str) -> bool:
    left, right = claim.bounds
    own, other = ((OF_LIKENESS.search(x), OF_RATE.search(x)) for x in (claim.sentence.text[left:right], text))
    kinds = [(a is not None, b is not None) for a, b in (own, other)]
    return kinds[1] in ((False, False), kinds[0])


def _not_significant(claim: Counted, sentence: Sentence, m: Mention) -> Iterator[Excepted]:
    """ "At depth 9 it is not significant" beside a count of the layers that are, or of those that show the effect."""
    left, right = claim.bounds
    own = claim.sentence.text[left:right]
    tested = SIGNIFICANT.search(own) or regex(r"\bp\s?[<≤]|\b0?\.05\b").search(own)
    if not tested and (claim.noun in DEEP or not _SHOWN.search(own) or _OF_SIGN.search(own)):
        return
    at = m.start - sentence.start
    opened = max(sentence.text.rfind(mark, 0, at) for mark in ";:.") + 1
    clause = regex(r"[;:]|\.\s").split(sentence.text[opened:])[0]
    told = _ITS.match(sentence.text, opened + len(clause))
    if told is not None:  # "L6 is no good for this: its p is not significant"
        clause = sentence.text[opened : told.end()] + regex(r"[;:]|\.\s").split(sentence.text[told.end() :])[0]
    said = [v for v in verdicts(sentence) if opened <= v.start - sentence.start < opened + len(clause)]
    named = {n.name for n in sentence.names if opened <= n.start - sentence.start < opened + len(clause)}
    if len(said) != 1 or not said[0].negative or named != {m.name}:
        return
    if sentence is claim.sentence and not tested and m.start < claim.end:
        return
    methods = [(RANKS.search(x) is not None, LINEAR.search(x) is not None) for x in (own, clause)]
    if tested and methods[0] != methods[1] and (methods[0] != (False, False) or claim.start < m.start):
        return
    leaves = _LEAVES.search(claim.sentence.text[: claim.start - claim.sentence.start]) is not None
    yield Excepted(m.start, 1, m.name, leaves and m.end <= claim.start)


_SHOWN = regex(
    r"\b(?:shows? (?:the|this|that|an?) (?:effect|link|relation\w*|pattern|association)|holds?|held|predicts?|"
    r"foretells?|explains?|works?|(?:effect|link|relation\w*|pattern|association) (?:is|was) (?:seen|found|there|"
    r"present))\b",
    re.IGNORECASE,
)
_OF_SIGN = regex(
    r"\b(?:signs?|direction|positiv\w+|negativ\w+|slopes?|(?:above|below) (?:zero|0)|same way|order)\b", re.IGNORECASE
)
"""What may hold of one that is not significant."""
_ITS = regex(r":\s+(?:its|there|here|the|both|it)\b", re.IGNORECASE)


def _turned(claim: Counted, sentence: Sentence) -> Iterator[Excepted]:
    """ "In Ghent it fell, as it did in Lyon", "They fell for Ghent and for Lyon", behind a rise in so many towns."""
    opened = _IT_WENT.match(sentence.text)
    if opened is None or claim.noun in DEEP or _IN_TIME.search(sentence.text):
        return
    left, right = claim.bounds
    signs = {w.sign for w in direction_words(claim.sentence.text[left:right]) if not w.polar}
    words = [w for w in direction_words(sentence.text) if not w.polar]
    if len(signs) != 1 or {w.sign for w in words} != {-next(iter(signs))} or _UNLIKE.search(sentence.text):
        return
    things = {m.name: m for m in sentence.names if not m.name.startswith("#")}
    first = next(iter(things.values()), None)
    if first is None or not opened.end() <= words[0].end + 8 + len(first.text):
        return
    yield Excepted(first.start, len(things), ", ".join(sorted(things)), False)


_IT_WENT = regex(
    r"\W*(?:(?:only|but|however,?)\s+)?(?:(?:in|for|at|with)\s+[^.;:()\d]{2,50}?\s(?:it|they)\b|(?:it|they)\s+[a-z]+)",
    re.IGNORECASE,
)
_IN_TIME = regex(
    r"\b(?:at first|then|later|until|before|after|between|early|briefly|once|again|back|first|half|by|"
    r"since|while|whereas|but)\b",
    re.IGNORECASE,
)
"""Of a part of the course, which may go the other way and the whole not."""
_UNLIKE = regex(
    r"\b(?:not|no|never|neither|nor|than|less|more|least|most|slower|faster|unlike)\b|\d\s?%", re.IGNORECASE
)


def _opposite(claim: Counted, sentence: Sentence, m: Mention, after: str) -> Iterator[Excepted]:
    """ "In Ghent it fell" behind a rise in all of the towns."""
    left, right = claim.bounds
    own = claim.sentence.text[left:right]
    signs = {w.sign for w in direction_words(own) if not w.polar}
    turned = [w for w in direction_words(after) if not w.polar]
    if not turned or sentence is claim.sentence:
        return
    before = sentence.between(sentence.start, m.start)
    instead = regex(r"\s+(?:instead|however|though)\b").match(after[turned[0].end :]) is not None
    instead = instead or _BY_CONTRAST.match(before) is not None
    if not (instead and not signs) and (len(signs) != 1 or turned[0].sign in signs):
        return
    if not _FRONTED.match(before) or not _AT_ONCE.fullmatch(after[: turned[0].start]):
        return
    if _is_of_one_kind(claim, sentence.text) and not regex(r"\d\s?%?\s*(?:at|by|in|after) (?:step|epoch|round)").search(
        after
    ):
        yield Excepted(m.start, 1, m.name, False)
