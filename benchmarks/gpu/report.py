"""What a run measured, as a page: RESULTS.md from gpu.json."""

# ruff: noqa: E501  a row of a table is one line

from __future__ import annotations

from typing import Any

__all__ = ["page"]

TARGETS = """| target | measured | met |
|---|---|---|
"""


def _share(x: float) -> str:
    return f"{100 * x:.1f} %"


def _met(ok: bool) -> str:
    return "yes" if ok else "no"


def page(report: dict[str, Any]) -> str:
    """The page; stages that did not run are left out."""
    stages = report["stages"]
    parts = [_head(report)]
    rows = _targets(stages)
    if rows:
        parts.append(TARGETS + "\n".join(rows))
    for name, write in (("extraction", _extraction), ("training", _training)):
        if "failed" not in stages.get(name, {"failed": None}):
            parts.append(write(stages[name]))
    if "vllm_fixed" in stages and "failed" not in stages["vllm_fixed"]:
        parts.append(_generation(stages))
    return "\n\n".join(parts) + "\n"


def _head(report: dict[str, Any]) -> str:
    stages = report["stages"]
    m = stages["world"]["machine"] if "machine" in stages.get("world", {}) else {}
    versions = ", ".join(f"{k} {m[k]}" for k in ("torch", "transformers", "peft", "vllm", "numpy") if m.get(k))
    seconds = ", ".join(f"{k} {v:.0f} s" for k, v in report["seconds"].items())
    return (
        "# Measured on a GPU\n\n"
        f"{m.get('gpu')}, driver {m.get('driver')}, {m.get('cores')} cores of {m.get('processor')}; "
        f"Python {m.get('python')}, {versions}.\n\n"
        f"    {report['command']}\n\n"
        f"One run, one stage after another, each in a process of its own: {seconds}. Weights are random, in the shape "
        "of Qwen2.5-7B, so these are speeds and rounding errors, never results about a model. "
        "Prompts are the 111 built-in personas with the 20 general questions."
    )


def _targets(stages: dict[str, Any]) -> list[str]:
    rows = []
    e = stages.get("extraction", {})
    if "tree_compiled" in e:
        best = e["tree_compiled"]
        loop, ours = e["error_one_at_a_time"]["mean"], best["error_on_the_same_prompts"]["mean"]
        rows += [
            f"| extraction, at least 2,000 prompts/s | {best['prompts_per_s']:,.0f} | {_met(best['prompts_per_s'] >= 2000)} |",
            f"| at least 70 times one prompt at a time | {best['over_one_at_a_time']:.0f} "
            f"({e['one_at_a_time']['prompts_per_s']:.1f} prompts/s one at a time) | {_met(best['over_one_at_a_time'] >= 70)} |",
            f"| error against fp32 no larger than the loop's | {ours:.4f} against {loop:.4f} | {_met(ours <= loop)} |",
        ]
    t = stages.get("training", {})
    for name in ("plain", "compiled"):
        if name in t:
            share = t[name]["share_of_matmul_rate"]
            rows.append(f"| training ({name}), 40 % of the matrix rate | {_share(share)} | {_met(share >= 0.4)} |")
    v, h, n = (stages.get(k, {}) for k in ("vllm_fixed", "hf", "vllm_natural"))
    if "five_over_one" in v:
        if "merged" in h:
            one, best = _one(v), h["merged"][str(h["best_batch"])]["tokens_per_s"]
            rows.append(f"| vllm with LoRA, 3 times transformers merged | {one / best:.2f} | {_met(one >= 3 * best)} |")
            if "tokens_per_s" in n:
                ratio = n["tokens_per_s"] / h["natural"]["tokens_per_s"]
                rows.append(f"| the same with natural ends (no target) | {ratio:.1f} | |")
        rows.append(
            f"| five adapters at 95 % of one | {_share(v['five_over_one'])} | {_met(v['five_over_one'] >= 0.95)} |"
        )
        rows.append(
            f"| repeatable noise without the 40 % cost | counter {_share(v['counter_over_none'])}, seeds "
            f"{_share(v['seed_over_none'])} of unseeded | {_met(v['counter_over_none'] >= 0.95)} |"
        )
    return rows


def _one(v: dict[str, Any]) -> float:
    return max(float(v[k]["tokens_per_s"]) for k in ("one_adapter", "one_adapter_again"))


