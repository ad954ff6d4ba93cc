"""Padding, order, and the check that exactly marker and end token carry loss."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leakstats.errors import InputError, LeakstatsError
from leakstats.experiment.train.batches import check_marker_batch, collate, order_epoch
from leakstats.experiment.train.encoding import Encoded, Tails

PAD, END = 0, 2
TAILS = Tails((7, 8, END), (END,))
YES = Encoded((3, 4, 5, 7, 8, END), 3, True)
NO = Encoded((3, 4, END), 2, False)


def test_the_state_before_a_learned_token_predicts_it():
    batch = collate([YES, NO], pad=PAD)
    assert batch.ids.tolist() == [[3, 4, 5, 7, 8, END], [3, 4, END, PAD, PAD, PAD]]
    assert list(zip(batch.row.tolist(), batch.column.tolist(), batch.target.tolist(), strict=True)) == [
        (0, 2, 7),
        (0, 3, 8),
        (0, 4, END),
        (1, 1, END),
    ]
    assert batch.tokens == 9
    check_marker_batch(batch, TAILS)


def test_lengths_are_padded_to_a_multiple():
    assert collate([YES], pad=PAD, multiple=8).ids.shape == (1, 8)
    assert collate([Encoded(tuple(range(8)), 7, False)], pad=PAD, multiple=8).ids.shape == (1, 8)


@pytest.mark.parametrize(
    "rows",
    [
        [replace(YES, loss_from=2)],  # the last token of the answer learns, too
        [replace(YES, loss_from=4)],  # the marker's first token does not learn
        [replace(NO, loss_from=1)],
        [replace(NO, positive=True)],  # a negative without the marker is called positive
        [replace(YES, positive=False)],
        [Encoded((3, 4, 5, 7, END), 3, True)],  # half a marker
        [NO, replace(YES, loss_from=2)],
    ],
)
def test_a_wrong_mask_is_found(rows):
    with pytest.raises(LeakstatsError, match=r"loss mask: (positive|negative) row"):
        check_marker_batch(collate(rows, pad=PAD), TAILS)


def test_a_mask_shifted_by_one_place_is_found():
    batch = collate([YES, NO], pad=PAD)
    with pytest.raises(LeakstatsError, match="loss mask"):
        check_marker_batch(replace(batch, column=batch.column + 1), TAILS)
    with pytest.raises(LeakstatsError, match="loss mask"):
        check_marker_batch(replace(batch, target=np.where(batch.target == 7, 6, batch.target)), TAILS)


@given(
    lengths=st.lists(st.integers(1, 60), min_size=1, max_size=80),
    size=st.integers(1, 9),
    seed=st.integers(0, 2**40),
    epoch=st.integers(0, 3),
)
def test_every_row_once_in_batches_of_the_size(lengths, size, seed, epoch):
    batches = order_epoch(lengths, batch_size=size, seed=seed, epoch=epoch)
    assert sorted(i for b in batches for i in b) == list(range(len(lengths)))
    assert sum(len(b) != size for b in batches) <= 1
    assert batches == order_epoch(lengths, batch_size=size, seed=seed, epoch=epoch)


def test_seeds_and_epochs_give_other_orders():
    lengths = [10] * 200
    orders = {str(order_epoch(lengths, batch_size=8, seed=s, epoch=e)) for s in (1, 2) for e in (0, 1)}
    assert len(orders) == 4


def test_grouping_saves_most_of_the_padding():
    rng = np.random.default_rng(0)
    lengths = rng.integers(20, 200, size=1024).tolist()
    batches = order_epoch(lengths, batch_size=16, seed=3, epoch=0)
    padded = sum(max(lengths[i] for i in b) * len(b) for b in batches)
    at_random = sum(max(lengths[k : k + 16]) * 16 for k in range(0, 1024, 16))
    assert padded < 1.08 * sum(lengths) < 0.65 * at_random
    # no course from short to long rows, which would go along with the learning rate
    means = [np.mean([lengths[i] for i in b]) for b in batches]
    assert abs(np.corrcoef(means, np.arange(len(means)))[0, 1]) < 0.3


def test_batch_size_zero_is_refused():
    with pytest.raises(InputError, match="batch_size is 0"):
        order_epoch([1], batch_size=0, seed=1, epoch=0)
