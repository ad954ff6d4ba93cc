"""What confirms a number in words."""

from __future__ import annotations

import re
from bisect import bisect_left
from itertools import permutations

from leakstats.facts import Series

from ..evidence.beside import adjacent
from ..evidence.claims import derived_rates
from ..evidence.grammar import Number
from ..evidence.idioms import interval_ends, is_rate, pairs_of_counts, spans
from ..evidence.leaves import Leaf, Step
from ..evidence.names import words_of
from ..evidence.passages import Sentence
from ..evidence.pvalues import p_sets
from ..evidence.shares import vectors
from ..regex import regex
from .anywhere import is_zero_p, of_interval, of_record, of_size, printed
from .arithmetic import MOST_PAIRS, end_of, fits_pair, is_rate_of, of_pair
from .explanation import Explanation
from .known import Known
from .words import COMMON, MEAN

__all__ = ["of_prose"]

_NEAREST = 4
_UNNAMED = frozenset(("max", "min", "first", "last", "net", "gain", ""))
_SHARE = regex(
    r"\b(?:of|through|into|half) (?:its|the|their|that|this|all|eventual|total)\b[^.;]{0,40}?\b(?:rise|gains?|increase|"
    r"growth|climb|change|jump|drop|fall|decline|peak|maximum|way|movement|total|improvement|effect|range)\b",
    re.IGNORECASE,
)
_CHANGE = regex(
    r"\b(?:increas|decreas|reduc|grew|grow|drop|fell|fall|rise|rose|cut|shr[aiu]nk|relative|chang|differ|gap|spread|by\b|"
    r"more|less|higher|lower|above|below|net\b|delta)|Δ",
    re.IGNORECASE,
)
_EXTREME = regex(
    r"\b(?:highest|lowest|largest|smallest|strongest|weakest|most|least|peak\w*|best|worst|top\w*|"
    r"at most|at least|up to|maximum|minimum|greatest|range\w*|between|from|reach\w*|span\w*)\b",
    re.IGNORECASE,
)
_LIMIT_WORDS = frozenset(("ci", "ci95", "interval", "wilson", "low", "high", "lower", "upper", "bounds", "limits"))


def of_prose(known: Known, sentence: Sentence, number: Number) -> Explanation | None:
    """What confirms a number in words."""
    found = printed(known, sentence.passage.text.source(number.start))
    if found is not None or is_zero_p(number):
        return found
    return (
        of_record(known, number)
        or of_interval(known, sentence.passage.text, number)
        or _of_limits(sentence, number)
        or _of_name(known, sentence, number)
        or _of_range(known, sentence, number)
        or _of_count(known, sentence, number)
        or of_size(known, sentence, number)
        or _of_difference(known, sentence, number)
        or _of_set(known, sentence, number)
        or _of_field(known, sentence, number)
        or _of_table_text(known, sentence, number)
    )


def _of_limits(sentence: Sentence, number: Number) -> Explanation | None:
    """An end of the interval of a ``k of n`` that the paragraph states, perhaps in another sentence."""
    if id(number) not in interval_ends(sentence):
        return None
    pairs = [pair for s in sentence.passage.sentences for pair in pairs_of_counts(s)]
    found = end_of(number, [(int(k.value), int(n.value)) for k, n in pairs][:40])
    return None if found is None else Explanation("derived", f"an end of the interval of {found[0]} of {found[1]}")


def _of_name(known: Known, sentence: Sentence, number: Number) -> Explanation | None:
    """A value of something that the words name: beside the number, in the sentence, or alone in the passage."""
    if number.role in ("points", "fold", "n"):
        return None
    i = next((j for j, n in enumerate(sentence.numbers) if n is number), -1)
    beside = adjacent(sentence).get(i)
    if beside is not None:
        names = [beside.name]
    elif len(sentence.entities) <= 2:
        names = sorted(known.evidence.known_as(sentence.entities))
    elif sentence.names:  # of many names the nearest on either side
        before = [m.name for m in sentence.names if m.end <= number.at][-1:]
        names = before + [m.name for m in sentence.names if m.start >= number.end][:1]
    if not sentence.names:
        names = sorted({m.name for m in sentence.passage.names})
        names = names if len(names) == 1 else []
    for origin in ("data", "page"):
        for name in names:
            for series, fact in known.evidence.printing(name, number):
                if series.origin != origin:
                    continue
                if number.role == "coefficient" and not known.evidence.is_correlation(series, fact):
                    continue
                if known.evidence.suits(number, series) and _alike(known, sentence, series, number, names):
                    shown = {m.name: m.text.strip(" `*\"'’") for m in sentence.passage.names}
                    why = f"{series.quantity} of {shown.get(name, name)} ({fact.pointer})"
                    return Explanation("grounded" if origin == "data" else "derived", why)
    return None


