"""Counts of the things of a table whose total is left out, or stands apart: "five rivers", "most rivers (of nine)"."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping

from leakstats.records import struct

from ..regex import regex
from ..words import word_set
from .conditions import condition_behind
from .knowledge import Evidence
from .names import name_variants, words_of
from .passages import Sentence
from .subsets import Part, kinds_of, means_of_groups, part_named
from .tables import Sheet
from .word_numbers import SPELLED, WORD_NUMBERS, part_of, whole_number
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
    kind: str = ""
    """The word before the noun that names an arm or a group: "filtered runs"."""
    part: Part | None = None
    """The group of the things that is counted, and no other."""
    strict: bool = False
    """Nothing but what it asks tells what is counted: it is judged where the words name the one field."""


_DOSES = ("dose", "size", "setting", "amount", "model", "run")
"""Nouns for the rows of a table whose labels are numbers."""


def things_of(evidence: Evidence) -> Mapping[str, int]:
    """The nouns for the things of the page's tables, with how many things each has.

    They head the first columns; where a table has no word there, the page counts as many of them: "six rivers".
    """
    if "things of tables" not in evidence.cache:
        out: dict[str, set[int]] = {}
        means = means_of_groups(evidence)
        for sheet in evidence.sheets:
            down, across = (_size(sheet, way, means) for way in ("column", "row"))
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


def _size(sheet: Sheet, way: str, means: frozenset[str]) -> int:
    """How many things each of its columns, or of its rows, has, less the means of groups; 0 where they differ."""
    held = [s.facts for s, _ in sheet.series if s.pointer.startswith(way) and not s.role]
    sizes = {len({id(f) for name, f in facts.items() if name not in means}) for facts in held}
    return sizes.pop() if len(sizes) == 1 else 0


def _counted_as(evidence: Evidence, size: int) -> frozenset[str]:
    """The plurals of which the page says that there are ``size``."""
    found: dict[str, set[int]] = {}
    for passage in evidence.passages if size > 2 else ():
        for match in _NUMBERED.finditer(passage.plain):
            for noun in words_of(match["noun"]):
                found.setdefault(noun, set()).add(whole_number(match["k"]))
    return frozenset(noun for noun, sizes in found.items() if max(sizes) == size)


_OF_TWO = regex(r"both|neither", re.IGNORECASE)
_NUMBER = rf"(?:\d{{1,2}}|{SPELLED})"
_NUMBERED = regex(rf"\b(?P<k>{_NUMBER})\s+(?P<noun>[a-z]{{3,}}s)\b", re.IGNORECASE)
_THE = r"(?:(?:the|our|these|those|its|their|all)\s+)*"
_AMOUNT = (
    rf"(?:(?:all|every one|each) (?:but|bar|except|save) (?P<but>{_NUMBER})(?= of )|"
    r"(?P<all>every(?: single)?|each(?: and every)?|all|both)|"
    r"(?P<none>no|none of|neither of|not (?:a single|one|any)(?: of)?)|"
    r"(?:(?P<more>more than|over|above)\s+|(?P<less>(?:fewer|less) than|under|below)\s+|"
    r"(?P<least>at least|no fewer than)\s+|(?P<most>at most|no more than)\s+|(?P<just>only|just|exactly)\s+)?"
    r"(?:(?P<part>(?:(?:one|a)[ -])?(?:half|third|quarter|fifth)|two[ -](?:thirds|fifths)|three[ -](?:quarters|fifths)|"
    r"four[ -]fifths)|(?P<bulk>(?<!-)most|(?:the|a) (?:(?:clear|large|vast|narrow|bare|slim|great|small) )?majority)|"
    r"(?P<some>some|several|a (?:few|handful|couple|number)(?= of\b))|"
    rf"(?P<few>(?:the |a )?(?:small )?minority)|(?P<k>{_NUMBER}|a single)))"
)
"""So many, or such a part: its groups tell which."""
_AMOUNTS = frozenset(
    [
        *("all", "every", "each", "both", "no", "none", "neither", "not", "half", "third", "thirds", "quarter"),
        *("quarters", "fifth", "fifths", "most", "majority", "some", "several", "few", "handful", "couple", "number"),
        *("minority", "single", *(part for word in WORD_NUMBERS for part in word.split("-"))),
    ]
)
"""One of them, or digits before a word, stands in every amount."""
_WHOLES = frozenset(["of", "among", "amongst"])
_SO_MANY = regex(r"\d\s+[A-Za-z]")
_ALL_OF_THEM = frozenset(["cast", "lot", "roster", "line-up", "lineup", "ensemble", "them"])
"""Words for all the things of the one table of a page."""
_OUT_OF = rf"(?:,?\s*\(?(?:out )?of\s+(?:a total of\s+|{_THE})(?P<n>{_NUMBER}|dozen)\)?,?)"
_PLAIN = regex(
    rf"\b{_AMOUNT}\s+(?P<of>of\s+)?(?P<the>{_THE})(?:(?P<dozen>dozen)\s+)?(?P<noun>[a-z]{{3,}})\b{_OUT_OF}?",
    re.IGNORECASE,
)
_FRONTED = regex(
    rf"\b(?P<of>(?:out )?of|among|amongst)\s+(?P<the>{_THE})(?:(?P<n>{_NUMBER}|dozen)\s+)?(?P<noun>[a-z]{{3,}}),?\s+"
    rf"{_AMOUNT}"
    r"(?=\s+(?!of\b)[a-z]+)",
    re.IGNORECASE,
)
""" "Of the nine rivers, exactly three froze"."""
_ANSWER = regex(
    rf"^\W*(?:(?P<noun>[a-z]{{3,}}s)\b[^:;]*:\s+)?(?:only |just |exactly )?(?P<k>{_NUMBER}|all|none)"
    r"(?: of them)?\W*$",
    re.IGNORECASE,
)
_LONGEST_ANSWER = 9
"""Words of an answer alone, "only two dozen of them", at the most."""
_HOW_MANY = regex(
    rf"\bhow many (?:of )?(?:(?:the|our|these|its|all) )*(?:{_NUMBER} )?(?:[a-z-]+ )?(?P<noun>[a-z]{{3,}}s)\b",
    re.IGNORECASE,
)
_THERE = regex(r"\bthere (?:is|are|was|were|exists?|existed|remains?|remained)\s+$", re.IGNORECASE)
_RELATIVE = regex(r"\s+(?:(?:for|in|at|on|with) )?(?:that|which|who|whose|where)\b", re.IGNORECASE)
_NO_PART = regex(
    r"(?!\s+(?:of|with|that|which|who|whose|where|from|each|per|and|or|exclu\w+|inclu\w+|other|apart|aside|"
    rf"(?:but|except\w*|save|bar)(?!\s+(?:for )?(?:none|{_NUMBER})\b))\b|\s*[(:])",
    re.IGNORECASE,
)
"""Behind a noun: nothing that makes it a part of the things, or another thing."""
_EVERYWHERE = regex(r"\b(?:(?P<all>everywhere|across the board)|(?P<none>nowhere))\b(?! else\b)", re.IGNORECASE)
_PLACES = frozenset(["everywhere", "nowhere", "across"])
_OF_SIZE = regex(r"(?:\b[nN]\s*[=≈]\s*[\d,]+|\b\d[\d,]*\s+[a-z]+)\s+$")
""" "N = 150 everywhere", "200 answers everywhere"."""
_ASIDE = regex(r"\s*\([^()]*\)")
"""In brackets behind the noun: the things by name."""
_HELD = regex(
    r"\b(?:from|by|into|onto|the|these|those|both|other|first|last|top|next|its|our|their|another|all|of|than|least|"
    r"most|about|some|"
    r"remaining|further|more|up to|but|bar|except|save|nearly|almost|over|"
    r"under|not|for|every|any|between|and|or|to|×|x)\s+$",
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
_AWAY = regex(
    r"\s+(?:after|before|later|earlier|ahead|behind|apart|away|past|beyond|deeper|shallower|above|below|further)\b"
)
""" "Six layers after the peak": how far it is."""
_BEHIND = regex(
    r"\b(?:more|less|higher|lower|larger|smaller|greater|fewer|better|worse|as)\b[^.;]*?\b(?:than|as)\b\s*",
    re.IGNORECASE,
)
_ANOTHER = regex(r"(?:any|another|this|that|these|those|the others?|one|the rest|its|their)\b", re.IGNORECASE)
_EXCEPTION = regex(
    r"\b(?:except\w*|apart|aside|save|saving|barring|bar|but|besides|other than|excluding|excluded|exceptions?|"
    r"without|only|unless|if|almost|nearly|most|not)\b",
    re.IGNORECASE,
)
_SO_MANY_NOT = regex(
    rf"\b(?:(?:bar|but|save|except(?:ing)?(?: for)?|barring)\s+(?P<k>none|{_NUMBER})(?!\s+(?:of|in|at|for)\b)|"
    r"without (?:any |an |a single )?exception|"
    rf"(?P<those>none|no|{_NUMBER})\s+(?:[a-z]+\s+)?(?:excepted|excluded|apart|aside)|"
    rf"with (?:only |just )?(?P<with>no|a single|{_NUMBER})\s+exceptions?)\b(?P<rest>[^.;]*)",
    re.IGNORECASE,
)
""" "Every river, bar one", "all of them, two excepted", "everywhere with one exception"."""


def plain_counts(evidence: Evidence, sentence: Sentence) -> Iterator[PlainCount]:
    """Counts of the things of a table without their total, or with one that stands apart."""
    things = things_of(evidence)
    if not things or sentence.text.rstrip(" *_").endswith("?"):
        return
    text = _without_kinds(evidence, things, sentence.text)
    said = word_set(sentence.text)
    amount = not said.isdisjoint(_AMOUNTS) or _SO_MANY.search(text) is not None
    for match in _FRONTED.finditer(text) if amount and not said.isdisjoint(_WHOLES) else ():
        yield from _count(evidence, sentence, text, match, match.end(), fronted=True)
    for match in _PLAIN.finditer(text) if amount else ():
        yield from _count(evidence, sentence, text, match, match.end("n") if match["n"] else match.end("noun"))
    yield from _answers(sentence, things)
    yield from _at_any(evidence, sentence, things)
    sizes = set(things.values())
    for match in _EVERYWHERE.finditer(text) if len(sizes) == 1 and not said.isdisjoint(_PLACES) else ():
        total = max(sizes)
        left = 0 if match["none"] else _with_exceptions(text, match, total)
        before = text[: match.start()]
        if left is not None and not _ABOUT.search(before) and not _OF_SIZE.search(before):
            start, end = sentence.start + match.start(), sentence.start + match.end()
            yield PlainCount(start, end, left, left, total, "", match[0], 0 < left < total)


def _at_any(evidence: Evidence, sentence: Sentence, things: Mapping[str, int]) -> Iterator[PlainCount]:
    """ "Control never tops 70%", "the filtered one always stays under 40%": of every row of the one kind there is."""
    if word_set(sentence.text).isdisjoint(_EVER_WORDS):
        return
    found = list(_EVER.finditer(sentence.text))
    if len(found) != 1 or len(set(things.values())) != 1 or _WHEN.search(sentence.text):
        return
    if any(
        m.name in _rows(evidence) and not _EVEN.search(sentence.text, 0, m.start - sentence.start)
        for m in sentence.names
    ):
        return  # of this one: "Garda never freezes"
    total = max(things.values())
    noun = next((n for n in sorted(things) if n in DEEP), min(things))
    k = total if found[0]["always"] else 0
    start, end = sentence.start + found[0].start(), sentence.start + found[0].end()
    yield PlainCount(start, end, k, k, total, noun, found[0][0], strict=True)


_EVER = regex(
    r"\b(?:(?P<always>always|throughout)|never|at no (?:point|time))\b(?! (?:again|mind|before))", re.IGNORECASE
)
_EVER_WORDS = frozenset(["always", "throughout", "never", "no"])
_EVEN = regex(r"\beven (?:at|with|for|in|on) (?:the )?(?:[a-z]+ )?$", re.IGNORECASE)
_WHEN = regex(
    r"\b(?:from|until|before|after|past|beyond|when|once|while|since|between|if|unless|but|except|almost|nearly|not)\b",
    re.IGNORECASE,
)
"""What makes it some of them."""


def _answers(sentence: Sentence, things: Mapping[str, int]) -> Iterator[PlainCount]:
    """ "Rivers over 10%: four", and "Four." behind "How many of the rivers froze?"."""
    if ":" not in sentence.text and len(word_set(sentence.text)) > _LONGEST_ANSWER:
        return
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
    k = total if said == "all" else 0 if said == "none" else whole_number(said)
    if total and k <= total:
        start, end = sentence.start + match.start("k"), sentence.start + match.end("k")
        yield PlainCount(start, end, k, k, total, noun, match["k"])


def _without_kinds(evidence: Evidence, things: Mapping[str, int], text: str) -> str:
    """A text with blanks for the arms and groups before the nouns: "every filtered run"."""
    kinds = kinds_of(evidence)
    if not kinds:
        return text
    if "kinds before nouns" not in evidence.cache:
        words, nouns = ("|".join(map(re.escape, sorted(x))) for x in (kinds, things))
        evidence.cache["kinds before nouns"] = re.compile(rf"(?<=[a-z] )(?:{words})(?= (?:{nouns})(?:s|es)?\b)")
    return str(evidence.cache["kinds before nouns"].sub(lambda m: " " * len(m[0]), text))


def _is_bare(text: str, match: re.Match[str], beyond: int) -> bool:
    """True for so many things and no part of them: no "five rivers with ice", no "the five rivers".

    ``beyond`` characters behind the noun name the group that is counted.
    """
    before = text[: match.start()]
    part = match["part"] or match["bulk"] or match["few"]
    if part and not (match["of"] or match["the"] or part.lower() == "most"):
        return False
    if _PASSIVE.match(text, match.end("noun")) and match["n"] is None:
        return False  # "five roles were added", "inside each barn we weigh"
    if _HELD.search(before) and not part:
        return False
    if match["n"] is not None:
        return True
    aside = _ASIDE.match(text, match.end("noun"))
    at = match.end("noun") + beyond if aside is None else aside.end()
    return (_RELATIVE if _THERE.search(before) else _NO_PART).match(text, at) is not None


def _count(
    evidence: Evidence, sentence: Sentence, text: str, match: re.Match[str], behind: int, *, fronted: bool = False
) -> Iterator[PlainCount]:
    """The count that a match states; ``text`` is the sentence with blanks for the kinds before its nouns."""
    things = things_of(evidence)
    noun = next(iter(words_of(match["noun"])), "")
    if noun in _ALL_OF_THEM and (match["part"] or match["bulk"] or match["few"]) and len(set(things.values())) == 1:
        noun, total = "", max(things.values())
    else:
        total = things.get(noun, 0) or _shortened(things, noun, match["n"])
    if not total or _ABOUT.search(text[: match.start()]):
        return
    blotted = zip(sentence.text[match.start() : behind], text[match.start() : behind], strict=True)
    kind = "".join(c if c != left else " " for c, left in blotted).strip()
    named = part_named(evidence, text[: match.start()], kind, text[match.end("noun") :])
    part = named.part if named is not None else None
    beyond = named.behind if named is not None else 0
    if named is None and match["n"] is None:
        told = condition_behind(evidence, sentence, match.end("noun"), noun, total)
        if told is not None:
            part, beyond = told
            behind = match.end("noun") + beyond
    if named is not None and part is None and match["n"] is None:
        return  # a group is named, and it is not said how
    if not fronted and not _is_bare(text, match, beyond):
        return
    if noun in DEEP and _AWAY.match(text, match.end("noun")):
        return
    if _OF_TWO.match(match[0]) and (part is None or part.size != 2):
        return
    total = part.size if part is not None else total
    said = match["n"] or match.groupdict().get("dozen")
    if (said and whole_number(said) != total) or (
        (match["all"] or match["none"]) and noun in DEEP and _of_a_part(sentence)
    ):
        return
    low, high = _bounds(evidence, sentence, text, match, total)
    if low <= high:
        start, end = sentence.start + match.start(), sentence.start + behind
        said_here = sentence.text[match.start() : behind].strip(" ,;")
        reduced = match["all"] is not None and low < total
        yield PlainCount(start, end, low, high, total, noun, said_here, reduced, kind if part is None else "", part)


def _shortened(things: Mapping[str, int], noun: str, said: str | None) -> int:
    """How many there are of "langs", of which eight are said to be."""
    if said is None or len(noun) < 4:
        return 0
    meant = {size for name, size in things.items() if name.startswith(noun)}
    return meant.pop() if meant == {whole_number(said)} else 0


def _bounds(evidence: Evidence, sentence: Sentence, text: str, match: re.Match[str], total: int) -> tuple[float, float]:
    """The smallest and the largest count that the words allow; none where they say too little."""
    nothing = (1.0, 0.0)
    if match["all"]:
        left = _with_exceptions(text, match, total)
        return (left, left) if left is not None else nothing
    if match["none"]:  # and not "no role gains more than the mason"
        rest = _clause(text, match).replace(match[0], "", 1)
        excepted = _EXCEPTION.search(rest) or _than_one_of_them(evidence, sentence, match.end("noun"))
        return nothing if excepted else (0.0, 0.0)
    if match["but"]:
        left = float(total - whole_number(match["but"]))
        return left, left
    return _allowed(text, match, total)


def _than_one_of_them(evidence: Evidence, sentence: Sentence, behind: int) -> bool:
    """True for "no role gains more than the mason", which is of the others."""
    for match in _BEHIND.finditer(sentence.text, behind):
        at = sentence.start + match.end()
        named = {m.name for m in sentence.names if at <= m.start <= at + len("the `")}
        if _ANOTHER.match(sentence.text, match.end()) or named & _rows(evidence):
            return True
    return False


def _rows(evidence: Evidence) -> frozenset[str]:
    return frozenset().union(*(name_variants(x) for sheet in evidence.sheets for x in sheet.labels))


def _clause(text: str, match: re.Match[str]) -> str:
    """A sentence without what follows from it: "…, so it is an offset"."""
    ends = _FOLLOWS.search(text, match.end())
    return text if ends is None else text[: ends.start()]


_FOLLOWS = regex(r"[,;—–]\s*(?:so|because|since|hence|thus|therefore|which means|meaning)\b", re.IGNORECASE)


def _of_a_part(sentence: Sentence) -> bool:
    """True for "from layer 12 on every layer", which speaks of some of them."""
    named = [m for m in sentence.names if m.name.startswith("#")]
    return any(_FROM_ON.search(sentence.between(sentence.start, m.start)) for m in named)


def _allowed(text: str, match: re.Match[str], total: int) -> tuple[float, float]:
    """The counts that an amount of ``total`` allows; none where it says too little."""
    if match["bulk"]:
        return total // 2 + 1.0, float(total)
    if match["some"]:
        return 1.0 if match["some"].lower() == "some" else 2.0, float(total)
    if match["few"]:
        return 0.0, (total - 1) // 2 + 0.0
    if match["part"]:
        value = part_of(match["part"]) * total
        low, high = math.floor(value + 1e-9), math.ceil(value - 1e-9)
    else:
        said = match["k"].lower()
        low = high = value = 1 if said == "a single" else whole_number(said)
        alone = (
            match["just"]
            or match["least"]
            or match["more"]
            or said == "a single"
            or _THERE.search(text[: match.start()])
        )
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
    said = (some["k"] or some["those"] or some["with"] or "no").lower()
    return float(total - (0 if said in ("no", "none") else 1 if said == "a single" else whole_number(said)))
