"""Rates of everything together, "overall 45%": the row of totals of a table, and what a file holds of all things."""

from __future__ import annotations

import re
from collections.abc import Sequence

from leakstats.facts import Fact, Series

from ..regex import regex
from .grammar import Number
from .knowledge import Evidence
from .leaves import steps_of
from .names import words_of
from .passages import Sentence
from .tables import is_aggregate

__all__ = ["facts_of_whole", "known_of_whole"]

_WHOLE = regex(
    r"\b(?:overall|pooled|pooling|altogether|combined|taken together|all told|in total|in (?:the )?aggregate|"
    r"(?:across|over|summed over|averaged over) (?:all|every|the (?:\d+|two|three|four|five|six|seven|eight|nine|ten|"
    r"eleven|twelve|\w+teen)))\b",
    re.IGNORECASE,
)
_PART = regex(
    r"\b(?:highest|lowest|largest|smallest|most|least|max\w*|min\w*|best|worst|rang\w+|between|peak\w*|medians?|except|"
    r"without|but|other\w*|only|those|these|among|within|half|group\w*|subset|first|last|\w+est|each|any|per|"
    r"differ\w*|correl\w+|human\w*|judge\w*|explain\w*|variance)\b",
    re.IGNORECASE,
)
"""Of a part of it, of one of it, or of something else."""


def facts_of_whole(evidence: Evidence, sentence: Sentence, number: Number) -> list[tuple[Series, Fact]]:
    """What is known of everything together, where a sentence speaks of it and of nothing else; empty otherwise."""
    if number.signed or number.role != "percent" or _WHOLE.search(sentence.text) is None:
        return []
    if _PART.search(sentence.text) or any(m.name in evidence.page_names for m in sentence.names):
        return []
    return known_of_whole(evidence)


def known_of_whole(evidence: Evidence) -> list[tuple[Series, Fact]]:
    """What the rows of totals and the files hold of everything together."""
    if "wholes" not in evidence.cache:
        rows = (s for s in evidence.page_series if s.pointer.startswith("row") and is_aggregate(s.quantity))
        facts = [f for s in rows if s.fraction and s.role in ("", "second") for f in s.facts.values()]
        for dataset in evidence.datasets:
            for leaf in dataset.leaves:
                if not leaf.whole and _is_of_all(steps_of(leaf.path)):
                    percent = leaf.value > 1 and words_of(str(leaf.path[-1])) & _PERCENT
                    value = leaf.value / 100 if percent else leaf.value
                    if 0 <= value <= 1:
                        facts.append(Fact("rate", frozenset(), value, value, leaf.pointer))
            for parent, _, k, n in dataset.pairs:
                steps = steps_of(parent)
                if _is_of_all(steps):
                    facts.append(Fact("rate", frozenset(), k / n, k / n, "/".join(steps)))
        whole = Series("whole", frozenset(), {f.pointer: f for f in facts}, True, "data", "of everything together")
        evidence.cache["wholes"] = [(whole, f) for f in facts]
    found: list[tuple[Series, Fact]] = evidence.cache["wholes"]
    return found


def _is_of_all(steps: Sequence[str]) -> bool:
    """True where a key on the way to a value has a word of everything together."""
    return any(is_aggregate(word) for step in steps for word in words_of(step))


_PERCENT = frozenset(words_of("pct percent percentage rate share"))
