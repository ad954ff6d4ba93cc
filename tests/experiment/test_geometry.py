"""Cosines against plain loops; undefined directions; tables that an analysis reads."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leakstats.errors import InputError
from leakstats.experiment.geometry import (
    ROUNDOFF,
    array_id,
    cosines,
    geometry_table,
    relative_noise,
)
from leakstats.experiment.types import Centroids
from leakstats.stats import axis_shift, cosine_matrix, mean_similarity, similarity_change, spread_change

NAMES = ("villain", "pirate", "sailor", "nurse", "doctor", "assistant")


def centroids(rng, *, n=6, layers=(0, 3), width=12, offset=5.0, questions=None):
    shape = (n, len(layers), width)
    values = offset + rng.normal(size=shape)
    raw = None
    if questions:
        # each question has a shift of its own, so that only centring by question tells personas apart
        spread = rng.normal(size=(1, questions, *shape[1:])) * 3.0 + 0.3 * rng.normal(size=(n, questions, *shape[1:]))
        raw = (values[:, None] + spread).astype(np.float32)
        values = raw.astype(np.float64).mean(axis=1)
    return Centroids(NAMES[:n], layers, values, np.full(n, questions or 4), "last_prompt", raw)


def plain(values, members, a, b):
    mean = [sum(values[m][k] for m in members) / len(members) for k in range(len(values[0]))]
    x, y = ([v - m for v, m in zip(values[i], mean, strict=True)] for i in (a, b))
    dot = math.fsum(p * q for p, q in zip(x, y, strict=True))
    return dot / math.sqrt(math.fsum(p * p for p in x) * math.fsum(q * q for q in y))


@pytest.mark.parametrize("centre", ["all", ("pirate", "nurse", "assistant")])
def test_cosines_are_those_of_a_plain_loop(centre):
    data = centroids(np.random.default_rng(0))
    found = cosines(data, of=["sailor", "villain"], centre=centre)
    members = range(6) if centre == "all" else [1, 3, 5]
    assert found.values.shape == (2, 6, 2)
    for s, source in enumerate((2, 0)):
        for p in range(6):
            for k in range(2):
                wanted = plain(data.values[:, k].tolist(), members, source, p)
                assert found.values[s, p, k] == pytest.approx(wanted, abs=1e-14)
    assert found.centre == (NAMES if centre == "all" else centre)
    assert found.missing_reason is None


def test_cosines_over_all_are_those_of_the_estimator():
    data = centroids(np.random.default_rng(1))
    found = cosines(data)
    for k in range(2):
        np.testing.assert_allclose(
            found.values[:, :, k], cosine_matrix(data.values[:, k], centring="set"), atol=1e-14, rtol=0
        )


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 6), st.floats(1e-3, 1e3), st.floats(-50, 50))
def test_cosines_are_exactly_symmetric_and_ignore_offset_and_unit(seed, n, unit, offset):
    data = centroids(np.random.default_rng(seed), n=n)
    found = cosines(data).values
    assert np.array_equal(found, found.transpose(1, 0, 2))
    assert (np.diagonal(found) == 1.0).all()
    assert (np.abs(found) <= 1.0).all()
    moved = replace(data, values=unit * (data.values + offset))
    np.testing.assert_allclose(cosines(moved, dtype="float64").values, found, atol=1e-10)


def test_a_layer_where_all_personas_are_alike_has_no_cosine():
    data = centroids(np.random.default_rng(2))
    values = data.values.copy()
    # as fp32 states are where nothing of the persona has arrived: equal but for rounding
    values[:, 0] = values[0, 0] * (1.0 + 1e-8 * np.random.default_rng(3).normal(size=(6, 12)))
    found = cosines(replace(data, values=values), of=["villain"])
    assert np.isnan(found.values[:, :, 0]).all()
    assert np.isfinite(found.values[:, :, 1]).all()
    assert "no longer than what rounding leaves" in found.missing_reason
    assert "(layers 0)" in found.missing_reason
    assert set(found.undefined) == {(name, 0) for name in NAMES}


def test_the_persona_at_the_mean_alone_is_undefined():
    data = centroids(np.random.default_rng(4))
    values = data.values.copy()
    values[5] = values[:5].mean(axis=0)
    found = cosines(replace(data, values=values), centre=NAMES[:5])
    assert np.isnan(found.values[5]).all()
    assert np.isnan(found.values[:, 5]).all()
    assert np.isfinite(found.values[:5, :5]).all()
    assert set(found.undefined) == {("assistant", 0), ("assistant", 3)}


def test_a_persona_that_was_not_measured_is_left_out_of_the_mean():
    data = centroids(np.random.default_rng(5))
    values = data.values.copy()
    values[2] = np.nan
    found = cosines(replace(data, values=values))
    rest = [0, 1, 3, 4, 5]
    assert found.centre == tuple(NAMES[i] for i in rest)
    assert found.values[0, 1, 0] == pytest.approx(plain(values[:, 0].tolist(), rest, 0, 1), abs=1e-14)
    assert np.isnan(found.values[2]).all()
    assert "not measured" in found.undefined["sailor", 0]


def test_the_noise_floor_follows_the_number_format():
    data = centroids(np.random.default_rng(6), offset=1000.0)
    assert np.isfinite(cosines(data, dtype="float32").values).all()
    lost = cosines(data, dtype="bfloat16")
    assert np.isnan(lost.values).all()
    assert (lost.norms <= lost.floor).all()
    noise = relative_noise([0, 7], dtype="bfloat16")
    assert noise.tolist() == [2 * 2**-8 * math.sqrt(2), 2 * 2**-8 * 4]
    assert ROUNDOFF["float16"] == np.finfo(np.float16).eps / 2


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"of": ["ghost"]}, "of is .*'ghost' is no persona; there are villain"),
        ({"centre": []}, "at least one"),
        ({"centre": ["pirate", "pirate"]}, "each once"),
        ({"dtype": "int8"}, "dtype is 'int8'"),
    ],
)
def test_bad_arguments(options, match):
    with pytest.raises(InputError, match=match):
        cosines(centroids(np.random.default_rng(7)), **options)


def test_negative_layers_have_no_noise():
    with pytest.raises(InputError, match="at least 0"):
        relative_noise([-1], dtype="float32")


LEVELS = {"layer": (0, 3), "condition": ("em", "benign")}


def test_the_geometry_table_holds_the_estimators_points():
    rng = np.random.default_rng(9)
    base = centroids(rng, questions=5)
    # em pulls all towards their mean and along an axis; benign leaves them nearly as they are
    raw = base.raw.astype(np.float64)
    pulled = raw.mean(axis=0) + 0.4 * (raw - raw.mean(axis=0)) + 0.5 * (base.values[0] - base.values[5])
    states = {
        "em": replace(base, raw=pulled.astype(np.float32), values=pulled.mean(axis=1)),
        "benign": replace(base, raw=(raw + 0.01 * rng.normal(size=raw.shape)).astype(np.float32)),
    }
    table = geometry_table(
        base,
        states,
        id="geometry",
        factor="condition",
        levels=LEVELS,
        dtype="float32",
        axes={"em": ("assistant", "villain")},
    )
    assert table.n_rows == 4
    assert table.levels("condition") == ("em", "benign")
    for k, layer in enumerate((0, 3)):
        row = table.select(condition="em", layer=layer)
        before, after = base.values[:, k], states["em"].values[:, k]
        assert row.values("mean_cosine")[0] == mean_similarity(after).value
        assert row.values("mean_cosine_change")[0] == similarity_change(before, after).value
        assert row.values("log_spread_change")[0] == pytest.approx(math.log(0.4), abs=1e-5)
        wanted = axis_shift(before[1:5], after[1:5], start=before[5], end=before[0]).value
        assert row.values("axis_shift")[0] == wanted
        assert row.values("log_spread_change")[0] == spread_change(before, after).value
        assert row.values("accuracy")[0] == 1.0
        assert row.values("accuracy_change")[0] == 0.0
        assert 0.0 < row.values("noise_share")[0] < 1e-4
    assert np.isnan(table.select(condition="benign").values("axis_shift")).all()


def test_an_accuracy_below_chance_on_the_base_has_no_change():
    rng = np.random.default_rng(10)
    base = centroids(rng, questions=4)
    # the personas' order turns with the question, so that every held-out state is nearest to another's centroid
    turned = np.stack([np.roll(base.raw[:, q], q, axis=0) for q in range(4)], axis=1)
    lost = replace(base, raw=turned)
    table = geometry_table(lost, {"em": base}, id="g", factor="condition", levels=LEVELS, dtype="float32")
    assert "accuracy_change" not in table.columns or np.isnan(table.values("accuracy_change")).all()
    assert (table.values("accuracy") == 1.0).all()


def test_states_must_hold_the_same_personas():
    base = centroids(np.random.default_rng(11))
    other = replace(base, personas=tuple(reversed(NAMES)))
    with pytest.raises(InputError, match="other personas or layers"):
        geometry_table(base, {"em": other}, id="g", factor="condition", levels=LEVELS, dtype="float32")
    with pytest.raises(InputError, match="'x' is no level of condition"):
        geometry_table(base, {"x": base}, id="g", factor="condition", levels=LEVELS, dtype="float32")


def test_array_ids_are_those_that_the_analysis_looks_for():
    assert array_id("centroids") == "centroids.base"
    assert array_id("states", "em turner") == "states.em_turner"
    json.dumps(array_id("centroids", "x"))
