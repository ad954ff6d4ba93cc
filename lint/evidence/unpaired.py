"""Numbers in points that are no difference of two levels: spreads, slopes, residuals, steps, points of data."""

from __future__ import annotations

import re

from ..regex import regex
from .grammar import Number
from .idioms import spans
from .knowledge import Evidence
from .passages import Sentence

__all__ = ["is_of_data", "is_of_points", "is_unpaired"]

_ERROR = (
    r"(?:half-?[- ]?width|widths?|margins? of error|error(?: bars?)?|SEM?|SDs?|s\.d\.|s\.e\.m?\.?|sigma|σ|std|"
    r"deviations?|RMSEs?|MAEs?|IQRs?|noise(?: floor)?|uncertaint(?:y|ies)|precision|resolution|jitter|variability|"
    r"scatter|granularity|bias)"
)
_ERRS = regex(rf"(?<![\w-]){_ERROR}(?![\w-])", re.IGNORECASE)
_AFTER = regex(rf"\s*(?:[\w-]+\s+){{0,2}}{_ERROR}(?![\w-])", re.IGNORECASE)
_COMPARES = regex(
    r"\b(?:gaps?|differ\w*|leads?|ahead|behind|apart|above|below|higher|lower|more|less|over|under|changes?|shifts?|"
    r"drops?|dropped|falls?|fell|ris(?:es?|ing|en)|rose|gains?|gained|los(?:es?|t)|jumps?|climbs?|grows?|grew|effects?)\b",
    re.IGNORECASE,
)
_RATE = regex(r"[*_`]*\s*(?:per|/(?=\s?[a-z])|for (?:each|every)|with (?:each|every))\s*\+?\s*[\w.σ]", re.IGNORECASE)
_SLOPES = regex(
    r"\b(?:slopes?|gradients?|regress\w*|OLS|least[- ]squares|(?:linear|fitted|straight)[- ](?:fit|line|trend)s?|"
    r"per \+?\s?(?:unit|one|0?\.\d+|SD))\b",
    re.IGNORECASE,
)
_RESIDUAL = regex(
    r"\b(?:residuals?|misfits?|deviat\w+|off (?:the|its) (?:line|fit)|(?:over|under)-?predict\w*)\b", re.I
)
_OF_DATA = regex(r"\boutliers?\b|\bR(?:²|\^2)|ρ|\brho\b|\bfit(?:s|ted)?\b|\bscatter\b|\bregress", re.IGNORECASE)
_UNITS = regex(r"\bN\s*[=≈]")
"""Of units, each of which is a point of a scatter; n counts trials."""
_PAIR = regex(
    r"\s*[(\[]\s*(?:[^\W\d]+ ){0,3}(?P<left>\d{1,6})\s*(?:→|->|–>|to|–|—|-|and)\s*(?:[a-z]+ )?"
    r"(?P<right>\d{1,6})\s*[)\],;]"
)
_BETWEEN = regex(
    r"\b(?:between|from)\s+(?:[a-z]+ ){0,2}(?P<left>\d{1,6})\s*(?:→|->|to|and|–|-)\s*(?:[a-z]+ )?(?P<right>\d{1,6})\s*"
    r"[,(\[]*\s*(?:by |of |at )?$"
)
_AXIS = regex(r"\b(?:epochs?|steps?|checkpoints?|rounds?|iterations?|layers?|updates?|batch(?:es)?)\b", re.IGNORECASE)
_EQUATION = regex(r"=\s*[-−+]?\d[\d.]*\s?%?\s*[-−–+]\s*$")
_TERM = regex(r"\d\s?%?\s[-−–+]\s$")
_AVERAGES = regex(r"\bmedians? and (?:the )?means?\b|\bmeans? and (?:the )?medians?\b", re.IGNORECASE)

