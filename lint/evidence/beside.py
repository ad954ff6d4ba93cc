"""Which name stands beside a number of a sentence, and which of two that stand there has it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..regex import regex
from .coordination import joins_names, paired
from .grammar import Number
from .idioms import interval_ends, stats
from .names import Mention
from .passages import Sentence, once

__all__ = ["adjacent", "follows_its_value", "is_end", "is_of_number_before", "named_before"]


_FORWARD = regex(
    r"[`'’\"*]*(?:s\b)?[\s]*(?:[(:=,—–-]\s*)?(?:(?!(?:and|or|than|vs|versus|while|but|as|from|to|"
    r"against|over|between|by|drop\w*|without|more|less|times)\b)[\w'’-]+[\s,]+){0,6}[\s(:=,~≈]*(?:at "
    r"|is |of |(?:gets?|got|comes?|came|makes? it|made it|amounts?|amounted|runs?|ran|adds? up|added up|works? out|"
    r"goes|went|rises?|rose|climbs?|climbed) (?:only |just |up |as far as )?to )?$"
)
_BACK = regex(
    r"\s*(?:\(\s*|(?:\([^()]*\))?(?:,[^,;.()\d]{1,40},|[),])?\s*(?:which |and )?(?:belong(?:s|ed|ing) to|"
    r"(?:is|was) (?:that|the (?:value|rate|share)) of|(?:is |was )?(?:held|attained|achieved|reached|shown) by|"
    r"comes? from|goes to|(?:is|was) (?:found|seen|reached|attained) (?:for|in|by))\s+|,?\s*for |in |at |under |by |"
    r"on |%?(?:\s*of [a-z]+)?\s*(?:after|when|upon) (?:training|tuning|fine-?tuning|trained|tuned) "
    r"(?:on|with|for|towards?) )(?:the |source |persona |layer |condition )?[`\"'*]*$"
)
_ITS_VALUE = regex(r"[`'’\"*]*\s*(?:\(|:|=|is|at|with|it is|has)?\s*[-−–+~≈]?\.?\d")
"""Behind a name that has a value of its own: "it is 20%, for the nurse 28%"."""
_TO_POINT = regex(r"\s*(?:to|through|until|–|—|-|→|->)\s*(?:[A-Za-z]+\s)?\d")
_AT_POINT = regex(r"\s*\(?(?:after|with|from)\s+(?:the |only |just )?")
_APART = regex(
    r"\b(?:from|than|over|versus|vs\.?|against|without|except|excluding|dropping|beyond|not|"
    r"(?<!belongs )(?<!belong )(?<!belonged )(?<!belonging )to|"
    r"with|below|above|beneath|(?:end|finish|lie|stand|stay|land|remain|fall|come)s? (?:\w+ )?under)"
    r"\s+(?:the\s+)?[`\"'*]*$|\bbetween\s+[^,;.]{1,24}\s+and\s+(?:the\s+)?[`\"'*]*$",
    re.IGNORECASE,
)
_SEVERAL = regex(
    r"\s*%?\s*(?:(?:as )?(?:vs\.?|versus|against)|as opposed to|compared (?:with|to)|in place of|rather than|"
    r"(?:and|or)(?! (?:then|so|thus))|,)\s"
)
_COMPARED = regex(r"\b(?:from|to|than|versus|vs\.?|against)\s+(?:the\s+)?[`\"'*]*$", re.IGNORECASE)
_TIGHT = regex(r"[`'\"*’]*,?\s*(?:\(|at |with )\s*$")


@once
def adjacent(sentence: Sentence) -> dict[int, Mention]:
    """For numbers (by position in the sentence) that stand directly beside one name: that name.

    "`librarian` (67%)", "67% for `librarian`", "0.39 at L10", and lists: "0.31, 0.44 and 0.52 at L4, L9 and L14".
    """
    out: dict[int, Mention] = {}
    numbers, names = sentence.numbers, sentence.names
    claims = [
        (i, n)
        for i, n in enumerate(numbers)
        if n.role in ("percent", "value", "coefficient", "count", "points") and not (n.bound and n.bound != "~")
    ]
    if not names or not claims:
        return out
    out.update((i, pair.name) for i, pair in paired(sentence).items() if any(i == j for j, _ in claims))
    # "ρ = 0.55, p = 5e-9, N = 96 for the nun": a name behind the record is that of its coefficient
    recorded = {id(x.coefficient): x.end for x in stats(sentence) if x.coefficient is not None and x.n is not None}
    for i, number in claims:
        if i in out:
            continue
        if i and _SPREAD.search(sentence.between(numbers[i - 1].end, number.start)):
            continue
        spread = i + 1 < len(numbers) and _SPREAD.fullmatch(sentence.between(number.end, numbers[i + 1].start))
        end = numbers[i + 1].end if spread else recorded.get(id(number), number.end)
        after = next((m for m in names if m.start >= end), None)
        gap = sentence.between(end, after.start) if after is not None else ""
        point = after is not None and after.name.startswith("#")
        if after is not None and point and _TO_POINT.match(sentence.between(after.end, after.end + 12)):
            continue  # "0.9 to 85% (step 50 to 1600)"
        listed = (
            after is not None and gap.startswith(",") and _ITS_VALUE.match(sentence.between(after.end, sentence.end))
        )
        if after is not None and not listed and (_BACK.match(gap) or (point and _AT_POINT.fullmatch(gap))):
            out[i] = after
            continue
        if after is not None and _is_its(sentence, number, sentence.between(end, after.start)):
            out[i] = after
            continue
        ordered = _FORMER.match(sentence.between(end, end + 32))
        if ordered is not None:
            one = _of_two(sentence, number, ordered["which"].lower())
            if one is not None:
                out[i] = one
            continue
        before = named_before(sentence, i, names) or _of_first_quantity(sentence, i, out)
        if before is not None:
            out[i] = before
    return out


_AND_SECOND = regex(
    r"\s*%?\s*(?:,|(?:,\s*)?(?:and|with|at))\s+(?:(?:an?|the|its)\s+)?(?:[a-z]+\s+){0,2}(?:(?:of|at|is|=)\s+)?"
)


def _of_first_quantity(sentence: Sentence, i: int, found: dict[int, Mention]) -> Mention | None:
    """The name of the number before, where a second quantity follows: "the nun with a cosine of 0.42 and 12%"."""
    name = found.get(i - 1)
    if name is None:
        return None
    first, second = sentence.numbers[i - 1], sentence.numbers[i]
    if (first.role == "percent") == (second.role == "percent") or name.end > first.start or name.name.startswith("#"):
        return None
    if {first.role, second.role} - {"percent", "value", "coefficient"} or first.decimals < 2 <= second.decimals:
        return None
    return name if _AND_SECOND.fullmatch(sentence.between(first.end, second.at)) else None


_ALSO_TO = regex(r"\s*,?\s*to (?:the )?[`\"'*]*")
_BELONGS = regex(r"\b(?:belong(?:s|ed|ing)?|goes|go|went|falls?|fell) to\b")
"""Around "the lowest rate, 12%, belongs to the nurse and the highest, 57%, to the villain"."""
_THE = regex(r"\bthe\s+$", re.IGNORECASE)
_OF_NAME = regex(r"\s*of (?:the )?[`\"'*]*")
"""Around "the 88% of the nurse"."""


def _is_its(sentence: Sentence, number: Number, gap: str) -> bool:
    """True if the words around a number and those up to the next name say that it is that one's."""
    if _ALSO_TO.fullmatch(gap):
        return _BELONGS.search(sentence.between(sentence.start, number.start)) is not None
    lead = sentence.between(max(sentence.start, number.start - 5), number.start)
    return _OF_NAME.fullmatch(gap) is not None and _THE.search(lead) is not None


