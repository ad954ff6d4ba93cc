"""What words say of intervals: that one holds or leaves out a value, that two overlap or lie apart."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..regex import regex
from .claims import is_prior, own_passages
from .clauses import clause_around
from .idioms import interval_ends, intervals
from .knowledge import Clash, Evidence
from .lexicon import DENIAL
from .names import words_of
from .overlaps import APART, TOGETHER
from .passages import Sentence
from .printed_intervals import Ends, ends_of, has_interval, heads_of_intervals, intervals_named

__all__ = ["interval_claim_clashes"]

_INTERVAL = regex(
    r"\b(?:CIs?|[Ii]ntervals?|[Ee]rror bars?|[Ww]hiskers|(?:[Uu]pper|[Ll]ower) (?:end|bound|limit|edge))\b"
)
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
    r"did|is|are|lies?|lay|interval|range|not|doesn['’]t|didn['’]t|pp|points|thereby|hence|about|barely|well|all)"
    r"\W+){0,6}",
    re.IGNORECASE,
)
"""Between an interval and what is said of it."""
_NOT = regex(rf"{DENIAL}|\b(?:without|far from)\b", re.IGNORECASE)
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
                yield from _sides(evidence, sentence)
                yield from _single_ends(evidence, sentence)
                yield from _inside(evidence, sentence)
                yield from _against_each_other(evidence, sentence)


def _overlaps(evidence: Evidence, sentence: Sentence) -> Iterator[Clash]:
    apart, together = APART.search(sentence.text), TOGETHER.search(sentence.text)
    word = apart or together
    if word is None:
        return
    printed = intervals(sentence)
    left, right = (0, len(sentence.text)) if printed else clause_around(sentence.text, word.start(), _CLAUSE)
    heads = words_of(" ".join(heads_of_intervals(evidence)))
    if any(not words_of(m[0]) <= heads for m in _UNSURE.finditer(sentence.text, left, right)):
        return
    if apart is None and _NOT.search(sentence.text[max(0, word.start() - 40) : word.start()].rpartition(";")[2]):
        return  # "do not, strictly speaking, overlap"
    pair = _meant(evidence, sentence) if printed else _both(evidence, sentence, left, right)
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


_CLAUSE = regex(
    r"[;:]\s|\s[–—]\s|,\s(?=(?:so|and|but|though|although|even|which|while|whereas|because|as|despite|yet|if)\b|n\s?=)"
)


def _both(evidence: Evidence, sentence: Sentence, left: int, right: int) -> list[Ends]:
    """The intervals of two rows that a clause names, or those of one row in two columns."""
    named = [x for _, x in _named(evidence, sentence, left, right)]
    names = frozenset(m.name for m in sentence.names if left <= m.start - sentence.start < right)
    return named if len(named) == _PAIR else intervals_named(evidence, names, sentence.text[left:right])


_PAIR = 2


def _named(evidence: Evidence, sentence: Sentence, left: int, right: int) -> list[tuple[int, Ends]]:
    """The one interval of each row that a clause names, in their order, with the place of the name.

    Empty where a row has several that the words do not tell apart, or where a name is that of no row and no header.
    """
    names = [m for m in sentence.names if left <= m.start - sentence.start < right]
    rows = [m for m in names if has_interval(evidence, m.name)]
    heads = words_of(" ".join(heads_of_intervals(evidence)))
    others = frozenset(m.name for m in names if not words_of(m.text) <= heads) - {m.name for m in rows}
    out = []
    for m in rows:
        found = intervals_named(evidence, others | {m.name}, sentence.text[left:right])
        if len(found) != 1:
            return []
        out.append((m.start, found[0]))
    return out


_SIDE = regex(
    r"\b(?:wholly|entirely|fully|completely|well|clearly|strictly|all|clean)\s+(?P<side>above|below|over|under)\s+"
    r"(?:(?:that|the one|those|the ones|the (?:\w+ )?interval|the CI|its counterpart)\b|(?P<name>(?=[\w`\"'*])))",
    re.IGNORECASE,
)


def _sides(evidence: Evidence, sentence: Sentence) -> Iterator[Clash]:
    """ "The interval of the nun lies entirely below that of the monk", by the two intervals of the tables."""
    for match in _SIDE.finditer(sentence.text):
        left, right = clause_around(sentence.text, match.start(), _CLAUSE)
        if _NOT_SAID.search(sentence.text, left, right) or _NOT.search(sentence.text, left, match.start()):
            continue
        pair = _named(evidence, sentence, left, right)
        at = sentence.start + match.start()
        if len(pair) != 2 or not pair[0][0] < at < pair[1][0] or intervals(sentence):
            continue
        (_, a), (_, b) = pair
        above = match["side"].casefold() in ("above", "over")
        high, low = (a, b) if above else (b, a)
        if high.low[1] < low.high[0]:
            yield Clash(
                "interval-claim",
                sentence.passage.place(at, sentence.start + match.end()),
                f"{a.said} does not lie {'above' if above else 'below'} {b.said}",
                "correct the words, or the interval",
            )


_END = regex(
    r"\b(?P<which>upper|lower)\s+(?:end|bound|limit|edge)\b[^.;:,()]{0,40}?\s(?:is|was|at|of|stands at|"
    r"lies at|reaches|comes to)\s+(?=[-−–+]?\.?\d)",
    re.IGNORECASE,
)


_HELD = regex(
    r"\s(?:is|was|are|were|belongs?|goes|went|falls?|fell|(?:is |was )?(?:held|taken|marked|formed|set|made)|lies|sits|"
    r"stands|reaches|comes|has|by)\b",
    re.IGNORECASE,
)
"""Between an end and a name: "the upper end is held by the nun at 85%" is the end of a scale, and a thing is there."""


def _single_ends(evidence: Evidence, sentence: Sentence) -> Iterator[Clash]:
    """ "The upper end at layer 4 is 0.78", of the one interval that the clause names."""
    for match in _END.finditer(sentence.text):
        at = sentence.start + match.end()
        number = next((n for n in sentence.numbers if n.start == at), None)
        left, _ = clause_around(sentence.text, match.start(), _CLAUSE)
        if number is None or number.bound or number.role not in ("percent", "value", "points", "coefficient"):
            continue
        known = _named(evidence, sentence, left, match.end())
        if len(known) != 1 or intervals(sentence) or _HELD.search(sentence.between(at - len(match[0]), known[0][0])):
            continue
        low, high = known[0][1].low, known[0][1].high
        scale = known[0][1].scale
        own = number.low * scale - _ROOM, number.high * scale + _ROOM
        end = high if match["which"].casefold() == "upper" else low
        if end[1] < own[0] or own[1] < end[0]:
            yield Clash(
                "interval-claim",
                sentence.passage.place(number.start, number.end),
                f"{number.text} is not the {match['which'].lower()} end of {known[0][1].said}",
                "correct the end, or say of what the interval is",
            )


_ROOM = 1e-9
_INSIDE = regex(
    r"(?:\bzero|(?<![\w.,])[-−–+]?\d[\d.,]*\s?%?)\s+(?:(?:lies|is|falls|sits|stays|remains|lay|fell|was)\s+)"
    r"(?:(?:still|just|well|only|barely|clearly|comfortably|safely)\s+)?(?P<not>not\s+)?(?P<where>within|inside|outside|in)\s+"
    r"(?:the|that|its)\s+(?:[\w%-]+\s+){0,3}?(?:intervals?|CIs?)\b",
    re.IGNORECASE,
)


def _inside(evidence: Evidence, sentence: Sentence) -> Iterator[Clash]:
    """ "Zero lies inside the interval of the nun", by the one interval that the clause names."""
    for match in _INSIDE.finditer(sentence.text):
        left, right = clause_around(sentence.text, match.start(), _CLAUSE)
        value = _value_at(sentence, sentence.start + match.start())
        known = _named(evidence, sentence, left, right)
        if value is None or len(known) != 1 or intervals(sentence) or _NOT_SAID.search(sentence.text, left, right):
            continue
        _, held = known[0]
        inside = held.low[1] < value[0] and value[1] < held.high[0]
        beyond = value[1] < held.low[0] or held.high[1] < value[0]
        said = (match["where"].casefold() != "outside") != (match["not"] is not None)
        if beyond if said else inside:
            yield Clash(
                "interval-claim",
                sentence.passage.place(sentence.start + match.start(), sentence.start + match.end()),
                f"{held.said} {'holds' if inside else 'does not hold'} that value",
                "correct the words, or the interval",
            )


_TWO_ENDS = regex(
    r"\b(?P<first>upper|lower)\s+(?:end|bound|limit|edge)\b[^.;:,()]{0,50}?\b(?:(?P<above>above|higher than|over|"
    r"beyond|"
    r"exceeds|clears|tops)|below|lower than|under|short of)\s+(?:the|its|that)?\s*(?P<second>upper|lower)\s+"
    r"(?:end|bound|limit|edge|one)\b",
    re.IGNORECASE,
)


def _against_each_other(evidence: Evidence, sentence: Sentence) -> Iterator[Clash]:
    """ "The lower end of the nun is above the upper one of the monk", by the two intervals of the tables."""
    for match in _TWO_ENDS.finditer(sentence.text):
        left, right = clause_around(sentence.text, match.start(), _CLAUSE)
        pair = _named(evidence, sentence, left, right)
        if len(pair) != _PAIR or intervals(sentence) or _NOT.search(sentence.text, left, match.end()):
            continue
        a, b = (
            x.high if match[side].casefold() == "upper" else x.low
            for (_, x), side in zip(pair, ("first", "second"), strict=True)
        )
        above = match["above"] is not None
        if (a[1] < b[0]) if above else (b[1] < a[0]):
            yield Clash(
                "interval-claim",
                sentence.passage.place(sentence.start + match.start(), sentence.start + match.end()),
                f"of {pair[0][1].said} and {pair[1][1].said} it is the other way round",
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
