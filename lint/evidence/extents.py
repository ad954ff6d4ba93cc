"""From where to where a clause says that a column goes which its words name: "peaks lie between 5% and 88%"."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from leakstats.facts import Fact, Series
from leakstats.records import struct

from ..regex import regex
from .chosen import chooses
from .fields import by_method, by_role, mentions
from .grammar import Number
from .idioms import interval_ends, spans
from .knowledge import Evidence
from .lexicon import ROLE_WORDS, direction_words
from .names import Mention, index_of, name_variants, words_of
from .passages import Sentence, once
from .quantities import LIKENESS_WORD, READ
from .states import AFTER, BEFORE
from .subsets import Part, parts_of
from .tables import is_aggregate
from .word_numbers import SPELLED, whole_number
from .wording import CHANGES, DEEP, RATE_NOUNS

__all__ = [
    "PART",
    "SUBJECT",
    "Extent",
    "clause_of",
    "column_named",
    "extents",
    "is_of_all",
    "numerals",
    "parts_said",
    "wrong_end",
]


@struct
class Extent:
    """Two numbers that are said to be the ends of what a column holds."""

    left: Number
    right: Number
    asides: tuple[tuple[Mention, Number], ...]
    """The things in brackets behind an end, "from 0.2 (the nun)", with it."""
    without: tuple[Mention, ...]
    """The things that are left out: "except for the nun"."""
    moved: bool
    """The left one may be a first value and no smallest one: "starts at", "rises from"."""
    ended: bool
    """The right one may be a last value and no largest one."""
    names: tuple[Mention, ...]
    """The things of its clause."""
    others: tuple[Number, ...]
    """The other numbers of its clause."""
    words: str
    """Its clause in lower case, less the asides, what is left out and the words for ends."""
    lead: str
    """Of these, what stands before the left one."""


_ABOUT = r"(?:(?:about|roughly|around|just|only|some|nearly)\s+|[~≈])?"
_FROM = regex(rf"\b(?:from|since)\s+{_ABOUT}$", re.IGNORECASE)
_TO = regex(
    rf"\s*,?\s*(?:(?:up|down|out|all the way|right|clear)\s+)?(?:to|until|till|through)\s+"
    rf"(?:as (?:high|low|much|many|little) as\s+)?{_ABOUT}",
    re.IGNORECASE,
)
_BETWEEN = regex(rf"\b(?:between|inside|within)\s+{_ABOUT}$", re.IGNORECASE)
_AND = regex(rf"\s*and\s+{_ABOUT}", re.IGNORECASE)
_WHERE = regex(r"^\s+(?:at|in|on|for)\s+the\s+[a-z]+(?:\s+[a-z]+)?(?=\s+(?:up |down )?to\b)")
""" "From 12% at the first layer to"."""
_ASIDE = regex(r"\s*\([^()]{0,60}\)")
_LEAST = r"(?:min(?:imum)?|lowest|smallest|least|low|bottom|floor|worst)"
_MOST = r"(?:max(?:imum)?|highest|largest|greatest|most|high|top|ceiling|best)"
_LINK = r"(?:\s+[a-z]+){0,4}?\s*[:=]?\s*"
_LOW_BEFORE = regex(rf"\b(?:{_LEAST}{_LINK}|as low as\s+|bottom(?:s|ed)? out at\s+){_ABOUT}$", re.IGNORECASE)
_STARTS = regex(
    rf"\b(?:starts?|started|begins?|began|opens?|opened)\s+(?:out\s+|off\s+)?(?:at|from|with)\s+{_ABOUT}$",
    re.IGNORECASE,
)
_ENDS = regex(
    rf"\b(?:ends?|ended|finish(?:es|ed)?|closes?|closed)\s+(?:up\s+)?(?:at|on|with)\s+{_ABOUT}$", re.IGNORECASE
)
_HIGH_BEFORE = regex(
    rf"\b(?:{_MOST}{_LINK}|as high as\s+|(?:top(?:s|ped)?|max(?:es|ed)?) out at\s+|tops?\s+(?:at\s+)?){_ABOUT}$",
    re.IGNORECASE,
)
_AT = r"\s*(?:below|at (?:the |its |their )?{}(?: (?:end|edge|point))?)\b"
_LOW_AFTER = regex(_AT.format(r"(?:low(?:er|est)?|bottom|minimum|least|worst|smallest)"), re.IGNORECASE)
_HIGH_AFTER = regex(
    _AT.replace("below", "above").format(r"(?:high(?:er|est)?|upper|top|maximum|most|best|largest)"), re.IGNORECASE
)
_KINDS = frozenset(["percent", "value", "coefficient", "points", "count", "none"])


@once
def extents(sentence: Sentence) -> list[Extent]:
    """The pairs of numbers of a sentence that are said to be the ends of something."""
    return list(_extents(sentence))


def _extents(sentence: Sentence) -> Iterator[Extent]:
    if len(sentence.numbers) < 2:
        return
    ends = interval_ends(sentence)
    joined = {(id(s.left), id(s.right)) for s in spans(sentence) if s.kind == "range"}
    for a, b in itertools.pairwise(sentence.numbers):
        plain = all(x.role in _KINDS and (x.role != "none" or x.label == "size") for x in (a, b)) and a.bound in (
            "",
            "~",
        )
        if not plain or id(a) in ends or (a.role == "count" and b.role == "count" and not a.signed):
            continue
        if a.role != b.role and {a.role, b.role} & {"percent", "points"} and "count" not in (a.role, b.role):
            continue
        lead = sentence.between(sentence.start, a.at)
        gap = _ASIDE.sub("", sentence.between(a.end, b.at if b.role == "coefficient" else b.start))
        gap = _UNIT.sub("", _WHERE.sub("", gap))
        if a.value > b.value and _WENT.search(lead):
            continue  # "the fit, which goes from r = 0.8 to r = 0.6": a move
        goes = [m.end() for m in _GOES.finditer(lead)]
        opened = any(x.search(lead) for x in (_FROM, _LISTS, *((_OPENED,) if goes else ())))
        opened = opened or (bool(goes) and goes[-1] == len(lead.rstrip()))
        to = opened and _TO.fullmatch(gap) is not None
        among = _BETWEEN.search(lead) is not None and _AND.fullmatch(gap) is not None
        if (to and b.bound in ("", "~", "<=")) or (b.bound in ("", "~") and (among or (id(a), id(b)) in joined)):
            yield _extent(sentence, a, b)
        elif b.bound in ("", "~") and len(gap) < _LONGEST:
            low = _marked(sentence, a, _LOW_BEFORE, _LOW_AFTER)
            first = _marked(sentence, a, _STARTS, None) if not low else ""
            high = _marked(sentence, b, _HIGH_BEFORE, _HIGH_AFTER)
            last = _marked(sentence, b, _ENDS, None) if first and not high else ""
            if (low or first) and (high or last):
                yield _extent(sentence, a, b, low or first, high or last, moved=bool(first), ended=bool(last))


_UNIT = regex(
    r"^\s(?!(?:to|and|at|in|on|for|with|up|down|until|till|through|out|all|right|clear)\b)[A-Za-zµ°]{1,8}(?:/[A-Za-z]+)?(?=\s)"
)
""" "From 16 GB to"."""
_LISTS = regex(r":\s*$")
_OPENED = regex(r"\(\s*$")
_LONGEST = 48
"""Characters between two ends."""


def _marked(sentence: Sentence, number: Number, before: re.Pattern[str], after: re.Pattern[str] | None) -> str:
    """The words that make a number an end; "" for none."""
    found = before.search(sentence.between(max(sentence.start, number.at - 40), number.at))
    if found is None and after is not None:
        found = after.match(sentence.between(number.end, min(sentence.end, number.end + 40)))
    return found.group(0) if found is not None else ""


def _extent(sentence: Sentence, a: Number, b: Number, *marks: str, moved: bool = False, ended: bool = False) -> Extent:
    asides = []
    for number in (a, b):
        unit = _UNIT.match(sentence.between(number.end, sentence.end))
        inside = _ASIDE.match(sentence.passage.plain, number.end + (unit.end() if unit else 0), sentence.end)
        if inside is not None:
            within = [m for m in sentence.names if inside.start() < m.start < inside.end()]
            asides += [(m, number) for m in within if len(within) == 1]
    without, cuts = _left_out(sentence)
    start, end = clause_of(sentence, a, b)
    lead = sentence.between(start, a.at)
    at = a.at - start  # a bracket that holds the range itself says what it is of
    words = _ASIDE.sub(lambda m: m[0] if m.start() <= at < m.end() else "", sentence.between(start, end))
    for cut in (*cuts, *marks):
        words, lead = words.replace(cut, " ") if cut else words, lead.replace(cut, " ") if cut else lead
    if not marks and direction_words(lead) and _GOES.search(words) is None:
        moved = ended = True
    names = tuple(m for m in sentence.names if start <= m.start < end)
    others = tuple(x for x in sentence.numbers if start <= x.start < end and x is not a and x is not b)
    return Extent(a, b, tuple(asides), without, moved, ended, names, others, words.lower(), lead.lower())


def clause_of(sentence: Sentence, a: Number, b: Number) -> tuple[int, int]:
    """Where the clause of two numbers begins and ends."""
    before = [m.end() for m in _CUT.finditer(sentence.between(sentence.start, a.at))]
    behind = _CUT.search(sentence.between(b.end, sentence.end))
    return (
        sentence.start + (before[-1] if before else 0),
        b.end + behind.start() if behind is not None else sentence.end,
    )


_CUT = regex(r";\s|\s[–—]\s|,\s(?:and|but|while|whereas|is|are|was|were)\s")


_WITHOUT = regex(
    r"\b(?:leaving out|leaving aside|without|except(?: for)?|excluding|omitting|apart from|other than|but for|bar|"
    r"all but)\s+(?:the\s+)?[`\"'*]*$",
    re.IGNORECASE,
)
_AND_ALSO = regex(r"[`\"'*]*\s*(?:,|,?\s*and|or)\s+(?:the\s+)?[`\"'*]*")


def _left_out(sentence: Sentence) -> tuple[tuple[Mention, ...], tuple[str, ...]]:
    """The things that a sentence leaves out, and the words that do so."""
    out: list[Mention] = []
    cuts = []
    for m in sentence.names:
        lead = sentence.between(sentence.start, m.start)
        found = _WITHOUT.search(lead)
        if found is not None:
            cuts.append(found.group(0))
        if found is not None or (out and _AND_ALSO.fullmatch(sentence.between(out[-1].end, m.start))):
            out.append(m)
    return tuple(out), tuple(cuts)


def wrong_end(evidence: Evidence, extent: Extent, named: Series) -> str:
    """Which end of an extent is none of its column, where the other one is; "" else."""
    facts = _meant(extent, named, _part_of(evidence, extent))
    if len({f.value for f in facts}) < 2:
        return ""
    least, most = min(facts, key=_value), max(facts, key=_value)
    if extent.left.value > extent.right.value:
        least, most = most, least
    first, last = facts[0], facts[-1]
    course = _WENT.search(extent.words) is not None and _runs_in_order(named)
    lefts = (first, least, most) if extent.moved or course else (least,)
    rights = (last, least, most) if extent.ended or course else (most,)
    fits = [
        any(_prints(evidence, number, named, f) for f in wanted)
        for number, wanted in ((extent.left, lefts), (extent.right, rights))
    ]
    if all(fits) or not any(fits):
        return ""
    number, wanted = (extent.left, lefts[0]) if fits[1] else (extent.right, rights[0])
    scale = 100.0 if number.role == "points" or (named.fraction and number.role == "percent") else 1.0
    return f"{number.text} should be {wanted.value * scale:.3g} ({named.pointer})"


_WENT = regex(r"\b(?:go|goes|went|gone)\b")
"""What goes from one value to another over layers or time may end at its last one."""
_BESIDE = regex(r"\b(?:bystander|onlooker|listener|neighbou?r|stranger)s?\b")
_SOME = regex(rf"\b(?P<which>first|last|final)\s+(?P<n>\d{{1,2}}|{SPELLED})\s+(?=[a-z-]+s\b)")
""" "In the final six wards"."""


def _meant(extent: Extent, series: Series, part: Part | None) -> list[Fact]:
    """The values that an extent is of: without what is left out, and the first or last ones where the words say so."""
    out = {id(series.facts[m.name]) for m in extent.without if m.name in series.facts}
    if _BESIDE.search(extent.words):  # "lamp-lighter (source)" is no bystander
        out |= {id(f) for n, f in series.facts.items() if n.removesuffix("source") in series.facts.keys() - {n}}
    held = {n: f for n, f in series.facts.items() if part is None or n in part.things}
    facts = list({id(f): f for n, f in held.items() if not is_aggregate(n) and id(f) not in out}.values())
    some = _SOME.search(extent.words)
    if some is None:
        return facts
    count = whole_number(some["n"])
    return facts[:count] if some["which"] == "first" else facts[-count:]


def _part_of(evidence: Evidence, extent: Extent) -> Part | None:
    """The one group of a table's things that the words name: "tuned rates in the near group"."""
    found = parts_said(evidence, extent.words)
    return found[0] if len(found) == 1 else None


