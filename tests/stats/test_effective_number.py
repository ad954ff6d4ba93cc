"""The participation ratio against the eigenvalues it is made of, its limits, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest

from leakstats.errors import InputError, UndefinedEstimate
from leakstats.stats import effective_number


@pytest.mark.parametrize("k", [1, 2, 3, 5, 12])
def test_it_is_the_participation_ratio_of_the_eigenvalues(k: int) -> None:
    rng = np.random.default_rng(k)
    r = np.atleast_2d(np.corrcoef(rng.normal(size=(k, 40)) + rng.normal(size=40)))
    eigenvalues = np.linalg.eigvalsh(r)
    assert effective_number(r).value == pytest.approx(eigenvalues.sum() ** 2 / (eigenvalues**2).sum(), rel=1e-12)
    assert effective_number(r).n == k


@pytest.mark.parametrize("k", [2, 7])
def test_copies_count_once_and_uncorrelated_columns_fully(k: int) -> None:
    signs = np.where(np.arange(k) % 2, -1.0, 1.0)
    assert effective_number(np.outer(signs, signs)).value == 1.0
    assert effective_number(np.eye(k)).value == k


@pytest.mark.parametrize(
    "wrong",
    [
        [[1.0, 0.2]],
        [[1.0, 0.2], [0.3, 1.0]],
        [[0.9, 0.0], [0.0, 1.0]],
        [[1.0, 1.5], [1.5, 1.0]],
        [[1.0, np.nan], [np.nan, 1.0]],
        [1.0],
    ],
)
def test_what_is_no_correlation_matrix_is_refused(wrong: object) -> None:
    with pytest.raises(InputError):
        effective_number(wrong)  # type: ignore[arg-type]


def test_no_column_has_no_number() -> None:
    with pytest.raises(UndefinedEstimate):
        effective_number(np.zeros((0, 0)))
