"""Completions from vLLM that end by themselves."""

from __future__ import annotations

from typing import Any

import vllm_fixed
from machine import seconds
from workload import asked, sampling
from world import World

from leakstats.experiment.types import ModelState, Sampling

__all__ = ["measure"]


def measure(world: World) -> dict[str, Any]:
    """One adapter, lengths by chance, as JSON."""
    tiny = world.shape.name == "tiny"
    wave = 16 if tiny else vllm_fixed.WAVE
    how = sampling(natural=True, tiny=tiny)
    generator = vllm_fixed.engine(world, world.natural)
    state = [ModelState(world.natural, world.adapters[0])]
    out: dict[str, Any] = {
        "start_s": seconds(lambda: vllm_fixed.run(generator, asked(8), state, Sampling(max_tokens=4)))[0]
    }
    vllm_fixed.run(generator, asked(wave), state, how)
    many = asked(wave * 2 * vllm_fixed.WAVES)
    found, done = vllm_fixed.run(generator, many, state, how)
    lengths = sorted(len(ids) for several in done.values() for ids in several)
    found["median_tokens"] = lengths[len(lengths) // 2]
    found["at_the_limit"] = sum(n >= how.max_tokens for n in lengths) / len(lengths)
    generator.noise = "none"
    found["noise_none"], _ = vllm_fixed.run(generator, many, state, how)
    generator.close()
    print(found, flush=True)
    return out | found
