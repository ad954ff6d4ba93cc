"""What words say of intervals: that one holds or leaves out a value, that two overlap or lie apart."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..regex import regex
from .claims import is_prior, own_passages
from .idioms import interval_ends, intervals
from .knowledge import Clash, Evidence
from .lexicon import DENIAL
from .overlaps import APART, TOGETHER
from .passages import Sentence
from .printed_intervals import Ends, ends_of, intervals_named

__all__ = ["interval_claim_clashes"]

_INTERVAL = regex(r"\b(?:CIs?|[Ii]ntervals?|[Ee]rror bars?|[Ww]hiskers)\b")
_VALUE = (
    r"\s+(?:(?:the|a|an|also|even|still|only|just|value|values|level|mark|rate|point|of|chance|null|baseline)\s+){0,3}"
    r"(?:\(?\s*)"
)
_HOLDS = regex(
    r"\b(?:(?P<holds>contain|includ|cover|hold|straddl|cross)(?:s|es|ed|e|ing)?|"
    r"exclud(?:e|es|ed|ing)|rul(?:e|es|ed|ing) out|leav(?:e|es|ing) out|left out|(?:is|lies|stays?) clear of)" + _VALUE,
    re.IGNORECASE,
)
_BESIDE = regex(
    r"\b(?:wholly|entirely|fully|completely|well|clearly|all)\s+(?P<side>above|below|over|under)" + _VALUE,
    re.IGNORECASE,
)
_ZERO = regex(r"zero\b|0(?![\d.,]*[\d%])", re.IGNORECASE)
_STRAIGHT = regex(
    r"[\s%)\],]*(?:(?:that|which|and|it|this|thus|so|therefore|clearly|still|just|narrowly|easily|comfortably|does|do|"
    r"did|is|are|lies?|lay|interval|range|not|doesn['’]t|didn['’]t)\W+){0,4}",
    re.IGNORECASE,
)
"""Between an interval and what is said of it."""
_NOT = regex(rf"{DENIAL}|\bwithout\b", re.IGNORECASE)
_UNSURE = regex(
    r"\b(?:hardly|scarcely|almost|nearly|fail|stop|ceas|start|begin|begun|would|should|may|might|if|whether|unless|"
    r"but|except\w*|apart from|only|most|every|each|all|any|half|none|some|elsewhere|others?|below|under|before|until|"
    r"beyond|above|past|after)\b|\b\d+\s+(?:out\s+)?of\s|[?]",
    re.IGNORECASE,
)
"""In such a sentence it is not said of the named things alone, or not said."""


def interval_claim_clashes(evidence: Evidence) -> Iterator[Clash]:
    """Claims about intervals that their printed ends contradict, those of the sentence or of the rows that it names."""
    for passage in own_passages(evidence):
        for sentence in passage.sentences:
            text = sentence.text
            if _INTERVAL.search(text) is None and "[" not in text:
                continue
            if not is_prior(sentence):
                yield from _overlaps(evidence, sentence)
                yield from _holds(evidence, sentence)


def _overlaps(evidence: Evidence, sentence: Sentence) -> Iterator[Clash]:
    apart, together = APART.search(sentence.text), TOGETHER.search(sentence.text)
    word = apart or together
    if word is None or _UNSURE.search(sentence.text):
        return
    if apart is None and _NOT.search(sentence.text[max(0, word.start() - 40) : word.start()].rpartition(";")[2]):
        return  # "do not, strictly speaking, overlap"
    pair = _meant(evidence, sentence)
    if len(pair) != 2:
        return
    a, b = pair
    meets = a.low[0] <= b.high[1] and b.low[0] <= a.high[1]
    parts = a.high[0] < b.low[1] or b.high[0] < a.low[1]
    if not (parts if apart else meets):
        yield Clash(
            "interval-claim",
            sentence.passage.place(sentence.start + word.start(), sentence.start + word.end()),
            f"{a.said} and {b.said} {'overlap' if apart else 'do not overlap'}",
            "correct the words, or the interval",
        )


def _holds(evidence: Evidence, sentence: Sentence) -> Iterator[Clash]:
    for match in (*_HOLDS.finditer(sentence.text), *_BESIDE.finditer(sentence.text)):
        at = sentence.start + match.end()
        value = _value_at(sentence, at)
        if value is None or _NOT_SAID.search(sentence.text[: match.start()]):
            continue
        known = _meant(evidence, sentence, before=sentence.start + match.start())
        if len(known) != 1:
            continue
        low, high = known[0].low, known[0].high
        inside = low[1] < value[0] and value[1] < high[0]
        above, below = value[1] < low[0], high[1] < value[0]
        groups = match.groupdict()
        if "side" in groups:
            false = not (above if groups["side"].casefold() in ("above", "over") else below) and (
                inside or above or below
            )
            what = "holds" if inside else "lies above" if above else "lies below"
        else:
            negated = _NOT.search(sentence.text[max(0, match.start() - 16) : match.start()]) is not None
            holds = bool(groups["holds"]) != negated
            false = (above or below) if holds else inside
            what = "holds" if inside else "does not hold"
        if false:
            yield Clash(
                "interval-claim",
                sentence.passage.place(sentence.start + match.start(), at),
                f"{known[0].said} {what} that value",
                "correct the words, or the interval",
            )


_NOT_SAID = regex(
    r"\b(?:would|should|may|might|if|whether|unless|half|none|every|each|all|most|only|some)\b", re.IGNORECASE
)


def _value_at(sentence: Sentence, at: int) -> tuple[float, float] | None:
    """The single value that begins at a place, as printed; a range is none."""
    if _ZERO.match(sentence.passage.plain, at):
        return 0.0, 0.0
    number = next((n for n in sentence.numbers if n.start == at), None)
    if number is None or number.bound == "~" or number.role not in ("percent", "value", "points", "coefficient"):
        return None
    ends = interval_ends(sentence)
    scale = 0.01 if number.role == "percent" or number.value > 1 else 1.0
    return None if id(number) in ends else (number.low * scale, number.high * scale)


def _meant(evidence: Evidence, sentence: Sentence, before: int | None = None) -> list[Ends]:
    """The intervals that a sentence prints (``before`` a place), else those of the rows and columns that it names."""
    printed = [(a, b) for a, b, _ in intervals(sentence) if before is None or b.end <= before]
    if printed and before is not None and not _STRAIGHT.fullmatch(sentence.between(printed[-1][1].end, before)):
        return []  # of another interval, which is not printed
    if printed:
        percent = any(n.role == "percent" for n in sentence.numbers)
        return [ends_of(a, b, percent=percent) for a, b in printed]
    return intervals_named(evidence, frozenset(m.name for m in sentence.names), sentence.text)
