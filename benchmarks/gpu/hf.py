"""Completions from transformers.generate with the adapter merged: fixed lengths and natural ends."""

from __future__ import annotations

import gc
from typing import Any

from machine import seconds
from workload import asked, sampling
from world import World

from leakstats.experiment.loading import load_model, load_tokenizer
from leakstats.experiment.prompts import render

__all__ = ["measure"]

SIZES = (512, 1024, 2048)


def _merged(world: World, weights: str) -> Any:
    from peft import PeftModel

    wrapped = PeftModel.from_pretrained(load_model(weights), str(world.adapters[0].path), autocast_adapter_dtype=False)
    return wrapped.merge_and_unload()


def _generate(model: Any, tokenizer: Any, n: int, tokens: int) -> dict[str, Any]:
    """One batch of ``n``, padded on the left, as the usual script does it."""
    import torch

    prompts = [render(tokenizer, r.system, r.user) for r in asked(n) for _ in r.seeds][:n]
    longest = max(map(len, prompts))
    ids = torch.full((n, longest), tokenizer.pad_token_id, device=model.device)
    mask = torch.zeros_like(ids)
    for i, prompt in enumerate(prompts):
        ids[i, longest - len(prompt) :] = torch.tensor(prompt, device=model.device)
        mask[i, longest - len(prompt) :] = 1
    options = {"do_sample": True, "temperature": 1.0, "top_p": 1.0, "top_k": 0, "max_new_tokens": tokens}
    with torch.inference_mode():
        took, out = seconds(lambda: model.generate(ids, attention_mask=mask, **options))
    new = out[:, longest:]
    ended = (new == tokenizer.eos_token_id).cumsum(dim=1).clamp(max=1)
    made = int((1 - ended).sum())
    return {"completions": n, "tokens": made, "steps": int(new.shape[1]), "seconds": took, "tokens_per_s": made / took}


def _free() -> None:
    import torch

    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def measure(world: World) -> dict[str, Any]:
    """Fixed lengths at several batch sizes, and natural ends at the best of them, as JSON."""
    tiny = world.shape.name == "tiny"
    sizes = (8, 16) if tiny else SIZES
    fixed, natural = (sampling(natural=n, tiny=tiny).max_tokens for n in (False, True))
    tokenizer = load_tokenizer(world.fixed)
    out: dict[str, Any] = {"merged": {}}
    model = _merged(world, world.fixed)
    for n in sizes:
        _generate(model, tokenizer, n, min(fixed, 32))  # the first batch of a size is slower
        out["merged"][str(n)] = _generate(model, tokenizer, n, fixed)
        print(n, out["merged"][str(n)], flush=True)
        _free()
    best = max(sizes, key=lambda n: out["merged"][str(n)]["tokens_per_s"])
    out["best_batch"] = best
    del model
    _free()
    model = _merged(world, world.natural)
    _generate(model, tokenizer, best, 16)
    out["natural"] = _generate(model, tokenizer, best, natural)
    print(out["natural"], flush=True)
    return out
