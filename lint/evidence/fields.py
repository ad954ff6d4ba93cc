"""The fields and columns that a clause about so many things can ask of."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache

from leakstats.facts import Series
from leakstats.lazy import cached_property
from leakstats.records import struct

from ..regex import regex
from .beside import adjacent
from .grammar import Number
from .knowledge import Evidence
from .lexicon import ROLE_WORDS
from .names import stem, words_of
from .passages import Sentence
from .subsets import counted_series
from .wording import CHANGES, DEEP, FIRSTS, LASTS, LINEAR, RANKS

__all__ = [
    "COMMON",
    "Asked",
    "by_method",
    "by_role",
    "by_words",
    "contrast_fields",
    "fitting",
    "is_coefficient",
    "is_of_method",
    "is_p",
    "level_fields",
    "mean_fields",
    "mentions",
    "p_series",
    "printed_ones",
    "printed_values",
]


@struct(slots=False)
class Asked:
    """What a clause asks of how many things."""

    sentence: Sentence
    text: str
    """The words that may hold the criterion."""
    numbers: tuple[Number, ...]
    total: int
    noun: str
    """What is counted, singular: "source"."""
    names: frozenset[str]
    """The things that the clause names."""
    before: str = ""
    """The words of its passage before it, where a test may have been named."""
    after: str = ""
    """The words of its sentence behind it, where a bracket may hold the criterion."""

    contrasted: bool = False
    """It counts in the other state than the one that the words before it name: "against 2 of 9 before"."""

    @cached_property
    def criterion(self) -> str:
        """Its words in lower case, the noun of what is counted blotted out: a header may have it too."""
        low = self.text.lower()
        return (
            re.sub(rf"\b{re.escape(self.noun)}\w{{0,2}}\b", lambda m: " " * len(m.group(0)), low) if self.noun else low
        )


@struct
class _Candidate:
    """A series that a count of so many things may be of."""

    series: Series
    deep: bool
    """Values of layers or points of time; one of them may have a byname, "L18, chosen beforehand"."""
    spoken_of: bool
    """The page names at least half of its things."""
    has_whole: bool
    """Among its values is the one of all the others."""


def _candidates(evidence: Evidence, size: int) -> list[_Candidate]:
    """The series over ``size`` things."""
    known: dict[int, list[_Candidate]] = evidence.cache.setdefault("candidates by size", {})
    if size not in known:
        known[size] = [
            _Candidate(
                series,
                _is_deep(series),
                2 * sum(k in evidence.spoken for k in series.facts) >= len(series.facts),
                any(_OF_ALL.fullmatch(k) for k in series.facts),
            )
            for series in counted_series(evidence)
            if series.role not in ("interval", "at") and len(series.distinct) == size
        ]
    return known[size]


def _is_deep(series: Series) -> bool:
    deep = {
        id(f)
        for k, f in series.facts.items()
        if k.startswith("#") or k.isdigit() or k[1:].isdigit() or k.rstrip("0123456789") in DEEP
    }
    return len(deep) == len(series.distinct)


def fitting(evidence: Evidence, asked: Asked, size: int) -> list[Series]:
    """The series over ``size`` things, things that the page names, of the kind that the clause counts."""
    deep = asked.noun in DEEP
    found = _candidates(evidence, size)
    if not asked.noun:
        shallow = [c for c in found if not c.deep]
        over = found if words_of(asked.text) & DEEP else shallow or found
    else:
        over = [c for c in found if c.deep == deep] or ([] if deep else found)
    alike = [c.series for c in over if (deep or c.deep or c.spoken_of) and not c.has_whole]
    named = {n for n in asked.names if not n.startswith("#")}
    layers = {n for n in asked.names if n.startswith("#")}
    for chosen in (named, layers):
        own = [s for s in alike if chosen and all(chosen & f.entities for f in s.facts.values())]
        alike = own or alike
    return alike


_OF_ALL = regex(r"(?:all|mean|average|overall|total|pooled)(?:[a-z]{3,}s)?", re.IGNORECASE)
"""The column of all the others, which is none of so many things."""


def printed_ones(evidence: Evidence, series: list[Series]) -> list[Series]:
    """The columns of the page and the fields that they print; all where none is among them.

    A file holds many fields that nobody speaks of.
    """
    if len(series) < 2:
        return series
    shown = {b.data.pointer for b in evidence.bindings}
    return [s for s in series if s.origin == "page" or s.pointer in shown] or series


def by_method(series: list[Series], *texts: str) -> list[Series]:
    """The fields of ranks, or of the linear coefficients, where the first words that name a test ask for one."""
    return [s for s in series if is_of_method(f"{s.quantity} {s.pointer} {' '.join(sorted(s.words))}", *texts)]


def is_of_method(called: str, *texts: str) -> bool:
    """True unless what something is called names the other method than the first words that name one.

    What names neither may be of either.

    >>> is_of_method("Pearson r", "ρ"), is_of_method("Pearson r", "r"), is_of_method("coefficient", "ρ")
    (False, True, True)
    """
    ranks = linear = False
    for text in texts:
        ranks, linear = RANKS.search(text) is not None, LINEAR.search(text) is not None
        if ranks or linear:
            break
    if ranks == linear:
        return True
    ours, theirs = (_OF_LINEAR, _OF_RANKS) if linear else (_OF_RANKS, _OF_LINEAR)
    return ours.search(called) is not None or theirs.search(called) is None


_OF_RANKS = regex(r"ρ|rho|spearman|rank", re.IGNORECASE)
_OF_LINEAR = regex(r"pearson|linear|product.?moment|(?:^|\W)r(?:\W|$)", re.IGNORECASE)


def by_role(series: list[Series], text: str) -> list[Series]:
    """Start, peak or end, where the words say which; on the page by the column's header."""
    for role, pattern in ROLE_WORDS.items():
        if pattern.search(text):
            words = {"first": FIRSTS, "last": LASTS}.get(role, frozenset())
            chosen = [s for s in series if s.role == role or (s.origin == "page" and pattern.search(s.quantity))]
            chosen = chosen or [s for s in series if words & (words_of(s.quantity) | s.words)]
            if chosen:
                return chosen
    first, last = (re.search(rf"\b(?:{w})\b", text, re.IGNORECASE) for w in (_BEFORE, _AFTER))
    if (first is None) != (last is None):
        words = FIRSTS if first else LASTS
        chosen = [s for s in series if words_of(s.quantity) & words or s.words & words]
        if chosen:
            return chosen
    return series


