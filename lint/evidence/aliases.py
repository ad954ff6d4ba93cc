"""Names of a page and of its files for the same thing: shortened, in words, or known by their values alone."""

from __future__ import annotations

import itertools
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence

from leakstats.facts import Series
from leakstats.lazy import cached_property

from ..document import Document
from ..regex import regex
from .by_value import Index
from .names import abbreviates, fold_name, index_of, name_variants
from .shapes import Dataset
from .table_binding import bind
from .tables import CellNumber, Sheet, entity_names

__all__ = ["Aliases"]

_MOST_NAMES = 2_000
"""Names of a file among which abbreviations are looked for; a file with more holds single measurements."""
_MOST_OPEN = 40
"""Rows of a table whose names are looked for by their values."""
_SURE = 5
"""Digits by which a row is known."""
_MOST_TEXT = 8_000
_TWO_WORDS = 5
"""Characters of the shortest two, "ab cd"; many cells hold less."""
_PLAIN_WORD = regex(r"[A-Za-z]+")
_OF_TWO = regex(
    r"(?P<a>[A-Za-z]\w*(?: \w+)?)\s*(?:\bvs\.?|\bversus\b|–|—|/|×|&|\band\b|\bwith\b|~)\s*(?P<b>[A-Za-z]\w*(?: \w+)?)"
)


