"""Of what is known of a thing, that for which the words beside a number ask."""

from __future__ import annotations

import re

from leakstats.facts import Fact, Series

from ..regex import regex
from .averages import mean, median
from .beside import adjacent
from .claims import derived_rates, facts_of, prints_rate
from .coordination import is_of_some_list
from .grammar import Number
from .idioms import is_share_of_course, spans
from .knowledge import Evidence
from .lexicon import direction_words
from .names import words_of
from .passages import Sentence
from .quantities import CENTRE_AFTER, LIKENESS_WORD, READ, names_several, quantity_asked, quantity_asked_at
from .roles import is_past, of_course, of_side, subject
from .states import of_point, of_state

__all__ = ["facts_asked", "facts_meant", "is_averaged", "is_other_quantity", "narrowed_facts"]


def is_averaged(evidence: Evidence, sentence: Sentence, number: Number, name: str) -> bool:
    """True if the words speak of a mean and the number is one, or could be one of a set that they choose."""
    around = sentence.between(max(sentence.start, number.start - 60), min(sentence.end, number.end + 40))
    coefficient = number.role == "coefficient" or quantity_asked(sentence, number) == "coefficient"
    if not (_MEAN_ALONE if coefficient else _MEAN).search(around):
        return False
    return _is_mean(evidence, number, name) or evidence.is_known(
        number, derived_rates(evidence), 0.01 if number.role == "percent" else 1.0
    )


def is_other_quantity(evidence: Evidence, sentence: Sentence, number: Number, facts: list[tuple[Series, Fact]]) -> bool:
    """True if no word of the sentence says of what quantity a decimal is, and the thing has it as one of another kind.

    The quantity was named sentences before, or by a symbol: "ends of x: the clerk at -0.70, the butler at 0.72"; or the
    word that was named last has its number already: "A, 0.06 in overlap, answers in 0.26; B, -0.86, in 0.63".
    """
    if number.role == "percent" or number.decimals < 2:
        return False
    asked, at = quantity_asked_at(sentence, number)
    if not asked and not evidence.datasets and names_several(sentence.passage.plain):
        return True
    if asked and not any(at <= x.start < number.start for x in sentence.numbers):
        return False  # the word has no other number
    own = ("size", "p", "spread")
    return any(evidence.matches(number, s, f) for s, f in facts if evidence.kind(s) not in own)


_MEAN_ALONE = regex(r"\b(?:mean|means|average\w*|median|typical\w*)\b", re.IGNORECASE)


_MEAN = regex(r"\b(?:mean|means|average\w*|median|typical\w*|overall|pooled|across|all|every)\b", re.IGNORECASE)


def facts_asked(
    evidence: Evidence, sentence: Sentence, number: Number, facts: list[tuple[Series, Fact]]
) -> list[tuple[Series, Fact]]:
    """Of what is known of the name beside a number, that which the number can print; none for a change or an effect."""
    if number.role == "coefficient" or quantity_asked(sentence, number) == "coefficient":
        return _coefficients(evidence, sentence, number, facts)
    found = _of_kind(evidence, sentence, number, facts)
    if number.signed and (quantity_asked(sentence, number) != "likeness" or _is_moved_by(sentence, number)):
        measured = _measured(evidence, sentence, number, facts)
        if measured:
            return measured
        # "+0.13" of a thing is an effect on it, unless it is the mirror of something known
        coefficients = [(s, f) for s, f in facts if evidence.kind(s) in ("coefficient", "similarity")]
        return [(s, f) for s, f in coefficients if number.allows(f.value) or number.allows(-f.value)]
    return found


_TO_OR_AT = regex(r"(?:\b(?:to|at|from|with|of|reaching|and)|→|->|=|:)\s*$")


def _is_moved_by(sentence: Sentence, number: Number) -> bool:
    """True for what something moves by: "the cosine rises for three, most for the nurse (+0.4)"."""
    before = sentence.between(sentence.start, number.start)
    lead = before[max((x.end - sentence.start for x in sentence.numbers if x.end <= number.start), default=0) :]
    if (
        _TO_OR_AT.search(before)
        or not direction_words(before)
        or any(number in (s.left, s.right) for s in spans(sentence))
    ):
        return False
    return "(" in lead or "by" in words_of(lead)


def _measured(
    evidence: Evidence, sentence: Sentence, number: Number, facts: list[tuple[Series, Fact]]
) -> list[tuple[Series, Fact]]:
    """The value of the one measure with a sign, neither rate nor coefficient, that is named before a number."""
    said = words_of(sentence.between(sentence.start, number.start)) - _MEASURES - READ
    found = [
        (s, f)
        for s, f in facts
        if not s.role and s.ends[0].value < 0 and evidence.kind(s) == ""
        if said & (words_of(s.quantity) | words_of(evidence.header_of(s))) and not _is_change(evidence, s)
    ]
    return found if len({round(f.value, number.decimals) for _, f in found}) == 1 else []


