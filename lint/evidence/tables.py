"""The page's tables of results as series of facts, whichever way they stand, and their binding to fields of a file.

A long table (one value a row, its quantity in a column) and a transposed one are turned first, so that everything else
sees things down and quantities across.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TypeAlias

from leakstats.facts import Fact, Series
from leakstats.records import replace, struct

from ..document import Cell, Table
from ..regex import regex
from .grammar import Number, Role, read_numbers
from .names import index_of, name_variants, words_of

__all__ = [
    "LONGEST_CELL",
    "LONGEST_RESULT",
    "MOST_CELLS",
    "Binding",
    "CellNumber",
    "Sheet",
    "bind",
    "entity_names",
    "exchanged",
    "is_aggregate",
    "read_sheet",
]

Grid: TypeAlias = "tuple[tuple[Cell | None, ...], ...]"
Turned: TypeAlias = "tuple[list[str], list[str], list[list[Cell | None]], list[str]]"
"""Header, labels of the rows, cells, and the thing that each column is about where its header says more."""


@struct
class CellNumber:
    """One number of a table cell."""

    cell: Cell
    number: Number
    position: int
    """0 for the first number of its cell."""
    row: int
    column: int
    interval: bool = False
    """It is an end of an interval in brackets."""


@struct
class Sheet:
    """A table of results, things down and quantities across."""

    table: Table
    header: tuple[str, ...]
    labels: tuple[str, ...]
    """The name of each row below the header."""
    grid: Grid
    numbers: tuple[CellNumber, ...]
    series: tuple[tuple[Series, tuple[CellNumber, ...]], ...]
    """Each column and each row of numbers, with its cells."""
    keys: tuple[str, ...]
    """The thing that each column is about: its header, less what is measured."""


MOST_CELLS = 2_500
LONGEST_RESULT = 80
"""Characters of a cell that states results; a longer one is prose, whose numbers belong to no column."""
LONGEST_CELL = 500
"""Characters of a cell in which products and sums are looked for."""
_P_HEAD = regex(r"^\s*(?:(?:[A-Za-zρ-]+\s+){0,2})p(?:[- ]?val(?:ue)?s?)?\s*(?:\(.*\))?\s*$", re.IGNORECASE)
_N_HEAD = regex(
    r"^\s*(?:[nN]\b|n per |# ?of |number of |trials|completions|samples|answers|"
    r"(?:Trials|Completions|Samples|Answers|Replies|Responses|Generations)(?: (?:per|a|each)\b|\s*$))"
)
_LEVEL = regex(r"\b(?:68|80|9\d)(?:\.\d+)?\s?(?:%|per ?cent\b)")
"""Of an interval; "step 50 %" is a percentage at step 50."""
_METRIC = regex(
    r"^\s*(?:p|n|k|r|ρ|rho|Δ|d|k\s?/\s?n|sd|se|ci)\b|ρ|\brho\b|\b(?:rate|share|%|ci|interval|spearman|"
    r"pearson|mean|median|sd|cos\w*|similarity|peak|base(?:line)?|start|end|final"
    r"|first|last|correlation|p[- ]?values?|effect|delta|change|score|accuracy|marker|leak\w*|group|"
    r"category|half-width|predicted|observed|n per)\b|%",
    re.IGNORECASE,
)


def read_sheet(table: Table) -> Sheet | None:
    """The table's numbers; ``None`` for a table that holds no results (a card, a list of files)."""
    header = [cell.text.text.strip() for cell in table.header]
    if len(header) < 2 or not table.rows or not any(header) or len(header) * len(table.rows) > MOST_CELLS:
        return None
    grid: list[list[Cell | None]] = [list(row) for row in table.rows]
    header, grid = _counted(header, grid)
    header, grid = _unit_row(header, grid)
    header, grid = _grouped(header, grid)
    header, grid, units = _unit_column(header, grid)
    if len(header) < 2 or not grid:
        return None
    labels = _filled([_text(row[0]) for row in grid])
    keys = [""] * len(header)
    turned = _unmerged(header, labels, grid, units) or _widened(header, labels, grid, units)
    if turned is None:
        labels = [f"{label} ({unit})" if unit else label for label, unit in zip(labels, units, strict=True)]
    if turned is not None:
        header, labels, grid, keys = turned
    if _is_transposed(header, labels, grid):
        header, labels, grid, keys = _noted(header, labels, grid, keys)
        corner = header[0]
        header, labels = [corner, *labels], [k or h for k, h in zip(keys, header, strict=True)][1:]
        grid = [[None, *(row[c] for row in grid)] for c in range(1, len(labels) + 1)]
        keys = [""] * len(header)
    return _sheet(table, header, labels, grid, keys)


