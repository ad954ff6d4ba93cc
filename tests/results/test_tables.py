"""Tables in memory: selecting, summing up, joining with similarities, and what they refuse."""

from __future__ import annotations

import dataclasses
import importlib.util
import itertools
from decimal import ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leakstats.errors import DesignError, InputError
from leakstats.results import CellTable, Factor, NamedColumn, Personas, SimilarityTable, document_violations, factor_of
from leakstats.results.printed import possible_successes, printed_rate
from leakstats.results.tables import code_groups, row_keys

_spec = importlib.util.spec_from_file_location("small_results", Path(__file__).with_name("small.py"))
assert _spec is not None
assert _spec.loader is not None
small = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(small)

PERSONAS = ("villain", "clerk", "nurse")


def cells(**changes: Any) -> CellTable:
    grid = list(itertools.product(range(2), range(3), range(4)))
    table = CellTable(
        id="cells",
        outcome="marker",
        role="leakage",
        factors={
            "question": Factor(("q0", "q1", "q2", "q3"), np.array([g[2] for g in grid])),
            "source": Factor(("villain", "clerk"), np.array([g[0] for g in grid])),
            "persona": Factor(PERSONAS, np.array([g[1] for g in grid])),
        },
        constants={"condition": "after"},
        counts=(np.arange(24) % 11, np.full(24, 10)),
        summed_over={"completion": 10},
    )
    return dataclasses.replace(table, **changes)


def test_factors_are_ordered_from_the_outermost() -> None:
    assert list(cells().factors) == ["source", "persona", "question"]


def test_columns_and_levels() -> None:
    table = cells()
    assert table.n_cells == 24
    assert table.levels("persona") == PERSONAS
    assert table.levels("condition") == ("after",)
    assert table.column("condition").tolist() == ["after"] * 24
    assert table.column("source")[12] == "clerk"
    np.testing.assert_array_equal(table.rate, table.successes / table.trials)


def test_arrays_cannot_be_written() -> None:
    table = cells()
    for array in (table.successes, table.trials, table.factors["source"].codes):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1


def test_the_callers_arrays_stay_writable() -> None:
    codes, successes = np.array([0, 1]), np.array([1, 2])
    CellTable(
        id="x", outcome="m", role="other", factors={"source": Factor(("a", "b"), codes)}, counts=(successes, successes)
    )
    codes[0] = 1
    successes[0] = 0


def test_select() -> None:
    part = cells().select(source="clerk", persona=["nurse", "villain"])
    assert part.n_cells == 8
    assert part.levels("persona") == ("villain", "nurse")
    assert part.levels("source") == ("clerk",)
    assert part.select(condition="after") == part


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ({"source": "ghost"}, "no level is called 'ghost'; there are 'villain', 'clerk'"),
        ({"animal": "cat"}, "no factor 'animal'; it has source, persona, question, condition .constant."),
        ({"condition": "before"}, "condition is always 'after'"),
    ],
)
def test_select_refuses(wanted: dict[str, str], message: str) -> None:
    with pytest.raises(InputError, match=message):
        cells().select(**wanted)


@pytest.mark.parametrize("by", [("source",), ("persona", "source"), ("question",), (), ("source", "condition")])
def test_aggregate_equals_a_plain_sum(by: tuple[str, ...]) -> None:
    table = cells()
    whole = table.aggregate(by=by)
    keys = list(zip(*(table.column(n) for n in by), strict=True)) or [()] * table.n_cells
    plain: dict[tuple[Any, ...], list[int]] = {}
    for key, k, n in zip(keys, table.successes.tolist(), table.trials.tolist(), strict=True):
        total = plain.setdefault(key, [0, 0])
        total[0] += k
        total[1] += n
    got = list(zip(*(whole.column(n) for n in by), strict=True)) or [()] * whole.n_cells
    assert got == list(plain)  # order of first appearance
    assert [[k, n] for k, n in zip(whole.successes.tolist(), whole.trials.tolist(), strict=True)] == list(
        plain.values()
    )


def test_aggregate_says_what_the_trials_sum_over() -> None:
    assert dict(cells().aggregate(by=("source",)).summed_over) == {"completion": 10, "persona": 3, "question": 4}
    assert dict(cells().aggregate(by=("source", "persona", "question")).summed_over) == {"completion": 10}
    uneven = cells().rows(np.arange(23)).aggregate(by=("source", "persona"))
    assert dict(uneven.summed_over) == {"completion": 10}
    assert uneven.trials_note == "summed over question; cells need not hold the same number of rows"
    # 110 bystanders of each source among 111 personas: equal in number, though not the same
    diagonal = cells().select(question="q0").rows(np.array([1, 2, 3, 5]))
    assert dict(diagonal.aggregate(by=("source",)).summed_over) == {"completion": 10, "persona": 2, "question": 1}


