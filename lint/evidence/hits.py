"""Counts of hits with their trials, and the rates that follow from them."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TypeAlias

from leakstats.facts import Fact, Series

from .leaves import Leaf, Path, Vector, keyed, names_of, opened, parts_of, pointer_of, words_along
from .names import words_of

__all__ = ["SIZES", "Pair", "by_prefix", "pairs_in", "pairs_of", "rates_of", "ratios_of"]

Pair: TypeAlias = "tuple[Path, str, int, int]"
"""What holds two counts, a prefix of their keys, k, n."""
_MOST_FIELDS = 9
"""Whole numbers of a record that are tried in pairs."""
_HITS = words_of("k hit positive success yes matched match event flagged observed true")
SIZES = words_of("n total trial num size count sample obs nobs row pair item")


def pairs_of(records: Mapping[Path, Mapping[str, Leaf]], vectors: Collection[Path]) -> Iterator[Pair]:
    """Counts with their trials in one record: by a rate beside them, as the only two, or by their names."""
    for parent, found in records.items():
        if parent in vectors:
            continue
        for prefix, group in by_prefix(found).items():
            whole = {k: int(leaf.value) for k, leaf in group.items() if leaf.whole and 0 <= leaf.value < 1e9}
            best = _beside_their_rate(group, whole)
            if best is None and len(whole) == 2:
                k, n = sorted(whole.values())
                if n >= 5 and k < n:
                    best = (k, n)
            if best is None and len(whole) > 2:
                hits = [k for k in whole if words_of(k) & _HITS]
                sizes = [k for k in whole if words_of(k) & SIZES and k not in hits]
                if len(hits) == 1 and len(sizes) == 1 and whole[hits[0]] <= whole[sizes[0]] >= 5:
                    best = (whole[hits[0]], whole[sizes[0]])
            if best is not None:
                yield parent, prefix, *best


def pairs_in(vectors: Sequence[Vector]) -> Iterator[Pair]:
    """Counts with their trials as ``[k, n]``: vectors of two that share most of their second numbers.

    >>> found = pairs_in([(("amber",), [12, 90], None), (("birch",), [7, 90], None), (("cedar",), [31, 90], None)])
    >>> [(path, k, n) for path, _, k, n in found]
    [(('amber',), 12, 90), (('birch',), 7, 90), (('cedar',), 31, 90)]
    """
    groups: dict[Path, list[tuple[Path, int, int]]] = defaultdict(list)
    for path, values, _ in vectors:
        if len(values) == 2 and all(float(v).is_integer() for v in values) and 0 <= values[0] <= values[1] >= 5:
            groups[path[:-1]].append((path, int(values[0]), int(values[1])))
    for found in groups.values():
        if len(found) >= 3 and 2 * len({n for _, _, n in found}) <= len(found):
            yield from ((path, "", k, n) for path, k, n in found)


def _beside_their_rate(group: Mapping[str, Leaf], whole: Mapping[str, int]) -> tuple[int, int] | None:
    """k and n of which a record holds the ratio, as a fraction or in percent."""
    rates = [(key, x.value) for key, x in group.items() if -1 < x.value < 101]
    for a, k in whole.items():
        for b, n in whole.items():
            if a == b or k > n or n < 2:
                continue
            share, percent = k / n, 100 * k / n
            for key, rate in rates:  # a file tries millions of these
                if (-6e-4 < share - rate < 6e-4 or -6e-3 < percent - rate < 6e-3) and key != a and key != b:
                    return k, n
    return None


def rates_of(pairs: Sequence[Pair]) -> Iterator[Series]:
    """k / n where a file holds the counts alone."""
    groups: dict[tuple[Path, str], dict[str, Fact]] = defaultdict(dict)
    for parent, prefix, k, n in pairs:
        for part, i, j in parts_of(parent):
            fact = Fact("rate", names_of(parent), k / n, k / n, pointer_of(parent))
            groups[(opened(parent, i, j), prefix)][part] = fact
    for (signature, prefix), found in groups.items():
        if len(found) > 1:
            words = words_along(signature) | words_of(prefix) | {"rate"}
            yield Series(f"{prefix} k/n".strip(), words, keyed(found), True, "data", pointer_of(signature))


def ratios_of(records: Mapping[Path, Mapping[str, Leaf]], pairs: Sequence[Pair]) -> list[Series]:
    """One count of every record over another, for all pairs of fields that could be hits and trials.

    Which of them mean anything the file does not say; a column of a page that prints one does.
    """
    tables: dict[Path, dict[str, dict[str, Leaf]]] = defaultdict(dict)
    known = {parent for parent, _, _, _ in pairs}
    for parent, found in records.items():
        whole = {k: x for k, x in found.items() if x.whole and x.value >= 0}
        if not 2 <= len(whole) <= _MOST_FIELDS or (parent in known and len(whole) == 2):
            continue
        for part, i, j in parts_of(parent):
            tables[opened(parent, i, j)][part] = whole
    out = []
    for signature, rows in tables.items():
        if len(rows) < 3:
            continue
        shared = sorted(frozenset.intersection(*(frozenset(r) for r in rows.values())))
        for a, b in itertools.permutations(shared, 2):
            if not all(r[a].value <= r[b].value >= 5 for r in rows.values()):
                continue
            facts: dict[str, Fact] = {}
            for name, r in rows.items():
                rate = r[a].value / r[b].value
                facts[name] = Fact(f"{a}/{b}", names_of(r[a].path[:-1]), rate, rate, r[a].pointer)
            words = words_along(signature) | words_of(a) | {"rate"}
            out.append(Series(f"{a}/{b}", words, keyed(facts), True, "data", f"{pointer_of(signature)}/{a}"))
    return out


def by_prefix(found: Mapping[str, Leaf]) -> dict[str, dict[str, Leaf]]:
    """Flat keys ("own_hits", "own_total") by what they have in common; one group where they have nothing."""
    groups: dict[str, dict[str, Leaf]] = defaultdict(dict)
    for key, leaf in found.items():
        head, mark, _ = key.replace(".", "_").rpartition("_")
        groups[head if mark else ""][key] = leaf
    many = {h for h, g in groups.items() if h and len(g) >= 2}
    # "p_value" beside "r" and "n": a prefix of one key is none
    out: dict[str, dict[str, Leaf]] = defaultdict(dict)
    for key, leaf in found.items():
        flat = key.replace(".", "_")
        head = flat.rpartition("_")[0]
        while head and head not in many:
            head = head.rpartition("_")[0]
        out[head][key] = leaf
    if len(out) > 1 and "" in out:
        # what stands outside every group belongs to each: one N for several coefficients
        for head, group in out.items():
            if head:
                group.update({k: v for k, v in out[""].items() if k not in group})
    return out