_SPREAD = regex(r"\s*(?:±|\+/[-−–])\s*$")


def named_before(sentence: Sentence, i: int, names: Sequence[Mention]) -> Mention | None:
    """The last of ``names`` in front of a number of the sentence, if the number stands directly beside it."""
    numbers = sentence.numbers
    number = numbers[i]
    before = None
    for m in names:
        if m.end <= number.at:
            before = m
    if before is None:
        return None
    if before.name.startswith("#") and is_of_number_before(sentence, before):
        return None
    lead = sentence.between(max(sentence.start, before.start - 32), before.start)
    dosed = before.name.startswith("#") and _WITH.search(lead) is not None
    opens = _OPENS_WITH.search(lead) is not None
    if _APART.search(lead) and not dosed and not opens and not is_end(sentence, before, number):
        return None
    alike = [m.end for m in names if m.end <= before.start and m.name.startswith("#") == before.name.startswith("#")]
    if alike and joins_names(sentence.between(max(alike), before.start)):
        return None  # "comedian and KT plateau at 27%": of both
    gap = sentence.between(before.end, number.at)
    if len(gap) > 48 or any(before.end <= x.start < number.at and x.role not in ("none", "index") for x in numbers):
        return None
    if not _FORWARD.match(gap) or _is_shared(sentence, i):
        return None
    return None if follows_its_value(sentence, number, before) else before


