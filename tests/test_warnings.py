"""The suite's own settings: a numpy warning that leaves leakstats fails the test in which it happens."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

DIVISION = "np.array([1.0]) / np.array([0.0])"
"""Warns at the line that divides."""

EMPTY_MEAN = "np.mean(np.zeros(0))"
"""Warns inside numpy, however it was called."""


def run(expression: str, *, module: str) -> Any:
    """The expression as if it stood in that module."""
    return eval(expression, {"__name__": module, "np": np})  # noqa: S307 - two constants of this file


@pytest.mark.parametrize("expression", [DIVISION, EMPTY_MEAN])
@pytest.mark.parametrize("module", ["leakstats", "leakstats.stats.correlation", "leakstats.lint.engine"])
def test_our_runtime_warnings_are_errors(module: str, expression: str) -> None:
    with pytest.raises(RuntimeWarning):
        run(expression, module=module)


def test_those_of_others_are_not() -> None:
    with pytest.warns(RuntimeWarning, match="divide by zero"):
        assert np.isinf(run(DIVISION, module="statsmodels.regression"))
