"""How many things of each kind a page has, its judges, its roles, its answers a cell; and counts that are others."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache

from leakstats.records import struct

from ..regex import regex
from ..words import word_set
from .claims import is_claim, is_prior
from .knowledge import Clash, Evidence
from .lexicon import TRIALS
from .names import index_of
from .passages import Sentence
from .tables import is_aggregate
from .trials import sums_of_rows
from .word_numbers import SPELLED, may_spell_a_number, whole_number

__all__ = ["COUNT", "Things", "roster_clashes", "things_in", "things_of_page"]

_DIGITS = r"\d{1,3}(?:[,\u2009\u202f\u00a0]\d{3})+|\d{1,6}"
COUNT = rf"{_DIGITS}|(?:an?|{SPELLED})[ -](?:dozen|hundred|thousand)|{SPELLED}"
"""A whole number in digits or words."""
_LINKING = r"of|out|or|and|to|in|on|at|as|by|for|from|with|per|than|times|the|an?|is|are|was|were|has|have|had"
_COUNTED, _COUNTED_IN_DIGITS = (
    regex(
        rf"\b(?<![.,#/+<>≥≤~≈−–-])(?<![<>≥≤~≈×/–−] )(?P<label>[Nn]\s*=\s*)?(?P<n>{count})(?![\w%]|[.,]\d|\s?[%×/])\s+"
        rf"(?P<words>(?:(?!(?:{_LINKING})\b)[a-z][a-z'’-]*\s+){{0,2}}?)(?P<noun>[a-z][a-z-]*s)\b(?!['’-])",
        re.IGNORECASE,
    )
    for count in (COUNT, _DIGITS)
)
""" "250 replies", "N = 24 traits", "two dozen roles"."""
_ASKED = regex(
    rf"\b(?:asked|queried|sampled|prompted|probed|tested|questioned)\s+(?:\w+\s+)?(?P<n>{COUNT})\s+times\b",
    re.IGNORECASE,
)
_NUMBER_OF = regex(
    rf"\bnumber of (?:[a-z-]+\s+){{0,2}}?(?P<noun>[a-z][a-z-]*s)\s*\((?:[Nn]\s*=\s*)?(?P<n>{COUNT})\s*\)",
    re.IGNORECASE,
)
""" "The small number of judges (N = 3)"."""
_TRIAL = regex(TRIALS, re.IGNORECASE)
_TRIAL_NOUN = "answers"
"""All that trials are called is one kind of thing."""
_NO_KIND = frozenset(
    [
        *("epoch", "step", "update", "row", "token", "layer", "hour", "minute", "day", "week", "month", "year", "time"),
        *("point", "parameter", "example", "word", "digit", "decimal", "percent", "bit", "rank", "head", "place"),
        *("other", "case", "pair", "way", "kind", "value", "number", "one", "part", "half", "third", "quarter"),
        *("result", "figure", "table", "section", "issue", "count", "version", "character", "percentage"),
        *("comparison", "coefficient", "correlation", "wa", "ha", "i", "thi", "it", "les", "plu", "minu", "acros"),
    ]
)
"""What is counted along a course, by a unit, or without being a kind of its own."""
_COUNT_WORDS = frozenset(["n", "num", "number", "no", "count", "total", "of", "per", "each"])
_FEWEST_TRIALS = 20
_FARTHEST = 2
"""Times a count, above which another one is of something else."""


@struct
class Things:
    """A number of things that a text states."""

    value: int
    noun: str
    words: frozenset[str]
    """Between the number and its noun."""
    labelled: bool
    start: int
    end: int


def _singular(noun: str) -> str:
    """ "reply" for "Replies"."""
    noun = noun.lower()
    if noun.endswith("ies") and len(noun) > 4:
        return noun[:-3] + "y"
    return noun[:-2] if noun.endswith(("sses", "xes", "ches", "shes")) else noun.removesuffix("s")


@lru_cache(maxsize=512)  # three rules ask for the same texts, and twice of each passage
def things_in(text: str, *, of_any_kind: bool = False) -> tuple[Things, ...]:
    """The numbers of things of a text; ``of_any_kind`` with what is no kind of its own, layers and steps."""
    out = []
    words = word_set(text)
    counted = _COUNTED if may_spell_a_number(text) else _COUNTED_IN_DIGITS
    for match in (*counted.finditer(text), *(_NUMBER_OF.finditer(text) if "number" in words else ())):
        said = match.groupdict()
        kind = _TRIAL_NOUN if _TRIAL.fullmatch(match["noun"]) else _singular(match["noun"])
        between = frozenset(said.get("words", "").lower().split())
        if of_any_kind or kind not in _NO_KIND:
            labelled = said.get("label", "N") is not None
            out.append(Things(whole_number(match["n"]), kind, between, labelled, *_span(match)))
    for match in _ASKED.finditer(text) if "times" in words else ():
        out.append(Things(whole_number(match["n"]), _TRIAL_NOUN, frozenset(), False, match.start("n"), match.end()))
    return tuple(out)


def _span(match: re.Match[str]) -> tuple[int, int]:
    return match.start("n"), max(match.end("n"), match.end("noun"))


def things_of_page(evidence: Evidence, noun: str) -> set[int]:
    """How many things of a kind the page and its tables say that there are."""
    roster = _rosters(evidence).get(_singular(noun)) or Roster((), frozenset())
    return {v for v in (*roster.held, *(c.value for _, c in roster.said)) if v > 1}


@struct
class Roster:
    """What the page says of how many things of one kind there are."""

    said: tuple[tuple[int, Things], ...]
    """With the passage (by position) that says so."""
    held: frozenset[int]
    """In tables and files."""

    def without(self, passage: int, sentence: Sentence) -> list[Things]:
        """What other sentences say."""
        return [c for i, c in self.said if i != passage or not sentence.start <= c.start < sentence.end]


def _rosters(evidence: Evidence) -> dict[str, Roster]:
    if "rosters" not in evidence.cache:
        said: dict[str, list[tuple[int, Things]]] = defaultdict(list)
        for i, passage in enumerate(evidence.passages):
            for found in things_in(passage.plain):
                said[found.noun].append((i, found))
        held = _held(evidence)
        evidence.cache["rosters"] = {
            noun: Roster(tuple(said.get(noun, ())), frozenset(held.get(noun, ()))) for noun in said.keys() | held.keys()
        }
    found_rosters: dict[str, Roster] = evidence.cache["rosters"]
    return found_rosters


def _held(evidence: Evidence) -> dict[str, set[int]]:
    """Rows of tables below what they are, and columns and fields that have one number of trials everywhere."""
    out: dict[str, set[int]] = defaultdict(set)
    for sheet in evidence.sheets:
        head = regex(r"[^\w\s]").split(sheet.header[0])[0].split()
        things = [x for x in sheet.labels if x and not is_aggregate(x)]
        if len(head) == 1 and things and not any(x.isdigit() or index_of(x) for x in things):
            out[_singular(head[0])].add(len(set(things)))
    for series in evidence.all_series:
        if len(set(series.values)) == 1 and series.counts and len(series.distinct) > 1 and not series.role:
            words = [w for w in regex(r"[^\W\d_]+").findall(series.quantity) if w.lower() not in _COUNT_WORDS]
            if len(words) == 1:
                kind = _TRIAL_NOUN if _TRIAL.fullmatch(words[0]) else _singular(words[0])
                out[kind].add(int(series.values[0]))
    return out


def roster_clashes(evidence: Evidence) -> Iterator[Clash]:
    """Counts of a kind of things of which the rest of the page has another number."""
    rosters = _rosters(evidence)
    for i, passage in enumerate(evidence.passages):
        if not is_claim(passage) or passage.part == "prior":
            continue
        found = things_in(passage.plain)
        for sentence in passage.sentences if found else ():
            here = [c for c in found if sentence.start <= c.start < sentence.end]
            if not here or is_prior(sentence) or _OTHERWISE.search(passage.plain):
                continue
            for count in here:
                roster = rosters[count.noun]
                wrong = _other(evidence, sentence, count, roster, roster.without(i, sentence))
                if wrong:
                    shown = passage.plain[count.start : count.end]
                    yield Clash(
                        "size",
                        passage.place(count.start, count.end),
                        f"{shown}: the rest of the page has {wrong:,}",
                        "state the same number everywhere",
                    )


_OTHERWISE = regex(
    r"\b(?:pilot|candidates?|would|could|will|next|future|plan\w*|further|additional|extra|another|more|fewer|"
    r"screen\w*|discard\w*|drop\w*|kept|exclud\w*|"
    r"except|without|budget|cost|needs?|remain\w*|the rest|up to|at least|at most|leav\w+|left|new|initial\w*|"
    r"first|last|top|bottom|nearest|closest|farthest|half|again)\b",
    re.IGNORECASE,
)
"""A paragraph that may count other things than the page's."""
_SUMMED = regex(r"\b(?:total|altogether|in all|pool\w*|combined|together|overall)\b", re.IGNORECASE)
_OF = regex(r"\s+(?:of|from|in)\b", re.IGNORECASE)
_ALL = regex(r"\b(?:all|same|each of(?: the)?|all of(?: the)?|all the)\s+$", re.IGNORECASE)
_RESTRICTED = regex(
    r"\s+(?:with|that|which|who|whose|above|below|in|at|of|on|over|under|near|from|where|we|named|marked|closer|farther)\b",
    re.IGNORECASE,
)
_EACH = regex(r"\s+(?:each|apiece|per|an?|every|for (?:each|every))\b", re.IGNORECASE)
_OF_ALL = regex(r"\b(?:all|both|per|each|every|everybody|everyone|any)\b", re.IGNORECASE)


