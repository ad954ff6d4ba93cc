"""The crossed random-effects logistic model: agreement with the design-based answer, determinism, refusals."""

from __future__ import annotations

import numpy as np
import pytest

from leakstats.errors import InputError, UndefinedEstimate
from leakstats.estimate import Estimate
from leakstats.stats.clustered import clustered_proportion
from leakstats.stats.logistic import _average, crossed_logistic


def simulated() -> tuple[np.ndarray, dict[str, np.ndarray]]:
    rng = np.random.default_rng(12)
    eta = -0.5 + rng.normal(0, 1.2, 16)[:, None] + rng.normal(0, 0.5, 6)[None, :]
    k = rng.binomial(10, 1 / (1 + np.exp(-eta))).ravel()
    return k, {"question": np.repeat(np.arange(16), 6), "persona": np.tile(np.arange(6), 16)}


@pytest.fixture(scope="module")
def fitted() -> Estimate:
    return crossed_logistic(simulated()[0], 10, simulated()[1])


def test_agrees_with_the_design_based_rate(fitted: Estimate) -> None:
    k, clusters = simulated()
    other = clustered_proportion(k, 10, clusters)
    assert fitted.interval is not None
    assert other.interval is not None
    assert fitted.value == pytest.approx(other.value, abs=0.01)
    assert fitted.interval.width == pytest.approx(other.interval.width, rel=0.35)
    assert dict(fitted.clusters) == {"question": 16, "persona": 6}


def test_finds_the_spread_of_each_factor(fitted: Estimate) -> None:
    assert fitted.details["sd_question"] == pytest.approx(1.2, rel=0.4)
    assert fitted.details["sd_persona"] == pytest.approx(0.5, rel=0.6)


def test_is_the_same_every_time(fitted: Estimate) -> None:
    k, clusters = simulated()
    assert crossed_logistic(k, 10, clusters).to_json() == fitted.to_json()


def test_average_over_effects_agrees_with_brute_force() -> None:
    effects = np.random.default_rng(1).normal(0, np.hypot(0.7, 1.1), 2_000_000)
    assert _average(-1.0, np.array([0.7, 1.1])) == pytest.approx(np.mean(1 / (1 + np.exp(1 - effects))), abs=1e-3)


def test_what_does_not_exist_is_undefined() -> None:
    with pytest.raises(UndefinedEstimate, match="intercept is infinite"):
        crossed_logistic([0, 0, 0], 10, "abc")
    with pytest.raises(UndefinedEstimate, match="all rows lie in one"):
        crossed_logistic([1, 2], 10, "aa")
    with pytest.raises(InputError, match=r"got 11 of 10"):
        crossed_logistic([1, 11], 10, "ab")
