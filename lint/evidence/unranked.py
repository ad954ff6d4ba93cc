"""Superlatives that no order of known values can settle: of a part of the things, of a test, of a step."""

from __future__ import annotations

import re

from ..regex import regex
from .extreme_words import Extreme
from .kinds import LIKENESS
from .knowledge import Evidence
from .names import words_of
from .plain_counts import things_of
from .shifts import OF_MERIT
from .word_numbers import SPELLED, whole_number
from .wording import CHANGES, RATE_NOUNS

__all__ = ["SUBSET", "is_unranked"]


def is_unranked(evidence: Evidence, extreme: Extreme) -> bool:
    """True for an extreme of something that the order of the known values does not give."""
    sentence, word, said = extreme.sentence, extreme.word, extreme.said
    before = sentence.between(max(sentence.start, extreme.start - 16), extreme.start)
    if _NOT_FIRST.search(before) or _OF_TEST.match(sentence.between(extreme.end, extreme.end + 24)):
        return True
    if _WHERE_IT_IS.search(before) and extreme.holder.start > extreme.start:
        return True
    if _OF_TWO.search(sentence.between(sentence.start, extreme.start)):
        return True
    noun = _NOUN.match(sentence.text, word.end)
    if said in _OF_EXTENT and noun is not None and noun[1].rstrip("s") in _things(evidence):
        return True  # "the smallest task" has the fewest items
    if said in OF_MERIT and noun is not None and not extreme.spread and _is_unheard(evidence, noun[1]):
        return True  # "the best compromise"
    gap = sentence.between(extreme.holder.end, max(extreme.holder.end, extreme.start))
    if extreme.holder.name.startswith("#") and _SUBJECT.fullmatch(gap):
        return True  # "at 500 rows Ghent floods most often"
    if _FREE_RELATIVE.search(sentence.between(sentence.start, extreme.start)):
        return True
    if said in _OF_FIT and not extreme.of_likeness and _FIT.search(sentence.text) is None:
        return True
    if _AFTER_START.search(extreme.clause) or _is_of_group(evidence, extreme):
        return True
    if SUBSET.search(sentence.text) or _TWICE.search(sentence.text) or _LEG.search(sentence.text):
        return True
    # of one layer or dose alone
    return _SLICE.search(sentence.text) is not None and not extreme.holder.name.startswith("#")


def _is_of_group(evidence: Evidence, extreme: Extreme) -> bool:
    """True for "the coldest of them" behind "the four deep ponds", where the page has another number of ponds."""
    sentence = extreme.sentence
    said = _OF_THEM.search(sentence.text)
    if said is None:
        return False
    before = sentence.previous.text if sentence.previous is not None else ""
    sizes = {whole_number(m["k"]) for m in _SO_MANY.finditer(f"{before} {sentence.text[: said.start()]}")}
    return bool(sizes) and sizes.isdisjoint(things_of(evidence).values())


_OF_THEM = regex(r"\b(?:[a-z]{2,}est|most|least|best|worst|top|first|last)(?:\s+[a-z]+)?\s+of them\b", re.IGNORECASE)
_SO_MANY = regex(
    rf"\b(?:the|these|those|our|its|all|both|of|among)\s+(?:other\s+)?(?P<k>\d{{1,2}}|(?!one\b){SPELLED})\s+(?:[\w-]+\s+){{0,2}}?[\w-]+s\b",
    re.IGNORECASE,
)


def _things(evidence: Evidence) -> frozenset[str]:
    """The nouns for the things of the page's tables, and the words that head their first columns."""
    return frozenset(things_of(evidence)) | {"model"} | {w for x in evidence.sheets for w in words_of(x.header[0])}


def _is_unheard(evidence: Evidence, noun: str) -> bool:
    """True for a noun that heads no column, and is no word for the things of a table."""
    known = evidence.quantities | _things(evidence) | RATE_NOUNS | CHANGES | LIKENESS
    return noun not in _NO_NOUNS and words_of(noun).isdisjoint(known)


_SUBJECT = regex(r"(?: [a-z]+)?,? [A-Z][^;:.]*")
_NO_NOUNS = words_of("of in at on for with by under after before when and or but is are was were has overall all value")
_FREE_RELATIVE = regex(r"\bwhat(?:ever)? (?:\w+ ){1,4}(?:the )?$", re.IGNORECASE)
"""Before an extreme of what no name stands for: "what is read best"."""
_NOUN = regex(r"\s+([a-z]{3,})")
_WHERE_IT_IS = regex(r"\bwhere (?:it|this|that|they) (?:is|are|was|were) (?:the )?$", re.IGNORECASE)
""" "Ghent, where it is commonest, and Mons": what stands behind such a clause does not hold its extreme."""
_OF_TWO = regex(r"\b(?:disagree|differ|diverge|deviate|depart|part company)s? (?:by )?(?:the )?$", re.IGNORECASE)
"""Before an extreme of how far two measures are apart."""
_NOT_FIRST = regex(
    r"\b(?:next|among|one of|not|never|nor|neither|if|whether|almost|nearly|joint|jointly|equal|equally|"
    r"shared|tied|times|twice|half|double|co|me|us|you|them|him|her)[\s-]+(?:(?:for )?(?:the )?)?$",
    re.IGNORECASE,
)


