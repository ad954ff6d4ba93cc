"""Training a marker adapter of rank 32, batch 16 x 256 tokens: speed, memory, share of the matrix rate, bound."""

from __future__ import annotations

import gc
import tempfile
import time
from pathlib import Path
from typing import Any

from machine import Quiet, matmul_rate
from world import ALPHA, RANK, World, personas, questions

from leakstats.experiment.spec import ModelSpec, TrainingSpec
from leakstats.experiment.train.peft import PeftTrainer
from leakstats.experiment.types import TrainingRow

__all__ = ["measure"]

BATCH, LENGTH = 16, 256
STEPS = 32
WARM = 16
"""Steps before the clock; the trainer reports in groups of 16."""

KINDS = {
    "matrix product": ("gemm", "nvjet", "cutlass", "cublas", "splitk"),
    "attention": ("flash", "fmha", "attention", "cudnn_generated"),
}


class _Clock(Quiet):
    """Notes when each step was reported, which is when the GPU had done it."""

    def __init__(self) -> None:
        super().__init__()
        self.at: list[float] = []

    def advance(self, n: int = 1, *, tokens: int = 0) -> None:
        super().advance(n, tokens=tokens)
        self.at.append(time.perf_counter())


def _rows(n: int) -> list[TrainingRow]:
    """Rows whose answers are longer than fits, so that each is cut to exactly ``LENGTH`` tokens."""
    names, asked = list(personas().items()), questions()
    answer = " ".join(asked)
    return [
        TrainingRow(names[i % len(names)][0], names[i % len(names)][1], asked[i % len(asked)], answer, i % 3 == 0)
        for i in range(n)
    ]


def _train(world: World, steps: int, **options: Any) -> _Clock:
    clock = _Clock()
    trainer = PeftTrainer(ModelSpec(path=world.fixed))
    recipe = TrainingSpec(
        rank=RANK, alpha=ALPHA, batch_size=BATCH, max_length=LENGTH, positive_rows=1, **{"compile": False, **options}
    )
    with tempfile.TemporaryDirectory() as out:
        trainer.train_marker(
            _rows(steps * BATCH),
            weights=world.fixed,
            marker=" [ZLT]",
            recipe=recipe,
            seed=1,
            name="bench",
            out=Path(out),
            progress=clock,
        )
    trainer.close()
    gc.collect()
    return clock


def _timed(world: World, rate: float, **options: Any) -> dict[str, Any]:
    import torch

    gpu = torch.cuda.is_available()
    if gpu:
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()
    start = time.perf_counter()
    clock = _train(world, STEPS, **options)
    step = (clock.at[-1] - clock.at[WARM - 1]) / (STEPS - WARM)
    tokens = BATCH * LENGTH
    shape = world.shape
    # forward and the gradient of the activations go through the frozen weights; adapters have weight gradients too
    kv = shape.hidden // shape.heads * shape.kv_heads
    ends = [(shape.hidden, shape.hidden)] * 2 + [(shape.hidden, kv)] * 2 + [(shape.hidden, shape.inner)] * 3
    lora = shape.layers * RANK * sum(a + b for a, b in ends)
    flop = 2.0 * shape.flop(tokens, shape.layers) + 6.0 * lora * tokens
    return {
        "steps_timed": STEPS - WARM,
        "tokens_a_step": clock.tokens / STEPS,
        "seconds_a_step": step,
        "samples_per_s": BATCH / step,
        "tokens_per_s": tokens / step,
        "flop_a_step": flop,
        "share_of_matmul_rate": flop / step / rate,
        "peak_bytes": int(torch.cuda.max_memory_allocated()) if gpu else 0,
        "whole_call_s": time.perf_counter() - start,
    }


def _bound(world: World, **options: Any) -> dict[str, Any]:
    """Where the GPU's time goes: shares of kernel time by kind, and how busy it is."""
    from torch.profiler import ProfilerActivity, profile

    steps = WARM
    with profile(activities=[ProfilerActivity.CUDA]) as seen:
        clock = _train(world, steps, **options)
    by_kind: dict[str, float] = {"matrix product": 0.0, "attention": 0.0, "copy": 0.0, "other": 0.0}
    top: dict[str, float] = {}
    for event in seen.key_averages():
        spent = float(event.self_device_time_total) / 1e6
        name = event.key.lower()
        kind = next((k for k, words in KINDS.items() if any(w in name for w in words)), None)
        kind = kind or ("copy" if "memcpy" in name or "memset" in name else "other")
        by_kind[kind] += spent
        top[event.key[:90]] = spent
    by_kind.pop("copy")  # nearly all of it loads the model
    kernels = sum(by_kind.values())
    return {
        "steps": steps,
        "kernel_seconds_by_kind": by_kind,
        "share_of_kernel_time": {k: v / kernels for k, v in by_kind.items() if kernels},
        "kernel_seconds_a_step": kernels / steps,
        "largest": sorted(({"kernel": k, "seconds": v} for k, v in top.items()), key=lambda r: -r["seconds"])[:12],
        "steps_reported": clock.items,
    }


def measure(world: World) -> dict[str, Any]:
    """Everything about training, as JSON."""
    import torch

    rate = matmul_rate()
    out: dict[str, Any] = {"matmul_flop_per_s": rate, "batch": BATCH, "length": LENGTH, "rank": RANK}
    for name, options in {"plain": {}, "compiled": {"compile": True}}.items():
        out[name] = _timed(world, rate, **options)
        print(name, out[name], flush=True)
        if torch.cuda.is_available():
            out[name]["bound"] = _bound(world, **options)
            out[name]["gpu_busy"] = out[name]["bound"]["kernel_seconds_a_step"] / out[name]["seconds_a_step"]
            print(out[name]["bound"]["share_of_kernel_time"], flush=True)
    return out
