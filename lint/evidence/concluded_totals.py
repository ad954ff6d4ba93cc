"""Totals that a sentence concludes from the counts that it lists: "four arms at seven stops make 28 readings".

Whoever lists the factors and draws the sum of them uses all: the total is their product, or a multiple of it by
another count of the page, or the sum of parts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations
from math import prod

from ..regex import regex
from .knowledge import Clash, Evidence
from .passages import Sentence
from .products import unit_counts
from .rosters import COUNT, Things, things_in
from .total_texts import LOST
from .word_numbers import whole_number

__all__ = ["concluded_total_clashes"]

_CONCLUDED = regex(
    rf"(?:\b(?:so|thus|hence|therefore|gives?|giving|makes?|making|yields?|yielding|comes? to|adds? up to|"
    rf"amounts? to|totals?|totall?ing|holds?(?! [nN]\b)|which (?:is|are|makes?|gives?)|for a total of)[, ]+)"
    rf"(?:a total of |altogether |in all |we have |there are )?(?:[nN]\s*=\s*)?(?P<t>{COUNT})"
    rf"(?![\w%]|[.,]\d|\s?[%×/]|\s+[a-z-]+\s*[×x]\s)",
    re.IGNORECASE,
)
_FIRST = regex(
    rf"^\W*(?:altogether|in all|in total|all told|overall),?\s+(?P<t>{COUNT})\s+[^.;:()\d]{{1,50}}[:(]\s*(?P<rest>.+)$",
    re.IGNORECASE,
)
_IN_ALL = regex(
    rf"[,(]?\s*(?:so |hence )?[nN]\s*=\s*(?P<t>{COUNT})\s+(?:in all|altogether|in total|all told)\b", re.IGNORECASE
)
_OTHERWISE = regex(
    r"\b(?:respectively|about|roughly|nearly|almost|around|least|most|up to|or so|minus|less|without|between|"
    r"(?:fewer|more) than|half|twice|only|other|the rest|from \d[\d,]* to|of (?:them|these|which|whom))\b|[≈~<>≤≥%×]",
    re.IGNORECASE,
)
_EACH = regex(r"\s*(?:[a-z-]+\s+){0,3}?(?:per|each|every|any|apiece|a (?:cell|point)|on either)\b", re.IGNORECASE)
"""Behind a number that is no total: "(n = 220 probes per cell)"."""
_TWO_KINDS = regex(
    rf"(?<![\w.,])(?P<a>{COUNT}) [a-z-]+ and (?P<b>{COUNT}) [a-z-]+ [a-z-]+s\b[^.;:()\d]{{0,20}}$", re.IGNORECASE
)
""" "300 sealed and 300 open jars"."""
_FEWEST = 20
_BREAK = regex(r"[;.!?]\s|\s[—–]\s")
_COURSE = frozenset(["epoch", "step", "token", "hour", "minute", "day", "week", "year", "parameter", "word", "point"])
"""What runs along a course, and makes no total."""


def concluded_total_clashes(evidence: Evidence, sentence: Sentence) -> Iterator[Clash]:
    """Totals that are neither product nor sum of the counts from which a sentence concludes them."""
    text = sentence.text
    for match, said in _conclusions(text):
        if LOST.search(text) or _OTHERWISE.search(said) or _EACH.match(text, match.end("t")):
            continue
        counts = things_in(said, of_any_kind=True)
        factors = _factors(counts)
        total = whole_number(match["t"])
        two = _TWO_KINDS.search(said)
        if two is not None and len(factors) < 2:
            factors = [whole_number(two["a"]), whole_number(two["b"])]
            if total not in (sum(factors), *factors) and total >= _FEWEST:
                yield _clash(sentence, match, " + ".join(f"{f:,}" for f in factors), sum(factors))
            continue
        if not 2 <= len(factors) <= 4 or total < _FEWEST or any(c.noun in _COURSE for c in counts):
            continue
        numbers = regex(r"\d[\d,]*").findall(said)
        if any(whole_number(x) not in factors for x in numbers):
            continue  # a number that nothing is counted by
        if _may_be(evidence, total, factors):
            continue
        yield _clash(sentence, match, " × ".join(f"{f:,}" for f in factors), prod(factors))


def _clash(sentence: Sentence, match: re.Match[str], shown: str, value: int) -> Clash:
    return Clash(
        "product",
        sentence.passage.place(sentence.start + match.start("t"), sentence.start + match.end("t")),
        f"{match['t']} is not the total: {shown} is {value:,}",
        "correct the total or a factor",
    )


def _conclusions(text: str) -> Iterator[tuple[re.Match[str], str]]:
    """The totals of a text, each with the words that hold its factors."""
    first = _FIRST.search(text)
    if first is not None:
        yield first, first["rest"]
        return
    for match in (*_CONCLUDED.finditer(text), *(_IN_ALL.finditer(text) if "=" in text else ())):
        opened = max((m.end() for m in _BREAK.finditer(text, 0, match.start())), default=0)
        yield match, text[opened : match.start()]


def _factors(counts: tuple[Things, ...]) -> list[int]:
    by_place = {c.start: c.value for c in counts}
    return [value for _, value in sorted(by_place.items()) if value > 1]


def _may_be(evidence: Evidence, total: int, factors: list[int]) -> bool:
    """True for a product of all, times another count of the page or not, and for a sum or a rest of some."""
    product = prod(factors)
    if total % product == 0 and (total == product or total // product in unit_counts(evidence)):
        return True
    if any(total == prod(x) for k in range(2, len(factors)) for x in combinations(factors, k)):
        return True  # "of 110 roles: 20 questions with 10 answers, so n = 200 for each"
    if any(f == product // f and total % f == 0 and total > f for f in factors):
        return True  # "each got 100 answers (25 questions, 4 tries), so 1,100 in all": of how many, stands elsewhere
    sums = {sum(x) for k in range(2, len(factors) + 1) for x in combinations(factors, k)}
    rests = {abs(a - b) for a, b in combinations(factors, 2)}
    parts = {a * b + c for k in range(len(factors)) for a, b, c in _three(factors, k)}
    return total in sums | rests | parts or total in factors


def _three(factors: list[int], last: int) -> Iterator[tuple[int, int, int]]:
    """Two of the factors and the one at ``last``, which is none of them."""
    rest = [f for i, f in enumerate(factors) if i != last]
    yield from ((a, b, factors[last]) for a, b in combinations(rest, 2))
