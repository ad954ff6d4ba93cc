"""Lists in a sentence, "villain (−0.36), nun (+0.55), pilot (+0.47)", read as columns of a table.

A list is bound to the column or field with which most of its members agree; a member that differs from it is a
contradiction, as a cell is that differs from the field of its column.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from leakstats.facts import Fact, Series
from leakstats.records import struct

from ..regex import regex
from .claims import own_passages
from .grammar import Number
from .knowledge import Clash, Evidence
from .passages import Sentence

__all__ = ["list_clashes"]

_OPENS = regex(r"[`\"'”’*_]*\s*[(\[:=,]?\s*(?:at|with|is|from)?\s*[+−–-]?")
_FEWEST = 4
"""Members of a list."""
_AGREE = 3
"""Members with values that differ which have to agree with a column."""


@struct
class _Member:
    name: str
    numbers: tuple[Number, ...]

    @property
    def shape(self) -> tuple[str, ...]:
        return tuple(n.role for n in self.numbers)


def list_clashes(evidence: Evidence) -> Iterator[Clash]:
    """Members of a list that differ from the column with which the others agree."""
    for passage in own_passages(evidence):
        for sentence in passage.sentences:
            if len(sentence.numbers) < _FEWEST or len(sentence.names) < _FEWEST:
                continue
            for number, fact, series, agree in _exceptions(evidence, sentence):
                yield Clash(
                    "value",
                    passage.place(number.start, number.end),
                    f"{number.text} differs from {_shown(fact)} in {series.pointer}, which has the values of "
                    f"{agree} other members of this list",
                    "one of the two is wrong",
                )


def _shown(fact: Fact) -> str:
    return f"{fact.value:.4g}".replace("-", "−")


def _members(sentence: Sentence) -> dict[tuple[str, ...], list[_Member]]:
    """The things of a sentence with the numbers right behind each, by the kinds of those numbers."""
    out: dict[tuple[str, ...], list[_Member]] = defaultdict(list)
    names = [m for m in sentence.names if not m.name.startswith("#")]
    for i, mention in enumerate(names):
        end = names[i + 1].start if i + 1 < len(names) else sentence.end
        own = tuple(n for n in sentence.numbers if mention.end <= n.start < end)
        if own and _OPENS.fullmatch(sentence.between(mention.end, own[0].at)):
            member = _Member(mention.name, own)
            out[member.shape].append(member)
    return out


def _exceptions(evidence: Evidence, sentence: Sentence) -> Iterator[tuple[Number, Fact, Series, int]]:
    for shape, members in _members(sentence).items():
        if len(members) < _FEWEST or len({m.name for m in members}) < len(members):
            continue
        for j in range(len(shape)):
            listed = [(m.name, m.numbers[j]) for m in members]
            if all(n.decimals > 0 or n.role == "percent" for _, n in listed):
                yield from _minority(evidence, listed)


def _minority(evidence: Evidence, listed: Sequence[tuple[str, Number]]) -> Iterator[tuple[Number, Fact, Series, int]]:
    best: tuple[int, Series, list[tuple[Number, Fact]]] | None = None
    agreeing = Counter(s for name, n in listed for s in {id(s) for s, _ in evidence.printing(name, n)})
    for series in (*evidence.data, *evidence.page_series):
        if series.role or (series.origin == "data" and agreeing[id(series)] < _AGREE):
            continue
        right, wrong = set(), []
        for name, number in listed:
            fact = series.facts.get(name)
            if fact is None or number.bound:
                continue
            if evidence.matches(number, series, fact):
                right.add(number.text)
            else:
                wrong.append((number, fact))
        if len(right) >= _AGREE and (best is None or (len(right), -len(wrong)) > (best[0], -len(best[2]))):
            best = (len(right), series, wrong)
    if best is None or not 0 < len(best[2]) < best[0]:
        return
    agree, series, wrong = best
    names = {id(n): name for name, n in listed}
    for number, fact in wrong:
        if not any(evidence.printing(names[id(number)], number)):
            yield number, fact, series, agree
