"""Geometry of items before and after: brute force, invariances, the reason for pseudo-values, and odd input."""

from __future__ import annotations

import itertools
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats as scipy_stats
from scipy.spatial.distance import pdist

from leakstats.errors import InputError, UndefinedEstimate
from leakstats.stats import (
    Bootstrap,
    accuracy_change,
    axis_shift,
    clustered_proportion,
    cosine_matrix,
    mean_similarity,
    nearest_centroid,
    nearest_centroid_accuracy,
    paired_contrast,
    sign_flip,
    similarity_change,
    spread_change,
)


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(5)


def two_states(rng: np.random.Generator, n: int = 7, width: int = 11) -> tuple[np.ndarray, np.ndarray]:
    before = 1.0 + rng.normal(size=(n, width))
    return before, 1.0 + 0.6 * (before - 1.0) + 0.3 * rng.normal(size=(n, width))


# -- values


@pytest.mark.parametrize("centring", ["none", "set"])
def test_cosines_against_scipy(rng, centring):
    before, _ = two_states(rng)
    rows = before - before.mean(axis=0) if centring == "set" else before
    found = cosine_matrix(before, centring=centring)
    upper = found[np.triu_indices(7, k=1)]
    np.testing.assert_allclose(upper, 1.0 - pdist(rows, "cosine"), atol=1e-14)
    assert mean_similarity(before, centring=centring).value == pytest.approx(upper.mean(), abs=1e-14)


@pytest.mark.parametrize("centring", ["none", "set"])
def test_change_and_its_error_by_leaving_each_item_out(rng, centring):
    before, after = two_states(rng)
    if centring == "set":  # the centre is that of all items: it stays while one is left out
        before, after = before - before.mean(axis=0), after - after.mean(axis=0)
    e = similarity_change(before, after, centring=centring)

    def change(keep: np.ndarray) -> float:
        return float(pdist(before[keep], "cosine").mean() - pdist(after[keep], "cosine").mean())

    n = 7
    everything = np.arange(n)
    left_out = np.array([change(everything != i) for i in range(n)])
    assert e.value == pytest.approx(change(everything >= 0), abs=1e-13)
    pseudo = n * e.value - (n - 1) * left_out
    assert pseudo.mean() == pytest.approx(e.value, abs=1e-12)
    assert e.details["standard_error"] == pytest.approx(pseudo.std(ddof=1) / np.sqrt(n), rel=1e-9)
    assert e.p_value.value == sign_flip(pseudo).p_value.value
    assert e.p_value.minimum == 2 / 2**n
    assert (e.n, e.n_rows) == (7, 21)


def test_bootstrap_of_items_by_brute_force(rng):
    before, after = two_states(rng, n=5)
    stored = np.array([[0, 1, 2, 3, 4], [0, 0, 1, 2, 3], [1, 1, 1, 4, 2], [3, 3, 3, 3, 3]])
    e = similarity_change(before, after, bootstrap=Bootstrap(stored=stored))
    change = cosine_matrix(after) - cosine_matrix(before)
    values = []
    for draw in stored[:3]:
        pairs = [(i, j) for i, j in itertools.combinations(draw.tolist(), 2) if i != j]
        values.append(np.mean([change[i, j] for i, j in pairs]))
    interval = e.interval_by("node-bootstrap expanded-percentile")
    assert min(values) <= interval.low <= interval.high <= max(values)
    assert e.details["n_degenerate"] == 1  # the draw of a single item has no pair


def test_spread_and_shift(rng):
    before, _ = two_states(rng, n=6)
    direction = rng.normal(size=11)
    e = spread_change(before, 5.0 + 0.25 * before)
    assert e.value == pytest.approx(np.log(0.25), abs=1e-12)
    assert e.interval is None  # every item moved by the same factor
    steps = rng.uniform(0.1, 0.5, size=6)
    moved = before + steps[:, None] * direction
    e = axis_shift(before, moved, start=np.zeros(11), end=direction)
    assert e.value == pytest.approx(steps.mean(), abs=1e-12)
    assert e.details["axis_length"] == pytest.approx(np.linalg.norm(direction))
    assert e.details["mean_projection"] == pytest.approx(steps.mean() * np.linalg.norm(direction))
    assert e.p_value.value == 2 / 2**6


def test_nearest_centroid_by_brute_force(rng):
    states = 0.8 * rng.normal(size=(6, 1, 5)) + rng.normal(size=(1, 7, 5)) + rng.normal(size=(6, 7, 5))
    cube = states - states.mean(axis=0)
    expected = np.zeros((6, 7), dtype=bool)
    for i, q in itertools.product(range(6), range(7)):
        centroids = np.delete(cube, q, axis=1).mean(axis=1)
        expected[i, q] = np.linalg.norm(centroids - cube[i, q], axis=1).argmin() == i
    found = nearest_centroid(states)
    np.testing.assert_array_equal(found, expected)
    assert 0.2 < found.mean() < 0.95
    e = nearest_centroid_accuracy(found)
    assert e.value == expected.mean()
    assert e.details["chance"] == pytest.approx(1 / 6)


