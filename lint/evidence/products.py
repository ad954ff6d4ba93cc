"""Totals beside the factors from which they are made."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from math import prod

from ..inline import Text
from ..regex import regex
from .cell_counts import cell_count_clashes
from .chained_totals import chained_total_clashes
from .factors import draws
from .grammar import Number
from .knowledge import Clash, Evidence
from .lexicon import TRIALS
from .stretches import stretches
from .total_texts import wrong_total
from .totals import total_clashes
from .word_numbers import SPELLED, whole_number

__all__ = ["product_clashes", "unit_counts"]

_TIMES = regex(r"\s*(?:[a-z][\w-]*\s+){0,3}[×x·*]\s*$", re.IGNORECASE)
_EQUALS = regex(
    r"\s*(?:[a-z][\w-]*\s+){0,3}(?:=|→|giving|makes?|is|i\.e\.|,? for(?: a total of)?|,? totall?ing|"
    r",? or)\s*(?:a total of |about )?(?:[nN]\s*=\s*)?$",
    re.IGNORECASE,
)
_BRACKET = regex(r"\s*(?:[a-z][\w-]*\s+){0,4}[\(\[:,]\s*$", re.IGNORECASE)


_TRIALS = regex(rf"\b(?:{TRIALS}|cells?|rows?|items?|judg\w+)\b", re.IGNORECASE)
_EACH = regex(r"[\s,]*(?:\w+\s)?(?:each|per|a|every|for each|for every)\b", re.IGNORECASE)


def product_clashes(evidence: Evidence) -> Iterator[Clash]:
    """Totals that differ from the product of the factors beside them; each is named once."""
    told = set()
    found = (_product_clashes, total_clashes, cell_count_clashes, chained_total_clashes)
    for clash in (x for check in found for x in check(evidence)):
        if (clash.place.line, clash.place.column) not in told:
            told.add((clash.place.line, clash.place.column))
            yield clash


def _product_clashes(evidence: Evidence) -> Iterator[Clash]:
    for stretch in stretches(evidence):
        text, plain = stretch.text, stretch.plain
        if stretch.passage is None and not _may_multiply(plain):
            continue
        counts = [
            n
            for n in stretch.numbers
            if (
                n.role in ("count", "n", "none", "fold")
                and n.decimals <= 0
                and n.value == int(n.value)
                and n.label not in ("level", "year")
            )
            or (n.label == "year" and plain[: n.start].rstrip().endswith("="))
        ]
        if len(counts) < _FEWEST_FACTORS or _VARYING.search(plain):
            continue  # sizes that differ make a sum, and no product
        yield from _totals(evidence, text, plain, counts)
        runs = _runs(plain, counts)
        for i, run in enumerate(runs):
            if i and _PLUS.fullmatch(plain, counts[runs[i - 1][-1]].end, counts[run[0]].start):
                continue  # "7 × 150 plus 2 × 100 make 1,250": of both
            clash = _judge(evidence, text, plain, counts, run)
            if clash is not None:
                yield clash


def _may_multiply(plain: str) -> bool:
    """True for a cell with several numbers that are joined: most cells have neither a sign nor an "and"."""
    joined = "×" in plain or "x" in plain or "*" in plain or "and" in plain
    return joined and _MANY_NUMBERS.search(plain) is not None


_FEWEST_FACTORS = 2
_OUT_OF = regex(r"\b(?:over|out of|of)\s+$", re.IGNORECASE)
_PLUS = regex(r"\s*(?:[a-z][\w-]*\s+){0,3}(?:and|plus|\+)\s*", re.IGNORECASE)
_NEXT_FACTOR = regex(r"\s*(?:[a-z][\w-]*\s+){0,3}[×x·*]\s*\d", re.IGNORECASE)


_TWO = regex(r"\s*(?:[a-z][\w-]*\s+){0,4}(?:and|plus|\+)\s*$", re.IGNORECASE)
_THEN = regex(r"\s*(?:[a-z][\w-]*\s*){0,4}[,;:=(]\s*(?:[a-z][\w-]*\s+){0,3}$", re.IGNORECASE)
_LOST = regex(
    r"\b(?:kept|keep|filter\w*|drop\w*|fail\w*|exclud\w*|discard\w*|invalid|remain\w*|left|pars\w+|valid|empty)\b",
    re.IGNORECASE,
)


def _totals(evidence: Evidence, text: Text, plain: str, counts: list[Number]) -> Iterator[Clash]:
    """Totals of trials behind factors in words ("90 listeners answered 40 prompts 5 times, so that 21,600 …")."""
    for i, number in enumerate(counts):
        value = int(number.value)
        before = [n for n in counts[:i] if number.start - n.end < 260 and n.label not in ("level", "year")]
        if (
            number.role != "count"
            or value < 50
            or len(before) < 2
            or _LOST.search(plain[max(0, number.start - 200) : number.end + 60])
        ):
            continue
        trial = _TRIALS.match(plain[number.end :].lstrip()) is not None
        a, b = before[-2], before[-1]
        twice = (
            a.value == b.value
            and _TWO.fullmatch(plain[a.end : b.start])
            and _THEN.fullmatch(plain[b.end : number.start])
        )
        total = trial or regex(r"\s*(?:$|[.;)*]|in all|in total|altogether)").match(plain, number.end)
        both, grid = int(2 * a.value), int(a.value) * int(b.value)
        if grid and value % grid == 0 and (value == grid or value // grid in draws(plain)):
            continue  # "9 rooms and 9 weeks, 81 cells": of every pair
        if twice and total and both and (value % both or (value != both and value // both not in draws(plain))):
            yield _wrong_total(evidence, text, number, f"{a.text} and {b.text} are {both:,}")


_VARYING = regex(
    r"\b(?:[2-9]|[1-9][\d,]+)\s*(?:to|–|-|and|or)\s*[1-9][\d,]*\s+(?:[a-z]+\s+)?(?:questions?|prompts?|samples?|"
    r"answers?|"
    r"completions?|responses?|replies|items?|trials?)\s+(?:per|each|a|an|for)\b",
    re.IGNORECASE,
)


def _wrong_total(evidence: Evidence, text: Text, number: Number, why: str) -> Clash:
    return wrong_total(evidence, text, number.start, number.end, f"{number.text} is not the total: {why}")


_MANY_NUMBERS = regex(r"×|\d\s?[x*]\s?\d|\d[^|]{0,40}\band \d")
"""What makes a cell worth reading."""


def _runs(plain: str, counts: list[Number]) -> list[list[int]]:
    """Positions of the factors of each "a × b × c"."""
    runs: list[list[int]] = []
    i = 0
    while i < len(counts) - 1:
        run = [i]
        while run[-1] + 1 < len(counts) and _joined(plain, counts[run[-1]], counts[run[-1] + 1]):
            run.append(run[-1] + 1)
        if len(run) > 1:
            runs.append(run)
        i = run[-1] + 1
    return runs


_SPELLED_FACTOR = regex(rf"\b(?P<n>{SPELLED})\s+(?:[a-z][\w-]*\s+){{0,3}}[×x·*]\s*$", re.IGNORECASE)
_FACTOR = regex(r"[\w)]\s*[×x·*]\s*$")


def _factors(plain: str, counts: Sequence[Number], run: Sequence[int]) -> list[int] | None:
    """The factors of a run, the first one perhaps spelled; ``None`` where what stands before "×" is no number."""
    factors = [int(counts[i].value) for i in run]
    before = plain[max(0, counts[run[0]].start - 60) : counts[run[0]].start]
    if not _FACTOR.search(before):
        return factors
    spelled = _SPELLED_FACTOR.search(before)
    return [whole_number(spelled["n"]), *factors] if spelled is not None else None


def _joined(plain: str, a: Number, b: Number) -> bool:
    end = a.end - (1 if a.role == "fold" else 0)
    between = plain[end : b.start]
    return len(between) <= 40 and _TIMES.fullmatch(between) is not None


def _judge(evidence: Evidence, text: Text, plain: str, counts: list[Number], run: list[int]) -> Clash | None:
    factors = _factors(plain, counts, run)
    product = prod(factors) if factors is not None else 0
    if factors is None or product == 0:
        return None
    first, last = counts[run[0]], counts[run[-1]]
    after = counts[run[-1] + 1] if run[-1] + 1 < len(counts) else None
    if after is not None and _NEXT_FACTOR.match(plain, after.end):
        after = None  # "25 × 5, or 12 × 125 in all"
    before = counts[run[0] - 1] if run[0] else None
    place = evidence.document.place

    def wrong(total: Number, expected: int) -> Clash:
        shown = " × ".join(str(f) for f in factors)
        return Clash(
            "product",
            place(text, total.start, total.end),
            f"{shown} is {expected:,}, not {total.text}",
            "correct the total or a factor",
        )

    if after is not None and len(plain[last.end : after.at]) <= 48:
        between = plain[last.end : after.at] + (plain[after.at : after.start] if after.role == "n" else "")
        if _EQUALS.fullmatch(between) or _EQUALS.fullmatch(plain[last.end : after.start]):
            exact = "=" in between or _EACH.match(plain[after.end : after.end + 30]) is not None
            return (
                wrong(after, product)
                if int(after.value) != product and (exact or not _bigger(evidence, after, product))
                else None
            )
    if after is not None and regex(r"\s*(?:[a-z][\w-]*\s+){1,3}\(\s*").fullmatch(plain[last.end : after.start]):
        tail = plain[after.end : after.end + 40]
        if (
            after.role == "count"
            and int(after.value) != product
            and (_TRIALS.match(tail.lstrip()) or _EACH.match(tail))
        ):
            return wrong(after, product)  # "25 questions × 4 draws (100 a run, …)"
    if (
        before is not None
        and _BRACKET.fullmatch(plain[before.end : first.start])
        and regex(r"[^()]{0,40}[)\]]").match(plain[last.end :])
    ):
        counted = (
            _TRIALS.search(plain[before.end : first.start]) is not None
            or before.role == "n"
            or (
                plain[before.end : first.start].strip() == "("
                and _OUT_OF.search(plain[max(0, before.start - 12) : before.start]) is not None
            )
        )
        if (
            counted
            and before.value >= max(factors)
            and int(before.value) != product
            and (before.label == "n" or not _bigger(evidence, before, product))
        ):
            return wrong(before, product)
        if int(before.value) == product:
            return None
    if after is not None and after.role == "n" and _SIZE_BEHIND.fullmatch(plain[last.end : after.at]):
        exact = after.label == "n" and (
            _EACH.match(plain[after.end : after.end + 30]) is not None
            or regex(r"\s*[,;]\s*").fullmatch(plain[last.end : after.at]) is not None
        )
        if int(after.value) != product and (exact or not _bigger(evidence, after, product)):
            return wrong(after, product)
    return _far_totals(evidence, text, plain, counts, run, product)


_SIZE_BEHIND = regex(
    rf"\s*[,;(\[]*\s*|\s*(?:[a-z][\w-]*\s+){{0,3}}{TRIALS}\s*[,(\[]?\s*|\s*(?:[a-z][\w-]*\s+){{1,4}}[(\[]\s*",
    re.IGNORECASE,
)
"""Between factors and the n that they make; behind "in a 2 × 2 design; N" begins something else."""


def _bigger(evidence: Evidence, total: Number, product: int) -> bool:
    """True if the total is the product times other counts of the page, such as the number of units."""
    value = int(total.value)
    if value % product:
        return False
    return value // product in unit_counts(evidence)


def unit_counts(evidence: Evidence) -> frozenset[int]:
    """The page's counts of things, and their products two by two."""
    if "unit counts" not in evidence.cache:
        found: set[int] = set()
        for passage in evidence.passages:
            for match in regex(
                r"\b(\d{1,4}|[a-z]+)\s+(?:[a-z-]+\s+){0,2}(?:personas?|sources?|bystanders?|seeds?|layers?|"
                r"conditions?|models?|prompts?|checkpoints?|adapters?|pairs?|arms?|runs?|units?|epochs?|points?|"
                r"cells?|questions?|languages?|domains?|tasks?)\b",
                re.IGNORECASE,
            ).finditer(passage.plain):
                word = match.group(1).lower()
                value = whole_number(word)
                if value > 1:
                    found.add(value)
        for series in evidence.page_series:
            found.add(len(series.distinct))
        for dataset in evidence.datasets:
            found |= {s for s in dataset.sizes if s > 1}
        said = (
            int(n.value) for p in evidence.passages for n in p.numbers if n.role in ("count", "n") and n.decimals <= 0
        )
        every = {v for v in said if 1 < v < 1000}  # of things of any name
        small = sorted(found)[:40]
        evidence.cache["unit counts"] = frozenset({*every, *small, *(a * b for a in small for b in small if a != b)})
    known: frozenset[int] = evidence.cache["unit counts"]
    return known


_TOTAL = regex(
    r"\s*(?:completions?|samples?|generations?|answers?|responses?|draws?|rollouts?|trials?|outputs?|"
    r"cells?|replies)\s+(?:per|for each|for every|in all|in total|each|overall|altogether)\b",
    re.IGNORECASE,
)


def _far_totals(
    evidence: Evidence, text: Text, plain: str, counts: list[Number], run: list[int], product: int
) -> Clash | None:
    """A total of trials in the same bracket, "(15 riddles × 12, n = 180 per pair, 9,900 replies per source)"."""
    for number in counts:
        if number.start <= counts[run[-1]].end or number.value <= product or number.start - counts[run[-1]].end > 120:
            continue
        if _TOTAL.match(plain[number.end : number.end + 40]) is None:
            continue
        value = int(number.value)
        if value % product or (value // product not in unit_counts(evidence) and value != product):
            return wrong_total(
                evidence,
                text,
                number.start,
                number.end,
                f"{number.text} is no multiple of {product:,} by a number of units that the page states",
            )
    return None
