"""Values that nothing of what their clause names of a table gives, but that another cell, or a slip of one, does.

"Under shino the wood kiln ruins 26.1%" names one row and one column. That no other word is understood does
no harm: a value that is neither that cell's nor worked out of what is named, and that stands a row further up, was
taken from the wrong place.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence

from ..regex import regex
from .addressed import unheld_measures
from .aside import is_aside
from .claims import is_bar, is_moot_before, is_prior, own_passages
from .grammar import Number
from .grids import Grid, grids_of
from .idioms import interval_ends, pairs_of_counts, spans
from .kinds import is_correlated
from .knowledge import Clash, Evidence
from .names import name_variants
from .passages import Sentence
from .regions import Region, region
from .slips import slip_of
from .tables import CellNumber
from .unheld import is_at_unheld_point

__all__ = ["stray_clashes"]

_ROLES = {
    "percent": ("percent",),
    "value": ("value",),
    "coefficient": ("value", "coefficient"),
    "count": ("count",),
    "points": ("points",),
    "none": ("value", "count"),
}
"""What a cell prints to which a number of the prose may belong; one without a role has a unit of measure."""


def stray_clashes(evidence: Evidence) -> Iterator[Clash]:
    """Numbers of the prose that belong elsewhere in the table of which their clause names a part."""
    grids = grids_of(evidence)
    units = frozenset().union(*(grid.units for grid in grids))
    for passage in own_passages(evidence) if grids else ():
        if passage.scope == "heading":
            continue  # "Foundry at update 160 (33.8%)" names a setting, of which no clause says more
        for sentence in passage.sentences:
            for number in sentence.numbers:
                unit = _unit_of(sentence, number, units)
                if _is_value(sentence, number, unit) and not is_prior(sentence):
                    clash = _clash(evidence, grids, sentence, number, unit)
                    if clash is not None:
                        yield clash


def _unit_of(sentence: Sentence, number: Number, units: frozenset[str]) -> str:
    """The word behind a number that is a unit of a table: "3.4 knots"."""
    if number.role not in ("none", "value", "count") or not units:
        return ""
    word = _UNIT.match(sentence.between(number.end, min(number.end + 24, sentence.end)))
    return word[1].lower() if word is not None and word[1].lower() in units else ""


_UNIT = regex(r"[\s\u00a0\u202f-]?([A-Za-zµ°]+(?:/[A-Za-z]+)?)\b")


def _is_value(sentence: Sentence, number: Number, unit: str) -> bool:
    """True for a number that could print a cell: no bound, no end of an interval, no spread and no size."""
    if number.role not in _ROLES or number.bound or number.powered:
        return False
    if number.digits < 2 and not (number.signed and number.role == "points"):
        return False
    if (number.role == "none" and not unit) or (number.role == "points" and not number.signed):
        return False
    if number.role == "count" and (number.digits < 3 or number.signed) and not unit:
        return False
    if number.role == "value" and number.decimals <= 0:
        return False
    lead = sentence.between(max(sentence.start, number.at - 28), number.at)
    if (_LEAD.search(lead) is not None and not number.signed) or any(
        number in (s.left, s.right) for s in spans(sentence)
    ):
        return False
    return id(number) not in interval_ends(sentence) and not is_bar(sentence, number)


_LEAD = regex(
    r"(?:±|\+/[-−]|\b(?:by|than|over|under|above|below|within|least|most|past|beyond|exceed\w*|chance|plus|minus|"
    r"another|further|some|every|each|other|times|of (?:the|its|their|all)|between|seeds?))\s*"
    r"(?:about |only |just |a |an )?$",
    re.IGNORECASE,
)

# -- what is named -----------------------------------------------------------------------------------------------------

_CUT = regex(
    r"[;:—]|\s–\s|,\s(?:and|but|yet|so|while|whereas|against|versus|compared|where|which|who|up|down|though|although|"
    r"than|more|less)\b|\b(?:while|whereas|but|against|versus|compared)\b|\((?=[^()]*$)",
    re.IGNORECASE,
)
_ENDS = regex(
    r",(?!\d)|[;—(]|\s–\s|:\s|\b(?:while|whereas|but|against|versus|compared|than|and)\b|"
    r"\bwith (?:the|its|an?) (?:most|least|best|worst|\w{3,}est)\b",
    re.IGNORECASE,
)


def _clause(sentence: Sentence, number: Number) -> tuple[int, int]:
    """The stretch around a number in which no other number of its kind stands."""
    own = {id(x) for pair in pairs_of_counts(sentence) if number in pair for x in pair} | {id(number)}
    alike = [n for n in sentence.numbers if n.role == number.role and id(n) not in own]
    left = max((n.end for n in alike if n.end <= number.at), default=sentence.start)
    right = min((n.at for n in alike if n.at >= number.end), default=sentence.end)
    if _LISTED.fullmatch(sentence.between(number.end, right)):
        return number.at, number.end
    if left > sentence.start:  # what stands right behind the number before is of that one
        if _OUT_OF.match(sentence.between(sentence.start, left)):
            return sentence.start, number.end + len(sentence.between(number.end, right).split(",")[0])
        tail = _TAIL.match(sentence.between(left, number.at))
        if tail is None or _LISTED.fullmatch(sentence.between(left, number.at)):
            return number.at, number.end
        left += tail.end()
    cuts = [m.end() for m in _CUT.finditer(sentence.between(left, number.at))]
    end = _ENDS.search(sentence.between(number.end, right))
    return left + (cuts[-1] if cuts else 0), number.end + end.start() if end is not None else right


_OUT_OF = regex(r"[\W_]*(?:Of|Out of|Among)\b[^,;:]*$")
""" "Of its 612 delays 204 come of …": the number before is what this one is a part of."""
_TAIL = regex(r"[^,;()]*?(?:[,;)]|\b(?:and|but|while|whereas|against|versus|than|to)\b)", re.IGNORECASE)
_LISTED = regex(
    r"\s*(?:%|pp)?\s*(?:,|/|,?\s*(?:and|or|to|against|versus|vs\.?)\b)\s*(?:only |just |about )?", re.IGNORECASE
)


def _named(grid: Grid, sentence: Sentence, number: Number, clause: tuple[int, int]) -> tuple[Region, int]:
    """What the clause names before a number, or in one phrase behind it: "12.4% of the ash firings".

    Of a clause that names nothing it is the one thing that the sentence names: "…, but its rate is 57%". With it comes
    where the words begin that lead to the number.
    """
    rest = sentence.between(number.end, clause[1])
    behind = _PHRASE.match(rest)
    own = region(grid, sentence, clause[0], number.end + behind.end() if behind is not None else number.at)
    if own.is_named or clause[0] == number.at or any(clause[0] <= m.start < number.at for m in sentence.names):
        return own, clause[0]
    if number.role != "percent":
        return own, clause[0]  # "…, and the linear coefficient is −0.61": of another measure
    whole = region(grid, sentence, sentence.start, sentence.end)
    said = [s for axis in (grid.rows, grid.columns) for s in axis.find(sentence)]
    first = min((sentence.start + s.start for s in said), default=number.at)
    alone = len(whole.rows) + len(whole.columns) == 1 and first < number.at
    return (whole if alone else own), sentence.start


_PHRASE = regex(
    r"(?:\s?%)?(?:\s?(?!(?:of|in|on|at|under|for|with|after|by|around|near|when|comes?)\b)[A-Za-z]+(?:/[a-z]+)?)?"
    r"(?:\s(?:of|in|on|at|under|for|with|after|by|around|near|when|come|comes)\s(?:[^,;:()]|,(?=\d))*)?"
)


# -- what it says ------------------------------------------------------------------------------------------------------


def _clash(evidence: Evidence, grids: Sequence[Grid], sentence: Sentence, number: Number, unit: str) -> Clash | None:
    clause = _clause(sentence, number)
    text = sentence.between(*clause)
    if is_moot_before(sentence, number):
        return None
    found: list[tuple[Region, CellNumber, int]] = []
    for grid in grids:
        if unit and unit not in grid.units:
            continue
        if _is_in_name(grid, sentence, number):
            return None
        named, left = _named(grid, sentence, number, clause)
        if unit or number.role == "points":
            named = named.within(grid.columns_in(unit or "pp"))
        named = named.having(_ROLES[number.role])
        if not named.is_named:
            if any(_prints(number, item) for items in grid.cells.values() for item in items):
                return None  # it may be of this table
            continue
        around = region(grid, sentence, sentence.start, sentence.end)
        for at, items in grid.cells.items():
            inside = named.holds(*at) or around.holds(*at)
            if inside and any(_is_near(number, item) for item in items):
                return None
        told = _source(grid, named, number)
        if told is not None:
            found.append((named, told, left))
    if len(found) != 1:
        return None
    named, told, left = found[0]
    if not named.is_sure or (not named.is_cell and _is_worked_out(named, number)):
        return None
    behind = sentence.between(number.end, min(number.end + 24, _next_number(sentence, number)))
    if _OF_OTHERS.search(behind):
        return None
    if _OTHERWISE.search(_MORE_SO.sub("", sentence.between(left, number.at))) and not _is_beside(
        sentence, number, named
    ):
        return None
    if is_at_unheld_point(evidence, sentence) or _is_of_next(evidence, sentence, number, named, told):
        return None
    if (not unit and unheld_measures(evidence, text)) or is_aside(evidence, sentence, number):
        return None
    return None if _holds_file(evidence, named, number) else _said(sentence, number, named, told)


def _is_in_name(grid: Grid, sentence: Sentence, number: Number) -> bool:
    """True for a number of the name of a row or a column: "at 500 docs"."""
    at = number.start - sentence.start
    return any(s.start <= at < s.end for axis in (grid.rows, grid.columns) for s in axis.find(sentence))


def _is_beside(sentence: Sentence, number: Number, named: Region) -> bool:
    """True if a number stands right behind the name of its row or column: "the Petrel at 388 kg"."""
    said = [s for axis in (named.grid.rows, named.grid.columns) for s in axis.find(sentence)]
    ends = [sentence.start + s.end for s in said if sentence.start + s.end <= number.at]
    return bool(ends) and _BESIDE.fullmatch(sentence.between(max(ends), number.at)) is not None


_BESIDE = regex(r"[`*_\"”’']*(?:['’]s)?(?:\s[a-z]+)?(?:\s*[(:=]\s*|\s(?:at|with|is|was|has|reads)\s)(?:only |just )?")


_OTHERWISE = regex(
    r"\b(?:not|never|no|none|nor|nobody|nothing|without|except|unlike|others?|rest|remaining|else\w*|median|any|some|"
    r"threshold|chance|random|target\w*|human\w*|interval|band|bounds?|limits?|only|next|second|third|rivals?|"
    r"runners?-up|neighbou?rs?|closest|nearest|peak\w*|max\w*|top\w*|highest|lowest|best|worst|the most|at most|"
    r"least|largest|smallest|strongest|weakest|differ\w*|gaps?|apart|ratios?|\w*fold|less|fewer|more|above|below|"
    r"beneath|exceed\w*|both|between|half|quarter|twice|double\w*|halve\w*|relative\w*|share of|of those|of these|"
    r"each|every|per|falls? short|adds?|gains?|cuts?|trims?|shaves?|rises?|fell|falls?|drops? by|"
    r"(?:under|over|past|beyond|behind|ahead of|short of) (?:its|their)|"
    r"(?:is|was|are|were|goes?|went) (?:up|down)|ranges?|span\w*|spread|seed|predict\w*|would)\b|n['’]t\b",
    re.IGNORECASE,
)
"""In a clause with such a word a number may be of others than those that are named, or worked out."""


_MORE_SO = regex(r"\b(?<!\bby )(?<!\d )(?:more|less|fewer)\s*[,:(—]\s*$", re.IGNORECASE)
""" "Ghent sells more, 51.3%": the value of who does more."""
_OF_OTHERS = regex(r"\b(?:others?|rest|else\w*|each|less|fewer|more|above|below|than|apart)\b", re.IGNORECASE)


def _next_number(sentence: Sentence, number: Number) -> int:
    """Where the next number of a sentence begins: "each" of "76.7%, on n = 120 answers each" is not of the first."""
    return min((x.at for x in sentence.numbers if x.at >= number.end), default=sentence.end)


def _prints(number: Number, item: CellNumber) -> bool:
    """True if a number is that of a cell, as its digits go."""
    if item.interval or item.number.role not in _ROLES[number.role]:
        return False
    return number.allows(item.number.value)


def _is_near(number: Number, item: CellNumber) -> bool:
    """True if a number may be that of a cell in whatever unit, with whatever sign where it shows none."""
    low, high = number.low - 1e-9, number.high + 1e-9
    signs = (1,) if number.signed else (1, -1)
    return any(low <= sign * scale * item.number.value <= high for sign in signs for scale in (1.0, 100.0, 0.01))


def _source(grid: Grid, named: Region, number: Number) -> CellNumber | None:
    """The cell that a number was taken from: another of the named row or column, or the named one with a slip."""
    inside = [
        item
        for at, items in grid.cells.items()
        if named.holds(*at)
        for item in items[:1]
        if not item.interval and item.number.role in _ROLES[number.role] and _suits(grid, number, item)
    ]
    if not inside:
        return None
    if len(inside) <= _FEW and named.rows and named.columns:
        slipped = [item for item in inside if _is_slip(grid, number, item)]
        if len(slipped) == 1:
            return slipped[0]
    if number.role == "points":
        return None
    if named.is_cell:
        pass
    elif number.digits < 3 or len(named.rows) > 1 or len(named.columns) > 1:
        return None
    rows, columns = {i.row for i in inside}, {i.column for i in inside}
    for at, items in grid.cells.items():
        beside = (at[0] in rows) if len(rows) == 1 else (at[1] in columns) if len(columns) == 1 else False
        beside = beside or (named.is_cell and at[1] in columns)
        if (beside or not named.is_cell) and not named.holds(*at) and any(_prints(number, item) for item in items[:1]):
            return items[0]
    return None


_FEW = 3
_OF_TWO = regex(r"\w{2}\s+(?:[-−–]|minus|less|vs?\.?|versus|against|and)\s+\w|[→⟶]|->")


def _is_slip(grid: Grid, number: Number, item: CellNumber) -> bool:
    slip = slip_of(number, item.number.value)
    if slip == "sign":  # "A − B" may be told from B's side
        heads = (grid.sheet.header[item.column], grid.sheet.labels[item.row])
        return number.signed and not any(map(_OF_TWO.search, heads))
    telling = number.digits > 2 or slip == "unit" or number.role == "coefficient"
    return bool(slip) and telling and number.decimals == item.number.decimals


def _suits(grid: Grid, number: Number, item: CellNumber) -> bool:
    """False for a number with the symbol of a coefficient beside a cell of something else."""
    heads = (grid.sheet.header[item.column], grid.sheet.labels[item.row])
    return number.role != "coefficient" or any(map(is_correlated, heads))


def _is_worked_out(named: Region, number: Number) -> bool:
    """True if a number is the difference, the ratio, the rest or the mean of values of what is named."""
    values = [
        items[0].number.value
        for at, items in named.grid.cells.items()
        if named.holds(*at) and items[0].number.role in _ROLES[number.role] and not items[0].interval
    ]
    step = 0.5 * 10.0 ** -max(number.decimals, 0)
    low, high = number.low - 2 * step, number.high + 2 * step
    made = [100 - v for v in values] + ([sum(values) / len(values)] if values else [])
    for a, b in itertools.permutations(values[:40], 2):
        made += [abs(a - b), a + b]
        made += [100 * a / b, 100 * abs(a - b) / b] if b else []
    return any(low <= x <= high for x in made)


def _is_of_next(evidence: Evidence, sentence: Sentence, number: Number, named: Region, told: CellNumber) -> bool:
    """True if the thing that has a number stands right behind it: "from 3%, seen in Ghent, to 42%, seen in Lille"."""
    behind = next((m for m in sentence.names if m.start >= number.end), None)
    if behind is None or _SEEN_WITH.fullmatch(sentence.between(number.end, behind.start)) is None:
        return False
    return behind.name in evidence.known_as(name_variants(named.grid.sheet.labels[told.row]))


_SEEN_WITH = regex(r"\s*%?,\s+[a-z]+\s+(?:with|for|in|by|at|under)\s+(?:the\s+)?[`\"'*]*")


def _holds_file(evidence: Evidence, named: Region, number: Number) -> bool:
    """True if a file knows the number of what is named."""
    sheet = named.grid.sheet
    sides = [
        [name_variants(labels[i]) for i in places]
        for labels, places in ((sheet.labels, named.rows), (sheet.header, named.columns))
    ]
    names = [evidence.known_as(frozenset().union(*side)) for side in sides if side]
    first, *more = sorted(names, key=len)
    return any(
        evidence.matches(number, s, f) and all(other & (f.entities | s.words) for other in more)
        for name in first
        for s, f in evidence.about.get(name, ())
    )


def _said(sentence: Sentence, number: Number, named: Region, told: CellNumber) -> Clash:
    sheet = named.grid.sheet
    parts = [sheet.labels[r] for r in sorted(named.rows)] + [sheet.header[c] for c in sorted(named.columns)]
    what = " and ".join(f"'{x}'" for x in parts)
    where = f"'{sheet.labels[told.row]}', '{sheet.header[told.column]}'"
    return Clash(
        "value",
        sentence.passage.place(number.start, number.end),
        f"{number.text}{number.unit} is no value that the table has of {what}; {told.number.text} stands at {where}",
        "correct the number, or say whose it is",
    )
