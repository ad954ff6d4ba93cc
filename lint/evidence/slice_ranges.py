"""From where to where a clause says that a part of a table goes: "final scores land anywhere from 34.7% to 67.0%".

The rows and columns that the clause names are the part; of a side of which nothing is named, all is meant. One end has
to be that of the part, and the other one none of it. A range that any whole line or block of a table has is let be.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from leakstats.records import struct

from ..regex import regex
from .chosen import chooses
from .claims import is_moot, is_prior
from .extents import PART, SUBJECT, clause_of, numerals
from .grammar import Number
from .grids import Grid, grids_of
from .idioms import pairs_of_counts, spans
from .knowledge import Evidence
from .lexicon import MOOT, ROLE_WORDS, direction_words
from .names import words_of
from .passages import Sentence
from .regions import region
from .sides import Said
from .stems import stems_of
from .tables import CellNumber
from .vocabulary import is_accounted_for
from .wording import CHANGES

__all__ = ["is_range", "range_of_slice"]


@struct
class _Part:
    """Some rows and columns of a table."""

    grid: Grid
    rows: tuple[int, ...]
    columns: tuple[int, ...]
    words: int
    """How many words of the clause the table has."""

    @property
    def cells(self) -> list[CellNumber]:
        """Its values, row by row."""
        held = self.grid.cells
        return [held[(r, c)][0] for r in self.rows for c in self.columns if (r, c) in held]


_FEWEST = 3
"""Values of a part that has a range."""
_SOFT = r"(?:(?:about|roughly|around|just|only|some|nearly)\s+|[~≈])?"
_VERB = regex(
    r"\b(?:rang\w+|span\w*|spread\w*|stretch\w*|extend\w*|runs?|ran|running|go|goes|went|any\w*|var(?:y|ies|ied|ying)|"
    r"scatter\w*|cover\w*|l(?:ies?|ay|ying)|sits?|sat|differ\w*|reach\w*|stays?|stayed|keeps?|kept|remains?|remained|"
    r"lands?|landed|confin\w+|occup\w+|fluctuat\w*|distribut\w*|moves?|moved|agree[sd]?|falls?|comes?|came|"
    r"hovers?|swings?|wanders?|drifts?|score[sd]?|measure[sd]?|wobbles?|takes?|bounded|between|within|inside)\b",
    re.IGNORECASE,
)
"""Verbs of what lies somewhere."""
_BETWEEN = regex(rf"\b(?:between|inside|within)\s+{_SOFT}$", re.IGNORECASE)
_FROM = regex(rf"\bfrom\s+{_SOFT}$", re.IGNORECASE)
_GAP = regex(
    r"\s*%?\s*(?:[–—-]|,?\s*(?:(?:up|down|all the way|right)\s+)?(?:to|and)\b)\s*"
    rf"(?:as (?:high|low|much|many|little) as\s+)?{_SOFT}",
    re.IGNORECASE,
)
_ASIDE = regex(
    r"^\s*%?\s*(?:\([^()]{0,40}\)|(?:for|in|on|at|with|under)\s+(?:the\s+)?[\w`\"'*.-]+(?:\s[\w`\"'*.-]+)?)"
    r"(?=\s+(?:up |all the way )?to\b|\s+and\b)"
)
""" "From 36.4% for Amharic to 84.3%"."""
_NO_VALUE = regex(
    r"\b(?:intervals?|CIs?|confidence|error bars?|bounds?|limits|sds?|s\.d\.|spreads?|standard|gaps?|differences?|"
    r"losses|ratios?|means?|averages?|medians?|pooled|threshold|chance|factors?|apart|none|no|nobody|nothing|never|not|"
    r"hardly|bins?|quantiles?|p|best|worst|top|highest|lowest|strongest|weakest|largest|smallest|peaks?|crests?|maxim\w+|"
    r"minim\w+|summits?|troughs?|high points?|low points?)\b",
    re.IGNORECASE,
)
"""What is no value of a cell, what is denied, and what is chosen; a header may have the word."""


def range_of_slice(evidence: Evidence, sentence: Sentence, a: Number, b: Number) -> tuple[bool, str]:
    """Whether a range is read as that of a part, and which of its ends is none of it; "" where both are, or unread."""
    known = grids_of(evidence)
    if not known or not _is_plain(sentence, a, b) or is_prior(sentence) or _is_moot(sentence):
        return False, ""
    start, end = clause_of(sentence, a, b)
    lead = sentence.between(start, a.at)
    if _FROM.search(lead) and direction_words(lead):
        return False, ""  # "goes up from 4.5 to 7.5"
    behind = _OPENS.search(sentence.between(b.end, end))
    close = b.end + behind.start() if behind is not None else end
    if not is_range(sentence, a, b, lead) or chooses(sentence, a.at) or not _is_alone(sentence, a, b, (start, end)):
        return False, ""
    low, high = sorted((a, b), key=lambda x: x.value)
    fitting = {id(grid): _columns_for(grid, a, b) for grid in known}
    if any(_is_whole(grid, fitting[id(grid)], low, high) for grid in known):
        return True, ""
    parts = [x for grid in known for x in _parts(grid, sentence, (start, end), close, fitting[id(grid)])]
    most = max((x.words for x in parts), default=0)
    parts = [x for x in parts if x.words == most]
    if not parts or not all(_is_read(evidence, sentence, x, (start, close), (a, b)) for x in parts):
        return False, ""
    wrong = [_wrong_end(x, a, b, _counted(x, sentence.between(start, close))) for x in parts]
    if not all(wrong):
        return any(x is None for x in wrong), ""
    return True, wrong[0] or ""


# -- what is said ------------------------------------------------------------------------------------------------------

_ROLES = frozenset(["percent", "points", "value", "coefficient", "count", "none"])


def _is_plain(sentence: Sentence, a: Number, b: Number) -> bool:
    roles = {a.role, b.role}
    if any(x.bound not in ("", "~") or x.powered for x in (a, b)) or not roles <= _ROLES:
        return False
    if a.value == b.value:
        return False
    return not (roles >= {"percent", "points"}) and (a, b) not in pairs_of_counts(sentence)


def is_range(sentence: Sentence, a: Number, b: Number, lead: str) -> bool:
    """True if the words make the two numbers the ends of where something lies."""
    gap = _ASIDE.sub("", sentence.between(a.end, b.at if b.role == "coefficient" else b.start))
    if _GAP.fullmatch(gap) is None:
        return False
    if any(s.left is a and s.right is b and s.kind == "move" and _FROM.search(lead) is None for s in spans(sentence)):
        return False
    among = _BETWEEN.search(lead) is not None
    if among or gap.strip().endswith("and"):
        return among
    if a.value > b.value or all(ROLE_WORDS[role].search(lead) for role in ("first", "last")):
        return False  # "from start to end it goes from 2% to 64%"
    verbs = [m.start() for m in _VERB.finditer(lead)]
    return bool(verbs) and all(w.polar or w.start <= verbs[-1] for w in direction_words(lead))


def _is_alone(sentence: Sentence, a: Number, b: Number, clause: tuple[int, int]) -> bool:
    """True if no other number of a clause can be a value, or a bound of things."""
    start, end = clause
    others = [x for x in sentence.numbers if start <= x.start < end and x is not a and x is not b]
    if any(start <= j.start < end for j, _ in pairs_of_counts(sentence)):
        return False
    bounded = any(x.role in ("index", "count") and x.bound for x in others)
    return not bounded and all(x.role in ("n", "count", "none", "index") or _is_p(x) for x in others)


def _is_p(number: Number) -> bool:
    return number.role == "p" and number.bound in ("<", "<=")


def _is_moot(sentence: Sentence) -> bool:
    """True for what was hoped or planned; "if the nun is disregarded" leaves the nun out of what was found."""
    return is_moot(sentence) and MOOT.search(_IF_OUT.sub(" ", sentence.text)) is not None


_IF_OUT = regex(
    r"\bif\b(?=[^,;]{1,60}\b(?:disregarded|left (?:out|aside)|set aside|excluded|omitted|ignored|dropped)\b)",
    re.IGNORECASE,
)


# -- which part --------------------------------------------------------------------------------------------------------


def _columns_for(grid: Grid, a: Number, b: Number) -> frozenset[int]:
    """The columns whose values two numbers can print."""
    out: dict[int, bool] = {}
    for (_, c), items in grid.cells.items():
        out[c] = out.get(c, True) and not items[0].interval and all(_suits(x, items[0]) for x in (a, b))
    return frozenset(c for c, fits in out.items() if fits)


def _suits(number: Number, item: CellNumber) -> bool:
    role = item.number.role
    if number.role in ("percent", "points"):
        return role == number.role
    if role in ("percent", "points", "n", "p", "index"):
        return False
    return number.decimals == item.number.decimals or (number.decimals <= 0 and item.number.decimals <= 0)


def _allows(number: Number, item: CellNumber) -> bool:
    low, high = number.printed
    room = 1e-9
    return low - room <= item.number.high and item.number.low <= high + room


def _is_whole(grid: Grid, fitting: frozenset[int], low: Number, high: Number) -> bool:
    """True if a range is that of a whole column, row or table, of a row of some columns that share a word."""
    rows = sorted({r for r, _ in grid.cells})
    things = [r for r in rows if r not in grid.rows.whole]
    shared: dict[str, list[int]] = defaultdict(list)
    for c in sorted(fitting):
        for word in stems_of(grid.sheet.header[c]):
            shared[word].append(c)
    sides = [[c] for c in sorted(fitting)] + [sorted(fitting), *(x for x in shared.values() if len(x) > 1)]
    tops = [rows, things, *([r] for r in rows)]
    return any(_has_ends(grid, top, side, low, high) for top in tops for side in sides)


def _has_ends(grid: Grid, rows: Iterable[int], columns: list[int], low: Number, high: Number) -> bool:
    cells = [grid.cells[(r, c)][0] for r in rows for c in columns if (r, c) in grid.cells]
    return len(cells) > 1 and _allows(low, min(cells, key=_value)) and _allows(high, max(cells, key=_value))


def _value(item: CellNumber) -> float:
    return item.number.value


_ONWARDS = regex(
    r"\s*,?\s*(?:up|on|onwards?|upwards?|and (?:up|above|later|deeper|beyond|higher|after|over))\b", re.IGNORECASE
)
_DOWNWARDS = regex(r"\s*,?\s*(?:down|downwards?|and (?:below|earlier|shallower|before|lower|under))\b", re.IGNORECASE)
_WITHOUT = regex(
    r"\b(?:leaving out|leaving aside|leave out|set aside|setting aside|without|except(?: for)?|excluding|omitting|"
    r"apart from|other than|but for|bar|all but|save(?: for)?|minus|disregarding|ignoring|dropping|outside|besides|"
    r"aside from|not counting)\s+(?:the\s+)?[`\"'*]*$",
    re.IGNORECASE,
)
_IS_OUT = regex(
    r"[`\"'*]*\s+(?:(?:is|are|being|was|were)\s+)?(?:disregarded|left (?:out|aside)|set aside|excluded|omitted|ignored|"
    r"aside)\b",
    re.IGNORECASE,
)
_ALSO = regex(r"[`\"'*]*\s*(?:,|,?\s*and|or|nor)\s+(?:the\s+)?[`\"'*]*")


def _parts(
    grid: Grid, sentence: Sentence, clause: tuple[int, int], close: int, fitting: frozenset[int]
) -> Iterator[_Part]:
    """The part of a table that a clause names up to ``close``, if the range can be one of its values."""
    start, end = clause[0], close
    text = sentence.between(start, end)
    said = words_of(text)
    out = [_left_out(sentence, axis.find(sentence), clause) for axis in (grid.rows, grid.columns)]
    named = region(grid, sentence, start, end)
    rows, columns = _since(grid, sentence, clause) or named.rows - out[0], named.columns - out[1]
    whole = {m for s in grid.rows.find(sentence) if s.exact for m in s.members}
    if len(rows) == 1 and not rows & whole and columns and len(columns & fitting) == 1:
        rows = frozenset()  # "over the four rig types", where one row is "no rig": a range is of no single cell
    changes = frozenset(c for c in fitting if words_of(grid.sheet.header[c]) & CHANGES or "Δ" in grid.sheet.header[c])
    if said & CHANGES:
        columns = columns & fitting or changes
        if not columns:
            return
    columns = columns & fitting if columns else fitting - grid.columns.whole
    if not columns or (not named.columns and len(columns) > 1 and not _are_alike(grid, columns)):
        return
    every = frozenset({r for r, _ in grid.cells}) - grid.rows.whole
    rows = (rows or every) - out[0]
    columns -= out[1]
    heads = " ".join((*grid.sheet.header, *grid.sheet.labels, grid.above))
    words = len(stems_of(text) & stems_of(heads))
    part = _Part(grid, tuple(sorted(rows)), tuple(sorted(columns)), words)
    if len({x.number.value for x in part.cells}) >= _FEWEST:
        yield part


def _are_alike(grid: Grid, columns: frozenset[int]) -> bool:
    """True for columns of one quantity: things in one respect, none of them a state or a change."""
    heads = [grid.sheet.header[c] for c in columns]
    states = grid.states[1]
    told = states.get("before", frozenset()) | states.get("after", frozenset())
    return not columns & told and not any(words_of(h) & CHANGES or "Δ" in h for h in heads)


def _left_out(sentence: Sentence, said: list[Said], clause: tuple[int, int]) -> frozenset[int]:
    """The things that a clause leaves out: "without the nun", "if the nun is disregarded"."""
    text = sentence.text
    out: set[int] = set()
    last = -1
    for s in said:
        if not clause[0] <= s.start + sentence.start < clause[1]:
            continue
        also = last >= 0 and _ALSO.fullmatch(text[last : s.start]) is not None
        if also or _WITHOUT.search(text[: s.start]) or _IS_OUT.match(text, s.end):
            out |= s.members
            last = s.end
    return frozenset(out)


def _since(grid: Grid, sentence: Sentence, clause: tuple[int, int]) -> frozenset[int]:
    """The rows "from layer 14 up", or down; none without such words."""
    out: set[int] = set()
    for s in grid.rows.find(sentence) if grid.rows.ordered else ():
        if len(s.members) != 1 or not clause[0] <= s.start + sentence.start < clause[1]:
            continue
        (at,) = s.members
        if _ONWARDS.match(sentence.text, s.end):
            out |= {r for r, _ in grid.cells if r >= at}
        elif _DOWNWARDS.match(sentence.text, s.end):
            out |= {r for r, _ in grid.cells if r <= at}
    return frozenset(out)


def _is_read(
    evidence: Evidence, sentence: Sentence, part: _Part, clause: tuple[int, int], ends: tuple[Number, Number]
) -> bool:
    """True if nothing in a clause makes a range one of fewer things, or of others than the part's."""
    (start, end), (a, b) = clause, ends
    text = sentence.between(start, end)
    heads = words_of(" ".join(part.grid.sheet.header[c] for c in part.columns)) | words_of(part.grid.above)
    if SUBJECT.match(sentence.passage.plain, b.end):
        return False
    if any(not words_of(m[0]) <= heads for m in (*PART.finditer(text), *_NO_VALUE.finditer(text))):
        return False
    rest = _OVER_ALL.match(sentence.between(b.end, end))
    left = b.end + (rest.end() if rest is not None else 0)
    return all(
        is_accounted_for(evidence, sentence, *gap)
        for side in ((start, a.at), (left, end))
        for gap in _gaps(sentence, *side)
    )


