"""Facts from any JSON or CSV: the shape is discovered by its values, never by its key names.

Records in lists, objects of objects, columns of equal length, rows of text: all become leaves with a path. What of a
path is an entity and what a field is left open: every step in turn is taken as the entity, and the binding of a page's
columns decides by agreement.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import repeat

from leakstats.facts import Series
from leakstats.lazy import cached_property
from leakstats.records import replace

from .hits import SIZES, Group, Pair, grouped, outcomes_in, pairs_in, pairs_of, rates_of, ratios_of
from .leaves import Beside, Leaf, Path, Step, Vector, beside, last_key, openings, steps_of
from .names import words_of
from .triples import Triple, rows_of_vectors, triples_of
from .vectors import courses_of, ends_of, points_of, rated, scale_of, series_of

__all__ = ["Dataset"]


@dataclass
class Dataset:
    """The numbers of one results file."""

    name: str
    leaves: list[Leaf]
    vectors: list[Vector]
    strings: frozenset[str]
    unread: str = ""
    """What of the file was left out, in words; "" for nothing."""
    sizes: frozenset[int] = frozenset()
    """Lengths of its collections."""
    labels: tuple[tuple[str, str], ...] = ()
    """Texts that only one record has, each with the key of its record."""
    groups: tuple[frozenset[str], ...] = ()
    """Folded keys of the records that share a text, such as a category."""

    @cached_property
    def entities(self) -> frozenset[str]:
        """The names of things: keys of records, and keys of objects that hold the same fields as their neighbours."""
        out: set[str] = set()
        fields: dict[Path, list[str]] = defaultdict(list)
        for path, leaves in self._beside:
            fields[path].extend(key for leaf in leaves for key in steps_of(leaf.path[-1:]))
        tails: dict[Path, dict[str, set[tuple[Path, str]]]] = defaultdict(lambda: defaultdict(set))
        for path, keys in fields.items():
            for i, step in enumerate(path):
                if isinstance(step, str):
                    tails[path[:i]][step].update(zip(repeat(path[i + 1 :]), keys))
                else:
                    out.update(step)
            if self._uniform(path):
                out.update(keys)
        for found in tails.values():
            names = list(found)
            for name in names:
                own = found[name]
                if any(o != name and 2 * len(own & found[o]) >= max(len(own), len(found[o])) for o in names[:50]):
                    out.add(name)
        return frozenset(out)

    @cached_property
    def records(self) -> dict[Path, dict[str, Leaf]]:
        """Leaves by what holds them and their key."""
        out: dict[Path, dict[str, Leaf]] = defaultdict(dict)
        for parent, leaves in self._beside:
            for leaf in leaves:
                last = leaf.path[-1] if leaf.path else ""
                if last[:1] == "[":
                    continue  # a member of a vector has a position and no name
                out[parent][last if isinstance(last, str) else "/".join(last)] = leaf
        return out

    @cached_property
    def _beside(self) -> list[Beside]:
        return beside(self.leaves)

    @cached_property
    def series(self) -> list[Series]:
        """One quantity over several entities, for every step of the paths that can be the entity."""
        out = []
        for signature, found in self._alike():
            if len(found) < 2:
                continue
            values = [leaf.value for leaf in found.values()]
            whole = all(leaf.whole for leaf in found.values())
            scale, fraction = scale_of(values, whole, last_key(signature))
            made = series_of(signature, found, scale, fraction)
            within = self._intervals and {leaf.path[:-1] for leaf in found.values()} <= self._intervals
            ends = within or _last_words(signature) & _INTERVAL_WORDS
            out.append(replace(made, role="interval") if ends else made)
        out.extend(rates_of(self.pairs))
        out.extend(points_of(self.rated_vectors))
        courses = courses_of(self._beside, self.pairs, self._vector_paths)
        out.extend(ends_of((*self.vectors, *self.rated_vectors, *courses), self._intervals))
        return out

    def _alike(self) -> Iterator[tuple[Path, dict[str, Leaf]]]:
        """Leaves whose paths differ in one name alone, each under its name, with what their paths share."""
        positional = {path for path, values, _ in self.vectors if len(values) > 3}
        axes = {path for path, values, axis in self.vectors if axis == tuple(values)}
        groups: dict[tuple[Path, Step], dict[str, Leaf]] = defaultdict(dict)
        for parent, leaves in self._beside:
            if parent in axes or not leaves[0].path:
                continue  # "epoch 4" is where something was measured
            above, uniform, unnamed = openings(parent), self._uniform(parent), parent in positional
            for leaf in leaves:
                last = leaf.path[-1]
                if unnamed and last[:1] == "[":
                    continue  # no page speaks of "the seventeenth"
                for part, signature in above:
                    groups[signature, last][part] = leaf
                if uniform or isinstance(last, tuple):
                    for part, (key,) in openings((last,)):
                        groups[parent, key][part] = leaf
        for (signature, last), found in groups.items():
            yield (*signature, last), found

    @cached_property
    def _grouped(self) -> list[Group]:
        return grouped(self.records)

    @cached_property
    def _vector_paths(self) -> frozenset[Path]:
        return frozenset(path for path, _, _ in self.vectors)

    @cached_property
    def pairs(self) -> list[Pair]:
        """Counts with their trials."""
        counted = (x for x in self.vectors if x[0] not in self._intervals)
        return [
            *pairs_of(self._grouped, self._vector_paths),
            *pairs_in(list(counted)),
            *outcomes_in(self.vectors),
        ]

    @property
    def is_empty(self) -> bool:
        """It holds no number that could be compared with one of a page."""
        return not self.leaves and not self.vectors

    @cached_property
    def ratios(self) -> list[Series]:
        """One count of every record over another, whatever they count."""
        return ratios_of(self.records, self.pairs)

    @cached_property
    def rated_vectors(self) -> tuple[Vector, ...]:
        """k / n where a vector of counts stands beside its trials."""
        return tuple(rated(self.vectors, self.records))

    @cached_property
    def triples(self) -> list[Triple]:
        """Correlations with p and N."""
        return triples_of((*self._grouped, *grouped(rows_of_vectors(self.leaves, self.vectors))))

    @cached_property
    def _intervals(self) -> frozenset[Path]:
        """Vectors of two that hold a number beside them: intervals."""
        out = set()
        for path, values, _ in self.vectors:
            if len(values) == 2 and values[0] <= values[1]:
                whole = values[0].is_integer() and values[1].is_integer()
                beside = [x.value for x in self.records.get(path[:-1], {}).values() if not (x.whole and whole)]
                if any(values[0] <= v <= values[1] for v in beside) or words_of(str(path[-1])) & _INTERVAL_WORDS:
                    out.add(path)
        return frozenset(out)

    @cached_property
    def _uniform_parents(self) -> frozenset[Path]:
        out = set()
        for parent, found in self.records.items():
            values = [leaf.value for leaf in found.values()]
            whole = [leaf.whole for leaf in found.values()]
            if len(values) >= 3 and (all(whole) or all(-1 <= v <= 1 for v in values) or not any(whole)):
                out.add(parent)
        return frozenset(out)

    def _uniform(self, parent: Path) -> bool:
        return parent in self._uniform_parents

    @cached_property
    def trials(self) -> frozenset[int]:
        """Whole numbers that can be sample sizes: of counts, of correlations, of collections, or by their name."""
        out = {n for _, _, _, n in self.pairs} | {t.n for t in self.triples if t.n is not None} | set(self.sizes)
        whole: dict[Step, list[Leaf]] = defaultdict(list)
        for leaf in self.leaves:
            if leaf.whole and leaf.path:
                whole[leaf.path[-1]].append(leaf)
        for name, found_leaves in whole.items():
            if isinstance(name, str) and words_of(name) & SIZES:
                out.update(int(leaf.value) for leaf in found_leaves)
        fields: dict[str, list[Leaf]] = defaultdict(list)
        for found in self.records.values():
            for key, leaf in found.items():
                fields[key].append(leaf)
        for found_leaves in fields.values():
            values = [x.value for x in found_leaves]
            # counts of hits scatter; what was asked of each is a round number, or the same for many
            if all(x.whole and x.value >= 10 for x in found_leaves) and (
                all(v % 10 == 0 for v in values) or (len(values) > 3 and 2 * len(set(values)) <= len(values))
            ):
                out.update(map(int, values))
        return frozenset(out)

    @cached_property
    def integers(self) -> frozenset[int]:
        """Every whole number of the file, and the size of every collection."""
        return frozenset(int(x.value) for x in self.leaves if x.whole) | self.sizes


_INTERVAL_WORDS = frozenset(
    ["ci", "ci95", "wilson", "interval", "low", "high", "lower", "upper", "lo", "hi", "bound", "conf", "confint", "cl"]
)


def _last_words(signature: Path) -> frozenset[str]:
    out: frozenset[str] = frozenset()
    for step in signature[-2:]:
        if isinstance(step, str):
            out |= words_of(step)
    return out
