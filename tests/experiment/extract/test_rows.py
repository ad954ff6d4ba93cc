"""Rows, batches and shapes: every prompt keeps its tokens, its positions, and what it sees."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leakstats.errors import InputError
from leakstats.experiment.extract import rows as rows_module
from leakstats.experiment.extract.rows import PAD, Prompt, Shapes, batches, line_row, tree_rows


def seen(batch, row, at):
    """Positions in the row that a token sees, by the rule that the mask is made of."""
    segments = batch.segments[row]
    return [j for j in range(at + 1) if segments[j] in (0, segments[at])]


def back(batch):
    """(persona, question) to the tokens and positions that its last read token sees."""
    length = batch.ids.shape[1]
    out = {}
    for k, read in enumerate(batch.reads):
        flat = int(batch.index[batch.prompt == k][-1])
        row, at = divmod(flat, length)
        there = seen(batch, row, at)
        out[read.persona, read.question] = (batch.ids[row, there].tolist(), batch.positions[row, there].tolist())
    return out


ids = st.lists(st.integers(1, 3), min_size=1, max_size=9)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(ids, st.integers(0, 8)), min_size=1, max_size=8),
    st.integers(1, 40),
    st.integers(1, 200),
    st.booleans(),
    st.booleans(),
)
def test_every_prompt_sees_itself_and_nothing_else(items, max_tokens, budget, keep, tree):
    prompts = [Prompt(0, q, tuple(tokens), min(first, len(tokens) - 1)) for q, (tokens, first) in enumerate(items)]
    rows = tree_rows(prompts, max_tokens=max_tokens) if tree else [line_row(p) for p in prompts]
    found = {}
    shares = {}
    for batch in batches(rows, token_budget=budget, shapes=Shapes(keep=keep)):
        assert batch.ids.shape[1] % rows_module.STEP == 0
        for key, value in back(batch).items():
            assert key not in found
            found[key] = value
        for k, read in enumerate(batch.reads):
            shares[read.persona, read.question] = batch.weights[batch.prompt == k]
    for p in prompts:
        assert found[0, p.question] == (list(p.ids), list(range(len(p.ids))))
        size = len(p.ids) - p.first
        np.testing.assert_allclose(shares[0, p.question], np.full(size, 1 / size))


def test_the_prefix_ends_before_the_first_token_that_is_read():
    same = [Prompt(0, q, (1, 2, 3), 2) for q in range(3)]
    (row,) = tree_rows(same, max_tokens=100)
    assert row.ids.tolist() == [1, 2, 3, 3, 3]
    assert [r.start for r in row.reads] == [2, 3, 4]


def test_a_row_is_closed_before_it_would_be_too_long():
    prompts = [Prompt(0, q, (1, 2, 10 + q, 20 + q), 3) for q in range(5)]
    rows = tree_rows(prompts, max_tokens=6)
    assert [len(r) for r in rows] == [6, 6, 4]
    assert [r.ids[0] for r in rows] == [1, 1, 1]


def lines(n, length=16):
    return [line_row(Prompt(p, 0, tuple(range(1, length + 1)), length - 1)) for p in range(n)]


def test_the_first_batch_comes_early_and_all_are_even_and_within_the_budget():
    sizes = [b.ids.shape[0] for b in batches(lines(19), token_budget=64, shapes=Shapes(keep=False))]
    assert sizes == [4, 4, 4, 4, 3]
    spread = batches(lines(19), token_budget=128, shapes=Shapes(keep=False), expected=19)
    assert [b.ids.shape[0] for b in spread] == [7, 6, 6]
    taken = []

    def source():
        for row in lines(12):
            taken.append(row)
            yield row

    next(batches(source(), token_budget=64, shapes=Shapes(keep=False)))
    assert len(taken) == 5


def test_kept_shapes_repeat():
    shapes = Shapes(keep=True)
    assert [shapes(3, n) for n in (160, 157, 154, 100)] == [(3, 160), (3, 160), (3, 160), (3, 104)]
    assert shapes(2, 104) == (3, 104)
    assert shapes(4, 104) == (4, 104)
    assert [shapes(1, n) for n in (200, 300, 400, 500)] == [(1, 200), (1, 304), (1, 400), (1, 504)]
    # by now there are as many shapes as may be
    assert shapes(1, 250) == (1, 304)
    assert shapes(1, 600) == (1, 600)


def test_rows_of_padding_are_marked_as_such():
    found = list(batches(lines(3, 3), token_budget=16, shapes=Shapes(keep=True)))
    assert [b.ids.shape for b in found] == [(2, 8), (2, 8)]
    assert (found[1].segments[1] == PAD).all()
    assert found[1].tokens == 3
    assert len(found[1].reads) == 1


def test_lines_and_trees_do_not_share_a_batch():
    tree = tree_rows([Prompt(0, q, (1, 2, 3 + q), 2) for q in range(2)], max_tokens=50)
    line = [line_row(Prompt(1, 0, (1, 2, 3), 2))]
    kinds = [b.is_line for b in batches([*tree, *line], token_budget=1000, shapes=Shapes(keep=False))]
    assert kinds == [False, True]


def test_rows_are_taken_ahead_no_further_than_stated(monkeypatch):
    monkeypatch.setattr(rows_module, "AHEAD", 4)
    taken = []

    def source():
        for p in range(12):
            taken.append(p)
            yield line_row(Prompt(p, 0, (1, 2), 1))

    found = batches(source(), token_budget=10**6, shapes=Shapes(keep=False))
    next(found)
    assert taken == [0, 1, 2, 3, 4]  # the fifth is what shows that four are together


def test_no_prompt_is_no_row():
    with pytest.raises(InputError, match="there is no prompt"):
        tree_rows([], max_tokens=10)
