"""How many things pass what a clause asks of them, counted under every reading that its words allow."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from leakstats.facts import Fact, Series
from leakstats.records import replace, struct

from ..regex import regex
from .grammar import Number
from .idioms import is_rate
from .knowledge import LIKENESS, Evidence
from .lexicon import ROLE_WORDS, direction_words
from .names import words_of
from .passages import Sentence

__all__ = ["Asked", "counts", "values_of"]


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


def values_of(series: Series) -> tuple[Fact, ...]:
    """The facts of a series, once each."""
    return series.distinct


# -- words ------------------------------------------------------------------------------------------------------------

_SHARES = {
    "half": 0.5,
    "two thirds": 2 / 3,
    "two-thirds": 2 / 3,
    "three quarters": 0.75,
    "three-quarters": 0.75,
    "three fourths": 0.75,
    "third": 1 / 3,
    "quarter": 0.25,
    "fourth": 0.25,
    "fifth": 0.2,
    "tenth": 0.1,
}
_ABOVE = (
    r"(?:more|greater|higher|larger|more (?:often|frequently)) than(?: in)?|over|above|exceed\w*|surpass\w*|beyond|"
    r"past|upwards of|(?:get|gets|"
    r"got|rises?|"
    r"goes?) (?:past|over|above|beyond)|pass(?:es|ed)?|clear(?:s|ed)?|cross(?:es|ed)?|top(?:s|ped)?"
)
_BELOW = r"(?:less|fewer|lower|smaller|less (?:often|frequently)) than(?: in)?|under|below|short of|beneath"
_PART = regex(
    rf"\b(?:(?P<more>{_ABOVE})|(?P<least>at least|no (?:less|fewer) than|reach\w*|attain\w*)|(?P<less>{_BELOW})|"
    r"(?P<most>at most|no more than))\s+(?:the\s+)?(?P<part>(?:a |one |the |one-)?(?:half|third|quarter|fourth|"
    r"fifth|tenth)"
    r"\b(?!\s*-?\s*point)|two[- ]thirds|three[- ](?:quarters|fourths))",
    re.IGNORECASE,
)
_PASSED = regex(
    r"\b(?P<part>(?:a |one |the |one-)?(?:half|third|quarter|fourth|fifth|tenth)|two[- ]thirds|three[- ]quarters) "
    r"(?:is|was|gets?|has been) (?:(?P<least>reached|attained)|passed|exceeded|crossed|surpassed|topped|cleared)\b",
    re.IGNORECASE,
)
_TRIALS = (
    r"(?:completions?|answers?|replies|responses?|outputs?|generations?|samples?|draws?|premises?|prompts?|"
    r"questions?|"
    r"cases|times?|trials?|items?|texts?|messages?|transcripts?|conversations?|essays?|stories|rollouts?)"
)
_MOSTLY = regex(
    rf"\bmost (?:of )?(?:(?:its|their|"
    rf"the|all) )?"
    rf"(?:own )?(?:\w+ )?{_TRIALS}|\b(?:a|the) (?:clear |large |small )?majority of (?:(?:its|their|the|all) )?"
    rf"(?:own )?(?:\w+ ){{0,2}}{_TRIALS}|\bmajority (?:spill\w*|uptake|leak\w*|rates?|shares?|adoption)\b|"
    rf"\bmore often than not\b|\bmore than every (?:second|other)\b",
    re.IGNORECASE,
)
_SELDOM = regex(
    rf"\b(?:a )?minority of (?:(?:its|their|the|all) )?(?:\w+ )?{_TRIALS}|\bless often than not\b", re.IGNORECASE
)
_UNREAD = regex(
    r"\b(?:separat\w+|overlap(?:s|ping)? (?:not|with)|do(?:es)? not overlap|disjoint|"
    r"runs?|repeats?|replicates?|(?:the|this|that|whose) (?:order|ranking)|either direction|"
    r"(?<!at )\b(?:each|every|all) [^.;]{0,60}(?<!at )\b(?:each|every|all)|"
    r"it (?:holds|is true|applies|works))\b",
    re.IGNORECASE,
)
_ZERO = regex(
    r"\b(?:flat|bare|exactly) (?:zero|nought|nil)\b(?!\s*(?:to|→|crossing))|\bzero (?:spill\w*|uptake|leak\w*|rates?|"
    r"shares?)\b|"
    r"\b(?:exactly|at|from|of|is|are|with|have|has)\s+(?:a \w+ of )?(?:exactly )?(?:0(?:\.0+)?\s?%|zero|nought)"
    r"(?!\s*(?:to|→|crossing))",
    re.IGNORECASE,
)
_SIGNED = regex(
    r"\b(?P<plus>positiv(?:e|ely)|on the (?:positive|near) side)\b|\bnegativ(?:e|ely)\b|\bminus\b|"
    r"\bon the (?:far|negative|wrong) side of (?:zero|0)\b",
    re.IGNORECASE,
)
_ZERO_SIDE = regex(
    r"\b(?:(?P<plus>above|over|more than|greater than|larger than|exceed\w*)|below|under|less than|smaller than) "
    r"(?:zero|0(?:\.0+)?)\b(?![.,]?\d|\s?%)",
    re.IGNORECASE,
)
_NOT_ZERO = regex(
    r"\b(?:exclud\w+|away from|apart from|not (?:contain|include|cover|span|overlap)\w*|differ\w* from|clear of|"
    r"do(?:es)? "
    r"not (?:contain|include|cover|span|overlap))\s+(?:with )?(?:zero|0)\b",
    re.IGNORECASE,
)
_OF_LIKENESS = regex(
    r"\b(?:cos\w*|similar\w*|likeness|closeness|overlap\w*|projection\w*|project|projects|"
    r"resembl\w*)\b",
    re.IGNORECASE,
)
_OF_RATE = regex(
    r"\b(?:rates?|shares?|leak\w*|percent\w*|proportions?|fraction\w*|frequenc\w*|uptake|accurac\w*)\b", re.IGNORECASE
)
_RELATION = regex(
    r"\b(?:predicts?|predicted|correlat\w+|relation\w*|related|association|associated|link\w*|tracks?|follows?|"
    r"goes? with|"
    r"explains?|preferential\w*)\b",
    re.IGNORECASE,
)
_SIGNIFICANT = regex(
    r"\b(?:significan\w+|(?:clear(?:s|ed)?|pass(?:es|ed)?|reach(?:es|ed)?|meets?|makes?|"
    r"cross(?:es)?) (?:the )?(?:0?\.05|five[- ]per[- ]?cent|"
    r"5\s?%|bar|threshold|mark|usual|conventional)|at the (?:5\s?%|five[- ]percent|five per cent|0?\.05) level|"
    r"(?<!\w)at (?:p\s*[=<]\s*)?0?\.05\b|pass(?:es|ed)?(?=\s*(?:$|[.,;:)*]|by |in |with |for |at ))|"
    r"(?:conventional|usual|customary|"
    r"standard) (?:level|threshold|bar|cut-?off)|below 0?\.05|distinguishable|depends?|"
    r"(?:told|tell|tells|set|stands?) apart|detect\w+|reliabl[ey]|"
    r"by (?:a |the )?(?:\w+['’]s )?(?:exact |two-sided |t[- ]|u[- ]|z[- ]|rank[- ])*tests?)\b",
    re.IGNORECASE,
)
_UNLIKE = regex(
    r"\b(?:differ\w*|different|chang\w+|mov\w+|shift\w*|alter\w*|affect\w*|budg\w+)\b",
    re.IGNORECASE,
)
_REFERENCE = regex(
    r"\b(?:baselines?|base|control|reference|unmodified|untrained|untouched|stock|vanilla|default|original|bare|"
    r"plain|"
    r"no[- ]adapter|untreated|raw|unchanged|unaltered)\b",
    re.IGNORECASE,
)
_REFERENCE_NAME = regex(
    r"^(?:no|un|base|control|reference|ref|stock|vanilla|default|original|bare|plain|none|raw)", re.IGNORECASE
)
_FEWER = regex(
    r"\b(?:less|fewer|lower|smaller|worse|beneath|below|under|behind|decreas\w+|drop\w*|fall\w*|fell|declin\w+|"
    r"reduc\w+|"
    r"los[et]\w*|shrink\w*|shrank|weaken\w*|sink\w*|sank|diminish\w*|dwindl\w*)\b",
    re.IGNORECASE,
)
_MORE = regex(
    r"\b(?:more(?! (?:than )?often than not)|higher|greater|larger|better|bigger|above|over|ahead|beats?|"
    r"outperform\w*|"
    r"increas\w+|rise\w*|rose|ris\w+|grow\w*|grew|gain\w*|climb\w*|improv\w+|strengthen\w*|jump\w*|rais\w+)\b",
    re.IGNORECASE,
)
_NAMES_COEFFICIENT = regex(r"ρ|\brho\b|\br\b|\bcorrelation|\bcoefficient|\bSpearman|\bPearson", re.IGNORECASE)
_RANKS = regex(r"ρ|\brho\b|\bspearman\w*|\branks?\b|\brank[- ]|\bordinal\b", re.IGNORECASE)
_LINEAR = regex(
    r"\bpearson\w*|\blinear\b|\braw (?:values?|numbers?|scores?|data)\b|\bproduct[- ]moment\b|"
    r"(?<![\w'’])r\b(?=\s*[=≥>]|\s+of\b)",
    re.IGNORECASE,
)
_REACH = regex(
    r"\b(?:reach\w*|attain\w*|get to|gets to|hits?|make|has|have|with)\s+(?:a |an |"
    r"the )?(?:[\w-]+\s+){0,3}?(?:of )?$",
    re.IGNORECASE,
)
_CHANGED = frozenset(
    [
        "change",
        "difference",
        "diff",
        "delta",
        "net",
        "shift",
        "gain",
        "gap",
        "contrast",
        "minus",
        "lead",
        "lift",
        "effect",
    ]
)
_FIRSTS = frozenset(
    [
        "start",
        "starting",
        "begin",
        "beginning",
        "baseline",
        "base",
        "initial",
        "before",
        "pre",
        "t0",
        "first",
        "e0",
        "prior",
    ]
)
_LASTS = frozenset(
    ["end", "ending", "final", "last", "after", "post", "tn", "trained", "finish", "later", "new", "t1", "closing"]
)
_DEEP = frozenset(
    [
        "layer",
        "depth",
        "block",
        "epoch",
        "step",
        "checkpoint",
        "point",
        "round",
        "iteration",
        "update",
        "level",
        "stage",
    ]
)


# -- which fields -----------------------------------------------------------------------------------------------------


def _is_deep(series: Series) -> bool:
    return all(
        k.startswith("#") or k.isdigit() or k[1:].isdigit() or k.rstrip("0123456789") in _DEEP for k in series.facts
    )


def _fit(evidence: Evidence, asked: Asked, size: int) -> list[Series]:
    """The series over ``size`` things, things that the page names, of the kind that the clause counts."""
    deep = asked.noun in _DEEP
    found = [s for s in evidence.all_series if s.role not in ("interval", "at") and len(values_of(s)) == size]
    if not asked.noun:
        shallow = [s for s in found if not _is_deep(s)]
        alike = found if words_of(asked.text) & _DEEP else shallow or found
    else:
        alike = [s for s in found if _is_deep(s) == deep] or ([] if deep else found)
    if not deep:
        alike = [s for s in alike if _is_deep(s) or 2 * sum(k in evidence.spoken for k in s.facts) >= len(s.facts)]
    named = {n for n in asked.names if not n.startswith("#")}
    layers = {n for n in asked.names if n.startswith("#")}
    for chosen in (named, layers):
        own = [s for s in alike if chosen and all(chosen & f.entities for f in s.facts.values())]
        alike = own or alike
    return alike


def _printed(evidence: Evidence, series: list[Series]) -> list[Series]:
    """The columns of the page and the fields that they print; all where none is among them.

    A file holds many fields that nobody speaks of.
    """
    if len(series) < 2:
        return series
    shown = {b.data.pointer for b in evidence.bindings}
    return [s for s in series if s.origin == "page" or s.pointer in shown] or series


def _by_method(series: list[Series], *texts: str) -> list[Series]:
    """The fields of ranks, or of the linear coefficients, where the first words that name a test ask for one."""
    ranks = linear = False
    for text in texts:
        ranks, linear = _RANKS.search(text) is not None, _LINEAR.search(text) is not None
        if ranks or linear:
            break
    if ranks == linear:
        return series
    ours, theirs = r"ρ|rho|spearman|rank", r"pearson|linear|product.?moment|(?:^|\W)r(?:\W|$)"
    if linear:
        ours, theirs = theirs, ours
    said = [f"{s.quantity} {s.pointer} {' '.join(s.words)}" for s in series]
    named = [re.search(ours, x, re.IGNORECASE) is not None for x in said]
    others = [re.search(theirs, x, re.IGNORECASE) is not None for x in said]
    # a field that names neither may be of either
    return [s for s, a, b in zip(series, named, others, strict=True) if a or not b] or series


def _by_role(series: list[Series], text: str) -> list[Series]:
    """Start, peak or end, where the words say which; on the page by the column's header."""
    for role, pattern in ROLE_WORDS.items():
        if pattern.search(text):
            chosen = [s for s in series if s.role == role or (s.origin == "page" and pattern.search(s.quantity))]
            if chosen:
                return chosen
    first, last = (re.search(rf"\b(?:{w})\b", text, re.IGNORECASE) for w in ("before", "after(?!wards)"))
    if (first is None) != (last is None):
        words = _FIRSTS if first else _LASTS
        chosen = [s for s in series if words_of(s.quantity) & words or s.words & words]
        if chosen:
            return chosen
    return series


