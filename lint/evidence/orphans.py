"""Numbers that nothing explains, on a page whose numbers are nearly all known: slips of the pen.

A rate of three digits that no file and no table holds, that is no mean, share, difference or end of an interval, and
that is a digit away from a value of a thing named beside it, is that value misprinted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from leakstats.facts import Fact, Series

from ..regex import regex
from .aside import is_aside, is_of_unknown
from .claims import closed, derived_rates, is_bar, is_moot, is_moot_before, is_prior, own_passages
from .correlations import records
from .distances import is_distance
from .grammar import Number
from .idioms import interval_ends, is_rate, pairs_of_counts, spans
from .knowledge import Clash, Evidence
from .leaves import words_along
from .names import words_of
from .passages import Sentence
from .pooled import is_pooled
from .recomputed import is_of_columns
from .roles import subject
from .slips import slip_of
from .unheld import is_at_unheld_point

__all__ = ["orphan_clashes"]

_MOST = 2
"""Orphans of a page; more of them are a set that the page holds elsewhere."""
_NEAR = 0.0101
"""A rate is as far as this from the one that it misprints."""
_INTERVAL = regex(
    r"\b(?:CIs?|[Ii]ntervals?|[Bb]ands?|[Bb]ars?|[Ww]hiskers?|[Ll]imits?|[Bb]ounds?|Wilson|[Cc]onfidence|[Rr]egion|"
    r"confined|margin|give or take|half-width|±|threshold|cut-?off|level|bar|(?<!per )(?<!each )line|mark)\b"
)
_OWN_INTERVAL = regex(r"\s*[(\[]\s*(?:\d\d\s?%[\s-]*)?(?:CI|[Ii]nterval|Wilson|[Cc]onfidence|[Cc]redible)\b")
_MEAN = regex(
    r"\b(?:means?|average\w*|averaging|medians?|typical\w*|overall|pooled|across|together|combined|centre|sd|s\.d\.|"
    r"variance|explains?|explained|expected|agree\w*|kappa|truncated|dropped|lost|missing|refus\w*|reduction|relative|"
    r"estimated|judged?)\b",
    re.IGNORECASE,
)
_OF = regex(
    r"\s*(?:%|percent|per cent)?\s*(?:(?:of|through|from) (?:its|the|their|that|this|his|her|what|where|all|a|an)\b|"
    r"(?:higher|lower|more|less|fewer|larger|smaller|greater|better|worse|above|below|over|under|fold|reduction|increase|"
    r"decrease|drop|rise|gain)\b)",
    re.IGNORECASE,
)
_BY = regex(r"\bby (?:about |roughly |around |some |only |just |a further )?$|[×x*]\s*$|(?:±|\+/-)\s*$", re.IGNORECASE)
_COUNTS = regex(r"\s*(?:\(|=|,)\s*[\d,]+\s*(?:/|(?:out )?of\b)\s*\d")
_COUNTED = regex(r"\d\s*(?:/|(?:out )?of(?: the)?)\s*[\d,]+(?: \w+)?\s*(?:\(|=|,|:)\s*$")
"""Behind and before a rate: counts of its own, which say what it is."""


def orphan_clashes(evidence: Evidence) -> Iterator[Clash]:
    """Rates and coefficients that nothing explains, each with the value that it misprints."""
    found = list(_rates(evidence)) if closed(evidence, percent=True) else []
    if closed(evidence, percent=False):
        found.extend(_signs(evidence))
        found.extend(_counts(evidence))
        if evidence.triples:
            found.extend(_coefficients(evidence))
    if len({(n.text, m) for _, n, m in found}) > _MOST:
        return
    for sentence, number, meant in found:
        yield Clash(
            "value",
            sentence.passage.place(number.start, number.end),
            f"nothing explains {number.text}{number.unit}; {meant}",
            "correct the number, or say where it comes from",
        )


def _sentences(evidence: Evidence) -> Iterator[Sentence]:
    for passage in own_passages(evidence):
        yield from (
            s for s in passage.sentences if s.numbers and not is_prior(s) and not is_at_unheld_point(evidence, s)
        )


def _is_fine(number: Number) -> bool:
    """True for a rate of which enough digits are printed that none is like it by chance."""
    return number.digits >= 3 or (number.digits > 0 and number.decimals >= (1 if number.role == "percent" else 3))


def _rates(evidence: Evidence) -> Iterator[tuple[Sentence, Number, str]]:
    for sentence in _sentences(evidence):
        ends: frozenset[int] | None = None
        for number in sentence.numbers:
            if number.bound or number.signed or number.label or not _is_fine(number):
                continue
            if ends is None:
                ends = interval_ends(sentence)
                if _INTERVAL.search(sentence.text):
                    ends |= {id(x) for s in spans(sentence) for x in (s.left, s.right)}
            if id(number) in ends:
                continue
            ranges = [x for x in spans(sentence) if x.kind == "range"]
            if not evidence.datasets and any(number in (x.left, x.right) for x in ranges):
                continue  # over points that no table need hold
            if not (number.role == "percent" or (evidence.prints_decimals and is_rate(sentence, number))):
                continue
            if (
                _COUNTED.search(sentence.between(max(sentence.start, number.start - 30), number.start))
                or _COUNTS.match(sentence.between(number.end, number.end + 16))
                or is_aside(evidence, sentence, number)
            ):
                continue
            if _is_worked_out(sentence, number) or _is_explained(evidence, sentence, number):
                continue
            meant = _misprinted(evidence, sentence, number)
            if meant:
                yield sentence, number, meant


def _is_worked_out(sentence: Sentence, number: Number) -> bool:
    """True if the words around a number make it a mean, a share, a relative change or a level."""
    before = sentence.between(max(sentence.start, number.start - 60), number.start)
    after = sentence.between(number.end, number.end + 40)
    if _OWN_INTERVAL.match(after):
        after = ""  # what it lies in
    if is_bar(sentence, number):
        return True
    near = before[-40:] + " | " + after[:24]
    if is_moot_before(sentence, number) or _BY.search(before) or _OF.match(after):
        return True
    return _MEAN.search(near) is not None or _INTERVAL.search(near) is not None


def _is_explained(evidence: Evidence, sentence: Sentence, number: Number) -> bool:
    """True if the number is known, or follows from known ones: a mean, the rest, a difference or a ratio."""
    scale = 0.01 if number.role == "percent" else 1.0
    if evidence.is_known(number, evidence.known_rates, scale) or evidence.is_known(
        number, derived_rates(evidence), scale
    ):
        return True
    if is_pooled(evidence, number):
        return True
    if number.role != "percent" and evidence.is_known(number, evidence.known_values):
        return True
    low, high = number.scaled()
    rates = [f.value for _, f in _candidates(evidence, sentence)]
    rates += [x.scaled()[0] for s in sentence.passage.sentences for x in s.numbers if x is not number and is_rate(s, x)]
    rates = sorted({round(v, 5) for v in rates if 0 <= v <= 1})[:80]
    room = 0.5 * (high - low) + 1e-9
    for a in rates:
        if low - room <= 1 - a <= high + room:
            return True
        for b in rates:
            if low - room <= b - a <= high + room or (b > 0 and low - 1e-9 <= a / b <= high + 1e-9):
                return True
    return False


def _candidates(evidence: Evidence, sentence: Sentence) -> list[tuple[Series, Fact]]:
    """The rates of the things that the sentence names, or else its passage."""
    names = {m.name for m in sentence.names if m.name in evidence.page_names}
    names = names or {m.name for m in sentence.passage.names if m.name in evidence.page_names}
    if not 0 < len(names) <= 4:
        return []
    return [
        (s, f)
        for n in sorted(names)
        for s, f in evidence.about.get(n, ())
        if s.fraction and s.role in ("", "first", "last", "max", "min") and evidence.kind(s) in ("rate", "")
    ]


def _misprinted(evidence: Evidence, sentence: Sentence, number: Number) -> str:
    """What a rate misprints: "that of nun is 34.0%"; "" where no value of a thing beside it is near."""
    scale = 100.0 if number.role == "percent" else 1.0
    others = [x for x in sentence.numbers if x is not number]
    hits = {
        f.value
        for s, f in _candidates(evidence, sentence)
        if slip_of(number, f.value * scale) or abs(f.value * scale - number.value) <= _NEAR * scale
        if not any(evidence.matches(x, s, f) for x in others)
    }
    if not hits:
        return ""
    nearest = min(hits, key=lambda v: abs(v * scale - number.value))
    return f"{nearest * scale:.4g}{number.unit} is known of what stands beside it"


_PARTIAL = regex(
    r"\b(?:partial\w*|control\w*|adjust\w*|held|constant|covariate\w*|given|kappa|agree\w*|judge\w*|human|raters?|"
    r"annotator\w*|simulat\w*|permut\w*|without|dropp\w*|remov\w*|exclud\w*|leav\w*|omit\w*|except|length|split|"
    r"reliab\w*|alpha)\b",
    re.IGNORECASE,
)


def _coefficients(evidence: Evidence) -> Iterator[tuple[Sentence, Number, str]]:
    """Coefficients without p that are none of those known, on a page that has several which are."""
    with_p = {id(r.coefficient) for r in records(evidence) if r.p is not None}
    stated = [r.coefficient for r in records(evidence) if r.p is not None and r.coefficient is not None]
    known = _stored(evidence)
    sizes = {id(r.coefficient): r.n for r in records(evidence) if r.n is not None}
    held_of = [t.n for t in evidence.triples]
    for sentence in _sentences(evidence):
        for number in sentence.numbers:
            if number.role != "coefficient" or number.label not in ("ρ", "r") or number.bound or number.decimals < 2:
                continue
            if id(number) in with_p or _PARTIAL.search(sentence.passage.plain) or is_moot(sentence):
                continue
            if evidence.is_known(number, known) or is_distance(evidence, sentence, number):
                continue
            if any(x.low <= number.high and number.low <= x.high for x in stated if x is not number):
                continue
            if sizes.get(id(number), held_of[0]) not in held_of:
                continue  # of so many things the files have no relation
            if not is_of_columns(evidence, number):
                yield sentence, number, "it is no coefficient of the results or of the page's tables"


_COEFFICIENT_KEYS = frozenset(
    words_of(
        "r rho rs spearman pearson corr correlation coef coefficient stat statistic estimate partial raw plain fit link"
    )
)


def _stored(evidence: Evidence) -> list[tuple[float, float]]:
    """Every coefficient of the files and of the page's tables, as sorted intervals: those without a p too."""
    out = set(evidence.known_coefficients)
    for series in evidence.all_series:
        if evidence.kind(series) == "coefficient":
            out.update((f.low, f.high) for f in series.facts.values())
    for dataset in evidence.datasets:
        out.update(
            (x.value, x.value)
            for x in dataset.leaves
            if not x.whole and -1 <= x.value <= 1 and words_along(x.path) & _COEFFICIENT_KEYS
        )
    return sorted(out)