_BEFORE = r"before|prior to|pre(?=-)"
_AFTER = r"after(?!wards)|post(?=-)"


def by_words(series: list[Series], text: str) -> list[Series]:
    """Those whose rare words occur in the text; all of them where none does."""
    if len(series) < 2:
        return series
    shared = frozenset.intersection(*(s.words for s in series)) | COMMON
    words = words_of(text) - COMMON
    ranks = [sum(any(_alike(a, b) for b in words) for a in s.words - shared) for s in series]
    best = max(ranks)
    return [s for s, rank in zip(series, ranks, strict=True) if rank == best]


def _alike(a: str, b: str) -> bool:
    return a == b or (len(a) > 4 and len(b) > 4 and (a.startswith(b) or b.startswith(a)))


_WORD = regex(r"[a-z][a-z'’]*")


def mentions(text: str, group: Sequence[Series]) -> list[list[int]]:
    """Where a text in lower case has a word of each field that no other field of the group has.

    A rate and the k and n of which it is made are one field twice, and no rivals.
    """
    words = [_own_stems(s.words, s.quantity) for s in group]
    held = [printed_values(s) for s in group]
    said = [(m.start(), stem(m.group(0).rstrip("s") or m.group(0))) for m in _WORD.finditer(text)]
    spoken = {w for _, w in said}
    holders: dict[str, set[tuple[float, ...]]] = defaultdict(set)
    for own, values in zip(words, held, strict=True):
        for word in own & spoken:
            holders[word].add(values)
    return [[i for i, w in said if w in own and len(holders[w]) == 1] for own in words]


@lru_cache(maxsize=4096)  # clause after clause is held against the same fields
def _own_stems(words: frozenset[str], quantity: str) -> frozenset[str]:
    return frozenset([stem(w) for w in (words | words_of(quantity)) - COMMON if len(w) > 2])


def printed_values(series: Series) -> tuple[float, ...]:
    """The values of a field as a page prints them; two fields of one file with the same ones are one."""
    return series.rounded


COMMON = frozenset(
    [
        "source",
        "persona",
        "rate",
        "layer",
        "share",
        "value",
        "unit",
        "name",
        "of",
        "the",
        "in",
        "per",
        "at",
        "n",
        "completion",
        "p",
        "r",
        "model",
        "count",
        "mean",
        "all",
        "data",
        "level",
        "result",
        "record",
        "cell",
        "course",
    ]
)