_MEAN_SIZE = regex(
    r"\b(?:means?|average|median|largest|max|maximum)\s+(?:\|[^|]{1,24}\||abs(?:olute|\.)?\s+[a-z]+|drifts?)\s*"
    r"(?:is|was|of|=|:)?\s*$",
    re.IGNORECASE,
)
"""In front of a mean of sizes, "mean |drift| 1.3 pp"."""
_MEAN_CHANGE = regex(
    r"\b(?:means?|average|median|typical)\s+(?:\w+\s+)?(?:changes?|differences?|gaps?|drops?|gains?|rises?|falls?|shifts?|"
    r"effects?|reductions?|increases?|decreases?|declines?)\b",
    re.IGNORECASE,
)
_ON_AVERAGE = regex(r"\s*[*_]*\s*(?:on average|on the average|in the mean|averaged|overall)\b", re.IGNORECASE)
_NEXT = regex(
    r"\b(?:then|next|second|third|followed by|ahead of|before|after that)\s*:?\s+(?:comes |is |the )?"
    r"[^.;:,()\d]{1,40}\(\s*$",
    re.IGNORECASE,
)
"""In front of another thing's change of the same kind, "the largest gain is that of A, then B (+43 pp)"."""
_OWN_COUNTS = regex(
    r"[^.;,()]{0,30}\b(?:with|under|after|in|for|at)\s+[^.;,()\d]{1,30}\(\s*\d[\d,]*\s*(?:/|of|out of)\s*\d[\d,]*\s*\)"
    r"\s*[,;](?!\s*(?:against|compared|versus|vs|down|up)\b)",
    re.IGNORECASE,
)
"""Behind a change to the counts of one arm, "down 4.4 pp with doubt (163/180), …": from where is not said."""
_LEFT_OUT = regex(
    r"\b(?:dropp?(?:ing|ed)|without|w/o|excluding|leaving out|omitting|removing|setting aside)\s+[^.;:\d]{1,60}"
    r"\b(?:leaves?|gives?|is|makes?|yields?|remains?|changes?|effect|mean)\b[^.;:\d]{0,30}$",
    re.IGNORECASE,
)
"""In front of the mean change of what is left, "dropping the pilot leaves +6.1 pp"."""


_OF_WHOLE = regex(r"\d\s+of\s+(?:the|its|those|these|his|her|their)\s+$", re.IGNORECASE)
""" "27 of the 49 points lost": a whole of which a part is told, with rates of something else beside it."""


def is_unpaired(evidence: Evidence, sentence: Sentence, number: Number) -> bool:
    """True for a number in points that the words around it call something else than a difference of two levels.

    The error of a rate, a slope, a residual, a term of an equation, the step between two checkpoints ("+15 pp
    (6→8)"), "2 points" of a scatter, the lowest and the highest of several differences, and the change of a thing
    of a list that nothing is known of.
    """
    before = sentence.between(sentence.start, number.start)
    after = sentence.between(number.end, sentence.end)
    return (
        _is_error(before, after)
        or _RATE.match(after) is not None
        or _SLOPES.search(before) is not None
        or _EQUATION.search(before) is not None
        or _TERM.search(before) is not None
        or is_of_data(sentence, number)
        or _is_step(evidence, sentence, before, after)
        or any(s.kind == "range" and number in (s.left, s.right) for s in spans(sentence))
        or _is_of_another(sentence, number, before, after)
        or _AVERAGES.search(sentence.text) is not None
        or _MEAN_SIZE.search(before) is not None
        or _OF_WHOLE.search(before) is not None
        or _LEFT_OUT.search(before) is not None
        or _MEAN_CHANGE.search(before) is not None
        or _ON_AVERAGE.match(after) is not None
        or _OWN_COUNTS.match(after) is not None
        or (number.signed and _NEXT.search(before) is not None)
        or _is_of_unknown(sentence, number, before, after)
    )


def _is_error(before: str, after: str) -> bool:
    """True for "the standard error at 30% is 3.2 pp" and "an 8 pp half-width": a measure of error owns the number."""
    if _AFTER.match(after):
        return True
    found = [m.end() for m in _ERRS.finditer(before)]
    return bool(found) and not _COMPARES.search(before[found[-1] :])


