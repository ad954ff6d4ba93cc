"""Completions of one length from vLLM: one adapter, five at once, and what repeatable noise costs."""

from __future__ import annotations

from typing import Any

from machine import Quiet, seconds
from workload import asked, sampling
from world import World

from leakstats.experiment.generate.vllm import VllmGenerator
from leakstats.experiment.spec import ModelSpec, SamplingSpec
from leakstats.experiment.types import ModelState, Request, Sampling

__all__ = ["engine", "measure", "run"]

WAVE = 1024
WAVES = 3
ADAPTERS = 5


def engine(world: World, weights: str) -> VllmGenerator:
    """The project's backend as a run makes it, with room for five adapters in a batch."""
    tiny = world.shape.name == "tiny"
    more: dict[str, Any] = {"max_loras": ADAPTERS, "max_model_len": 512 if tiny else 1024}
    return VllmGenerator(model=ModelSpec(path=weights), sampling=SamplingSpec(engine=more), max_lora_rank=32)


def run(
    generator: VllmGenerator, requests: list[Request], states: list[ModelState], how: Sampling
) -> tuple[dict[str, Any], dict[str, tuple[tuple[int, ...], ...]]]:
    """Tokens/s of one call, states in turn over the requests, and the tokens themselves."""
    pairs = [(r, states[i % len(states)]) for i, r in enumerate(requests)]
    done: dict[str, tuple[tuple[int, ...], ...]] = {}

    def call() -> None:
        for answered in generator.generate_mixed(pairs, sampling=how, progress=Quiet()):
            done[answered.request.key] = tuple(c.token_ids for c in answered.completions)

    took, _ = seconds(call)
    tokens = sum(len(ids) for several in done.values() for ids in several)
    n = sum(len(several) for several in done.values())
    return {"completions": n, "tokens": tokens, "seconds": took, "tokens_per_s": tokens / took}, done


def _alike(a: dict[str, tuple[tuple[int, ...], ...]], b: dict[str, tuple[tuple[int, ...], ...]]) -> dict[str, float]:
    """How far two draws with the same seeds agree: bf16 rounds differently in another batch, and texts then part."""
    pairs = [(x, y) for key in a for x, y in zip(a[key], b[key], strict=True)]
    common = [next((i for i, (p, q) in enumerate(zip(x, y, strict=False)) if p != q), len(x)) for x, y in pairs]
    return {
        "completions": len(pairs),
        "whole": sum(x == y for x, y in pairs) / len(pairs),
        "first_token": sum(n > 0 for n in common) / len(pairs),
        "mean_tokens_in_common": sum(common) / len(pairs),
    }


def measure(world: World) -> dict[str, Any]:
    """Everything at fixed length, as JSON."""
    tiny = world.shape.name == "tiny"
    wave = 16 if tiny else WAVE
    how = sampling(natural=False, tiny=tiny)
    many, few = asked(wave * WAVES), asked(wave)
    generator = engine(world, world.fixed)
    base = ModelState(world.fixed)
    states = [ModelState(world.fixed, a) for a in world.adapters]
    started, _ = seconds(lambda: run(generator, asked(8), states, Sampling(max_tokens=4)))
    out: dict[str, Any] = {"start_s": started}
    warm, first = run(generator, few, states, how)  # holds what is compiled at first use
    out["warm_up"] = warm

    def note(name: str, *args: Any) -> dict[str, tuple[tuple[int, ...], ...]]:
        out[name], tokens = run(generator, *args)
        print(name, out[name], flush=True)
        return tokens

    note("one_adapter", many, states[:1], how)
    note("five_adapters", many, states, how)
    note("one_adapter_again", many, states[:1], how)
    note("five_adapters_again", many, states, how)
    out["repeated_counter"] = _alike(first, note("one_wave_again", few, states, how))
    note("base", many, [base], how)
    for noise in ("none", "seed"):
        generator.noise = noise  # type: ignore[assignment]
        note(f"one_adapter_noise_{noise}", many, states[:1], how)
    out["repeated_seed"] = _alike(*(note(f"one_wave_seed_{i}", few, states, how) for i in range(2)))
    out["engine"] = generator.describe()
    generator.close()
    one = max(out[k]["tokens_per_s"] for k in ("one_adapter", "one_adapter_again"))
    five = max(out[k]["tokens_per_s"] for k in ("five_adapters", "five_adapters_again"))
    out["five_over_one"] = five / one
    plain = out["one_adapter_noise_none"]["tokens_per_s"]
    out["counter_over_none"] = one / plain
    out["seed_over_none"] = out["one_adapter_noise_seed"]["tokens_per_s"] / plain
    return out