def _text(cell: Cell | None) -> str:
    return cell.text.text.strip() if cell is not None else ""


def _counted(header: list[str], grid: list[list[Cell | None]]) -> tuple[list[str], list[list[Cell | None]]]:
    """The table without a first column that only numbers its rows, or that says the same of all.

    The rows over all the others may have no number: "1", "2", "–". Where no names follow, the numbers are the names:
    layers or epochs.
    """
    first = [_text(row[0]).rstrip(".").strip("–—- ") for row in grid]
    numbered = [x for x in first if x]
    counts = len(numbered) > 1 and numbered == [str(i + 1) for i in range(len(numbered))]
    counts = counts and not all(_NUMERIC.match(_text(row[1])) for row in grid if len(row) > 1)
    same = len(first) > 1 and len(set(first)) == 1 and first[0] != ""
    if len(header) > 2 and (counts or (same and len({_text(row[1]) for row in grid}) == len(grid))):
        return header[1:], [row[1:] for row in grid]
    return header, grid


_NUMERIC = regex(r"[\s*_`~≈<>≤≥(\[+−–-]*[\d.]|[–—-]?\s*$")


def _grouped(header: list[str], grid: list[list[Cell | None]]) -> tuple[list[str], list[list[Cell | None]]]:
    """The table with a first column of groups, "Near" and "Far", behind the names that it groups.

    A row without a name, the mean of a group, keeps what its first cell says.
    """
    groups = _filled([_text(row[0]) for row in grid])
    names = [_text(row[1]).strip("*_ –—-") for row in grid]
    named = [n for n in names if n]
    repeated = sum(groups.count(g) > 1 for g in groups)
    if len(header) < 3 or len(named) < 4 or 2 * repeated < len(groups) or len(set(named)) < len(named):
        return header, grid
    if any(any(ch.isdigit() for ch in n) or not n[0].isalpha() for n in named) or 3 * len(named) < 2 * len(names):
        return header, grid
    swapped = [[row[1], row[0], *row[2:]] if name else row for row, name in zip(grid, names, strict=True)]
    return [header[1], header[0], *header[2:]], swapped


_UNIT = regex(
    r"(?:%|per ?cent|pp|p\.p\.|(?:per ?cent(?:age)?[ -]|%[ -]?)?points?|pts?|[-–—/]|1|n/?a|count|tokens?|share|"
    r"fraction|)",
    re.IGNORECASE,
)
_PERCENT = regex(r"%|per ?cent", re.IGNORECASE)
_POINTS = regex(r"\bpp\b|\bp\.p\.|\bppts?\b|(?:%|per ?cent(?:age)?)[ -]?(?:points?|pts?)\b", re.IGNORECASE)


def _is_percent(unit: str) -> bool:
    """True for "%" and "per cent", and not for points."""
    return _PERCENT.search(unit) is not None and _POINTS.search(unit) is None


_UNIT_HEAD = regex(r"\s*[*_]*(?:units?|einheit|\[.*\]|scale)[*_]*\s*", re.IGNORECASE)


def _unit_row(header: list[str], grid: list[list[Cell | None]]) -> tuple[list[str], list[list[Cell | None]]]:
    """The table with a row of units taken into its header."""
    units = [_text(cell) for cell in grid[0][1:]]
    if len(grid) > 2 and all(_UNIT.fullmatch(u.strip("()[]")) for u in units) and any(map(_is_percent, units)):
        named = _with_units(header[1:], ["%" if _is_percent(u) else "" for u in units])
        return [header[0], *named], grid[1:]
    return header, grid


