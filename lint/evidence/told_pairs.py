"""Differences in points of the one pair of rates that their paragraph can mean: "… 45% … 12%. A gap of 33 points"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from leakstats.records import struct

from ..regex import regex
from .apart import apart
from .claims import is_prior
from .compared import difference_fits, distinct_rates, known_pairs
from .contrasts import contrast
from .grammar import Number
from .idioms import interval_ends, is_rate, spans
from .kinds import is_of_change
from .knowledge import Evidence
from .lexicon import direction_words
from .names import stem
from .operands import Operands, levels
from .passages import Passage, Sentence
from .superlatives import superlatives
from .vocabulary import is_common, is_used
from .wording import DIFFERS

__all__ = ["told_clash"]


@struct
class _Rate:
    """A rate that a paragraph prints, where it stands."""

    number: Number
    sentence: Sentence


def told_clash(evidence: Evidence, sentence: Sentence, number: Number) -> str:
    """What is wrong with a difference that no two numbers of its paragraph have; "" where nothing is.

    It is held against the pair of rates that it can only be of: the two of its sentence, the one of its sentence and
    the one of the sentence before, or the only two of its paragraph. It is of no other pair if the words around it say
    nothing that the sentences of the pair do not say, and if no other number tells the difference of that pair.
    Whether it is a difference of the things that are named, which stands elsewhere, the data have to deny as well.
    """
    if number.signed or number.bound not in ("", "~") or sentence.passage.part == "prior":
        return ""
    pair = _pair(sentence, number)
    if pair is None or _is_explained(sentence.passage, number):
        return ""
    stated = Operands(number, ((pair[0].number, pair[1].number),), False)
    if _others_tell(sentence.passage, number, stated) or any(
        is_prior(x) for x in (sentence, *(r.sentence for r in pair))
    ):
        return ""
    if not _says_nothing_new(evidence, sentence, number, pair):
        return ""
    if not _points_back(sentence, pair) and _is_known(evidence, sentence, number):
        return ""
    return stated.against()


def _points_back(sentence: Sentence, pair: Sequence[_Rate]) -> bool:
    """True for "That leaves …" behind both rates: it is of nothing that the data may know besides."""
    return all(r.sentence is sentence.previous for r in pair) and _POINTS_BACK.match(sentence.text) is not None


def _rates(passage: Passage) -> list[_Rate]:
    """The rates of a paragraph, each once: "92.5% (111 of 120)"."""
    out: list[_Rate] = []
    for sentence in passage.sentences:
        ends = interval_ends(sentence)
        for n in levels(sentence):
            if not is_rate(sentence, n) or id(n) in ends or n.bound not in ("", "~") or n.signed:
                continue
            low, high = n.scaled()
            if not any(a <= high + 1e-9 and low - 1e-9 <= b for a, b in (r.number.scaled() for r in out)):
                out.append(_Rate(n, sentence))
    return out


def _pair(sentence: Sentence, number: Number) -> tuple[_Rate, _Rate] | None:
    """The two rates of which a difference can only be."""
    rates = _rates(sentence.passage)
    if len(rates) < 2:
        return None
    here = [r for r in rates if r.sentence is sentence]
    if len(rates) > 2 and len(here) < 2 and sentence.previous is not None:
        here = [r for r in rates if r.sentence in (sentence, sentence.previous)]
    found = here if len(rates) > 2 else rates
    return (found[0], found[1]) if len(found) == 2 else None


def _is_explained(passage: Passage, number: Number) -> bool:
    """True if any two numbers of the paragraph differ by a number of points."""
    low, high = (x / 100 for x in number.printed)
    every = [n.scaled() for s in passage.sentences for n in levels(s) if n.role in _LEVELS]
    every = distinct_rates(every)
    return difference_fits(low, high, [(a, b) for i, a in enumerate(every) for b in every[:i]], False)


_LEVELS = ("percent", "value", "coefficient")


def _others_tell(passage: Passage, number: Number, stated: Operands) -> bool:
    """True if another number tells the difference of the pair, which this one then is not."""
    others = (n for n in passage.numbers if n.role == "points" and n is not number)
    return any(Operands(n, stated.pairs, False).fit() for n in others)


_PIECE = regex(r"[,;:)\]–—]\s|\s[–—(\[]")
"""Where a part of a sentence begins."""
_ASIDE = regex(r"\([^()]*\)|\[[^\[\]]*\]|,\s*[nN]\s?=[^,;.]*")
"""What is said of a rate beside it, and no words of a difference behind."""


def _stretch(sentence: Sentence, number: Number, pair: Sequence[_Rate]) -> tuple[int, int]:
    """The words that speak of a difference: its sentence, or its part of the one in which its rates stand."""
    here = [r.number for r in pair if r.sentence is sentence]
    if not here:
        return sentence.start, sentence.end
    plain = _ASIDE.sub(lambda m: " " * len(m[0]), sentence.text)
    at = number.start - sentence.start
    left = max((x.end - sentence.start for x in here if x.end <= number.start), default=0)
    first = _PIECE.search(plain, left, at) if left else None
    behind = [n.start - sentence.start for n in sentence.numbers if n.start >= number.end]
    last = _PIECE.search(sentence.text, number.end - sentence.start)
    right = min([*behind, last.start() if last is not None else len(plain)])
    return sentence.start + (first.end() if first is not None else left), sentence.start + right


def _says_nothing_new(evidence: Evidence, sentence: Sentence, number: Number, pair: Sequence[_Rate]) -> bool:
    """True if the words around a difference name nothing, choose nothing and do nothing that the pair is not of."""
    left, right = _stretch(sentence, number, pair)
    text = _blanked(_ASIDE, sentence.between(left, right))
    if not _is_in_points(sentence, number, text) or not _goes_its_way(text, pair):
        return False
    told = [s for s in sentence.passage.sentences if any(r.sentence is s for r in pair)]
    said = " ".join(s.text if s is not sentence else s.passage.plain[s.start : left] for s in told)
    order = _ORDER.search(said) is not None
    ends = {x.sign for x in superlatives(said)} == {1, -1}
    words = _words(sentence, left, text)
    names = {m.name for m in sentence.names if left <= m.start < right}
    plain = (is_common(w) or w in _OF_ORDER for s in told for w in _words(s, s.start, s.text))
    if order or (ends and all(plain)):
        # these say only how much it is for the former and the latter, or for the first and the last
        free = all(_PLAIN.fullmatch(w) or is_common(w) or is_used(evidence, sentence, w) for w in words)
        return free and len(names) == (2 if order else 0)
    known = {m.name for s in told for m in s.names if s is not sentence or m.start < left}
    if names and names != known:
        return False
    text = _blanked(_AGAIN, text)
    if _POINTS_BACK.match(text):
        text = _blanked(_BETWEEN, _blanked(_POINTS_BACK, text))
    roots = {stem(w.lower()) for w in _WORD.findall(said)}
    return all(
        stem(w) in roots or _PLAIN.fullmatch(w) or (ends and _ENDS.fullmatch(w)) for w in _words(sentence, left, text)
    )


def _words(sentence: Sentence, start: int, text: str) -> list[str]:
    """The words of a part of a sentence that begins at ``start``, without names."""
    named = [(m.start, m.end) for m in sentence.names]
    found = [(start + m.start(), m[0].lower()) for m in _WORD.finditer(text)]
    return [w for at, w in found if not any(a <= at < b for a, b in named)]


def _blanked(pattern: re.Pattern[str], text: str) -> str:
    """A text without what matches, and of the same length."""
    return pattern.sub(lambda m: " " * len(m[0]), text)


def _goes_its_way(text: str, pair: Sequence[_Rate]) -> bool:
    """True unless something may rise or fall by so much that is not the move from one of the rates to the other."""
    if _CHANGES.search(text) is None:
        return True
    a, b = (r.number for r in pair)
    moved = any(s.left.start == a.start and s.right.start == b.start for s in spans(pair[0].sentence))
    return moved and {d.sign for d in direction_words(text)} == {1 if b.value > a.value else -1}


_WORD = regex(r"\b(?<!['’])[^\W\d_]{2,}")
_PLAIN = regex(
    r"the|an|of|in|on|at|for|with|to|by|from|and|or|but|as|than|that|this|these|those|it|its|they|them|their|both|two|one|"
    r"us|we|i|much|many|often|times|fold|factor|thus|hence|therefore|so|which|between|about|around|against|out|up|down|apart|is|are|was|were|be|been|has|"
    r"have|had|makes?|made|lies?|lay|stands?|stood|gives?|gave|comes?|came|puts?|measured?|"
    r"leav\w+|equals?|amount\w*|correspond\w*|work(?:s|ing)|just|only|exactly|precisely|almost|nearly|roughly|"
    r"some|mere|full|fully|large|big|huge|wide|small|narrow|significant|considerable|substantial|rather|quite|very|"
    r"pp|pts|points?|percent(?:age)?|absolute|raw|terms|words|numbers|figures|rates?|shares?|levels?|"
    r"difference|differ(?:s|ed)?|var(?:y|ies|ied)|gaps?|ratio|margin|distance|spread|discrepancy|disparity|contrast|"
    r"divid\w+|separat\w+|ahead|behind|advantage|lead|higher|lower|more|less|above|below|over|under|"
    r"gain\w*|los(?:es|t|s)|drop\w*|rises?|rose|f(?:alls?|ell)|climb\w*|grew|grows|increased?|decreased?|declined?|"
    r"jump\w*|reduction|changes?|changed",
    re.IGNORECASE,
)
"""Words of a difference that say nothing of what it is of."""
_ORDER = regex(r"\bformer\b[^;]*\blatter\b", re.IGNORECASE)
""" "34% for the former and 7% for the latter": of two things that another sentence names."""
_OF_ORDER = frozenset(("former", "latter", "absolute", "terms", "highest", "lowest"))
_AGAIN = regex(r"\b(?:for|in|of|with|by|within) (?:one and )?the same \w+", re.IGNORECASE)
"""Of what is told already."""
_POINTS_BACK = regex(
    r"^\W*(?:that|this|which|it)(?:['’]s|\s+(?:is|was|makes?|leaves?|means|gives?|amounts|comes|corresponds|works|equals))\b",
    re.IGNORECASE,
)
"""Of the rates that were told before, whatever is said behind the difference of what lies between what."""
_BETWEEN = regex(r"\bbetween (?:[\w'’-]+ ){1,4}and (?:[\w'’-]+ ?){1,4}(?=[.,;)]|$)", re.IGNORECASE)
_ENDS = regex(r"ends?|others?|top|bottom|\w+est|most|least|range", re.IGNORECASE)
_CHANGES = regex(
    r"\b(?:gain\w*|los(?:es?|t|s|ses|ing)|drop\w*|r(?:ises?|ose|isen|ising)|f(?:alls?|ell|alling)|climb\w*|gr(?:ew|ows?)|"
    r"increas\w+|decreas\w+|declin\w+|improv\w+|jump\w*|reduc\w+|add(?:s|ed)|shed\w*|recover\w*|sink\w*|sank)\b",
    re.IGNORECASE,
)
"""Of two things that stand side by side each may change by so much."""
_EXACT = regex(r"[^\s-]+[\s-]*(?:pp|p\.p\.|ppts?|percent|%)", re.IGNORECASE)


def _is_in_points(sentence: Sentence, number: Number, text: str) -> bool:
    """True unless it may be "the nine points" of a scatter or of time."""
    exact = number.decimals > 0 or _EXACT.match(sentence.between(number.start, number.end + 12)) is not None
    return exact or DIFFERS.search(text) is not None or bool(direction_words(text))


def _is_known(evidence: Evidence, sentence: Sentence, number: Number) -> bool:
    """True if the data know a difference or a change of that size of what the paragraph names."""
    low, high = (x / 100 for x in number.printed)
    names = {m.name for m in sentence.passage.names}
    for name in names:
        for series, fact in evidence.about.get(name, ()):
            if is_of_change(series):
                for scale in (1.0, 0.01):
                    if difference_fits(low, high, [((fact.low * scale, fact.high * scale), (0.0, 0.0))], False):
                        return True
    pairs = [((a.low, a.high), (b.low, b.high)) for a, b in known_pairs(evidence, sentence)]
    if difference_fits(low, high, pairs, False):
        return True
    bound = contrast(evidence, sentence, number, number.start) or apart(evidence, sentence, number.start, points=True)
    return bound is not None and bound.differs(low, high)
