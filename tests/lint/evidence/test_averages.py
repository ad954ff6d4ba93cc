"""Mean and median are those of the standard library, which is imported only here."""

from __future__ import annotations

import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leakstats.lint.evidence.averages import mean, median

VALUES = st.lists(st.floats(-1e9, 1e9), min_size=1)


@given(VALUES)
def test_they_are_those_of_the_standard_library(values: list[float]) -> None:
    assert mean(iter(values)) == statistics.fmean(values)
    assert median(iter(values)) == statistics.median(values)


def test_nothing_has_no_mean() -> None:
    with pytest.raises(ZeroDivisionError):
        mean([])
