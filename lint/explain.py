"""What confirms a number of the page: a value of what its words name, or other numbers from which it follows.

Words are bound first and values compared second. A value that merely occurs somewhere in a file explains nothing.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from itertools import permutations
from math import ceil, floor
from typing import Literal, NamedTuple

from leakstats.facts import Series
from leakstats.tails import clopper_pearson_interval, wilson_interval

from .document import Table
from .evidence.claims import derived_rates
from .evidence.correlations import Record, follows, records
from .evidence.counting import true_counts
from .evidence.grammar import Number, read_numbers
from .evidence.idioms import adjacent, intervals, is_rate, pairs_of_counts, spans
from .evidence.leaves import Leaf
from .evidence.names import name_variants, words_of
from .evidence.passages import Sentence
from .evidence.pvalues import p_sets
from .evidence.shares import vectors
from .evidence.tables import CellNumber, Sheet, entity_names
from .evidence.widths import follows_from_trials
from .inline import Text
from .page import Page
from .regex import regex

__all__ = ["Explainer", "Explanation"]


class Explanation(NamedTuple):
    """What confirms a number."""

    outcome: Literal["grounded", "derived"]
    """``grounded``: a value of the results. ``derived``: it follows from other numbers."""
    why: str


_ENOUGH = 4
"""Numbers that agree with a set of values from which on they are its values."""
_MINUS = regex(r"\s+(?:−|–|-|minus|vs\.?|versus)\s+")
_UNNAMED = frozenset(("max", "min", "first", "last", "net", "gain", ""))
_MOST_PAIRS = 60
_NEAREST = 4
_COMMON = frozenset(("the", "of", "a", "in", "at", "n", "p", "value", "result", "data", "summary", "all", "per", "and"))


class Explainer:
    """Looks for what confirms the numbers of one page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.evidence = page.evidence
        self._by_row: dict[int, dict[int, list[CellNumber]]] = {}

    # -- what is worked out once -----------------------------------------------------------------------------------

    @cached_property
    def _bound(self) -> dict[int, str]:
        """Cells that agree with the field of their column or row, by identity, with that field."""
        return {id(c): b.data.pointer for b in self.evidence.bindings for c in b.matched}

    @cached_property
    def _recorded(self) -> dict[int, Record]:
        """The record in which each coefficient, p or N stands, by identity."""
        out: dict[int, Record] = {}
        for record in records(self.evidence):
            for member in (record.coefficient, record.p, record.n_number):
                if member is not None:
                    out.setdefault(id(member), record)
        return out

    @cached_property
    def _intervals(self) -> list[tuple[int, int, str]]:
        """Stretches of the page that hold an interval which follows from its k and n."""
        source = self.page.document.source
        out = []
        for place, why in follows_from_trials(self.evidence):
            start = source.start_of(place.line) + place.column - 1
            out.append((start, source.start_of(place.end_line) + place.end_column - 1, why))
        return out

    @cached_property
    def _counted(self) -> frozenset[tuple[int, int]]:
        """Passages (by the offset of their text) and offsets of counts that counting confirms."""
        return frozenset((s.passage.text.at, start) for s, start, _ in true_counts(self.evidence))

    @cached_property
    def _lone(self) -> list[tuple[float, Leaf]]:
        """Every number of the files, by value."""
        found = [(leaf.value, leaf) for d in self.evidence.datasets for leaf in d.leaves]
        return sorted(found, key=lambda item: item[0])

    @cached_property
    def _sizes(self) -> frozenset[int]:
        """Whole numbers that the results hold as sample sizes or as lengths of collections."""
        return frozenset().union(*(d.trials for d in self.evidence.datasets))

    @cached_property
    def _lengths(self) -> frozenset[int]:
        """Numbers of rows and of values in the page's tables."""
        found = {len(s.labels) for s in self.evidence.sheets}
        found |= {len({id(f) for f in s.facts.values()}) for s in self.evidence.page_series}
        return frozenset(found)

    @cached_property
    def _stated(self) -> dict[int, int]:
        """How often the page states each whole number, settings and headings included."""
        out: dict[int, int] = defaultdict(int)
        for text, scope in self.page.document.texts_with_digits():
            if scope not in ("alt", "quote"):
                for match in _WHOLE.finditer(text.text[:4000]):
                    out[int(match.group(0).replace(",", ""))] += 1
        return out

    @cached_property
    def _products(self) -> frozenset[int]:
        """Products of two whole numbers that the page writes out as such, times its counts of things."""
        found: set[int] = set()
        for text, _ in self.page.document.texts_with_digits():
            for match in _PRODUCT.finditer(text.text[:4000]):
                factors = [int(x.replace(",", "")) for x in re.findall(r"\d[\d,]*", match.group(0))]
                whole = 1
                for factor in factors:
                    whole *= factor
                found.add(whole)
        things = {v for v in (*self._lengths, *self._sizes, *self._stated) if 1 < v <= 1000}
        return frozenset({*found, *(a * b for a in found for b in things)})

    @cached_property
    def _printed(self) -> list[tuple[int, int, str]]:
        """Stretches that were printed from the analysis and that it prints today, with their expression."""
        if self.page.grounding is None:
            return []
        values = self.page.grounding.values
        return sorted((v.start, v.end, v.span.expression) for v in values if v.confirmed and v.start is not None)

    # -- asking ----------------------------------------------------------------------------------------------------

    def printed(self, at: int) -> Explanation | None:
        """The expression that printed what stands at the page offset ``at``, where it prints the same today."""
        i = bisect_left(self._printed, (at + 1,)) - 1
        if i >= 0 and self._printed[i][0] <= at < self._printed[i][1]:
            return Explanation("grounded", f"printed by {self._printed[i][2]}")
        return None

    def _rows(self, sheet: Sheet) -> dict[int, list[CellNumber]]:
        """The numbers of a table by row."""
        if id(sheet) not in self._by_row:
            rows: dict[int, list[CellNumber]] = defaultdict(list)
            for item in sheet.numbers:
                rows[item.row].append(item)
            self._by_row[id(sheet)] = rows
        return self._by_row[id(sheet)]

    def of_cell(self, sheet: Sheet, item: CellNumber) -> Explanation | None:
        """What confirms a number of a table."""
        number = item.number
        found = self.printed(item.cell.text.source(number.start))
        if found is not None or _is_zero_p(number):
            return found
        if id(item) in self._bound:
            return Explanation("grounded", f"agrees with {self._bound[id(item)]}")
        beside = [x.number for x in self._rows(sheet)[item.row] if x is not item]
        return (
            self._of_record(number)
            or self._of_labels(sheet, item)
            or _of_cell_limits(sheet, item)
            or self._of_interval(item.cell.text, number)
            or _of_counts(number, beside)
            or self._of_size(None, number)
            or self._of_row(sheet, item)
            or self._of_column(sheet, item)
            or self._of_label_pair(sheet, item)
            or (None if number.role == "percent" else _of_pair(number, _percent(beside), "of its row"))
        )

    def of_prose(self, sentence: Sentence, number: Number) -> Explanation | None:
        """What confirms a number in words."""
        found = self.printed(sentence.passage.text.source(number.start))
        if found is not None or _is_zero_p(number):
            return found
        return (
            self._of_record(number)
            or self._of_interval(sentence.passage.text, number)
            or _of_limits(sentence, number)
            or self._of_name(sentence, number)
            or self._of_range(sentence, number)
            or self._of_count(sentence, number)
            or self._of_size(sentence, number)
            or self._of_difference(sentence, number)
            or self._of_set(sentence, number)
            or self._of_field(sentence, number)
            or self._of_table_text(sentence, number)
        )

    def _of_labels(self, sheet: Sheet, item: CellNumber) -> Explanation | None:
        """A value that the results hold of what the row or the column names, or of both."""
        number = item.number
        said = words_of(f"{sheet.header[item.column]} {sheet.labels[item.row]}") - _COMMON
        row, column = (
            self.evidence.known_as(entity_names(sheet, item, across=across)) & self.evidence.index.keys()
            for across in (False, True)
        )
        if not column:  # "flatterer (%)"
            bare = name_variants(sheet.header[item.column].split("(")[0])
            column = self.evidence.known_as(bare) & self.evidence.index.keys()
        for name in row or column:
            for i, fact in self.evidence.index[name]:
                series = self.evidence.data[i]
                if row and column and not column & fact.entities and not column & series.facts.keys():
                    continue
                if number.role in ("count", "n") and not said & (series.words | {series.role and "peak"}):
                    continue  # any whole number of a record would do
                if self.evidence.suits(number, series) and self.evidence.matches(number, series, fact):
                    return Explanation("grounded", f"{series.quantity} of its row ({fact.pointer})")
        return None

    @cached_property
    def _groups(self) -> dict[int, list[tuple[list[float], str]]]:
        """Values that the results hold together (a vector, a field over things), sorted, by how many they are."""
        out: dict[int, list[tuple[list[float], str]]] = defaultdict(list)
        for dataset in self.evidence.datasets:
            for path, values, _ in (*dataset.vectors, *dataset.rated_vectors()):
                if len(values) >= _ENOUGH:
                    out[len(values)].append((sorted(values), "/" + "/".join(map(str, path))))
        for series in self.evidence.data:
            values = [f.value for f in {id(f): f for f in series.facts.values()}.values()]
            if len(values) >= _ENOUGH and series.role != "at":
                out[len(values)].append((sorted(values), series.pointer))
        return out

    @cached_property
    def _columns(self) -> dict[int, str]:
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
                if len({c.number.text for c in cells}) < _ENOUGH or all(id(c) in self._bound for c in cells):
                    continue
                for values, pointer in self._groups.get(len(cells), ()):
                    scales = (1.0, 100.0) if cells[0].number.role == "percent" else (1.0,)
                    if any(
                        all(c.number.allows(v, scale=scale) for c, v in zip(ordered, values, strict=True))
                        for scale in scales
                    ):
                        out.update((id(c), pointer) for c in cells)
                        break
        return out

    def _of_column(self, sheet: Sheet, item: CellNumber) -> Explanation | None:
        pointer = self._columns.get(id(item))
        return None if pointer is None else Explanation("grounded", f"its whole column prints {pointer}")

    def _of_label_pair(self, sheet: Sheet, item: CellNumber) -> Explanation | None:
        """A difference of two things that the row's label names, "warm − bare"."""
        parts = _MINUS.split(sheet.labels[item.row])
        if len(parts) != 2 or item.number.role not in ("value", "points", "percent"):
            return None
        a, b = (self.evidence.known_as(name_variants(part)) for part in parts)
        for series in self.evidence.all_series:
            if series.role in ("interval", "at"):
                continue
            left, right = (next((series.facts[n] for n in names if n in series.facts), None) for names in (a, b))
            if left is not None and right is not None:
                scale = 100.0 if series.fraction and item.number.role != "value" else 1.0
                low, high = (left.low - right.high) * scale, (left.high - right.low) * scale
                if low - 1e-9 <= item.number.high and item.number.low <= high + 1e-9:
                    return Explanation("derived", f"the difference of {left.pointer} and {right.pointer}")
        return None

    # -- records and intervals -------------------------------------------------------------------------------------

    def _of_record(self, number: Number) -> Explanation | None:
        """A coefficient, p or N of which the results hold the record, or a p that follows from the other two."""
        record = self._recorded.get(id(number))
        if record is None:
            return None
        if number.bound and record.passage is not None and _OF_ALL.search(record.context):
            return None  # a bound over a set, of which one record says nothing
        for triple in self.evidence.triples:
            agreed = 0
            for mine, fact in ((record.coefficient, triple.coefficient), (record.p, triple.p)):
                if mine is None:
                    continue
                if fact is None or not _prints(mine, fact.value):
                    agreed = -9
                agreed += 1
            if record.n is not None and triple.n is not None:
                agreed += 1 if record.n == triple.n else -9
            if agreed >= 2:
                return Explanation("grounded", f"agrees with {triple.pointer}")
        if record.complete and follows(record):
            if record.p is number:
                return Explanation("derived", "the p follows from the coefficient and N")
            if not self.evidence.triples:  # else the files would hold it, and a p knows no sign
                return Explanation("derived", "its p follows from it and N")
        return None

    def _of_interval(self, text: Text, number: Number) -> Explanation | None:
        at = text.source(number.start)
        why = next((w for a, b, w in self._intervals if a <= at < b), "")
        return Explanation("derived", why) if why else None

    # -- words -----------------------------------------------------------------------------------------------------

    def _of_name(self, sentence: Sentence, number: Number) -> Explanation | None:
        """A value of something that the words name: beside the number, in the sentence, or alone in the passage."""
        if number.role in ("points", "fold", "n"):
            return None
        i = next((j for j, n in enumerate(sentence.numbers) if n is number), -1)
        beside = adjacent(sentence).get(i)
        if beside is not None:
            names = [beside.name]
        elif len(sentence.entities) <= 2:
            names = sorted(self.evidence.known_as(sentence.entities))
        elif sentence.names:  # of many names the nearest on either side
            before = [m.name for m in sentence.names if m.end <= number.at][-1:]
            names = before + [m.name for m in sentence.names if m.start >= number.end][:1]
        if not sentence.names:
            names = sorted({m.name for m in sentence.passage.names})
            names = names if len(names) == 1 else []
        shown = {m.name: m.text.strip(" `*\"'’") for m in sentence.passage.names}
        for origin in ("data", "page"):
            for name in names:
                for series, fact in self.evidence.about.get(name, ()):
                    if series.origin != origin or not self._alike(sentence, series, number, names):
                        continue
                    if number.role == "coefficient" and not self.evidence.is_correlation(series, fact):
                        continue
                    if self.evidence.suits(number, series) and self.evidence.matches(number, series, fact):
                        why = f"{series.quantity} of {shown.get(name, name)} ({fact.pointer})"
                        return Explanation("grounded" if origin == "data" else "derived", why)
        return None

    def _alike(self, sentence: Sentence, series: Series, number: Number, names: list[str]) -> bool:
        """True unless the number is a layer's or an epoch's and the value of another thing than those named."""
        if number.role in ("count",) and not series.words & words_of(sentence.text):
            return False  # any whole number of a record would do
        if number.role == "percent" and series.role in ("net", "gain"):
            return False  # a difference of percentages is given in points
        rates = series.fraction and self.evidence.kind(series) in ("rate", "")
        if rates and number.role == "value" and not is_rate(sentence, number):
            return False
        return not (len(names) == 1 and names[0].startswith("#") and series.role not in _UNNAMED)

    def _of_range(self, sentence: Sentence, number: Number) -> Explanation | None:
        """The ends of a range that are the smallest and the largest value of one field."""
        span = next((s for s in spans(sentence) if number in (s.left, s.right) and s.kind != "move"), None)
        if span is None:
            return None
        a, b = span.left, span.right
        for series in self.evidence.all_series:
            if len(series.facts) < 3 or series.role in ("interval", "at"):
                continue
            (low, high), (small, large) = series.ends, series.sizes
            for x, y in ((low, high), (high, low), (small, large), (large, small)):
                if self.evidence.matches(a, series, x) and self.evidence.matches(b, series, y):
                    return Explanation("derived", f"smallest and largest {series.quantity} ({series.pointer})")
        return None

    # -- counts ----------------------------------------------------------------------------------------------------

    def _of_count(self, sentence: Sentence, number: Number) -> Explanation | None:
        """``k of n`` whose criterion was counted again, whose rate stands beside it, or which the results hold."""
        for k, n in pairs_of_counts(sentence):
            if number is n and (int(n.value) in self._sizes or int(n.value) in self._lengths):
                return Explanation("grounded" if int(n.value) in self._sizes else "derived", "a number of things known")
            if number not in (k, n):
                continue
            if (sentence.passage.text.at, k.start) in self._counted:
                return Explanation("derived", "counted again")
            if any((int(k.value), int(n.value)) == pair[2:] for d in self.evidence.datasets for pair in d.pairs):
                return Explanation("grounded", f"{k.text} of {n.text} stands in the results")
        rates = [n for n in sentence.numbers if n.role == "percent"]
        counts = pairs_of_counts(sentence)
        if number.role == "percent" and any(_is_rate(number, k, n) for k, n in counts):
            return Explanation("derived", "the rate of the count beside it")
        if any(number in pair and _is_rate(r, *pair) for pair in counts for r in rates):
            return Explanation("derived", "the count of the rate beside it")
        return None

    def _of_size(self, sentence: Sentence | None, number: Number) -> Explanation | None:
        """A sample size, or a count of things, of the results or of the page."""
        if number.role not in ("n", "count") or number.decimals > 0 or number.signed:
            return None
        if sentence is not None and any(number is k for k, _ in pairs_of_counts(sentence)):
            return None  # that so many were counted says nothing of how many there are
        value = int(number.value)
        if value in self._sizes:
            return Explanation("grounded", "a sample size of the results")
        if value in self._lengths:
            return Explanation("derived", "the number of rows or values of a table")
        if value > 20 and value in self._products:
            return Explanation("derived", "a product of counts that the page states")
        if self._stated.get(value, 0) >= 2 and (number.role == "n" or value > 12):
            return Explanation("derived", "stated alike elsewhere on the page")
        return None

    # -- derived ---------------------------------------------------------------------------------------------------

    def _of_difference(self, sentence: Sentence, number: Number) -> Explanation | None:
        """A difference or ratio of two numbers of the paragraph, or of two values of what it names."""
        if number.role not in ("points", "fold", "percent", "value") or (number.role == "value" and not number.signed):
            return None
        passage = sentence.passage
        around = sentence.between(max(sentence.start, number.at - 40), min(sentence.end, number.end + 28))
        if number.role in ("percent", "value") and not _CHANGE.search(around):
            return None
        here = _operands(sentence, number, sentence.numbers)
        found = _of_pair(number, here, "beside it")
        if found is None and len(here) < 2 and number.role in ("points", "fold"):
            found = _of_pair(number, _operands(sentence, number, passage.numbers), "beside it")
        if found is not None or number.role not in ("points", "fold"):
            return found
        names = dict.fromkeys(m.name for m in (sentence.names or passage.names))
        rates = {n: [f for s, f in self.evidence.about.get(n, ()) if s.fraction][:_MOST_PAIRS] for n in names}
        pairs = [(a, b) for facts in rates.values() for a, b in permutations(facts, 2)]
        for series in self.evidence.all_series:
            if not series.fraction:
                continue
            inside = [series.facts[n] for n in names if n in series.facts]
            pairs.extend(permutations(inside, 2))
            if len(series.facts) >= 3 and series.role not in ("interval", "at"):
                pairs.append(series.ends[::-1])
        for a, b in pairs:
            if _fits_pair(number, (a.low, a.high), (b.low, b.high)):
                what = "ratio" if number.role == "fold" else "difference"
                return Explanation("derived", f"the {what} of {a.pointer} and {b.pointer}")
        return None

    def _of_set(self, sentence: Sentence, number: Number) -> Explanation | None:
        """A mean or median, an extreme, a share of a course, or a bound that a set of p-values keeps."""
        if number.role == "p" and number.bound in ("<", "<="):
            found = [(v, origin) for _, v, origin in p_sets(self.evidence) if len(v) >= 3]
            sets = [v for v, origin in found if origin == "page"] or [v for v, _ in found]
            if any(max(values) < number.high * (1 + 1e-9) for values in sets):
                return Explanation("derived", "every p of a set keeps the bound")
            return None
        if number.role == "percent" and _SHARE.search(sentence.text) and self._is_share(sentence, number):
            return Explanation("derived", "a share of a course")
        rate = is_rate(sentence, number)
        if rate and _MEAN.search(sentence.text):
            scale = 0.01 if number.role == "percent" else 1.0
            if self.evidence.is_known(number, derived_rates(self.evidence), scale):
                return Explanation("derived", "a mean or median of a column or field")
            words = words_of(sentence.text)
            for group, low, high in self._group_means:
                if words_of(group) <= words and low <= number.scaled()[1] and number.scaled()[0] <= high:
                    return Explanation("derived", f"the mean of the rows of {group}")
        around = sentence.between(max(sentence.start, number.at - 48), min(sentence.end, number.end + 32))
        if number.role in ("percent", "value", "coefficient") and _EXTREME.search(around):
            for series in self.evidence.all_series:
                wide = len(series.facts) >= 3 and series.role not in ("interval", "at")
                if number.role == "percent" and (number.signed or series.role in ("net", "gain")):
                    continue  # a change, which is given in points
                if not wide or not self.evidence.suits(number, series):
                    continue
                if any(self.evidence.matches(number, series, f) for f in series.ends):
                    return Explanation("derived", f"an extreme of {series.quantity} ({series.pointer})")
        return None

    @cached_property
    def _group_means(self) -> list[tuple[str, float, float]]:
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

    def _is_share(self, sentence: Sentence, number: Number) -> bool:
        low, high = number.scaled()
        known = vectors(self.evidence)
        at = {int(e[1:]) for e in sentence.entities if e.startswith("#")}
        for vector in (v for name in sentence.entities for v in known.get(name, ())):
            first, top = vector[0], max(v[2] for v in vector)
            for index, a, b in vector[1:]:
                for end in {top, vector[-1][2]}:
                    whole = end - first[1]
                    if (
                        (not at or index in at)
                        and whole > 0
                        and low <= (b - first[1]) / whole + 0.01
                        and ((a - first[2]) / whole - 0.01 <= high)
                    ):
                        return True
                    # of the value itself: "reaches 80% of its peak"
                    if (not at or index in at) and end > 0 and low <= b / end + 1e-9 and a / end - 1e-9 <= high:
                        return True
        return False

    @cached_property
    def _written(self) -> list[tuple[float, float, frozenset[str]]]:
        """Numbers in the words of table cells, with the words of their row."""
        out: list[tuple[float, float, frozenset[str]]] = []
        for block in self.page.document.blocks:
            if not isinstance(block, Table) or block.quoted:
                continue
            for row in block.rows:
                words = frozenset().union(*(words_of(c.text.text) for c in row if len(c.text.text) <= 300))
                for cell in row[1:]:
                    text = cell.text.text
                    if 12 < len(text) <= 300 and _DECIMAL.search(text) and any(map(str.isalpha, text)):
                        out.extend((n.low, n.high, words) for n in read_numbers(text) if n.decimals > 0)
        return out

    def _of_table_text(self, sentence: Sentence, number: Number) -> Explanation | None:
        """A decimal that stands in the words of a table whose row speaks of the same."""
        if number.role not in ("coefficient", "value", "percent", "p") or number.decimals <= 0:
            return None
        said = words_of(sentence.text) - _COMMON
        for low, high, words in self._written:
            if low <= number.value <= high and len(said & (words - _COMMON)) >= 2:
                return Explanation("derived", "stands in the words of a table")
        return None

    def _of_field(self, sentence: Sentence, number: Number) -> Explanation | None:
        """A number of a file whose keys the sentence names, where it names no thing that the files know."""
        if number.role in ("points", "fold", "n", "count"):
            return None
        words = words_of(sentence.text) - _COMMON
        best: tuple[int, Leaf] | None = None
        for scale in (1.0, 0.01) if number.role == "percent" else (1.0,):
            low, high = number.low * scale, number.high * scale
            room = 1e-9 * max(abs(low), abs(high), 1e-12)
            i = bisect_left(self._lone, low - room, key=lambda item: item[0])
            while i < len(self._lone) and self._lone[i][0] <= high + room:
                leaf = self._lone[i][1]
                i += 1
                if (number.role == "percent" and scale == 1.0 and leaf.value <= 1) or _is_limit(leaf):
                    continue
                rank = len(words & (_words_of_path(leaf) - _COMMON))
                if rank and (best is None or rank > best[0]):
                    best = rank, leaf
        # One word in common is chance where many values would do.
        if best is None or (best[0] < 2 and len(self._lone) > 40):
            return None
        return Explanation("grounded", best[1].pointer)

    def _of_row(self, sheet: Sheet, item: CellNumber) -> Explanation | None:
        """A mean, a sum, or an extreme of the other numbers of its column."""
        if not _MEAN.search(sheet.labels[item.row]) and not _TOTAL.search(sheet.labels[item.row]):
            return None
        others = [
            x.number
            for x in sheet.numbers
            if x.column == item.column and x.position == item.position and x.row != item.row
        ]
        if len(others) < 2:
            return None
        low, high = sum(n.low for n in others), sum(n.high for n in others)
        for count, what in ((1, "sum"), (len(others), "mean")):
            if low / count <= item.number.high and item.number.low <= high / count:
                return Explanation("derived", f"the {what} of its column")
        return None