@pytest.mark.parametrize(
    ("counts", "message"),
    [
        ((np.full(24, 11), np.full(24, 10)), "row 0: 11 successes of 10 trials"),
        ((np.full(24, -1), np.full(24, 10)), "row 0: -1 successes"),
        ((np.zeros(24, int), np.zeros(24, int)), "0 successes of 0 trials"),
        ((np.zeros(3, int), np.full(3, 10)), "has 24 rows, but"),
        (None, "give counts or reported rates"),
    ],
)
def test_impossible_counts_are_refused(counts: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        cells(counts=counts)


def test_factor_refuses() -> None:
    with pytest.raises(InputError, match=r"codes must lie in 0..1, got 0..2"):
        Factor(("a", "b"), np.array([0, 2]))
    with pytest.raises(InputError, match="1-d array of integers"):
        Factor(("a", "b"), np.array([0.0]))
    with pytest.raises(InputError, match="row 1: 'c' is none of the levels 'a', 'b'"):
        factor_of(("a", "b"), ["a", "c"])
    with pytest.raises(InputError, match="no level is called '1'"):
        Factor((1, 2), np.array([0])).code("1")


def similarity(**changes: Any) -> SimilarityTable:
    grid = list(itertools.product(range(2), range(3), range(2)))
    table = SimilarityTable(
        id="cosine",
        measure="cosine",
        factors={
            "source": Factor(("clerk", "villain"), np.array([g[0] for g in grid])),  # levels in another order
            "persona": Factor(("nurse", "villain"), np.array([g[1] % 2 for g in grid])),
            "layer": Factor((10, 20), np.array([g[2] for g in grid])),
        },
        values=np.arange(12) / 12,
        compared="centroids",
    )
    return dataclasses.replace(table.rows(np.arange(12)[[0, 1, 2, 3, 6, 7, 8, 9]]), **changes)


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_values_for_equals_a_plain_lookup(data: st.DataObject) -> None:
    table, other = cells(), similarity()
    rows = np.array(data.draw(st.lists(st.integers(0, 23), max_size=30)), dtype=np.int64)
    layer = data.draw(st.sampled_from([10, 20]))
    part = table.rows(rows)
    stored = {
        (s, p): v
        for s, p, n, v in zip(
            other.column("source"), other.column("persona"), other.column("layer"), other.values, strict=True
        )
        if n == layer
    }
    wanted = [stored.get((s, p), np.nan) for s, p in zip(part.column("source"), part.column("persona"), strict=True)]
    np.testing.assert_array_equal(other.values_for(part, layer=layer), wanted)


def test_values_for_meets_constants() -> None:
    table = CellTable(
        id="one",
        outcome="m",
        role="other",
        factors={"persona": Factor(PERSONAS, np.array([2, 0, 1]))},
        constants={"source": "clerk"},
        counts=(np.zeros(3, int), np.ones(3, int)),
    )
    np.testing.assert_array_equal(similarity().values_for(table, layer=10), [0, 2 / 12, np.nan])
    fixed = similarity().select(layer=10, source="clerk")
    constant = dataclasses.replace(
        fixed, factors={"persona": fixed.factors["persona"]}, constants={"source": "clerk", "layer": 10}
    )
    both = cells().select(question="q0")
    wanted = [np.nan] * 3 + [2 / 12, np.nan, 0]
    np.testing.assert_array_equal(constant.values_for(both), wanted)


def test_values_for_refuses() -> None:
    with pytest.raises(
        DesignError, match=r"varies over layer, which table 'cells' does not have; fix it, such as layer=10"
    ):
        similarity().values_for(cells())
    alone = CellTable(
        id="alone",
        outcome="m",
        role="other",
        factors={"question": Factor(("q",), np.array([0]))},
        counts=(np.array([0]), np.array([1])),
    )
    with pytest.raises(DesignError, match=r"varies over source, persona|share no factor"):
        similarity().values_for(alone, layer=10)
    twice = similarity().rows(np.array([0, 0]))
    with pytest.raises(DesignError, match=r"two values for \{'source': 'clerk', 'persona': 'nurse'\}"):
        twice.values_for(cells(), layer=10)


def test_one_similarity_without_shared_factor_is_refused() -> None:
    single = similarity().rows(np.array([0]))
    alone = CellTable(
        id="alone",
        outcome="m",
        role="other",
        factors={"question": Factor(("q",), np.array([0]))},
        counts=(np.array([0]), np.array([1])),
    )
    with pytest.raises(DesignError, match="share no factor"):
        single.values_for(alone, layer=10)


@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 2), st.integers(0, 6)), max_size=40),
    st.sampled_from([1, 10**7, 2**40]),
)
@settings(max_examples=80, deadline=None)
def test_row_keys_are_equal_exactly_where_the_codes_are(rows: list[tuple[int, int, int]], size: int) -> None:
    codes = [np.array([r[i] for r in rows], dtype=np.int64) for i in range(3)]
    keys = row_keys(codes, [5 * size, 3 * size, 7 * size], len(rows))
    for i, j in itertools.combinations(range(len(rows)), 2):
        assert (keys[i] == keys[j]) == (rows[i] == rows[j])
    first, group = code_groups(keys)
    assert [rows[i] for i in first.tolist()] == list(dict.fromkeys(rows))
    assert [rows[first[g]] for g in group.tolist()] == rows