def _gaps(sentence: Sentence, left: int, right: int) -> Iterator[tuple[int, int]]:
    """What stands between two places, less what only says that something lies somewhere, or leaves things out."""
    at = left
    for m in _SAYS.finditer(sentence.between(left, right)):
        yield at, left + m.start()
        at = left + m.end()
    yield at, right


_SAYS = regex(
    rf"{_VERB.pattern}|\b(?:leaving|left|leave|set|setting|put|putting) (?:out|aside)\b|\baside\b|"
    r"\b(?:disregard|ignor|exclud|omitt|dropp)(?:ed|ing)\b",
    re.IGNORECASE,
)


_OVER_ALL = regex(
    r"\s*%?(?:\s*(?:pp|points|percentage points))?\s+(?:across|over|throughout|from \w+ to|between)\s+"
    r"(?:(?:all|the|our|these)\s+)*(?:[\w-]+\s+){0,2}?[\w-]+s\b",
    re.IGNORECASE,
)
""" "Across the arms": of all of them."""
_OPENS = regex(r"[,(]")
"""What follows behind the range and a comma says no more of what it is a range of."""


def _counted(part: _Part, text: str) -> int:
    """How many rows a clause counts, where they are neither all rows nor all columns; 0 where it does not."""
    sizes = {len(part.rows), len(part.columns), len(part.rows) * len(part.columns)}
    said = {n for n in numerals(text) if n > 1} - sizes
    return min(said) if said else 0


