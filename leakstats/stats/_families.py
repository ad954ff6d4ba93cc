"""Several predictors of one outcome, permuted together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from leakstats.errors import InputError, UndefinedEstimate
from leakstats.stats._arrays import FloatArray, check_choice, columns, is_constant, unit, vector
from leakstats.stats._ranks import midranks
from leakstats.stats.resampling import Permutation, all_permutations

__all__ = ["permutation_blocks", "permutation_plan", "predictors", "unit_scores"]

_EXACT_LIMIT = 9
"""Largest n whose n! permutations are counted."""


def predictors(
    X: npt.ArrayLike | Mapping[str, npt.ArrayLike], labels: Iterable[str] | None, *, rows: int, quantity: str
) -> tuple[FloatArray, tuple[str, ...]]:
    """The columns of a matrix or mapping, shape (rows, m), with one unique label each."""
    if isinstance(X, Mapping):
        if labels is not None:
            raise InputError(f"{quantity}: a mapping names its predictors; leave labels out")
        names = tuple(str(name) for name in X)
        parts = [vector(values, name=str(name), quantity=quantity) for name, values in X.items()]
        for name, part in zip(names, parts, strict=True):
            if part.size != rows:
                raise InputError(f"{quantity}: {name} must have {rows} values like y, got {part.size}")
        array = np.column_stack(parts) if parts else np.zeros((rows, 0))
    else:
        array = columns(X, name="X", quantity=quantity, rows=rows)
        names = tuple(str(i) for i in range(array.shape[1])) if labels is None else tuple(str(x) for x in labels)
    if not array.shape[1]:
        raise InputError(f"{quantity}: X needs at least one predictor")
    if len(names) != array.shape[1] or len(set(names)) != len(names):
        raise InputError(f"{quantity}: labels must be {array.shape[1]} different names, got {list(names)}")
    return array, names


def unit_scores(
    y: FloatArray, array: FloatArray, names: Sequence[str], *, statistic: str, quantity: str
) -> tuple[FloatArray, FloatArray]:
    """y, shape (n,), and the predictors, shape (n, m), ranked for Spearman, centred and of norm 1."""
    n = y.size
    if n < 3:
        raise UndefinedEstimate(quantity, f"needs at least 3 units, got {n}", n=n)
    for name, values in (("y", y), *zip(names, array.T, strict=True)):
        if is_constant(values):
            raise UndefinedEstimate(quantity, f"{name} is constant ({values[0]:g} in all {n} rows)", n=n)
    if statistic == "spearman":
        return unit(midranks(y)), unit(midranks(array, axis=0))
    return unit(y), unit(array)


def permutation_plan(method: Permutation | str, n: int, *, quantity: str) -> Permutation | None:
    """The permutations to draw, or None where all n! are counted."""
    if isinstance(method, Permutation):
        return method
    check_choice(method, name="method", choices=("auto", "exact"))
    if n <= _EXACT_LIMIT:
        return None
    if method == "exact":
        raise InputError(f"{quantity}: method='exact' counts n! permutations, n <= {_EXACT_LIMIT}, got {n}")
    return Permutation(n_resamples=9999, rng=np.random.default_rng(0))


def permutation_blocks(plan: Permutation | None, n: int) -> Iterator[npt.NDArray[Any]]:
    """The permutations in arrays of shape (b, n)."""
    if plan is not None:
        yield from plan.blocks(n)
        return
    everything = all_permutations(n)
    for start in range(0, everything.shape[0], 2**14):
        yield everything[start : start + 2**14]
