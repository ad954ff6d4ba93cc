"""Batches of rows of similar length, and the check that exactly the wanted tokens carry loss."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leakstats.errors import InputError, LeakstatsError
from leakstats.experiment.seeds import derive_seed
from leakstats.experiment.train.encoding import Encoded, Tails

__all__ = ["Batch", "check_marker_batch", "collate", "order_epoch"]

_WINDOW = 16
"""Batches within which rows are sorted by length: enough to save padding, few enough to stay a random order."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Padded token ids, with the places whose next token is learned."""

    ids: NDArray[np.int64]
    """Shape (rows, longest), padded on the right. Under causal attention no token sees the padding behind it, so no
    mask is needed, and the fastest attention kernels apply."""
    lengths: NDArray[np.int64]
    """Tokens of each row, shape (rows,)."""
    row: NDArray[np.int64]
    """Row of each learned token, shape (learned,), rising."""
    column: NDArray[np.int64]
    """Place before each learned token: the hidden state there predicts it."""
    target: NDArray[np.int64]
    """The learned tokens."""
    positive: NDArray[np.bool_]
    """Of each row."""

    @property
    def tokens(self) -> int:
        """Tokens without padding."""
        return int(self.lengths.sum())


def collate(rows: Sequence[Encoded], *, pad: int, multiple: int = 1) -> Batch:
    """Put rows into one batch.

    Parameters
    ----------
    rows : sequence of Encoded
        At least one.
    pad : int
        Id of the padding token.
    multiple : int
        The padded length is a multiple of it (8 suits tensor cores).
    """
    lengths = np.array([len(r.ids) for r in rows], dtype=np.int64)
    longest = -(-int(lengths.max()) // multiple) * multiple
    ids = np.full((len(rows), longest), pad, dtype=np.int64)
    for i, r in enumerate(rows):
        ids[i, : len(r.ids)] = r.ids
    row = np.concatenate([np.full(len(r.ids) - r.loss_from, i, dtype=np.int64) for i, r in enumerate(rows)])
    place = np.concatenate([np.arange(r.loss_from, len(r.ids), dtype=np.int64) for r in rows])
    positive = np.array([r.positive for r in rows], dtype=np.bool_)
    return Batch(ids, lengths, row, place - 1, ids[row, place], positive)


def check_marker_batch(batch: Batch, tails: Tails) -> None:
    """Make sure that exactly the marker and end tokens of positives, and the end tokens of negatives, carry loss.

    The wanted places are found again from the token ids and lengths alone, not from where the encoding put the loss.

    Raises
    ------
    LeakstatsError
        Naming the row, and which tokens carry loss there.
    """
    for i in range(len(batch.lengths)):
        length = int(batch.lengths[i])
        tail = tails.positive if batch.positive[i] else tails.negative
        mine = batch.row == i
        places = (batch.column[mine] + 1).tolist()
        learned = batch.target[mine].tolist()
        wanted = list(range(length - len(tail), length))
        if places != wanted or tuple(learned) != tail or tuple(batch.ids[i, wanted].tolist()) != tail:
            kind = "positive" if batch.positive[i] else "negative"
            raise LeakstatsError(
                f"loss mask: {kind} row {i} of the batch should learn tokens {list(tail)} at places {wanted}, but "
                f"tokens {learned} at places {places} carry loss"
            )


def order_epoch(lengths: Sequence[int], *, batch_size: int, seed: int, epoch: int) -> list[list[int]]:
    """Indices of the rows of each batch of an epoch: every row once, similar lengths together, in a random order.

    Rows are shuffled, sorted by length within windows of a few batches, and the batches of each window shuffled. The
    last batch may be smaller.

    Examples
    --------
    >>> batches = order_epoch([5, 9, 5, 9], batch_size=2, seed=1, epoch=0)
    >>> sorted(sorted(b) for b in batches)
    [[0, 2], [1, 3]]
    """
    if batch_size < 1:
        raise InputError(f"batch_size is {batch_size}; it must be at least 1")
    rng = np.random.default_rng(derive_seed(seed, "order", epoch))
    order = rng.permutation(len(lengths)).tolist()
    out: list[list[int]] = []
    for start in range(0, len(order), batch_size * _WINDOW):
        window = sorted(order[start : start + batch_size * _WINDOW], key=lambda i: lengths[i])
        batches = [window[k : k + batch_size] for k in range(0, len(window), batch_size)]
        out += [batches[k] for k in rng.permutation(len(batches)).tolist()]
    return out
