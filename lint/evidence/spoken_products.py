"""Totals of sentences that say their two factors in words: "seven ponds with 250 casts each make 1,750 catches"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from math import prod

from ..regex import regex
from ..words import word_set
from .claims import is_claim, is_prior
from .concluded_totals import concluded_total_clashes
from .joined_counts import joined_count_clashes
from .knowledge import Clash, Evidence
from .passages import Sentence
from .products import unit_counts
from .rosters import COUNT, Things, things_in
from .word_numbers import whole_number

__all__ = ["spoken_product_clashes"]

_IN_ALL = regex(r"[^.;:,()\d]{0,24}\b(?:in all|in total|altogether|all told|in sum|together)\b", re.IGNORECASE)
_MAKES = regex(
    r"\b(?:makes?|making|gives?|giving|yields?|yielding|come(?:s)? to|amount(?:s)? to|total(?:s|ling)?|add up to|"
    r"i\.e\.|that is|hence|thus|so|is|are|for a total of)\s+(?:a total of |in all |altogether )?$|[=:]\s*$",
    re.IGNORECASE,
)
_DIGIT = regex(r"\d")
_AND = regex(r"\s*(?:,|,?\s+and)\s+", re.IGNORECASE)
""" "Six sites, four dates and five runs make 120 runs"."""
_OPENS = regex(r"[^.;()\d]{0,24}(?::|\(|, (?:namely|that is|i\.e\.),?)\s*(?:of |from |the )?", re.IGNORECASE)
_LINK = regex(
    r"[^.;:()]{0,40}(?:\b(?:each|every|apiece|per|times|by|with|on|at|in|from|for|of|over|answer\w*|gave|give|saw|read|"
    r"took)\b|×)[^.;:()]{0,24}",
    re.IGNORECASE,
)
_JOINS = regex(r"\b(?:each|every|apiece|per|times|a (?:head|piece|pop))\b|×", re.IGNORECASE)
_EACH = regex(r"[^.;:()\d]{0,16}\b(?:each|apiece|per\b|every|times|a (?:head|piece|pop)\b)", re.IGNORECASE)
_MOOT = regex(
    r"\b(?:respectively|except|apart from|but for|drop\w*|fail\w*|exclud\w*|remain\w*|left|kept|valid|missing|twice|"
    r"half|least|most|nearly|almost|about|roughly|up to|or|between|from \d[\d,]* to)\b|[≈~<>≤≥%]",
    re.IGNORECASE,
)


def spoken_product_clashes(evidence: Evidence) -> Iterator[Clash]:
    """Totals that are not the product of the counts that the sentence joins; it says no other number."""
    for passage in evidence.passages:
        for sentence in passage.sentences if is_claim(passage) else ():
            if _DIGIT.search(sentence.text) is None or is_prior(sentence):
                continue
            yield from joined_count_clashes(evidence, sentence)
            concluded = list(concluded_total_clashes(evidence, sentence))
            yield from concluded[:1]
            if concluded or _MOOT.search(sentence.text):
                continue
            counts = sorted(
                (c for c in things_in(sentence.text, of_any_kind=True) if not _MEASURES.match(sentence.text, c.end)),
                key=lambda c: c.start,
            )
            if len(counts) >= _FEWEST and len(sentence.numbers) <= len(counts):
                yield from _behind(evidence, sentence, counts)
                yield from _before(evidence, sentence, counts)
            yield from _shared_out(evidence, sentence)


_FEWEST = 3
_MEASURES = regex(
    r"\s+(?:apart|away|long|wide|deep|high|tall|old|thick|each way|in (?:length|depth|width|all directions)|"
    r"(?:from|between) (?:one|each|two) )",
    re.IGNORECASE,
)
"""Behind "9 stops, 40 metres apart": how far or how long, and no number of things."""


def _behind(evidence: Evidence, sentence: Sentence, counts: list[Things]) -> Iterator[Clash]:
    """ "Seven ponds with 250 casts each make 1,750 catches." """
    text, total, factors = sentence.text, counts[-1], counts[:-1]
    links = [text[a.end : b.start] for a, b in pairwise(factors)]
    strong = sum(_JOINS.search(link) is not None for link in links) + (_EACH.match(text, factors[-1].end) is not None)
    joined = all(_LINK.fullmatch(link) for link in links)
    listed = len(links) >= _FEWEST - 1 and all(map(_AND.fullmatch, links))
    if listed and total.value == sum(f.value for f in factors):
        return
    if ((joined and strong >= len(links)) or listed) and (
        _MAKES.search(text[: total.start]) or _IN_ALL.match(text, total.end)
    ):
        yield from _judged(evidence, sentence, total.value, [f.value for f in factors], total.start, of_all=listed)


def _before(evidence: Evidence, sentence: Sentence, counts: list[Things]) -> Iterator[Clash]:
    """ "1,750 answers (250 prompts at each of seven ponds)"."""
    text, (total, a, *rest) = sentence.text, counts
    between = text[a.end : rest[0].start]
    if len(rest) == 1 and _OPENS.fullmatch(text[total.end : a.start]) and _JOINS.search(between):
        yield from _judged(evidence, sentence, total.value, [a.value, rest[0].value], total.start)


def _shared_out(evidence: Evidence, sentence: Sentence) -> Iterator[Clash]:
    """ "1,750 answers: 250 for each of seven ponds"."""
    for match in _SHARED.finditer(sentence.text) if not word_set(sentence.text).isdisjoint(_OF_ALL) else ():
        total, *factors = (whole_number(match[x]) for x in ("total", "a", "b"))
        yield from _judged(evidence, sentence, total, factors, match.start("total"))


_OF_ALL = frozenset(["each", "every", "all"])
_SHARED = regex(
    rf"(?<![\w.,])(?P<total>{COUNT})\s+(?:[a-z-]+\s+)?[a-z-]+s(?:\s+(?:in total|in all|altogether))?\s*"
    rf"(?::|\(|, )\s*(?P<a>{COUNT})\s+(?:[a-z-]+\s+)?(?:for|from|in|on|at|per|with)\s+(?:each|every one|all)\s+"
    rf"(?:of\s+)?(?:the\s+)?(?P<b>{COUNT})\s+[a-z]",
    re.IGNORECASE,
)


def _judged(
    evidence: Evidence, sentence: Sentence, total: int, factors: list[int], at: int, *, of_all: bool = False
) -> Iterator[Clash]:
    """The clash of a total with its factors; ``of_all`` where they are listed, and so none is left out."""
    product, known = prod(factors), unit_counts(evidence)
    if not product or any(f == total for f in factors):
        return
    of_more = total % product == 0 and (total == product or total // product in known)
    if of_more or (not of_all and any(f and total % f == 0 and total // f in known for f in factors)):
        return  # one of them is not asked of all: "12 roles, 20 questions each, 200 answers in all"
    start = sentence.start + at
    shown = " × ".join(f"{f:,}" for f in factors)
    yield Clash(
        "product",
        sentence.passage.place(start, start + 1),
        f"{total:,} is not the total: {shown} is {product:,}",
        "correct the total or a factor",
    )