def _alike(known: Known, sentence: Sentence, series: Series, number: Number, names: list[str]) -> bool:
    """True unless the number is a layer's or an epoch's and the value of another thing than those named."""
    if number.role in ("count",) and not series.words & words_of(sentence.text):
        return False  # any whole number of a record would do
    if number.role == "percent" and series.role in ("net", "gain"):
        return False  # a difference of percentages is given in points
    similar = number.role == "percent" and known.evidence.kind(series) == "similarity"
    if similar and not series.words & words_of(sentence.text):
        return False  # "44%" is no cosine
    rates = series.fraction and known.evidence.kind(series) in ("rate", "")
    if rates and number.role == "value" and not is_rate(sentence, number):
        return False
    return not (len(names) == 1 and names[0].startswith("#") and series.role not in _UNNAMED)


def _of_range(known: Known, sentence: Sentence, number: Number) -> Explanation | None:
    """The ends of a range that are the smallest and the largest value of one field."""
    span = next((s for s in spans(sentence) if (number is s.left or number is s.right) and s.kind != "move"), None)
    if span is None:
        return None
    a, b = span.left, span.right
    for series in known.ends_near(a):
        (low, high), (small, large) = series.ends, series.sizes
        pairs = [(low, high), (high, low)]
        if small is not low or large is not high:
            pairs += [(small, large), (large, small)]
        for x, y in pairs:
            if known.evidence.matches(a, series, x) and known.evidence.matches(b, series, y):
                return Explanation("derived", f"smallest and largest {series.quantity} ({series.pointer})")
    return None


def _of_count(known: Known, sentence: Sentence, number: Number) -> Explanation | None:
    """``k of n`` whose criterion was counted again, whose rate stands beside it, or which the results hold."""
    for k, n in pairs_of_counts(sentence):
        if number is n and (int(n.value) in known.sizes or int(n.value) in known.lengths):
            return Explanation("grounded" if int(n.value) in known.sizes else "derived", "a number of things known")
        if number not in (k, n):
            continue
        if (sentence.passage.text.at, k.start) in known.counted:
            return Explanation("derived", "counted again")
        if any((int(k.value), int(n.value)) == pair[2:] for d in known.evidence.datasets for pair in d.pairs):
            return Explanation("grounded", f"{k.text} of {n.text} stands in the results")
    rates = [n for n in sentence.numbers if n.role == "percent"]
    counts = pairs_of_counts(sentence)
    if number.role == "percent" and any(is_rate_of(number, k, n) for k, n in counts):
        return Explanation("derived", "the rate of the count beside it")
    if any(number in pair and is_rate_of(r, *pair) for pair in counts for r in rates):
        return Explanation("derived", "the count of the rate beside it")
    return None


def _of_difference(known: Known, sentence: Sentence, number: Number) -> Explanation | None:
    """A difference or ratio of two numbers of the paragraph, or of two values of what it names."""
    if number.role not in ("points", "fold", "percent", "value") or (number.role == "value" and not number.signed):
        return None
    passage = sentence.passage
    around = sentence.between(max(sentence.start, number.at - 40), min(sentence.end, number.end + 28))
    if number.role in ("percent", "value") and not _CHANGE.search(around):
        return None
    here = _operands(sentence, number, sentence.numbers)
    found = of_pair(number, here, "beside it")
    if found is None and len(here) < 2 and number.role in ("points", "fold"):
        found = of_pair(number, _operands(sentence, number, passage.numbers), "beside it")
    if found is not None or number.role not in ("points", "fold"):
        return found
    names = dict.fromkeys(m.name for m in (sentence.names or passage.names))
    rates = {n: [f for s, f in known.evidence.about.get(n, ()) if s.fraction][:MOST_PAIRS] for n in names}
    pairs = [(a, b) for facts in rates.values() for a, b in permutations(facts, 2)]
    for series in known.evidence.all_series:
        if not series.fraction:
            continue
        inside = [series.facts[n] for n in names if n in series.facts]
        pairs.extend(permutations(inside, 2))
        if len(series.facts) >= 3 and series.role not in ("interval", "at"):
            pairs.append(series.ends[::-1])
    for a, b in pairs:
        if fits_pair(number, (a.low, a.high), (b.low, b.high)):
            what = "ratio" if number.role == "fold" else "difference"
            return Explanation("derived", f"the {what} of {a.pointer} and {b.pointer}")
    return None


def _operands(sentence: Sentence, number: Number, numbers: tuple[Number, ...]) -> list[Number]:
    """The numbers of which a difference or ratio may be: the nearest few, since among many some pair always fits."""
    found = [n for n in numbers if n is not number and n.role in ("percent", "value", "coefficient")]
    if number.role == "points":
        found = [n for n in found if n.role == "percent" or is_rate(sentence, n)]
    found.sort(key=lambda n: abs(n.start - number.start))
    return sorted(found[:_NEAREST], key=lambda n: n.start)