def _is_change(evidence: Evidence, series: Series) -> bool:
    """True for changes and differences of rates, which have rules of their own."""
    return _CHANGE.search(f"{series.quantity} {evidence.header_of(series)}") is not None


_CHANGE = regex(r"%|\bpp\b|points?\b|chang|differ|delta|Δ|gain|net\b|contrast|effect", re.IGNORECASE)


_LIKENESS = regex(
    r"\b(?:cos\w*|similarit\w*|likeness|closeness|distance|projection)\W*(?:of|is|=|at|:)?\W*$", re.IGNORECASE
)


_OF_LIKENESS = regex(r"\b(?:cosine|similarity|likeness|projection)\b[^,;()\d]*$", re.IGNORECASE)


def _by_words(sentence: Sentence, number: Number, facts: list[tuple[Series, Fact]]) -> list[tuple[Series, Fact]]:
    """Of the facts, those of the series that a word before the number singles out, the nearest: "pooled"."""
    own = frozenset().union(*(words_of(m.text) for m in sentence.names))
    before = sentence.between(max(sentence.start, number.at - 40), number.at).split()
    for word in dict.fromkeys(w for piece in reversed(before) for w in sorted(words_of(piece) - _MEASURES - own)):
        chosen = [(s, f) for s, f in facts if word in s.words]
        if 0 < len(chosen) < len(facts):
            return chosen
    return facts


_MEASURES = frozenset(
    words_of("the a of in at by for with and rate share value coefficient r rho p n k mean layer source")
)


_CENTRES = frozenset(words_of("mean avg average mu mean_score score centre center m"))


_METHODS = (
    (regex(r"\bpearson\w*|\blinear\b|\br\s*=", re.IGNORECASE), frozenset(["pearson", "linear", "lin"])),
    (
        regex(r"\bspearman\w*|\branks?\b|ρ|\brho\b|\br_?s\b", re.IGNORECASE),
        frozenset(["spearman", "rank", "rho", "rs"]),
    ),
)


_METHOD_WORDS = frozenset().union(*(words for _, words in _METHODS))


def _coefficients(
    evidence: Evidence, sentence: Sentence, number: Number, facts: list[tuple[Series, Fact]]
) -> list[tuple[Series, Fact]]:
    """Of what is known of a name, its coefficients by the method that the words name; all its decimals for a doubt."""
    found = [(s, f) for s, f in facts if evidence.kind(s) == "coefficient"]
    before = sentence.between(max(sentence.start, number.at - 60), number.start)
    said = [(max(m.end() for m in p.finditer(before)), words) for p, words in _METHODS if p.search(before)]
    found = _by_words(sentence, number, found)
    if said:
        words = max(said, key=lambda x: x[0])[1]
        named = [(s, f) for s, f in found if (s.words | words_of(s.quantity)) & words]
        if not named:
            unmarked = [(s, f) for s, f in found if not (s.words | words_of(s.quantity)) & _METHOD_WORDS]
            if unmarked == found and len({id(s) for s, _ in found}) == 1:
                method = next(w for _, w in _METHODS if w == words)
                if _methods_of(evidence, found[0][0]) <= {min(method)}:
                    return found  # the one coefficient that there is, of a file that names no method
            held = any(evidence.matches(number, s, f) for s, f in facts)
            return [(s, f) for s, f in facts if held and evidence.matches(number, s, f)]
        return named
    return found


def _methods_of(evidence: Evidence, series: Series) -> frozenset[str]:
    """The methods, each by its first word, under which the page prints the coefficients of a field that names none."""
    if "methods" not in evidence.cache:
        seen: dict[str, set[str]] = {}
        for binding in evidence.bindings:
            for pattern, words in _METHODS:
                if pattern.search(binding.page.quantity):
                    seen.setdefault(binding.data.pointer, set()).add(min(words))
        for passage in evidence.passages:
            for sentence in passage.sentences:
                near = adjacent(sentence)
                for i, number in enumerate(sentence.numbers):
                    if number.role != "coefficient" or number.label not in ("r", "ρ") or i not in near:
                        continue
                    words = _METHODS[0 if number.label == "r" else 1][1]
                    for s, f in evidence.about.get(near[i].name, ()):
                        if evidence.kind(s) == "coefficient" and evidence.matches(number, s, f):
                            seen.setdefault(s.pointer, set()).add(min(words))
        evidence.cache["methods"] = {k: frozenset(v) for k, v in seen.items()}
    known: dict[str, frozenset[str]] = evidence.cache["methods"]
    return known.get(series.pointer, frozenset())


_NAMED = regex(
    r"(?:(?:\(|,\s)\s*(?![a-z]+[a-rt-z]s\s+$)([A-Za-z][A-Za-z-]{2,})\s*(?:=|:|of)?|([A-Za-z][A-Za-z-]{2,})\s+(?:of|=|:|is|was))\s*"
    r"(?:about |only )?$"
)