def _unit_column(
    header: list[str], grid: list[list[Cell | None]]
) -> tuple[list[str], list[list[Cell | None]], list[str]]:
    """The table without a column of units, and the unit of each row."""
    for c in range(1, len(header)):
        units = [_text(row[c]).strip("()[]") for row in grid]
        known = all(_UNIT.fullmatch(u) for u in units)
        if known and (_UNIT_HEAD.fullmatch(header[c]) or any(map(_is_percent, units))):
            kept = [i for i in range(len(header)) if i != c]
            percent = ["%" if _is_percent(u) else "" for u in units]
            return [header[i] for i in kept], [[row[i] for i in kept] for row in grid], percent
    return header, grid, [""] * len(grid)


def _filled(labels: list[str]) -> list[str]:
    """Labels of which one that is left out, or a mark of repetition, stands for the one above."""
    out: list[str] = []
    for label in labels:
        out.append(out[-1] if out and label.strip('"″〃\u201d ') == "" else label)
    return out


_SEAMS = (" / ", " — ", " – ", " - ", ": ", " · ", " | ", " @ ", ", ", "/")


def _unmerged(header: list[str], labels: list[str], grid: list[list[Cell | None]], units: list[str]) -> Turned | None:
    """A table whose labels hold two things each, "villain / rate", with one of them as columns."""
    if len(labels) < 4 or len(header) > 4:
        return None
    for seam in _SEAMS:
        parts = [label.rsplit(seam, 1) if label.count(seam) == 1 else [label] for label in labels]
        if any(len(p) != 2 for p in parts):
            continue
        left, right = [p[0].strip() for p in parts], [p[1].strip() for p in parts]
        if len(set(left)) < 2 or len(set(right)) < 2 or len(set(zip(left, right, strict=True))) != len(labels):
            continue
        if 5 * len(labels) >= 4 * len(set(left)) * len(set(right)):
            return _spread(header, left, _with_units(right, units), grid, 1)
    return None


def _with_units(names: list[str], units: list[str]) -> list[str]:
    """Names with "(%)" behind those whose unit it is; the level of "95% CI" is no unit."""
    marked = [_is_percent(_LEVEL.sub("", name)) for name in names]
    return [f"{n} (%)" if unit and not known else n for n, unit, known in zip(names, units, marked, strict=True)]


def _widened(header: list[str], labels: list[str], grid: list[list[Cell | None]], units: list[str]) -> Turned | None:
    """A long table as a wide one; ``None`` for a table that is none."""
    repeated = sum(labels.count(x) > 1 for x in labels)
    if len(header) < 3 or repeated * 2 < len(labels) or len(labels) < 4:
        return None
    keys = [_text(row[1]) for row in grid]
    if len(set(zip(labels, keys, strict=True))) != len(labels) or any(not k for k in keys):
        return None
    if sum(any(ch.isalpha() for ch in k) or bool(index_of(k)) for k in keys) < 0.9 * len(keys):
        return None
    return _spread(header, labels, _with_units(keys, units), grid, 2)


def _spread(header: list[str], labels: list[str], keys: list[str], grid: list[list[Cell | None]], first: int) -> Turned:
    """The rows of ``labels`` with a column for each of ``keys`` and each column of values from ``first`` on."""
    rows, columns = list(dict.fromkeys(labels)), list(dict.fromkeys(keys))
    row_of, column_of = {r: i for i, r in enumerate(rows)}, {k: i for i, k in enumerate(columns)}
    values = list(range(first, len(header)))
    wide: list[list[Cell | None]] = [[None] * (1 + len(columns) * len(values)) for _ in rows]
    for label, key, row in zip(labels, keys, grid, strict=True):
        for j, c in enumerate(values):
            wide[row_of[label]][1 + column_of[key] * len(values) + j] = row[c]
    heads = [key if len(values) == 1 else f"{key} {header[c]}" for key in columns for c in values]
    things = [key for key in columns for _ in values]
    return [header[0], *heads], rows, wide, ["", *things]