def parts_said(evidence: Evidence, text: str) -> list[Part]:
    """The groups of the tables' things that a text names."""
    said = words_of(text)
    return [part for part in parts_of(evidence) if words_of(part.text) <= said]


def _prints(evidence: Evidence, number: Number, series: Series, fact: Fact) -> bool:
    return fact.allows(*number.scaled()) if number.role == "points" else evidence.matches(number, series, fact)


def _value(fact: Fact) -> float:
    return fact.value


_FEWEST = 4
"""Things below which a column has no range."""


def column_named(evidence: Evidence, extent: Extent) -> Series | None:
    """The one column that the words name by point, role, quantity or header; ``None`` without one."""
    said = frozenset(m.name for m in extent.names)
    columns = [
        s
        for s in _courses(evidence, said)
        if evidence.kind(s) not in ("p", "size", "spread")
        and evidence.suits(extent.left, s)
        and evidence.suits(extent.right, s)
    ]
    text = _SOME.sub("", extent.words)
    if sum(pattern.search(text) is not None for pattern in ROLE_WORDS.values()) > 1:
        return None  # "from start to end": of no column of its own
    if words_of(text) & BEFORE and words_of(text) & AFTER:
        return None  # "rates now go from 8% to 62%, as wide a span as before"
    alike = [s for s in columns if evidence.kind(s) == "similarity"] if LIKENESS_WORD.search(text) else []
    timed = alike or columns  # "whose starting cosine": there may be one column of cosines alone
    ways = [
        [s for s in columns if index_of(s.quantity) in said - {""} or _in_full(s, text)],
        _by_order(timed, text),
        _fewer(timed, by_role(timed, text)),
        [s for s, at in zip(columns, mentions(text, columns), strict=True) if at],
        alike,
        by_method([s for s in columns if evidence.kind(s) == "coefficient"], text) if _is_coefficient(extent) else [],
        [s for s in columns if words_of(s.quantity) & CHANGES] if words_of(text) & CHANGES else [],
        *([s for s in columns if _holds(evidence, s, m.name, number)] for m, number in extent.asides),
    ]
    told = [way for way in ways if way]
    if not told:
        return None
    left = [s for s in told[0] if all(s in way for way in told)]
    return left[0] if len(left) == 1 else None


