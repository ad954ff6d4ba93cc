"""Runs of means, one for each column or arm, "on average 45%, 34% and 18%", of which one is none."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from leakstats.facts import Fact, Series

from ..regex import regex
from .averages import mean
from .claims import derived_rates, is_bar, is_moot, is_prior, own_passages, prints_rate
from .grammar import Number
from .idioms import interval_ends, is_share_of_course
from .knowledge import Evidence
from .named_doses import is_dose
from .passages import Sentence
from .pooled import pooled_rates
from .summaries import over
from .vocabulary import is_accounted_for
from .wholes import known_of_whole

__all__ = ["odd_means"]

_MEANS = regex(
    r"\b(?:means?|averag\w+|overall|totals?|pooled|altogether|combined|taken together|"
    r"(?:over|across) (?:all|every|(?:the )?(?:\d+|[a-z]+) [a-z]+s)\b)",
    re.IGNORECASE,
)
_OTHER_PART = regex(r";\s+(?!and\b)[a-z]{2,}", re.IGNORECASE)
""" "Means of 12% and 31%; single fields 7%"."""
_ELSE = regex(
    r"\b(?:\w+est|most|least|best|worst|top|bottom|max\w*|min\w*|range\w*|medians?|except|only|others?|rest|remaining|"
    r"those|these|among|within|half|group\w*|subset|first|last|initial\w*|final\w*|each|every|any|one|judge\w*|human\w*|"
    r"chance|expect\w*|predict\w*|target|threshold|level|sd|±|between|differ\w*|gap|more|less|fewer|lower|higher|fold|"
    r"times|of (?:its|the|their|that))\b|;\s|±",
    re.IGNORECASE,
)
"""Beside a number: of something else than of all."""


def odd_means(evidence: Evidence) -> Iterator[tuple[Sentence, Number, list[tuple[Series, Fact]]]]:
    """Numbers of a run of means that are the mean of no column, with the means that are known.

    The words say that they are means, and all others of the run are, of several columns.
    """
    for passage in own_passages(evidence):
        for sentence in passage.sentences:
            word = _MEANS.search(sentence.text) if sentence.numbers else None
            if word is None or is_prior(sentence):
                continue
            lone = _plain_mean(evidence, sentence)
            if lone is not None and not _is_mean(evidence, lone):
                yield sentence, lone, _means(evidence)
                continue
            run = _run(evidence, sentence, sentence.start + word.start())
            odd = [n for n in run if not _is_mean(evidence, n)]
            others = [n for n in run if n not in odd]
            alone = len(odd) == 1 and len(others) >= 2 and len({n.text for n in others}) == len(others)
            if alone and not _is_else(sentence, odd[0], run):
                yield sentence, odd[0], _means(evidence)


def _plain_mean(evidence: Evidence, sentence: Sentence) -> Number | None:
    """The one rate of a sentence that says of nothing but all things what their mean is: "the mean over all is 48%"."""
    rates = [n for n in sentence.numbers if n.role == "percent"]
    if len(rates) != 1 or rates[0].bound or rates[0].signed or rates[0].decimals < 0 or sentence.names:
        return None
    if _PLAIN.search(sentence.text) is None or is_moot(sentence) or is_bar(sentence, rates[0]):
        return None
    said = _MEANS.sub("", sentence.text)
    if _ELSE.search(said) or not is_accounted_for(evidence, sentence, sentence.start, sentence.end):
        return None
    known = [s for s in evidence.all_series if s.fraction and not s.role and evidence.kind(s) == "rate"]
    return rates[0] if known and sentence.passage.part == "claim" else None


_PLAIN = regex(
    r"^\W*(?:the |our |its )?(?:overall )?(?:mean|average)\b|^\W*(?:on|in the) (?:average|mean)\b", re.IGNORECASE
)


def _run(evidence: Evidence, sentence: Sentence, start: int) -> list[Number]:
    """The rates behind a place, up to a thing of the page or the words of another part of the sentence."""
    ends = interval_ends(sentence)
    names = [m.start for m in sentence.names if m.name in evidence.page_names and m.start > start]
    other = _OTHER_PART.search(sentence.text, start - sentence.start)
    stop = min([*names, sentence.start + other.start()] if other is not None else names, default=sentence.end)
    return [
        n
        for n in sentence.numbers
        if start < n.start < stop
        and (n.role == "percent" or (n.role == "value" and n.decimals > 1 and prints_rate(evidence, sentence, n)))
        and not (n.bound or n.signed or id(n) in ends or is_bar(sentence, n) or is_dose(evidence, sentence, n))
    ]


def _is_mean(evidence: Evidence, number: Number) -> bool:
    scale = 0.01 if number.role == "percent" else 1.0
    return (
        evidence.is_known(number, [(f.low, f.high) for _, f in _means(evidence)], scale)
        or evidence.is_known(number, derived_rates(evidence), scale)
        or evidence.is_known(number, pooled_rates(evidence), scale)
    )


def _means(evidence: Evidence) -> list[tuple[Series, Fact]]:
    """The mean of every column of rates, and what tables and files have of everything together, in order."""
    if "means of columns" not in evidence.cache:
        out = list(known_of_whole(evidence))
        for series in evidence.all_series:
            facts = series.distinct
            if series.fraction and not series.role and len(facts) > 2 and evidence.kind(series) == "rate":
                low, high = over(mean, facts)
                out.append((series, Fact("mean", frozenset(), low, high, f"the mean of {series.pointer}")))
        evidence.cache["means of columns"] = sorted(out, key=lambda x: (x[1].low, x[1].high))
    found: list[tuple[Series, Fact]] = evidence.cache["means of columns"]
    return found


def _is_else(sentence: Sentence, number: Number, run: Sequence[Number]) -> bool:
    """True if the words between a number and its neighbours make it something else than a mean, or it is worked out."""
    before = max((x.end for x in sentence.numbers if x.end <= number.start), default=sentence.start)
    after = min((x.start for x in sentence.numbers if x.start >= number.end), default=sentence.end)
    around = sentence.between(before, number.start) + " | " + sentence.between(number.end, after)
    if _ELSE.search(_MEANS.sub("", around)) or is_share_of_course(sentence, number):
        return True
    low, high = number.scaled()
    others = [x.scaled()[0] for x in run if x is not number]
    room = 0.6 * (high - low) + 1e-9
    return any(
        low - room <= 1 - a <= high + room or low - room <= abs(a - b) <= high + room or (b and abs(a / b - low) < room)
        for a in others
        for b in others
    )