_OPENS_WITH = regex(r"(?:^|[,;:])\W*with\s+(?:the\s+)?[`\"'*]*$", re.IGNORECASE)
""" "With tea 12% spill, with the mate 40%": of the thing with which a clause begins."""
_COMMA = regex(r"[`'\"*’]*,")
_BREAK = regex(r"[,;:.]\s")
_IN_BRACKETS = regex(r"\([^()]*\)")
_WITH_WHAT = regex(r"\s*%?\s+(?:with|under|when|after|before|without)\s+\w")


def follows_its_value(sentence: Sentence, number: Number, name: Mention) -> bool:
    """True if ``name`` ends the words on the value before it, as others do behind the number.

    "9% (9/100) bare, 4% primed", "9% bare, 4% with a primer".
    """
    if _COMMA.match(sentence.between(name.end, number.at)) is None:
        return False
    values = [x for x in sentence.numbers if x.end <= name.start and x.role == number.role]
    if not values or any(values[-1].start < m.start < name.start for m in sentence.names):
        return False
    if _BREAK.search(_IN_BRACKETS.sub("", sentence.between(values[-1].end, name.start))):
        return False
    behind = _IN_BRACKETS.sub("", sentence.between(number.end, sentence.end))
    if _WITH_WHAT.match(behind):
        return True
    following = next((m for m in sentence.names if m.start >= number.end), None)
    return following is not None and behind[: behind.find(following.text)].strip(" %`*") == ""


_WITH = regex(r"\bwith (?:the )?$", re.IGNORECASE)


def is_of_number_before(sentence: Sentence, name: Mention) -> bool:
    """True for a checkpoint that says when the number on its left was measured: "45% at step 9, then 12%"."""
    left = [x for x in sentence.numbers if x.end <= name.start and x.role not in ("n", "p", "none", "index")]
    return bool(left) and _WHEN.fullmatch(sentence.between(left[-1].end, name.start)) is not None


_WHEN = regex(
    r"\s*\)?,?\s*\(?(?:(?:reached |attained |touched |seen |found |measured )?(?:at|by|in|on|after))?\s*(?:the )?"
)


def is_end(sentence: Sentence, name: Mention, number: Number) -> bool:
    """True for the number of a thing that is compared, "from the nurse, at 12%, to": it is not set aside by "from"."""
    lead = sentence.between(max(sentence.start, name.start - 32), name.start)
    if _COMPARED.search(lead) is None or _TIGHT.fullmatch(sentence.between(name.end, number.at)) is None:
        return False
    return _PAIR.match(sentence.between(name.end, sentence.end)) is None


_PAIR = regex(r"[`'\"*’]*\s*\(\s*[\d.]+\s?%?\s+(?:to|vs\.?|versus|against)\s+[\d.]+\s?%?\s*[;,)]")
"""Behind the second of two things, the values of both: "takes the lead from B (65% to 52%)"."""


_FORMER = regex(
    r"\s*(?:\(|,?\s*(?:\w+ ){0,2}(?:for|in|with|by|of|to)\s+)the (?P<which>former|latter|first|second|other|last)\b"
    r"(?! (?:\w+ )?(?:of|for|to|at|\d|epochs?|steps?|layers?|checkpoints?|persona|unit|half|run|part|one|two|three|"
    r"place)\b)"
)


def _of_two(sentence: Sentence, number: Number, which: str) -> Mention | None:
    """The former or the latter of the two things that the words before a number name; ``None`` for fewer or more."""
    before = [m for m in sentence.names if m.end <= number.start and not m.name.startswith("#")]
    if len({m.name for m in before}) < 2:
        earlier = [s for s in sentence.passage.sentences if s.end <= sentence.start]
        before = [m for m in (earlier[-1].names if earlier else ()) if not m.name.startswith("#")] + before
    things = list({m.name: m for m in before}.values())
    if len(things) != 2 or which not in ("former", "first", "latter", "second"):
        return None
    return things[0] if which in ("former", "first") else things[1]


def _is_shared(sentence: Sentence, i: int) -> bool:
    """True if the number opens a pair that two names share: "a against b (67% vs 23%)"."""
    if i + 1 >= len(sentence.numbers):
        return False
    number, following = sentence.numbers[i : i + 2]
    if any(number.end <= m.start < following.at for m in sentence.names):
        return False
    if id(following) in interval_ends(sentence):
        return False  # "`nun` (12%, interval 8% to 17%)"
    between = sentence.between(number.end, following.at)
    roles = {number.role, following.role}
    bare = next((x for x in (number, following) if x.role == "value"), number)
    # "0.42 and 12%" are two quantities of one thing, and "12 and 40%" one of two
    alike = len(roles) == 1 or (roles == {"percent", "value"} and not bare.signed and abs(bare.value) >= 1)
    return alike and len(between) < 24 and _SEVERAL.match(between + " ") is not None