# -- against it --------------------------------------------------------------------------------------------------------


def _wrong_end(part: _Part, a: Number, b: Number, counted: int) -> str | None:
    """Which end is no end of a part; "" where both are none or cannot be told, ``None`` where the range fits."""
    low, high = sorted((a, b), key=lambda x: x.value)
    cells = part.cells
    if counted:
        return _of_so_many(cells, low, high, counted) if len(part.columns) == 1 and counted + 1 == len(cells) else ""
    least, most = min(cells, key=_value), max(cells, key=_value)
    lefts, rights = [least], [most]
    ordered = part.grid.rows.ordered if len(part.columns) == 1 else part.grid.columns.ordered
    if ordered and 1 in (len(part.rows), len(part.columns)) and low is a:
        lefts, rights = [least, cells[0]], [most, cells[-1]]  # of a course it may be where it began and ended
    starts, ends = any(_allows(low, x) for x in lefts), any(_allows(high, x) for x in rights)
    if starts and ends:
        return None
    if starts == ends:
        return ""
    number, wanted = (high, most) if starts else (low, least)
    return f"{number.text} should be {wanted.number.text} ({_where(part.grid, wanted)})"


def _of_so_many(cells: list[CellNumber], low: Number, high: Number, counted: int) -> str | None:
    """ "Over the four tones", of a column of five: four of its values must lie there, with the two ends among them."""
    ordered = sorted(cells, key=_value)
    at = [i for i, x in enumerate(ordered) if _allows(low, x)]
    to = [i for i, x in enumerate(ordered) if _allows(high, x)]
    if not at or not to:
        return ""
    held = to[-1] - at[0] + 1
    return None if held >= counted else f"only {held} of the {counted} lie there"


def _where(grid: Grid, item: CellNumber) -> str:
    return f"'{grid.sheet.labels[item.row]}', '{grid.sheet.header[item.column]}'"
