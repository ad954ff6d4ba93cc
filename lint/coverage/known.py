"""What a page and its results hold to confirm numbers by, each collection worked out once, where it is asked for."""

from __future__ import annotations

from collections import defaultdict
from math import prod

from leakstats.facts import Series
from leakstats.lazy import cached_property

from ..document import Table
from ..evidence.by_value import ByValue
from ..evidence.correlations import Record, records
from ..evidence.counting import true_counts
from ..evidence.grammar import Number, read_numbers
from ..evidence.leaves import Leaf
from ..evidence.names import words_of
from ..evidence.tables import CellNumber, Sheet
from ..evidence.widths import follows_from_trials
from ..page import Page
from ..regex import regex

__all__ = ["Known"]

_ENOUGH = 4
"""Numbers that agree with a set of values from which on they are its values."""
# Its digit stands in front of what may not be before it: a search that begins with a digit skips everything else.
_WHOLE = regex(r"\d(?<![\w.,]\d)(?:\d{0,2}(?:,\d{3})+(?![\w.])|\d{0,6}(?![\w]|\.\d))")
_PRODUCT = regex(r"\d(?<![\d,]\d)[\d,]{0,14}(?:\s*(?:[A-Za-z][\w-]*\s+){0,3}[×x]\s*\d[\d,]{0,14}(?!\d))+")
_DECIMAL = regex(r"\.\d|\d\s?[eE×x·^⁻]")
"""Without it a text holds no number with decimals."""


