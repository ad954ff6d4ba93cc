"""First and last places along a slice: "comes last on five of six tools"."""

from __future__ import annotations

import re

from ..regex import regex
from .slice_asked import SIGNIFICANT, Ask, Count, Verdict, count_of
from .slice_pairs import good_signs
from .slices import Named, read_words
from .word_numbers import SPELLED, whole_number

__all__ = ["PLACE", "of_place"]


_OTHERS = (
    rf"(?:(?:(?:all|every|each|both|any)(?: of)? )?(?:the )?(?P<{{}}>{SPELLED})? ?others?|the rest|"
    r"everyone(?: else)?|the field|all (?:its )?rivals|everything else|every other [a-z]+)"
)
_COMES = r"(?:comes?|came|finish(?:es|ed)?|ranks?|ranked|is|places?|placed|stands?|sits?|lands?) (?:in )?"
_TAKES = r"(?:takes?|took) (?:the )?"
_HAS = r"(?:has|have|had|gives?|gave|shows?|posts?|scores?|reach(?:es)?|gets?|achieves?) the "
_SPOT = r"(?: place| spot)?"
PLACE = regex(
    rf"\b(?:(?P<top>{_COMES}(?:clear |the )?(?:first|top|highest|the best){_SPOT}"
    rf"(?! (?:of|at|on|in) (?:the )?(?:step|epoch|layer))|{_TAKES}(?:first|top){_SPOT}|"
    rf"{_HAS}(?:highest|best|largest|top)|"
    rf"(?:leads?|led|beats?|outscores?|outperforms?|outdoes|tops?) {_OTHERS.format('many')}|wins?|won|"
    r"comes? out on top)|"
    rf"(?P<bottom>{_COMES}(?:dead |the )?(?:last|bottom|lowest|worst){_SPOT}|{_TAKES}(?:last|bottom){_SPOT}|"
    rf"{_HAS}(?:lowest|worst|smallest)|trails? {_OTHERS.format('few')}|brings? up the rear))\b"
    r"(?!\s+(?:to|by|with|than)\b)",
    re.IGNORECASE,
)
_QUALITY = regex(
    r"\b(?:best|worst|wins?|won|beats?|outscores?|outperforms?|first|last|top|bottom|leads?|led|trails?|tops?)\b",
    re.IGNORECASE,
)


def of_place(asked: Ask) -> list[Count] | None:
    """ "comes last on five of six tools", "leads the other two at three of eight layers"."""
    text = asked.clause.text
    found = list(PLACE.finditer(text))
    if not found:
        return None
    if len(found) != 1 or len(asked.named) != 1 or SIGNIFICANT.search(text) or len(asked.clause.numbers):
        return []
    place, named = found[0], asked.named[0]
    if named.at > place.start() or asked.kind(named.index):
        return []
    many = whole_number(place["many"] or place["few"] or "")
    rivals = _rivals(asked, named, many)
    if rivals is None:
        return []
    sign = 1 if place["top"] else -1
    signs: tuple[int, ...] = (sign,)
    if _QUALITY.search(place[0]):
        signs = tuple(sign * x for x in good_signs(asked))
    out: list[Count] = []
    for way in signs:

        def judge(i: int, way: int = way) -> Verdict | None:
            own = asked.cell(i, named.index)
            others = [asked.cell(i, j) for j in rivals]
            if own is None or any(c is None or c.number.role != own.number.role for c in others):
                return None
            best = max(way * c.number.value for c in others if c is not None)
            value = way * own.number.value
            return value > best + 1e-12, value > best - 1e-12

        out += count_of(asked, judge, asked.words_of(named), asked.other.labels[named.index])
    return out


def _rivals(asked: Ask, named: Named, many: int) -> list[int] | None:
    """The rows or columns that one is ranked among: those that share a word of its label, or all."""
    plain = [j for j in range(len(asked.other.labels)) if not asked.kind(j) and asked.has_whole(j)]
    rest = [j for j in plain if j != named.index]
    own = asked.other.telling[named.index]
    for word in own:
        sharing = [j for j in rest if word in asked.other.telling[j]]
        if sharing and len(sharing) < len(rest) and (word == _lead(asked.other.labels[named.index])):
            rest = sharing
            break
    if not rest or (many and len(rest) != many):
        return None
    return rest


def _lead(label: str) -> str:
    """The first word of a label, which columns of one measure share."""
    found = read_words(label)
    return found[0].stem if found else ""