_DIFFERENCE = regex(
    r"\b(?:differ\w*|gaps?|spread|apart|margins?|chang\w+|net|shift\w*|delta|contrast|effect|gains?|lost|loses?)\b|Δ",
    re.IGNORECASE,
)


def _signs(evidence: Evidence) -> Iterator[tuple[Sentence, Number, str]]:
    """Similarities with the other sign than that of the thing that the sentence speaks of."""
    for sentence in _sentences(evidence):
        bare = [n for n in sentence.numbers if n.role == "value" and n.decimals >= 2 and not n.bound]
        bare = [n for n in bare if abs(n.value) >= 0.05]
        if not bare or _DIFFERENCE.search(sentence.text) or is_moot(sentence):
            continue
        for number in bare:
            if evidence.is_known(number, evidence.known_values) or _may_be_rate(evidence, sentence, number):
                continue
            name = subject(evidence, sentence, number)
            meant = [f for s, f in evidence.about.get(name, ()) if evidence.kind(s) == "similarity"]
            if any(number.allows(f.value) for f in meant) or not any(number.allows(-f.value) for f in meant):
                continue
            if not evidence.datasets and any(number in (x.left, x.right) for x in spans(sentence)):
                continue  # "0.12 to −0.12": of two times the tables may hold one
            yield sentence, number, f"what stands beside it has {-number.value:+.2f}"


