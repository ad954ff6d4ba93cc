"""The shared input checks, centring and tail probabilities."""

from __future__ import annotations

import importlib
import subprocess
import sys

import numpy as np
import pytest

import leakstats.stats
from leakstats.errors import InputError, UndefinedEstimate
from leakstats.stats import _arrays as arrays
from leakstats.stats._tails import correlation_p, log_betainc, normal_p, t_p


@pytest.mark.parametrize(
    ("values", "constant"),
    [
        ([], True),
        ([5.0], True),
        ([0.3, 0.1 + 0.2], True),
        ([1e8, 1e8 + 1e-7], False),
        ([1e-100, 2e-100], False),
        ([5e-324, 1e-323], False),
        ([1e308, -1e308], False),
        ([0.0, -0.0], True),
    ],
)
def test_constant_is_judged_by_the_data_s_own_magnitude(values: list[float], constant: bool) -> None:
    assert arrays.is_constant(np.array(values)) is constant


def test_constant_by_column() -> None:
    assert arrays.is_constant(np.array([[0.1, 1.0], [0.1, 2.0]]), axis=0).tolist() == [True, False]


def test_centring_loses_no_digits() -> None:
    base = np.array([1.0, 2.0, 4.0, 9.0])
    expected = base - 4.0
    for moved in (base, base + 1e8, base * 2.0**-1000, base * 2.0**1000):
        found = arrays.centred(moved)
        assert np.allclose(found / np.abs(found).max(), expected / 5.0, rtol=0, atol=1e-15)
        assert 0.5 <= np.abs(found).max() < 1.0
        assert arrays.unit(moved) @ arrays.unit(moved) == pytest.approx(1.0, abs=1e-15)
    assert arrays.centred(np.array([1e308, -1e308, 0.0])).tolist() == [0.5562684646268003, -0.5562684646268003, 0.0]


def test_messages_name_the_value_and_the_row() -> None:
    with pytest.raises(InputError, match=r"q: x must be finite, got nan at row 2 \(2 such\); drop missing ones first"):
        arrays.vector([1, 2, np.nan, np.nan], name="x", quantity="q")
    with pytest.raises(InputError, match=r"got inf at row \(1, 0\)"):
        arrays.matrix([[1, 2], [np.inf, 3]], name="x", quantity="q")
    assert np.isnan(arrays.matrix([[1, np.nan]], name="x", quantity="q", missing=True)[0, 1])
    with pytest.raises(InputError, match=r"must have one axis, got shape \(1, 2\)"):
        arrays.vector([[1, 2]], name="x", quantity="q")
    with pytest.raises(InputError, match="must have two axes"):
        arrays.matrix([1, 2], name="x", quantity="q")
    with pytest.raises(InputError, match="regular array"):
        arrays.vector([[1], [1, 2]], name="x", quantity="q")
    with pytest.raises(InputError, match="real numbers, got dtype complex"):
        arrays.vector([1j], name="x", quantity="q")
    with pytest.raises(UndefinedEstimate, match="at least 3 values, got 1"):
        arrays.vector([1], name="x", quantity="q", at_least=3)
    with pytest.raises(InputError, match=r"whole numbers, got 0\.5"):
        arrays.integers([1, 0.5], name="k", quantity="q")
    with pytest.raises(InputError, match="got 3 of 2"):
        arrays.counts([3], [2], quantity="q")
    with pytest.raises(InputError, match="trials must be at least 1, got 0"):
        arrays.counts([0], [0], quantity="q")
    assert arrays.counts([0], [0], quantity="q", zero_trials=True)[1].tolist() == [0]
    with pytest.raises(InputError, match="successes and trials must match"):
        arrays.counts([1, 2], [1, 2, 3], quantity="q")
    with pytest.raises(InputError, match=r"one label a row \(3\), got 2"):
        arrays.codes(["a", "b"], name="group", quantity="q", rows=3)
    with pytest.raises(InputError, match="missing label at row 0"):
        arrays.codes([float("nan"), 1.0], name="group", quantity="q", rows=2)
    found, levels = arrays.codes(np.array(["b", "a", "b"]), name="group", quantity="q", rows=3)
    assert (found.tolist(), levels) == ([0, 1, 0], ("b", "a"))
    with pytest.raises(InputError, match="a whole number of at least 1, got True"):
        arrays.check_count(True, name="n")


def test_tails_against_80_digit_arithmetic() -> None:
    # mpmath: log(betainc(a, b, 0, x, regularized=True))
    for a, x, expected in (
        (274.5, 1e-3, -1899.5586215936742),
        (5e5, 0.9975, -1255.7033222692946),
        (500.0, 0.05, -1501.5204616415424),
        (10.0, 1e-40, -922.7701894942147),
        (1e5, 0.99, -1009.0603235665584),
    ):
        assert log_betainc(a, 0.5, x) == pytest.approx(expected, rel=1e-12)
    assert t_p(1e200, 5).log10 == pytest.approx(-998.0, abs=3)
    assert t_p(2.0, 10).value == pytest.approx(0.07338803477074039, rel=1e-12)
    assert t_p(2.0, 10, alternative="less").value == pytest.approx(1 - 0.07338803477074039 / 2, rel=1e-12)
    assert normal_p(-1.959963984540054).value == pytest.approx(0.05, rel=1e-12)
    assert normal_p(60.0).log10 == pytest.approx(-783.6, abs=0.1)
    assert normal_p(0.0).value == 1.0
    assert correlation_p(0.5, 0.75, 10).value == pytest.approx(t_p(0.5 * (10 / 0.75) ** 0.5, 10).value, rel=1e-12)


def test_public_names_resolve_and_functions_win_over_modules() -> None:
    for name in leakstats.stats.__all__:
        assert callable(getattr(leakstats.stats, name)), name
    for name, home in leakstats.stats._HOME.items():
        module = importlib.import_module(f"leakstats.stats.{home}")
        assert getattr(leakstats.stats, name) is getattr(module, name)
    with pytest.raises(AttributeError, match="no attribute 'pearsn'"):
        _ = leakstats.stats.pearsn  # type: ignore[attr-defined]


def test_importing_the_package_is_cheap() -> None:
    code = "import sys, leakstats.stats; print('numpy' in sys.modules or 'scipy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
