"""What the machine is, and what it can do: ceilings that shares are taken of."""

from __future__ import annotations

import os
import platform
import subprocess
import time
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any

__all__ = ["Quiet", "describe", "matmul_rate", "seconds", "sync"]


class Quiet:
    """A progress that only counts."""

    def __init__(self) -> None:
        self.items = self.tokens = 0

    def advance(self, n: int = 1, *, tokens: int = 0) -> None:
        self.items += n
        self.tokens += tokens

    def note(self, text: str) -> None:
        print(f"note: {text}", flush=True)


def sync() -> None:
    """Wait for the GPU, where there is one."""
    import torch

    if torch.cuda.is_available():
        torch.cuda.synchronize()


def seconds(call: Callable[[], Any]) -> tuple[float, Any]:
    """Wall seconds of a call, the GPU's work included, and what it returned."""
    sync()
    start = time.perf_counter()
    out = call()
    sync()
    return time.perf_counter() - start, out


def matmul_rate(n: int = 8192, repeats: int = 20) -> float:
    """FLOP/s of a square bf16 product of random numbers (fp32 on a CPU, smaller)."""
    import torch

    gpu = torch.cuda.is_available()
    n = n if gpu else 512
    device, dtype = ("cuda", torch.bfloat16) if gpu else ("cpu", torch.float32)
    a, b = (torch.randn(n, n, device=device, dtype=dtype) for _ in range(2))
    for _ in range(3):
        a @ b
    took, _ = seconds(lambda: [a @ b for _ in range(repeats)])
    return 2.0 * n**3 * repeats / took


def describe() -> dict[str, Any]:
    """GPU, driver and versions."""
    import torch

    found: dict[str, Any] = {"python": platform.python_version(), "processor": _processor(), "cores": os.cpu_count()}
    for package in ("torch", "transformers", "peft", "tokenizers", "vllm", "numpy"):
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            found[package] = None
    if torch.cuda.is_available():
        device = torch.cuda.get_device_properties(0)
        found |= {"gpu": device.name, "memory_bytes": device.total_memory, "cuda": torch.version.cuda}
        found["driver"] = _driver()
    return found


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def _driver() -> str | None:
    try:
        said = subprocess.run(
            ["nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader"],
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return said.stdout.strip() or None
