"""Differences in points of the rates that stand beside them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from leakstats.facts import Fact
from leakstats.records import replace

from ..regex import regex
from .claims import is_claim
from .compared import (
    EARLIER_ISSUE,
    END_TO_END,
    difference_fits,
    distinct_rates,
    holds_rates,
    is_parted,
    known_pairs,
    meant_facts,
    rates_of,
    speaks_of_two,
    values_of,
    widest_pairs,
)
from .grammar import Number
from .idioms import intervals, is_rate, pairs_of_counts, spans
from .knowledge import Clash, Evidence
from .lexicon import MOOT
from .names import words_of
from .operands import operands
from .passages import Passage, Sentence
from .unpaired import is_of_data, is_unpaired
from .wording import CHANGES

__all__ = ["difference_clashes"]


def _elsewhere(evidence: Evidence, sentence: Sentence) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    """Pairs of values in [0, 1] of the names of a sentence and of those around it.

    "M60 is +29.5 pp. The reference M0 stands at 10.3%" gives a difference to what another sentence names.
    """
    around = {m.name for m in sentence.passage.names}
    names = {m.name for m in sentence.names} or around
    out = []
    for series in evidence.all_series:
        if series.role in ("interval", "at") or not all(-0.01 <= f.value <= 1.01 for f in series.facts.values()):
            continue
        inside = list({id(f): f for n, f in series.facts.items() if n in names}.values())
        others = list({id(f): f for n, f in series.facts.items() if n in around}.values())
        out += [((a.low, a.high), (b.low, b.high)) for a in inside[:30] for b in others[:30] if a is not b]
    return out


def difference_clashes(evidence: Evidence) -> Iterator[Clash]:
    """Differences in points that no two of the rates beside them have."""
    for passage in evidence.passages:
        if not is_claim(passage):
            continue
        for sentence in passage.sentences:
            for number in sentence.numbers:
                if number.role != "points" or _is_bounded(sentence, number) or _threshold(sentence, number):
                    continue
                stated = operands(sentence).get(number.start)
                if stated is not None and not is_of_data(sentence, number):
                    if not stated.fit():
                        yield _wrong(passage, number, stated.against())
                    continue
                if is_unpaired(evidence, sentence, number):
                    continue
                low, high = number.scaled()
                ends = {id(x) for a, b, _ in intervals(sentence) for x in (a, b)}
                moves = [
                    s
                    for s in spans(sentence)
                    if s.kind in ("move", "to")
                    and id(s.left) not in ends
                    and is_rate(sentence, s.left)
                    and is_rate(sentence, s.right)
                ]
                signed = number.signed
                if EARLIER_ISSUE.search(sentence.text) or MOOT.search(sentence.text):
                    continue
                if (
                    pairs_of_counts(sentence)
                    and len(distinct_rates(rates_of(sentence, False))) < 2
                    and not number.signed
                ):
                    continue  # the bar that things are counted by
                pools: list[list[tuple[tuple[float, float], tuple[float, float]]]] = []
                here = distinct_rates(rates_of(sentence, False))
                order = [(m.right.scaled(), m.left.scaled()) for m in moves] if signed and moves else []
                pools.append(order or [(a, b) for a in here for b in here if a is not b])
                values = [v for v in values_of(sentence, False) if v[0] >= 0 and v[1] <= 1.01]
                pools.append([(a, b) for a in values for b in values if a is not b])
                around = distinct_rates(rates_of(sentence, True))
                if len(here) < 2 or not moves:
                    pools.append([(a, b) for a in around for b in around if a is not b])
                near = difference_fits(low, high, pools[0], bool(order)) or any(
                    difference_fits(low, high, p, False) for p in pools[1:]
                )
                owner = _owner(sentence, number)
                timed = not evidence.datasets and any(m.name.startswith("#") for m in sentence.names)
                if owner and number.signed and _stands_in_contrast(evidence, sentence, number, owner):
                    continue
                if owner and number.signed and not timed and _changes_of(evidence, owner):
                    mine = [((f.low, f.high), (0.0, 0.0)) for f in _changes_of(evidence, owner)]
                    rates = meant_facts(
                        sentence, [f for s, f in evidence.about.get(owner, ()) if holds_rates(evidence, s)]
                    )[:60]
                    mine += [((a.low, a.high), (b.low, b.high)) for a in rates for b in rates if a is not b]
                    if not difference_fits(low, high, mine, False) or _is_turned(evidence, sentence, number, owner):
                        yield _wrong(
                            passage, number, f"{number.text} points is no change that is known of what it speaks of"
                        )
                    continue
                if near or _is_known_change(evidence, sentence, number):
                    continue
                known = [
                    ((a.low, a.high), (b.low, b.high))
                    for a, b in (*known_pairs(evidence, sentence), *widest_pairs(evidence))
                ]
                alone = speaks_of_two(sentence, number)
                if len(here) < 2 and not evidence.datasets and not _OF_TWO.search(sentence.text):
                    continue  # of another sentence's rates: the page alone need not hold the one that is meant
                if len(here) < 2 and not alone:
                    if (
                        not known
                        or not (owner or END_TO_END.search(sentence.text))  # else of nobody knows which two
                        or difference_fits(low, high, _elsewhere(evidence, sentence), False)
                        or difference_fits(low, high, known, False)
                    ):
                        continue
                elif (
                    not alone
                    and (
                        len(here) > 2 or (not order and is_parted(sentence, number) and not _only_two(sentence, number))
                    )
                ) and difference_fits(low, high, known, False):
                    continue
                yield _wrong(passage, number, f"{number.text} points is no difference of the rates that it speaks of")


def _wrong(passage: Passage, number: Number, message: str) -> Clash:
    place = passage.place(number.start, number.end)
    return Clash("difference", place, message, "subtract again, from unrounded values")


_OF_TWO = regex(r"\b(?:the|these|those) two\b|\bboth\b|\bbetween them\b", re.IGNORECASE)
_CONTRASTED = regex(
    r"\b(?:against|than|versus|vs|compared|relative|differences?|differs?|minus|ahead|behind|lead|margin|control|"
    r"reference|baseline)\b",
    re.IGNORECASE,
)


def _owner(sentence: Sentence, number: Number) -> str:
    """The one thing whose change a signed number of points is; "" where it cannot be told.

    "the mason by +17 pp", "+17 pp for the mason", and "The baker and the mason hold still. They lost 2.3 pp and
    won 0.7 pp", in that order.
    """
    names = [m for m in sentence.names if not m.name.startswith("#")]
    if _CONTRASTED.search(sentence.text):
        return ""
    for m in names:
        if m.end <= number.start and re.fullmatch(
            r"[`\"'’*]*\s*(?:(?:[a-z]+ ){0,2}by|with|at|gains|loses|:|\(|,|=|—|–)?\s*",
            sentence.between(m.end, number.start),
        ):
            return m.name
        if m.start >= number.end and re.fullmatch(
            r"\s*(?:(?:percentage )?points?|pp|pts?)?\s*(?:for|"
            r"in)\s+(?:the\s+)?[`\"'*]*",
            sentence.between(number.end, m.start),
        ):
            return m.name
    signed = [n for n in sentence.numbers if n.role == "points" and n.signed]
    sentences = sentence.passage.sentences
    at = sentences.index(sentence)
    if (
        names
        or len(signed) != 2
        or not at
        or not re.fullmatch(r"\s*(?:,|and)\s*", sentence.between(signed[0].end, signed[1].start))
    ):
        return ""
    before = list(dict.fromkeys(m.name for m in sentences[at - 1].names if not m.name.startswith("#")))
    if len(before) != 2 or not re.match(r"\W*(?:their|the (?:two|net))\b", sentence.text, re.IGNORECASE):
        return ""
    return before[signed.index(number)] if number in signed else ""


_LOSS = regex(
    r"\b(?:drops?|dropped|decreas\w+|loss(?:es)?|loses?|lost|declin\w+|falls?|fell|reduc\w+|deficits?|shortfalls?|"
    r"cuts?)\b",
    re.IGNORECASE,
)


def _is_turned(evidence: Evidence, sentence: Sentence, number: Number, owner: str) -> bool:
    """True for the one known change of a thing with the other sign: "a change of +1.6 points for the mason"."""
    if _LOSS.search(sentence.between(sentence.start, number.start)):
        return False
    low, high = number.scaled()
    changes = [((f.low, f.high), (0.0, 0.0)) for f in _changes_of(evidence, owner)]
    near = [x for x in changes if difference_fits(low, high, [x], False)]
    signs = {x[0][0] > 0 for x in changes}
    return bool(near) and len(signs) == 1 and not any(difference_fits(low, high, [x], True) for x in near)


_JOINS = regex(r"\s(?:[-−–]|vs\.?|versus|minus|against|over|less|to)\s")
"""What makes the label of a row one of two things, "R3 - R0"."""


def _stands_in_contrast(evidence: Evidence, sentence: Sentence, number: Number, owner: str) -> bool:
    """True if a row of a contrast of the thing, "R3 - R0", has a cell with the number and its sign."""
    words = {re.escape(m.text.strip("`*_ ")) for m in sentence.names if m.name == owner}
    if not words:
        return False
    named = re.compile(rf"(?<![\w-])(?:{'|'.join(sorted(words))})(?![\w-])", re.IGNORECASE)
    return any(
        item.number.signed and item.number.low <= number.high and number.low <= item.number.high
        for sheet in evidence.sheets
        for item in sheet.numbers
        if _JOINS.search(sheet.labels[item.row]) and named.search(sheet.labels[item.row])
    )


def _changes_of(evidence: Evidence, name: str) -> list[Fact]:
    """The changes that fields and columns give for a thing, as fractions."""
    out = []
    for s, f in evidence.about.get(name, ()):
        if s.role in ("net", "gain") and s.fraction:
            out.append(f)
        elif (
            s.role == "" and words_of(s.quantity) & CHANGES and evidence.kind(s) in ("rate", "") and s.ends[0].value < 0
        ):
            scale = 1.0 if s.fraction or s.largest <= 1 else 0.01
            out.append(replace(f, low=f.low * scale, high=f.high * scale))
    return out


def _is_known_change(evidence: Evidence, sentence: Sentence, number: Number) -> bool:
    """True if a field or a column of changes holds a number for a thing that its passage names."""
    names = {m.name for m in sentence.names} or {m.name for m in sentence.passage.names}
    low, high = number.scaled()
    for name in names:
        for series, fact in evidence.about.get(name, ()):
            if not (
                series.role in ("net", "gain")
                or "Δ" in series.quantity
                or (words_of(series.quantity) | series.words) & CHANGES
            ):
                continue
            for scale in (1.0, 0.01):
                a, b = sorted((fact.low * scale, fact.high * scale))
                if (a <= high + 1e-9 and low - 1e-9 <= b) or (
                    not number.signed and a <= -low + 1e-9 and -high - 1e-9 <= b
                ):
                    return True
    return False


def _is_bounded(sentence: Sentence, number: Number) -> bool:
    """True for "over 20 points", and not for "spread over 20 points"."""
    spread = r"\b(?:spread|spreads|range|ranges|extend|extends|stretch|stretches|span|spans)\s+over\s*$"
    wide = number.bound == ">" and re.search(spread, sentence.between(sentence.start, number.start), re.IGNORECASE)
    return number.bound in ("<", "<=", ">", ">=") and not wide


def _only_two(sentence: Sentence, number: Number) -> bool:
    """True for "Peaks spread over 57.2 pp, with a lowest (3.9%) and b highest (61.1%)": two names with their rates."""
    names = {m.name for m in sentence.names}
    before = sentence.between(sentence.start, number.start)
    worded = re.search(r"\b(?:spread|gap|differ\w*|distance|range|span|separat\w*|apart)\b", before, re.IGNORECASE)
    return (
        worded is not None
        and len(names) == 2
        and len(distinct_rates(rates_of(sentence, False))) == 2
        and len(distinct_rates(rates_of(sentence, True))) == 2
    )


def _threshold(sentence: Sentence, number: Number) -> bool:
    before = sentence.between(max(sentence.start, number.start - 30), number.start)
    after = sentence.between(number.end, number.end + 24)
    return bool(
        re.search(
            r"\b(?:within|margin of|threshold of|half-width of|±|plus or minus|every|up to|per)\s*$",
            before,
            re.IGNORECASE,
        )
        or re.match(r"\s*(?:or (?:more|less)|half-width|wide|margin|threshold)\b", after)
        or before.endswith("±")
    )