def _courses(evidence: Evidence, said: frozenset[str]) -> list[Series]:
    """The columns of the page's tables, and the rows that are said or whose columns are too short to have a range."""
    out: list[Series] = []
    for sheet in evidence.sheets:
        many = [s for s, _ in sheet.series if not s.role and len(s.distinct) >= _FEWEST]
        columns = [s for s in many if s.pointer.startswith("column")]
        rows = [s for s in many if s.pointer.startswith("row")]
        out += [*columns, *(s for s in rows if not columns or index_of(s.quantity) in said - {""})]
    return out


def _fewer(columns: list[Series], chosen: list[Series]) -> list[Series]:
    return chosen if len(chosen) < len(columns) else []


_POINT = regex(r"\s*[^\W\d_]{1,12}\s*(?P<n>\d{1,7})\s*")
""" "Week 9"."""
_FIRST = regex(r"\b(?:first|earliest|initial(?:ly)?|start(?:s|ing)?|beginning|outset)\b")
_LAST = regex(r"\b(?:last|final(?:ly)?|latest|ends?|closing)\b")


def _by_order(columns: list[Series], text: str) -> list[Series]:
    """The column of the first or of the last point of time, where the words ask for it."""
    points = [(int(m["n"]), i, s) for i, s in enumerate(columns) if (m := _POINT.fullmatch(s.quantity)) is not None]
    ordered = [s for _, _, s in sorted(points)]
    first, last = _FIRST.search(text) is not None, _LAST.search(text) is not None
    return ordered[:: len(ordered) - 1][last:][:1] if len(ordered) > 1 and first != last else []


