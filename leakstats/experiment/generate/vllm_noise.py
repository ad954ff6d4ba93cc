"""vLLM's batches with noise of our own: results that repeat, without drawing each seeded row on its own.

vLLM draws for a request with a seed one row at a time, which costs up to 40 % of its throughput. Here requests are
greedy, and before the argmax a batched logits processor adds Gumbel noise keyed by the request's seed and the number of
its tokens so far (:mod:`leakstats.experiment.generate.noise`): the argmax is then a draw from the softmax, the same one
whatever the schedule, and the same one that the transformers backend makes.

Give vLLM the class by name, ``logits_processors=[PROCESSOR]``, and each request ``extra_args`` from
:func:`noise_arguments` with ``temperature=0``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from leakstats.experiment.types import Sampling

__all__ = ["PROCESSOR", "noise_arguments"]

PROCESSOR = f"{__name__}:NoiseProcessor"
"""The processor's name for vLLM, whose worker processes import it themselves."""

_KEY = "leakstats_noise"


def noise_arguments(sampling: Sampling, seed: int) -> dict[str, Any]:
    """``extra_args`` of a request whose tokens are drawn with ``seed``.

    Examples
    --------
    >>> noise_arguments(Sampling(temperature=0.8, top_p=0.9), 7)
    {'leakstats_noise': [7, 0.8, 0.9, 0]}
    """
    return {_KEY: [seed, sampling.temperature, sampling.top_p, sampling.top_k]}


@dataclass(eq=False, slots=True)
class _Row:
    seed: int
    temperature: float
    top_p: float
    top_k: int
    so_far: list[int]
    """The request's tokens; vLLM appends to this list."""


def __getattr__(name: str) -> Any:
    if name == "NoiseProcessor":
        return _processor()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


@cache
def _processor() -> type:
    # made when vLLM asks for it, since only its own interpreter can import its base class
    import torch
    from vllm.v1.sample.logits_processor import LogitsProcessor, MoveDirectionality

    class NoiseProcessor(LogitsProcessor):  # type: ignore[misc]
        """Turns the logits of requests with our arguments into perturbed ones, whose argmax is a draw."""

        def __init__(self, vllm_config: Any, device: Any, is_pin_memory: bool) -> None:
            self._device = device
            self._pin = is_pin_memory
            self._rows: dict[int, _Row] = {}
            self._batch: _Batch | None = None

        def is_argmax_invariant(self) -> bool:
            return False

        def update_state(self, batch_update: Any) -> None:
            if batch_update is None:
                return
            self._batch = None
            for index in batch_update.removed:
                self._rows.pop(index, None)
            for index, params, _, output in batch_update.added:
                given = (params.extra_args or {}).get(_KEY)
                if given is None:
                    self._rows.pop(index, None)
                else:
                    self._rows[index] = _Row(given[0], given[1], given[2], given[3], output)
            for a, b, direction in batch_update.moved:
                row_a, row_b = self._rows.pop(a, None), self._rows.pop(b, None)
                if row_a is not None:
                    self._rows[b] = row_a
                if row_b is not None and direction == MoveDirectionality.SWAP:
                    self._rows[a] = row_b

        def apply(self, logits: Any) -> Any:
            if not self._rows:
                return logits
            if self._batch is None:
                self._batch = _Batch(self._rows, self._device)
            return self._batch.apply(logits, self._tensor)

        def _tensor(self, values: list[int]) -> Any:
            out = torch.tensor(values, dtype=torch.int64, pin_memory=self._pin)
            return out.to(self._device, non_blocking=True)

    NoiseProcessor.__qualname__ = "NoiseProcessor"
    return NoiseProcessor


class _Batch:
    """The rows of one batch, with what stays the same from step to step."""

    def __init__(self, rows: dict[int, _Row], device: Any) -> None:
        import torch

        from leakstats.experiment.generate.noise import split_seeds

        self._index = sorted(rows)
        held = [rows[i] for i in self._index]
        self._so_far = [row.so_far for row in held]
        self._at = torch.tensor(self._index, dtype=torch.int64, device=device)
        self._keys = split_seeds([row.seed for row in held], device)
        self._seeds = self._keys[:, 0] | (self._keys[:, 1] << 32)
        self._inverse = torch.tensor([1.0 / row.temperature for row in held], dtype=torch.float32, device=device)
        self._cuts = _cuts(held, device)
        self._add = _gpu_kernel(device)

    def apply(self, logits: Any, tensor: Callable[[list[int]], Any]) -> Any:
        positions = tensor([len(tokens) for tokens in self._so_far])
        whole = len(self._index) == logits.shape[0]
        inverse = self._inverse
        if self._cuts is not None:
            part = logits if whole else logits[self._at]
            part = self._cuts(part * inverse[:, None])
            if whole:
                logits = part
            else:
                logits[self._at] = part
            inverse = inverse.new_ones(inverse.shape)
        if self._add is not None:
            self._add(logits, self._at, self._seeds, positions, inverse)
            return logits
        return self._plain(logits, positions, inverse)

    def _plain(self, logits: Any, positions: Any, inverse: Any) -> Any:
        from leakstats.experiment.generate.noise import gumbel

        # a few rows at a time, which bounds the memory of the integers behind the noise
        for i in range(0, len(self._index), _ROWS_AT_ONCE):
            part = slice(i, i + _ROWS_AT_ONCE)
            noise = gumbel(self._keys[part], positions[part], logits.shape[1])
            logits[self._at[part]] = logits[self._at[part]] * inverse[part, None] + noise
        return logits


_ROWS_AT_ONCE = 64


def _cuts(rows: list[_Row], device: Any) -> Callable[[Any], Any] | None:
    """What takes out tokens outside top_k and top_p; None where every row keeps all."""
    import torch

    if all(row.top_p == 1.0 and row.top_k == 0 for row in rows):
        return None
    same = {(row.top_p, row.top_k) for row in rows}
    if len(same) == 1 and device.type == "cpu":
        from leakstats.experiment.generate.noise import filtered

        ((top_p, top_k),) = same
        return lambda logits: filtered(logits, top_p=top_p, top_k=top_k)
    from vllm.v1.sample.ops.topk_topp_sampler import apply_top_k_top_p

    p = torch.tensor([row.top_p for row in rows], dtype=torch.float32, device=device)
    k = None
    if any(row.top_k for row in rows):
        k = torch.tensor([row.top_k or 2**31 - 1 for row in rows], dtype=torch.int32, device=device)

    def cut(logits: Any) -> Any:
        return apply_top_k_top_p(logits, None if k is None else k.clamp(max=logits.shape[1]), p)

    return cut


def _gpu_kernel(device: Any) -> Callable[..., None] | None:
    if device.type != "cuda":
        return None
    from leakstats.experiment.generate.noise_kernel import add_gumbel

    return add_gumbel
