"""Cosines of centroids, and how alike personas are before and after training, as results.json stores them."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from leakstats.errors import InputError, UndefinedEstimate
from leakstats.experiment.types import Centroids
from leakstats.results.tables import Factor, GeometryTable, Level, NamedColumn
from leakstats.stats import axis_shift, mean_similarity, nearest_centroid, similarity_change, spread_change

__all__ = ["ROUNDOFF", "Cosines", "array_id", "cosines", "geometry_table", "relative_noise"]

FloatArray = npt.NDArray[np.float64]

ROUNDOFF = {"float64": 2.0**-53, "float32": 2.0**-24, "float16": 2.0**-11, "bfloat16": 2.0**-8}
"""Unit roundoff of the formats that states are computed in: 2 to minus the number of significant bits."""

_GROWTH = 2.0
"""Error of a state in roundoffs, for each square root of a sum that it went through; measured, see relative_noise."""

_SUMS_A_BLOCK = 2
"""Attention and the feed-forward part each add to the state, and each sum is rounded."""

BASE = "base"
_UNFIT = re.compile(r"[^A-Za-z0-9_.-]")

_NOT_MEASURED = "not measured: no prompt of this persona was read"


def relative_noise(layers: Sequence[int], *, dtype: str) -> FloatArray:
    """The numerical noise of a state as a share of its norm, by layer: 2 u sqrt(2 (i + 1)) for block i.

    Every block adds twice to the state and rounds twice; independent roundings add like a random walk. On a model of
    Qwen2.5-7B's shape with random weights (benchmarks/gpu/RESULTS.md) bf16 states were on average 3.1 %, 3.8 %, 4.4 %
    and 5.0 % of their norm away from fp32 ones at blocks 10, 15, 20 and 25, which is 1.7 to 1.8 u sqrt(2 (i + 1)).
    Centred centroids over 20 prompts were at most 0.57 of the stated noise away.

    Parameters
    ----------
    layers : sequence of int
        Blocks, 0 the first.
    dtype : {"float64", "float32", "float16", "bfloat16"}
        What the model computed in.

    Returns
    -------
    array, shape (layers,)

    Raises
    ------
    InputError
        For another dtype or a negative layer.

    Notes
    -----
    A mean over prompts has less noise as far as the roundings of different prompts are independent; nothing is taken
    off for that, so the floor is an upper one.

    Examples
    --------
    >>> relative_noise([10, 25], dtype="bfloat16").round(3)
    array([0.037, 0.056])
    """
    if dtype not in ROUNDOFF:
        raise InputError(f"dtype is {dtype!r}; it must be one of {', '.join(ROUNDOFF)}")
    blocks = np.asarray(layers, dtype=np.float64)
    if (blocks < 0).any():
        raise InputError(f"layers are {list(layers)}; they must be at least 0")
    out: FloatArray = _GROWTH * ROUNDOFF[dtype] * np.sqrt(_SUMS_A_BLOCK * (blocks + 1.0))
    return out


@dataclass(frozen=True, slots=True)
class Cosines:
    """Cosines of centred centroids; NaN where one of the two has no direction that rounding left."""

    of: tuple[str, ...]
    personas: tuple[str, ...]
    layers: tuple[int, ...]
    values: FloatArray
    """Shape (of, personas, layers), in [-1, 1], exactly symmetric between two personas, 1 for one with itself."""
    centre: tuple[str, ...]
    """Whose mean was taken off."""
    norms: FloatArray
    """Of the centred centroids, shape (personas, layers); NaN where not measured."""
    floor: FloatArray
    """What rounding alone may leave of them, shape (personas, layers)."""
    undefined: Mapping[tuple[str, int], str]
    """(persona, layer) to the reason why it has no direction there."""

    @property
    def missing_reason(self) -> str | None:
        """One sentence on all that is undefined; None where nothing is."""
        if not self.undefined:
            return None
        by_reason: dict[str, set[int]] = {}
        for (_, layer), reason in self.undefined.items():
            by_reason.setdefault(reason, set()).add(layer)
        parts = [f"{reason} (layers {', '.join(map(str, sorted(at)))})" for reason, at in by_reason.items()]
        return "; ".join(parts)


_TOO_SHORT = "the centred centroid is no longer than what rounding leaves of none, so that it has no direction"


def cosines(
    centroids: Centroids,
    *,
    of: Sequence[str] | None = None,
    centre: Sequence[str] | Literal["all"] = "all",
    dtype: str = "float32",
) -> Cosines:
    """Cosines of personas' centroids after the mean over a named set of personas is taken off, in fp64.

    Parameters
    ----------
    centroids : Centroids
        Of one state of the model.
    of : sequence of str, optional
        Personas that are compared with all (the sources); all where None.
    centre : sequence of str or "all"
        The set whose mean is taken off. A persona of it that was not measured is left out of the mean at every layer.
    dtype : str
        What the model computed in; sets the noise floor (:func:`relative_noise` times the norm before centring).

    Raises
    ------
    InputError
        For a name that is no persona, one named twice, or an empty set.

    Notes
    -----
    With all n personas as the set, cosines average near -1 / (n - 1) whatever the personas are.

    Examples
    --------
    >>> found = cosines(Centroids(("a", "b", "c"), (3,), np.array([[[1.0, 0.0]], [[0.0, 1.0]], [[-1.0, -1.0]]]),
    ...                           np.array([5, 5, 5]), "last_prompt"), of=["a"])
    >>> found.values[0, :, 0].round(3).tolist(), found.centre
    ([1.0, 0.0, -0.707], ('a', 'b', 'c'))
    """
    names = centroids.personas
    rows = _places(names, names if of is None else of, "of")
    wanted = names if centre == "all" else centre
    values = np.asarray(centroids.values, dtype=np.float64)
    measured = np.asarray(np.isfinite(values).all(axis=(1, 2)), dtype=bool)
    members = [i for i in _places(names, wanted, "centre") if measured[i]]
    noise = relative_noise(centroids.layers, dtype=dtype)
    shape = (len(names), len(centroids.layers))
    norms, floor = np.full(shape, np.nan), np.full(shape, np.nan)
    out = np.full((len(rows), *shape), np.nan)
    undefined: dict[tuple[str, int], str] = {}
    for k, layer in enumerate(centroids.layers):
        usable = np.zeros(len(names), dtype=bool)
        if members:
            vectors = values[measured, k]
            # a common shift is taken off first: it costs the mean no digits
            origin = values[members[0], k]
            centred = (vectors - origin) - (values[members, k] - origin).mean(axis=0)
            norms[measured, k] = np.linalg.norm(centred, axis=1)
            floor[measured, k] = noise[k] * np.linalg.norm(vectors, axis=1)
            usable[measured] = norms[measured, k] > floor[measured, k]
            unit = centred[usable[measured]] / norms[usable, k][:, None]
            square = np.clip(unit @ unit.T, -1.0, 1.0)
            square = (square + square.T) / 2.0
            np.fill_diagonal(square, 1.0)
            whole = np.full((len(names), len(names)), np.nan)
            whole[np.ix_(usable, usable)] = square
            out[:, :, k] = whole[rows]
        for i in np.flatnonzero(~usable).tolist():
            undefined[names[i], layer] = _TOO_SHORT if measured[i] else _NOT_MEASURED
    return Cosines(
        tuple(names[i] for i in rows),
        names,
        centroids.layers,
        out,
        tuple(names[i] for i in members),
        norms,
        floor,
        undefined,
    )


def _places(names: Sequence[str], wanted: Sequence[str], what: str) -> list[int]:
    places = {name: i for i, name in enumerate(names)}
    unknown = [name for name in wanted if name not in places]
    if unknown or not wanted or len(set(wanted)) < len(wanted):
        problem = f"{unknown[0]!r} is no persona" if unknown else "it must name personas, each once, at least one"
        raise InputError(f"{what} is {list(wanted)}: {problem}; there are {', '.join(names)}")
    return [places[name] for name in wanted]


def array_id(kind: Literal["centroids", "states"], state: Level | None = None) -> str:
    """The id under which an analysis looks for the arrays of a state (a level of a factor of models; None: base).

    Examples
    --------
    >>> array_id("centroids"), array_id("states", "em 1")
    ('centroids.base', 'states.em_1')
    """
    return f"{kind}.{BASE if state is None else _UNFIT.sub('_', str(state))}"


def geometry_table(
    base: Centroids,
    states: Mapping[Level, Centroids],
    *,
    id: str,
    factor: str,
    levels: Mapping[str, Sequence[Level]],
    dtype: str,
    axes: Mapping[Level, tuple[str, str]] | None = None,
) -> GeometryTable:
    """How alike the personas are in each state, and what changed against the base: points, for files without arrays.

    With the arrays in the file (:func:`array_id`) an analysis computes the same with intervals and tests over
    personas; a table is for results whose arrays are not kept.

    Parameters
    ----------
    base : Centroids
        The untouched model; with ``raw`` states nearest-centroid accuracies are given.
    states : mapping of level to Centroids
        Trained states, controls among them: the same personas and layers.
    id : str
        Of the table.
    factor : {"condition", "source", "checkpoint", "state"}
        Of which the states are levels.
    levels : mapping
        The levels of the file's factors ``factor`` and ``layer``.
    dtype : str
        What the model computed in.
    axes : mapping of level to (persona, persona), optional
        For a state the personas at the ends of its axis, both as the base has them.

    Raises
    ------
    InputError
        If states differ from the base in personas or layers, or a level is unknown.
    """
    for level, state in states.items():
        if state.personas != base.personas or state.layers != base.layers:
            raise InputError(f"geometry table {id!r}: {level!r} has other personas or layers than the base")
        if level not in levels.get(factor, ()):
            raise InputError(f"geometry table {id!r}: {level!r} is no level of {factor}")
    known = list(levels["layer"])
    rows = [(level, k) for level in states for k in range(len(base.layers))]
    made: dict[str, list[float]] = {name: [] for name in _COLUMNS}
    reasons: set[str] = set()
    noise = relative_noise(base.layers, dtype=dtype)
    for level, k in rows:
        values = _measures(base, states[level], k, noise[k], (axes or {}).get(level), reasons)
        for name in _COLUMNS:
            made[name].append(values.get(name, math.nan))
    columns = {
        name: NamedColumn(np.array(made[name]), unit, description)
        for name, (unit, description) in _COLUMNS.items()
        if not np.isnan(made[name]).all()
    }
    missing = any(np.isnan(c.values).any() for c in columns.values())
    places = list(levels[factor])
    return GeometryTable(
        id=id,
        quantity="how alike the personas' centroids are, and their change against the base",
        factors={
            factor: Factor(tuple(places), np.array([places.index(level) for level, _ in rows])),
            "layer": Factor(tuple(known), np.array([known.index(base.layers[k]) for _, k in rows])),
        },
        columns=columns,
        reason_missing="; ".join(sorted(reasons)) if missing else None,
    )


_COLUMNS: dict[str, tuple[str, str]] = {
    "mean_cosine": ("cosine", "mean cosine of all pairs of personas, not centred"),
    "mean_cosine_change": ("difference of cosines", "change of the mean cosine against the base"),
    "log_spread_change": ("difference of logs", "mean log ratio of the distances from the personas' mean"),
    "axis_shift": ("difference in lengths of the axis", "mean displacement along the state's axis"),
    "accuracy": ("fraction", "nearest-centroid accuracy, each question held out in turn"),
    "accuracy_change": ("difference of fractions", "change of the accuracy against the base"),
    "noise_share": ("fraction", "numerical noise floor over the mean distance from the personas' mean"),
}


def _measures(
    base: Centroids, state: Centroids, k: int, noise: float, axis: tuple[str, str] | None, reasons: set[str]
) -> dict[str, float]:
    both = np.isfinite(base.values[:, k]) & np.isfinite(state.values[:, k])
    there = np.asarray(both.all(axis=1), dtype=bool)
    names = [name for name, here in zip(base.personas, there.tolist(), strict=True) if here]
    before, after = base.values[there, k], state.values[there, k]
    found: dict[str, float] = {}

    def enter(name: str, compute: Callable[[], float]) -> None:
        try:
            found[name] = compute()
        except UndefinedEstimate as error:
            reasons.add(f"{name}: {error.reason}")

    enter("mean_cosine", lambda: mean_similarity(after, labels=names).value)
    enter("mean_cosine_change", lambda: similarity_change(before, after, labels=names).value)
    enter("log_spread_change", lambda: spread_change(before, after, labels=names).value)
    if axis is not None:
        enter("axis_shift", lambda: _shift(base, state, k, axis, there))
    if base.raw is not None and state.raw is not None:
        _accuracies(base.raw[:, :, k], state.raw[:, :, k], enter)
    if len(names) > 1:
        distance = float(np.linalg.norm(after - after.mean(axis=0), axis=1).mean())
        if distance > 0.0:
            found["noise_share"] = noise * float(np.linalg.norm(after, axis=1).mean()) / distance
    return found


def _shift(base: Centroids, state: Centroids, k: int, axis: tuple[str, str], there: npt.NDArray[np.bool_]) -> float:
    ends = _places(base.personas, axis, "axis")
    if not there[ends].all():
        raise UndefinedEstimate("shift_along_axis", f"{' or '.join(axis)} was not measured", n=int(there.sum()))
    others = there.copy()
    others[ends] = False  # they make the axis, and are not independent of it
    start, end = (base.values[i, k] for i in ends)
    return axis_shift(base.values[others, k], state.values[others, k], start=start, end=end).value


def _accuracies(
    before: npt.NDArray[np.float32], after: npt.NDArray[np.float32], enter: Callable[[str, Callable[[], float]], None]
) -> None:
    whole = np.isfinite(before).all(axis=(1, 2)) & np.isfinite(after).all(axis=(1, 2))

    def accuracy(states: npt.NDArray[np.float32]) -> float:
        return float(nearest_centroid(states[whole]).mean())

    def change() -> float:
        own, n = accuracy(before), int(whole.sum())
        if own <= 1.0 / n:
            raise UndefinedEstimate(
                "accuracy_change", f"the base's accuracy is {own:.3g}, not above the chance of 1 in {n}", n=n
            )
        return accuracy(after) - own

    enter("accuracy", lambda: accuracy(after))
    enter("accuracy_change", change)