def _in_full(series: Series, text: str) -> bool:
    """True if a text has the header of a column word for word: "epoch-10 rates"."""
    head = _BLANKS.sub(" ", series.quantity.lower()).strip()
    plain = _BLANKS.sub(" ", text)
    return head in plain and re.search(rf"(?<!\w){re.escape(head)}(?!\w)", plain) is not None


_BLANKS = regex(r"[\s_-]+")


def _is_coefficient(extent: Extent) -> bool:
    return (
        extent.left.role == "coefficient"
        or regex(r"\b(?:coefficient|correlation)s?\b|ρ").search(extent.words) is not None
    )


def _holds(evidence: Evidence, series: Series, name: str, number: Number) -> bool:
    return name in series.facts and evidence.matches(number, series, series.facts[name])


_VERBS = r"(?:lies|runs|spans|ranges|goes|covers|stretches|extends|varies|differs|is|was|has|starts|begins|ends)"
PART = regex(
    r"\b(?:most|middle|central|typical\w*|except|without|excluding|leaving|omitting|apart|half|IQR|quartile\w*|"
    r"percentile\w*|group|among|mainly|mostly|usually|remaining|(?<!\d )others?|rest|all but|none|no|nobody|nothing|"
    r"never|not|few|fewer|hardly|gaps?|empty|single|individual|separate|seeds?|"
    r"(?<!this )runs?(?!\s+(?:from|between|up))|CIs?|confidence|intervals? of|"
    r"Wilson|bootstrap\w*|nearest|closest|farthest|furthest|near|far|close|distant|weak|"
    r"strong|upper|lower|early|earlier|late|later|means?|averages?|median|pooled|overall|differences?|ratios?|"
    rf"(?!other)[a-z]{{3,}}(?:er|est)(?=\s+(?!{_VERBS}\b)(?:[a-z]+s|ones)\b))\b",
    re.IGNORECASE,
)
"""What makes an extent one of some things, of pairs of them, or of what the table does not hold."""
_NUMERAL = regex(
    rf"(?<![\w.,#-])(?P<n>\d{{1,3}}|{SPELLED})\s+(?:(?!(?:the|an?|of|in|at|to|and|is|are)\b)[a-z-]+\s+){{0,2}}?[a-z-]+s\b",
    re.IGNORECASE,
)


