"""How prompts are laid out in rows of a batch: one a row, or a shared prefix with its questions one after another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from leakstats.errors import InputError

__all__ = ["PAD", "Batch", "Prompt", "Read", "Row", "Shapes", "batches", "line_row", "tree_rows"]

PAD = -1
"""Segment of padding, which only padding sees."""

STEP = 8
"""Rows are padded to a multiple of this: attention kernels take masks whose rows are aligned."""

AHEAD = 256
"""So many rows are looked at together to find those of like length; this bounds what is held of the prompts."""

_FILL = 0.97
"""Where shapes are kept, a batch takes a longer one already seen if it fills at least this share of it."""

_SHAPES = 6
"""So many shapes are met with that demand; after them a batch takes any that holds it (torch recompiles 8 times)."""

IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Prompt:
    """One prompt, and which of its tokens are read."""

    persona: int
    question: int
    ids: tuple[int, ...]
    first: int
    """States of the tokens from this one to the last are averaged; the last alone is read where it is len(ids) - 1."""


@dataclass(frozen=True, slots=True)
class Read:
    """Where the states of a prompt stand in its row."""

    persona: int
    question: int
    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class Row:
    """Tokens that are computed together: ``segments`` 0 is seen by all later tokens, others see their own only."""

    ids: IntArray
    positions: IntArray
    segments: IntArray
    reads: tuple[Read, ...]
    longest: int
    """Tokens of the longest prompt in it."""

    def __len__(self) -> int:
        return int(self.ids.size)

    @property
    def is_line(self) -> bool:
        """True for one prompt without a shared prefix."""
        return bool(self.segments[0] == 1)


def line_row(prompt: Prompt) -> Row:
    """A row that holds one prompt and nothing else.

    Examples
    --------
    >>> line_row(Prompt(0, 0, (5, 6, 7), 2)).positions.tolist()
    [0, 1, 2]
    """
    n = len(prompt.ids)
    read = Read(prompt.persona, prompt.question, prompt.first, n)
    return Row(np.array(prompt.ids, dtype=np.int64), np.arange(n), np.ones(n, dtype=np.int64), (read,), n)


def tree_rows(prompts: Sequence[Prompt], *, max_tokens: int) -> list[Row]:
    """Rows of a prefix that all the prompts share, followed by the rest of one prompt after another.

    The prefix is what all prompts have in common, token for token, before the first token that is read. Positions of
    every rest go on from the end of the prefix, so that each prompt has the positions that it has alone.

    Parameters
    ----------
    prompts : sequence of Prompt
        At least one; those of one persona share most.
    max_tokens : int
        A row is closed before it would exceed this; a prompt longer than this has a row of its own.

    Examples
    --------
    >>> row, = tree_rows([Prompt(0, 0, (5, 6, 7), 2), Prompt(0, 1, (5, 8, 9, 7), 3)], max_tokens=100)
    >>> row.ids.tolist(), row.positions.tolist(), row.segments.tolist()
    ([5, 6, 7, 8, 9, 7], [0, 1, 2, 1, 2, 3], [0, 1, 1, 2, 2, 2])
    >>> row.reads
    (Read(persona=0, question=0, start=2, stop=3), Read(persona=0, question=1, start=5, stop=6))
    """
    if not prompts:
        raise InputError("tree_rows: there is no prompt")
    shared = _common(prompts)
    rows: list[Row] = []
    held: list[Prompt] = []
    length = shared
    for prompt in prompts:
        rest = len(prompt.ids) - shared
        if held and length + rest > max_tokens:
            rows.append(_tree(held, shared))
            held, length = [], shared
        held.append(prompt)
        length += rest
    rows.append(_tree(held, shared))
    return rows


def _common(prompts: Sequence[Prompt]) -> int:
    """Tokens that all prompts begin with, none of them read."""
    most = min(p.first for p in prompts)
    head = prompts[0].ids
    for prompt in prompts[1:]:
        most = next((i for i in range(most) if prompt.ids[i] != head[i]), most)
    return most


def _tree(prompts: Sequence[Prompt], shared: int) -> Row:
    ids = list(prompts[0].ids[:shared])
    positions, segments = list(range(shared)), [0] * shared
    reads = []
    for k, prompt in enumerate(prompts):
        offset = len(ids) - shared
        reads.append(Read(prompt.persona, prompt.question, offset + prompt.first, offset + len(prompt.ids)))
        ids += prompt.ids[shared:]
        positions += range(shared, len(prompt.ids))
        segments += [k + 1] * (len(prompt.ids) - shared)
    a, b, c = (np.array(column, dtype=np.int64) for column in (ids, positions, segments))
    return Row(a, b, c, tuple(reads), max(len(p.ids) for p in prompts))


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows padded on the right to one length; arrays have shape (rows, length).

    ``index`` says where each token that is read stands in the flattened batch, ``weights`` its share of its prompt's
    mean, ``prompt`` which of ``reads`` it belongs to.
    """

    ids: IntArray
    positions: IntArray
    segments: IntArray
    reads: tuple[Read, ...]
    index: IntArray
    weights: npt.NDArray[np.float64]
    prompt: IntArray
    tokens: int
    """Tokens in it that are no padding."""

    @property
    def is_line(self) -> bool:
        """True where every row holds one prompt, so that a causal mask is all it needs."""
        return bool((self.segments != 0).all() and self.segments.max(initial=0) <= 1)


