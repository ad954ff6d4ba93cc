"""Differences said of the rates of the sentence beside them: "… from 45% to 18%. That is 27 points"."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence

from ..regex import regex
from .claims import NOBODY, is_claim, is_prior
from .compared import END_TO_END
from .grammar import Number
from .idioms import interval_ends, is_rate, spans
from .knowledge import Clash, Evidence
from .lexicon import ROLE_WORDS, direction_words
from .names import words_of
from .operands import Operands
from .passages import Sentence
from .wording import DIFFERENCE, LOSS, REACH

__all__ = ["anaphoric_clashes"]

_ONE_OF_TWO = r"the\s+(?:first|second|latter|former|larger|smaller|higher|lower|other)"
_THAT_IS = regex(
    rf"\W*(?:in (?:absolute|raw) terms,?\s+|in (?:percentage )?points,?\s+|as an?\s+{DIFFERENCE},?\s+)?"
    rf"(?:(?:that|this)(?:['’]s|\s+(?:is|was|makes|means|amounts\s+to|comes\s+to|gives|leaves))\s+"
    rf"(?:an?\s+|the\s+)?(?:[a-z]+\s+)?(?:{DIFFERENCE}\s+of\s+)?|"
    rf"(?:so\s+)?(?:an?|the|its|their|that|this)\s+(?:[a-z]+\s+)?{DIFFERENCE}\s+(?:is|was|comes\s+to|amounts\s+to|of)\s+|"
    rf"(?:points|net(?:\s+change)?|[Δ∆]|{DIFFERENCE})\s*[:=]\s*|(?:so|hence|thus|i\.e\.|net)\s*[,:]?\s+|"
    rf"(?:the|that|this|their)\s+{DIFFERENCE}\s*,\s+|"
    r"(?:that|this)(?:['’]s|\s+is)\s+[\d.]+\s?(?:×|x|times)[^,;.]{0,30},\s*(?:and\s+|or\s+)?(?:[Δ∆]\s*)?|"
    r"between\s+(?:(?:these|those|the)\s+two|them)\s+(?:there\s+)?(?:is|are|lies?|stands?)\s+|"
    r"(?:these|those|the\s+two|they|both)(?:\s+(?:rates|shares|figures|numbers|values))?\s+differ\s+by\s+|"
    rf"{_ONE_OF_TWO}(?:\s+(?:rate|share|figure|number|value|one))?\s+(?:is|was|lies|stands)\s+)"
    r"(?:exactly\s+|just\s+|only\s+)?$",
    re.IGNORECASE,
)
_APART = regex(
    rf"\s+(?:of\s+{DIFFERENCE}|apart|{DIFFERENCE}|(?:separate|divide|part|lie\s+between)\s+(?:them|the\s+two|these))\b",
    re.IGNORECASE,
)
"""Behind a difference that a sentence begins or ends with: "27 points of difference", "leaves them 27 points apart"."""
_MORE = regex(r"[;,]\s")
"""Where something else may begin."""
_SO = regex(r"\W*(?:(?:so|hence|thus|in other words|that is),?\s+)?", re.IGNORECASE)
_THAT_GAP = regex(rf"\b(?:that|this)\s+{DIFFERENCE}\s+of\s+$", re.IGNORECASE)
_CHANGE = regex(
    r"\b(?:net|overall|total|drop|fall|decline|rise|gain|increase|decrease|reduction|change|shift|jump|step|loss)\b",
    re.IGNORECASE,
)
"""Of a start and an end, which two rates that stand side by side need not be: a peak and the last value are not."""
_COMPARED = r"(?:higher|lower|more|less|larger|smaller|better|worse|fewer|greater|further)"
_ENDS = regex(
    r"\s*(?:[.;!)*]|$|,\s*(?:or|and|which|i\.e\.|that\s+is|about|is|was)\b|of\s+(?!(?:the|its|their|all|that|this)\b)[a-z]|(?:between\s+(?:them|the\s+two)|apart|in\s+all|altogether|"
    rf"is|was|remains?|looks?|seems?|cannot|may|could|would|{_COMPARED}\s+than\s+{_ONE_OF_TWO})\b)",
    re.IGNORECASE,
)
_DIFFER = regex(
    r"\W*(?P<things>[^.;:()\d]{1,60}?)\s+(?:differ|are\s+apart)\s+by\s+(?:only\s+|just\s+|some\s+|about\s+)?$",
    re.IGNORECASE,
)
_BEYOND = regex(
    rf"\s+(?:above|below|over|under|behind|(?:ahead|in\s+front|short)\s+of|{_COMPARED}\s+than)\s[^.;:,()\d]{{0,40}}",
    re.IGNORECASE,
)
"""Between a difference and the rate from which it is measured: "above the mean of 12%"."""
_NOW_AT = regex(rf"\s+{_COMPARED},?\s*\(?(?:at|with)\s+(?:only\s+)?", re.IGNORECASE)
"""Between a difference from what was said before and the rate where it ends: "9 points lower at 12%"."""
_THE_GAP = regex(rf"\W*(?:the|their|that|this)\s+{DIFFERENCE}\s+(?:is|was|comes\s+to|amounts\s+to)\s+", re.IGNORECASE)
_LABEL = regex(rf"\W*{DIFFERENCE}\s*[:=]\s*", re.IGNORECASE)
_NET = regex(r"\bnet\b", re.IGNORECASE)
_FIRST_AND_LAST = regex(r"\bfirst\s+and\s+(?:the\s+)?last\b", re.IGNORECASE)
_OTHER = regex(
    r"\b(?:relative|times|half|mean|median|average\w*|per|each|significan\w+|sd|s\.d\.|standard|slope|error|interval\w*|"
    r"combined|expected|predicted|chance|respectively|others?)\b",
    re.IGNORECASE,
)


def anaphoric_clashes(evidence: Evidence) -> Iterator[Clash]:
    """Differences that are not those of the rates of the sentence beside them."""
    for passage in evidence.passages:
        if not is_claim(passage) or "p" not in passage.plain or len(passage.sentences) < 2:
            continue
        for before, sentence in itertools.pairwise(passage.sentences):
            yield from _of_two(before, sentence)
            if before.previous is None and END_TO_END.search(before.text):
                yield from _of_two(sentence, before)
            yield from _of_several(before, sentence)
            yield from _of_several(sentence, before)


def _points(sentence: Sentence) -> list[Number]:
    return [x for x in sentence.numbers if x.role == "points"]


def _of_two(before: Sentence, sentence: Sentence) -> Iterator[Clash]:
    """The one difference of a sentence, where it is said of the only rates of the sentence before.

    A sentence that begins with the difference ("That is …", "The gap is …", "Net: …") or points back to it ("that gap
    of …", "… apart") is judged, where it names nothing that the sentence before does not, and nothing to measure
    against; and one that says itself from where: "That is 14 points below the mean of 31%".
    """
    points = _points(sentence)
    if len(points) != 1 or points[0].bound not in ("", "~") or is_prior(sentence) or is_prior(before):
        return
    d = points[0]
    said = sentence.between(sentence.start, d.start)
    more = _MORE.search(sentence.passage.plain, d.end, sentence.end)
    end = sentence.end if more is None else more.start()
    ends = interval_ends(sentence)
    here = [x for x in sentence.numbers if x.role == "percent" and x.start < end and id(x) not in ends]
    pair = None
    if len(here) == 1:
        pair = _from_here(before, sentence, d, here[0]) or _exceeded(before, sentence, d, here[0])
    if (
        not here
        and _points_back(before, sentence, d, said)
        and not _OTHER.search(sentence.between(sentence.start, end))
    ):
        names = {m.name for m in before.names}
        pair = _meant(before, said) if all(m.name in names for m in sentence.names if m.start < end) else None
    if pair is None:
        return
    stated = _said_of(before, *pair, d)
    if not stated.fit():
        yield _clash(sentence, d, stated.against())


def _from_here(before: Sentence, sentence: Sentence, d: Number, rate: Number) -> tuple[Number, Number] | None:
    """The one rate of the sentence before and the one behind the difference, from which it is measured."""
    gap = sentence.between(d.end, rate.start)
    said = sentence.between(sentence.start, d.start)
    beyond = _BEYOND.fullmatch(gap) is not None and _THAT_IS.fullmatch(said) is not None
    if not (beyond or _NOW_AT.fullmatch(gap)) or not is_rate(sentence, rate) or rate.bound or rate.signed:
        return None
    rates = _plain_rates(before)
    return (rates[0], rate) if rates is not None and len(rates) == 1 else None


def _exceeded(before: Sentence, sentence: Sentence, d: Number, rate: Number) -> tuple[Number, Number] | None:
    """The one rate of the sentence before and the one that it exceeds: "It exceeds Ghent (25%) by 60 points"."""
    lead = sentence.between(sentence.start, rate.start)
    if (
        rate.end > d.start
        or _EXCEEDS.fullmatch(lead) is None
        or _BY.search(sentence.between(rate.end, d.start)) is None
    ):
        return None
    if not is_rate(sentence, rate) or rate.bound or rate.signed:
        return None
    rates = _plain_rates(before)
    return (rates[0], rate) if rates is not None and len(rates) == 1 else None


_EXCEEDS = regex(
    r"\W*(?:it|that|this|which)\s+(?:thus\s+|also\s+|still\s+)?(?:exceeds?|tops?|beats?|surpass\w*|trails?|undercuts?|outstrips?|"
    r"(?:falls|stays|comes)\s+(?:short\s+of|behind|below)|(?:is|lies|stands)\s+(?:above|below|over|under|ahead\s+of|behind))\b"
    r"[^.;:()\d]{0,60}(?:\(|\bat\s|\bof\s|,\s)\s*",
    re.IGNORECASE,
)
_BY = regex(r"^[^;:]{0,80}\bby\s+(?:about\s+|some\s+|only\s+|just\s+|fully\s+)?$", re.IGNORECASE)


def _meant(before: Sentence, said: str) -> tuple[Number, Number] | None:
    """The rates of which a difference is, by the words in front of it: the only two, or the ends of a list."""
    rates = _plain_rates(before)
    if rates is None:
        return None
    if len(rates) > 2 and _FIRST_AND_LAST.search(said):
        return rates[0], rates[-1]
    if len(rates) > 2 and _NET.search(said):
        return _ends_of_course(before, rates)
    named = _LABEL.fullmatch(said) or (_THE_GAP.fullmatch(said) and not _CHANGE.search(said))
    if len(rates) == 1 and named and before.previous is not None:
        rates = [*(_plain_rates(before.previous) or ()), *rates]  # "Tuned: 45%. Plain: 12%. Difference: 33 pp."
        return (rates[0], rates[1]) if len(rates) == 2 else None
    if len(rates) != 2 or (_CHANGE.search(said) and not _changed(before, said, rates[0], rates[1])):
        return None
    return rates[0], rates[1]


def _changed(sentence: Sentence, said: str, a: Number, b: Number) -> bool:
    """True if two rates are the ends of the change that is spoken of: a move, or the one before, in its direction."""
    if _moved(sentence, a, b):
        return True
    signs = {d.sign for d in direction_words(said)} or ({-1} if LOSS.search(said) else set())
    things = {m.name for m in sentence.names if not m.name.startswith("#")}
    first = ROLE_WORDS["first"].search(sentence.between(a.end, b.start)) is not None
    early, late = (b, a) if first else (a, b)
    return len(signs) == 1 and len(things) <= 1 and (late.value > early.value) == (1 in signs)


def _ends_of_course(sentence: Sentence, rates: Sequence[Number]) -> tuple[Number, Number] | None:
    """The first and the last rate of "12% at the start, 40% at the end, 45% at most"."""
    ends = []
    for role in ("first", "last"):
        found = [
            a
            for a, b in itertools.zip_longest(rates, rates[1:])
            if ROLE_WORDS[role].search(sentence.between(a.end, b.start if b is not None else sentence.end))
        ]
        if len(found) != 1:
            return None
        ends += found
    return ends[0], ends[1]


def _points_back(before: Sentence, sentence: Sentence, d: Number, said: str) -> bool:
    """True if the words around a difference say that it is one of rates which they do not repeat."""
    apart = _APART.match(sentence.passage.plain, d.end)
    if apart is not None and _SO.fullmatch(said):
        return True
    if _THAT_IS.fullmatch(said) or _FIRST_AND_LAST.search(said):
        return _ENDS.match(sentence.passage.plain, d.end) is not None
    differ = _DIFFER.fullmatch(said)
    if differ is not None:  # "Rye and oats differ by", behind "34% oats, 71% rye"
        return words_of(differ["things"]) - {"and"} <= words_of(before.text)
    if apart is not None and apart.group().strip() == "apart":
        return not sentence.names
    return _THAT_GAP.search(said) is not None


def _of_several(rated: Sentence, sentence: Sentence) -> Iterator[Clash]:
    """The one of several differences that no two rates of a sentence beside it have, where the others are theirs.

    "The gaps are 27 and 19 points" beside "Own shares are 45% and 38%, those of the others 18% and 19%".
    """
    points = _points(sentence)
    if len(points) < 2 or any(x.bound not in ("", "~") for x in points) or is_prior(sentence) or is_prior(rated):
        return
    if _OTHER.search(sentence.text) or any(x.role == "percent" for x in sentence.numbers):
        return
    rates = _plain_rates(rated)
    if rates is None or len(rates) != 2 * len(points):
        return
    wrong = [d for d in points if not any(_said_of(rated, a, b, d).fit() for a, b in itertools.combinations(rates, 2))]
    if len(wrong) == 1:
        said = ", ".join(f"{x.text}%" for x in rates)
        yield _clash(sentence, wrong[0], f"{wrong[0].text} points is no difference of {said}")


def _clash(sentence: Sentence, d: Number, message: str) -> Clash:
    place = sentence.passage.place(d.start, d.end)
    return Clash("difference", place, message, "subtract again, or say of what it is the difference")


def _plain_rates(sentence: Sentence) -> list[Number] | None:
    """The percentages of a sentence that says no difference itself; ``None`` if one of them is no plain rate."""
    ends = interval_ends(sentence)
    rates = [x for x in sentence.numbers if x.role == "percent" and id(x) not in ends and not _is_missed(sentence, x)]
    plain = all(is_rate(sentence, x) and not x.bound and not x.signed and x.value <= 100 for x in rates)
    return rates if plain and not _points(sentence) else None


def _is_missed(sentence: Sentence, rate: Number) -> bool:
    """True for a level that nothing has: "none reaches 50%"."""
    before = sentence.between(sentence.start, rate.start)
    return REACH.search(before) is not None and NOBODY.search(before) is not None


def _said_of(sentence: Sentence, a: Number, b: Number, d: Number) -> Operands:
    """``d`` as the difference of two rates; without a move from one to the other, or without a sign, either way."""
    return Operands(d, ((a, b),), d.signed and _moved(sentence, a, b))


def _moved(sentence: Sentence, a: Number, b: Number) -> bool:
    """True for "from a to b"."""
    return any(s.left is a and s.right is b and s.kind == "move" for s in spans(sentence))