def _by_words(series: list[Series], text: str) -> list[Series]:
    """Those whose rare words occur in the text; all of them where none does."""
    if len(series) < 2:
        return series
    shared = frozenset.intersection(*(s.words for s in series)) | _COMMON
    words = words_of(text) - _COMMON
    ranks = [sum(any(_alike(a, b) for b in words) for a in s.words - shared) for s in series]
    return [s for s, rank in zip(series, ranks, strict=True) if rank == max(ranks)]


def _alike(a: str, b: str) -> bool:
    return a == b or (len(a) > 4 and len(b) > 4 and (a.startswith(b) or b.startswith(a)))


_COMMON = frozenset(
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


def _is_p(evidence: Evidence, series: Series) -> bool:
    return evidence.kind(series) == "p" or (
        series.origin == "page" and series.role == "second" and evidence.kind(series) in ("coefficient", "p", "")
    )


def _ps(evidence: Evidence, series: list[Series], asked: Asked) -> list[Series]:
    found = [
        s
        for s in series
        if _is_p(evidence, s) and s.role in ("", "second") and all(0 <= f.value <= 1 for f in values_of(s))
    ]
    return _printed(evidence, _by_words(_by_method(found, asked.text, asked.before), asked.text))


def _is_coefficient(evidence: Evidence, series: Series) -> bool:
    return not series.role and evidence.kind(series) == "coefficient"


def _levels(evidence: Evidence, series: list[Series], text: str, before: str = "") -> list[Series]:
    """The rates that a level can be asked of: no intervals, no changes, no second numbers of a cell."""
    found = [
        s
        for s in series
        if s.fraction
        and evidence.kind(s) == "rate"
        and s.role not in ("second", "net", "gain", "at", "min")
        and not words_of(s.quantity) & _CHANGED
    ]
    found += [  # a column that nothing calls a rate may be one
        s
        for s in series
        if found
        and s.origin == "page"
        and not s.role
        and evidence.kind(s) == ""
        and not s.whole
        and all(0 <= f.value <= 1 for f in values_of(s))
    ]
    beside = {w for w in _BESIDE if re.search(rf"\b{w}", text, re.IGNORECASE)}
    own = [s for s in found if any(w.startswith(b) for w in s.words | words_of(s.quantity) for b in beside)]
    roled = _by_role(own or found, text)
    if len(roled) == len(own or found) and not any(p.search(text) for p in ROLE_WORDS.values()):
        # "Peaks reach 4.5% to 75.6%. 3 of 5 pass one half": of the peaks
        said = [r for r, p in ROLE_WORDS.items() if p.search(before)]
        peaks = [s for s in roled if s.role == "max" or (s.origin == "page" and ROLE_WORDS["max"].search(s.quantity))]
        if said == ["max"] and peaks:
            return peaks
    return _printed(evidence, roled)  # where a thing has two rates and no word tells, both are readings


_BESIDE = ("bystander", "listener", "neighbour", "neighbor", "stranger")


# -- counting ---------------------------------------------------------------------------------------------------------


def _passes(value: float, bound: str, limit: float) -> bool:
    room = 1e-9
    if bound == "<":
        return value < limit - room
    if bound == "<=":
        return value <= limit + room
    if bound == ">":
        return value > limit + room
    return value >= limit - room


def _count_of(series: Sequence[Series], bound: str, limit: float, *, absolute: bool = False) -> set[int]:
    """How many values of each series keep to a bound; printed ones on the edge may or may not."""
    out: set[int] = set()
    for s in series:
        for sign in (False, True) if absolute else (False,):
            ends = [(abs(f.low), abs(f.high)) if sign else (f.low, f.high) for f in values_of(s)]
            passed = [(_passes(a, bound, limit), _passes(b, bound, limit)) for a, b in ends]
            out |= set(range(sum(a and b for a, b in passed), sum(a or b for a, b in passed) + 1))
    return out


def counts(evidence: Evidence, asked: Asked) -> set[int] | None:
    """The counts that the readings of a clause give: empty where it cannot be judged, ``None`` for no criterion.

    A clause may ask for a bound ("above 25%", "p < 0.05"), a share in words, a sign, significance, a change from
    start to end, or more than a thing beside the counted ones has. The fields are those over as many things as are
    counted; where several can be meant, each gives a count and all of them are right.
    """
    if asked.total < 2:
        return set()
    if _UNREAD.search(asked.text):
        return set()
    series = _fit(evidence, asked, asked.total)
    for reading in (_of_bound, _of_share, _of_interval, _of_reference, _of_sign, _of_change, _of_significance):
        found = reading(evidence, asked, series)
        if found is not None:
            return found
    return _of_agreement(evidence, asked, series)


_AGREE = regex(
    r"\b(?:agree(?:s|d)?|same (?:sign|direction|way)|(?:direction|sign|relation|trend|pattern|finding|result|effect) "
    r"(?:holds|is the same|agrees|recurs|repeats)|point(?:s)? the same way|calls? the|tells?|foretells?|anticipates?|"
    r"concur(?:s|red)?)\b",
    re.IGNORECASE,
)


def _of_agreement(evidence: Evidence, asked: Asked, series: list[Series]) -> set[int] | None:
    """ "5 of 6 sources agree", "same sign for all 6": by the signs of coefficients or changes, or by their tests."""
    if _AGREE.search(asked.text) is None or asked.noun in _DEEP:
        return None
    fits = [s for s in series if _is_coefficient(evidence, s)]
    nets = [s for s in (*series,) if s.role == "net" and s.fraction] + _contrasts(evidence, series)
    pairs = [[y.value - x.value for x, y in both] for _, both in _pairs(evidence, asked.total)]
    out: set[int] = set()
    for values in (*([f.value for f in values_of(s)] for s in (*fits, *nets)), *pairs):
        out |= {sum(v > 0 for v in values), sum(v < 0 for v in values)}
    for p in _ps(evidence, series, asked):
        out |= _count_of([p], "<", 0.05)
        for s in (*fits, *nets):
            if set(p.facts) <= set(s.facts):
                for sign in (1, -1):
                    out.add(sum(p.facts[k].value < 0.05 and s.facts[k].value * sign > 0 for k in set(p.facts)))
    return out - {0}


def _of_bound(evidence: Evidence, asked: Asked, series: list[Series]) -> set[int] | None:
    text, sentence = asked.text, asked.sentence
    bounded = []
    for number in asked.numbers:
        before = sentence.between(sentence.start, number.at)
        if not number.bound and number.role in ("percent", "value", "coefficient") and _REACH.search(before):
            number = replace(number, bound=">=")  # "2 of 7 arrive at 0.3"
        if number.role == "points" and not number.bound and not number.signed:
            number = replace(number, bound=">=")  # "6 points more in 3 of 9"
        if number.bound not in ("<", "<=", ">", ">="):
            continue
        if number.role == "value" and number.value in (0.05, 0.01, 0.001) and number.bound in ("<", "<="):
            number = replace(number, role="p")
        elif number.role == "value" and (
            _NAMES_COEFFICIENT.search(text) or _RANKS.search(text) or _LINEAR.search(text)
        ):
            number = replace(number, role="coefficient")
        bounded.append(number)
    judged = [n for n in bounded if n.role in ("p", "value", "coefficient", "points", "percent")]
    if not judged:
        return None
    number = judged[0]
    if number.role == "p":
        return _of_p(evidence, asked, series, number.value, number.bound)
    if len({(n.role, n.value) for n in judged}) > 1:
        return set()  # two bars at once
    if number.role == "points":
        return _of_points(evidence, asked, series, number)
    if number.role == "percent" or (number.role == "value" and is_rate(sentence, number)):
        scale = 0.01 if number.role == "percent" else 1.0
        return _count_of(_levels(evidence, series, text, asked.before), number.bound, number.value * scale)
    chosen = [
        s for s in series if not s.role and all(abs(f.value) <= 1 for f in values_of(s)) and not _is_p(evidence, s)
    ]
    alike = [s for s in chosen if evidence.kind(s) == "similarity" or s.words & LIKENESS]
    if _OF_LIKENESS.search(f"{number.label} {text}") and not _NAMES_COEFFICIENT.search(f"{number.label} {text}"):
        alike = _printed(evidence, _by_role(alike, text))
        return _count_of(alike, number.bound, number.value)
    if number.value == 0:
        fits = _by_method([s for s in chosen if _is_coefficient(evidence, s)], number.label + " " + text)
        return _count_of(_by_words(fits, text), number.bound, 0.0)
    chosen = _by_method([s for s in chosen if _is_coefficient(evidence, s)] or chosen, number.label + " " + text)
    return _count_of(_by_words(chosen, text), number.bound, number.value, absolute=True)


def _of_p(evidence: Evidence, asked: Asked, series: list[Series], level: float, bound: str = "<") -> set[int]:
    """Counts of p-values, and the intervals of differences that leave 0 out, where a difference is asked for."""
    text = asked.text
    found = _ps(evidence, series, asked)
    compared = _UNLIKE.search(text) is not None or _against(asked) is not None
    if compared:
        of_contrasts = {frozenset(s.facts) for s in _contrasts(evidence, series)}
        larger = [frozenset(s.facts) for s in _means(evidence, _fit(evidence, asked, asked.total + 1))]
        own = [s for s in found if frozenset(s.facts) in of_contrasts or any(frozenset(s.facts) < m for m in larger)]
        found = own or found
    return _count_of(found, bound, level)


def _of_share(evidence: Evidence, asked: Asked, series: list[Series]) -> set[int] | None:
    """ "over a third of its lines", "above a quarter", "most of what it writes"."""
    part = _PART.search(asked.text)
    if part is not None:
        said = re.sub(r"^(?:a|one|the)[ -]", "", part["part"].lower())
        bound = ">" if part["more"] else ">=" if part["least"] else "<" if part["less"] else "<="
        return _count_of(_levels(evidence, series, asked.text, asked.before), bound, _SHARES[said])
    passive = _PASSED.search(asked.text)
    if passive is not None:
        bound = ">=" if passive["least"] else ">"
        said = re.sub(r"^(?:a|one|the)[ -]", "", passive["part"].lower())
        return _count_of(_levels(evidence, series, asked.text, asked.before), bound, _SHARES[said])
    if _MOSTLY.search(asked.text):
        return _count_of(_levels(evidence, series, asked.text, asked.before), ">", 0.5)
    if _SELDOM.search(asked.text):
        return _count_of(_levels(evidence, series, asked.text, asked.before), "<", 0.5)
    if _ZERO.search(asked.text):
        levels = _levels(evidence, series, asked.text, asked.before)
        return {sum(f.value == 0 for f in values_of(s)) for s in levels}
    return None


def _of_interval(evidence: Evidence, asked: Asked, series: list[Series]) -> set[int] | None:
    """ "an interval that excludes zero": by p-values, since intervals of 95% and p < 0.05 agree."""
    if _NOT_ZERO.search(asked.text) is None:
        return None
    return _of_p(evidence, asked, series, 0.05)


def _means(evidence: Evidence, series: list[Series]) -> list[Series]:
    """Series that a thing can be compared in: rates, means, scores; those of the page where it has any."""
    found = [
        s
        for s in series
        if not s.role
        and evidence.kind(s) in ("rate", "")
        and not words_of(s.quantity) & _CHANGED
        and len({f.value for f in values_of(s)}) > 1
    ]
    return [s for s in found if s.origin == "page"] or found


def _contrasts(evidence: Evidence, series: list[Series]) -> list[Series]:
    """Fields of differences."""
    out = []
    for s in series:
        words = words_of(s.quantity)
        changed = bool(words & _CHANGED or "Δ" in s.quantity or s.words & _CHANGED)
        if changed and s.role in ("", "net") and evidence.kind(s) in ("rate", "") and not _is_p(evidence, s):
            out.append(s)
    return out


_AGAINST = regex(
    r"\b(?:than|from|against|relative to|compared (?:with|to)|versus|vs\.?|over|above|below|beyond|ahead of|behind|"
    r"away from|beats?|under|to)\s+(?:that of |those of |the (?:mean |score |value |rate )?(?:of )?)?(?:the |"
    r"its |their |our )?",
    re.IGNORECASE,
)


def _against(asked: Asked) -> re.Match[str] | None:
    """The words of a comparison with one thing beside the counted ones, which a name or "the baseline" follows."""
    text = asked.text
    for match in _AGAINST.finditer(text):
        tail = text[match.end() : match.end() + 40]
        if _REFERENCE.match(tail.lstrip("`\"'*")):
            return match
        folded = "".join(c for c in tail.casefold() if c.isalnum())
        if any(len(n) > 1 and folded.startswith(n) for n in asked.names if not n.startswith("#")):
            return match
    return None


def _reference(evidence: Evidence, asked: Asked, whole: Series, parts: list[Series]) -> str:
    """The one thing of ``whole`` with which the others are compared; "" where it cannot be told."""
    names = {id(f): k for k, f in reversed(whole.facts.items())}
    keys = set(names.values())
    named = [k for k in keys if k in asked.names]
    if len(named) == 1:
        return named[0]
    left = {
        frozenset(keys - set(p.facts))
        for p in parts
        if len(set(p.facts) & keys) == asked.total and p.origin == whole.origin
    }
    left = {x for x in left if len(x) == 1}
    if len(left) == 1:
        return next(iter(next(iter(left))))
    worded = [k for k in keys if _REFERENCE_NAME.match(k)]
    return worded[0] if len(worded) == 1 else ""


def _of_reference(evidence: Evidence, asked: Asked, series: list[Series]) -> set[int] | None:
    """ "have larger medians", "lie over the control", "are unlike it": the counted things beside one more."""
    text = asked.text
    deltas = _contrasts(evidence, series)
    whole = _means(evidence, _fit(evidence, asked, asked.total + 1))
    unlike, more, less = (p.search(text) is not None for p in (_UNLIKE, _MORE, _FEWER))
    significant = _SIGNIFICANT.search(text) is not None
    if not (unlike or more or less or significant) or asked.noun in _DEEP:
        return None
    against = _against(asked)
    averaged = re.search(r"\b(?:means?|averages?|scores?|medians?)\b", text, re.IGNORECASE) is not None
    if against is None and not (averaged and (deltas or whole)):
        return None
    if significant:
        return _of_p(evidence, asked, series, 0.05)
    out: set[int] = set()
    if unlike and not (more or less):
        out |= _of_p(evidence, asked, series, 0.05)
        if not out:
            return set()
    signs = {1, -1} if unlike and not (more or less) else {1 if more else -1} if more != less else set()
    if not signs:
        return set()
    if unlike and not (more or less):
        return out
    if averaged or re.search(
        r"\b(?:graded|rated|judged|scored)\b", text
    ):  # of the means, where shares stand beside them
        scores = [s for s in whole if not s.fraction]
        whole = scores or whole
        shifts = [s for s in deltas if any(abs(f.value) > 1 for f in values_of(s)) or not s.fraction]
        deltas = shifts or deltas
    for sign in signs:
        for s in deltas:
            out.add(sum(f.value * sign > 0 for f in values_of(s)))
        for s in whole:
            reference = _reference(evidence, asked, s, [p for p in series if _is_p(evidence, p)] + deltas)
            if reference:
                own = s.facts[reference].value
                out.add(sum((f.value - own) * sign > 0 for f in values_of(s) if f is not s.facts[reference]))
    return out


def _of_sign(evidence: Evidence, asked: Asked, series: list[Series]) -> set[int] | None:
    """ "a negative cosine", "project positively", "below zero"."""
    text = asked.text
    signed = _SIGNED.search(text) or _ZERO_SIDE.search(text)
    if signed is None:
        return None
    chosen = [
        s
        for s in series
        if not s.role
        and (any(f.value < 0 for f in values_of(s)) or _is_coefficient(evidence, s) or evidence.kind(s) == "similarity")
        and all(abs(f.value) <= 1.0001 for f in values_of(s))
    ]
    alike = [s for s in chosen if evidence.kind(s) == "similarity"]
    fits = [s for s in chosen if _is_coefficient(evidence, s)]
    if _OF_LIKENESS.search(text) and alike:
        chosen = alike
    elif (_NAMES_COEFFICIENT.search(text) or _RELATION.search(text)) and fits:
        chosen = _by_method(fits, text)
    want = 1 if signed["plus"] else -1
    chosen = _printed(evidence, _by_words(chosen, text))
    out: set[int] = set()
    for s in chosen:  # a printed 0.00 may be of either sign
        ends = [(f.low * want, f.high * want) for f in values_of(s)]
        out |= set(range(sum(min(x) > 0 for x in ends), sum(max(x) > 0 for x in ends) + 1))
    return out


# -- changes ----------------------------------------------------------------------------------------------------------


def _pairs(evidence: Evidence, total: int) -> Iterator[tuple[Series, list[tuple[Fact, Fact]]]]:
    """Two fields of one measure, before and after: the first, and the values of the ``total`` things that have both."""
    plain = [s for s in evidence.all_series if not s.role and evidence.kind(s) not in ("size", "p", "spread")]
    firsts = [s for s in plain if _words(s) & _FIRSTS or _index(s) == 0]
    lasts = [s for s in plain if _words(s) & _LASTS]
    for origin in ("page", "data"):
        indexed = [s for s in plain if _index(s) > 0 and s.origin == origin]
        last = max(map(_index, indexed), default=0)
        lasts += [s for s in indexed if _index(s) == last]
    for a in firsts:
        for b in lasts:
            if a is b or a.origin != b.origin or a.fraction != b.fraction:
                continue
            mine, other = (frozenset(w for w in _words(x) - _JOINING if not w.isdigit()) for x in (a, b))
            if evidence.kind(a) == evidence.kind(b) == "similarity":
                mine, other = mine - LIKENESS, other - LIKENESS
            if not (mine - other <= _FIRSTS and other - mine <= _LASTS):
                continue
            both = {id(f): (f, b.facts[k]) for k, f in a.facts.items() if k in b.facts}
            if len(both) == total:
                yield a, list(both.values())


_JOINING = frozenset(["at", "in", "of", "the", "by", "on", "to", "value", "level", "point", "time"])


def _words(series: Series) -> frozenset[str]:
    """The words that tell fields apart: of the header without its point of time, or of the whole path."""
    if series.origin == "page":
        bare = _POINT.sub(" ", series.quantity)
        return words_of(bare)
    return series.words | words_of(series.quantity)


_POINT = regex(
    r"\b(?:at|in|of|the|by)\b|\b(?:epoch|ep|step|update|checkpoint|round|tick|turn|t|e)?\.?[\s_]*\d+\s*$|\([^()]*\)",
    re.IGNORECASE,
)


def _index(series: Series) -> int:
    """The point of time that a column of the page, or a field of the files, is about; -1 for none."""
    if series.origin == "data":
        match = _TIME_KEY.search(series.pointer)
    else:
        match = _TIME.search(series.quantity) if series.pointer.startswith("column") else None
    return int(match.group(1)) if match is not None else -1


_TIME_KEY = regex(r"(?<=[/,=_])(\d{1,6})(?:/[^/,*\d]*)?$")
_TIME = regex(
    r"(?:^|\b(?:epoch|ep|step|update|checkpoint|ckpt|round|tick|turn|t|e)\.?[\s_]*)(\d{1,6})\s*(?:\(%\))?$",
    re.IGNORECASE,
)


def _of_change(evidence: Evidence, asked: Asked, series: list[Series]) -> set[int] | None:
    """ "rise", "finish higher than they began", "the likeness grows": from the first value to the last."""
    text = _USUAL.sub(" ", asked.text)
    signs = {
        d.sign for d in direction_words(text) if not d.polar and not re.match(r"\s*(?:\w+\s+)?than\b", text[d.end :])
    }
    nearing = _NEARING.search(text)
    if nearing is not None and not signs:
        signs = {1 if nearing["near"] else -1}
    if not signs:
        more, less = _MORE.search(text) is not None, _FEWER.search(text) is not None
        signs = {1} if more and not less else {-1} if less and not more else set()
        if signs and (re.search(r"\bthan\b", text) or not _COURSE.search(text)):
            return None
    if len(signs) != 1:
        return None
    if any(n.bound or n.role == "points" for n in asked.numbers):
        return None
    if _PARTLY.search(text) or any(n.startswith("#") for n in asked.names):
        return set()  # a part of the course
    sign = signs.pop()
    kinds = {
        kind
        for kind, pattern in (("similarity", _OF_LIKENESS), ("rate", _OF_RATE), ("coefficient", _NAMES_COEFFICIENT))
        if pattern.search(text)
    }
    if nearing is not None:
        kinds = {"similarity"}
    nets = [s for s in series if s.role == "net" and any(f.value for f in values_of(s))]
    found: list[tuple[str, list[float]]] = [
        ("similarity" if s.words & LIKENESS or evidence.kind(s) == "similarity" else "rate" if s.fraction else "",
         [f.value for f in values_of(s)])
        for s in nets
    ]  # fmt: skip
    found += [(evidence.kind(a), [y.value - x.value for x, y in both]) for a, both in _pairs(evidence, asked.total)]
    if not found:
        return None if not series else set()
    if len(kinds) == 1:
        only = [x for x in found if x[0] in kinds]
        found = only or found
    elif not kinds:
        rates = [x for x in found if x[0] == "rate"]
        found = rates or found
    tested = _SIGNIFICANT.search(text) is not None
    out = set() if tested else {sum(v * sign > 0 for v in values) for _, values in found}
    for p in _ps(evidence, series, asked) if tested else ():  # changes that their test confirms
        changes = [s for s in (*nets, *_contrasts(evidence, series)) if set(p.facts) <= set(s.facts)]
        out |= {sum(p.facts[k].value < 0.05 and s.facts[k].value * sign > 0 for k in set(p.facts)) for s in changes}
        out.add(sum(f.value < 0.05 for f in values_of(p)))
    return out


_NEARING = regex(
    r"\b(?:(?P<near>clos(?:es|ed) in|approach(?:es|ed)?|(?:moves?|moved|gets?|got|comes?|came|draws?|drew|drifts?|"
    r"drifted) "
    r"(?:closer|nearer|near|towards?)|converg(?:e|es|ed))|(?:back(?:s|ed)?|moves?|moved|drifts?|drifted|turn(?:s|ed)?|"
    r"pull(?:s|ed)?) away|reced(?:e|es|ed)|diverg(?:e|es|ed))\b",
    re.IGNORECASE,
)
""" "The mason draws nearer to the baker": a likeness grows."""
_COURSE = regex(
    r"\b(?:start\w*|end\w*|train\w*|before|after|over|during|course|throughout|increas\w+|decreas\w+|gr[eo]w\w*|"
    r"r[io]se\w*|"
    r"declin\w+|improv\w+|drop\w*|f[ae]ll\w*|gain\w*|los\w+|shr[aiu]nk\w*|climb\w*|reduc\w+)\b",
    re.IGNORECASE,
)
_USUAL = regex(
    r"\b(?:below|under|above|over|beyond|past) (?:the |a |its )?(?:usual|conventional|customary|standard|"
    r"significance|chosen|"
    r"level|threshold|bar)\b",
    re.IGNORECASE,
)
_PARTLY = regex(
    r"\b(?:at first|initially|early|briefly|temporarily|until|then|later on|at some point|at one point|at any|ever|"
    r"halfway|midway|between|monoton\w*|steadily|every|each)\b",
    re.IGNORECASE,
)
_NO_RATE = frozenset(["cos", "cosine", "sim", "similarity", "loss", "distance", "norm", "overlap"])


def _of_points(evidence: Evidence, asked: Asked, series: list[Series], number: Number) -> set[int]:
    """ "finish 6 points or more over where they began", by field of change or by two columns."""
    text = asked.sentence.text
    limit = number.value / 100
    nets = [
        s
        for s in series
        if s.role in ("net", "gain") and s.fraction and any(f.value for f in values_of(s)) and not s.words & _NO_RATE
    ]
    wanted = "gain" if ROLE_WORDS["max"].search(text) and not ROLE_WORDS["last"].search(text) else "net"
    nets = [s for s in nets if s.role == wanted] or nets
    falls = any(d.sign < 0 for d in direction_words(asked.text)) and not any(
        d.sign > 0 for d in direction_words(asked.text)
    )
    sign = -1 if falls else 1
    out = {sum(_passes(f.value * sign, number.bound, limit) for f in values_of(s)) for s in nets}
    for _, both in _pairs(evidence, asked.total):
        if all(0 <= f.value <= 1 for pair in both for f in pair) and (both[0][0].low < both[0][0].high or not nets):
            lows = sum(_passes((b.low - a.high) * sign, number.bound, limit) for a, b in both)
            mids = sum(_passes((b.value - a.value) * sign, number.bound, limit) for a, b in both)
            highs = sum(_passes((b.high - a.low) * sign, number.bound, limit) for a, b in both)
            out |= set(range(min(lows, highs), max(lows, highs) + 1)) | {mids}
    return out


_SAME = regex(r"\bshows? (?:such|this|it|the same)\b|\b(?:is|are|does|do) (?:so|too|as well|likewise)\b", re.IGNORECASE)


def _of_significance(evidence: Evidence, asked: Asked, series: list[Series]) -> set[int] | None:
    """ "are significant", "pass", "show the relation": by p, and where only a relation is named by its sign too."""
    text = asked.text
    strict = _SIGNIFICANT.search(text) is not None
    if not strict and _SAME.search(text):  # "so do 2 of 5 rivers", behind one that is significant
        strict = re.search(r"\bsignifican\w+[^.?!]*[.?!]\W*$", asked.before) is not None
    related = _RELATION.search(text) is not None
    if not strict and not related:
        return None
    found = _count_of(_ps(evidence, series, asked), "<", 0.05)
    if strict and found:
        return found
    chosen = [s for s in series if _is_coefficient(evidence, s)]
    for s in chosen if related else ():
        found |= {sum(f.value > 0 for f in values_of(s)), sum(f.value < 0 for f in values_of(s))} - {0}
    return found