# Its digit stands in front of what may not be before it: a search that begins with a digit skips everything else.
_WHOLE = regex(r"\d(?<![\w.,]\d)(?:\d{0,2}(?:,\d{3})+(?![\w.])|\d{0,6}(?![\w]|\.\d))")
_DECIMAL = regex(r"\.\d|\d\s?[eE×x·^⁻]")
"""Without it a text holds no number with decimals."""
_PRODUCT = regex(
    r"\d[\d,]*\s*(?:[A-Za-z][\w-]*\s+){0,3}[×x]\s*\d[\d,]*(?:\s*(?:[A-Za-z][\w-]*\s+){0,3}[×x]\s*\d[\d,]*)*"
)
_MEAN = regex(r"\b(?:mean|means|average\w*|median|typical\w*|overall|pooled|across)\b", re.IGNORECASE)
_SHARE = regex(
    r"\b(?:of|through|into|half) (?:its|the|their|that|this|all|eventual|total)\b[^.;]{0,40}?\b(?:rise|gains?|increase|"
    r"growth|climb|change|jump|drop|fall|decline|peak|maximum|way|movement|total|improvement|effect|range)\b",
    re.IGNORECASE,
)
_CHANGE = regex(
    r"\b(?:increas|decreas|reduc|grew|grow|drop|fell|fall|rise|rose|cut|shr[aiu]nk|relative|chang|differ|gap|spread|by\b|"
    r"more|less|higher|lower|above|below|net\b|delta)|Δ",
    re.IGNORECASE,
)
_OF_ALL = regex(r"\b(?:all|each|every|everywhere|throughout)\b", re.IGNORECASE)
_LIMIT_WORDS = frozenset(("ci", "ci95", "interval", "wilson", "low", "high", "lower", "upper", "bounds", "limits"))
_TOTAL = regex(r"\b(?:total|sum|all|combined|pooled|overall)\b", re.IGNORECASE)
_EXTREME = regex(
    r"\b(?:highest|lowest|largest|smallest|strongest|weakest|most|least|peak\w*|best|worst|top\w*|"
    r"at most|at least|up to|maximum|minimum|greatest|range\w*|between|from|reach\w*|span\w*)\b",
    re.IGNORECASE,
)


