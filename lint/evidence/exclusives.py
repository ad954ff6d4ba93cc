"""Claims on all of the things of a table, on none, on a bare number of them, or on named ones and no other."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from leakstats.records import struct

from ..regex import regex
from .grammar import SPELLED, WORD_NUMBERS
from .knowledge import Evidence
from .names import Mention, words_of
from .passages import Sentence

__all__ = ["Exclusive", "PlainCount", "evidence_totals", "exclusives", "plain_counts", "things_of"]


@struct
class Exclusive:
    """Named things, of which a clause says what it says of no other."""

    start: int
    end: int
    things: tuple[str, ...]
    turned: bool
    """It is said of all others, and not of these: "all but the miller"."""
    text: str


@struct
class PlainCount:
    """A count of the things of a table whose total is left out: "five rivers", "every river"."""

    start: int
    end: int
    low: float
    high: float
    total: int
    noun: str
    text: str


_QUICK = regex(r"\b(?:only|alone|solely|but|except\w*|bar|save|other than|apart from)\b", re.IGNORECASE)
_JOINED = regex(r"[`\"'’*]*\s*(?:,|,?\s*(?:and|or|nor|&))\s*(?:(?:in|for|at|under|with|by|on)\s+)?(?:the\s+)?[`\"'‘*]*")
_IN = r"(?:(?:in|for|at|under|with|by|on|among)\s+)?(?:the\s+)?[`\"'‘*]*$"
_ONLY = regex(
    rf"(?:^|[;:,(]\s*|\b(?:and|but|while|that|where)\s+|^\W*(?:it is |it was ))(?:only|solely|just)\s+{_IN}",
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
_ALONE = regex(r"[`\"'’*]*\s+(?:alone|only)\b(?!\s+(?:because|when|if|after|once|by|to|at|in|from))", re.IGNORECASE)
_IS_ONLY = regex(
    r"[`\"'’*]*\s+(?:is|are|was|were|remains?)\s+the\s+(?:only|sole)\s+(?:one|ones|two|three|[a-z-]+)\b", re.IGNORECASE
)
_PART = regex(
    r"\b(?:among|amongst|within|of the (?:two|three|four|five|six|seven|eight|nine|ten|others?|rest)|"
    r"of (?:these|those|them)|remaining|the rest|not only|if only|only if|only (?:after|when|because|once|by)|"
    r"significan\w+ only|(?:first|second|third) (?:of|time))\b",
    re.IGNORECASE,
)


def _runs(sentence: Sentence) -> Iterator[list[Mention]]:
    """Names that a comma or "and" joins."""
    run: list[Mention] = []
    for m in sentence.names:
        if m.name.startswith("#"):
            continue
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
    if not sentence.names or _QUICK.search(sentence.text) is None or _PART.search(sentence.text):
        return
    for run in _runs(sentence):
        before = sentence.between(sentence.start, run[0].start)
        after = sentence.between(run[-1].end, sentence.end)
        things = tuple(m.name for m in run)
        start, end = run[0].start, run[-1].end
        for pattern, turned in ((_NO_OTHER, False), (_ALL_OTHERS, True), (_ONLY, False)):
            lead = pattern.search(before)
            if lead is not None:
                text = sentence.between(sentence.start + lead.start(), end).strip(" ,;:(*")
                yield Exclusive(sentence.start + lead.start(), end, things, turned, text)
                break
        else:
            tail = _ALONE.match(after) or _IS_ONLY.match(after)
            if tail is not None:
                end += tail.end()
                yield Exclusive(start, end, things, False, sentence.between(start, end))


def evidence_totals(evidence: Evidence, things: tuple[str, ...]) -> int:
    """How many things the tables have of which these are some; 0 where it cannot be told."""
    sizes = {
        len(s.distinct)
        for s in evidence.page_series
        if s.pointer.startswith("column") and not s.role and all(t in s.facts for t in things)
    }
    return sizes.pop() if len(sizes) == 1 and max(sizes) > len(things) else 0


def things_of(evidence: Evidence) -> Mapping[str, int]:
    """The nouns that head the first columns of the page's tables, with how many things each has."""
    if "things of tables" not in evidence.cache:
        out: dict[str, set[int]] = {}
        for sheet in evidence.sheets:
            sizes = {len(s.distinct) for s, _ in sheet.series if s.pointer.startswith("column") and not s.role}
            for noun in words_of(sheet.header[0]):
                out.setdefault(noun, set()).add(sizes.pop() if len(sizes) == 1 else 0)
        evidence.cache["things of tables"] = {n: s.pop() for n, s in out.items() if len(s) == 1 and max(s) > 2}
    found: Mapping[str, int] = evidence.cache["things of tables"]
    return found


_PLAIN = regex(
    rf"\b(?:(?P<all>every(?: single)?|each|all)|(?P<none>no|not a single|not one)|"
    rf"(?:(?P<least>at least|no fewer than)\s+|(?P<most>at most|no more than|only|just)\s+)?(?P<k>\d{{1,2}}|{SPELLED}))"
    r"\s+(?P<noun>[a-z]{3,})\b(?!\s+(?:of|with|that|which|who|whose|where|from|"
    r"were (?:left|dropped|excluded|chosen|drawn)|each|per|and|or|but|except|other|apart|save|bar)\b|\s*[(:,])",
    re.IGNORECASE,
)
_HELD = regex(
    r"\b(?:the|these|those|both|other|first|last|top|next|its|our|their|another|all|of|than|least|most|about|some|"
    r"remaining|further|more|up to|nearly|almost|over|under|not|for|every|any|between|and|or|to|×|x)\s+$",
    re.IGNORECASE,
)


def plain_counts(sentence: Sentence, things: Mapping[str, int]) -> Iterator[PlainCount]:
    """Counts of the things of a table without their total."""
    if not things:
        return
    for match in _PLAIN.finditer(sentence.text):
        noun = next(iter(words_of(match["noun"])), "")
        total = things.get(noun, 0)
        if not total or _HELD.search(sentence.text[: match.start()]):
            continue
        if match["all"]:
            low = high = float(total)
        elif match["none"]:
            low = high = 0.0
        else:
            raw = match["k"].lower()
            k = float(raw) if raw.isdigit() else float(WORD_NUMBERS.get(raw, 0))
            if not 1 <= k < total or (k == 1 and not match["least"]):
                continue
            low, high = (k, float(total)) if match["least"] else (0.0, k) if match["most"] else (k, k)
        start, end = sentence.start + match.start(), sentence.start + match.end("noun")
        yield PlainCount(start, end, low, high, total, noun, match.group(0).strip())
