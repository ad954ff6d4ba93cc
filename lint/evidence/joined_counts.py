"""Totals that one construction joins with their factors: "6 sites × 300 = 1,800", "840 replies (6 × 140)"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import prod

from ..regex import regex
from .knowledge import Clash, Evidence
from .passages import Sentence
from .rosters import COUNT, things_in, things_of_page
from .word_numbers import whole_number

__all__ = ["joined_count_clashes"]

_NOUNS = r"(?:\s+[a-z-]+){0,3}?"
_MAKES = (
    r"(?:=|→|[,:]?\s*\b(?:gives?|giving|makes?|making|yields?|yielding|means?|comes? to|amounts? to|i\.e\.|so|hence|"
    r"thus)\b)"
)
_CHAIN = regex(
    rf"(?<![\w.,×/])(?<![×x]\s)(?P<chain>(?:{COUNT})(?:{_NOUNS}\s*[×x]\s*(?:{COUNT})){{1,5}}){_NOUNS}\s*"
    rf"{_MAKES}\s*(?:a total of\s+|in all\s+)?(?P<t>{COUNT})(?![\w%]|[.,]\d|\s?[%×x/]\s?)",
    re.IGNORECASE,
)
""" "12 roles × 40 answers give 480"."""
_BRACKET = regex(
    rf"(?<![\w.,×/])(?P<t>{COUNT})(?:\s+[a-z-]+){{1,5}}\s*\((?:i\.e\.\s+)?(?P<a>{COUNT})\s*[×x]\s*(?P<b>{COUNT})"
    rf"(?:\s*[×x]\s*(?P<c>{COUNT}))?\)",
    re.IGNORECASE,
)
""" "840 replies were read (6 × 140)"."""
_AT_EACH = regex(
    rf"\b(?:at|with|from)\s+(?P<a>{COUNT})\s+(?:[a-z-]+\s+)?[a-z-]+s\s+(?:a|an|per|for each|for every)\s+"
    rf"(?P<one>[a-z-]{{3,}}),\s+"
    rf"(?:the\s+|all\s+|these\s+|our\s+)*(?P<b>{COUNT})\s+(?P<many>[a-z-]{{3,}}s)\s+(?:[a-z]+\s+){{0,2}}?"
    rf"(?P<t>{COUNT})\s+[a-z]",
    re.IGNORECASE,
)
""" "At 140 questions a site, the 6 sites gave 840 replies"."""
_LEFT = regex(
    r"\b(?:except|apart|without|missing|left|remain\w*|kept|drop\w*|exclud\w*|valid|empty|fail\w*|minus|plus|half|twice|"
    r"only|about|roughly|nearly|almost|up to|at least|at most|more than|former|latter)\b|[≈~<>≤≥]",
    re.IGNORECASE,
)
_NEAR = 40


def joined_count_clashes(evidence: Evidence, sentence: Sentence) -> Iterator[Clash]:
    """Totals that are not the product which their own construction writes out; a factor said elsewhere may join in."""
    text = sentence.text
    found: list[re.Match[str]] = []
    if "×" in text or "x" in text:
        found += [*_CHAIN.finditer(text), *_BRACKET.finditer(text)]
    found += (m for m in _AT_EACH.finditer(text) if m["many"].lower().startswith(m["one"].lower()[:-1]))
    for match in found:
        total = whole_number(match["t"])
        factors = _factors(match)
        product = prod(factors)
        around = text[max(0, match.start() - _NEAR) : match.end() + _NEAR]
        if product in (0, total) or total < 2 or _LEFT.search(around):
            continue
        others = {c.value for c in things_in(text, of_any_kind=True)} - {total, *factors}
        if total % product == 0 and total // product in others:
            continue
        yield _clash(sentence, match.start("t"), match.end("t"), match["t"], factors)
    for match in _COME_FROM.finditer(text) if " from " in text and _FROM.search(text) else ():
        factors = [whole_number(match["a"]), whole_number(match["b"])]
        total, product = whole_number(match["t"]), prod(factors)
        if total in (product, sum(factors)) or not product or _LEFT.search(text):
            continue
        if total % product or total // product not in {c.value for c in things_in(text, of_any_kind=True)}:
            yield _clash(sentence, match.start("t"), match.end("t"), match["t"], factors)
    yield from _over_all(evidence, sentence)


_FROM = regex(r"\b(?:come|came|result(?:ed)?|ar[io]se|stem(?:med)?|follow(?:ed)?) from\b")
"""Without it a text holds none of these."""
_COME_FROM = regex(
    rf"(?<![\w.,×/])(?P<t>{COUNT})\s+(?:[a-z-]+\s+)?(?:cells|points|combinations|conditions|runs|readings|"
    rf"measurements|pairs)\s+"
    rf"(?:come|came|result|resulted|arise|arose|stem|stemmed|follow|followed) from\s+(?:the\s+|our\s+)?"
    rf"(?P<a>{COUNT})\s+"
    rf"(?:[a-z-]+\s+){{0,2}}?[a-z-]+s\s+(?:and|at|by|with|times)\s+(?:the\s+)?(?P<b>{COUNT})\s+(?:[a-z-]+\s+)?[a-z-]+s"
    r"(?=\s*(?:[.;:,)(*]|$|each\b))",
    re.IGNORECASE,
)
""" "54 cells come from 9 kilns and 6 dates"."""
_FACTOR = regex(rf"(?:^|[×x]\s*)(?P<n>{COUNT})", re.IGNORECASE)


def _factors(match: re.Match[str]) -> list[int]:
    said = match.groupdict()
    if said.get("chain"):
        return [whole_number(m["n"]) for m in _FACTOR.finditer(said["chain"])]
    return [whole_number(said[x]) for x in ("a", "b", "c") if said.get(x)]


def _clash(sentence: Sentence, start: int, end: int, shown: str, factors: list[int]) -> Clash:
    written = " × ".join(f"{f:,}" for f in factors)
    return Clash(
        "product",
        sentence.passage.place(sentence.start + start, sentence.start + end),
        f"{shown} is not the total: {written} is {prod(factors):,}",
        "correct the total or a factor",
    )


_OVER_ALL = regex(
    rf"^\W*(?:in (?:total|all|sum)|altogether|all told|overall|together)\b[^.;:()\d]{{0,40}}?"
    rf"(?<![\w.,])(?P<t>{COUNT})\s+"
    r"(?P<words>(?:[a-z-]+\s+){0,2}?)(?P<noun>[a-z-]+s)\s+(?:were|was|are|have been)\b",
    re.IGNORECASE,
)
_EACH = regex(r"\s+(?:per|for each|for every|from each|from every|on each|in each)\s+(?P<thing>[a-z-]+)", re.IGNORECASE)


def _over_all(evidence: Evidence, sentence: Sentence) -> Iterator[Clash]:
    """ "In total 840 requests were sent", where the page has 140 requests per site and six sites."""
    match = _OVER_ALL.search(sentence.text)
    if match is None or _LEFT.search(sentence.text[match.end() :]):
        return
    said = {
        (whole_number(m["n"]), m["thing"].lower())
        for passage in evidence.passages
        if passage is not sentence.passage
        for m in _per(match["noun"], passage.plain)
    }
    if len(said) != 1:
        return
    each, thing = said.pop()
    things = things_of_page(evidence, thing)
    total = whole_number(match["t"])
    if len(things) == 1 and each > 1 and total % (each * (many := things.pop())):
        yield _clash(sentence, match.start("t"), match.end("t"), match["t"], [many, each])


def _per(noun: str, plain: str) -> Iterator[re.Match[str]]:
    """Where a text says how many of something there are for each thing."""
    if noun in plain and ("per " in plain or "each" in plain or "every" in plain):
        yield from re.finditer(
            rf"(?<![\w.,])(?P<n>{COUNT})\s+(?:[a-z-]+\s+){{0,2}}?{re.escape(noun)}{_EACH.pattern}", plain
        )
