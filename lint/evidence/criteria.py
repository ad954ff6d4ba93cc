"""How many things pass what a clause asks of them, counted under every reading that its words allow."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from leakstats.facts import Fact, Series
from leakstats.records import replace

from ..regex import regex
from .arms import compared_arms, delta
from .courses import of_change, of_points, of_ratio, of_size, pairs_in_time
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
from .grammar import WORD_NUMBERS, Number
from .idioms import is_rate, spans
from .kinds import LIKENESS
from .knowledge import Evidence
from .names import words_of
from .overlaps import of_overlap
from .tallies import Tally, beyond_zero, surely, tally_of, tally_of_bound
from .wording import (
    AGREE,
    DEEP,
    DEGREE,
    DENIED_LEVEL,
    FALLS_SHORT,
    FEWER,
    LINEAR,
    MORE,
    MOSTLY,
    NAMED_BAR,
    NAMES_COEFFICIENT,
    NEGATED_VERB,
    NOT_ZERO,
    OF_LIKENESS,
    OF_RATE,
    OVERTAKEN,
    OVERTAKES,
    PART,
    PART_OF,
    PASSED,
    RANKS,
    REACH,
    REFERENCE,
    REFERENCE_NAME,
    RELATION,
    SAME,
    SELDOM,
    SHARES,
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
    return [tally_of_bound(s.facts, bound, limit, absolute=sign) for s in series for sign in signs]


def readings(evidence: Evidence, asked: Asked) -> list[Tally] | None:
    """Who passes, under each reading of a clause: empty where it cannot be judged, ``None`` for no criterion.

    A clause may ask for a bound ("above 25%", "p < 0.05"), a share in words, a sign, significance, a change from
    start to end, more of one column than of another, or more than a thing beside the counted ones has. The fields are
    those over as many things as are counted; where several can be meant, each is a reading and all of them are right.
    """
    asked = replace(asked, text=_in_words(asked.text))
    apart = of_overlap(evidence, asked)
    if apart is not None:
        return apart
    if asked.total < 2 or UNREAD.search(asked.text) or (DEGREE.search(asked.text) and not asked.numbers):
        return []
    if _OF_ENDS.search(asked.text) and not NOT_ZERO.search(asked.text):
        return []  # where intervals lie is no criterion on values
    series = fitting(evidence, asked, asked.total)
    found = _read(evidence, asked, series)
    if found and DENIED_LEVEL.search(asked.text):
        return [x.failed for x in found]
    if found and NEGATED_VERB.search(asked.text):
        return found + [x.failed for x in found]  # what is denied is not worked out: either is right
    return found


_OF_ENDS = regex(
    r"\b(?:intervals?|CIs?|bands?|whiskers|limits|bounds)\b[^.;:]{0,60}\b(?:lies?|lay|is|are|sits?|stays?|runs?|ends?|starts?)\b"
    r"[^.;:]{0,30}\b(?:wholly|entirely|completely|below|above|under|over|inside|outside|clear of)\b",
    re.IGNORECASE,
)


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
        n.role in ("percent", "points", "value", "fold") and not _is_of_move(asked, n) and not _is_nought(asked, n)
        for n in asked.numbers
    ):
        return []  # a number that none of the other readings looks at
    for reading in (
        of_size,
        of_ratio,
        _of_share,
        _of_interval,
        _of_arms,
        _of_reference,
        _of_sign,
        of_change,
        _of_significance,
    ):
        found = reading(evidence, asked, series)
        if found is not None:
            return found
    return _of_agreement(evidence, asked, series)


def _is_of_move(asked: Asked, number: Number) -> bool:
    return any(number in (s.left, s.right) and s.kind != "range" for s in spans(asked.sentence))


def _is_nought(asked: Asked, number: Number) -> bool:
    """True for the "0%" of "start from exactly 0%", which has a reading of its own."""
    return number.value == 0 and not number.bound and ZERO.search(asked.text) is not None


def _of_arms(evidence: Evidence, asked: Asked, series: list[Series]) -> list[Tally] | None:
    """ "sell less under rain than under sun": one column against another that the words name too."""
    more, less = MORE.search(asked.text) is not None, FEWER.search(asked.text) is not None
    if more == less:
        return None
    arms, sure = compared_arms(evidence, asked, series)
    if not arms or not sure or SIGNIFICANT.search(asked.text):
        return None
    return [tally_of(delta(b, a), beyond_zero(1 if more else -1)) for a, b in arms]


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


_ALPHAS = (0.05, 0.01, 0.001)
_DIVIDED = regex(r"\s?/\s?([1-9]\d{0,3})\b")
"""Behind a level that is shared among tests."""
_OF_P = regex(
    r"(?<![\w-])[pP](?:[- ]?values?)?\s+(?:\([^()]*\)\s+)?"
    r"(?:(?:is|was|are|were|stays?|lies?|falls?|rises?|goes|ends)\s+)?"
    r"(?:exceed\w*|above|over|below|under|pass\w*|beyond|past|greater than|less than|larger than|smaller than)\s*$"
)
"""In front of a bound: "Pearson p exceeds"."""


def _of_bound(evidence: Evidence, asked: Asked, series: list[Series]) -> list[Tally] | None:
    text, sentence = asked.text, asked.sentence
    bounded = []
    ends = {id(x) for s in spans(sentence) if s.kind == "range" for x in (s.left, s.right)}
    for number in asked.numbers:
        before = sentence.between(sentence.start, number.at)
        if not number.bound and number.role in ("percent", "value", "coefficient") and id(number) not in ends:
            bound = _bound_by_verb(before, sentence.between(number.end, number.end + 40))  # "2 of 7 arrive at 0.3"
            if not bound and _CAP.search(before):
                bound = ">" if _BROKEN.search(text) else "<=" if _KEPT.search(text) else ""
            if bound == ">" and number.role == "value" and number.value in _ALPHAS:
                bound = "<"  # "clear 0.05" is of p
            number = replace(number, bound=bound)
        if number.role == "value" and number.bound and _SUBTRACTED.search(before) and _SUBTRACTED.search(text):
            number = replace(number, role="points", value=100 * number.value)  # "glazed minus bare > 0.10"
        if number.role == "points" and not number.bound and not number.signed:
            number = replace(number, bound=">=")  # "6 points more in 3 of 9"
        if number.bound not in ("<", "<=", ">", ">="):
            continue
        if number.bound in ("<", ">") and _OR_AT.search(before):
            number = replace(number, bound=f"{number.bound}=")
        divided = _DIVIDED.match(sentence.between(number.end, number.end + 8))
        if divided is not None:  # "below 0.05/4 = 0.0125"
            number = replace(number, value=number.value / int(divided[1]), role="p")
        level = number.value in _ALPHAS or 0 < number.value < min(_ALPHAS)
        of_p = number.role == "value" and level and number.bound in ("<", "<=")
        if of_p or (number.role in ("value", "coefficient") and _OF_P.search(before)):
            number = replace(number, role="p")
        elif number.role == "value" and (NAMES_COEFFICIENT.search(text) or RANKS.search(text) or LINEAR.search(text)):
            number = replace(number, role="coefficient")
        bounded.append(number)
    judged = [n for n in bounded if n.role in ("p", "value", "coefficient", "points", "percent")]
    if not judged:
        return None
    number = judged[0]
    if number.role == "p":
        return _of_p(evidence, asked, series, number.value, number.bound)
    if len({(n.role, n.value) for n in judged}) > 1:
        return []  # two bars at once
    if number.role == "points":
        return of_points(evidence, asked, series, number)
    alike = OF_LIKENESS.search(text) is not None and OF_RATE.search(text) is None
    if number.role == "percent" or (number.role == "value" and not alike and is_rate(sentence, number)):
        if _AT_PLACE.search(text) and not any(n.startswith("#") for n in asked.names):
            return []  # at one of several points, which no table of the page has
        scale = 0.01 if number.role == "percent" else 1.0
        levels = level_fields(evidence, series, asked)
        if number.role == "value":  # "a value of at least 0.6" may be of what stands before it
            levels = levels + [s for s in series if is_coefficient(evidence, s)]
        return _tallies(levels, number.bound, number.value * scale)
    chosen = [s for s in series if not s.role and all(abs(f.value) <= 1 for f in s.distinct) and not is_p(evidence, s)]
    near = [s for s in chosen if evidence.kind(s) == "similarity" or s.words & LIKENESS]
    if OF_LIKENESS.search(f"{number.label} {text}") and not NAMES_COEFFICIENT.search(f"{number.label} {text}"):
        return _tallies(printed_ones(evidence, by_role(near, text)), number.bound, number.value)
    if number.value == 0:
        fits = by_method([s for s in chosen if is_coefficient(evidence, s)], number.label + " " + text)
        return _tallies(by_words(fits, text), number.bound, 0.0)
    chosen = by_method([s for s in chosen if is_coefficient(evidence, s)] or chosen, number.label + " " + text)
    return _tallies(by_words(chosen, text), number.bound, number.value, absolute=True)


_SUBTRACTED = regex(r"\w\s+(?:−|minus)\s+\w", re.IGNORECASE)
_BESIDE_LEVEL = regex(
    r"\b(?:(?P<below>under|below|beneath|short of)|above|over|beyond|past)\s+(?:the|a|an|our|its)\s+$", re.IGNORECASE
)
""" "Get under the 0.05 mark"."""
_CAP = regex(r"\b(?:limit|cap|ceiling|containment|tolerance|bound|maximum) (?:of|at|is|was|were)\s+$", re.IGNORECASE)
_THAN = regex(
    r"\b(?:(?P<less>(?:low|few|small|weak|short|rar|scarc|thinn|meek|mild|slow|calm|quiet|shallow|poor)er|less \w+)|"
    r"[a-z]{3,}er|more \w+) than (?:in |at )?$",
    re.IGNORECASE,
)
""" "Ruder than 35%"."""
_OR_AT = regex(r"\bat or (?:just )?(?:above|over|beyond|past|below|under|beneath)\s*$", re.IGNORECASE)
_BROKEN = regex(r"\b(?:fail\w*|break\w*|broken|breach\w*|exceed\w*|violat\w*|overstep\w*|burst\w*)\b", re.IGNORECASE)
_KEPT = regex(
    r"\b(?:holds?|held|keeps?|kept|respect\w*|pass\w*|meets?|met|stays?|within|compl(?:y|ies))\b", re.IGNORECASE
)
"""What is done to a limit of so many percent."""
_AT_PLACE = regex(r"\b(?:at|with|after) \d[\d,]* (?!points?|pp|percent|or|of)[a-z]+", re.IGNORECASE)


def _bound_by_verb(before: str, after: str) -> str:
    """The bound that the verb beside a number states: "4 of 9 pass 30%", "30% is passed by 4 of 9"."""
    than = _THAN.search(before)
    if OVERTAKES.search(before) or (than is not None and not than["less"]):
        return ">"
    if than is not None:
        return "<"
    if FALLS_SHORT.search(before):
        return "<"
    if REACH.search(before):
        return ">="
    beside = _BESIDE_LEVEL.search(before)
    if beside is not None:
        return "<" if beside["below"] else ">"
    passive = OVERTAKEN.match(after)
    return "" if passive is None else ">=" if passive["least"] else ">"


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
    """ "over a third of its lines", "above a quarter", "most of what it writes".

    Where a part and a majority are said, either may be a gloss: "a majority in 4 of 9, just under half of them".
    """
    mostly = _tallies(level_fields(evidence, series, asked), ">", 0.5) if MOSTLY.search(asked.text) else []
    part = PART.search(asked.text) or PART_OF.search(asked.text)
    if part is not None:
        bound = ">" if part["more"] else ">=" if part["least"] else "<" if part["less"] else "<="
        return mostly + _tallies(level_fields(evidence, series, asked), bound, _share_of(part))
    passive = PASSED.search(asked.text)
    if passive is not None:
        bound = ">=" if passive["least"] else ">"
        said = re.sub(r"^(?:a|one|the)[ -]", "", passive["part"].lower())
        return _tallies(level_fields(evidence, series, asked), bound, SHARES[said])
    if _PREVAILS.search(asked.text):  # of the one kind of answers or of the other
        often = _tallies(level_fields(evidence, series, asked), ">", 0.5)
        return often + [x.failed for x in often]
    if MOSTLY.search(asked.text):
        return mostly
    if SELDOM.search(asked.text):
        return _tallies(level_fields(evidence, series, asked), "<", 0.5)
    if ZERO.search(asked.text):
        levels = level_fields(evidence, series, asked)
        return [tally_of(s.facts, lambda f: surely(f.value == 0)) for s in levels]
    return None


_PREVAILS = regex(
    r"\b(?:is|are|was|were|form(?:s|ed)?|became|becomes?) (?:in )?(?:a|the) (?:clear )?(?:majority|minority)\b(?! of)",
    re.IGNORECASE,
)
""" "Tagged answers were the majority"."""


def _share_of(part: re.Match[str]) -> float:
    """The share of "a third" and of "nine out of ten"."""
    if "part" in part.groupdict():
        return SHARES[re.sub(r"^(?:a|one|the)[ -]", "", part["part"].lower())]
    k, n = (int(x) if x.isdigit() else WORD_NUMBERS[x.lower()] for x in part.group("k", "n"))
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
        tail = text[match.end() : match.end() + 40]
        if REFERENCE.match(tail.lstrip("`\"'*")):
            return match
        folded = "".join(c for c in tail.casefold() if c.isalnum())
        if any(len(n) > 1 and folded.startswith(n) for n in asked.names if not n.startswith("#")):
            return match
    return None


_ITS_OWN = regex(r"\b(?:its|their)\s+$", re.IGNORECASE)
""" "Above its untreated rate": the same thing in another state."""


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
    averaged = re.search(r"\b(?:means?|averages?|scores?|medians?)\b", text, re.IGNORECASE) is not None
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
    if averaged or re.search(
        r"\b(?:graded|rated|judged|scored)\b", text
    ):  # of the means, where shares stand beside them
        scores = [s for s in whole if not s.fraction]
        whole = scores or whole
        shifts = [s for s in deltas if any(abs(f.value) > 1 for f in s.distinct) or not s.fraction]
        deltas = shifts or deltas
    for sign in signs:
        out += [tally_of(s.facts, beyond_zero(sign)) for s in deltas]
        for s in whole:
            reference = _reference(evidence, asked, s, [p for p in series if is_p(evidence, p)] + deltas)
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
    r"\b(?:at|to|meet\w*|pass\w*|clear\w*|reach\w*|attain\w*|cross\w*|below|under|beyond) (?:the |an? )?"
    r"(?:α ?= ?|p ?[<=] ?)?"
    r"(?P<level>0?\.(?:0[0-5]\d{0,2}|1)|(?:0\.[1-5]|10|[15])\s?%|(?:one|five|ten)[ -]per[ -]?cent)[ -]"
    r"(?:significance )?(?:level|threshold|significance|bar|mark)\b",
    re.IGNORECASE,
)
""" "At the 1% level"."""


def _level(said: str) -> float:
    bare = said.lower().rstrip("% ")
    if bare[0].isalpha():
        return WORD_NUMBERS[re.split(r"[ -]", bare)[0]] / 100
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
    if not strict and _MET.search(text):  # "it falls short of the 5% level at some; the bar is met at 3 of 9"
        strict = SIGNIFICANT.search(asked.before) is not None or _P_BAR.search(asked.before) is not None
    if not strict and SAME.search(text):  # "so do 2 of 5 rivers", behind one that is significant
        strict = re.search(r"\bsignifican\w+[^.?!]*[.?!]\W*$", asked.before) is not None
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
