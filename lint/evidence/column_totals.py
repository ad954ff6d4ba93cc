"""Numbers of things that a column of counts has, of one row or of all of them together."""

from __future__ import annotations

import re
from collections.abc import Iterator

from leakstats.facts import Series

from ..regex import regex
from .claims import is_claim, is_prior
from .grammar import Number
from .knowledge import Clash, Evidence
from .names import fold_name, fullest_first, name_variants
from .passages import Sentence
from .tables import Sheet, is_aggregate

__all__ = ["column_total_clashes"]

_TOGETHER = regex(
    r"\b(?:together|in total|in all|altogether|all told|add(?:s|ed)? up to|sum(?:s|med)? (?:up )?to|total(?:s|led)?|"
    r"between them)\b",
    re.IGNORECASE,
)
_HAS = regex(
    r"\b(?:has|have|had|holds?|held|contains?|contained|comprises?|comprised|counts?|counted|logs?|logged|"
    r"records?|recorded|saw|sees?|shows?|showed|made|makes?|with|of|are|were|comes? to|totals?|totalled|"
    r"(?:add|adds|added|sums?) (?:up )?to)\s+"
    r"(?:only |just |exactly )?$",
    re.IGNORECASE,
)
_NOUN = regex(
    r"\s+(?:[a-z-]+\s+){0,1}?(?P<noun>[a-z-]{4,}s)\b(?!\s+(?:of|per|more|fewer|less|in|out|with|that|which)\b)", re.I
)
_PARTLY = regex(
    r"\b(?:other|others|except|without|more|fewer|less|least|most|about|roughly|nearly|almost|over|under|left|remain\w*|"
    r"kept|drop\w*|exclud\w*|first|last|half|new|extra|another|each|every|per|average|mean|median|would|if)\b|[~≈<>≤≥]",
    re.IGNORECASE,
)


def column_total_clashes(evidence: Evidence) -> Iterator[Clash]:
    """Counts that differ from the one column of their name: "together the 3 log 45 stalls", "a has 12 stalls"."""
    columns = [(sheet, s) for sheet in evidence.sheets for s, _ in sheet.series if _is_of_counts(s)]
    for passage in evidence.passages if columns else ():
        for sentence in passage.sentences if is_claim(passage) else ():
            counts = [n for n in sentence.numbers if n.role == "count"]
            if len(counts) == 1 and not is_prior(sentence) and not _PARTLY.search(sentence.text):
                yield from _judged(columns, sentence, counts[0])


def _is_of_counts(series: Series) -> bool:
    return series.pointer.startswith("column") and series.counts and not series.fraction and len(series.distinct) > 1


def _judged(columns: list[tuple[Sheet, Series]], sentence: Sentence, number: Number) -> Iterator[Clash]:
    noun = _NOUN.match(sentence.passage.plain, number.end)
    if noun is None or number.bound or number.signed or number.decimals > 0:
        return
    said = _words(noun.group())
    named = [(sheet, s) for sheet, s in columns if _words(s.quantity) == said]
    if len(named) != 1:
        return
    sheet, series = named[0]
    known = {label: [n for n in fullest_first(name_variants(label)) if n in series.facts] for label in sheet.labels}
    values = {label: series.facts[names[0]] for label, names in known.items() if names}
    things = {m.name for m in sentence.names if not noun.start() <= m.start < noun.end()}
    rows = [x for x in values if name_variants(x) & things]
    if any(is_aggregate(x) for x in values) or len(things) > len(rows):
        return
    if not _HAS.search(sentence.between(sentence.start, number.start)):
        return
    together = _TOGETHER.search(sentence.text) is not None
    if together and len(rows) != 1:
        total = sum(values[x].value for x in rows or values)
        of = "the rows together" if not rows else " and ".join(rows)
    elif not together and len(rows) == 1:
        total, of = values[rows[0]].value, rows[0]
    else:
        return
    if int(total) != int(number.value):
        place = sentence.passage.place(number.start, number.end)
        message = f"{number.text}: column {series.quantity!r} has {int(total):,} for {of}"
        yield Clash("product", place, message, "correct the count or the table")


def _words(text: str) -> frozenset[str]:
    """The words of a header or of a noun with its adjective, in the singular."""
    return frozenset(fold_name(w).removesuffix("s") for w in regex(r"[^\W\d_]+").findall(text))