def is_p(evidence: Evidence, series: Series) -> bool:
    return evidence.kind(series) == "p" or (
        series.origin == "page" and series.role == "second" and evidence.kind(series) in ("coefficient", "p", "")
    )


def p_series(evidence: Evidence, series: list[Series], asked: Asked) -> list[Series]:
    found = [
        s
        for s in series
        if is_p(evidence, s) and s.role in ("", "second") and all(0 <= f.value <= 1 for f in s.distinct)
    ]
    return printed_ones(evidence, by_words(by_method(found, asked.text, asked.before), asked.text))


def is_coefficient(evidence: Evidence, series: Series) -> bool:
    return not series.role and evidence.kind(series) == "coefficient"


def level_fields(evidence: Evidence, series: list[Series], asked: Asked) -> list[Series]:
    """The rates that a level can be asked of: no intervals, no changes, no second numbers of a cell."""
    text = asked.text
    found = [
        s
        for s in series
        if s.fraction
        and evidence.kind(s) == "rate"
        and s.role not in ("second", "net", "gain", "at", "min")
        and not words_of(s.quantity) & CHANGES
    ]
    if not any(n.role == "value" for n in asked.numbers):
        found = [s for s in found if not _is_index(evidence, s)]
    if any(s.origin == "page" for s in found):  # beside columns of plain rates
        found += [s for s in series if _is_share_of_count(s, series) and evidence.kind(s) == "rate"]
    found += [  # a column that nothing calls a rate may be one
        s
        for s in series
        if (found or not any(evidence.kind(x) == "rate" for x in evidence.page_series))
        and s.origin == "page"
        and not s.role
        and evidence.kind(s) == ""
        and not s.whole
        and not words_of(s.quantity) & CHANGES
        and not _is_index(evidence, s)
        and all(0 <= f.value <= 1 for f in s.distinct)
    ]
    beside = {w for w in _BESIDE if re.search(rf"\b{w}", text, re.IGNORECASE)}
    own = [s for s in found if any(w.startswith(b) for w in s.words | words_of(s.quantity) for b in beside)]
    if beside and not own:
        found = [s for s in found if not _OWN & (s.words | words_of(s.quantity))]
    roled = _in_state(own or found, text) or by_role(own or found, text)
    if len(roled) == len(own or found) and not any(p.search(text) for p in ROLE_WORDS.values()):
        # "Peaks reach 4.5% to 75.6%. 3 of 5 pass one half": of the peaks
        said = [r for r, p in ROLE_WORDS.items() if p.search(asked.before)]
        peaks = [s for s in roled if s.role == "max" or (s.origin == "page" and ROLE_WORDS["max"].search(s.quantity))]
        if said == ["max"] and peaks:
            return _exact_ones(evidence, peaks)
    named = _said(asked.criterion, roled)
    if named and asked.contrasted:
        named = _said(asked.after[:40].lower(), roled) or [s for s in roled if s not in named]
    # "Shade tracks depth. Above 0.5 at none of the 9 depths": of the shade, or of what the page is about
    named = named or printed_ones(evidence, roled) + _said(asked.before.lower(), roled)
    # where no word tells which rate is meant, each is a reading
    return _quoted_fields(evidence, _exact_ones(evidence, named), asked)


def _is_index(evidence: Evidence, series: Series) -> bool:
    """True for an index of agreement, of which nobody says so many percent."""
    return _INDEX.search(f"{series.quantity} {evidence.header_of(series)} {series.pointer}") is not None


_INDEX = regex(r"κ|(?<![a-z])(?:kappas?|krippendorff|mcc)(?![a-z])", re.IGNORECASE)


def _is_share_of_count(series: Series, others: Sequence[Series]) -> bool:
    """True for the 40% of cells like "24/60 = 40%", whose first number is no rate itself."""
    if series.role != "second" or not series.fraction:
        return False
    first = [s for s in others if not s.role and s.origin == series.origin and s.pointer == series.pointer]
    return bool(first) and not any(s.fraction for s in first) and all(f.value >= 0 for f in series.distinct)


_STATE = regex(
    r"\b(?:(?P<before>before|prior to|ahead of|pre)|after|post|following|once|since)[ -]"
    r"(?:(?:the|its|their|being|any|full) )*"
    r"(?P<what>[a-z]{4,})",
    re.IGNORECASE,
)