def _prints(number: Number, value: float) -> bool:
    """True if ``value`` prints as the number, or keeps the bound that it states."""
    if number.bound in ("<", "<="):
        return value <= number.high
    if number.bound in (">", ">="):
        return value >= number.low
    return number.allows(value)


def _words_of_path(leaf: Leaf) -> frozenset[str]:
    return frozenset().union(*(words_of(s if isinstance(s, str) else " ".join(s)) for s in leaf.path))


def _percent(numbers: list[Number]) -> list[Number]:
    return [n for n in numbers if n.role == "percent"]


def _is_zero_p(number: Number) -> bool:
    """A p-value is never zero, whatever it rounds."""
    return number.role == "p" and number.value == 0


def _is_limit(leaf: Leaf) -> bool:
    """True for an end of an interval, which says nothing about its estimate."""
    return bool(_LIMIT_WORDS & _words_of_path(leaf))


def _is_rate(rate: Number, k: Number, n: Number) -> bool:
    low, high = rate.scaled()
    return n.value > 0 and low - 1e-9 <= k.value / n.value <= high + 1e-9


def _of_counts(number: Number, beside: list[Number]) -> Explanation | None:
    """A rate of two counts of its row, or a count whose rate stands in the row."""
    counts = [n for n in beside if n.role in ("count", "n") and n.decimals <= 0]
    if number.role == "percent":
        if any(_is_rate(number, a, b) for a, b in permutations(counts, 2) if 0 <= a.value <= b.value and b.value > 1):
            return Explanation("derived", "the rate of the counts in its row")
    elif number.role in ("count", "n"):
        rates = [n for n in beside if n.role == "percent"]
        pairs = [(number, c) for c in counts] + [(c, number) for c in counts]
        if any(_is_rate(r, k, n) for r in rates for k, n in pairs if 0 <= k.value <= n.value and n.value > 1):
            return Explanation("derived", "a count of the rate in its row")
    return None