def is_of_all(evidence: Evidence, sentence: Sentence, extent: Extent, series: Series) -> bool:
    """True if nothing in a sentence makes an extent one of some of the column's things."""
    part = _part_of(evidence, extent)
    head = words_of(series.quantity) | (words_of(f"{part.text} group") if part is not None else frozenset())
    head |= _MEANS if head & _MEANS else frozenset()
    own = name_variants(series.quantity)
    aside = {id(m) for m, _ in extent.asides} | {id(m) for m in extent.without}
    if any(id(m) not in aside and m.name not in own and not words_of(m.text) <= head for m in extent.names):
        return False
    if any(x.role not in ("index", "count", "n", "none") and not _is_p_behind(extent, x) for x in extent.others):
        return False
    points = {m.name for m in sentence.names if m.name.startswith("#")} - own
    if len(points) > 1 or any(x.role in ("index", "count", "none") and x.bound for x in extent.others):
        return False  # "over the layers 12 to 20", "for doses of up to 100 rows"
    if evidence.kind(series) == "rate" and any(not words_of(m[0]) <= head for m in _BESIDE.finditer(extent.words)):
        return any(n.removesuffix("source") in series.facts.keys() - {n} for n in series.facts)
    words = _SOME.sub("", extent.words) if _runs_in_order(series) else extent.words
    if any(1 < n < len(series.distinct) for n in numerals(words)):
        return False
    if any(not words_of(m.group(0)) <= head for m in PART.finditer(extent.words)):
        return False
    of_each = len(series.distinct) in numerals(extent.lead)  # "8 roles, whose cosine" of eight
    if (
        (chooses(sentence, extent.left.at) and not of_each)
        or _ITS.match(extent.words)
        or SUBJECT.match(sentence.passage.plain, extent.right.end)
        or _chosen(evidence, extent, series)
    ):
        return False
    if extent.moved:
        return _runs_in_order(series) and (_FROM.search(extent.lead) is None or bool(words_of(extent.words) & DEEP))
    return _GOES.search(extent.words) is not None or _FROM.search(extent.lead) is None


