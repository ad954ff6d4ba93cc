"""Named things of which a sentence says something that it denies of the others, or the other way round."""

from __future__ import annotations

import re
from collections.abc import Iterator

from leakstats.records import struct

from ..regex import regex
from .knowledge import Evidence
from .names import Mention
from .passages import Sentence
from .word_numbers import whole_number

__all__ = ["Exclusive", "evidence_totals", "exclusives"]


@struct
class Exclusive:
    """Named things, of which a clause says what it says of no other."""

    start: int
    end: int
    things: tuple[str, ...]
    mode: str
    """``only`` these pass, all ``others`` do, ``both`` do and perhaps more, ``neither`` does."""
    text: str


_IN = r"(?:(?:in|for|at|under|with|by|on|among)\s+)?(?:the\s+)?[`\"'‘*]*$"
_QUICK = regex(
    r"\b(?:only|alone|solely|just|but|except\w*|bar|barring|save|saving|other than|apart|aside|besides|exclud\w+|"
    r"confined|"
    r"limited|restricted|single|neither|both)\b",
    re.IGNORECASE,
)
_EXCEPT = regex(
    r"\b(?:apart from|aside from|except(?:ing)?(?: for)?|with the (?:sole |only |single )?exceptions? of|"
    r"save(?: for)?|saving|"
    r"besides|other than|barring|excluding|but(?: not)?)\s+" + _IN,
    re.IGNORECASE,
)
_EXCEPTING = regex(
    r"\b(?:apart from|aside from|except\w*|besides?|other than|next to|together with|along with|in addition to)\b",
    re.IGNORECASE,
)
_SIZED = regex(r"\b[nN]\s*=\s*[\d,]+[\s,(]*$")
_EXCEPTED = regex(r"[`\"'’*]*\s*,?\s*(?:is |being )?(?:excepted|apart|aside|excluded)\b", re.IGNORECASE)
_AND_ON = regex(
    r"[`\"'’*]*\s*(?:(?:to|through|until|till)\b|[–-]\s*\w)|"
    r"[`\"'’*]*\s*(?:\w+\s+)?(?:and|or) (?:beyond|above|more|later|up\w*|below|less|earlier|deeper|higher|lower|"
    r"on\w*|after\w*)\b",
    re.IGNORECASE,
)
""" "From the third layer on", "layers 4 to 9": more than the named ones."""
_UNKNOWN_NEXT = regex(r"[`\"'’*]*\s*(?:,\s*|,?\s+)(?:and|or|nor|&)\s+[`\"'‘*]*(?!I\b)[A-Z]")
""" "Only Garda and Como", of whom one is not known by name: it may be more than the named ones."""
_ALL = regex(r"\b(?:all|every|each|everywhere|everything|everyone|everybody)\b", re.IGNORECASE)
_NONE = regex(r"\b(?:no|none|nothing|nobody|no one)\b", re.IGNORECASE)
_CONFINED = regex(rf"\b(?:confined|limited|restricted|unique|peculiar)\s+to\s+{_IN}", re.IGNORECASE)
_SINGLE = regex(rf"\b(?:(?:just|only|exactly) one|a (?:single|lone)|one single)\s+[a-z]+\s*,\s*{_IN}", re.IGNORECASE)
_LISTED = regex(
    rf"\b(?:(?:just|only|exactly) (?P<k>one|two|three|four|five|\d)|a single|"
    rf"exactly one)\s+[a-z]+\b(?! of\b)[^:;]{{3,70}}:\s*{_IN}",
    re.IGNORECASE,
)
_NEITHER = regex(r"\bneither\s+(?:in |for |at )?(?:the\s+)?[`\"'‘*]*$", re.IGNORECASE)
_BOTH = regex(r"(?:^|[;:,]\s*|\band\s+)\W*both\s+(?:the\s+)?[`\"'‘*]*$", re.IGNORECASE)
_JOINED = regex(r"[`\"'’*]*\s*(?:,|,?\s*(?:and|or|nor|&))\s*(?:(?:in|for|at|under|with|by|on)\s+)?(?:the\s+)?[`\"'‘*]*")
_ONLY = regex(
    rf"(?:^|[;:,(]\s*|\b(?:and|but|while|that|where)\s+|^\W*(?:it is |it was ))(?P<at>only|solely|just)\s+{_IN}",
    re.IGNORECASE,
)
_NO_OTHER = regex(
    rf"\b(?:no|none of (?:the|these)|not one|not a single|no other)\s+(?:[a-z-]+\s+){{0,3}}?(?:but|"
    rf"except(?:ing)?(?: for)?|other than|apart from|save|besides|bar)\s+{_IN}",
    re.IGNORECASE,
)
_ALL_OTHERS = regex(
    rf"\b(?:all|every|each)\s+(?:of the\s+)?(?:[a-z-]+\s+){{0,3}}?(?:but|"
    rf"except(?:ing)?(?: for)?|other than|apart from|save|bar|excluding)\s+{_IN}",
    re.IGNORECASE,
)
_ALONE = regex(
    r"[`\"'’*]*\s+(?:alone|only)\b(?!\s+(?:because|when|if|after|once|by|to|at|in|from|just|barely))", re.IGNORECASE
)
_IS_ONLY = regex(
    r"[`\"'’*]*\s+(?:is|are|was|were|remains?)\s+the\s+(?:only|sole)\s+(?:one|ones|two|three|[a-z-]+)\b", re.IGNORECASE
)
_PART = regex(
    r"\b(?:among|amongst|within|of the (?:two|three|four|five|six|seven|eight|nine|ten|others?|rest)|"
    r"of (?:these|those|them)|remaining|the rest|not only|if only|only if|only (?:after|when|because|once|by)|"
    r"significan\w+ only|(?:first|second|third) (?:of|time))\b",
    re.IGNORECASE,
)