class Known:
    """What is known on one page, and what its results hold."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.evidence = page.evidence
        self._by_row: dict[int, dict[int, list[CellNumber]]] = {}
        self._decimals: dict[str, list[Number]] = {}
        self._held: dict[str, ByValue] = {}

    @cached_property
    def printed(self) -> list[tuple[int, int, str]]:
        """Stretches that were printed from the analysis and that it prints today, with their expression."""
        if self.page.grounding is None:
            return []
        values = self.page.grounding.values
        return sorted((v.start, v.end, v.span.expression) for v in values if v.confirmed and v.start is not None)

    @cached_property
    def bound(self) -> dict[int, str]:
        """Cells that agree with the field of their column or row, by identity, with that field."""
        return {id(c): b.data.pointer for b in self.evidence.bindings for c in b.matched}

    @cached_property
    def recorded(self) -> dict[int, Record]:
        """The record in which each coefficient, p or N stands, by identity."""
        out: dict[int, Record] = {}
        for record in records(self.evidence):
            for member in (record.coefficient, record.p, record.n_number):
                if member is not None:
                    out.setdefault(id(member), record)
        return out

    @cached_property
    def intervals(self) -> list[tuple[int, int, str]]:
        """Stretches of the page that hold an interval which follows from its k and n."""
        source = self.page.document.source
        out = []
        for place, why in follows_from_trials(self.evidence):
            start = source.start_of(place.line) + place.column - 1
            out.append((start, source.start_of(place.end_line) + place.end_column - 1, why))
        return out

    @cached_property
    def counted(self) -> frozenset[tuple[int, int]]:
        """Passages (by the offset of their text) and offsets of counts that counting confirms."""
        return frozenset((s.passage.text.at, start) for s, start, _ in true_counts(self.evidence))

    @cached_property
    def leaves(self) -> list[tuple[float, Leaf]]:
        """Every number of the files, by value."""
        found = [(leaf.value, leaf) for d in self.evidence.datasets for leaf in d.leaves]
        return sorted(found, key=lambda item: item[0])

    def held(self, name: str) -> ByValue:
        """What the results hold of a thing."""
        if name not in self._held:
            self._held[name] = ByValue([(self.evidence.data[i], fact) for i, fact in self.evidence.index[name]])
        return self._held[name]

    def ends_near(self, number: Number) -> list[Series]:
        """The series of three things or more of which an end lies where a number may print it."""
        low, high = number.printed
        near = self._ends.near(low, high, percent=number.role == "percent")
        return list({id(series): series for series, _ in near}.values())

    @cached_property
    def _ends(self) -> ByValue:
        """The smallest and the largest values of all series, by value and by size."""
        wide = [s for s in self.evidence.all_series if len(s.facts) >= 3 and s.role not in ("interval", "at")]
        return ByValue([(s, fact) for s in wide for fact in (*s.ends, *s.sizes)])

    @cached_property
    def sizes(self) -> frozenset[int]:
        """Whole numbers that the results hold as sample sizes or as lengths of collections."""
        return frozenset().union(*(d.trials for d in self.evidence.datasets))

    @cached_property
    def lengths(self) -> frozenset[int]:
        """Numbers of rows and of values in the page's tables."""
        found = {len(s.labels) for s in self.evidence.sheets}
        found |= {len(s.distinct) for s in self.evidence.page_series}
        return frozenset(found)

    @cached_property
    def stated(self) -> dict[int, int]:
        """How often the page states each whole number, settings and headings included."""
        out: dict[int, int] = defaultdict(int)
        for text, scope in self.page.document.texts_with_digits():
            if scope not in ("alt", "quote"):
                for match in _WHOLE.finditer(text.text[:4000]):
                    out[int(match.group(0).replace(",", ""))] += 1
        return out

    @cached_property
    def products(self) -> frozenset[int]:
        """Products of two whole numbers that the page writes out as such, times its counts of things."""
        found: set[int] = set()
        for text, _ in self.page.document.texts_with_products():
            for match in _PRODUCT.finditer(text.text[:4000]):
                factors = [int(x.replace(",", "")) for x in regex(r"\d[\d,]*").findall(match.group(0))]
                found.add(prod(factors))
        things = {v for v in (*self.lengths, *self.sizes, *self.stated) if 1 < v <= 1000}
        return frozenset({*found, *(a * b for a in found for b in things)})

    @cached_property
    def groups(self) -> dict[int, list[tuple[list[float], str]]]:
        """Values that the results hold together (a vector, a field over things), sorted, by how many they are."""
        out: dict[int, list[tuple[list[float], str]]] = defaultdict(list)
        for dataset in self.evidence.datasets:
            for path, values, _ in (*dataset.vectors, *dataset.rated_vectors):
                if len(values) >= _ENOUGH:
                    out[len(values)].append((sorted(values), "/" + "/".join(map(str, path))))
        for series in self.evidence.data:
            values = [f.value for f in series.distinct]
            if len(values) >= _ENOUGH and series.role != "at":
                out[len(values)].append((sorted(values), series.pointer))
        return out

    @cached_property
    def columns(self) -> dict[int, str]:
        """Cells whose whole column prints values that the results hold together, by identity.

        It binds where the file does not say which value is whose: a column of so many numbers is no chance.
        """
        out: dict[int, str] = {}
        for sheet in self.evidence.sheets:
            columns: dict[tuple[int, int], list[CellNumber]] = defaultdict(list)
            for item in sheet.numbers:
                columns[(item.column, item.position)].append(item)
            for cells in columns.values():
                ordered = sorted(cells, key=lambda c: c.number.value)
                if len({c.number.text for c in cells}) < _ENOUGH or all(id(c) in self.bound for c in cells):
                    continue
                for values, pointer in self.groups.get(len(cells), ()):
                    scales = (1.0, 100.0) if cells[0].number.role == "percent" else (1.0,)
                    if any(
                        all(c.number.allows(v, scale=scale) for c, v in zip(ordered, values, strict=True))
                        for scale in scales
                    ):
                        out.update((id(c), pointer) for c in cells)
                        break
        return out

    @cached_property
    def group_means(self) -> list[tuple[str, float, float]]:
        """Means of each column over the rows that carry the same word in another one."""
        out = []
        for sheet in self.evidence.sheets:
            groups: dict[str, set[int]] = defaultdict(set)
            for r, row in enumerate(sheet.grid):
                for cell in row[1:]:
                    word = cell.text.text.strip() if cell is not None else ""
                    if word and len(word) <= 40 and not any(c.isdigit() for c in word):
                        groups[word].add(r)
            for word, rows in groups.items():
                columns: dict[tuple[int, int], list[Number]] = defaultdict(list)
                for item in sheet.numbers:
                    if item.row in rows:
                        columns[(item.column, item.position)].append(item.number)
                for numbers in columns.values():
                    if 2 <= len(numbers) == len(rows) < len(sheet.labels):
                        ends = [n.scaled() for n in numbers]
                        low, high = (sum(e[i] for e in ends) / len(ends) for i in (0, 1))
                        out.append((word, low, high))
        return out

    @cached_property
    def written(self) -> list[tuple[frozenset[str], tuple[str, ...]]]:
        """The words of the rows of tables, with the cells that hold decimals among words."""
        out = []
        for block in self.page.document.blocks:
            if not isinstance(block, Table) or block.quoted:
                continue
            for row in block.rows:
                texts = [cell.text.text for cell in row]
                told = [x for x in texts[1:] if 12 < len(x) <= 300 and _DECIMAL.search(x)]
                told = [x for x in told if any(map(str.isalpha, x))]
                if told:
                    words = frozenset().union(*(words_of(x) for x in texts if len(x) <= 300))
                    out.append((words, tuple(told)))
        return out

    def decimals(self, text: str) -> list[Number]:
        """The decimals of a text; few texts are asked for theirs."""
        if text not in self._decimals:
            self._decimals[text] = [n for n in read_numbers(text) if n.decimals > 0]
        return self._decimals[text]

    def rows(self, sheet: Sheet) -> dict[int, list[CellNumber]]:
        """The numbers of a table by row."""
        if id(sheet) not in self._by_row:
            rows: dict[int, list[CellNumber]] = defaultdict(list)
            for item in sheet.numbers:
                rows[item.row].append(item)
            self._by_row[id(sheet)] = rows
        return self._by_row[id(sheet)]
