"""Counts of hits with their trials, and the rates that follow from them."""

from __future__ import annotations

import itertools
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from leakstats.facts import Fact, Series

from .leaves import Leaf, Path, Vector, keyed, keys_of, names_of, openings, pointer_of, words_along
from .names import words_of

__all__ = ["SIZES", "Group", "Pair", "grouped", "outcomes_in", "pairs_in", "pairs_of", "rates_of", "ratios_of"]

Group: TypeAlias = "tuple[Path, str, Mapping[str, Leaf]]"
"""What holds fields, a prefix of their keys, the fields with it."""
Pair: TypeAlias = "tuple[Path, str, int, int]"
"""What holds two counts, a prefix of their keys, k, n."""
_MOST_FIELDS = 9
"""Whole numbers of a record that are tried in pairs."""
_FEWEST_TRIALS = 5
_HITS = words_of("k hit positive success yes matched match event flagged observed true")
SIZES = words_of("n total trial num size count sample obs nobs row pair item")


def pairs_of(groups: Iterable[Group], vectors: Collection[Path]) -> Iterator[Pair]:
    """Counts with their trials in one record: by a rate beside them, as the only two, or by their names."""
    for parent, prefix, group in groups:
        whole = {k: int(leaf.value) for k, leaf in group.items() if leaf.whole and 0 <= leaf.value < 1e9}
        if len(whole) < 2 or parent in vectors:
            continue
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


def outcomes_in(vectors: Iterable[Vector]) -> Iterator[Pair]:
    """Counts with their trials where each trial is kept, as 0 or 1.

    >>> list(outcomes_in([(("amber",), [1.0, 0.0, 0.0, 1.0, 0.0], None)]))
    [(('amber',), '', 2, 5)]
    """
    for path, values, _ in vectors:
        if path and len(values) >= _FEWEST_TRIALS and not {*values} - {0.0, 1.0}:
            yield path, "", int(sum(values)), len(values)


def _beside_their_rate(group: Mapping[str, Leaf], whole: Mapping[str, int]) -> tuple[int, int] | None:
    """k and n of which a record holds the ratio, as a fraction or in percent."""
    if len(group) < 3:
        return None
    rates = sorted((x.value, key) for key, x in group.items() if -1 < x.value < 101)
    for a, k in whole.items():
        for b, n in whole.items():
            if a == b or k > n or n < 2:
                continue
            for share, room in ((k / n, 6e-4), (100 * k / n, 6e-3)):  # a file tries millions of these
                at = bisect_left(rates, (share - 2 * room,))
                while at < len(rates) and rates[at][0] < share + 2 * room:
                    if abs(share - rates[at][0]) < room and rates[at][1] not in (a, b):
                        return k, n
                    at += 1
    return None


def rates_of(pairs: Sequence[Pair]) -> Iterator[Series]:
    """k / n where a file holds the counts alone."""
    groups: dict[tuple[Path, str], dict[str, Fact]] = defaultdict(dict)
    for parent, prefix, k, n in pairs:
        names, pointer = names_of(parent), pointer_of(parent)
        for part, signature in openings(parent):
            groups[(signature, prefix)][part] = Fact("rate", names, k / n, k / n, pointer)
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
        for part, signature in openings(parent):
            tables[signature][part] = whole
    out = []
    for signature, rows in tables.items():
        if len(rows) < 3:
            continue
        names, along, pointer = names_of(signature), words_along(signature), pointer_of(signature)
        shared = sorted(frozenset.intersection(*(frozenset(r) for r in rows.values())))
        for a, b in itertools.permutations(shared, 2):
            if not all(r[a].value <= r[b].value >= 5 for r in rows.values()):
                continue
            quantity = f"{a}/{b}"
            facts: dict[str, Fact] = {}
            for name, r in rows.items():
                rate = r[a].value / r[b].value
                facts[name] = Fact(quantity, names | keys_of(name), rate, rate, r[a].pointer)
            words = along | words_of(a) | {"rate"}
            out.append(Series(quantity, words, keyed(facts), True, "data", f"{pointer}/{a}"))
    return out


def grouped(records: Mapping[Path, Mapping[str, Leaf]]) -> list[Group]:
    """The fields of every record by what their keys have in common."""
    return [(path, prefix, group) for path, found in records.items() for prefix, group in _by_prefix(found).items()]


def _by_prefix(found: Mapping[str, Leaf]) -> dict[str, dict[str, Leaf]]:
    """Flat keys ("own_hits", "own_total") by what they have in common; one group where they have nothing."""
    heads = {key: key.replace(".", "_").rpartition("_")[0] for key in found}
    # "p_value" beside "r" and "n": a prefix of one key is none
    many = {head for head, keys in Counter(heads.values()).items() if head and keys > 1}
    if not many:
        return {"": dict(found)}
    out: dict[str, dict[str, Leaf]] = defaultdict(dict)
    for key, leaf in found.items():
        head = heads[key]
        while head and head not in many:
            head = head.rpartition("_")[0]
        out[head][key] = leaf
    if len(out) > 1 and "" in out:
        # what stands outside every group belongs to each: one N for several coefficients
        for head, group in out.items():
            if head:
                group.update({k: v for k, v in out[""].items() if k not in group})
    return out