def _is_transposed(header: list[str], labels: list[str], grid: list[list[Cell | None]]) -> bool:
    """True where the first column holds quantities and the header things, by their words or by how cells look."""
    across = sum(_METRIC.search(h) is not None for h in header[1:]) / max(len(header) - 1, 1)
    down = sum(_METRIC.search(h) is not None for h in labels) / len(labels)
    if across >= 0.34 or len(header) <= 2:
        return False
    return down >= 0.5 or _looks_transposed(grid)


_DIGITS = regex(r"[-+−–]?\d[\d,]*(?P<decimals>\.\d+)?|[-+−–]?(?P<bare>\.\d+)")


def _look(cell: Cell | None) -> str:
    """How a cell looks: its text with every number as "0" or "0.0"; "" for one without numbers."""
    text = _text(cell).strip("*_ ")
    shown = _DIGITS.sub(lambda m: "0.0" if m["decimals"] or m["bare"] else "0", text)
    return "".join(shown.split()) if "0" in shown and len(text) <= 40 else ""


def _noted(header: list[str], labels: list[str], grid: list[list[Cell | None]], keys: list[str]) -> Turned:
    """A transposed table without columns of words, such as the name of a statistic, which go to the row's label."""
    words = [c for c in range(1, len(header)) if not any(ch.isdigit() for row in grid for ch in _text(row[c]))]
    kept = [c for c in range(len(header)) if c not in words]
    if not words or len(kept) < 2:
        return header, labels, grid, keys
    noted = [[_text(row[c]) for c in words if _text(row[c])] for row in grid]
    labels = [f"{label} ({', '.join(notes)})" if notes else label for label, notes in zip(labels, noted, strict=True)]
    return [header[c] for c in kept], labels, [[row[c] for c in kept] for row in grid], [keys[c] for c in kept]


def _looks_transposed(grid: list[list[Cell | None]]) -> bool:
    """True if cells look alike along nearly every row, rows look different, and columns are mixed."""
    looks = [[_look(cell) for cell in row[1:]] for row in grid]
    rows = [[x for x in row if x] for row in looks]
    columns = [[row[c] for row in looks if c < len(row) and row[c]] for c in range(max(map(len, looks), default=0))]
    rows, columns = [r for r in rows if len(r) >= 3], [c for c in columns if len(c) >= 3]
    if len(rows) < 3 or len(columns) < 3:
        return False
    alike = [r[0] for r in rows if len(set(r)) == 1]
    mixed = sum(max(map(c.count, set(c))) * 2 <= len(c) for c in columns)
    if len(alike) * 10 >= 7 * len(rows) and len(set(alike)) >= 3 and mixed * 10 >= 9 * len(columns):
        return True
    # every row of one look, every column of two: decimals above, counts below
    rare = min(map(alike.count, set(alike)), default=0)
    return len(alike) == len(rows) and rare >= 2 and all(len(set(c)) > 1 for c in columns)


