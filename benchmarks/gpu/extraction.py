"""Extraction against one prompt at a time: speed, error against fp32, memory, and what bf16 does to cosines."""

from __future__ import annotations

import gc
from typing import Any

import numpy as np
from machine import Quiet, matmul_rate, seconds
from world import World, personas, questions

from leakstats.experiment.extract.rows import Prompt, tree_rows
from leakstats.experiment.extract.transformers import TransformersExtractor
from leakstats.experiment.geometry import cosines, relative_noise
from leakstats.experiment.loading import load_model, load_tokenizer
from leakstats.experiment.prompts import render
from leakstats.experiment.types import Centroids, ModelState

__all__ = ["measure"]

LOOP_PROMPTS = 200
REPEATS = 3


def _prompts(world: World) -> list[tuple[int, int, tuple[int, ...]]]:
    tokenizer = load_tokenizer(world.fixed)
    return [
        (i, j, tuple(render(tokenizer, system, question)))
        for i, system in enumerate(personas().values())
        for j, question in enumerate(questions())
    ]


def _loop(world: World, prompts: list[tuple[int, int, tuple[int, ...]]]) -> dict[str, Any]:
    """One prompt at a time through the whole model with its head, all hidden states asked for: the usual script."""
    import torch

    model, tokenizer = load_model(world.fixed), load_tokenizer(world.fixed)
    layers = world.shape.wanted

    def run(some: list[tuple[int, int, tuple[int, ...]]]) -> Any:
        systems, asked = list(personas().values()), questions()
        out = []
        with torch.no_grad():
            for i, j, _ in some:
                tokens = torch.tensor([render(tokenizer, systems[i], asked[j])], device=model.device)
                hidden = model(tokens, output_hidden_states=True).hidden_states
                out.append([hidden[layer + 1][0, -1].float().cpu().numpy() for layer in layers])
        return np.array(out)

    # spread over the personas
    some = prompts[:: max(1, len(prompts) // LOOP_PROMPTS)][:LOOP_PROMPTS]
    run(some[:20])
    times = []
    for _ in range(REPEATS):
        took, states = seconds(lambda: run(some))
        times.append(took)
    rate = len(some) / float(np.median(times))
    return {"prompts": len(some), "seconds": times, "prompts_per_s": rate, "which": some, "states": states}


def _memory() -> int:
    import torch

    return int(torch.cuda.max_memory_allocated()) if torch.cuda.is_available() else 0


def _graphs() -> int:
    """Graphs compiled so far in this process."""
    from torch._dynamo.utils import counters

    return int(counters["stats"]["unique_graphs"])


def _reset() -> None:
    import torch

    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()


def _extract(
    extractor: TransformersExtractor, world: World, *, raw: bool = False, asked: Any = None, adapter: Any = None
) -> Centroids:
    return extractor.extract(
        personas(),
        asked or questions(),
        state=ModelState(world.fixed, adapter),
        layers=world.shape.wanted,
        position="last_prompt",
        raw=raw,
        progress=Quiet(),
    )


def _timed(world: World, n: int, **options: Any) -> tuple[dict[str, Any], TransformersExtractor]:
    """First call (load, check, compilation) and repeats of a whole extraction, tokenising included."""
    _reset()
    extractor = TransformersExtractor(**options)
    first, _ = seconds(lambda: _extract(extractor, world))
    times = [seconds(lambda: _extract(extractor, world))[0] for _ in range(REPEATS)]
    said = {
        "first_call_s": first,
        "seconds": times,
        "prompts_per_s": n / float(np.median(times)),
        "peak_bytes": _memory(),
        "parity": extractor.describe()["parity"],
        "graphs": _graphs(),
    }
    return said, extractor


def _errors(found: np.ndarray, reference: np.ndarray) -> dict[str, Any]:
    """|x - ref| / |ref| by prompt and layer."""
    wanted = reference.astype(np.float64)
    apart = np.linalg.norm(found - wanted, axis=-1) / np.linalg.norm(wanted, axis=-1)
    return {
        "mean": float(apart.mean()),
        "max": float(apart.max()),
        "mean_by_layer": apart.reshape(-1, apart.shape[-1]).mean(axis=0).tolist(),
    }


def measure(world: World) -> dict[str, Any]:
    """Everything about extraction, as JSON."""
    shape = world.shape
    prompts = _prompts(world)
    n, tokens = len(prompts), sum(len(ids) for _, _, ids in prompts)
    by_persona: dict[int, list[Prompt]] = {}
    for i, j, ids in prompts:
        by_persona.setdefault(i, []).append(Prompt(i, j, ids, len(ids) - 1))
    unique = sum(len(r) for rows in by_persona.values() for r in tree_rows(rows, max_tokens=1024))
    rate = matmul_rate()
    floor = n / (shape.flop(unique, max(shape.wanted) + 1) / rate)
    out: dict[str, Any] = {
        "prompts": n,
        "tokens": tokens,
        "tokens_once_each_prefix": unique,
        "layers": list(shape.wanted),
        "matmul_flop_per_s": rate,
        "floor_prompts_per_s": floor,
    }
    loop = _loop(world, prompts)
    which, loop_states = loop.pop("which"), loop.pop("states")
    out["one_at_a_time"] = loop
    _reset()
    raws: dict[str, np.ndarray] = {}
    kept: dict[str, Centroids] = {}
    for name, options in {
        "line": {"layout": "line"},
        "tree": {"layout": "tree"},
        "tree_compiled": {"layout": "tree", "compile": True},
    }.items():
        said, extractor = _timed(world, n, **options)
        said |= {
            "of_floor": said["prompts_per_s"] / floor,
            "over_one_at_a_time": said["prompts_per_s"] / loop["prompts_per_s"],
        }
        kept[name] = _extract(extractor, world, raw=True)
        raws[name] = np.asarray(kept[name].raw)
        if name == "tree":
            said["five_times_the_questions"] = _more_questions(extractor, world)
            said["with_adapter_prompts_per_s"] = n / _with_adapter(extractor, world)
        out[name] = said
        print(name, {k: v for k, v in said.items() if k != "parity"}, flush=True)
        extractor.close()
        del extractor
    _reset()
    exact = TransformersExtractor(dtype="float32", layout="tree", batch_size=64)
    reference = _extract(exact, world, raw=True)
    out["fp32_parity"] = exact.describe()["parity"]
    exact.close()
    truth = np.asarray(reference.raw)
    rows = [(i, j) for i, j, _ in which]
    here = truth[[i for i, _ in rows], [j for _, j in rows]]
    out["error_one_at_a_time"] = _errors(loop_states, here)
    for name, raw in raws.items():
        mine = raw[[i for i, _ in rows], [j for _, j in rows]]
        out[name]["error_on_the_same_prompts"] = _errors(mine, here)
        out[name]["error_on_all"] = _errors(raw, truth)
        out[name]["centroids"] = _centroid_errors(kept[name], reference)
    return out


def _with_adapter(extractor: TransformersExtractor, world: World) -> float:
    """Median seconds with a LoRA adapter of rank 32 on all linear layers, unmerged."""
    _extract(extractor, world, adapter=world.adapters[0])
    return float(
        np.median([seconds(lambda: _extract(extractor, world, adapter=world.adapters[0]))[0] for _ in range(REPEATS)])
    )


def _more_questions(extractor: TransformersExtractor, world: World) -> dict[str, Any]:
    """Peak memory of the same personas with five times the questions."""
    asked = [f"{q} {more}" for more in ("", "Why?", "Explain.", "In short?", "For a child?") for q in questions()]
    asked = [q.strip() for q in asked]
    peaks = {}
    for name, some in (("once", asked[:20]), ("five_times", asked)):
        _reset()
        _extract(extractor, world, asked=some)
        peaks[name] = _memory()
    return {"peak_bytes": peaks, "ratio": peaks["five_times"] / peaks["once"] if peaks["once"] else None}


def _centroid_errors(found: Centroids, reference: Centroids) -> dict[str, Any]:
    """What bf16 does to centroids, before and after centring, and to cosines; against the stated noise floor."""
    a, b = found.values, reference.values
    size = np.linalg.norm(b, axis=2)
    centred = [v - v.mean(axis=0) for v in (a, b)]
    error = np.linalg.norm(centred[0] - centred[1], axis=2)
    stated = relative_noise(found.layers, dtype="bfloat16")
    cos = [cosines(c, dtype=d).values for c, d in ((found, "bfloat16"), (reference, "float32"))]
    apart = np.abs(cos[0] - cos[1])
    off = ~np.eye(len(found.personas), dtype=bool)
    return {
        "error_by_layer": (np.linalg.norm(a - b, axis=2) / size).mean(axis=0).tolist(),
        "centred_error_over_size_mean_by_layer": (error / size).mean(axis=0).tolist(),
        "centred_error_over_size_max_by_layer": (error / size).max(axis=0).tolist(),
        "stated_noise_by_layer": stated.tolist(),
        "centred_size_over_size_by_layer": (np.linalg.norm(centred[1], axis=2) / size).mean(axis=0).tolist(),
        "cosine_error_mean_by_layer": [float(np.nanmean(apart[..., k][off])) for k in range(apart.shape[2])],
        "cosine_error_max_by_layer": [float(np.nanmax(apart[..., k][off])) for k in range(apart.shape[2])],
        "undefined_cosines": int(np.isnan(cos[0]).sum()),
    }
