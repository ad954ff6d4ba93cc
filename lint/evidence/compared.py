"""The rates and values beside a difference or a ratio, and the pairs of them that it can be of."""

from __future__ import annotations

import re
from collections.abc import Sequence

from leakstats.facts import Fact, Series

from ..regex import regex
from .grammar import Number
from .idioms import interval_ends, is_rate, is_share_of_course, pairs_of_counts
from .knowledge import Evidence
from .passages import Sentence
from .superlatives import superlatives

__all__ = [
    "EARLIER_ISSUE",
    "END_TO_END",
    "OTHER_SET",
    "difference_fits",
    "distinct_rates",
    "holds_rates",
    "is_parted",
    "known_pairs",
    "meant_facts",
    "rates_of",
    "speaks_of_two",
    "turns_away",
    "values_of",
    "widest_pairs",
]

EARLIER_ISSUE = regex(r"#\d")


def rates_of(sentence: Sentence, whole: bool, without: Number | None = None) -> list[tuple[float, float]]:
    """The rates of a sentence (or of its passage) as intervals of fractions, in order."""
    sentences: Sequence[Sentence] = sentence.passage.sentences if whole else (sentence,)
    out = []
    for part in sentences:
        ends = interval_ends(part)
        for number in part.numbers:
            if (
                is_rate(part, number, without)
                and number is not without
                and id(number) not in ends
                and number.bound in ("", "~")
                and not part.between(part.start, number.start).rstrip().endswith(("±", "+-", "+/-", "&plusmn;"))
            ):
                out.append(number.scaled())
        for k, n in pairs_of_counts(part):
            if n.value >= 20:
                out.append((k.value / n.value, k.value / n.value))
    return out


