"""The noise of :mod:`leakstats.experiment.generate.noise` on a GPU, in one pass over the logits.

Only loaded where Triton is, which torch brings on a GPU. Written out in elementwise torch operations the same noise
needs some hundred passes over an array of the size of the logits, which would cost as much as a step of the model.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__all__ = ["add_gumbel"]

triton: Any = import_module("triton")
tl: Any = import_module("triton.language")

_COUNTERS = 256
"""Counters of four words each that one program handles."""


# Triton reads the names of annotations, and knows none but its own
def _add_gumbel(logits, stride, rows, seeds, positions, inverse_temperature, vocabulary, n: tl.constexpr):  # type: ignore
    i = tl.program_id(0)
    block = tl.program_id(1) * n + tl.arange(0, n)
    seed = tl.load(seeds + i)
    position = tl.load(positions + i)
    scale = tl.load(inverse_temperature + i)
    zero = tl.zeros((n,), dtype=tl.uint32)
    w0, w1, w2, w3 = tl.philox(seed, block.to(tl.uint32), zero + position.to(tl.uint32), zero, zero)
    # token 4 b + j takes word j of counter b
    words = tl.interleave(tl.interleave(w0, w2), tl.interleave(w1, w3))
    v = tl.minimum((words.to(tl.float32) + 0.5) * 2.3283064365386963e-10, 0.99999994)
    # -log1p(-v): by its series where 1 - v would lose digits
    series = v * (1.0 + v * (0.5 + v * (0.3333333333 + v * (0.25 + v * (0.2 + v * 0.1666666667)))))
    e = tl.where(v < 0.0625, series, -tl.log(1.0 - v))
    token = tl.program_id(1) * n * 4 + tl.arange(0, n * 4)
    at = logits + tl.load(rows + i) * stride + token
    x = tl.load(at, mask=token < vocabulary, other=0.0)
    tl.store(at, x * scale - tl.log(e), mask=token < vocabulary)


_kernel: Any = triton.jit(_add_gumbel)


def add_gumbel(logits: Any, rows: Any, seeds: Any, positions: Any, inverse_temperature: Any) -> None:
    """``logits[rows] = logits[rows] * inverse_temperature + noise``, in place.

    Parameters
    ----------
    logits : tensor, float32, shape (batch, vocabulary), on the GPU
        Contiguous along the vocabulary.
    rows : tensor, int64, shape (n,)
        Which rows; each at most once.
    seeds : tensor, int64, shape (n,)
        The 64 bits of each completion's seed.
    positions : tensor, int64, shape (n,)
        How many tokens each completion has so far.
    inverse_temperature : tensor, float32, shape (n,)
    """
    vocabulary = logits.shape[1]
    grid = (rows.shape[0], triton.cdiv(vocabulary, 4 * _COUNTERS))
    _kernel[grid](logits, logits.stride(0), rows, seeds, positions, inverse_temperature, vocabulary, n=_COUNTERS)
