"""Everything that a page's rules may know about its numbers, put together once for each page."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from leakstats.facts import Fact, Series
from leakstats.lazy import cached_property
from leakstats.records import struct

from ..document import Document, Table
from ..outline import Outline
from ..source import Place
from .aliases import Aliases
from .axes import axis_words_of, doses_of, shares_of
from .by_value import ByValue, Index
from .grammar import Number
from .kinds import EXTREME_WORDS, MEASURE_WORDS, RATE_WORDS, is_correlated, kind_of, names_a_measure
from .leaves import steps_of
from .names import Gazetteer, fold_name, index_of, name_variants, words_of
from .passages import MOST_READ, Axes, Passage, read_passages
from .shapes import Dataset
from .slips import slip_of
from .stated_units import words_above
from .summaries import ends_of_courses, means_and_spreads
from .table_binding import Binding, bind, exchanged
from .tables import CellNumber, Sheet, entity_names, read_sheet
from .triples import Triple

__all__ = ["MOST_TABLE_NUMBERS", "Clash", "Evidence", "exceptions"]

MOST_TABLE_NUMBERS = 4_000
"""Numbers in tables that are judged; later tables are left out."""
_LEAST_READ = 300
_MOST_WORK = 30_000_000
"""Facts of the files times the numbers and paragraphs that are held against them."""
_MANY = 40
"""Facts from which on they are sorted before a number is looked for among them."""
_REACH = 10
"""A decimal that is more times as large as every value of a field prints none of them, not even with a slip."""


@struct
class Clash:
    """Something on the page that cannot be true, with what it collides with."""

    kind: str
    place: Place
    message: str
    help: str = ""


def exceptions(clashes: Iterable[Clash], most: int) -> Iterator[Clash]:
    """The clashes, if they are few; a page that seems to clash everywhere is one that was not understood."""
    found = list(clashes)
    if len(found) <= most:
        yield from found


class Evidence:
    """The page's numbers, the names they speak of, and the facts that are known."""

    def __init__(self, document: Document, outline: Outline, datasets: Sequence[Dataset] = ()) -> None:
        self.document = document
        self.outline = outline
        self.datasets = tuple(datasets)
        self.cache: dict[str, Any] = {}
        """What several rules need and one of them has worked out."""

    def release(self) -> None:
        """Part sentences from the passages that hold them; nothing can be asked of them afterwards.

        Each holds the other, and in a run over many pages the collector took a twentieth of the time to find them.
        """
        for passage in self.__dict__.get("passages", ()):
            for sentence in passage.sentences:
                sentence.__dict__.clear()

    # -- the page ----------------------------------------------------------------------------------------------------

    @cached_property
    def card_blocks(self) -> frozenset[int]:
        """Indices of the blocks of the setup tables."""
        return frozenset(i for f in self.outline if f.spec.table is not None for i in range(f.first, f.last))

    @cached_property
    def sheets(self) -> tuple[Sheet, ...]:
        """The page's tables of results."""
        out: list[Sheet] = []
        for i, block in enumerate(self.document.blocks):
            if isinstance(block, Table) and i not in self.card_blocks and not block.quoted:
                sheet = read_sheet(block, words_above(self.document.blocks, i))
                if sheet is not None and sum(len(s.numbers) for s in out) + len(sheet.numbers) <= MOST_TABLE_NUMBERS:
                    out.append(sheet)
        return tuple(out)

    @cached_property
    def gazetteer(self) -> Gazetteer:
        """The names of rows, columns and records."""
        names: list[str] = []
        for sheet in self.sheets:
            names.extend(sheet.labels)
            names.extend(label.split("(")[0] for label in sheet.labels)
        names.extend(self._course_heads)
        names.extend(head.split("(")[0] for head in self._course_heads)
        names.extend(self._renamed.shortened)
        names.extend(self._renamed.in_words)
        for sheet in self.sheets:
            names.extend(h for h in sheet.header[1:] if any(v in self.index for v in name_variants(h)))
        said = {fold_name(n) for n in names}
        for dataset in self.datasets:
            for name in dataset.entities | dataset.strings:
                if name in self._entity_texts and (fold_name(name) in said or not self._is_measure(name)):
                    names.append(name)
        return Gazetteer(names, self.aliases)

    def _is_measure(self, name: str) -> bool:
        """True for a key that says what was counted or measured of things, and is none of them: "seed", "others"."""
        return words_of(name) <= MEASURE_WORDS or fold_name(name) in self._parts

    @cached_property
    def _parts(self) -> frozenset[str]:
        """Keys that stand below nearly every thing of the page's tables: "own" and "bystanders" of each source."""
        labels = self._label_names
        things: dict[str, set[str]] = defaultdict(set)
        named: set[str] = set()
        for dataset in self.datasets:
            for leaf in dataset.leaves:
                steps = [fold_name(step) for step in steps_of(leaf.path)]
                thing = next((s for s in steps if s in labels), None)
                if thing is None:
                    continue
                named.add(thing)
                for below in steps[steps.index(thing) + 1 : -1]:
                    things[below].add(thing)
        return frozenset(n for n, t in things.items() if len(t) >= 3 and 2 * len(t) >= len(named))

    @cached_property
    def _label_names(self) -> frozenset[str]:
        return frozenset().union(*(name_variants(x) for s in self.sheets for x in s.labels))

    @cached_property
    def _renamed(self) -> Aliases:
        return Aliases(
            self.document,
            self.sheets,
            self.datasets,
            self._stored,
            self._stored_index,
            self._entity_texts,
            self._course_heads,
        )

    @cached_property
    def aliases(self) -> dict[str, str]:
        """Folded names of rows and columns to the folded names under which the files hold them, where they differ."""
        return self._renamed.meant

    def known_as(self, names: frozenset[str]) -> frozenset[str]:
        """``names`` with those under which the files hold the same things."""
        return names | {self.aliases[n] for n in names if n in self.aliases}

    @cached_property
    def _entity_texts(self) -> frozenset[str]:
        """Names under which the files hold more than one series' values."""
        known = self._stored_index
        out: set[str] = set()
        for dataset in self.datasets:
            for name in dataset.entities | dataset.strings:
                if any(v in known for v in name_variants(name)):
                    out.add(name)
        return frozenset(out)

    @cached_property
    def page_names(self) -> frozenset[str]:
        """The folded names of the rows of the page's tables, or of the columns where the rows are layers or epochs."""
        labels = frozenset().union(*(name_variants(x) for s in self.sheets for x in s.labels))
        across = frozenset().union(*map(name_variants, self._course_heads))
        return frozenset(n for n in self.known_as(labels | across) if not n.startswith("#") and not n.isdigit())

    @cached_property
    def _course_heads(self) -> list[str]:
        """The things that tables follow over layers or epochs, one a column."""
        courses = [s for s in self.sheets if len(s.header) > 2 and all(index_of(x) for x in s.labels)]
        return [h for s in courses for h in s.keys[1:] if not names_a_measure(h)]

    @cached_property
    def spoken(self) -> frozenset[str]:
        """The folded names that the page uses, in its tables or in words."""
        across = frozenset().union(*(name_variants(x) for s in self.sheets for x in s.keys[1:]))
        return self.page_names | self.known_as(across) | {m.name for p in self.passages for m in p.names}

    def kind(self, series: Series) -> str:
        """``p``, ``coefficient``, ``similarity``, ``size``, ``rate``, ``spread`` or "": what a series measures.

        By the relation of its values to others first, then by the header of the column that prints it, then by words.
        """
        try:
            return self._kinds[id(series)]
        except KeyError:
            found = self._kinds[id(series)] = kind_of(series, self.header_of(series), *self._of_triples)
            return found

    @cached_property
    def _kinds(self) -> dict[int, str]:
        return {}

    @cached_property
    def _printed(self) -> dict[str, str]:
        """The header under which the page prints each field."""
        return {b.data.pointer: b.page.quantity for b in self.bindings if b.page.pointer.startswith("column")}

    def header_of(self, series: Series) -> str:
        """The header of the column that prints a field; "" for a field that no column does."""
        return self._printed.get(series.pointer, "")

    @cached_property
    def quantities(self) -> frozenset[str]:
        """The words of the headers of the page's tables."""
        return frozenset().union(*(words_of(h) for s in self.sheets for h in (*s.header[1:], s.header[0])))

    @cached_property
    def _percentages(self) -> frozenset[str]:
        """Fields that the page prints as percentages."""
        return frozenset(b.data.pointer for b in self.bindings if all(c.number.role == "percent" for c in b.matched))

    @cached_property
    def prints_decimals(self) -> bool:
        """True unless the page's tables print their rates in percent and never as decimals."""
        roles = {
            cells[0].number.role
            for sheet in self.sheets
            for series, cells in sheet.series
            if series.fraction and not series.role and series.pointer.startswith("column")
        }
        return "percent" not in roles or "value" in roles

    @cached_property
    def rate_decimals(self) -> int:
        """The decimals with which the page's tables print most of their rates; 0 without any."""
        found = [
            cells[0].number.decimals
            for sheet in self.sheets
            for series, cells in sheet.series
            if series.fraction and not series.role and series.pointer.startswith("column")
        ]
        return max(found, key=found.count, default=0)

    @cached_property
    def _of_triples(self) -> tuple[frozenset[str], frozenset[str]]:
        return (
            frozenset(t.coefficient.pointer for t in self.triples),
            frozenset(t.p.pointer for t in self.triples if t.p is not None),
        )

    def is_correlation(self, series: Series, fact: Fact) -> bool:
        """True if ``fact`` is a correlation, by its relation to p and N or by the words of its column."""
        if series.origin == "data":
            if "correlations" not in self.cache:
                self.cache["correlations"] = frozenset(t.coefficient.pointer for t in self.triples)
            known = self.cache["correlations"]
            return fact.pointer in known or not known or self.kind(series) == "coefficient"
        return is_correlated(series.quantity) and abs(fact.value) <= 1

    @cached_property
    def passages(self) -> list[Passage]:
        """The page's claims in words."""
        axes = Axes(axis_words_of(self.sheets, self.datasets), self.doses, shares_of(self.sheets))
        return read_passages(self.document, self.outline, self.gazetteer, axes, self.most_read)

    @cached_property
    def most_read(self) -> int:
        """How much of the page's text is read: less where each number is held against what a large file holds."""
        facts = sum(len(series.facts) for series in self._stored)
        return min(MOST_READ, max(_LEAST_READ, _MOST_WORK // max(facts, 1)))

    @cached_property
    def doses(self) -> dict[int, frozenset[str]]:
        """The bare numbers that name the rows of a table, a dose each, with the words of the column's header."""
        return doses_of(self.sheets)

    # -- the data ----------------------------------------------------------------------------------------------------

    @cached_property
    def _stored(self) -> list[Series]:
        return [s for d in self.datasets for s in d.series]

    @cached_property
    def _stored_index(self) -> Index:
        return Index(self._stored)

    @cached_property
    def data(self) -> list[Series]:
        """The fields of the results files, and the rates of their counts that a column of the page prints."""
        ratios = [r for d in self.datasets for r in d.ratios]
        if not ratios:
            return self._stored
        index, shown = Index(ratios), []
        for sheet in self.sheets:
            for series, cells in sheet.series:
                if not series.pointer.startswith("column") or len(cells) < 3 or series.role == "interval":
                    continue
                if any(c.number.role not in ("percent", "value") or c.number.decimals < 0 for c in cells):
                    continue
                names = [self.known_as(entity_names(sheet, c, across=False)) for c in cells]
                found = bind(series, cells, names, index, ratios)
                if found is not None and len(found.matched) >= 3 and len(found.wrong) <= 2:
                    known = bind(series, cells, names, self._stored_index, self._stored)
                    if known is None or len(known.matched) < len(found.matched):
                        shown.append(found.data)
        return [*self._stored, *shown]

    @cached_property
    def index(self) -> Index:
        """For each folded name, the data series that know it."""
        return self._stored_index if self.data is self._stored else Index(self.data)

    @cached_property
    def triples(self) -> list[Triple]:
        """The correlations of the results files."""
        return [t for d in self.datasets for t in d.triples]

    @cached_property
    def bindings(self) -> list[Binding]:
        """The page's columns and rows with the fields that they print."""
        out: list[Binding] = []
        if not self.data:
            return out
        for sheet in self.sheets:
            for series, cells in sheet.series:
                across = series.pointer.startswith("row")
                names = [self.known_as(entity_names(sheet, cell, across=across)) for cell in cells]
                found = bind(series, cells, names, self.index, self.data)
                if found is not None:
                    out.append(found)
        return out

    @cached_property
    def suspect(self) -> dict[int, tuple[CellNumber, Fact, Binding]]:
        """Cells that their column's field contradicts, by identity."""
        right = {id(c) for b in self.bindings for c in b.matched}
        out = {}
        for binding in self.bindings:
            chance = binding.by_chance and not exchanged(list(binding.wrong), binding.scale)
            if binding.data.role in ("max", "min") and not EXTREME_WORDS & binding.page.words:
                continue  # rows of one thing that is the largest here and there
            for cell, fact in binding.wrong:
                if chance and not slip_of(cell.number, fact.value * binding.scale):
                    continue  # two cells agree with some field of a large file
                if id(cell) not in right:
                    out[id(cell)] = (cell, fact, binding)
        return out

    @cached_property
    def about(self) -> dict[str, list[tuple[Series, Fact]]]:
        """What data and tables say of each name; cells that the data contradicts are left out."""
        out: dict[str, list[tuple[Series, Fact]]] = defaultdict(list)
        for name, found in self.index.items():
            out[name].extend((self.data[i], fact) for i, fact in found if self.data[i].role != "interval")
        # what the file holds too, and not rounded; "31/90 = 34%" has counts and a rate in one column
        printed = {(b.page.pointer, b.page.fraction) for b in self.bindings}
        for series in self.page_series:
            for name, fact in series.facts.items() if series.role != "interval" else ():
                if (series.pointer, series.fraction) not in printed or name not in self.index:
                    out[name].append((series, fact))
        return out

    @cached_property
    def page_series(self) -> list[Series]:
        """The series of the page's tables, without the cells that the data contradicts."""
        out = []
        for sheet in self.sheets:
            for series, cells in sheet.series:
                bad = [c for c in cells if id(c) in self.suspect]
                across = series.pointer.startswith("row")
                dropped = {n for c in bad for n in entity_names(sheet, c, across=across)}
                facts = {self.aliases.get(k, k): f for k, f in series.facts.items() if k not in dropped}
                out.append(
                    Series(series.quantity, series.words, facts, series.fraction, "page", series.pointer, series.role)
                )
        return out

    @cached_property
    def all_series(self) -> list[Series]:
        """Data first, then the page's tables, and what follows from their courses."""
        return [*self.data, *self.page_series, *ends_of_courses(self.sheets, self.aliases)]

    def series_of(self, name: str) -> Sequence[Series]:
        """All series that know a thing, in their order."""
        return self._series_by_name.get(name, ())

    @cached_property
    def _series_by_name(self) -> dict[str, list[Series]]:
        out: dict[str, list[Series]] = defaultdict(list)
        for series in self.all_series:
            for name in series.facts:
                out[name].append(series)
        return out

    @cached_property
    def aggregates(self) -> list[Series]:
        """The mean and the spread of what is known of each thing over another dimension: layers, settings, columns."""
        return means_and_spreads((*self.data, *self.page_series), self.kind)

    # -- asking ------------------------------------------------------------------------------------------------------

    def matches(self, number: Number, series: Series, fact: Fact) -> bool:
        """True if ``number`` may print ``fact``."""
        if number.role == "percent":
            if series.fraction:
                return fact.allows(*_widened(number, 0.01))
            if series.origin == "data":
                return number.allows(fact.value) or number.allows(fact.value, scale=100.0)
            return fact.allows(*_widened(number, 1.0)) or fact.allows(*_widened(number, 0.01))
        return fact.allows(*_widened(number, 1.0))

    def printed_by(self, number: Number, facts: Iterable[tuple[Series, Fact]]) -> Iterator[tuple[Series, Fact]]:
        """Those of ``facts`` that ``number`` may print; most are far from it in any unit."""
        low, high = _widened(number, 1.0)
        room = 1e-6 * max(abs(low), abs(high)) + 1e-12
        low, high = low - room, high + room
        unit = 100.0 if number.role == "percent" else 1.0
        for series, fact in facts:
            near = (fact.low <= high and low <= fact.high) or (unit * fact.low <= high and low <= unit * fact.high)
            if near and self.matches(number, series, fact):
                yield series, fact

    def printing(self, name: str, number: Number) -> Iterator[tuple[Series, Fact]]:
        """What is known of a thing that ``number`` may print."""
        about = self.about.get(name, [])
        if len(about) < _MANY:
            return self.printed_by(number, about)
        if name not in self._sorted:
            self._sorted[name] = ByValue(about)
        low, high = _widened(number, 1.0)
        return self.printed_by(number, self._sorted[name].near(low, high, percent=number.role == "percent"))

    @cached_property
    def _sorted(self) -> dict[str, ByValue]:
        return {}

    def suits(self, number: Number, series: Series) -> bool:
        """True if ``number`` could print values of ``series``: rates for percent, decimals for decimals."""
        if number.role == "percent":
            if series.fraction:
                return True
            return (
                series.origin == "data"
                and not series.whole
                and 1 < series.ends[1].value <= 100
                and series.ends[0].value >= 0
                and (series.pointer in self._percentages or bool(series.words & RATE_WORDS))
            )
        if number.decimals > 0:
            far = number.role == "value" and abs(number.value) > _REACH * series.largest
            return not far and not series.whole and series.largest <= 10 ** (len(number.text))
        return True

    @cached_property
    def known_rates(self) -> list[tuple[float, float]]:
        """Every rate that data or tables hold, as sorted intervals of fractions."""
        out: list[tuple[float, float]] = []
        for series in self.all_series:
            if series.role == "interval":
                continue
            if series.fraction:
                out.extend((f.low, f.high) for f in series.facts.values())
            elif series.origin == "data":
                values = series.values
                if (
                    all(0 <= v <= 100 for v in values)
                    and any(v != int(v) for v in values)
                    and (max(values) <= 1 or series.pointer in self._percentages or series.words & RATE_WORDS)
                ):
                    scale = 0.01 if max(values) > 1 else 1.0
                    out.extend((v * scale, v * scale) for v in values)
        for dataset in self.datasets:
            out.extend((k / n, k / n) for _, _, k, n in dataset.pairs)
        return sorted(set(out))

    @cached_property
    def known_values(self) -> list[tuple[float, float]]:
        """Every decimal that data or tables hold, as sorted intervals."""
        out: list[tuple[float, float]] = []
        for dataset in self.datasets:
            out.extend((x.value, x.value) for x in dataset.leaves if not x.whole or abs(x.value) <= 1)
        for series in self.page_series:
            if not series.fraction:
                out.extend((f.low, f.high) for f in series.facts.values())
        return sorted(set(out))

    @cached_property
    def known_coefficients(self) -> list[tuple[float, float]]:
        """Every correlation of the files and of the page's tables; all decimals where the files hold none."""
        out = [(t.coefficient.low, t.coefficient.high) for t in self.triples]
        if not out and self.datasets:
            return self.known_values
        for series in self.page_series:
            if not series.fraction and series.role in ("", "second"):
                out.extend((f.low, f.high) for f in series.facts.values() if -1 <= f.value <= 1)
        return sorted(set(out))

    def is_known(self, number: Number, known: list[tuple[float, float]], scale: float = 1.0) -> bool:
        """True if one of the sorted intervals ``known`` overlaps what ``number`` allows."""
        low, high = _widened(number, scale)
        room = 1e-9 * max(abs(low), abs(high), 1e-12)
        i = bisect_left(known, (low - 0.051 - room,))
        while i < len(known) and known[i][0] <= high + room:
            # two printed intervals that only touch ("2.6" and "2.7") are two values
            edge = -room if known[i][0] < known[i][1] and low < high else room
            if known[i][1] >= low - edge and known[i][0] <= high + edge:
                return True
            i += 1
        return False


def _widened(number: Number, scale: float) -> tuple[float, float]:
    low, high = number.low, number.high
    if number.bound == "~":
        low, high = low - number.room, high + number.room
    return low * scale, high * scale