def _limits(k: int, n: int) -> Iterator[tuple[float, float]]:
    """The usual 95 % intervals of ``k`` of ``n``."""
    if 0 <= k <= n and 1 < n <= 1_000_000:
        for of in (wilson_interval, clopper_pearson_interval):  # the second, which is slow, only where it is asked for
            interval = of(k, n)
            yield interval.low, interval.high


def _is_end(number: Number, counts: list[tuple[int, int]]) -> tuple[int, int] | None:
    """The ``k of n`` of whose interval the number is an end."""
    scale = 100.0 if number.role == "percent" or number.value > 1 else 1.0
    for k, n in counts:
        if any(number.allows(end, scale=scale) for ends in _limits(k, n) for end in ends):
            return k, n
    return None


def _of_limits(sentence: Sentence, number: Number) -> Explanation | None:
    """An end of the interval of a ``k of n`` that the paragraph states, perhaps in another sentence."""
    if not any(number is x for a, b, _ in intervals(sentence) for x in (a, b)):
        return None
    pairs = [pair for s in sentence.passage.sentences for pair in pairs_of_counts(s)]
    found = _is_end(number, [(int(k.value), int(n.value)) for k, n in pairs][:40])
    return None if found is None else Explanation("derived", f"an end of the interval of {found[0]} of {found[1]}")


