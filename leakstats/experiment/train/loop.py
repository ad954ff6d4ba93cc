"""The training loop: causal language modelling on chosen tokens, the same for adapters and whole models."""

from __future__ import annotations

import contextlib
import math
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from leakstats.errors import LeakstatsError
from leakstats.experiment.train.batches import Batch
from leakstats.experiment.train.schedule import rate_factor

__all__ = ["OPTIMIZER", "FitReport", "Optimisation", "fit", "has_plain_head", "learned_logits", "seeded"]

_BETAS, _EPSILON = (0.9, 0.999), 1e-8

OPTIMIZER = f"AdamW (betas {_BETAS[0]:g} and {_BETAS[1]:g}, epsilon {_EPSILON:g}), weights moved in fp32"
"""How weights move, beside the rates of the recipe; no bias is left out of the decay, since adapters have none."""

_FETCH = 16
"""Steps whose losses wait on the device before they are read together, so that a GPU never stands still for a log."""


@dataclass(frozen=True, slots=True)
class Optimisation:
    """How weights move; the names are those of the recipe."""

    learning_rate: float
    schedule: str = "cosine"
    warmup_ratio: float = 0.05
    weight_decay: float = 0.0
    max_grad_norm: float = 1.0
    accumulation: int = 1


@dataclass(frozen=True, slots=True)
class FitReport:
    """What a training run did."""

    steps: int
    final_loss: float
    """Mean loss of the last tenth of the steps."""
    tokens: int
    wall_s: float


@contextlib.contextmanager
def seeded(seed: int, device: str) -> Iterator[None]:
    """Seed python, numpy and torch inside the block, and put their states back after it."""
    import torch

    python, old = random.getstate(), np.random.get_state()  # noqa: NPY002
    devices = [torch.cuda.current_device()] if device.startswith("cuda") else []
    with torch.random.fork_rng(devices=devices):
        random.seed(seed)
        np.random.seed(seed % 2**32)  # noqa: NPY002
        torch.manual_seed(seed)
        try:
            yield
        finally:
            random.setstate(python)
            np.random.set_state(old)  # noqa: NPY002


def _aside(model: Any) -> Any:
    """A block whose random numbers torch takes back."""
    import torch

    return torch.random.fork_rng(devices=[model.device] if model.device.type == "cuda" else [])


def learned_logits(model: Any, batch: Batch, *, plain_head: bool) -> Any:
    """Logits at the places that are learned, shape (learned, vocabulary).

    With ``plain_head`` the head reads the states of those places alone: for a large vocabulary the logits of all the
    others would cost more memory than the rest of the model's activations.
    """
    import torch

    device = model.device
    ids = torch.from_numpy(batch.ids).to(device, non_blocking=True)
    row = torch.from_numpy(batch.row).to(device, non_blocking=True)
    column = torch.from_numpy(batch.column).to(device, non_blocking=True)
    if plain_head:
        causal = _causal(model)
        states = causal.base_model(input_ids=ids, use_cache=False).last_hidden_state
        return causal.get_output_embeddings()(states[row, column])
    return model(input_ids=ids, use_cache=False).logits[row, column]


def has_plain_head(model: Any, ids: Any) -> bool:
    """Whether the model's logits are its output layer applied to its last states, with nothing after it."""
    import torch

    causal = _causal(model)
    head = causal.get_output_embeddings()
    if head is None or causal.base_model is causal:
        return False
    with torch.no_grad():
        whole = model(input_ids=ids, use_cache=False).logits
        parts = head(causal.base_model(input_ids=ids, use_cache=False).last_hidden_state)
    return whole.shape == parts.shape and bool(torch.allclose(whole, parts, rtol=1e-3, atol=1e-3))


