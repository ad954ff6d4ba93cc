"""Counts of the things of a table whose total is left out, or stands apart: "five rivers", "most rivers (of nine)"."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping

from leakstats.records import struct

from ..regex import regex
from .grammar import SPELLED, WORD_NUMBERS
from .knowledge import Evidence
from .names import words_of
from .passages import Sentence
from .tables import Sheet
from .wording import DEEP

__all__ = ["PlainCount", "plain_counts", "things_of"]


@struct
class PlainCount:
    """A count of things of a table: the smallest and the largest out of ``total`` that its words allow."""

    start: int
    end: int
    low: float
    high: float
    total: int
    noun: str
    text: str
    reduced: bool = False
    """All of them less so many that the words except."""


_DOSES = ("dose", "size", "setting", "amount", "model", "run")
"""Nouns for the rows of a table whose labels are numbers."""


def things_of(evidence: Evidence) -> Mapping[str, int]:
    """The nouns for the things of the page's tables, with how many things each has.

    They head the first columns; where a table has no word there, the page counts as many of them: "six rivers".
    """
    if "things of tables" not in evidence.cache:
        out: dict[str, set[int]] = {}
        for sheet in evidence.sheets:
            down, across = _size(sheet, "column"), _size(sheet, "row")
            for noun in words_of(sheet.header[0]):
                out.setdefault(noun, set()).add(down)
            for size in (down, across) if not sheet.header[0].strip() else ():
                for noun in _counted_as(evidence, size):
                    out.setdefault(noun, set()).add(size)
            if evidence.doses and sum(x.strip("*_` ").replace(",", "").isdigit() for x in sheet.labels) >= 3:
                for noun in _DOSES:
                    out.setdefault(noun, set()).add(down)
        evidence.cache["things of tables"] = {n: s.pop() for n, s in out.items() if len(s) == 1 and max(s) > 2}
    found: Mapping[str, int] = evidence.cache["things of tables"]
    return found


def _size(sheet: Sheet, way: str) -> int:
    """How many things each of its columns, or of its rows, has; 0 where they differ."""
    sizes = {len(s.distinct) for s, _ in sheet.series if s.pointer.startswith(way) and not s.role}
    return sizes.pop() if len(sizes) == 1 else 0


def _counted_as(evidence: Evidence, size: int) -> frozenset[str]:
    """The plurals of which the page says that there are ``size``."""
    found: dict[str, set[int]] = {}
    for passage in evidence.passages if size > 2 else ():
        for match in _NUMBERED.finditer(passage.plain):
            for noun in words_of(match["noun"]):
                found.setdefault(noun, set()).add(_whole(match["k"]))
    return frozenset(noun for noun, sizes in found.items() if max(sizes) == size)


def _whole(said: str) -> int:
    return int(said) if said.isdigit() else 12 if said.lower() == "dozen" else WORD_NUMBERS[said.lower()]


_NUMBER = rf"(?:\d{{1,2}}|{SPELLED})"
_NUMBERED = regex(rf"\b(?P<k>{_NUMBER})\s+(?P<noun>[a-z]{{3,}}s)\b", re.IGNORECASE)
_THE = r"(?:(?:the|our|these|those|its|their|all)\s+)*"
_AMOUNT = (
    r"(?:(?P<all>every(?: single)?|each(?: and every)?|all)|(?P<none>no|none of|not (?:a single|one|any)(?: of)?)|"
    r"(?:(?P<more>more than|over|above)\s+|(?P<less>(?:fewer|less) than|under|below)\s+|"
    r"(?P<least>at least|no fewer than)\s+|(?P<most>at most|no more than)\s+|(?P<just>only|just|exactly)\s+)?"
    r"(?:(?P<part>(?:(?:one|a)[ -])?(?:half|third|quarter|fifth)|two[ -](?:thirds|fifths)|three[ -](?:quarters|fifths)|"
    r"four[ -]fifths)|(?P<bulk>most|(?:the|a) (?:(?:clear|large|vast|narrow|bare|slim|great|small) )?majority)|"
    rf"(?P<few>(?:the |a )?(?:small )?minority)|(?P<k>{_NUMBER}|a single)))"
)
"""So many, or such a part: its groups tell which."""
_PARTS = {"half": 1 / 2, "third": 1 / 3, "quarter": 1 / 4, "fifth": 1 / 5}
_ALL_OF_THEM = frozenset(["cast", "lot", "roster", "line-up", "lineup", "ensemble", "them"])
"""Words for all the things of the one table of a page."""
_TIMES = {"two": 2, "three": 3, "four": 4}
_OUT_OF = rf"(?:,?\s*\(?(?:out )?of\s+(?:a total of\s+|{_THE})(?P<n>{_NUMBER}|dozen)\)?,?)"
_PLAIN = regex(
    rf"\b{_AMOUNT}\s+(?P<of>of\s+)?(?P<the>{_THE})(?:(?P<dozen>dozen)\s+)?(?P<noun>[a-z]{{3,}})\b{_OUT_OF}?",
    re.IGNORECASE,
)
_FRONTED = regex(
    rf"\b(?:(?:out )?of|among|amongst)\s+{_THE}(?:(?P<n>{_NUMBER}|dozen)\s+)?(?P<noun>[a-z]{{3,}}),?\s+{_AMOUNT}"
    r"(?=\s+(?!of\b)[a-z]+)",
    re.IGNORECASE,
)
""" "Of the nine rivers, exactly three froze"."""
_ANSWER = regex(
    rf"^\W*(?:(?P<noun>[a-z]{{3,}}s)\b[^:;]*:\s+)?(?:only |just |exactly )?(?P<k>{_NUMBER}|all|none)"
    r"(?: of them)?\W*$",
    re.IGNORECASE,
)
_HOW_MANY = regex(r"\bhow many (?:of )?(?:(?:the|our|these|its) )?(?P<noun>[a-z]{3,}s)\b", re.IGNORECASE)
_THERE = regex(r"\bthere (?:is|are|was|were)\s+$", re.IGNORECASE)
_RELATIVE = regex(r"\s+(?:(?:for|in|at|on|with) )?(?:that|which|who|whose|where)\b", re.IGNORECASE)
_NO_PART = regex(
    r"(?!\s+(?:of|with|that|which|who|whose|where|from|each|per|and|or|exclu\w+|inclu\w+|other|apart|aside|"
    rf"(?:but|except\w*|save|bar)(?!\s+(?:for )?(?:none|{_NUMBER})\b))\b|\s*[(:])",
    re.IGNORECASE,
)
"""Behind a noun: nothing that makes it a part of the things, or another thing."""
_EVERYWHERE = regex(r"\b(?:(?P<all>everywhere|across the board)|(?P<none>nowhere))\b", re.IGNORECASE)
_OF_SIZE = regex(r"(?:\b[nN]\s*[=≈]\s*[\d,]+|\b\d[\d,]*\s+[a-z]+)\s+$")
""" "N = 150 everywhere", "200 answers everywhere"."""
_ASIDE = regex(r"\s*\([^()]*\)")
"""In brackets behind the noun: the things by name."""
_HELD = regex(
    r"\b(?:from|by|into|onto|the|these|those|both|other|first|last|top|next|its|our|their|another|all|of|than|least|"
    r"most|about|some|"
    r"remaining|further|more|up to|nearly|almost|over|under|not|for|every|any|between|and|or|to|×|x)\s+$",
    re.IGNORECASE,
)
_ABOUT = regex(r"\b(?:about|roughly|nearly|almost|around|some|not)\s+$", re.IGNORECASE)
_FROM_ON = regex(
    r"\b(?:from|beyond|past|after|before|until|up to|above|below|between|than|to|through|of|outside)(?: the)?"
    r"(?: layers?| depths?| blocks?)?\s*$",
    re.IGNORECASE,
)
_PASSIVE = regex(
    r"\s+(?:were|was|are|is|have been|had been|has been) (?:\w+ly )?(?:\w+ed|drawn|chosen|taken|shown|kept|left|lost|"
    r"made|run)\b|"
    r",? we (?!(?:also |again |then )?(?:s[ea][ew]|f[io]u?nd|observe\w*|get|got|measured? an?|note)\b)[a-z]+"
)
_BEHIND = regex(r"\b(?:more|less|higher|lower|larger|smaller|greater|fewer|as)\b.*\b(?:than|as)\b", re.IGNORECASE)
_EXCEPTION = regex(
    r"\b(?:except\w*|apart|aside|save|saving|barring|bar|but|besides|other than|excluding|excluded|exceptions?|"
    r"without|only|unless|if|almost|nearly|most|not)\b",
    re.IGNORECASE,
)
_SO_MANY_NOT = regex(
    rf"\b(?:(?:bar|but|save|except(?:ing)?(?: for)?|barring)\s+(?P<k>none|{_NUMBER})(?!\s+(?:of|in|at|for)\b)|"
    rf"(?P<those>none|no|{_NUMBER})\s+(?:[a-z]+\s+)?(?:excepted|excluded|apart|aside)|"
    rf"with (?:only |just )?(?P<with>no|a single|{_NUMBER})\s+exceptions?)\b(?P<rest>[^.;]*)",
    re.IGNORECASE,
)
""" "Every river, bar one", "all of them, two excepted", "everywhere with one exception"."""


def plain_counts(sentence: Sentence, things: Mapping[str, int]) -> Iterator[PlainCount]:
    """Counts of the things of a table without their total, or with one that stands apart."""
    text = sentence.text
    if not things or text.rstrip(" *_").endswith("?"):
        return
    for match in _FRONTED.finditer(text):
        yield from _count(sentence, match, things, match.end())
    for match in _PLAIN.finditer(text):
        if _is_bare(text, match):
            yield from _count(sentence, match, things, match.end("n") if match["n"] else match.end("noun"))
    yield from _answers(sentence, things)
    sizes = set(things.values())
    for match in _EVERYWHERE.finditer(text) if len(sizes) == 1 else ():
        total = max(sizes)
        left = 0 if match["none"] else _with_exceptions(text, match, total)
        before = text[: match.start()]
        if left is not None and not _ABOUT.search(before) and not _OF_SIZE.search(before):
            start, end = sentence.start + match.start(), sentence.start + match.end()
            yield PlainCount(start, end, left, left, total, "", match[0], 0 < left < total)


def _answers(sentence: Sentence, things: Mapping[str, int]) -> Iterator[PlainCount]:
    """ "Rivers over 10%: four", and "Four." behind "How many of the rivers froze?"."""
    match = _ANSWER.search(sentence.text)
    if match is None:
        return
    asked = sentence.previous
    if match["noun"] is None and (asked is None or not asked.text.rstrip(" *_").endswith("?")):
        return
    question = None if match["noun"] or asked is None else _HOW_MANY.search(asked.text)
    nouns = words_of(match["noun"] or (question["noun"] if question is not None else ""))
    noun = next(iter(nouns), "")
    total, said = things.get(noun, 0), match["k"].lower()
    k = total if said == "all" else 0 if said == "none" else _whole(said)
    if total and k <= total:
        start, end = sentence.start + match.start("k"), sentence.start + match.end("k")
        yield PlainCount(start, end, k, k, total, noun, match["k"])


def _is_bare(text: str, match: re.Match[str]) -> bool:
    """True for so many things and no part of them: no "five rivers with ice", no "the five rivers"."""
    before = text[: match.start()]
    part = match["part"] or match["bulk"] or match["few"]
    if part and not (match["of"] or match["the"] or part.lower() == "most"):
        return False
    if _PASSIVE.match(text, match.end("noun")) and match["n"] is None:
        return False  # "five roles were added", "within each arm we correlate"
    if _HELD.search(before) and not part:
        return False
    if match["n"] is not None:
        return True
    aside = _ASIDE.match(text, match.end("noun"))
    at = match.end("noun") if aside is None else aside.end()
    return (_RELATIVE if _THERE.search(before) else _NO_PART).match(text, at) is not None


def _count(sentence: Sentence, match: re.Match[str], things: Mapping[str, int], behind: int) -> Iterator[PlainCount]:
    text = sentence.text
    noun = next(iter(words_of(match["noun"])), "")
    if noun in _ALL_OF_THEM and (match["part"] or match["bulk"] or match["few"]) and len(set(things.values())) == 1:
        noun, total = "", max(things.values())
    else:
        total = things.get(noun, 0)
    said = match["n"] or match.groupdict().get("dozen")
    if not total or (said and _whole(said) != total) or _ABOUT.search(text[: match.start()]):
        return
    if (match["all"] or match["none"]) and noun in DEEP and _of_a_part(sentence):
        return
    if match["all"]:
        left = _with_exceptions(text, match, total)
        low, high = (left, left) if left is not None else (1.0, 0.0)
    elif match["none"]:
        low = high = 0.0
        if _EXCEPTION.search(text.replace(match[0], "", 1)) or _BEHIND.search(text[behind:]):
            return  # "no role gains more than the mason"
    else:
        low, high = _allowed(text, match, total)
    if low <= high:
        start, end = sentence.start + match.start(), sentence.start + behind
        said_here = text[match.start() : behind].strip(" ,;")
        yield PlainCount(start, end, low, high, total, noun, said_here, match["all"] is not None and low < total)


def _of_a_part(sentence: Sentence) -> bool:
    """True for "from layer 12 on every layer", which speaks of some of them."""
    named = [m for m in sentence.names if m.name.startswith("#")]
    return any(_FROM_ON.search(sentence.between(sentence.start, m.start)) for m in named)


def _allowed(text: str, match: re.Match[str], total: int) -> tuple[float, float]:
    """The counts that an amount of ``total`` allows; none where it says too little."""
    if match["bulk"]:
        return total // 2 + 1.0, float(total)
    if match["few"]:
        return 0.0, (total - 1) // 2 + 0.0
    if match["part"]:
        times, _, part = match["part"].lower().replace("-", " ").rpartition(" ")
        value = _PARTS[part.rstrip("s")] * _TIMES.get(times, 1) * total
        low, high = math.floor(value + 1e-9), math.ceil(value - 1e-9)
    else:
        said = match["k"].lower()
        low = high = value = 1 if said == "a single" else _whole(said)
        alone = match["just"] or match["least"] or said == "a single" or _THERE.search(text[: match.start()])
        if value == 1 and not alone and match["of"]:
            return 1.0, float(total)  # "one of the rivers", and perhaps another
        if not 1 <= value < total or (value == 1 and not alone):
            return 1.0, 0.0
    if match["more"]:
        return math.floor(value + 1e-9) + 1.0, float(total)
    if match["less"]:
        return 0.0, math.ceil(value - 1e-9) - 1.0
    return (float(high), float(total)) if match["least"] else (0.0, float(low)) if match["most"] else (low, high)


def _with_exceptions(text: str, match: re.Match[str], total: int) -> float | None:
    """How many "all" are where the words except so many; ``None`` where they except others."""
    rest = text[: match.start()] + " " * len(match[0]) + text[match.end() :]
    some = _SO_MANY_NOT.search(rest)
    if some is None:
        return None if _EXCEPTION.search(rest) else float(total)
    if _EXCEPTION.search(rest[: some.start()] + some["rest"]):
        return None
    said = (some["k"] or some["those"] or some["with"]).lower()
    return float(total - (0 if said in ("no", "none") else 1 if said == "a single" else _whole(said)))
