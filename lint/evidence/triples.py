"""Correlations of a results file with their p-values and sample sizes, found by the relation between the three."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from leakstats.facts import Fact
from leakstats.records import replace, struct
from leakstats.tails import correlation_p, correlation_p_bounds

from .hits import Group
from .leaves import MOST_STEPS, Leaf, Path, Vector, names_of, pointer_of, words_along
from .names import words_of

__all__ = ["Triple", "rows_of_vectors", "triples_of"]

_MOST_TRIED = 4_000
"""Coefficients that are held against sizes; a file with more pairs is no table of correlations."""
_P_NAMES = frozenset(["p", "pval", "pvalue"])


@struct
class Triple:
    """A correlation with its p-value and sample size."""

    names: frozenset[str]
    words: frozenset[str]
    coefficient: Fact
    p: Fact | None
    n: int | None
    pointer: str


def triples_of(groups: Iterable[Group]) -> list[Triple]:
    """The correlations of the fields of records whose p-value follows from coefficient and sample size."""
    out: list[Triple] = []
    budget = _MOST_TRIED
    for parent, prefix, group in groups:
        decimals = [x for x in group.values() if not x.whole]
        if len(decimals) < 2:
            continue
        sizes = {int(x.value) for x in group.values() if x.whole and 4 <= x.value <= 1e7}
        coefficients = [x for x in decimals if -1 < x.value < 1]
        ps = [x for x in decimals if 0 < x.value <= 1]
        used: set[int] = set()
        for c in coefficients:
            best: tuple[float, Leaf, int] | None = None
            for n in sizes if any(p is not c for p in ps) else ():
                budget -= 1
                if budget < 0:
                    return out
                least, most = correlation_p_bounds(c.value, n)
                possible = [p for p in ps if least * 0.97 < p.value < most * 1.03 and p is not c]
                expected = correlation_p(c.value, n) if possible else 0.0
                for p in possible:
                    if id(p) in used:
                        continue
                    gap = abs(p.value - expected) / max(p.value, expected, 1e-300)
                    named = words_of(p.path[-1] if isinstance(p.path[-1], str) else "") & _P_NAMES
                    if gap < (0.02 if named else 1e-4) and (best is None or gap < best[0]):
                        best = (gap, p, n)
            if best is not None and not any(t.p is not None and t.p.pointer == c.pointer for t in out):
                _, p, n = best
                used.add(id(p))
                names = names_of((*parent, prefix) if prefix else parent)
                out.append(
                    Triple(
                        names,
                        words_along(parent) | words_of(prefix),
                        Fact("coefficient", names, c.value, c.value, c.pointer),
                        Fact("p", names, p.value, p.value, p.pointer),
                        n,
                        pointer_of(parent),
                    )
                )
    return out


def rows_of_vectors(leaves: Sequence[Leaf], vectors: Sequence[Vector]) -> dict[Path, dict[str, Leaf]]:
    """What vectors beside each other hold at one position: the coefficient, p and N of a layer."""
    beside: dict[tuple[Path, int], list[Path]] = defaultdict(list)
    for path, values, _ in vectors:
        if path and 2 < len(values) <= MOST_STEPS:
            beside[(path[:-1], len(values))].append(path)
    known = {p for paths in beside.values() if len(paths) >= 3 for p in paths}
    out: dict[Path, dict[str, Leaf]] = defaultdict(dict)
    for leaf in leaves if known else ():
        key = leaf.path[-2] if leaf.path[:-1] in known else ""
        if key and isinstance(key, str):
            row = (*leaf.path[:-2], leaf.path[-1])
            out[row][key] = replace(leaf, path=(*row, key))
    return out