def _sheet(
    table: Table, header: list[str], labels: list[str], grid: list[list[Cell | None]], keys: list[str]
) -> Sheet | None:
    read = [
        [_cell_numbers(cell, header[c], labels[r]) if cell is not None else [] for c, cell in enumerate(row)]
        for r, row in enumerate(grid)
    ]
    numeric = [c for c in range(1, len(header)) if _is_numeric(grid, read, c)]
    if not numeric:
        return None
    numbers: list[CellNumber] = []
    by_column: dict[tuple[int, int], list[CellNumber]] = defaultdict(list)
    by_row: dict[tuple[int, str, int], list[CellNumber]] = defaultdict(list)
    things = [k or h for k, h in zip(keys, header, strict=True)]
    for r, row in enumerate(grid):
        for c, cell in enumerate(row):
            if c == 0 or cell is None or not (c in numeric or len(numeric) * 2 >= len(header)):
                continue
            for k, number in enumerate(read[r][c]):
                ends = _in_interval(cell.text.text, number, header[c]) or _is_interval(read[r][c], cell, header[c])
                item = CellNumber(cell, number, k, r, c, ends)
                numbers.append(item)
                by_column[(c, k)].append(item)
                by_row[(r, header[c].removeprefix(keys[c]).strip() if keys[c] else "", k)].append(item)
    if len(numbers) < 2:
        return None
    texts = {r: _other_texts(row, numeric) for r, row in enumerate(grid)}
    series = []
    for (c, k), cells in by_column.items():
        made = _make(cells, [(labels[x.row], texts[x.row]) for x in cells], header[c], k, f"column '{header[c]}'", "")
        if made is not None:
            series.append(made)
    for (r, measure, k), cells in by_row.items():
        extra = f"{measure} {' '.join(texts[r])}"
        made = _make(cells, [(things[x.column], ()) for x in cells], labels[r], k, f"row '{labels[r]}'", extra)
        if made is not None:
            series.append(made)
    return Sheet(
        table, tuple(header), tuple(labels), tuple(map(tuple, grid)), tuple(numbers), tuple(series), tuple(things)
    )


def _other_texts(row: list[Cell | None], numeric: list[int]) -> tuple[str, ...]:
    texts = [c.text.text.strip() for i, c in enumerate(row) if c is not None and i and i not in numeric]
    return tuple(t for t in texts if 0 < len(t) <= 40)


def _make(
    cells: list[CellNumber], names: list[tuple[str, tuple[str, ...]]], head: str, k: int, pointer: str, extra: str
) -> tuple[Series, tuple[CellNumber, ...]] | None:
    kept = [(x, n) for x, n in zip(cells, names, strict=True) if x.number.role != "none"]
    roles = {x.number.role for x, _ in kept} - {"index"}
    if roles == {"percent", "count"}:  # counts of the row over all, "26/120", below percentages
        kept = [(x, n) for x, n in kept if x.number.role != "count" or "/" not in x.cell.text.text]
        roles = {x.number.role for x, _ in kept} - {"index"}
    if len(kept) < 2 or ("percent" in roles and len(roles) > 1 and roles != {"percent", "count"}):
        return None
    if pointer.startswith("row") and len(roles) > 1:
        return None
    fraction = bool(roles) and roles <= {"percent"}
    if (
        roles <= {"value"}
        and not k
        and all(0 <= x.number.value <= 1 for x, _ in kept)
        and not _COEFFICIENT.search(head)
    ):
        fraction = (
            re.search(
                r"rate(?!r)|share|frac|prop|leak|marker|baseline|peak|final|accuracy|prob|start|≥|>=|≤|k\s?/\s?n|"
                r"\b(?:step|epoch|checkpoint|ckpt|before|after|pre|post|own|others?)\b",
                head,
                re.IGNORECASE,
            )
            is not None
        )
    facts: dict[str, Fact] = {}
    used = []
    for item, (name, others) in kept:
        low, high = item.number.scaled()
        entities = frozenset().union(name_variants(name), *(name_variants(o) for o in others), name_variants(head))
        fact = Fact(head, entities, low, high, pointer)
        if pointer.startswith("row") or not _AGGREGATE.match(name):
            for key in name_variants(name):
                facts.setdefault(key, fact)
        used.append(item)
    role = "interval" if cells[0].interval else "second" if k else ""
    return Series(head, words_of(head) | words_of(extra), facts, fraction, "page", pointer, role), tuple(used)


_COEFFICIENT = regex(r"ρ|\brho\b|\br\b|spearman|pearson|correl|cos|simil|Δ", re.IGNORECASE)


_AGGREGATE = regex(
    r"^[\s*_]*(?:(?:un)?weighted |simple |plain |arithmetic |grand )?(?:pooled|all|overall|total|mean|average|median|"
    r"combined|sum|everything|grand)\b",
    re.IGNORECASE,
)