# -- invariances


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), scale=st.sampled_from([1e-150, 1e-3, 1.0, 1e150]))
def test_order_of_items_rotation_and_unit_change_nothing(seed, scale):
    rng = np.random.default_rng(seed)
    before, after = two_states(rng, n=6, width=4)
    order = rng.permutation(6)
    rotation = np.linalg.qr(rng.normal(size=(4, 4)))[0] * scale
    a, b = (before @ rotation)[order], (after @ rotation)[order]
    start, end = rng.normal(size=4), rng.normal(size=4)
    pairs = [
        (similarity_change(before, after), similarity_change(a, b)),
        (similarity_change(before, after, centring="set"), similarity_change(a, b, centring="set")),
        (spread_change(before, after), spread_change(a, b)),
        (
            axis_shift(before, after, start=start, end=end),
            axis_shift(a, b, start=start @ rotation, end=end @ rotation),
        ),
    ]
    for one, two in pairs:
        assert two.value == pytest.approx(one.value, rel=1e-8, abs=1e-11)
        assert two.p_value.value == one.p_value.value
        assert two.interval.low == pytest.approx(one.interval.low, rel=1e-7, abs=1e-10)


def test_swapping_the_states_turns_the_sign(rng):
    before, after = two_states(rng)
    one, two = similarity_change(before, after), similarity_change(after, before)
    assert two.value == pytest.approx(-one.value)
    assert two.p_value.value == one.p_value.value


# -- why pseudo-values


def test_flipping_the_items_own_changes_would_reject_far_too_often():
    # pair changes a_i + a_j with a_i symmetric about 0: nothing changes on average
    rng = np.random.default_rng(3)
    n, runs = 10, 400
    naive = pseudo = 0
    for _ in range(runs):
        a = rng.normal(size=n)
        own = (a * (n - 2) + a.sum()) / (n - 1)
        naive += sign_flip(own).p_value.value <= 0.05
        mean = own.mean()
        pseudo += sign_flip(mean + 2.0 * (n - 1) / (n - 2) * (own - mean)).p_value.value <= 0.05
    assert naive / runs > 0.25
    assert pseudo / runs < 0.05 + 3 * np.sqrt(0.05 * 0.95 / runs)


@pytest.mark.slow
@pytest.mark.parametrize("n", [8, 12, 20])
def test_size_and_coverage_where_nothing_changes(n):
    # items heavy in scale; the states are exchangeable, so that the mean change is 0
    rng = np.random.default_rng(n)
    runs = 2000
    rejected = covered = 0
    for _ in range(runs):
        u, v = rng.normal(size=(2, n, 8))
        s, t = np.exp(0.8 * rng.normal(size=(2, n, 1)))
        e = similarity_change(2.0 + s * u, 2.0 + t * (0.7 * u + np.sqrt(0.51) * v))
        rejected += e.p_value.value <= 0.05
        covered += 0.0 in e.interval
    error = 3 * np.sqrt(0.05 * 0.95 / runs)
    assert rejected / runs < 0.065 + error
    assert covered / runs > 0.945 - error


# -- odd input


def test_what_has_no_value(rng):
    before, after = two_states(rng, n=4)
    for function, n in ((similarity_change, 2), (spread_change, 2), (mean_similarity, 1)):
        arguments = (before[:n],) if function is mean_similarity else (before[:n], after[:n])
        with pytest.raises(UndefinedEstimate, match="needs at least"):
            function(*arguments)
    zero = before.copy()
    zero[2] = 0.0
    with pytest.raises(UndefinedEstimate, match="pilot is the zero vector"):
        similarity_change(zero, after, labels=["guide", "rogue", "pilot", "cook"])
    same = np.ones((4, 3))
    with pytest.raises(UndefinedEstimate, match="equals the mean of the set"):
        similarity_change(same, same, centring="set")
    with pytest.raises(UndefinedEstimate, match="lies on the mean"):
        spread_change(same, same)
    with pytest.raises(UndefinedEstimate, match="same point"):
        axis_shift(before, after, start=before[0], end=before[0])
    with pytest.raises(UndefinedEstimate, match="2 items and 2 questions"):
        nearest_centroid(np.ones((3, 1, 2)))
    with pytest.raises(UndefinedEstimate, match="not above the chance of 1 in 4"):
        accuracy_change(np.zeros((4, 3), dtype=bool), np.ones((4, 3), dtype=bool))
    at_chance = np.zeros((4, 4), dtype=bool)
    at_chance[0] = True
    with pytest.raises(UndefinedEstimate, match="not above the chance"):
        accuracy_change(at_chance, np.ones((4, 4), dtype=bool))


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_values_that_are_not_finite_are_refused(rng, bad):
    before, after = two_states(rng)
    broken = after.copy()
    broken[1, 1] = bad
    for function in (similarity_change, spread_change):
        with pytest.raises(InputError, match="after must be finite"):
            function(before, broken)
    with pytest.raises(InputError, match="must be finite"):
        nearest_centroid(np.full((2, 2, 2), bad))