_OTHER = regex(r"\s*\bother\b", re.IGNORECASE)
_TURNED = regex(r"\b(?:other way|opposite|contrary|reverse|otherwise|differently|disagree\w*)\b", re.IGNORECASE)
"""What is said of the names is told by the sentence before."""


_THAN_BEFORE = regex(r"\b(?:more|less|fewer|higher|lower|better|worse|further|stronger|weaker)\W*$", re.IGNORECASE)
""" "Only Garda thaws less": than what the sentence before is about."""


def _runs(sentence: Sentence) -> Iterator[list[Mention]]:
    """Names that a comma or "and" joins."""
    run: list[Mention] = []
    for m in sentence.names:
        if run and _JOINED.fullmatch(sentence.between(run[-1].end, m.start)):
            run.append(m)
        else:
            if run:
                yield run
            run = [m]
    if run:
        yield run


def exclusives(sentence: Sentence) -> Iterator[Exclusive]:
    """The named things of which a sentence says something that it denies of the others, or the other way round."""
    if not sentence.names or _QUICK.search(sentence.text) is None:
        return
    if _PART.search(sentence.text) or _TURNED.search(sentence.text) or _THAN_BEFORE.search(sentence.text):
        return
    for run in _runs(sentence):
        before = sentence.between(sentence.start, run[0].start)
        after = sentence.between(run[-1].end, sentence.end)
        found = None if _AND_ON.match(after) or _UNKNOWN_NEXT.match(after) else _lead(before, after, len(run))
        if found is not None:
            at, tail, mode = found
            start, end = sentence.start + at, run[-1].end + tail
            text = sentence.between(start, end).strip(" ,;:(*")
            yield Exclusive(start, end, tuple(m.name for m in run), mode, text)


def _lead(before: str, after: str, count: int) -> tuple[int, int, str] | None:
    """Where the words begin that set names apart, how far they go behind them, and what is said of the others."""
    whole = f"{before} {after}"
    for pattern, mode in ((_NO_OTHER, "only"), (_ALL_OTHERS, "others"), (_CONFINED, "only"), (_SINGLE, "only")):
        lead = pattern.search(before)
        if lead is not None:
            return lead.start(), 0, mode
    lead = _EXCEPT.search(before)
    sized = lead is not None and _SIZED.search(before[: lead.start()]) is not None  # "n = 100, with the exception of"
    if lead is not None and not sized and (_ALL.search(whole) or _NONE.search(whole)):
        return lead.start(), 0, "others" if _ALL.search(whole) else "only"
    excepted = _EXCEPTED.match(after)
    if excepted is not None and _ALL.search(whole):
        return len(before), excepted.end(), "others"
    lead = _ONLY.search(before)
    if lead is not None:
        return lead.start("at"), 0, "only"
    lead = _LISTED.search(before)
    if lead is not None and whole_number(lead["k"] or "one") == count and not regex(r"\w").search(after):
        return len(before), 0, "only"
    if count == 2 and (lead := _NEITHER.search(before)) is not None:
        return lead.start(), 0, "neither"
    if count == 2 and (lead := _BOTH.search(before)) is not None:
        return lead.start(), 0, "both"
    tail = _ALONE.match(after) or _IS_ONLY.match(after)
    if (
        tail is None
        or _EXCEPTING.search(after, tail.end())
        or _OTHER.search(tail[0])
        or _OTHER.match(after, tail.end())
    ):
        return None  # "the only one besides Welsh", "the only other one": of two
    return len(before), tail.end(), "only"


def evidence_totals(evidence: Evidence, things: tuple[str, ...]) -> int:
    """How many things the tables have of which these are some; 0 where it cannot be told."""
    sizes = {len(s.distinct) for s in evidence.page_series if not s.role and all(t in s.facts for t in things)}
    return sizes.pop() if len(sizes) == 1 and max(sizes) > len(things) else 0