@given(st.integers(1, 2000), st.data(), st.integers(0, 3), st.booleans())
@settings(max_examples=200, deadline=None)
def test_a_rate_that_was_printed_is_possible(trials: int, data: st.DataObject, decimals: int, percent: bool) -> None:
    """No true count is ever called impossible, whatever its digits; and it lies within the bounds of its text."""
    successes = data.draw(st.integers(0, trials))
    text = f"{(100 if percent else 1) * successes / trials:.{decimals}f}"
    read = printed_rate(text, "percent" if percent else "fraction")
    assert read is not None
    found = possible_successes(read[1], read[2], trials)
    assert found is not None
    assert found[0] <= successes <= found[1]


def test_personas_and_columns() -> None:
    people = Personas(
        name=("a", "b"), prompt=("x", None), covariates={"n": NamedColumn(values=np.array([1.0, np.nan]), unit="token")}
    )
    assert "a" in people
    assert people.prompt_of("a") == "x"
    assert people.role == (None, None)
    np.testing.assert_array_equal(people.covariate("n"), [1, np.nan])
    with pytest.raises(InputError, match="no persona is called 'c'; there are 2"):
        people.index("c")
    with pytest.raises(InputError, match="no covariate is called 'm'; there is n"):
        people.covariate("m")
    with pytest.raises(InputError, match="must be distinct"):
        Personas(name=("a", "a"))
    with pytest.raises(InputError, match="there are 2 personas, but"):
        Personas(name=("a", "b"), role=("source",))


def test_frames() -> None:
    frame = cells().to_pandas()
    assert list(frame.columns) == ["source", "condition", "persona", "question", "successes", "trials", "rate"]
    assert len(frame) == 24
    assert similarity().to_pandas()["layer"].dtype == np.int64


@pytest.mark.parametrize("trials", [1, 3, 7, 40, 80, 200, 600])
def test_possible_rates_equal_brute_force(trials: int) -> None:
    """All percentages with one decimal against printing every k/n, ties rounded both ways; so does the file check."""
    printable: dict[str, set[int]] = {}
    for k in range(trials + 1):
        exact = Fraction(100 * k, trials)
        for rounding in (ROUND_HALF_UP, ROUND_HALF_DOWN):
            shifted = Decimal((exact * 1000).numerator) / Decimal((exact * 1000).denominator)
            text = str((shifted / 1000).quantize(Decimal("0.1"), rounding=rounding))
            printable.setdefault(text, set()).add(k)
    texts = [f"{i / 10:.1f}" for i in range(1001)]
    bounds = {t: printed_rate(t, "percent") for t in texts}
    possible = {}
    for text, read in bounds.items():
        assert read is not None
        found = possible_successes(read[1], read[2], trials)
        possible[text] = set() if found is None else set(range(found[0], found[1] + 1))
    assert {t: ks for t, ks in possible.items() if ks} == printable
    document = small.document()
    for text, allowed in list(possible.items())[::16]:
        read = bounds[text]
        assert read is not None
        document["tables"][2] |= {
            "factors": {"source": [0]},
            "printed": [text],
            "low": [read[1]],
            "high": [read[2]],
            "declared_trials": trials,
        }
        assert bool(document_violations(document)) == (not allowed), text