def is_aggregate(label: str) -> bool:
    """True for the name of a row over all the others."""
    return _AGGREGATE.match(label) is not None


def _cell_numbers(cell: Cell, head: str, label: str) -> list[Number]:
    text = cell.text.text
    if len(text) > LONGEST_RESULT:
        return []
    numbers = read_numbers(text, tuple(cell.text.marked("code")))
    out: list[Number] = []
    for i, number in enumerate(numbers):
        role: Role = number.role
        if i and re.search(r"±\s*$", text[: number.start]):
            continue  # a spread is no value of its own
        if role in ("count", "value", "none", "fold", "coefficient") and number.label != "size" and not number.unit:
            plain = re.fullmatch(r"[\s*_~≈+\-−–()\[\]]*", text[: number.start]) is not None
            if role == "none" and not plain:
                out.append(number)
                continue
            role = _role(number, head, label, first=not i or (bool(numbers) and out == []))
            if i and role == "p" and numbers[0].role != "p":
                role = "value"
        out.append(replace(number, role=role, unit="%" if role == "percent" else number.unit))
    if len(out) >= 2 and max(x.decimals for x in out[:2]) <= 0 and _OF.fullmatch(text[out[0].end : out[1].start]):
        out[0], out[1] = replace(out[0], role="count", unit=""), replace(out[1], role="n", unit="")
    return out


_OF = regex(r"\s*(?:/|of|out of)\s*")


def _role(number: Number, head: str, label: str, *, first: bool) -> Role:
    for name in (head, label):
        bare = _LEVEL.sub("", name)
        if _POINTS.search(bare):
            return "points"
        if _PERCENT.search(bare):
            return "percent"
        if re.search(r"\bpoints\b", bare):
            return "points"
        if _P_HEAD.match(bare):
            return "p"
        if _N_HEAD.match(bare):
            return "n"
    return "value" if number.decimals > 0 or number.role == "value" else "count"


def _in_interval(text: str, number: Number, head: str) -> bool:
    opened = max(text.rfind("[", 0, number.start), text.rfind("(", 0, number.start) if _CI_HEAD.search(head) else -1)
    if opened >= 0:
        mark = "]" if text[opened] == "[" else ")"
        return text.find(mark, number.end) >= 0 and mark not in text[opened : number.start]
    return False


def _is_interval(numbers: list[Number], cell: Cell, head: str) -> bool:
    """True for "0.8% to 9.6%" below a header that promises an interval."""
    return (
        len(numbers) == 2
        and _CI_HEAD.search(head) is not None
        and _JOINED.fullmatch(cell.text.text[numbers[0].end : numbers[1].start]) is not None
    )


_JOINED = regex(r"\s*%?\s*(?:,|;|–|—|-|to|\.\.|…|\|)\s*")
_CI_HEAD = regex(r"\bCI|interval|confidence|Wilson", re.IGNORECASE)


def _is_numeric(grid: list[list[Cell | None]], read: list[list[list[Number]]], column: int) -> bool:
    filled = hits = 0
    for r, row in enumerate(grid):
        cell = row[column] if column < len(row) else None
        text = cell.text.text.strip() if cell is not None else ""
        if text.strip("–—- *_") == "" or text.lower() in ("n/a", "na", "nan", "none", "ns", "n.s."):
            continue
        filled += 1
        numbers = [n for n in read[r][column] if n.role not in ("none", "index")]
        hits += bool(numbers) and len(text) <= 60 and numbers[0].at <= 12
    return filled > 0 and hits / filled >= 0.6


@struct
class Binding:
    """A series of the page with the field of a file that most of its cells agree with."""

    page: Series
    cells: tuple[CellNumber, ...]
    data: Series
    scale: float
    matched: tuple[CellNumber, ...]
    wrong: tuple[tuple[CellNumber, Fact], ...]

    @property
    def by_chance(self) -> bool:
        """True if the cells may agree with a field of a large file though they print another: few, or single digits."""
        telling = {c.number.text for c in self.matched if len(c.number.text.strip("+-−–0.")) > 1}
        return (len(self.matched) < 3 or len(telling) < 2) and not self.data.words & self.page.words


