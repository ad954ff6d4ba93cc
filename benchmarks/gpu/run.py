"""Measure the engine on a GPU: ``python benchmarks/gpu/run.py --out DIR [--stages ...] [--tiny]``.

Weights are random, so speeds and numerical errors only. Each stage runs in a process of its own; what it measured is
printed and written to DIR/gpu.json, and as a page to DIR/RESULTS.md, as soon as it is there. The same command in the
same DIR goes on after the stages that are there, for a machine that limits how long one command may take.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.path.insert(0, str(HERE.parent.parent))

from report import page  # noqa: E402  the folder is no package

STAGES = ("world", "hf", "vllm_fixed", "vllm_natural", "extraction", "training")
ENVIRONMENT = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "TOKENIZERS_PARALLELISM": "true",
    "VLLM_USE_FLASHINFER_SAMPLER": "0",
    "VLLM_USE_DEEP_GEMM": "0",
    "VLLM_NO_USAGE_STATS": "1",
    "DO_NOT_TRACK": "1",
    "VLLM_HOST_IP": "127.0.0.1",
    "NCCL_SOCKET_IFNAME": "lo",
    "GLOO_SOCKET_IFNAME": "lo",
}


def _stage(name: str, folder: Path, tiny: bool) -> dict[str, Any]:
    import machine
    import torch
    import world

    if name == "world":
        took, made = machine.seconds(
            lambda: world.make_world(
                world.TINY if tiny else world.SEVEN_B, folder, device="cuda" if torch.cuda.is_available() else "cpu"
            )
        )
        return {"machine": machine.describe(), "seconds": took, "shape": made.shape.name}
    found: dict[str, Any] = importlib.import_module(name).measure(world.open_world(folder))
    return found


def main() -> int:
    """Run the stages in turn; 1 if one failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder for gpu.json")
    parser.add_argument("--world", type=Path, default=Path("/dev/shm/leakstats-gpu"), help="folder for the weights")
    parser.add_argument("--stages", default=",".join(STAGES), help="with commas; all but the first need it")
    parser.add_argument("--tiny", action="store_true", help="a tiny model, to try the script without a GPU")
    parser.add_argument("--stage", help=argparse.SUPPRESS)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    if options.stage:
        found = _stage(options.stage, options.world, options.tiny)
        (options.out / f"{options.stage}.json").write_text(json.dumps(found), "utf-8")
        return 0
    kept = options.out / "gpu.json"
    report: dict[str, Any] = {"command": " ".join(["python", *sys.argv]), "stages": {}, "seconds": {}}
    if kept.is_file():
        report = json.loads(kept.read_text("utf-8"))
    done = [name for name, found in report["stages"].items() if "failed" not in found]
    failed = 0
    for stage in options.stages.split(","):
        if stage in done:
            continue
        start = time.perf_counter()
        command = [sys.executable, str(HERE / "run.py"), "--out", str(options.out), "--world", str(options.world)]
        command += ["--stage", stage, *(["--tiny"] if options.tiny else [])]
        code = subprocess.run(command, env=os.environ | ENVIRONMENT).returncode
        failed |= code
        written = options.out / f"{stage}.json"
        report["stages"][stage] = json.loads(written.read_text("utf-8")) if written.is_file() else {"failed": code}
        written.unlink(missing_ok=True)
        report["seconds"][stage] = time.perf_counter() - start
        kept.write_text(json.dumps(report, indent=1, sort_keys=True) + "\n", "utf-8")
        (options.out / "RESULTS.md").write_text(page(report), "utf-8")
        print(f"== {stage}: exit {code}, {report['seconds'][stage]:.0f} s", flush=True)
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
