"""Totals beside the factors from which they are made."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from math import prod

from ..document import Table
from ..inline import Text
from ..regex import regex
from .grammar import WORD_NUMBERS, Number, read_numbers
from .knowledge import Clash, Evidence

__all__ = ["product_clashes"]

_TIMES = regex(r"\s*(?:[a-z][\w-]*\s+){0,3}[×x·*]\s*$", re.IGNORECASE)
_EQUALS = regex(
    r"\s*(?:[a-z][\w-]*\s+){0,3}(?:=|→|giving|makes?|is|i\.e\.|,? for(?: a total of)?|,? totall?ing|"
    r",? or)\s*(?:a total of |about )?(?:[nN]\s*=\s*)?$",
    re.IGNORECASE,
)
_BRACKET = regex(r"\s*(?:[a-z][\w-]*\s+){0,4}[\(\[:,]\s*$", re.IGNORECASE)


_TRIALS = regex(
    r"\b(?:completions?|samples?|generations?|answers?|responses?|draws?|rollouts?|trials?|outputs?|"
    r"repl(?:y|ies)|cells?|rows?|items?|judg\w+|queries)\b",
    re.IGNORECASE,
)
_EACH = regex(r"[\s,]*(?:\w+\s)?(?:each|per|a|every|for each|for every)\b", re.IGNORECASE)
_MAKES = regex(
    r"\b(?:makes?|made|giving|gives?|yield\w*|total(?:s|ling)?(?: of)?|amounts? to|adds? up to|in all|"
    r"altogether|comes? to|leaves?)\s+(?:a total of |us |about )?$",
    re.IGNORECASE,
)


def product_clashes(evidence: Evidence) -> Iterator[Clash]:
    """Totals that differ from the product of the factors beside them."""
    for text, plain, numbers in _texts(evidence):
        counts = [
            n
            for n in numbers
            if n.role in ("count", "n", "none", "fold")
            and n.decimals <= 0
            and n.value == int(n.value)
            and n.label not in ("level", "year")
        ]
        if _VARYING.search(plain):
            continue  # sizes that differ make a sum, and no product
        found = list(_totals(evidence, text, plain, counts))
        yield from found or _labelled(evidence, text, plain, counts)
        for run in _runs(plain, counts):
            clash = _judge(evidence, text, plain, counts, run)
            if clash is not None:
                yield clash
        for number in counts:
            if (
                number.role == "count"
                and number.value > 12
                and _MAKES.search(plain[max(0, number.at - 40) : number.at])
                and _TRIALS.match(plain[number.end :].lstrip())
            ):
                known = _counts(evidence) | {int(n.value) for n in counts if n is not number}
                value = int(number.value)
                if (
                    not any(value % f == 0 and value // f in known for f in known if 1 < f < value)
                    and value not in known
                ):
                    yield Clash(
                        "product",
                        evidence.document.place(text, number.start, number.end),
                        f"{number.text} is no product of the counts that the page states",
                        "correct the total",
                    )


_SAID = regex(
    r"\b(?:so that|so|hence|thus|therefore|for a total of|which (?:makes?|gives?|yields?|means?|amounts? to|"
    r"comes? to)|giving|"
    r"yielding|making|totall?ing|in all|in total|i\.e\.|that is|that makes|total)\b[^.;]{0,24}$",
    re.IGNORECASE,
)
_TWO = regex(r"\s*(?:[a-z][\w-]*\s+){0,4}(?:and|\+)\s*$", re.IGNORECASE)
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
        if trial and twice:
            if value % int(2 * a.value) or (
                value != 2 * a.value and value // int(2 * a.value) not in _counts(evidence)
            ):
                yield _wrong_total(evidence, text, number, f"{a.text} and {b.text} are {int(2 * a.value):,}")
            continue
        said = _SAID.search(plain[max(0, number.start - 60) : number.start]) is not None
        if not (trial and said) or any("×" in plain[x.end : y.start] for x, y in itertools.pairwise(before)):
            continue
        factors = {int(n.value) for n in before if 1 < n.value < value} | {
            v for w in _WORD.findall(plain[: number.start]) if (v := WORD_NUMBERS[w.lower()]) > 1
        }
        each = re.match(r"\s*(?:[\w-]+\s+){1,3}(?:per|for (?:a|an|each|every))\b|.{0,60}\bper\b", plain[number.end :])
        if len(factors) >= 2 and not _is_made(value, factors if each else factors | _counts(evidence)):
            yield _wrong_total(evidence, text, number, "no product of the counts before it")


_LABEL = regex(
    r"(?:\b(?:total|in all|altogether|overall|all told)\s*:?|\b(?:completions?|samples?|generations?|answers?|"
    r"responses?|"
    r"replies|outputs?|rollouts?|texts)\b[^.;:]{0,32}:)\s*$",
    re.IGNORECASE,
)
_IN_ALL = regex(r"[^.;:,()]{0,40}\b(?:altogether|in all|in total|overall|all told|together)\b", re.IGNORECASE)
_VARYING = regex(
    r"\b(?:[2-9]|[1-9][\d,]+)\s*(?:to|–|-|and|or)\s*[1-9][\d,]*\s+(?:[a-z]+\s+)?(?:questions?|prompts?|samples?|"
    r"answers?|"
    r"completions?|responses?|replies|items?|trials?)\s+(?:per|each|a|an|for)\b",
    re.IGNORECASE,
)
_FOR_ALL = regex(r"\b(?:for|under|in|by|with|from) (?:all|each|every)\b", re.IGNORECASE)
_SCALE = regex(r"\b(?:0|zero|1|one) (?:to|and)\s+$|\b0\s?[–-]\s?$", re.IGNORECASE)
_UNEVEN = regex(
    r"\b(?:except|exception|apart from|but for|other than|respectively|twice|double|half|plus|unequal|varies|"
    r"remaining)\b",
    re.IGNORECASE,
)


def _labelled(evidence: Evidence, text: Text, plain: str, counts: list[Number]) -> Iterator[Clash]:
    """Totals that are called so ("Total: 2,080", "180 responses altogether") and that no factors of their text make."""
    sizes = {int(n.value) for n in counts if n.role == "n"}
    if _LOST.search(plain) or _UNEVEN.search(plain) or "+" in plain or len(sizes) > 2:
        return
    for number in counts:
        value = int(number.value)
        if number.role != "count" or value < 50:
            continue
        trial = _TRIALS.match(plain[number.end :].lstrip())
        if trial is not None and _EACH.match(plain[number.end :].lstrip()[trial.end() :]):
            continue  # "160 items each" is a factor
        called = _LABEL.search(plain[max(0, number.start - 60) : number.start]) is not None
        opened = max(plain.rfind(mark, 0, number.start) for mark in (". ", "; ")) + 1
        listed = plain[max(0, number.start - 2) : number.start] == ", " and _FOR_ALL.search(
            plain[opened : number.start]
        )
        if not called and not (trial is not None and (listed or _IN_ALL.match(plain[number.end :]))):
            continue
        factors = {v for w in _WORD.findall(plain) if (v := WORD_NUMBERS[w.lower()]) > 1} | {
            int(n.value)
            for n in counts
            if n is not number
            and 1 < n.value < value
            and not n.bound
            and not _SCALE.search(plain, max(0, n.start - 16), n.start)
        }
        small = {c for c in _counts(evidence) if c <= _MOST_UNITS}
        if len(factors) >= 2 and not _is_made(value, factors | small):
            yield _wrong_total(evidence, text, number, "no product of the counts around it")


_WORD = regex(r"\b(?:" + "|".join(WORD_NUMBERS) + r")\b", re.IGNORECASE)
_MOST_UNITS = 60
"""A larger count of the page is a product itself."""


def _is_made(value: int, factors: Iterable[int]) -> bool:
    """True if two, three or four of ``factors`` multiply to ``value``."""
    fitting = sorted({f for f in factors if 1 < f <= value and value % f == 0})[:40]
    twos = {a * b for a in fitting for b in fitting}
    return (
        value in fitting
        or value in twos
        or any(value % t == 0 and value // t in twos for t in twos)
        or any(value % t == 0 and value // t in fitting for t in twos)
    )


def _wrong_total(evidence: Evidence, text: Text, number: Number, why: str) -> Clash:
    return Clash(
        "product",
        evidence.document.place(text, number.start, number.end),
        f"{number.text} is not the total: {why}",
        "correct the total or a factor",
    )


def _texts(evidence: Evidence) -> Iterator[tuple[Text, str, list[Number]]]:
    for passage in evidence.passages:
        if passage.fixed is None and passage.part != "plan":
            yield passage.text, passage.plain, list(passage.numbers)
    for block in evidence.document.blocks:
        if isinstance(block, Table) and not block.quoted:
            for cell in block.cells:
                if "×" in cell.text.text or re.search(r"\d\s?[x*]\s?\d|\d[^|]{0,40}\band \d", cell.text.text):
                    yield cell.text, cell.text.text, read_numbers(cell.text.text, tuple(cell.text.marked("code")))


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


def _joined(plain: str, a: Number, b: Number) -> bool:
    end = a.end - (1 if a.role == "fold" else 0)
    between = plain[end : b.start]
    return len(between) <= 40 and _TIMES.fullmatch(between) is not None


def _judge(evidence: Evidence, text: Text, plain: str, counts: list[Number], run: list[int]) -> Clash | None:
    factors = [int(counts[i].value) for i in run]
    product = prod(factors)
    if product == 0 or max(factors) == 0:
        return None
    first, last = counts[run[0]], counts[run[-1]]
    after = counts[run[-1] + 1] if run[-1] + 1 < len(counts) else None
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
    if (
        before is not None
        and _BRACKET.fullmatch(plain[before.end : first.start])
        and re.match(r"[^()]{0,40}[)\]]", plain[last.end :])
    ):
        counted = _TRIALS.search(plain[before.end : first.start]) is not None or before.role == "n"
        if (
            counted
            and before.value >= max(factors)
            and int(before.value) != product
            and (before.label == "n" or not _bigger(evidence, before, product))
        ):
            return wrong(before, product)
        if int(before.value) == product:
            return None
    if (
        after is not None
        and after.role == "n"
        and re.fullmatch(r"\s*(?:[a-z][\w-]*\s*){0,4}[,;(\[]*\s*", plain[last.end : after.at], re.IGNORECASE)
    ):
        exact = after.label == "n" and _EACH.match(plain[after.end : after.end + 30]) is not None
        if int(after.value) != product and (exact or not _bigger(evidence, after, product)):
            return wrong(after, product)
    return _far_totals(evidence, text, plain, counts, run, product)


def _bigger(evidence: Evidence, total: Number, product: int) -> bool:
    """True if the total is the product times other counts of the page, such as the number of units."""
    value = int(total.value)
    if value % product:
        return False
    return value // product in _counts(evidence)


def _counts(evidence: Evidence) -> frozenset[int]:
    """The page's counts of things, and their products two by two."""
    if "unit counts" not in evidence.cache:
        found: set[int] = set()
        for passage in evidence.passages:
            for match in re.finditer(
                r"\b(\d{1,4}|[a-z]+)\s+(?:[a-z-]+\s+){0,2}(?:personas?|sources?|bystanders?|seeds?|layers?|"
                r"conditions?|models?|prompts?|checkpoints?|adapters?|pairs?|arms?|runs?|units?|epochs?|points?|"
                r"cells?|questions?|languages?|domains?|tasks?)\b",
                passage.plain,
                re.IGNORECASE,
            ):
                word = match.group(1).lower()
                value = int(word) if word.isdigit() else WORD_NUMBERS.get(word)
                if value is not None and value > 1:
                    found.add(value)
        for series in evidence.page_series:
            found.add(len({id(f) for f in series.facts.values()}))
        for dataset in evidence.datasets:
            found |= {s for s in dataset.sizes if s > 1}
        small = sorted(found)[:40]
        evidence.cache["unit counts"] = frozenset({*small, *(a * b for a in small for b in small if a != b)})
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
    """A total of trials in the same bracket, "(20 questions × 10, n = 200 per pair, 22,000 completions per source)"."""
    for number in counts:
        if number.start <= counts[run[-1]].end or number.value <= product or number.start - counts[run[-1]].end > 120:
            continue
        if _TOTAL.match(plain[number.end : number.end + 40]) is None:
            continue
        value = int(number.value)
        if value % product or (value // product not in _counts(evidence) and value != product):
            return Clash(
                "product",
                evidence.document.place(text, number.start, number.end),
                f"{number.text} is no multiple of {product:,} by a number of units that the page states",
                "correct the total or a factor",
            )
    return None
