"""Ratios of the numbers that stand beside them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import permutations

from ..regex import regex
from .claims import is_claim
from .compared import (
    EARLIER_ISSUE,
    END_TO_END,
    distinct_rates,
    holds_rates,
    is_parted,
    known_pairs,
    rates_of,
    speaks_of_two,
    values_of,
    widest_pairs,
)
from .gaps import ratio_clash
from .grammar import SPELLED, WORD_NUMBERS, Number
from .knowledge import Clash, Evidence
from .lexicon import MOOT, NEGATED
from .operands import operands
from .passages import Passage, Sentence

__all__ = ["fold_clashes"]


def fold_clashes(evidence: Evidence) -> Iterator[Clash]:
    """Ratios that no two of the numbers beside them have."""
    for passage in evidence.passages:
        if not is_claim(passage) or passage.part == "prior":
            continue
        for sentence in passage.sentences:
            if not (EARLIER_ISSUE.search(sentence.text) or MOOT.search(sentence.text)):
                for start, end, message in _worded(evidence, sentence):
                    yield _fold_clash(passage, start, end, message)
            for number in sentence.numbers:
                if number.bound in ("<", "<=", ">", ">=") or EARLIER_ISSUE.search(sentence.text):
                    continue
                if number.role != "fold" and not _is_ratio(sentence, number):
                    continue
                stated = operands(sentence).get(number.start)
                if stated is not None:
                    if not stated.fit():
                        yield _fold_clash(passage, number.start, number.end, stated.against())
                    continue
                if MOOT.search(sentence.text):
                    continue
                if (
                    number.decimals <= 0
                    and number.role == "fold"
                    and not re.match(
                        r"\s*(?:as|the|more|higher|larger|greater|gap|difference|that|what|lower|less|increase|rise)\b",
                        sentence.between(number.end, number.end + 14),
                    )
                ):
                    continue
                here = rates_of(sentence, False)
                here = here if len(here) >= 2 else rates_of(sentence, True)
                values = [v for v in values_of(sentence, False) if v not in here]
                if len(here) < 2 and len(values) >= 2:
                    here = values
                known = [((a.low, a.high), (b.low, b.high)) for a, b in known_pairs(evidence, sentence)]
                pairs = [(a, b) for a in here for b in here if a is not b]
                if not pairs:
                    room = number.room if number.bound == "~" else 0.0
                    whose = ratio_clash(evidence, sentence, number.low - room, number.high + room)
                    if whose:
                        yield _fold_clash(passage, number.start, number.end, _OF_NONE.format(number.text, whose))
                    continue
                of_both = len(distinct_rates(here)) == 2 and _is_of_both(sentence, number)
                if sentence.names and not (of_both or rates_of(sentence, False) or (evidence.datasets and known)):
                    continue  # "For a it is 5.2×" behind two rates of b
                if _ratio_fits(number, [*pairs, *permutations([*rates_of(sentence, False), *values], 2)]):
                    continue  # of "60.6%, up from 0.095" too
                if _AVERAGES.search(sentence.text) and _ratio_fits(number, _mixed_pairs(evidence, sentence, here)):
                    continue
                alone = of_both or speaks_of_two(sentence, number)
                if END_TO_END.search(sentence.text):
                    ends = [((a.low, a.high), (b.low, b.high)) for a, b in widest_pairs(evidence)]
                    if not ends or _ratio_fits(number, ends):
                        continue
                if (
                    not alone
                    and (not 2 <= len(distinct_rates(here)) <= 3 or is_parted(sentence, number))
                    and _ratio_fits(
                        number, [*known, *(((a.low, a.high), (b.low, b.high)) for a, b in widest_pairs(evidence))]
                    )
                ):
                    continue
                yield _fold_clash(
                    passage,
                    number.start,
                    number.end,
                    f"{number.text}{number.unit and '×'} is no ratio of the numbers that it speaks of",
                )


_SO = regex(r"\b(?:so|hence|thus|i\.e\.|that is|which is|making)\s+(?:a factor of\s+|about\s+)?$", re.IGNORECASE)
_THE_TWO = regex(r"\bthe (?:former|latter|first|second)\b.*\bthe (?:former|latter|first|second)\b", re.IGNORECASE)


def _is_of_both(sentence: Sentence, number: Number) -> bool:
    """True for a ratio that follows from what was said: "so 2×", "the latter twice the former"."""
    return (
        _SO.search(sentence.between(max(sentence.start, number.start - 24), number.start)) is not None
        or _THE_TWO.search(sentence.text) is not None
    )


_AVERAGES = regex(r"\b(?:means?|medians?|averages?)\b", re.IGNORECASE)


def _mixed_pairs(
    evidence: Evidence, sentence: Sentence, here: Sequence[tuple[float, float]]
) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    """Values that tables hold of what a sentence names, each with a rate beside it: "twice its own middle"."""
    held = [
        (f.low, f.high)
        for name in dict.fromkeys(m.name for m in sentence.names)
        for s, f in evidence.about.get(name, ())
        if holds_rates(evidence, s)
    ]
    return [pair for a in held[:30] for b in here for pair in ((a, b), (b, a))]


_TIMES_MARK = regex(r"(?<![\w)%])\s*[×÷]\s?$")
""" "×9.8", without a factor in front."""
_RATIO = regex(
    r"(?<!odds )(?<!risk )(?<!hazard )(?<!likelihood )(?<!variance )\b(?:ratio|quotient)\b"
    r"(?:[^.;:]|\.\d){0,60}?(?:\b(?:is|was|being|of|comes? to|amounts? to|equals)|=|:)\s*(?:about |only |just )?$",
    re.IGNORECASE,
)


def _is_ratio(sentence: Sentence, number: Number) -> bool:
    """True for "the ratio is 15.3"."""
    if number.role not in ("value", "count") or number.decimals < 1 or number.signed or number.label:
        return False
    if _TIMES_MARK.search(sentence.between(max(sentence.start, number.start - 4), number.start)):
        return True
    return _RATIO.search(sentence.between(max(sentence.start, number.start - 90), number.start)) is not None


def _fold_clash(passage: Passage, start: int, end: int, message: str) -> Clash:
    return Clash("fold", passage.place(start, end), message, "divide again, from unrounded values")


_OF_NONE = "{} is no ratio of two levels that are known of {}"
_TIMES = regex(
    rf"\b(?P<n>{SPELLED})(?P<half>[ -]and[ -]a[ -]half)?[ -]times[ ,]+(?=(?:as|its|his|her|their|that|those|the|what|"
    r"more|higher|larger|greater|[\w'’]+['’]s?) )|"
    r"\b(?P<verb>doubl(?:es?|ed|ing)|tripl(?:es?|ed|ing)|quadrupl(?:es?|ed|ing))\b",
    re.IGNORECASE,
)
_STEMS = ("times", "oubl", "ripl", "uadrupl")
_VERBS = {"d": 2.0, "t": 3.0, "q": 4.0}
_OF_ROWS = regex(r"\d\s+[a-z]+\s+$", re.IGNORECASE)
""" "75 rows doubled": the dose, and no level."""
_OVER = regex(r"\b(?:more than|over|above|at least|better than)\s+(?:a\s+)?$", re.IGNORECASE)
_NEARLY = regex(r"\b(?:nearly|almost|not quite|close to|just under|up to|at most)\s+$", re.IGNORECASE)


def _worded(evidence: Evidence, sentence: Sentence) -> Iterator[tuple[int, int, str]]:
    """Ratios in words that no two levels of what their sentence names have: "three times its first rate", "doubles"."""
    for match in _TIMES.finditer(sentence.text) if any(x in sentence.text for x in _STEMS) else ():
        verb = match["verb"]
        value = _VERBS[verb[0].lower()] if verb else WORD_NUMBERS[match["n"].lower()] + (0.5 if match["half"] else 0.0)
        before = sentence.text[max(0, match.start() - 24) : match.start()]
        if value < 2 or NEGATED.search(before) or (verb and _OF_ROWS.search(before)):
            continue
        low = value * (0.98 if _OVER.search(before) else 0.8)
        high = value * (1.02 if _NEARLY.search(before) else 1.5 if _OVER.search(before) else 1.2)
        whose = ratio_clash(evidence, sentence, low, high)
        if whose:
            start = sentence.start + match.start()
            yield start, start + len(match.group().rstrip(" ,")), _OF_NONE.format(match.group().rstrip(" ,"), whose)


def _ratio_fits(number: Number, pairs: Sequence[tuple[tuple[float, float], tuple[float, float]]]) -> bool:
    low, high = number.low, number.high
    if number.bound == "~":
        low, high = low * 0.92, high * 1.08
    for a, b in pairs:
        if b[1] <= 0 or a[0] < 0:
            continue
        least = a[0] / b[1]
        most = a[1] / b[0] if b[0] > 0 else float("inf")
        if least <= high + 1e-9 and low - 1e-9 <= most:
            return True
    return False
