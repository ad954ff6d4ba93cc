"""Numbers that say how far values lie apart: "0.12 lower", "by 0.20", "a gap in ρ of 0.35", "within 0.02 of it".

None is a value of the thing that stands beside it. Points have rules of their own, and percentages may be relative.
"""

from __future__ import annotations

import re

from ..regex import regex
from .grammar import Number
from .knowledge import Evidence
from .names import stem, words_of
from .passages import Sentence
from .vocabulary import measured_roots

__all__ = ["is_distance"]


def is_distance(evidence: Evidence, sentence: Sentence, number: Number) -> bool:
    """True if the words around a decimal make it a difference of two values, or the next one of a list of such."""
    if number.role not in ("value", "coefficient", "count") or number.unit:
        return False
    before = sentence.between(sentence.start, number.start)
    after = sentence.between(number.end, sentence.end)
    if _BY.search(before) or (_WITHIN.search(before) and _OF.match(after)):
        return True
    if _FURTHER.match(after) and not _AT.search(before):
        return True
    named = _NAMED.search(before)
    if named is not None and not _SINCE.search(before[: named.start()]):
        return not {stem(w) for w in words_of(named["noun"])} & measured_roots(evidence)  # else a value of that column
    return _goes_on(evidence, sentence, number)


def _goes_on(evidence: Evidence, sentence: Sentence, number: Number) -> bool:
    """True for the later ones of a list: "by 3.0 for the kiln, 2.5 for the oven and 0.8 for the stove"."""
    earlier = [x for x in sentence.numbers if x.end <= number.at and x.role in (number.role, "value", "coefficient")]
    if not earlier or _LISTED.fullmatch(sentence.between(earlier[-1].end, number.start)) is None:
        return False
    return is_distance(evidence, sentence, earlier[-1])


_ABOUT = r"(?:about |roughly |around |nearly |almost |only |just |some |merely |a mere |another |a further |~ ?|≈ ?)?"
_BY = regex(
    r"(?<!followed )(?<!preceded )(?<!headed )(?<!topped )(?<!led )(?<!divided )(?<!multiplied )(?<!bounded )"
    r"(?<!joined )(?<!matched )(?<!given )(?<!replaced )"
    rf"\bby (?:as (?:much|little) as |at (?:least|most) |no (?:more|less) than |up to )?{_ABOUT}$",
    re.IGNORECASE,
)
_WITHIN = regex(rf"\bwithin {_ABOUT}$")
_OF = regex(r"\s+(?:of|from)\b")
_FURTHER = regex(
    r"\s+(?:[a-zµ]{1,12}\s+)?(?:higher|lower|more(?! or less)|less|larger|smaller|bigger|greater|better|worse|fewer|"
    r"stronger|weaker|steeper|flatter|closer|tighter|looser|apart|away|off|ahead|behind|beyond|short of|shy of|"
    r"(?:above|below|beneath|over|under) (?:its|their|his|her|that|those|what|it|them|this)|in excess of)\b"
)
"""Behind a distance; "0.43 under the new glaze" is a value."""
_AT = regex(r"\b(?:at|to|from|reach\w*|with|of|has|have|had|=)\s+$")
_NAMED = regex(
    r"\b(?P<noun>changes?|differences?|gaps?|rises?|drops?|falls?|gains?|increases?|decreases?|reductions?|"
    r"improvements?|declines?|lifts?|margins?|leads?|advantages?|jumps?|shifts?|deficits?|discrepanc(?:y|ies)|boosts?)"
    r"(?:\s+(?:in|of|between|from|over|for|at|to|on|per|through|across|against|among)\b[^.;:()]{0,60}?)??"
    rf"\s+(?:is|are|was|were|being|of|equals?|amounts? to|amounted to|comes? to|came to)\s+{_ABOUT}$"
)
_SINCE = regex(
    r"\b(?:after|before|despite|since|with|without|following|upon|until|by)\s+(?:[a-z]+\s+){0,2}$", re.IGNORECASE
)
""" "After the change in rates is done": what follows is no size of it."""
_LISTED = regex(
    r"\s*(?:[a-z]{1,12}\s+)?(?:\([^()]{1,40}\)|(?:for|in|on|at|with|under|from|to) [^.;:()\d]{1,40}?)?\s*"
    r"(?:,\s*(?:and |or |but )?|\b(?:and|or|but)\s+)"
    r"(?:(?:for|in|on|at|with|under) [^.;:()\d,]{1,40}?\s)?(?:it |[a-z]+ (?:up|down) )?(?:by )?(?:about |only |just )?"
)