def _other(evidence: Evidence, sentence: Sentence, count: Things, roster: Roster, said: list[Things]) -> int:
    """How many things there are, where a count can be none of them; 0 where it may be right."""
    known = {c.value for c in said} | roster.held
    declared = {w for c in said for w in c.words} | {"other", "different", "distinct"}
    if not known or count.value < 2 or count.value in known or not count.words <= declared:
        return 0
    if _SUMMED.search(sentence.passage.plain) and not _is_each(sentence, count):
        return 0
    sizes, units = _sizes(evidence, sentence)
    if count.noun == _TRIAL_NOUN:
        sizes |= {v for v in known if v >= _FEWEST_TRIALS}
        if count.value < _FEWEST_TRIALS or len(sizes) != 1:
            return 0
        most = sizes.pop()
        several = count.value % most == 0 and not _is_each(sentence, count)
        if several or most % count.value == 0 or count.value in sums_of_rows(evidence):
            return 0
    else:
        most = max(known)
        attested = most in roster.held | units | sizes or sum(c.value == most for c in said) > 1
        if not attested or count.value in units | sizes:
            return 0
    if count.value > most:
        near = count.value <= _FARTHEST * most or count.value == 10 * most
        sure = near and not _OF.match(sentence.passage.plain, count.end)
    else:
        near = most <= _FARTHEST * count.value
        sure = near and _is_whole(sentence, count) and len({v for v in known if v > 1}) == 1
    both = any(x.value == most for x in sentence.numbers)  # "150 answers for some and 100 for the others"
    return most if sure and not both and not _is_made(evidence, count) else 0