def _padded(rows: Sequence[Row], length: int, height: int) -> Batch:
    shape = (height, length)
    ids, positions = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    segments = np.full(shape, PAD, dtype=np.int64)
    reads: list[Read] = []
    index, weights, prompt = [], [], []
    for i, row in enumerate(rows):
        n = len(row)
        ids[i, :n], positions[i, :n], segments[i, :n] = row.ids, row.positions, row.segments
        for read in row.reads:
            size = read.stop - read.start
            index.append(np.arange(read.start, read.stop) + i * length)
            weights.append(np.full(size, 1.0 / size))
            prompt.append(np.full(size, len(reads)))
            reads.append(read)
    return Batch(
        ids,
        positions,
        segments,
        tuple(reads),
        np.concatenate(index),
        np.concatenate(weights),
        np.concatenate(prompt),
        sum(map(len, rows)),
    )


class Shapes:
    """Which shape a batch takes: as small as it can be, or, where a shape costs a compilation, one already seen."""

    def __init__(self, *, keep: bool) -> None:
        self._keep = keep
        self._seen: dict[int, int] = {}

    def __call__(self, n_rows: int, length: int) -> tuple[int, int]:
        """Rows and length for ``n_rows`` rows, the longest of ``length`` tokens."""
        length = _stepped(length)
        if not self._keep:
            return n_rows, length
        fill = _FILL if len(self._seen) < _SHAPES else 0.0
        # rows of padding are cheaper than a compilation, too
        fitting = [at for at, rows in self._seen.items() if at * fill <= length <= at and n_rows <= rows]
        if fitting:
            return self._seen[min(fitting)], min(fitting)
        self._seen[length] = n_rows
        return n_rows, length


def _stepped(length: int) -> int:
    return length + -length % STEP


def batches(rows: Iterable[Row], *, token_budget: int, shapes: Shapes, expected: int | None = None) -> Iterator[Batch]:
    """Batches of rows of like length, each of at most ``token_budget`` tokens or one row.

    Rows are gathered for one batch, then for two, four and so on, so that the first is there early, up to ``AHEAD``,
    so that what is held does not depend on how many rows there are. Of those gathered the longest come first, spread
    evenly. ``expected`` rows in all, where known, are spread evenly over all batches.
    """
    held: list[Row] = []
    longest, factor, left = 0, 1, expected or 0
    for row in rows:
        at_most = max(longest, _stepped(len(row)))
        if held and len(held) >= min(AHEAD, factor * _even(left, at_most, token_budget)):
            left -= len(held)
            yield from _block(held, token_budget, shapes)
            held, factor, at_most = [], 2 * factor, _stepped(len(row))
        held.append(row)
        longest = at_most
    yield from _block(held, token_budget, shapes)


def _even(n_rows: int, length: int, token_budget: int) -> int:
    """Rows of a batch that shares ``n_rows`` evenly with the fewest others; as many as fit where none are known of."""
    most = max(1, token_budget // length)
    return -(-n_rows // -(-n_rows // most)) if n_rows > 0 else most


def _block(rows: list[Row], token_budget: int, shapes: Shapes) -> Iterator[Batch]:
    # rows of one prompt need no mask of their own, and may not get one: see Batch.is_line
    for kind in (False, True):
        yield from _alike([r for r in rows if r.is_line == kind], token_budget, shapes)


def _alike(rows: list[Row], token_budget: int, shapes: Shapes) -> Iterator[Batch]:
    rows = sorted(rows, key=lambda r: -len(r))
    while rows:
        n = _even(len(rows), _stepped(len(rows[0])), token_budget)
        height, length = shapes(n, len(rows[0]))
        yield _padded(rows[:n], length, height)
        rows = rows[n:]