_SCALES = (1.0, 100.0)


def bind(
    page: Series,
    cells: tuple[CellNumber, ...],
    names: list[frozenset[str]],
    index: dict[str, list[tuple[int, Fact]]],
    data: list[Series],
) -> Binding | None:
    """Bind a page series to the data series with which most cells agree; ``None`` where none has a clear majority.

    ``names`` are the folded names of each cell's entity; ``index`` lists, for each name, the series that have it.
    """
    counts = [d.whole and not d.fraction for d in data]
    votes: dict[tuple[int, float], list[tuple[int, Fact, bool]]] = defaultdict(list)
    for i, (item, known) in enumerate(zip(cells, names, strict=True)):
        seen: set[int] = set()
        number = item.number
        low, high = number.admitted
        scales = _SCALES if number.role != "count" else _SCALES[:1]
        for name in known:
            for s, fact in index.get(name, ()):
                if s in seen:
                    continue
                seen.add(s)
                if (number.decimals > 0 and counts[s]) or (number.role == "n" and not counts[s]):
                    continue  # counts are not printed with decimals
                value = fact.value
                if number.role == "count" and not number.value and value:
                    votes[(s, 1.0)].append((i, fact, False))  # a bare zero is none, and no share that is rounded off
                    continue
                for scale in scales:
                    votes[(s, scale)].append((i, fact, low <= value * scale <= high))
    best = None
    for (s, scale), found in votes.items():
        right = sum([ok for _, _, ok in found])
        swap = right > 0 and len(found) == 3 and exchanged([(cells[i], f) for i, f, ok in found if not ok], scale)
        if not swap and (right < 2 or right * 2 < len(found)):
            continue
        distinct = len({cells[i].number.text for i, _, ok in found if ok and not cells[i].number.bound})
        overlap = len(data[s].words & page.words)
        rank = (right, overlap, distinct, -len(found))
        if best is None or rank > best[0]:
            best = (rank, s, scale, found, distinct)
    if best is None:
        return None
    _, s, scale, found, distinct = best
    s, found = _fullest(votes, s, scale, data)
    right = sum(ok for _, _, ok in found)
    wrong = [(cells[i], fact) for i, fact, ok in found if not ok]
    swapped = exchanged(wrong, scale)
    if wrong and not swapped and (distinct < 2 or right <= len(wrong)):
        return None
    matched = tuple(cells[i] for i, _, ok in found if ok)
    return Binding(page, cells, data[s], scale, matched, tuple(wrong))


def _fullest(
    votes: dict[tuple[int, float], list[tuple[int, Fact, bool]]], s: int, scale: float, data: list[Series]
) -> tuple[int, list[tuple[int, Fact, bool]]]:
    """Of the fields that hold the same as one, as far as that goes, the one that most cells stand in."""
    found = votes[(s, scale)]
    held = {i: fact.value for i, fact, _ in found}
    for (other, factor), more in votes.items():
        if factor == scale and len(more) > len(found) and data[other].role in ("", data[s].role):
            values = {i: fact.value for i, fact, _ in more}
            if len(held) > 2 and all(values.get(i) == v for i, v in held.items()):
                s, found, held = other, more, values
    return s, found


def exchanged(wrong: list[tuple[CellNumber, Fact]], scale: float) -> bool:
    """True if two cells hold each other's value."""
    return len({c.number.text for c, _ in wrong}) == len(wrong) == 2 and all(
        cell.number.admits(fact.value, scale=scale) for (cell, _), (_, fact) in zip(wrong, reversed(wrong), strict=True)
    )


def entity_names(sheet: Sheet, item: CellNumber, *, across: bool) -> frozenset[str]:
    """The folded names of the row (or, ``across``, of the column) of a cell."""
    return name_variants(sheet.keys[item.column] if across else sheet.labels[item.row])