def _is_whole(sentence: Sentence, count: Things) -> bool:
    """True if the words say that there are no more: "N = 10 languages", "the same 200 questions"."""
    plain = sentence.passage.plain
    if count.labelled:
        return _RESTRICTED.match(plain, count.end) is None
    if count.noun == _TRIAL_NOUN:
        return _is_each(sentence, count) or _OF_ALL.search(sentence.text) is not None
    before = plain[max(sentence.start, count.start - 16) : count.start]
    return _ALL.search(before) is not None and _RESTRICTED.match(plain, count.end) is None


def _is_each(sentence: Sentence, count: Things) -> bool:
    """True for "250 replies a cell"."""
    return _EACH.match(sentence.passage.plain, count.end) is not None


def _sizes(evidence: Evidence, sentence: Sentence) -> tuple[set[int], set[int]]:
    """The sample sizes that files, tables and other sentences state; and how many things tables and fits have."""
    sizes = {int(n) for d in evidence.datasets for n in d.trials if n >= _FEWEST_TRIALS}
    units = {len({x for x in s.labels if x and not is_aggregate(x)}) for s in evidence.sheets}
    units |= {len(s.header) - 1 for s in evidence.sheets}
    for passage in evidence.passages:
        for number in passage.numbers:
            inside = passage is sentence.passage and sentence.start <= number.start < sentence.end
            if number.role == "n" and number.decimals <= 0 and not inside:
                (sizes if number.label == "n" else units).add(int(number.value))
    return sizes, units


def _is_made(evidence: Evidence, count: Things) -> bool:
    """True if counts that the page states multiply to another one, or those of its kind add up to it."""
    if "made counts" not in evidence.cache:
        counts = {n: sorted({*(c.value for _, c in r.said), *r.held}) for n, r in _rosters(evidence).items()}
        few = sorted({v for values in counts.values() for v in values if 1 < v < 100_000})[:_MOST_FACTORS]
        made = {a * b for a, b in itertools.combinations(few, 2)}
        summed = {n: {a + b for a, b in itertools.combinations(v[:_MOST_FACTORS], 2)} for n, v in counts.items()}
        evidence.cache["made counts"] = made, summed
    products, sums = evidence.cache["made counts"]
    return count.value in products or count.value in sums[count.noun]


_MOST_FACTORS = 60