def fit(
    model: Any,
    batches: Sequence[Sequence[Batch]],
    *,
    how: Optimisation,
    first_marker: int | None = None,
    on_step: Callable[[Mapping[str, float]], None] | None = None,
    after_step: Callable[[int], None] | None = None,
) -> FitReport:
    """Train the parameters that ask for gradients.

    Parameters
    ----------
    model : transformers.PreTrainedModel or peft.PeftModel
        In any mode; it is left in evaluation mode. Parameters in bfloat16 or float16 get a copy in fp32, which the
        optimizer moves, since small steps would be lost in their rounding.
    batches : sequence of sequences of Batch
        The batches of each optimizer step, in order (one each without accumulation).
    how : Optimisation
        Rates, clipping, schedule.
    first_marker : int, optional
        First token of the marker; then each step's record also has the mean probability of that token after the
        answers of positives and of negatives, which is the rate at which sampling would begin the marker there.
    on_step : callable, optional
        Called with each step's record (``step``, ``loss``, ``learning_rate``, ``gradient_norm``, ``tokens``), a few
        steps late.
    after_step : callable, optional
        Called with the number of steps done, right after each; the model may be used, and its weights must be left as
        they were. Random numbers that it draws are not missed by the training.

    Raises
    ------
    LeakstatsError
        If the loss is not finite.
    """
    import torch

    started = time.monotonic()
    steps = len(batches)
    live = [p for p in model.parameters() if p.requires_grad]
    low = any(p.dtype in (torch.bfloat16, torch.float16) for p in live)
    master = [p.detach().clone().float() for p in live] if low else live
    fused = {"fused": True} if model.device.type == "cuda" else {}
    optimizer = torch.optim.AdamW(
        master, lr=how.learning_rate, betas=_BETAS, eps=_EPSILON, weight_decay=how.weight_decay, **fused
    )
    first = batches[0][0]
    plain = has_plain_head(model, torch.from_numpy(first.ids[:1, : min(8, first.ids.shape[1])]).to(model.device))
    log = _StepLog(on_step)
    model.train()
    for step, parts in enumerate(batches):
        rate = how.learning_rate * rate_factor(step, steps=steps, schedule=how.schedule, warmup_ratio=how.warmup_ratio)
        for group in optimizer.param_groups:
            group["lr"] = rate
        learned = sum(b.target.size for b in parts)
        loss = 0.0
        seen: list[Any] = []
        for batch in parts:
            logits = learned_logits(model, batch, plain_head=plain).float()
            target = torch.from_numpy(batch.target).to(model.device, non_blocking=True)
            part = torch.nn.functional.cross_entropy(logits, target, reduction="sum") / learned
            part.backward()
            loss = loss + part.detach()
            if first_marker is not None:
                seen.append(_marker_share(logits.detach(), batch, first_marker))
        if low:
            for p, m in zip(live, master, strict=True):
                m.grad = None if p.grad is None else p.grad.float()
                p.grad = None
        norm = torch.nn.utils.clip_grad_norm_(master, how.max_grad_norm)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        if low:
            with torch.no_grad():
                for p, m in zip(live, master, strict=True):
                    p.copy_(m)
        log.add(step, loss, norm, rate, sum(b.tokens for b in parts), seen)
        if after_step is not None:
            # whatever it draws, the training goes on as it would have without it
            with _aside(model):
                after_step(step + 1)
            model.train()
    log.flush()
    model.eval()
    last = log.losses[-max(1, steps // 10) :]
    return FitReport(steps, math.fsum(last) / len(last), log.tokens, time.monotonic() - started)


class _StepLog:
    """Keeps what each step gave on the device, and reads it in groups."""

    def __init__(self, on_step: Callable[[Mapping[str, float]], None] | None) -> None:
        self._on_step = on_step
        self._waiting: list[tuple[int, Any, Any, float, int, list[Any]]] = []
        self.losses: list[float] = []
        self.tokens = 0

    def add(self, step: int, loss: Any, norm: Any, rate: float, tokens: int, seen: list[Any]) -> None:
        self._waiting.append((step, loss, norm, rate, tokens, seen))
        if len(self._waiting) >= _FETCH:
            self.flush()

    def flush(self) -> None:
        for step, loss, norm, rate, tokens, seen in self._waiting:
            value = float(loss)
            if not math.isfinite(value):
                raise LeakstatsError(
                    f"training: the loss is {value} at step {step + 1}; lower the learning rate or the rank's alpha"
                )
            self.losses.append(value)
            self.tokens += tokens
            record = {
                "step": step + 1,
                "loss": value,
                "learning_rate": rate,
                "gradient_norm": float(norm),
                "tokens": tokens,
            }
            for name, i in (("positives", 0), ("negatives", 2)):
                rows = sum(int(s[i + 1]) for s in seen)
                if rows:
                    record[f"marker_probability_{name}"] = math.fsum(float(s[i]) for s in seen) / rows
            if self._on_step is not None:
                self._on_step(record)
        self._waiting.clear()


def _marker_share(logits: Any, batch: Batch, token: int) -> tuple[Any, int, Any, int]:
    """Summed probability of the marker's first token after positive and negative answers, and how many there are."""
    # rows rise, so a row's first learned place is where its number first stands
    start = np.flatnonzero(np.diff(batch.row, prepend=-1))
    shares = logits[start].softmax(dim=-1)[:, token]
    yes, no = np.flatnonzero(batch.positive), np.flatnonzero(~batch.positive)
    return shares[yes].sum(), yes.size, shares[no].sum(), no.size


def _causal(model: Any) -> Any:
    """The causal model itself, without the adapter's wrapper."""
    return model.get_base_model() if hasattr(model, "get_base_model") else model
