"""Ratios of the numbers that stand beside them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import permutations

from ..regex import regex
from .apart import apart, clause_of
from .claims import is_moot, own_passages
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
from .contrasts import contrast
from .gaps import ratio_clash
from .grammar import Number
from .knowledge import Clash, Evidence
from .lexicon import TRIALS
from .operands import SUMMED_UP, levels, operands
from .passages import Passage, Sentence
from .ratios import Ratio, ratios
from .wording import DIFFERENCE

__all__ = ["fold_clashes"]


def fold_clashes(evidence: Evidence) -> Iterator[Clash]:
    """Ratios that no two of the numbers beside them have."""
    for passage in own_passages(evidence):
        for sentence in passage.sentences:
            if EARLIER_ISSUE.search(sentence.text):
                continue
            judged: set[int] = set()
            for ratio in ratios(sentence):
                if is_moot(sentence):
                    break
                wrong = _against_levels(evidence, sentence, ratio)
                if wrong is not None:
                    judged.add(ratio.start)
                if wrong:
                    yield _fold_clash(passage, ratio.start, ratio.end, wrong)
            for number in sentence.numbers:
                if number.bound in ("<", "<=", ">", ">=") or number.start in judged:
                    continue
                if number.role != "fold" and not _is_ratio(sentence, number):
                    continue
                stated = operands(sentence).get(number.start)
                if stated is not None:
                    if not stated.fit():
                        yield _fold_clash(passage, number.start, number.end, stated.against())
                    continue
                if is_moot(sentence):
                    continue
                if (
                    number.decimals <= 0
                    and number.role == "fold"
                    and not regex(
                        r"\s*(?:as|the|more|higher|larger|greater|gap|difference|that|what|lower|less|increase|rise)\b"
                    ).match(sentence.between(number.end, number.end + 14))
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


def _against_levels(evidence: Evidence, sentence: Sentence, ratio: Ratio) -> str | None:
    """What is wrong with a ratio of levels that its sentence names; "" for nothing, ``None`` where that is open."""
    if ratio.number is not None and ratio.number.start in operands(sentence):
        return None
    stated = _stated_pair(sentence, ratio)
    if stated is not None:
        a, b = stated
        fits = _ratio_fits(ratio, [((a.low, a.high), (b.low, b.high)), ((b.low, b.high), (a.low, a.high))])
        if fits and _is_turned(ratio, a, b):
            return f"{ratio.text} is the wrong way round for a move from {a.text} to {b.text}"
        return "" if fits else f"{ratio.text} is no ratio of {a.text} and {b.text}"
    printed = any(n.role == "percent" and n is not ratio.number for n in sentence.numbers)
    known = contrast(
        evidence, sentence, ratio.number, ratio.start, in_rows=not printed and not _is_of_another(sentence, ratio)
    )
    if known is not None:
        n = ratio.number
        apart = n is not None and n.role == "percent" and known.differs(*n.scaled())
        fits = apart or known.divides(ratio.low, ratio.high)
        return "" if fits else f"{ratio.text} is no ratio of the values that it speaks of{known.against()}"
    wrong = _against_named(evidence, sentence, ratio)
    if wrong or not ratio.worded:
        return wrong or None
    whose = ratio_clash(evidence, sentence, ratio.low, ratio.high)
    return _OF_NONE.format(ratio.text, whose) if whose else None


def _against_named(evidence: Evidence, sentence: Sentence, ratio: Ratio) -> str:
    """What is wrong with the only ratio of a clause: that no two cells which it names have it."""
    left, right = clause_of(sentence, ratio.start)
    text = sentence.between(left, right)
    if sum(left <= x.start < right for x in ratios(sentence)) > 1 or _OF_CHANGES.search(text):
        return ""
    if _OF_SOME.match(sentence.between(ratio.start, right)):
        return ""
    others = [n for n in sentence.numbers if left <= n.start < right and n is not ratio.number]
    if EARLIER_ISSUE.search(text) or any(n.role in ("percent", "points", "fold") for n in others):
        return ""
    found = apart(evidence, sentence, ratio.start, points=False)
    if found is None or found.divides(ratio.low, ratio.high):
        return ""
    return f"{ratio.text} is no ratio of the values that it speaks of{found.against()}"


_OF_CHANGES = regex(
    rf"\b(?:the|an?|its|their|this|that|\w+['’]s)\s+(?:[\w-]+\s+)?{DIFFERENCE}s?\b|"
    r"\b(?:advantages?|leads?|effects?|deltas?|contrasts?|gains?|improv\w+|odds|risks?|chances?|edge|costs?|speed\w*|"
    r"fast\w*|slow\w*)\b",
    re.IGNORECASE,
)
"""Words of a ratio of something else than two levels."""
_OF_SOME = regex(
    r"(?:\w+[ -])?(?:hal(?:f|ves)|thirds?|quarters?|\w+ths?)\s+(?:of\s+)?(?:the|all|these|those)\s", re.IGNORECASE
)
""" "Half of the layers": how many, as well as how much."""


def _is_of_another(sentence: Sentence, ratio: Ratio) -> bool:
    """True for "the other two get twice the score of Ghent": of Ghent and of what no name stands for."""
    last = next((m for m in sentence.names if m.start >= ratio.end), None)
    if last is None or any(m.end <= ratio.start for m in sentence.names):
        return False
    return _MEASURED_FROM.search(sentence.between(ratio.end, last.start)) is not None


_MEASURED_FROM = regex(r"\b(?:of|than|as|in|under|for|with|at)\s+(?:the\s+)?[`\"'*]*$", re.IGNORECASE)


def _stated_pair(sentence: Sentence, ratio: Ratio) -> tuple[Number, Number] | None:
    """The two levels that a sentence sets against each other beside its only ratio, where it says no others.

    "… (480 vs 40)", "from 31 letters to 88", and each in a bracket of its own: "one (163) is 3 times the other (54)".
    """
    roles = ("percent", "value", "count", "coefficient")
    numbers = [n for n in levels(sentence) if n is not ratio.number and (n.role in roles or n.label == "size")]
    if (
        len(numbers) != 2
        or (numbers[0].role != numbers[1].role and "size" not in (n.label for n in numbers))
        or any(n.bound or n.value < 0 for n in numbers)
    ):
        return None
    if len(ratios(sentence)) != 1:
        return None
    a, b = numbers
    lead, between = sentence.between(sentence.start, a.start), sentence.between(a.end, b.start)
    if b.end < ratio.start and a.role == "percent" and SUMMED_UP.fullmatch(_said_between(sentence, b, ratio)):
        return a, b
    if ratio.end <= a.start and _BACK_FROM.fullmatch(between) and _CLOSES.match(sentence.between(b.end, sentence.end)):
        return b, a
    behind = sentence.between(b.end, sentence.end)
    if ratio.end <= a.start and _AT_FIRST.fullmatch(between) and _AT_LAST.match(behind):
        return a, b
    rest = sentence.between(b.end, sentence.end)
    if _FROM.search(lead) and _TO.fullmatch(between):
        return a, b
    if a.end < ratio.start < b.start:
        own = all(_ALONE.search(sentence.between(n.start - 2, n.start)) for n in (a, b))
        return (a, b) if own and between.startswith(")") and rest.startswith(")") else None
    if ratio.start > a.start or not _OPENED.search(lead) or not _AGAINST.fullmatch(between):
        return None
    if a.role == "count" and _TRIALS.match(rest):
        return None  # they may be how many were asked
    return (a, b) if _CLOSES.match(rest) else None


def _said_between(sentence: Sentence, rate: Number, ratio: Ratio) -> str:
    """The words from a rate to a ratio behind it, without what stands in brackets."""
    return _BRACKETED.sub("", sentence.between(rate.end, ratio.start))


_BRACKETED = regex(r"\s*\([^()]{0,60}\)")


def _is_turned(ratio: Ratio, a: Number, b: Number) -> bool:
    """True for "doubles" of a move to the half, and "halves" of one to the double."""
    word = _VERB.match(ratio.text)
    return word is not None and (a.high < b.low if word["less"] else b.high < a.low)


_VERB = regex(r"(?P<less>halv|quarter(?:ed|ing))|doubl(?:e[sd]|ing)|tripl|trebl|quadrupl|multipl", re.IGNORECASE)
_FROM = regex(r"\bfrom\s+[+]?$", re.IGNORECASE)
_TO = regex(r"(?:\s+[a-z-]+){0,3}?\s+to\s+(?:just |only )?[+]?", re.IGNORECASE)
_BACK_FROM = regex(r"\s*(?:[A-Za-zµ/%]{1,9})?\s*(?:,|\()?\s*(?:up |down )?from\s+", re.IGNORECASE)
""" "(8.1 kg, from 15.2)": the second is where it comes from."""
_AT_FIRST = regex(
    r"(?:\s+[a-z-]+){0,3}?\s+(?:to begin with|at first|at the (?:start|outset)|initially|before(?:hand)?)\s*,?\s+"
    r"(?:and|but|then|against)\s+",
    re.IGNORECASE,
)
_AT_LAST = regex(r"(?:\s+[a-z-]+){0,3}?\s+(?:after(?:wards?)?|at the end|in the end|finally|at last|now|later)\b")
_ALONE = regex(r"\([+]?$")
_OPENED = regex(r"(?:\(|[,:])\s*(?:from\s+)?$")
_AGAINST = regex(
    r"(?:\s+[a-z-]+){0,2}?\s*(?:vs\.?|versus|against|as against|compared (?:with|to)|→|->|to)\s*|\s+and\s+",
    re.IGNORECASE,
)
_TRIALS = regex(rf"\s*(?:[a-z]+\s+)?{TRIALS}\b", re.IGNORECASE)
_CLOSES = regex(r"\s*(?:[A-Za-z/µ]{1,9}\s*)?(?:\)|(?:\([nN]\s?=\s?[^()]{1,30}\))?[.,;]?\s*$)")


def _ratio_fits(number: Number | Ratio, pairs: Sequence[tuple[tuple[float, float], tuple[float, float]]]) -> bool:
    low, high = number.low, number.high
    if isinstance(number, Number) and number.bound == "~":
        low, high = low * 0.92, high * 1.08
    for a, b in pairs:
        if b[1] <= 0 or a[0] < 0:
            continue
        least = a[0] / b[1]
        most = a[1] / b[0] if b[0] > 0 else float("inf")
        if least <= high + 1e-9 and low - 1e-9 <= most:
            return True
    return False