def _in_state(found: list[Series], text: str) -> list[Series]:
    """The field of the state that a text names by what was done, "after the repair", or those of the states before it.

    Empty where no word of the text does, or where the field of one state alone is known.
    """
    for match in _STATE.finditer(text):
        done = stem(match["what"].lower())
        for origin in ("page", "data"):
            group = [s for s in found if s.origin == origin and not s.role]
            at = [i for i, s in enumerate(group) if done in {stem(w) for w in words_of(s.quantity)}]
            if len({printed_values(group[i]) for i in at}) == 1 and len(group) > len(at):
                chosen = group[: at[0]] if match["before"] else [group[i] for i in at]
                return chosen + [s for s in found if s.origin != origin and any(_same(s, x) for x in chosen)]
    return []


def _same(a: Series, b: Series) -> bool:
    """True for a field and the column that prints it."""
    other = b.facts
    return a.facts.keys() == other.keys() and all(f.allows(other[n].low, other[n].high) for n, f in a.facts.items())


def _exact_ones(evidence: Evidence, series: list[Series]) -> list[Series]:
    """The fields that the columns print, where a file has them: a printed value on the edge of a bound is rounded."""
    stored = {b.page.pointer: b.data for b in evidence.bindings if not b.by_chance}
    out: list[Series] = []
    for s in series:
        twin = stored.get(s.pointer, s) if s.origin == "page" else s
        exact = twin.fraction == s.fraction and len(twin.distinct) == len(s.distinct) and not twin.role
        if s.origin == "page" and (twin is s or not exact):
            twin = next((x for x in series if x.origin == "data" and _same(s, x)), s)
        if not any(x is twin for x in out):
            out.append(twin)
    return out


def _said(text: str, fields: list[Series]) -> list[Series]:
    """The fields that a text in lower case singles out by a word, among those of the page and those of the files."""
    return [
        s
        for origin in ("page", "data")
        for group in [[x for x in fields if x.origin == origin]]
        for s, at in zip(group, mentions(text, group), strict=True)
        if at
    ]


_BESIDE = ("bystander", "listener", "neighbour", "neighbor", "stranger")
_OWN = frozenset(["own", "home", "self"])


def _quoted_fields(evidence: Evidence, series: list[Series], asked: Asked) -> list[Series]:
    """Those with the rates that the sentence gave to its things before; none where it quoted another field."""
    numbers = asked.sentence.numbers
    quoted = [
        (m.name, numbers[i])
        for i, m in adjacent(asked.sentence).items()
        if numbers[i].role == "percent" and not numbers[i].bound and numbers[i].end <= len(asked.before)
    ]
    quoted = [(name, n) for name, n in quoted if any(name in s.facts for s in series)]
    kept = [s for s in series if all(evidence.matches(n, s, s.facts[name]) for name, n in quoted if name in s.facts)]
    listed = _listed_behind(asked) if len(kept) > 1 else []
    return [s for s in kept if _holds_all(evidence, s, listed)] or kept


def _holds_all(evidence: Evidence, series: Series, quoted: Sequence[tuple[str, Number]]) -> bool:
    return all(name in series.facts and evidence.matches(n, series, series.facts[name]) for name, n in quoted)


def _listed_behind(asked: Asked) -> list[tuple[str, Number]]:
    """The rates of the things that a colon lists behind a count: "four of six pass a tenth: Graz (31%), Lyon (19%)"."""
    sentence, numbers = asked.sentence, asked.sentence.numbers
    colon = asked.after.find(": ")
    opened = sentence.end - len(asked.after) + colon
    listed = [
        (m.name, numbers[i])
        for i, m in (adjacent(sentence).items() if colon >= 0 else ())
        if numbers[i].role == "percent" and not numbers[i].bound and m.start >= opened
    ]
    return listed if listed and ";" not in asked.after else []


def mean_fields(evidence: Evidence, series: list[Series]) -> list[Series]:
    """Series that a thing can be compared in: rates, means, scores; those of the page where it has any."""
    found = [
        s
        for s in series
        if not s.role
        and evidence.kind(s) in ("rate", "")
        and not words_of(s.quantity) & CHANGES
        and len({f.value for f in s.distinct}) > 1
    ]
    return [s for s in found if s.origin == "page"] or found


def contrast_fields(evidence: Evidence, series: list[Series]) -> list[Series]:
    """Fields of differences."""
    out = []
    for s in series:
        words = words_of(s.quantity)
        changed = bool(words & CHANGES or "Δ" in s.quantity or s.words & CHANGES)
        if changed and s.role in ("", "net") and evidence.kind(s) in ("rate", "") and not is_p(evidence, s):
            out.append(s)
    return out