def is_of_data(sentence: Sentence, number: Number) -> bool:
    """True for "adding 2 points lifts ρ": a whole number of points where no other number is a rate."""
    return (
        number.decimals == 0
        and not number.signed
        and "point" in sentence.between(number.start, number.end + 8)
        and "percent" not in sentence.between(number.start, number.end + 12)
        and any(x.search(sentence.text) for x in (_UNITS, _OF_DATA))
        and not any(n.role == "percent" for n in sentence.numbers)
    )


def _is_step(evidence: Evidence, sentence: Sentence, before: str, after: str) -> bool:
    """True for "+15 pp (6→8)" and "between 6 and 8 (+15 pp)", where these are checkpoints and no rates."""
    pair = _PAIR.match(after) or _BETWEEN.search(before)
    if pair is None:
        return False
    return is_of_points(evidence, sentence, pair["left"], pair["right"])


def is_of_points(evidence: Evidence, sentence: Sentence, left: str, right: str) -> bool:
    """True if two whole numbers are checkpoints or layers, as tables and files have them or the words say."""
    if not (left.isdigit() and right.isdigit()):
        return False
    return (f"#{left}" in evidence.about and f"#{right}" in evidence.about) or _AXIS.search(sentence.text) is not None


_LISTED = regex(r"(?:^|[:,;(]|\band|\bagainst|\bthen)\s*[`\"']?(?P<name>[A-Za-z]\w*(?:[ -]\w+)?)[`\"']?\s*\(?$")
_FOR = regex(r"\s*(?:pp|p\.p\.|points?|pts?)?\s*(?:for|in)\s+(?:the\s+)?[`\"']?(?P<name>[A-Za-z]\w*)")
_FEWEST_LISTED = 3


def _is_of_unknown(sentence: Sentence, number: Number, before: str, after: str) -> bool:
    """True in a list of signed changes for one that no table names: "cook +20.7 pp, +15.4 pp for clerk"."""
    if not number.signed:
        return False
    listed = sum(1 for n in sentence.numbers if n.role == "points" and n.signed)
    if listed < _FEWEST_LISTED:
        return False
    lead, behind = _LISTED.search(before), _FOR.match(after)
    if lead is not None and _COMPARES.search(lead["name"]) is None:
        start, end = sentence.start + lead.start("name"), sentence.start + lead.end("name")
    elif behind is not None:
        start, end = number.end + behind.start("name"), number.end + behind.end("name")
    else:
        return False
    return not any(m.start < end and start < m.end for m in sentence.names)


_ITEM = regex(r"[,;:]\s")
_QUOTED = regex(r"“[^”]*”|\"[^\"]*\"")
_NAMED = regex(r"[\w .'’_-]*[A-Za-z][\w .'’_-]*[,:]?\s*")


def _is_of_another(sentence: Sentence, number: Number, before: str, after: str) -> bool:
    """True for a number whose bracket, or the item of a list before it, names a thing that nothing is known of.

    "the second residual (BR, −9 pp)", "chess (−2 pp), tea (−6 pp, 40% → 34%)".
    """
    opened = before.rfind("(")
    if (
        opened < 0
        or ")" in before[opened:]
        or any(m.start >= sentence.start + opened for m in sentence.names if m.end <= number.start)
    ):
        return False
    inside = before[opened + 1 :]
    if inside.strip():
        return _RESIDUAL.search(before) is not None and _NAMED.fullmatch(inside) is not None
    if not number.signed or not regex(r"(?: each| apiece)?\)").match(after):
        return False
    item = _ITEM.split(before[:opened])[-1]
    start = sentence.start + opened - len(item)
    listed = sum(1 for n in sentence.numbers if n.role == "points" and sentence.between(n.start - 1, n.start) == "(")
    return (
        listed > 1
        and not any(ch.isdigit() for ch in item)
        and not any(start <= m.start < number.start for m in sentence.names)
        and _COMPARES.search(_QUOTED.sub("", item)) is None
    )
