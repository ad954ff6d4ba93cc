"""Differences of percentages that are written as percent and not as points."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ..regex import regex
from .beside import adjacent
from .claims import is_claim
from .compared import difference_fits, known_pairs, rates_of, widest_pairs
from .grammar import Number
from .idioms import interval_ends, is_share_of_course, spans
from .knowledge import Clash, Evidence
from .lexicon import direction_words
from .passages import Sentence
from .wording import ARROW, DIFFERENCE, DIFFERS

__all__ = ["percent_clashes"]

_AFTER = regex(
    r"\s*(?:in (?:points|absolute terms)|higher|lower|more|less|above|below|apart|gap|difference|spread|rise|"
    r"drop|gain|increase|decrease|fewer|greater|smaller|behind|ahead|in between|"
    r"between (?:them|the \w+|these|those|both)|"
    r"(?:remains?|lies?|lay|stands?|opens?) between|separat\w+|decline|fall|loss|swing|shift|distance|margin)\b",
    re.IGNORECASE,
)
_BY = regex(
    r"(?:\b(?:by|of|is|was|are|were|adds?|gains?|loses?|equals|makes?|comes? to|amounts? to|adds? up to|"
    r"measures?|spans?|reach\w*|"
    r"stands? at)|:|,)\s*(?:only |about |just |a |another |nearly |some |up to |as much as )*$",
    re.IGNORECASE,
)
_MOVED = regex(
    r"\b(?:spans?|spanned|gain(?:s|ed)?|los(?:es?|t)|grew|grows|rose|rises|fell|falls|dropp?(?:s|ed)|climb(?:s|ed)|"
    r"(?:var(?:y|ies|ied)|differ\w*|i\.e\.) by)\s+(?:only |about |just |some |nearly )?$",
    re.IGNORECASE,
)
"""In front of the way between two rates of the same sentence, "spans 54%, from 8% to 62%"."""
_OVER_A_WIDTH = regex(r"\b(?:spread|range|extend|stretch(?:e)?|span)s?\s+over\s+$", re.IGNORECASE)
""" "Peaks extend over 54.8%", which is how far the ends lie apart."""
_STEP_OF = regex(rf"\b(?:an?|the)\s+(?:[a-z]+\s+)?{DIFFERENCE}\s+of\s+(?:about |only |just )?$", re.IGNORECASE)
_BETWEEN = regex(
    r"\bbetween\b[^;.\d]*\b(?:lies?|lay|are|is|stands?|separates?|fits?)\s*(?:only |about |just |some )*$"
    r"|\b(?:lies?|lay|stands?) (?:only |about |just |some )*$|\b(?:separates?|divides?|parts?) (?:them|the two|"
    r"both) (?:by )?$",
    re.IGNORECASE,
)
_NAMED_DIFFERENCE = regex(
    r"(?:\b(?:their|the|a)\s+|^\W*)(?:total |net |overall |absolute |whole )?(?:distance|difference|gap|spread|margin|"
    r"separation|contrast)\W{0,3}\s*(?:only |about )?$|\bbetween (?:them|the two|these(?: two)?|both)\W*$|"
    r"\bin absolute (?:terms|numbers),?\s+(?:by\s+)?(?:only |about )?$",
    re.IGNORECASE,
)


def _near(before: str) -> str:
    """The words that a comma or a colon joins to a number: none from behind another number."""
    return regex(r"\d").split(before)[-1] if before.rstrip()[-1:] in (",", ":") else before


def _beside_fold(sentence: Sentence, number: Number) -> bool:
    """True for "35 %, 6.6x" and "82 %, or 6.6x": a difference with its ratio."""
    for other in sentence.numbers:
        if other.role == "fold":
            left, right = sorted(((number.start, number.end), (other.start, other.end)))
            between = sentence.between(left[1], right[0])
            if regex(r"\s*(?:[,;/(]|,?\s*(?:and|or))\s*(?:a |about )?").fullmatch(between):
                return True
    return False


_THAT_IS = regex(
    r"\b(?:that|this|it|which)(?:['’]s|\s+(?:is|was|makes|made|means|amounts\s+to|amounted\s+to|comes\s+to|came\s+to|"
    r"adds\s+up\s+to|works\s+out\s+(?:at|to)))\s+(?:an?\s+|about\s+|some\s+|roughly\s+|nearly\s+|over\s+|"
    r"all\s+of\s+)?$",
    re.IGNORECASE,
)
"""Behind a move, "from 12% to 45%, that is 33%": the way between its ends."""


def percent_clashes(evidence: Evidence) -> Iterator[Clash]:
    """Differences of percentages that are given as percent."""
    for passage in evidence.passages:
        if not is_claim(passage):
            continue
        for sentence in passage.sentences:
            if not any(x.role == "percent" for x in sentence.numbers):
                continue
            ends = interval_ends(sentence)
            in_span = {id(x) for s in spans(sentence) for x in (s.left, s.right)}
            beside = None
            shared = min(
                (x.start for x in sentence.numbers if x.role == "percent" and is_share_of_course(sentence, x)),
                default=sentence.end,
            )
            for number in sentence.numbers:
                if number.start >= shared:
                    break  # and so are those behind it: "63% of the gap for one, 40% for the other"
                if (
                    number.role != "percent"
                    or id(number) in ends
                    or id(number) in in_span
                    or (number.bound in ("<", "<=", ">", ">=") and not _differs_by_up_to(sentence, number))
                    or number.value == 0
                    or _SHORT_OF.search(sentence.between(max(sentence.start, number.start - 12), number.start))
                    or _ARROW.match(sentence.between(number.end, number.end + 6))
                ):
                    continue
                before = sentence.between(max(sentence.start, number.start - 80), number.start)
                before = regex(r"(?<!i\.e)(?<!e\.g)[;.]\s|:\s(?=\w+ \w)").split(before)[-1]
                if _is_level_of_list(sentence, number, before):
                    continue
                after = sentence.between(number.end, number.end + 16)
                by = regex(r"\bby\s+(?:only |about |just |some |nearly )?$").search(before) is not None
                listed = _is_listed_with_points(sentence, number)
                worded = (
                    listed
                    or (by and bool(in_span))
                    or (by and _has_its_rates_behind(sentence, number))
                    or bool(_BY.search(before) and (DIFFERS.search(_near(before)) or (by and direction_words(before))))
                    or _NAMED_DIFFERENCE.search(before) is not None
                    or _OVER_A_WIDTH.search(before) is not None
                    or _STEP_OF.search(before) is not None
                    or _AFTER.match(after) is not None
                    or _BETWEEN.search(before) is not None
                    or (bool(in_span) and _THAT_IS.search(before) is not None)
                    or _beside_fold(sentence, number)
                )
                if not worded and _MOVED.search(before):
                    own = rates_of(sentence, False, number)
                    worded = difference_fits(*number.scaled(), [(a, b) for a in own for b in own if a is not b], False)
                if not (number.signed or worded):
                    continue
                if beside is None:
                    beside = adjacent(sentence)
                low, high = number.scaled()
                others = rates_of(sentence, True, number)
                pairs = [(a, b) for a in others for b in others if a is not b]
                known = [
                    ((a.low, a.high), (b.low, b.high))
                    for a, b in (*known_pairs(evidence, sentence), *widest_pairs(evidence))
                ]
                if _is_said_relative(sentence, number) and not _is_said_in_points(sentence, number):
                    named = [((a.low, a.high), (b.low, b.high)) for a, b in known_pairs(evidence, sentence)]
                    if _relative(low, high, [*pairs, *named]):
                        continue  # and wrong only where it is the difference that fits
                beside_points = number.signed and any(x.role == "points" and x.signed for x in sentence.numbers)
                elsewhere = not beside_points and evidence.is_known(number, evidence.known_rates, 0.01)
                sure = listed and (
                    number.signed or DIFFERS.search(sentence.text) is not None or _closes_list(sentence, number)
                )
                if (
                    not sure
                    and not difference_fits(low, high, pairs, False)
                    and (
                        (elsewhere and not (by and worded and sentence.names))
                        or not difference_fits(low, high, known, False)
                    )
                ):
                    continue
                if not number.signed and not worded and evidence.is_known(number, evidence.known_rates, 0.01):
                    continue
                if not number.signed and not _beside_fold(sentence, number) and _relative(low, high, pairs):
                    continue
                yield Clash(
                    "percent-points",
                    passage.place(number.start, number.end),
                    f"{number.text}{number.unit} is a difference of percentages: percentage points, not percent",
                    "write pp",
                )


def _has_its_rates_behind(sentence: Sentence, number: Number) -> bool:
    """True for "by 5.3% (47.3% against 42%)", the difference of the only two rates of the bracket behind it."""
    bracket = _BRACKET.match(sentence.passage.plain, number.end)
    if bracket is None:
        return False
    inside = [n for n in sentence.numbers if bracket.start("in") <= n.start < bracket.end("in") and n.role == "percent"]
    if len(inside) != 2:
        return False
    a, b = (n.scaled() for n in inside)
    return difference_fits(*number.scaled(), [(a, b)], False)


_BRACKET = regex(r"\s*%?\s*\((?P<in>[^()]{3,80})\)")


def _differs_by_up_to(sentence: Sentence, number: Number) -> bool:
    """True for "they differ by up to 12%", which is the difference of the two that lie furthest apart."""
    before = sentence.between(max(sentence.start, number.start - 40), number.start)
    return _UP_TO.search(before) is not None or _OVER_A_WIDTH.search(before) is not None


_UP_TO = regex(r"\b(?:differ\w*|var(?:y|ies|ied)|apart)\s+by\s+(?:up to|at most|as much as)\s+$", re.IGNORECASE)
_SHORT_OF = regex(r"\b(?:short|shy) of\s+$", re.IGNORECASE)
"""In front of a bar: "three fall short of 30%"."""
_OF_A_LEVEL = regex(
    r"\s*of\s+(?:(?:its|his|her|their|what|that|those|these|the|all|both)\b|[\w-]+['’]s\b|[\w-]+s['’])", re.IGNORECASE
)
"""Behind a percentage: of what it is a share, "by 12% of its former height", "loses 24% of the boats that it had"."""
_SAID_RELATIVE = regex(
    r"\b(?:relatively(?: speaking)?|in relative terms|(?:in|by) (?:proportion|ratio)|proportional(?:ly|ely)?|"
    r"proportionate(?:ly)?|relative (?:change|gain|loss|rise|drop|increase|decrease|reduction|improvement|difference|"
    r"fall|decline|growth|excess)s?|as a (?:ratio|proportion))\b(?!\s+to\b)",
    re.IGNORECASE,
)
_PART_OF_SENTENCE = regex(r"[;:]\s|\.\s|\b(?:while|whereas|but)\b", re.IGNORECASE)


def _is_said_relative(sentence: Sentence, number: Number) -> bool:
    """True for a percentage that its words call a part of a level, or a change in proportion to one."""
    behind = sentence.between(number.end, sentence.end)
    if _OF_A_LEVEL.match(behind):
        return True
    before = _PART_OF_SENTENCE.split(sentence.between(sentence.start, number.start))[-1]
    return _SAID_RELATIVE.search(before + _PART_OF_SENTENCE.split(behind)[0]) is not None


def _is_said_in_points(sentence: Sentence, number: Number) -> bool:
    """True where the sentence gives the same size in points: "by 18.0 pp, a relative rise of 18%"."""
    return any(n.role == "points" and n.low <= number.high and number.low <= n.high for n in sentence.numbers)


def _is_listed_with_points(sentence: Sentence, number: Number) -> bool:
    """True for a percentage that stands where a difference in points stands beside it.

    "The north (+56.9%) and the south (+28.3 pp)", "12 pp on rye and 22% on oats", "north gains 57%, south 22 pp".
    """
    if _RELATIVE.search(sentence.text):
        return False
    if _closes_list(sentence, number):
        return True
    for other in sentence.numbers:
        if other.role != "points" or other.bound in ("<", "<=", ">", ">=") or other.signed != number.signed:
            continue
        one, two = sorted((number, other), key=lambda n: n.start)
        if all(_OPEN.search(sentence.between(sentence.start, n.start)) for n in (one, two)):
            return True
        gap, after = sentence.between(one.end, two.start), sentence.between(two.end, sentence.end)
        if not any(one.end < x.start < two.start for x in sentence.numbers):
            if _AND.fullmatch(gap.strip()) and _GAPS.search(sentence.between(sentence.start, one.start)):
                return True
            first, second = _ON.match(gap), _ON.match(after)
            if first is not None and second is not None and first["on"] == second["on"] and _AND.search(gap):
                return True
            item = sentence.names and _ITEM.fullmatch(gap)
            if item and any(one.end <= m.start and 0 <= two.start - m.end < _CLOSE for m in sentence.names):
                return True
    return False


def _closes_list(sentence: Sentence, number: Number) -> bool:
    """True for the last of "surpass it by 56 points, 39 points and 30%"."""
    first, many = number, 0
    for other in reversed([n for n in sentence.numbers if n.end <= number.start]):
        if other.role != "points" or not _JOINED.fullmatch(sentence.between(other.end, first.start)):
            break
        first, many = other, many + 1
    return many > 1 and _BY_ALONE.search(sentence.between(sentence.start, first.start)) is not None


_JOINED = regex(r"\s*(?:(?:percentage\s+|%-)?points|pp|pts)?\s*(?:,|,?\s*and)\s+(?:by\s+)?", re.IGNORECASE)
_BY_ALONE = regex(r"\bby\s+(?:about |only )?$", re.IGNORECASE)
_CLOSE = 4
"""Characters between a name and its number, with none but a space, a quote or a sign."""
_RELATIVE = regex(r"\b(?:relative\w*|proportion\w*|ratios?|in percent)\b", re.IGNORECASE)
_OPEN = regex(r"\(\s*$")
_ON = regex(r"\s+(?P<on>on|for|in|with|at|under|without)\s", re.IGNORECASE)
_AND = regex(r"(?:,|\band\b)\s*$", re.IGNORECASE)
_GAPS = regex(r"\b(?:gaps|differences|distances|changes|shifts|drops|gains|losses|margins)\b[^\d;:()]*$", re.IGNORECASE)
""" "The gaps are 93 pp and 27%"."""
_ITEM = regex(r"\s*(?:,|;|,?\s*and)\s+(?:the\s+)?[`\"'*]*[\w -]{1,30}[`\"'*]*\s+", re.IGNORECASE)


_LEVEL_FOR = regex(r"\s*(?:for|in|of|with|at|under|among|on)\s+(?:the |its |their )?[`\"'*]*[^\W\d]", re.IGNORECASE)


def _is_level_of_list(sentence: Sentence, number: Number, before: str) -> bool:
    """True for "the means differ: 55% for guides, 39% for cooks": a colon opens a list of levels."""
    if not before.rstrip().endswith(":") or not _LEVEL_FOR.match(sentence.between(number.end, number.end + 40)):
        return False
    behind = [n for n in sentence.numbers if n.start > number.end and n.role == "percent"]
    return (
        bool(behind)
        and all(
            n.role == "percent" or n.role in ("n", "index", "count")
            for n in sentence.numbers
            if number.end < n.start <= behind[0].start
        )
        and _LEVEL_FOR.match(sentence.between(behind[0].end, behind[0].end + 40)) is not None
    )


_ARROW = regex(rf"\s*%?\s*{ARROW}")
"""What follows the start of a move."""


def _relative(low: float, high: float, pairs: Sequence[tuple[tuple[float, float], tuple[float, float]]]) -> bool:
    """True if the number is a relative change of two rates."""
    for a, b in pairs:
        if b[0] <= 0 or (a[0] <= b[1] + 1e-9 and b[0] <= a[1] + 1e-9):
            continue  # one rate that is printed twice
        ends = [(x - y) / y for x in a for y in b]
        if min(map(abs, ends)) <= high and low <= max(map(abs, ends)):
            return True
    return False