def _of_set(known: Known, sentence: Sentence, number: Number) -> Explanation | None:
    """A mean or median, an extreme, a share of a course, or a bound that a set of p-values keeps."""
    if number.role == "p" and number.bound in ("<", "<="):
        found = [(v, origin) for _, v, origin in p_sets(known.evidence) if len(v) >= 3]
        sets = [v for v, origin in found if origin == "page"] or [v for v, _ in found]
        if any(max(values) < number.high * (1 + 1e-9) for values in sets):
            return Explanation("derived", "every p of a set keeps the bound")
        return None
    if number.role == "percent" and _SHARE.search(sentence.text) and _is_share(known, sentence, number):
        return Explanation("derived", "a share of a course")
    rate = is_rate(sentence, number)
    if rate and MEAN.search(sentence.text):
        scale = 0.01 if number.role == "percent" else 1.0
        if known.evidence.is_known(number, derived_rates(known.evidence), scale):
            return Explanation("derived", "a mean or median of a column or field")
        words = words_of(sentence.text)
        for group, low, high in known.group_means:
            if words_of(group) <= words and low <= number.scaled()[1] and number.scaled()[0] <= high:
                return Explanation("derived", f"the mean of the rows of {group}")
    around = sentence.between(max(sentence.start, number.at - 48), min(sentence.end, number.end + 32))
    if number.role in ("percent", "value", "coefficient") and _EXTREME.search(around):
        for series in known.ends_near(number):
            if number.role == "percent" and (number.signed or series.role in ("net", "gain")):
                continue  # a change, which is given in points
            if not known.evidence.suits(number, series):
                continue
            if any(known.evidence.matches(number, series, f) for f in series.ends):
                return Explanation("derived", f"an extreme of {series.quantity} ({series.pointer})")
    return None


def _is_share(known: Known, sentence: Sentence, number: Number) -> bool:
    low, high = number.scaled()
    courses = vectors(known.evidence)
    at = {int(e[1:]) for e in sentence.entities if e.startswith("#")}
    for vector in (v for name in sentence.entities for v in courses.get(name, ())):
        first, top = vector[0], max(v[2] for v in vector)
        for index, a, b in vector[1:]:
            for end in {top, vector[-1][2]}:
                whole = end - first[1]
                if (
                    (not at or index in at)
                    and whole > 0
                    and low <= (b - first[1]) / whole + 0.01
                    and ((a - first[2]) / whole - 0.01 <= high)
                ):
                    return True
                # of the value itself: "reaches 80% of its peak"
                if (not at or index in at) and end > 0 and low <= b / end + 1e-9 and a / end - 1e-9 <= high:
                    return True
    return False


_NO_RATES = words_of("cosine cos similarity distance correlation pearson spearman r rho p")


def _of_field(known: Known, sentence: Sentence, number: Number) -> Explanation | None:
    """A number of a file whose keys the sentence names, where it names no thing that the files know."""
    if number.role in ("points", "fold", "n", "count"):
        return None
    words = words_of(sentence.text) - COMMON
    best: tuple[int, Leaf] | None = None
    for scale in (1.0, 0.01) if number.role == "percent" else (1.0,):
        low, high = number.low * scale, number.high * scale
        room = 1e-9 * max(abs(low), abs(high), 1e-12)
        i = bisect_left(known.leaves, low - room, key=lambda item: item[0])
        while i < len(known.leaves) and known.leaves[i][0] <= high + room:
            leaf = known.leaves[i][1]
            i += 1
            if (number.role == "percent" and scale == 1.0 and leaf.value <= 1) or _is_limit(leaf):
                continue
            field = _words_of_step(leaf.path[-1]) if leaf.path else frozenset()
            if number.role == "percent" and field & _NO_RATES and not field & words:
                continue  # "the nurse's 44%" is not her cosine
            rank = len(words & (_words_of_path(leaf) - COMMON))
            if rank and (best is None or rank > best[0]):
                best = rank, leaf
    # One word in common is chance where many values would do.
    if best is None or (best[0] < 2 and len(known.leaves) > 40):
        return None
    return Explanation("grounded", best[1].pointer)


def _words_of_path(leaf: Leaf) -> frozenset[str]:
    return frozenset().union(*map(_words_of_step, leaf.path))


def _words_of_step(step: Step) -> frozenset[str]:
    return words_of(step if isinstance(step, str) else " ".join(step))


def _is_limit(leaf: Leaf) -> bool:
    """True for an end of an interval, which says nothing about its estimate."""
    return bool(_LIMIT_WORDS & _words_of_path(leaf))


def _of_table_text(known: Known, sentence: Sentence, number: Number) -> Explanation | None:
    """A decimal that stands in the words of a table whose row speaks of the same."""
    if number.role not in ("coefficient", "value", "percent", "p") or number.decimals <= 0:
        return None
    said = words_of(sentence.text) - COMMON
    for words, texts in known.written:
        if len(said & words) < 2:
            continue
        if any(n.low <= number.value <= n.high for text in texts for n in known.decimals(text)):
            return Explanation("derived", "stands in the words of a table")
    return None
