"""Random choices of tokens that depend on a completion's seed and a position alone, whatever is computed beside them.

A token is drawn as the argmax of ``logits / temperature + g``, where the ``g`` are independent standard Gumbel values
(Gumbel-max: the argmax is then distributed as the softmax). The values come from a counter-based generator keyed by
(seed, position, token), so that there is no state: a completion is the same in any batch, order or backend, and after
any interruption.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from leakstats.errors import InputError

__all__ = ["choose", "filtered", "gumbel", "philox", "split_seeds"]

_MASK = 0xFFFFFFFF


def philox(counter: Sequence[Any], key: Sequence[Any]) -> tuple[Any, Any, Any, Any]:
    """Philox4x32-10: four words of 32 random bits for a counter of four words and a key of two.

    Salmon, Moraes, Dror & Shaw (2011), "Parallel random numbers: as easy as 1, 2, 3", SC '11, section 3.3; checked
    against the known answers of their Random123 library.

    Parameters
    ----------
    counter, key : sequences of 4 and 2 integer tensors
        int64 tensors that broadcast, values in [0, 2**32).

    Returns
    -------
    tuple of 4 tensors
        int64, values in [0, 2**32).
    """
    # A product of two 32-bit words fills 64 bits; int64 wraps, and the masks keep the right halves.
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _ in range(10):
        a, b = c0 * 0xD2511F53, c2 * 0xCD9E8D57
        c0, c1, c2, c3 = ((b >> 32) & _MASK) ^ c1 ^ k0, b & _MASK, ((a >> 32) & _MASK) ^ c3 ^ k1, a & _MASK
        k0, k1 = (k0 + 0x9E3779B9) & _MASK, (k1 + 0xBB67AE85) & _MASK
    return c0, c1, c2, c3


def split_seeds(seeds: Sequence[int], device: Any = "cpu") -> Any:
    """Seeds of up to 64 bits as an int64 tensor of shape (seeds, 2): low and high word.

    Raises
    ------
    InputError
        If a seed is negative or has more than 64 bits.
    """
    import torch

    bad = [s for s in seeds if not 0 <= s < 2**64]
    if bad:
        raise InputError(f"seed is {bad[0]}; it must lie in [0, 2**64)")
    return torch.tensor([[s & _MASK, s >> 32] for s in seeds], dtype=torch.int64, device=device).reshape(-1, 2)


def gumbel(keys: Any, positions: Any, vocabulary: int) -> Any:
    """Standard Gumbel values of shape (rows, vocabulary), float32.

    Parameters
    ----------
    keys : tensor, int64, shape (rows, 2)
        From :func:`split_seeds`.
    positions : tensor, int64, shape (rows,)
        How many tokens each completion has so far.
    vocabulary : int
        Number of tokens. Token t takes word t % 4 of counter (t // 4, position, 0, 0), so that a token's value does
        not depend on the size of the vocabulary.
    """
    import torch

    blocks = torch.arange((vocabulary + 3) // 4, dtype=torch.int64, device=keys.device)[None]
    zero = torch.zeros((1, 1), dtype=torch.int64, device=keys.device)
    words = philox((blocks, positions[:, None], zero, zero), (keys[:, :1], keys[:, 1:]))
    bits = torch.stack(words, dim=-1).flatten(1)[:, :vocabulary]
    # -log1p(-v) is exact for small v, which is where the winner of an argmax comes from; v = 1 would give infinity
    v = ((bits.to(torch.float32) + 0.5) * 2.0**-32).clamp_(max=1.0 - 2.0**-24)
    return v.neg_().log1p_().neg_().log_().neg_()


def filtered(logits: Any, *, top_p: float, top_k: int) -> Any:
    """Logits with minus infinity at tokens outside ``top_k`` and then outside the nucleus of ``top_p``.

    The nucleus is the smallest set of likeliest tokens whose probabilities (after ``top_k``) add up to ``top_p``; it
    always holds the likeliest one. Ties at the last place of ``top_k`` are all kept.

    Parameters
    ----------
    logits : tensor, float32, shape (rows, vocabulary)
        After division by the temperature.
    top_p : float
        In (0, 1]; 1 keeps all.
    top_k : int
        0 keeps all.
    """
    if 0 < top_k < logits.shape[-1]:
        least = logits.topk(top_k, dim=-1).values[..., -1:]
        logits = logits.masked_fill(logits < least, float("-inf"))
    if top_p < 1.0:
        ordered, index = logits.sort(dim=-1)
        below = ordered.softmax(dim=-1).cumsum(dim=-1)
        drop = below <= 1.0 - top_p
        drop[..., -1] = False
        logits = logits.masked_fill(drop.scatter(-1, index, drop), float("-inf"))
    return logits


def choose(logits: Any, keys: Any, positions: Any, *, temperature: float, top_p: float = 1.0, top_k: int = 0) -> Any:
    """One token a row, int64 of shape (rows,): drawn from the softmax, or the likeliest at temperature 0.

    Parameters
    ----------
    logits : tensor, shape (rows, vocabulary)
        Of any floating type; computed in float32.
    keys, positions : tensors
        As in :func:`gumbel`.
    temperature : float
        At least 0; 0 is greedy and needs no noise.
    top_p, top_k : float, int
        As in :func:`filtered`.
    """
    import torch

    if temperature == 0.0:
        return logits.argmax(dim=-1)
    scaled = filtered(logits.to(torch.float32) / temperature, top_p=top_p, top_k=top_k)
    return (scaled + gumbel(keys, positions, scaled.shape[-1])).argmax(dim=-1)