def test_shapes_and_options_are_checked(rng):
    before, after = two_states(rng)
    with pytest.raises(InputError, match="the same items"):
        similarity_change(before, after[:-1])
    with pytest.raises(InputError, match="centring must be one of"):
        similarity_change(before, after, centring="both")
    with pytest.raises(InputError, match="labels must name 7 items"):
        similarity_change(before, after, labels=["a"])
    with pytest.raises(InputError, match="no coordinates"):
        similarity_change(np.ones((4, 0)), np.ones((4, 0)))
    with pytest.raises(InputError, match="axis must have 11 coordinates"):
        axis_shift(before, after, start=[0.0], end=[1.0])
    with pytest.raises(InputError, match="must be bool"):
        accuracy_change(np.ones((3, 3)), np.ones((3, 3)))
    with pytest.raises(InputError, match="takes no clusters"):
        similarity_change(before, after, bootstrap=Bootstrap(stored=[[0, 1], [1, 2]], clusters=list("aabbccd")))


def test_nothing_changed(rng):
    before, _ = two_states(rng)
    for e in (similarity_change(before, before), spread_change(before, before)):
        assert (e.value, e.p_value, e.interval) == (0.0, None, None)
        assert any("no scatter to judge by" in note for note in e.notes)
    e = axis_shift(before, before, start=np.zeros(11), end=np.ones(11))
    assert (e.value, e.p_value) == (0.0, None)
    same = np.ones((4, 3), dtype=bool)
    e = accuracy_change(same, same)
    assert (e.value, e.p_value.value) == (0.0, 1.0)


def test_a_tie_identifies_nothing():
    assert not nearest_centroid(np.ones((3, 4, 2))).any()
    twins = np.random.default_rng(0).normal(size=(1, 4, 6)) + np.zeros((2, 4, 6))
    assert not nearest_centroid(twins).any()


@pytest.mark.parametrize(("scale", "offset"), [(1e-100, 0.0), (1e100, 0.0), (1.0, 1e8)])
def test_scales_and_offsets_lose_nothing_and_warn_of_nothing(rng, scale, offset):
    before, after = two_states(rng)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        e = spread_change(scale * before + offset, scale * after + offset)
        c = similarity_change(scale * before + offset, scale * after + offset, centring="set")
        states = scale * rng.normal(size=(4, 3, 5)) + offset
        hits = nearest_centroid(states)
    assert e.value == pytest.approx(spread_change(before, after).value, abs=1e-6)
    assert c.value == pytest.approx(similarity_change(before, after, centring="set").value, abs=1e-6)
    assert hits.shape == (4, 3)


# -- against other functions of ours and of numpy


def test_spread_is_the_log_ratio_of_distances_with_a_t_interval(rng):
    before, after = two_states(rng)
    logs = [np.log(np.linalg.norm(s - s.mean(axis=0), axis=1)) for s in (before, after)]
    ratio = logs[1] - logs[0]
    e = spread_change(before, after)
    assert e.value == pytest.approx(ratio.mean(), abs=1e-12)
    low, high = scipy_stats.ttest_1samp(ratio, 0.0).confidence_interval()
    assert (e.interval.low, e.interval.high) == pytest.approx((low, high), abs=1e-12)
    assert e.p_value.value == sign_flip(ratio).p_value.value


def test_interval_of_the_mean_similarity_by_leaving_each_item_out(rng):
    before, _ = two_states(rng)
    n = 7
    everything = np.arange(n)

    def similarity(keep: np.ndarray) -> float:
        return float(1.0 - pdist(before[keep], "cosine").mean())

    e = mean_similarity(before)
    pseudo = n * e.value - (n - 1) * np.array([similarity(everything != i) for i in range(n)])
    low, high = scipy_stats.ttest_1samp(pseudo, 0.0).confidence_interval()
    assert (e.interval.low, e.interval.high) == pytest.approx((low, high), abs=1e-12)


def test_accuracy_is_that_of_the_hits(rng):
    before = rng.random((6, 8)) < 0.9
    after = before & (rng.random((6, 8)) < 0.6)
    e = nearest_centroid_accuracy(after)
    items, questions = np.indices(after.shape).reshape(2, -1)
    rate = clustered_proportion(after.ravel().astype(int), 1, {"item": items, "question": questions})
    assert (e.value, e.interval) == (rate.value, rate.interval)
    change = accuracy_change(before, after)
    both = paired_contrast(after.astype(float), before.astype(float))
    assert change.value == pytest.approx(after.mean() - before.mean(), abs=1e-14)
    assert (change.interval.low, change.interval.high) == pytest.approx((both.interval.low, both.interval.high))
    assert change.p_value.value == both.p_by("sign-flip-over-units").value
