"""How many things pass what a clause asks of them, counted under every reading that its words allow."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from leakstats.facts import Fact, Series
from leakstats.records import replace

from ..regex import regex
from .arms import compared_arms, delta
from .bounded import bounds_said
from .courses import DIGITS, of_change, of_points, of_ratio, of_size, pairs_in_time
from .fields import (
    COMMON,
    Asked,
    by_method,
    by_role,
    by_words,
    contrast_fields,
    fitting,
    is_coefficient,
    is_p,
    level_fields,
    mean_fields,
    p_series,
    printed_ones,
)
from .grammar import Number
from .idioms import is_rate, spans
from .kinds import LIKENESS
from .knowledge import Evidence
from .levels import is_named, is_one, named_columns
from .names import fold_name, words_of
from .overlaps import of_overlap
from .relations import relation_sign
from .tallies import Tally, beyond_zero, surely, tally_of, tally_of_bound
from .word_numbers import part_of, whole_number
from .wording import (
    AGREE,
    DEEP,
    DEGREE,
    DENIED_LEVEL,
    FEWER,
    MORE,
    MOSTLY,
    NAMED_BAR,
    NAMES_COEFFICIENT,
    NEGATED_VERB,
    NOT_ZERO,
    OF_LIKENESS,
    OF_RATE,
    PART,
    PART_OF,
    PASSED,
    REFERENCE,
    REFERENCE_NAME,
    RELATION,
    SAME,
    SELDOM,
    SIGNED,
    SIGNIFICANT,
    UNLIKE,
    UNREAD,
    ZERO,
    ZERO_SIDE,
)

__all__ = ["readings"]


def _tallies(series: Iterable[Series], bound: str, limit: float, *, absolute: bool = False) -> list[Tally]:
    """Which values of each series keep to a bound; of a size, with and without their sign."""
    signs = (False, True) if absolute else (False,)
    return [_tally(s, bound, limit, absolute=sign) for s in series for sign in signs]


def _tally(series: Series, bound: str, limit: float, *, absolute: bool) -> Tally:
    """Worked out once: many claims of a page ask for the same level."""
    known: dict[tuple[str, float, bool], Tally] = series.__dict__.setdefault("tallies", {})
    key = bound, limit, absolute
    if key not in known:
        known[key] = tally_of_bound(series.facts, bound, limit, absolute=absolute)
    return known[key]


def readings(evidence: Evidence, asked: Asked) -> list[Tally] | None:
    """Who passes, under each reading of a clause: empty where it cannot be judged, ``None`` for no criterion.

    A clause may ask for a bound ("above 25%", "p < 0.05"), a share in words, a sign, significance, a change from
    start to end, more of one column than of another, or more than a thing beside the counted ones has. The fields are
    those over as many things as are counted; where several can be meant, each is a reading and all of them are right.
    """
    text = _in_words(asked.text)
    asked = replace(asked, text=_EITHER_WAY.sub(" ", text) if any(n.role == "points" for n in asked.numbers) else text)
    apart = of_overlap(evidence, asked)
    if apart is not None:
        return apart
    if asked.total < 2 or UNREAD.search(asked.criterion) or (DEGREE.search(asked.text) and not asked.numbers):
        return []
    if _OF_ENDS.search(asked.text) and not NOT_ZERO.search(asked.text):
        return []  # where intervals lie is no criterion on values
    if _THAN_WHAT.search(asked.text):
        return []
    series = fitting(evidence, asked, asked.total)
    found = _read(evidence, asked, series)
    if found and DENIED_LEVEL.search(asked.text):
        return [x.failed for x in found]
    if found and NEGATED_VERB.search(asked.text):
        return found + [x.failed for x in found]  # what is denied is not worked out: either is right
    return found


_OF_ENDS = regex(
    r"\b(?:intervals?|CIs?|bands?|whiskers|limits|bounds)\b[^.;:]{0,60}\b(?:lies?|lay|is|are|sits?|stays?|runs?|"
    r"ends?|starts?)\b"
    r"[^.;:]{0,30}\b(?:wholly|entirely|completely|below|above|under|over|inside|outside|clear of)\b|"
    r"\b(?:whole|entire|full|complete) (?:[\w%-]+ )?(?:intervals?|CIs?|bands?)\b|\b(?:intervals?|CIs?|"
    r"bands?) and all\b|"
    r"\b(?:safely|securely|assuredly) (?:above|below|over|under|past|beyond|beneath|clear|on|inside|outside)\b",
    re.IGNORECASE,
)
""" "With their whole interval", "safely over one half"."""
_THAN_WHAT = regex(
    r"\ba\s+(?:higher|lower|larger|smaller|greater|bigger|stronger|weaker|better|worse)"
    r"(?:\s+(?!(?:than|at|in|on|by|of|for|to|from|with|after|before|when|under|over|without|as)\b)[\w-]+){1,4}\s*[.,;:]?\s*$",
    re.IGNORECASE,
)
""" "No lake has a higher own share": than the thing that was spoken of before."""


_EITHER_WAY = regex(r"\b(?:in |whichever )?either (?:direction|way)\b", re.IGNORECASE)
"""Behind the size of a change."""
_SIGNS = {">": "above", "≥": "above", "<": "below", "≤": "below", "−": "minus"}
_BETWEEN = regex(r"(?<=[a-zA-Z)])\s+([<>≤≥−])\s+(?=[^\W\d_])")


def _in_words(text: str) -> str:
    """Signs between two fields in words: "glazed − bare" is "glazed minus bare"."""
    return _BETWEEN.sub(lambda m: f" {_SIGNS[m[1]]} ", text)


def _read(evidence: Evidence, asked: Asked, series: list[Series]) -> list[Tally] | None:
    bounded = _of_bound(evidence, asked, series)
    if bounded is not None:
        return bounded
    if any(
        n.role in ("percent", "points", "value", "fold") and not _is_of_move(asked, n) and not _is_told(asked, n)
        for n in asked.numbers
    ):
        return []  # a number that none of the other readings looks at
    for reading in (
        of_size,
        of_ratio,
        _of_share,
        _of_interval,
        _of_told_relation,
        _of_arms,
        _of_reference,
        _of_sign,
        of_change,
        _of_significance,
    ):
        found = reading(evidence, asked, series)
        if found is not None and reading is of_change and _GOES_WITH.search(asked.text):
            related = _of_significance(evidence, replace(asked, text=f"{asked.text} correlated"), series)
            return found + related if related else []  # "it grows with the dose in two of three": a relation in each
        if found is not None:
            return found
    return _of_agreement(evidence, asked, series)


def _of_told_relation(evidence: Evidence, asked: Asked, series: list[Series]) -> list[Tally] | None:
    """ "Ponds nearer to it freeze more often in 5 of 6 towns": by the sign of the coefficients, and by their tests."""
    if relation_sign(asked.text) is None or not any(is_coefficient(evidence, s) for s in series):
        return None
    return _of_significance(evidence, replace(asked, text=f"{asked.text} correlated"), series)


_GOES_WITH = regex(
    r"\b(?:ris(?:es?|en|ing)|rose|grow(?:s|n|ing)?|grew|increas(?:es?|ed|ing)|climb(?:s|ed|ing)?|fall(?:s|en|ing)?|"
    r"fell|"
    r"drop(?:s|ped|ping)?|decreas(?:es?|ed|ing)|declin(?:es?|ed|ing)|scal(?:es?|ed|ing)|goes (?:up|down)|shrinks?|"
    r"sinks?) "
    r"(?:\w+ly )?(?:(?:along )?with|as) (?:the |a |an |more |its |their )?(?!train|time\b|age\b)[a-z]",
    re.IGNORECASE,
)


def _is_of_move(asked: Asked, number: Number) -> bool:
    return any(number in (s.left, s.right) and s.kind != "range" for s in spans(asked.sentence))


def _is_told(asked: Asked, number: Number) -> bool:
    """True for the 0% of "start from exactly 0%" and the 1% of "at the 1% level", which other readings look at."""
    if number.bound:
        return False
    level = _AT_LEVEL.search(asked.text)
    if level is not None and number.text.rstrip("% ") in level["level"]:
        return True
    return number.value == 0 and ZERO.search(asked.text) is not None


def _of_arms(evidence: Evidence, asked: Asked, series: list[Series]) -> list[Tally] | None:
    """ "sell less under rain than under sun": one column against another that the words name too."""
    more, less = MORE.search(asked.text) is not None, FEWER.search(asked.text) is not None
    if more == less:
        return None
    arms, sure = compared_arms(evidence, asked, series)
    if not arms or not sure or SIGNIFICANT.search(asked.text):
        return None
    if len(_THAN_THE_OTHER.findall(asked.text)) > 1:
        return []  # compared twice
    measured = " ".join(f"{s.quantity} {evidence.header_of(s)}" for pair in arms for s in pair)
    told = _QUALITY.search(asked.text) is None or _MORE_IS_BETTER.search(f"{asked.text} {measured}")
    signs = (1 if more else -1,) if told else (1, -1)
    found = [tally_of(delta(b, a), beyond_zero(sign)) for a, b in arms for sign in signs]
    return _surely(found) if _THAN_THE_OTHER.search(asked.text) else found


_THAN_THE_OTHER = regex(r"\b(?:than|beats?|outperform\w*|outscor\w+|exceeds?|surpass\w*)\b", re.IGNORECASE)
_QUALITY = regex(r"\b(?:better|worse|beats?|outperform\w*|improv\w+)\b", re.IGNORECASE)
"""Words for the good side, which may be that of less."""
_MORE_IS_BETTER = regex(r"\b(?:accura\w+|scores?|correct\w*|precision|recall|BLEU|F1)\b", re.IGNORECASE)


def _of_agreement(evidence: Evidence, asked: Asked, series: list[Series]) -> list[Tally] | None:
    """ "5 of 6 sources agree", "same sign for all 6": by the signs of coefficients or changes, or by their tests."""
    if AGREE.search(asked.text) is None or asked.noun in DEEP:
        return None
    fits = [s for s in series if is_coefficient(evidence, s)]
    nets = [s for s in series if s.role == "net" and s.fraction] + contrast_fields(evidence, series)
    out = [tally_of(s.facts, beyond_zero(sign)) for s in (*fits, *nets) for sign in (1, -1)]
    out += [
        tally_of(delta(a, b), beyond_zero(sign)) for a, b in pairs_in_time(evidence, asked.total) for sign in (1, -1)
    ]
    for p in p_series(evidence, series, asked):
        out += _tallies([p], "<", 0.05)
        for s in (*fits, *nets):
            if set(p.facts) <= set(s.facts):
                out += [tally_of(p.facts, _tested(sign), s.facts) for sign in (1, -1)]
    return [x for x in out if x.passed or x.open]


def _tested(sign: int) -> Callable[[Fact, Fact], tuple[bool, bool]]:
    """Significant, with a value of that sign."""
    return lambda p, value: surely(p.value < 0.05 and value.value * sign > 0)


def _of_bound(evidence: Evidence, asked: Asked, series: list[Series]) -> list[Tally] | None:
    text, sentence = asked.text, asked.sentence
    bounded = bounds_said(asked)
    judged = [n for n in bounded if n.role in ("p", "value", "coefficient", "points", "percent")]
    if not judged:
        return _of_unit(evidence, asked, series, bounded)
    number = judged[0]
    if number.role == "p":
        return _of_p(evidence, asked, series, number.value, number.bound)
    if len({(n.role, n.value) for n in judged}) > 1:
        return []  # two bars at once
    if number.role == "points":
        return of_points(evidence, asked, series, number)
    alike = OF_LIKENESS.search(text) is not None and OF_RATE.search(text) is None
    decimal = evidence.prints_decimals or OF_RATE.search(text) is not None  # else a rate would be a percentage
    unit = _PER.match(sentence.text, number.end - sentence.start) if number.role == "value" else None
    if unit is not None:
        own = [s for s in series if words_of(unit["noun"]) & words_of(evidence.header_of(s))]
        return _tallies(named_columns(evidence, asked, own, number), number.bound, number.value)
    if number.role == "percent" or (number.role == "value" and decimal and not alike and is_rate(sentence, number)):
        if _AT_PLACE.search(text) and not any(n.startswith("#") for n in asked.names):
            return []  # at one of several points, which no table of the page has
        if _AT_ANY.search(text):  # of the largest, where a field holds it
            series = [s for s in series if s.role == "max"]
        scale = 0.01 if number.role == "percent" else 1.0
        found = _levels(evidence, asked, series, number.bound, number.value * scale)
        if number.role == "value":  # "a value of at least 0.6" may be of what stands before it
            found += _tallies([s for s in series if is_coefficient(evidence, s)], number.bound, number.value)
        return found
    chosen = [s for s in series if not s.role and all(abs(f.value) <= 1 for f in s.distinct) and not is_p(evidence, s)]
    near = [s for s in chosen if evidence.kind(s) == "similarity" or s.words & LIKENESS]
    if OF_LIKENESS.search(f"{number.label} {text}") and not NAMES_COEFFICIENT.search(f"{number.label} {text}"):
        return _tallies(printed_ones(evidence, by_role(near, text)), number.bound, number.value)
    if number.value == 0:
        fits = by_method([s for s in chosen if is_coefficient(evidence, s)], number.label + " " + text)
        return _tallies(by_words(fits, text), number.bound, 0.0)
    chosen = by_method([s for s in chosen if is_coefficient(evidence, s)] or chosen, number.label + " " + text)
    return _tallies(by_words(chosen, text), number.bound, number.value, absolute=True)


_PER = regex(r"\s+(?P<noun>[a-z]{3,}s)\s+(?:per|an?|each)\b", re.IGNORECASE)
""" "At least 0.9 retries per call": no rate, and no coefficient."""


def _of_unit(evidence: Evidence, asked: Asked, series: list[Series], bounded: list[Number]) -> list[Tally] | None:
    """ "More than 20 GB of memory": by the columns that the words name."""
    numbers = [n for n in bounded if n.role in ("none", "count")]
    if not numbers:
        return None
    if len(numbers) > 1:
        return []
    named = named_columns(evidence, asked, series, numbers[0])
    found = _tallies(named, numbers[0].bound, numbers[0].value)
    return (_surely(found) if is_one(named) else found) or None


def _levels(evidence: Evidence, asked: Asked, series: list[Series], bound: str, limit: float) -> list[Tally]:
    """Which rates keep to a bound: of the one that the words name, or of each that may be meant."""
    levels = level_fields(evidence, series, asked)
    found = _tallies(levels, bound, limit)
    return _surely(found) if is_named(evidence, asked, levels) else found


def _surely(found: list[Tally]) -> list[Tally]:
    return [replace(x, sure=True) for x in found]


_AT_ANY = regex(
    r"\b(?:at|on|in) (?:any|some|one|every|each|no) (?:\w+ )?(?:time|point|moment|stage|checkpoint|step|epoch|round|"
    r"week|day)\b|"
    r"\bever\b|\bat one time or another\b",
    re.IGNORECASE,
)
""" "Above 30% at any time": in one column or another."""
_AT_PLACE = regex(r"\b(?:at|with|after) \d[\d,]* (?!points?|pp|percent|or|of)[a-z]+", re.IGNORECASE)


def _of_p(evidence: Evidence, asked: Asked, series: list[Series], level: float, bound: str = "<") -> list[Tally]:
    """Counts of p-values, and the intervals of differences that leave 0 out, where a difference is asked for."""
    text = asked.text
    found = p_series(evidence, series, asked)
    compared = UNLIKE.search(text) is not None or _against(asked) is not None
    if compared:
        of_contrasts = {frozenset(s.facts) for s in contrast_fields(evidence, series)}
        larger = [frozenset(s.facts) for s in mean_fields(evidence, fitting(evidence, asked, asked.total + 1))]
        own = [s for s in found if frozenset(s.facts) in of_contrasts or any(frozenset(s.facts) < m for m in larger)]
        found = own or found
    return _tallies(found, bound, level)


def _of_share(evidence: Evidence, asked: Asked, series: list[Series]) -> list[Tally] | None:
    """ "above two thirds of its loaves", "under a fifth", "most of what it bakes".

    Where a part and a majority are said, either may be a gloss: "a majority in 4 of 9, just under half of them".
    """
    mostly = _levels(evidence, asked, series, ">", 0.5) if MOSTLY.search(asked.text) else []
    part = PART.search(asked.text) or PART_OF.search(asked.text)
    if part is not None:
        bound = ">" if part["more"] else ">=" if part["least"] else "<" if part["less"] else "<="
        return mostly + _levels(evidence, asked, series, bound, _share_of(part))
    passive = PASSED.search(asked.text)
    if passive is not None:
        bound = ">=" if passive["least"] else ">"
        return _levels(evidence, asked, series, bound, part_of(passive["part"]))
    digits = DIGITS.search(asked.text)
    if digits is not None:
        return _levels(evidence, asked, series, ">=" if digits["two"] else "<", 0.1)
    if _PREVAILS.search(asked.text):  # of the one kind of answers or of the other
        often = _levels(evidence, asked, series, ">", 0.5)
        return often + [x.failed for x in often]
    if MOSTLY.search(asked.text):
        return mostly
    if SELDOM.search(asked.text):
        return _levels(evidence, asked, series, "<", 0.5)
    if ZERO.search(asked.text) and NOT_ZERO.search(asked.text) is None:
        levels = level_fields(evidence, series, asked)
        return [tally_of(s.facts, lambda f: surely(f.value == 0)) for s in levels]
    return None


_PREVAILS = regex(
    r"\b(?:is|are|was|were|form(?:s|ed)?|became|becomes?) (?:in )?(?:a|the) (?:clear )?(?:majority|minority)\b(?! of)",
    re.IGNORECASE,
)
""" "Ripe pears form the majority"."""


def _share_of(part: re.Match[str]) -> float:
    """The share of "a third" and of "nine out of ten"."""
    if "part" in part.groupdict():
        return part_of(part["part"])
    k, n = (whole_number(x) for x in part.group("k", "n"))
    return k / n


def _of_interval(evidence: Evidence, asked: Asked, series: list[Series]) -> list[Tally] | None:
    """ "an interval that excludes zero": by p-values, since intervals of 95% and p < 0.05 agree."""
    if NOT_ZERO.search(asked.text) is None:
        return None
    return _of_p(evidence, asked, series, 0.05)


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
        if _LIKENESS_BEFORE.search(text, max(0, match.start() - 24), match.start()):
            continue  # "the likeness to the plain loaf grows": what it is a likeness to
        tail = text[match.end() : match.end() + 40]
        if REFERENCE.match(tail.lstrip("`\"'*")):
            return match
        folded = fold_name(tail)
        if any(len(n) > 1 and folded.startswith(n) for n in asked.names if not n.startswith("#")):
            return match
    return None


_LIKENESS_BEFORE = regex(
    r"\b(?:cos(?:ines?)?|similarit(?:y|ies)|likeness(?:es)?|closeness|resemblance|proximity|nearness|distances?)\s+$",
    re.IGNORECASE,
)
_ITS_OWN = regex(r"\b(?:its|their)\s+$", re.IGNORECASE)
""" "Above its untreated rate": the same thing in another state."""


def _reference(asked: Asked, whole: Series, parts: list[Series]) -> str:
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
    worded = [k for k in keys if REFERENCE_NAME.match(k)]
    return worded[0] if len(worded) == 1 else ""


def _of_reference(evidence: Evidence, asked: Asked, series: list[Series]) -> list[Tally] | None:
    """ "have larger medians", "lie over the control", "are unlike it": the counted things beside one more."""
    text = asked.text
    deltas = contrast_fields(evidence, series)
    whole = mean_fields(evidence, fitting(evidence, asked, asked.total + 1))
    unlike, more, less = (p.search(text) is not None for p in (UNLIKE, MORE, FEWER))
    significant = SIGNIFICANT.search(text) is not None
    if not (unlike or more or less or significant) or asked.noun in DEEP:
        return None
    against = _against(asked)
    if against is not None and _ITS_OWN.search(against.group(0)):
        return None
    averaged = regex(r"\b(?:means?|averages?|scores?|medians?)\b", re.IGNORECASE).search(text) is not None
    if against is None and not (averaged and (deltas or whole)):
        return None
    if significant:
        return _of_p(evidence, asked, series, 0.05)
    if against is not None and any(name in s.facts for s in deltas for name in asked.names):
        return []  # "cut more than Como", one of those that are counted
    out: list[Tally] = []
    if unlike and not (more or less):
        out = _of_p(evidence, asked, series, 0.05)
        if not out:
            return []
    signs = {1, -1} if unlike and not (more or less) else {1 if more else -1} if more != less else set()
    if not signs:
        return []
    if unlike and not (more or less):
        return out
    if averaged or regex(r"\b(?:graded|rated|judged|scored)\b").search(
        text
    ):  # of the means, where shares stand beside them
        scores = [s for s in whole if not s.fraction]
        whole = scores or whole
        shifts = [s for s in deltas if any(abs(f.value) > 1 for f in s.distinct) or not s.fraction]
        deltas = shifts or deltas
    for sign in signs:
        out += [tally_of(s.facts, beyond_zero(sign)) for s in deltas]
        for s in whole:
            reference = _reference(asked, s, [p for p in series if is_p(evidence, p)] + deltas)
            if reference:
                own = s.facts[reference]
                rest = {name: fact for name, fact in s.facts.items() if fact is not own}
                out.append(tally_of(rest, lambda f, own=own, sign=sign: surely((f.value - own.value) * sign > 0)))
    return out


def _of_sign(evidence: Evidence, asked: Asked, series: list[Series]) -> list[Tally] | None:
    """ "a negative cosine", "project positively", "below zero"."""
    text = asked.text
    signed = SIGNED.search(text) or ZERO_SIDE.search(text)
    if signed is None:
        return None
    chosen = [
        s
        for s in series
        if not s.role
        and (any(f.value < 0 for f in s.distinct) or is_coefficient(evidence, s) or evidence.kind(s) == "similarity")
        and (evidence.kind(s) == "similarity" or all(abs(f.value) <= 1.0001 for f in s.distinct))
    ]
    alike = [s for s in chosen if evidence.kind(s) == "similarity"]
    fits = [s for s in chosen if is_coefficient(evidence, s)]
    named = [s for s in series if not s.role and not s.whole and evidence.kind(s) == ""]
    named = [s for s in named if words_of(s.quantity) & words_of(text) - COMMON]
    if named:  # "the gap is above zero"
        chosen = named
    elif OF_LIKENESS.search(text) and alike:
        chosen = alike
    elif NAMES_COEFFICIENT.search(text) or RELATION.search(text) or _TREND.match(signed.group(0)):
        chosen = by_method(fits, text) or chosen
    elif _last(NAMES_COEFFICIENT, asked.before) > _last(OF_LIKENESS, asked.before):
        chosen = fits  # "rho is 0.7 for the first; three of six are negative"
    want = 1 if signed.lastgroup in ("plus", "uphill") else -1
    chosen = printed_ones(evidence, by_words(chosen, text))
    if chosen and chosen[0] not in alike:  # of a coefficient, by whichever method
        chosen = chosen + [s for s in fits if s not in chosen]
    return [tally_of(s.facts, beyond_zero(want)) for s in chosen]


_MET = regex(
    r"\b(?:threshold|level|bar|mark|cut-?off|hurdle) (?:is|was|gets) (?:met|reached|cleared|passed|attained|crossed)\b",
    re.IGNORECASE,
)
_AT_LEVEL = regex(
    r"\b(?:at|to|meet\w*|pass\w*|clear\w*|reach\w*|attain\w*|cross\w*|makes?|made|surviv\w+|below|under|beyond) "
    r"(?:the |an? )?"
    r"(?:α ?= ?|p ?[<=] ?)?"
    r"(?P<level>0?\.(?:0[0-5]\d{0,2}|1)|(?:0\.[1-5]|10|[15])\s?%|(?:one|five|ten)[ -]per[ -]?cent)[ -]"
    r"(?:significance )?(?:level|threshold|significance|bar|mark|cut(?:-?off)?|line|limit|hurdle|criterion)\b",
    re.IGNORECASE,
)
""" "At the 1% level"."""


def _level(said: str) -> float:
    bare = said.lower().rstrip("% ")
    if bare[0].isalpha():
        return whole_number(regex(r"[ -]").split(bare)[0]) / 100
    return float(bare) / (100 if said.endswith("%") else 1)


_P_BAR = regex(r"\bp\s?[<≤]\s?0?\.05\b")
_TREND = regex(r"(?:trend|slope|line|cloud|relation|point|lean|tilt)s?\b|sloping", re.IGNORECASE)


def _last(pattern: re.Pattern[str], text: str) -> int:
    return max((m.start() for m in pattern.finditer(text)), default=-1)


def _of_significance(evidence: Evidence, asked: Asked, series: list[Series]) -> list[Tally] | None:
    """ "are significant", "pass", "show the relation": by p, and where only a relation is named by its sign too."""
    text = asked.text
    level = _AT_LEVEL.search(text)
    if level is not None:
        return _of_p(evidence, asked, series, _level(level["level"]))
    strict = SIGNIFICANT.search(text) is not None
    if not strict and _MET.search(text):  # "it misses the 1% mark in two wards; the bar is met in 4 of 7"
        strict = SIGNIFICANT.search(asked.before) is not None or _P_BAR.search(asked.before) is not None
    if not strict and SAME.search(text):  # "so do 2 of 5 rivers", behind one that is significant
        strict = regex(r"\bsignifican\w+[^.?!]*[.?!]\W*$").search(asked.before) is not None
    related = RELATION.search(text) is not None
    if not strict and not related:
        return None
    if not strict and NAMED_BAR.search(asked.sentence.text):
        return []  # a bar that the clause before it sets
    found = _tallies(p_series(evidence, series, asked), "<", 0.05)
    if strict and found:
        return found
    chosen = [s for s in series if is_coefficient(evidence, s)]
    for sign in (1, -1) if related else ():
        signed = [tally_of(s.facts, beyond_zero(sign)) for s in chosen]
        found += [x for x in signed if x.passed or x.open]
    return found