class Aliases:
    """What names of rows and columns mean in the files, and how prose calls them."""

    def __init__(
        self,
        document: Document,
        sheets: Sequence[Sheet],
        datasets: Sequence[Dataset],
        stored: list[Series],
        index: Index,
        texts: frozenset[str],
        heads: Sequence[str],
    ) -> None:
        self._document = document
        self._sheets = sheets
        self._datasets = datasets
        self._stored = stored
        self._index = index
        self._texts = texts
        """Names under which the files hold values."""
        self._heads = heads
        """The things that tables follow over layers or epochs, one a column."""

    @cached_property
    def meant(self) -> dict[str, str]:
        """Folded names of rows and columns to the folded names under which the files hold them, where they differ."""
        out: dict[str, str] = {}
        full = [n for n in self._texts if not n.isdigit()]
        if len(full) > _MOST_NAMES:
            full = []
        for dataset in self._datasets:
            for shown, key in dataset.labels:
                if fold_name(shown) not in self._index and fold_name(key) in self._index:
                    out.setdefault(fold_name(shown), fold_name(key))
        for sheet in self._sheets:
            own = {v for x in (*sheet.labels, *sheet.header[1:]) for v in name_variants(x)}
            rows = {v for x in sheet.labels for v in name_variants(x)}
            for label in (*sheet.labels, *sheet.header[1:]):
                bare = label.split("(")[0].strip(" *`_")
                folded = fold_name(bare)
                if len(folded) < 2 or folded in out or folded in self._index or index_of(bare):
                    continue
                hits = {fold_name(n) for n in full if abbreviates(bare, n)} or {
                    fold_name(n) for n in full if abbreviates(n, bare)
                }
                if len(hits) > 1:  # a name that the table has in full is meant by no other row
                    hits -= own
                elif label in sheet.labels:  # and "E4 guard" beside "guard" is another row
                    hits -= {h for h in hits & rows if len(h) < len(folded)}
                if len(hits) == 1:
                    out[folded] = hits.pop()
        for sheet in self._sheets:
            for folded, name in (*self._same_values(sheet, out), *self._same_records(sheet, out)):
                out.setdefault(folded, name)
        for short, meant in (*self.shortened.items(), *self.in_words.items()):
            out.setdefault(fold_name(short), out.get(meant, meant))
        return out

    @cached_property
    def shortened(self) -> dict[str, str]:
        """Two words of the page's prose that begin the two words of one name: "med doc" of ``medical_doctor``."""
        names: dict[tuple[str, str], set[tuple[str, str, str]]] = defaultdict(set)
        labels = [x.split("(")[0].strip(" *`_") for s in self._sheets for x in (*s.labels, *self._heads)]
        for name in (*labels, *self._texts):
            words = [w.casefold() for w in regex(r"[\s_-]+").split(name) if w]
            if len(words) == 2 and all(len(w) > 2 and w.isalpha() for w in words):
                names[(words[0][:2], words[1][:2])].add((words[0], words[1], fold_name(name)))
        out: dict[str, str] = {}
        if not names:
            return out
        for text, scope in self._document.texts():
            if scope in ("quote", "code", "alt"):
                continue
            if len(text.text) < _TWO_WORDS or text.text.isalpha():
                continue
            words = _PLAIN_WORD.findall(text.text[:_MOST_TEXT])
            starts = [word[:2].casefold() for word in words]
            if names.keys().isdisjoint(itertools.pairwise(starts)):
                continue
            for pair, a, b in zip(itertools.pairwise(starts), words, words[1:], strict=False):
                found = names.get(pair)
                if found and len(a) > 1 and len(b) > 1:
                    hits = {f for x, y, f in found if x.startswith(a.casefold()) and y.startswith(b.casefold())}
                    short = f"{a} {b}"
                    if len(hits) == 2 and fold_name(short) in hits and not self._side_by_side(hits):
                        hits.discard(fold_name(short))  # one table says "Med Doc", another "Med Doctor"
                    if len(hits) == 1 and fold_name(short) not in hits and min(len(a), len(b)) >= 2:
                        out[short] = hits.pop()
        return out

    @cached_property
    def in_words(self) -> dict[str, str]:
        """How prose calls the rows that stand for two things each: "A and B", "B with A" of "A vs B"."""
        out: dict[str, str] = {}
        for sheet in self._sheets:
            pairs = [(x, m) for x in sheet.labels if (m := _OF_TWO.fullmatch(x.strip(" *`_"))) is not None]
            if 2 * len(pairs) < len(sheet.labels) or len(pairs) < 2:
                continue
            for label, match in pairs:
                for a, b in ((match["a"], match["b"]), (match["b"], match["a"])):
                    for word in ("and", "with", "vs", "against"):
                        out.setdefault(f"{a} {word} {b}", fold_name(label))
        return out

    def _side_by_side(self, names: set[str]) -> bool:
        """True if one table has all of ``names``: they are two things."""
        heads = ([*s.labels, *s.keys] for s in self._sheets)
        return any(names <= {fold_name(x.split("(")[0]) for x in found} for found in heads)

    def _same_values(self, sheet: Sheet, aliases: dict[str, str]) -> Iterator[tuple[str, str]]:
        """Labels of rows that no letters explain, each with the one name of the files that has its values.

        The columns that most rows bind to a field say where to look; a label and a name must be alone with each other.
        """
        open_rows = self._open_rows(sheet, aliases)
        if not open_rows:
            return
        taken = {aliases.get(f, f) for f in _folded(sheet)}
        scores: dict[tuple[str, str], int] = defaultdict(int)
        for series, cells in sheet.series:
            if not series.pointer.startswith("column") or series.role == "interval":
                continue
            names = [frozenset(aliases.get(n, n) for n in entity_names(sheet, c, across=False)) for c in cells]
            bound = bind(series, cells, names, self._index, self._stored)
            candidates = [(bound.data, bound.scale)] if bound is not None else []
            if bound is None and len(open_rows) == len(sheet.labels):
                candidates = list(self._as_whole(cells))
            for data, scale in candidates:
                for cell in cells:
                    if cell.row not in open_rows or cell.number.bound or len(cell.number.text.strip("+-−.0")) < 2:
                        continue
                    hits = {
                        n
                        for n, f in data.facts.items()
                        if n not in taken and n[:1] != "#" and cell.number.allows(f.value, scale=scale)
                    }
                    if len(hits) == 1:
                        scores[(open_rows[cell.row], hits.pop())] += 1
        for (label, name), score in scores.items():
            rivals = max((s for (a, b), s in scores.items() if (a == label) != (b == name)), default=0)
            if score >= 2 > rivals:
                yield label, name

    def _open_rows(self, sheet: Sheet, aliases: dict[str, str]) -> dict[int, str]:
        """The rows of which no letters say what the files call them; none where they are too many."""
        rows = {r: f for r, f in enumerate(_folded(sheet)) if len(f) >= 2 and f not in aliases and f not in self._index}
        rows = {r: f for r, f in rows.items() if not index_of(sheet.labels[r])}
        rows = {r: f for r, f in rows.items() if sheet.labels.count(sheet.labels[r]) == 1}
        return rows if self._stored and len(rows) <= _MOST_OPEN else {}

    def _same_records(self, sheet: Sheet, aliases: dict[str, str]) -> Iterator[tuple[str, str]]:
        """Labels of rows of which most cells are values of one name of the files, and of that alone.

        A name that fits several rows as well as any other, such as a method, is that of none; of two names the one with
        less beside it is meant.
        """
        open_rows = self._open_rows(sheet, aliases)
        taken = {aliases.get(f, f) for f in _folded(sheet)}
        cells: dict[str, dict[str, CellNumber]] = defaultdict(dict)
        for cell in sheet.numbers if open_rows else ():
            if cell.row in open_rows and not cell.interval and not cell.number.bound and _digits(cell.number.text) > 1:
                cells[open_rows[cell.row]].setdefault(cell.number.text, cell)
        best: dict[str, set[str]] = {}
        for label, found in cells.items():
            scores: dict[str, list[int]] = defaultdict(list)
            for text, cell in found.items():
                for name in self._that_have(cell) - taken:
                    scores[name].append(_digits(text))
            most = max(scores.values(), key=lambda x: (len(x), sum(x)), default=[])
            if len(most) >= 2 and 2 * len(most) > len(found) and sum(most) >= _SURE:
                best[label] = {
                    n for n, digits in scores.items() if (len(digits), sum(digits)) == (len(most), sum(most))
                }
        for label, names in best.items():
            own = names.difference(*(n for other, n in best.items() if other != label))
            facts = sorted((len(self._index[n]), n) for n in own)
            if facts and (len(facts) == 1 or facts[0][0] < facts[1][0]):
                yield label, facts[0][1]

    def _that_have(self, cell: CellNumber) -> set[str]:
        """The names under which a value is held that a cell may print."""
        low, high = cell.number.admitted
        out: set[str] = set()
        for scale in (1.0, 100.0) if cell.number.role != "count" else (1.0,):
            i = bisect_left(self._values, (low / scale - 1e-12,))
            while i < len(self._values) and self._values[i][0] <= high / scale + 1e-12:
                out.add(self._values[i][1])
                i += 1
        return out

    @cached_property
    def _values(self) -> list[tuple[float, str]]:
        """Every value that the files hold of a name, in order."""
        return sorted(
            {(f.value, n) for s in self._stored if s.role != "interval" for n, f in s.facts.items() if n[0] != "#"}
        )

    def _as_whole(self, cells: Sequence[CellNumber]) -> Iterator[tuple[Series, float]]:
        """Fields that hold the very values of a column, whosever they are."""
        ordered = sorted(cells, key=lambda c: c.number.value)
        if len({c.number.text for c in cells}) < 4:
            return
        for series in self._stored:
            values = sorted(f.value for n, f in series.facts.items() if n[:1] != "#")
            if len(values) == len(ordered):
                for scale in (1.0, 100.0):
                    if all(c.number.admits(v, scale=scale) for c, v in zip(ordered, values, strict=True)):
                        yield series, scale


def _folded(sheet: Sheet) -> list[str]:
    """The folded labels of the rows, less what stands in brackets."""
    return [fold_name(x.split("(")[0]) for x in sheet.labels]


def _digits(text: str) -> int:
    """The digits of a printed number, without those that any number may have in front."""
    return sum(c.isdigit() for c in text.lstrip("+-−–0."))