def _may_be_rate(evidence: Evidence, sentence: Sentence, number: Number) -> bool:
    """True for a decimal without a sign on a page that prints its rates as decimals."""
    return evidence.prints_decimals and not number.signed and is_rate(sentence, number)


def _counts(evidence: Evidence) -> Iterator[tuple[Sentence, Number, str]]:
    """Counts of a thing, "28 of 120", that are a digit away from what the files hold of it out of as many."""
    for sentence in _sentences(evidence):
        pairs = pairs_of_counts(sentence)
        for k, n in pairs:
            if n.value < 20 or k.value < 10 or k.bound or is_of_unknown(sentence, k):
                continue
            name = subject(evidence, sentence, k)
            if subject(evidence, sentence, n) != name:
                continue  # "61 of 100 under A, against 11 of 100 under B"
            said, total = int(k.value), int(n.value)
            held = _counted_of(evidence, name, total)
            others = {m.name for m in sentence.names} - {name} if len(pairs) > 1 else set()
            if not held or {said, total - said} & held or any(said in _counted_of(evidence, x, total) for x in others):
                continue  # "A and B differ (12/40 and 30/40)": of the one or the other
            near = [h for h in held if _is_slip(said, h)]
            if len(near) == 1:
                yield sentence, k, f"the results hold {near[0]} of {n.text} for what it speaks of"


def _counted_of(evidence: Evidence, name: str, total: int) -> set[int]:
    """How many of ``total`` the files hold for a thing alone, and not under one of several wordings."""
    shares = {
        f.value * total
        for s, f in evidence.about.get(name, ())
        if s.fraction and s.origin == "data" and evidence.kind(s) == "rate"
        if not f.entities & evidence.page_names - {name}
    }
    return {round(x) for x in shares if abs(x - round(x)) < 0.02}


def _is_slip(said: int, meant: int) -> bool:
    a, b = str(said), str(meant)
    if len(a) != len(b):
        return False
    apart = [i for i in range(len(a)) if a[i] != b[i]]
    return len(apart) == 1 or (len(apart) == 2 and a[apart[0]] == b[apart[1]] and a[apart[1]] == b[apart[0]])