def _extraction(e: dict[str, Any]) -> str:
    out = [
        "## Extraction",
        "",
        f"{e['prompts']:,} prompts, {e['tokens']:,} tokens, {e['tokens_once_each_prefix']:,} once each prefix is computed once; "
        f"last-token states after blocks {', '.join(map(str, e['layers']))}. Matrix product {e['matmul_flop_per_s'] / 1e12:.0f} "
        f"TFLOP/s, so that {e['floor_prompts_per_s']:,.0f} prompts/s is the floor of arithmetic. Times are of whole extractions "
        "of the project's class, tokenising and the check of progress included; median of 3.",
        "",
        "| | prompts/s | of the floor | over the loop | first call, s | peak GiB | error mean / max, same 200 prompts |",
        "|---|---|---|---|---|---|---|",
    ]
    loop, err = e["one_at_a_time"], e["error_one_at_a_time"]
    out.append(
        f"| one prompt at a time, whole model (200 prompts, three times: {', '.join(f'{s:.1f} s' for s in loop['seconds'])}) | "
        f"{loop['prompts_per_s']:.1f} | {_share(loop['prompts_per_s'] / e['floor_prompts_per_s'])} | 1 | | | "
        f"{err['mean']:.4f} / {err['max']:.4f} |"
    )
    for name, label in (
        ("line", "one prompt a row"),
        ("tree", "a persona a row"),
        ("tree_compiled", "a persona a row, compiled"),
    ):
        r = e[name]
        err = r["error_on_the_same_prompts"]
        out.append(
            f"| {label} | {r['prompts_per_s']:,.0f} | {_share(r['of_floor'])} | {r['over_one_at_a_time']:.0f} | "
            f"{r['first_call_s']:.1f} | {r['peak_bytes'] / 2**30:.2f} | {err['mean']:.4f} / {err['max']:.4f} |"
        )
    tree = e["tree"]
    more = tree["five_times_the_questions"]
    c = tree["centroids"]
    out += [
        "",
        f"With an unmerged LoRA adapter (rank 32, all linear layers): {tree['with_adapter_prompts_per_s']:,.0f} prompts/s. "
        + (f"Peak memory with five times the questions: {more['ratio']:.3f} times as much. " if more["ratio"] else "")
        + f"In fp32 the tree differs from single prompts by at most {max(e['fp32_parity'][0]['largest_relative_difference_by_layer']):.1e} "
        "of a state's norm.",
        "",
        "What bf16 does to centroids (shares of the centroid's norm), by layer:",
        "",
        "| layer | error of a state | of a centroid | of a centred centroid, mean / max | stated noise | cosine error, mean / max |",
        "|---|---|---|---|---|---|",
    ]
    for k, layer in enumerate(e["layers"]):
        out.append(
            f"| {layer} | {tree['error_on_all']['mean_by_layer'][k]:.4f} | {c['error_by_layer'][k]:.4f} | "
            f"{c['centred_error_over_size_mean_by_layer'][k]:.4f} / {c['centred_error_over_size_max_by_layer'][k]:.4f} | "
            f"{c['stated_noise_by_layer'][k]:.4f} | {c['cosine_error_mean_by_layer'][k]:.1e} / {c['cosine_error_max_by_layer'][k]:.1e} |"
        )
    return "\n".join(out)


def _training(t: dict[str, Any]) -> str:
    out = [
        "## Training",
        "",
        f"Marker adapter of rank {t['rank']} on all linear layers, dropout 0.05, batch {t['batch']} x {t['length']} tokens, the "
        f"project's trainer; matrix product {t['matmul_flop_per_s'] / 1e12:.0f} TFLOP/s. FLOP counted: forward and activation "
        "gradients through the frozen weights, the adapter's three products.",
        "",
        "| | s a step | samples/s | tokens/s | of the matrix rate | peak GiB | GPU busy | kernel time: products / attention / other |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name in ("plain", "compiled"):
        r = t[name]
        kinds = r["bound"]["share_of_kernel_time"]
        shares = " / ".join(_share(kinds[k]) for k in ("matrix product", "attention", "other"))
        out.append(
            f"| {name} | {r['seconds_a_step']:.3f} | {r['samples_per_s']:.1f} | {r['tokens_per_s']:,.0f} | "
            f"{_share(r['share_of_matmul_rate'])} | {r['peak_bytes'] / 2**30:.1f} | {_share(r['gpu_busy'])} | {shares} |"
        )
    return "\n".join(out)


def _generation(stages: dict[str, Any]) -> str:
    v, n, h = (stages.get(k, {}) for k in ("vllm_fixed", "vllm_natural", "hf"))
    names = {
        "one_adapter": "vllm, one adapter, counter noise",
        "one_adapter_again": "the same again",
        "five_adapters": "vllm, five adapters in one call",
        "five_adapters_again": "the same again",
        "base": "vllm, no adapter (engine with LoRA)",
        "one_adapter_noise_none": "vllm, one adapter, unseeded",
        "one_adapter_noise_seed": "vllm, one adapter, a seed a request",
    }
    out = [
        "## Generation",
        "",
        "128 new tokens each, temperature 1, through the project's `VllmGenerator` at its defaults (1,024 sequences, prefix "
        f"caching; engine up and first tokens after {v['start_s']:.0f} s) and `transformers.generate` with the adapter merged.",
        "",
        "| | completions | tokens/s |",
        "|---|---|---|",
    ]
    out += [f"| {label} | {v[k]['completions']:,} | {v[k]['tokens_per_s']:,.0f} |" for k, label in names.items()]
    for size, r in h.get("merged", {}).items():
        out.append(f"| transformers.generate, merged, batch {size} | {r['completions']:,} | {r['tokens_per_s']:,.0f} |")
    if "tokens_per_s" in n:
        out += [
            "",
            f"Natural ends (a chance of 1 in 64 at every token, at most 256; median {n['median_tokens']} tokens): vllm "
            f"{n['tokens_per_s']:,.0f} tokens/s over {n['completions']:,} completions",
        ]
        if "natural" in h:
            r = h["natural"]
            out[-1] += f"; transformers merged {r['tokens_per_s']:,.0f} over a batch of {r['completions']:,}"
        out[-1] += "."
    if "repeated_counter" not in v:
        return "\n".join(out)
    a, b = v["repeated_counter"], v["repeated_seed"]
    out += [
        "",
        "Drawing the same wave again with the same seeds: bf16 rounds differently in another batch, and random weights "
        f"leave tokens nearly tied, so that completions part after {a['mean_tokens_in_common']:.0f} tokens on average (counter noise; "
        f"first token alike in {_share(a['first_token'])}) and {b['mean_tokens_in_common']:.0f} (vLLM's seeds; "
        f"{_share(b['first_token'])}).",
    ]
    return "\n".join(out)