def distinct_rates(rates: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """The rates without those that say one again: "12% (12 of 100)"."""
    out: list[tuple[float, float]] = []
    for low, high in rates:
        if not any(a <= high + 1e-9 and low - 1e-9 <= b for a, b in out):
            out.append((low, high))
    return out


def values_of(sentence: Sentence, whole: bool) -> list[tuple[float, float]]:
    sentences: Sequence[Sentence] = sentence.passage.sentences if whole else (sentence,)
    return [
        (n.low, n.high)
        for part in sentences
        for n in part.numbers
        if n.role in ("value", "coefficient") and not n.bound
    ]


def known_pairs(evidence: Evidence, sentence: Sentence) -> list[tuple[Fact, Fact]]:
    """Pairs of rates that a difference or a ratio of the sentence's names can mean."""
    out: list[tuple[Fact, Fact]] = []
    names = [m.name for m in sentence.names] or [m.name for m in sentence.passage.names]
    rates = {n: [f for s, f in evidence.about.get(n, ()) if holds_rates(evidence, s)] for n in dict.fromkeys(names)}
    for _n, facts in rates.items():
        few = meant_facts(sentence, facts)[:60]
        out.extend((a, b) for a in few for b in few if a is not b)
    for series in evidence.all_series:
        if not holds_rates(evidence, series):
            continue
        inside = meant_facts(sentence, [series.facts[n] for n in rates if n in series.facts])
        out.extend((a, b) for a in inside for b in inside if a is not b)
    return out


def holds_rates(evidence: Evidence, series: Series) -> bool:
    """True for a field of rates; a change is itself a difference."""
    return series.fraction and series.role not in ("net", "gain", "at") and evidence.kind(series) in ("rate", "")


def meant_facts(sentence: Sentence, facts: list[Fact]) -> list[Fact]:
    """Those that belong to no setting, or to one that the passage names; all of them where none is left.

    Of a model under twelve wordings a difference means the ends, the mean or the wordings that are named: any two of
    twelve would explain every number.
    """
    if len(facts) < 2:
        return facts
    said = {m.name for m in sentence.passage.names}
    kept = []
    for fact in facts:
        settings = {x for x in fact.entities - said if x.startswith("#")}
        named = {x for x in fact.entities & said if x.startswith("#")}
        if not settings or named:
            kept.append(fact)
    return kept or facts


def widest_pairs(evidence: Evidence) -> list[tuple[Fact, Fact]]:
    out = []
    for series in evidence.all_series:
        if series.fraction and len(series.facts) >= 3:
            facts = sorted(series.facts.values(), key=lambda f: f.value)
            out.append((facts[-1], facts[0]))
    return out


def difference_fits(
    low: float, high: float, pairs: Sequence[tuple[tuple[float, float], tuple[float, float]]], signed: bool
) -> bool:
    for a, b in pairs:
        least, most = a[0] - b[1], a[1] - b[0]
        options = [(least, most)] if signed else [(least, most), (-most, -least)]
        if any(x <= high + 1e-9 and low - 1e-9 <= y for x, y in options):
            return True
    return False


def speaks_of_two(sentence: Sentence, number: Number) -> bool:
    """True for "This is a 3.0× ratio." behind two rates: its clause names nobody, and means these two."""
    opened = max(sentence.text.rfind(mark, 0, number.start - sentence.start) for mark in (";", ". ")) + 1
    clause = regex(r";|\. ").split(sentence.text[opened:])[0]
    left = sentence.start + opened
    if any(left <= m.start < left + len(clause) for m in sentence.names):
        return False
    if superlatives(clause) or OTHER_SET.search(clause):
        return False
    if any(left <= n.start < left + len(clause) and n is not number and is_rate(sentence, n) for n in sentence.numbers):
        return False
    earlier = [s for s in sentence.passage.sentences if s.start < sentence.start]
    if any(is_share_of_course(s, n) for s in earlier for n in s.numbers):
        return False  # behind "8% of its rise" comes what the rises are
    before = [r for s in earlier for r in rates_of(s, False)]
    before += rates_of(sentence, False, number) if opened else []
    return len(distinct_rates(before)) == 2


OTHER_SET = regex(
    r"\b(?:between(?!\s*(?:[.,;:)*]|$|(?:them|these|the two|both)\b))|median|mean|average|least|most|first|last|all|"
    r"every|others?|among|across|start|baseline|peak)\b",
    re.IGNORECASE,
)


def is_parted(sentence: Sentence, number: Number) -> bool:
    """True if another name, or the end of a clause, stands between a number and the rates of its sentence."""
    if turns_away(sentence, number):
        return True
    rates = [n for n in sentence.numbers if n is not number and is_rate(sentence, n, number) and not n.bound]
    if not rates:
        return True
    near = min(rates, key=lambda n: min(abs(n.end - number.start), abs(number.end - n.start)))
    left, right = sorted(((near.start, near.end), (number.start, number.end)))
    between = sentence.between(left[1], right[0])
    if between.startswith(" (") and ")" not in between:
        return False  # "gains 46.7 pts (T14 17.5%, T11 64.2%)" says of what
    opened = sentence.between(sentence.start, near.start).rfind("(")
    inside = sentence.between(sentence.start + opened, near.start) if opened >= 0 else ")"
    if ")" not in inside and left[1] != near.end:
        closed = sentence.between(near.end, sentence.end).find(")")
        pair = [n for n in rates if sentence.start + opened < n.start < near.end + closed]
        if closed >= 0 and len(pair) == 2:
            return False  # "a maximum 15.3 times that of b (55.2% as against 3.6%)"
    return (
        any(left[1] <= m.start < right[0] for m in sentence.names)
        or regex(r";|, (?:and|but|while)").search(between) is not None
    )


def turns_away(sentence: Sentence, number: Number) -> bool:
    """True if the clause of a number is not that of the rates beside it: "in spite of being 8 points behind"."""
    rates = [n for n in sentence.numbers if n is not number and is_rate(sentence, n, number) and not n.bound]
    if not rates:
        return False
    near = min(rates, key=lambda n: min(abs(n.end - number.start), abs(number.end - n.start)))
    left, right = (near.end, number.start) if near.start < number.start else (number.end, near.start)
    return _TURNS.search(sentence.between(left, right)) is not None


_TURNS = regex(
    r"\b(?:in spite of|despite|although|though|while|whereas|but|even if|yet|having been|"
    r"and (?:has|have|had|is|was|loses?|lost|gain\w*))\b",
    re.IGNORECASE,
)
END_TO_END = regex(
    r"\b(?:ends?|top|best|first|highest|largest) (?:to|and|against|over) (?:the )?(?:ends?|bottom|worst|last|"
    r"lowest|smallest)\b",
    re.IGNORECASE,
)