_OF_TEST = regex(
    r"\s+(?:\w+\s+)?(?:p|[pP][- ]values?|[nN]|df|AIC|BIC|VIF|R²|residuals?|errors?|steps?|jumps?|leverage|ties?|"
    r"(?:departure|deviation|distance|discrepancy|misfit|outlier) (?:from|to|of) the (?:\w+ )?(?:line|fit|trend|curve|"
    r"model|regression|prediction|relation))\b(?!-)"
)
"""Behind an extreme that is of a test, an error or a step, and of no value of a thing."""


_OF_EXTENT = frozenset(
    ["largest", "smallest", "biggest", "longest", "shortest", "widest", "narrowest", "heaviest", "lightest", "richest"]
)


_OF_FIT = frozenset(["closest", "tightest", "loosest", "widest", "narrowest"])
"""Words of a relation or of a spread; of anything else they may mean either end."""


_FIT = regex(r"\b(?:fits?|relations?\w*|correlat\w*|coefficients?|links?|associations?)\b|[ρ]", re.IGNORECASE)


SUBSET = regex(
    r"\b(?:among(?! (?:the|all|our|all the) (?:\w+ )?\w+s,)|within|apart from|except|excluding|outside|barring|"
    r"besides|aside from|"
    r"other than|of the two|of the three|"
    r"on the \w+ side of|of both|of these|of those|newcomers?|remaining|the rest|of its kind|"
    r"in (?:its|this|that|their|the [\w-]+) (?:group|class|category)|"
    r"with(?:out)? (?:it|them)|left out|leaving \w+ out)\b|"
    r"^\W*(?:of|for|among) (?:the |all )+(?:[\w-]+ ){0,2}\w+s (?:with|without|that|which|who|whose)\b|"
    r"^\W*(?:of|among|amongst|out of) (?:all )?(?:the|our|these|those) (?:\w+ )?(?:[a-z]+-[a-z]+|[a-z]+(?:ed|er|ing|"
    r"en)) \w+s\b|"
    r"\b(?:of|for|in|from|amongst|across|out of) (?:all )?(?:the |our |those |all )?(?:[\w-]+ ){0,2}\w+s "
    r"(?:with|without|trained|that|which|who|whose|under|over|above|below|at|having|started|starting|given)\b[^,;.]*,",
    re.IGNORECASE,
)
"""What parts off some of the things, "of the lakes with an outlet, Garda is the deepest"."""


_TWICE = regex(
    r"\b(?:best|worst|highest|lowest|largest|smallest|top|bottom)(?: \w+)? to (?:best|worst|highest|lowest|largest|"
    r"smallest|top|bottom)\b|"
    r"\b(?:worst|best|quietest|loudest|highest|lowest|largest|smallest|greatest|weakest|strongest) (?:best|"
    r"worst|highest|"
    r"lowest|largest|smallest|minimum|maximum)\b|\b(?:worst|best) (?:offender|behaved)|"
    r"\bby (?:standard deviation|spread|sd)\b",
    re.IGNORECASE,
)


_AFTER_START = regex(
    r"\b(?:after|since|beyond|past|from|leaving out|not counting) (?:the |its |their )?(?:start|baseline|beginning|"
    r"outset|first "
    r"(?:checkpoint|step|epoch|reading|point|round))\b(?! to\b)",
    re.IGNORECASE,
)
""" "Lowest after the start": of the later points of a course."""


_SLICE = regex(
    r"\b(?:at|with|under|after|by|for)\s+(?:a |an |the )?(?:\w+\s+)?(?:of\s+)?\d+(?![\d.,]*\s?%|"
    r"[.,]\d|\d*\s+or\s)",
    re.IGNORECASE,
)


_LEG = regex(
    r"\b(?:steps?|moves?|moving|going|jumps?|doublings?|increments?|legs?|stretch(?:es)?)\b"
    r"[^.;:\d]{0,20}\bfrom (?:\w+ )?[\d,]+ to|\bbetween (?:neighbou?ring|adjacent|consecutive|successive)\b",
    re.IGNORECASE,
)
"""Of what lies between two points, and of no value at one."""