def _of_cell_limits(sheet: Sheet, item: CellNumber) -> Explanation | None:
    """An end of the interval of the counts of its row, or of its rate and N."""
    if not item.interval and not _INTERVAL_HEAD.search(sheet.header[item.column]):
        return None
    row = [x.number for x in sheet.numbers if x.row == item.row and not x.interval]
    counts = [int(x.value) for x in row if x.role in ("count", "n") and x.decimals <= 0 and x.value >= 0]
    pairs = [(k, n) for k in counts for n in counts if k <= n and n > 1]
    for rate in (x for x in row if x.role == "percent" or (x.role == "value" and 0 <= x.value <= 1)):
        low, high = rate.scaled()
        for n in counts:
            pairs.extend((k, n) for k in range(max(ceil(low * n), 0), min(floor(high * n), n) + 1)[:9])
    found = _is_end(item.number, pairs[:80])
    return None if found is None else Explanation("derived", f"an end of the interval of {found[0]} of {found[1]}")


_INTERVAL_HEAD = regex(r"\bCI|interval|confidence|Wilson", re.IGNORECASE)


def _fits_pair(number: Number, a: tuple[float, float], b: tuple[float, float]) -> bool:
    """True if the number may be a - b (points, values) or a / b (fold, and percent as a share or a change)."""
    low, high = number.scaled()
    if number.bound == "~":
        low, high = low - 0.05 * abs(low), high + 0.05 * abs(high)
    room = 1e-9
    if number.role in ("points", "value"):
        least, most = a[0] - b[1], a[1] - b[0]
        if least <= high + room and low - room <= most:
            return True
        return not number.signed and -most <= high + room and low - room <= -least
    if b[0] <= 0:
        return False
    least, most = a[0] / b[1], a[1] / b[0]
    if least <= high + room and low - room <= most:
        return True
    return number.role == "percent" and any(
        x - 1 <= high + room and low - room <= y - 1 for x, y in ((least, most), (2 - most, 2 - least))
    )


def _operands(sentence: Sentence, number: Number, numbers: tuple[Number, ...]) -> list[Number]:
    """The numbers of which a difference or ratio may be: the nearest few, since among many some pair always fits."""
    found = [n for n in numbers if n is not number and n.role in ("percent", "value", "coefficient")]
    if number.role == "points":
        found = [n for n in found if n.role == "percent" or is_rate(sentence, n)]
    found.sort(key=lambda n: abs(n.start - number.start))
    return sorted(found[:_NEAREST], key=lambda n: n.start)


def _of_pair(number: Number, others: list[Number], where: str) -> Explanation | None:
    """The two ``others`` of which the number is the difference, the ratio or the share."""
    if number.role not in ("points", "fold", "value", "percent") or len(others) > _MOST_PAIRS:
        return None
    for a, b in permutations(others, 2):
        if a.role != b.role and {a.role, b.role} != {"value", "coefficient"}:
            continue
        if number.role == "value" and a.role == "percent":
            continue
        if _fits_pair(number, a.scaled(), b.scaled()):
            what = {"points": "difference", "value": "difference", "fold": "ratio"}.get(number.role, "share or change")
            return Explanation("derived", f"the {what} of {a.text}{a.unit} and {b.text}{b.unit} {where}")
    return None