def _is_p_behind(extent: Extent, number: Number) -> bool:
    """True for what bounds the p-values of all: "0.49–0.88 (all p < 1e-5)"."""
    return number.role == "p" and bool(number.bound) and number.start > extent.right.end


_MEANS = words_of("mean average avg")
_ITS = regex(r"\W*(?:it|its|his|her)\b")
SUBJECT = regex(r"\s*%?\s*(?:are|were|is|was|occurs?|appears?|counts?|marks?|remain|belong)\b")
"""Behind an extent that is no claim of its own: "peaks between 5% and 20% are common"."""
_THE = regex(rf"\b(?:the|these|those|our|its)\s+(?P<which>[a-z][a-z-]*)\s+(?!{_VERBS}\b)[a-z][a-z-]*s\b")
_PLAIN = words_of("other same whole various different tested measured observed studied printed resulting own full")


def _chosen(evidence: Evidence, extent: Extent, series: Series) -> bool:
    """True for things of some sort, "the similar roles", of which no header has the word."""
    part = _part_of(evidence, extent)
    known = _PLAIN | RATE_NOUNS | READ | evidence.quantities | series.words
    known |= words_of(part.text) if part is not None else frozenset()
    said = (w for m in _THE.finditer(extent.words) for w in words_of(m["which"]))
    return any(w not in known and not whole_number(w) for w in said)


_WENT = regex(r"\b(?:go|goes|went)\s+from\s+(?:about |only )?$", re.IGNORECASE)
_GOES = regex(
    r"\b(?:rang\w+|span\w*|spread\w*|stretch\w*|extend\w*|runs?|ran|running|(?:go|goes|went)(?! (?:up|down)\b)|any\w*|"
    r"var(?:y|ies|ied|ying)|all over|compris\w+|scatter\w*|cover\w*|lies?|lay|lying|sits?|differ\w*|"
    r"(?:falls?|stays?|keeps?|remains?) (?:between|within|inside|in the)|"
    r"dispers\w*|fluctuat\w*|distribut\w*|reach\w*(?= from))\b",
    re.IGNORECASE,
)
"""Verbs of what lies somewhere, and does not move."""


def numerals(text: str) -> set[int]:
    """The numbers of things of which a text speaks: "in the final six wards"."""
    return {whole_number(m["n"]) for m in _NUMERAL.finditer(text)}


def _runs_in_order(series: Series) -> bool:
    """True for values of layers, doses or points of time, in their order."""
    order = [index_of(n) for n in series.facts]
    numbers = [int(x[1:]) for x in order if x]
    return len(numbers) >= len(series.distinct) and numbers == sorted(numbers)