def _of_kind(
    evidence: Evidence, sentence: Sentence, number: Number, facts: list[tuple[Series, Fact]]
) -> list[tuple[Series, Fact]]:
    """Of the facts, those that can be of the quantity that the words before a number name; none for an unknown one."""
    before = sentence.between(max(sentence.start, number.at - 30), number.at)
    if _LIKENESS.search(before) or _OF_LIKENESS.search(sentence.between(sentence.start, number.start)[-60:]):
        return [(s, f) for s, f in facts if evidence.kind(s) == "similarity"]
    if number.role != "percent" and quantity_asked(sentence, number) == "likeness":
        said = words_of(" ".join(LIKENESS_WORD.findall(sentence.between(sentence.start, number.start))))
        return [(s, f) for s, f in facts if evidence.kind(s) in ("similarity", "") or said & s.words]
    named = _NAMED.search(before)
    if named is not None:
        word = words_of(named.group(1) or named.group(2))
        own = frozenset().union(*(words_of(m.text) for m in sentence.names))
        if not word & (READ | evidence.quantities | own) and not any(word & s.words for s, _ in facts):
            return []
    rates = [(s, f) for s, f in facts if evidence.kind(s) in ("rate", "")]
    if number.role == "percent":
        return rates
    if prints_rate(evidence, sentence, number) and any(s.fraction for s, _ in rates):
        rates = [(s, f) for s, f in rates if s.fraction]
        asked = words_of(sentence.between(max(sentence.start, number.at - 48), number.at))
        others = [(s, f) for s, f in facts if evidence.kind(s) not in ("rate", "") and asked & s.words]
        return [*rates, *others]
    if CENTRE_AFTER.match(sentence.between(number.end, number.end + 8)):
        means = [(s, f) for s, f in facts if not s.role and (s.words | words_of(s.quantity)) & _CENTRES]
        return means or facts
    return facts


def _is_mean(evidence: Evidence, number: Number, name: str) -> bool:
    """True if the number is a mean, a median, or the pooled rate over what is known of ``name``."""
    if "means" not in evidence.cache:
        out: dict[str, list[tuple[float, float]]] = {}
        for series in evidence.all_series:
            facts = series.distinct
            if len(facts) < 2 or series.role or not series.fraction or evidence.kind(series) != "rate":
                continue
            for entity in frozenset.intersection(*(f.entities for f in facts)):
                for function in (mean, median):
                    out.setdefault(entity, []).append(
                        (function([f.low for f in facts]), function([f.high for f in facts]))
                    )
        evidence.cache["means"] = out
    known: dict[str, list[tuple[float, float]]] = evidence.cache["means"]
    low, high = number.scaled()
    return any(a <= high + 1e-9 and low - 1e-9 <= b for a, b in known.get(name, ()))


_ELSEWHERE = regex(
    r"\s*%?\s*(?:\w+ ){0,2}(?:elsewhere|otherwise|outside|abroad|away|on average|(?:for|in|of|with|among|on) (?:the )?"
    r"(?:others?|rest|remaining|remainder))\b",
    re.IGNORECASE,
)
"""Behind a number: of other things than the one that is named."""


_IN_THAT_ORDER = regex(r"^(?:[^.;]|\.\d)*\b(?:respectively|in (?:that|this|the same) order)\b", re.IGNORECASE)


def facts_meant(evidence: Evidence, sentence: Sentence, number: Number) -> list[tuple[Series, Fact]]:
    """The facts for which the words beside a number ask, where they leave no choice."""
    if number.signed or is_share_of_course(sentence, number) or is_of_some_list(sentence, number):
        return []
    if _IN_THAT_ORDER.search(sentence.between(number.end, number.end + 60)):
        return []  # of two that were named before
    name = subject(evidence, sentence, number)
    if not name or is_past(sentence, number) or _ELSEWHERE.match(sentence.between(number.end, sentence.end)):
        return []
    return (
        of_course(evidence, sentence, number, name)
        or of_side(evidence, sentence, number, name)
        or of_state(evidence, sentence, number, name)
        or of_point(evidence, sentence, number, name)
    )


def narrowed_facts(evidence: Evidence, sentence: Sentence, name: str, number: Number) -> list[tuple[Series, Fact]]:
    """The facts of ``name``; of those, the ones about the other thing that the passage speaks of, where it is one."""
    facts = facts_of(evidence, name, number)
    if not name.startswith("#"):
        return facts
    own = {m.name for m in sentence.names} & evidence.page_names
    others = own or {m.name for m in sentence.passage.names} & evidence.page_names
    if len(others) == 1:
        both = [(s, f) for s, f in facts if others & f.entities]
        if not own and any(evidence.matches(number, s, f) for s, f in facts):
            return facts  # what the passage spoke of before, the number need not
        return both or facts
    return facts
