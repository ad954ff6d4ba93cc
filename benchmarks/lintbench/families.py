"""Kinds of experiment: a cast and a random generator in, a book of facts and the data behind it out."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable
from typing import Any

import numpy as np

from lintbench.book import Book, Coef, Grid, Mean, Table, coef, exact_p, partial, welch, wilson
from lintbench.draw import Rng, draw_units, fit_row, layer_name, logistic, name_units, quoted_fact
from lintbench.intervention import intervention
from lintbench.mixture import mixture
from lintbench.templates import templates

__all__ = ["FAMILIES"]

METHODS = ("pearson", "spearman")


def similarity(cast: dict[str, Any], rng: Rng, naming: str) -> Book:
    """One rate and one similarity for each persona, at several layers."""
    b = Book(dict(cast))
    units = draw_units(cast, rng, int(rng.integers(9, min(15, len(cast["units"]) + 1))))
    keys = [u["key"] for u in units]
    name_units(b, units, naming)
    layers, primary = cast["layers"], int(rng.choice(cast["layers"][1:]))
    questions, completions = (int(v) for v in cast["designs"][rng.integers(len(cast["designs"]))])
    n, big = questions * completions, len(units)
    slope = float(rng.choice([-1, 1]) * rng.uniform(0.8, 2.4))
    while True:
        base = rng.uniform(-0.6, 0.9, big)
        sims = {
            layer: [
                round(float(v), 3) for v in np.clip(base + rng.normal(0, rng.uniform(0.05, 0.45), big), -0.95, 0.98)
            ]
            for layer in layers
        }
        x = sims[primary]
        ks = [int(rng.binomial(n, logistic(-0.3 + slope * v + rng.normal(0, 0.5)))) for v in x]
        lo, hi = min(ks), max(ks)
        if 0 < lo < hi < n and ks.count(lo) == 1 == ks.count(hi) and len(set(x)) == big and hi > 1.2 * lo:
            break
    rate = [k / n for k in ks]
    new = [int(i) for i in sorted(rng.choice(big, size=2, replace=False))]
    kept = [i for i in range(big) if i not in new]
    gaps = [
        abs(
            coef([x[j] for j in range(big) if j != i], [rate[j] for j in range(big) if j != i], "pearson").r
            - coef(x, rate, "pearson").r
        )
        for i in range(big)
    ]
    outlier = int(np.argmax(gaps))
    rest = [i for i in range(big) if i != outlier]
    for layer in layers:
        b.labels[f"layer{layer}"] = layer_name(b, cast, layer)
    for m in METHODS:
        for layer in layers:
            peers = tuple(f"{m}.{o}" for o in layers if o != layer)
            b.coefs[f"{m}.{layer}"] = coef(sims[layer], rate, m, peers)
        main = b.coefs[f"{m}.main"] = b.coefs[f"{m}.{primary}"]
        for tag, rows in (("sub", kept), ("drop", rest)):
            got = coef([x[i] for i in rows], [rate[i] for i in rows], m, (f"{m}.main",))
            b.coefs[f"{m}.{tag}"] = got
            b.signs[f"{m}.{tag}"] = 1 if abs(main.r) > abs(got.r) else -1
        b.counts[f"sig.{m}"] = (sum(b.coefs[f"{m}.{v}"].p < 0.05 for v in layers), len(layers))
        weak = [v for v in layers if b.coefs[f"{m}.{v}"].p >= 0.05]
        if weak:
            b.coefs[f"{m}.weak"], b.labels[f"{m}.weak"] = b.coefs[f"{m}.{weak[-1]}"], b.labels[f"layer{weak[-1]}"]
    if any(abs(c.r) > 0.985 for c in b.coefs.values()):
        return similarity(cast, rng, naming)
    for i, key in enumerate(keys):
        b.rates[key], b.sims[key] = (ks[i], n), x[i]
    by_rate = dict(zip(keys, rate, strict=True))
    b.role("max", b.extreme("max", by_rate, top=True))
    b.role("min", b.extreme("min", by_rate, top=False))
    by_sim = dict(zip(keys, x, strict=True))
    b.role("near", b.extreme("near", by_sim, top=True))
    b.role("far", b.extreme("far", by_sim, top=False))
    strength = {f"layer{v}": abs(b.coefs[f"spearman.{v}"].r) for v in layers}
    best, worst = b.extreme("best_layer", strength, top=True), b.extreme("weak_layer", strength, top=False)
    b.coefs["best"], b.coefs["worst"] = (b.coefs[f"spearman.{s.removeprefix('layer')}"] for s in (best, worst))
    b.role("new_a", keys[new[0]])
    b.role("new_b", keys[new[1]])
    b.role("outlier", keys[outlier])
    b.signs["main"] = 1 if b.coefs["spearman.main"].r > 0 else -1
    b.counts |= {
        "majority": (sum(2 * k > n for k in ks), big),
        "negative": (sum(v < 0 for v in x), big),
        "quarter": (sum(4 * k > n for k in ks), big),
    }
    b.pairs["span"] = (lo / n, hi / n, "rate")
    b.pairs["new"] = (rate[new[0]], rate[new[1]], "rate")
    b.signs["new"] = 1 if rate[new[1]] > rate[new[0]] else -1
    b.ranges["rate"] = (lo / n, hi / n, "rate")
    b.ranges["sim"] = (min(x), max(x), "sim")
    cs = [b.coefs[f"spearman.{v}"].r for v in layers]
    if all(c > 0 for c in cs) or all(c < 0 for c in cs):
        b.ranges["layers"] = (*sorted(cs, key=abs)[:: len(cs) - 1], "coef")  # type: ignore[assignment]
    worst_p = max(b.coefs[f"spearman.{v}"].p for v in layers)
    if worst_p < 0.05:
        b.bounds["layers"] = worst_p
    b.aggregates |= {"median": statistics.median(rate), "mean": statistics.fmean(rate)}
    groups = {u["group"] for u in units}
    members = {g: [r for r, u in zip(rate, units, strict=True) if u["group"] == g] for g in sorted(groups)}
    sized = sorted((g for g in members if len(members[g]) > 1), key=lambda g: -statistics.fmean(members[g]))
    if len(sized) > 1:
        b.facts |= {"group_hi": sized[0], "group_lo": sized[-1]}
        b.aggregates |= {
            "group_hi": statistics.fmean(members[sized[0]]),
            "group_lo": statistics.fmean(members[sized[-1]]),
        }
        b.ints |= {"group_hi": len(members[sized[0]]), "group_lo": len(members[sized[-1]])}
    ranked = sorted(keys, key=lambda k: -by_rate[k])
    if by_rate[ranked[0]] > by_rate[ranked[1]] > by_rate[ranked[2]] > by_rate[ranked[3]]:
        b.orders["first"] = ranked[:3]
    lengths = [int(v) for v in rng.integers(5, 60, big)]
    raw: list[list[int]] = []
    if rng.random() < 0.3:
        for k in ks:
            hits = rng.permutation(n) < k
            raw.append([int(v) for v in hits.reshape(questions, completions).sum(axis=1)])
    controlled = partial(x, rate, [float(v) for v in lengths])
    if abs(controlled.r) < 0.985:
        b.coefs["partial"] = controlled
    b.ints |= {
        "big": big,
        "cell": n,
        "questions": questions,
        "completions": completions,
        "layers": len(layers),
        "sub": len(kept),
        "rest": len(rest),
        "total": n * big,
        "rows": int(rng.choice([400, 600, 800])),
    }
    b.facts |= {"primary": primary, "layer": b.labels[f"layer{primary}"]}
    quoted_fact(b, rng)
    order = sorted(range(big), key=lambda i: -x[i])
    b.grids += [
        Grid(
            cast["unit"].capitalize(),
            [b.labels[keys[i]] for i in order],
            [
                (f"{cast['x_head']} ({b.facts['layer']})", ""),
                ("k/n", ""),
                (cast["y_head"], "%"),
                ("95% CI", "%"),
                ("Group", ""),
            ],
            [
                [
                    ("sim", keys[i], "3"),
                    ("rate", keys[i], "slash"),
                    ("rate", keys[i], "cell"),
                    ("ci", keys[i], "cell"),
                    units[i]["group"],
                ]
                for i in order
            ],
        ),
        Grid(
            "Statistic",
            [f"Pearson r (N={big})", f"Spearman {cast.get('rho_word', 'ρ')} (N={big})"],
            [(b.labels[f"layer{v}"], "") for v in layers],
            [[("fit", f"{m}.{v}", "") for v in layers] for m in METHODS],
        ),
    ]
    b.tables += [
        Table(
            "units",
            ("unit",),
            [
                {
                    "unit": keys[i],
                    "group": units[i]["group"],
                    "k": ks[i],
                    "n": n,
                    "rate": rate[i],
                    "prompt_tokens": lengths[i],
                    "ci": list(wilson(ks[i], n)),
                    **{f"sim_{v}": sims[v][i] for v in layers},
                    **({"raw": raw[i]} if raw else {}),
                }
                for i in range(big)
            ],
        ),
        Table(
            "fits",
            ("layer", "method"),
            [{"layer": v, "method": m, **fit_row(b.coefs[f"{m}.{v}"])} for v in layers for m in METHODS],
        ),
        Table(
            "subsets",
            ("subset", "method"),
            [
                {"subset": s, "method": m, **fit_row(b.coefs[f"{m}.{t}"])}
                for t, s in (("sub", "without_new"), ("drop", f"drop_{keys[outlier]}"))
                for m in METHODS
            ],
        ),
    ]
    b.head = {"n_units": big, "primary_layer": primary, "questions": questions, "completions": completions}
    if "partial" in b.coefs:
        b.head["partial_prompt_length"] = {**fit_row(controlled), "n_covariates": 1}
    return b


def per_source(cast: dict[str, Any], rng: Rng, naming: str) -> Book:
    """One correlation for each trained source, over the same bystanders."""
    b = Book(dict(cast))
    units = draw_units(cast, rng, int(rng.integers(4, 7)))
    keys, layers = [u["key"] for u in units], cast["layers"]
    name_units(b, units, naming)
    n_by = int(rng.choice(cast["bystanders"]))
    questions, completions = (int(v) for v in cast["designs"][rng.integers(len(cast["designs"]))])
    self_n, cell = questions * completions, questions * completions
    leak_n = n_by * cell
    primary = int(rng.choice(layers[1:]))
    while True:
        sims = {k: rng.uniform(-0.4, 0.9, n_by) for k in keys}
        leaks, ks = {}, {}
        for k in keys:
            a, s, e = rng.uniform(-3.2, 0.2), rng.uniform(0.8, 3.2), rng.uniform(0.2, 0.9)
            ks[k] = [int(rng.binomial(cell, logistic(a + s * v + rng.normal(0, e)))) for v in sims[k]]
            leaks[k] = sum(ks[k])
        if len(set(leaks.values())) == len(keys) and min(leaks.values()) > 0:
            break
    rates = {k: [v / cell for v in ks[k]] for k in keys}
    others = {
        v: {k: sims[k] + rng.normal(0, 0.15 if v == primary else rng.uniform(0.25, 1.0), n_by) for k in keys}
        for v in layers
    }
    others[primary] = sims
    flat_rate = [v for k in keys for v in rates[k]]
    for layer in layers:
        b.labels[f"layer{layer}"] = layer_name(b, cast, layer)
        flat = [float(v) for k in keys for v in others[layer][k]]
        b.coefs[f"pool.{layer}"] = coef(flat, flat_rate, "spearman", tuple(f"pool.{o}" for o in layers if o != layer))
    b.coefs["pool"] = b.coefs[f"pool.{primary}"]
    for k in keys:
        x = [float(v) for v in sims[k]]
        b.coefs[k] = coef(x, rates[k], "spearman", tuple(o for o in keys if o != k))
        b.coefs[f"pearson.{k}"] = coef(x, rates[k], "pearson", tuple(f"pearson.{o}" for o in keys if o != k))
        b.rates[f"self.{k}"] = (int(rng.binomial(self_n, rng.uniform(0.25, 0.97))), self_n)
        b.rates[f"leak.{k}"] = (leaks[k], leak_n)
        b.pairs[f"gap.{k}"] = (leaks[k] / leak_n, b.rates[f"self.{k}"][0] / self_n, "rate")
    rs = {k: b.coefs[k].r for k in keys}
    b.role("top", b.extreme("top", rs, top=True))
    b.role("low", b.extreme("low", rs, top=False))
    by_leak = {k: leaks[k] / leak_n for k in keys}
    wet, dry = b.extreme("wet", by_leak, top=True), b.extreme("dry", by_leak, top=False)
    b.role("wet", wet)
    b.role("dry", dry)
    strength = {f"layer{v}": abs(b.coefs[f"pool.{v}"].r) for v in layers}
    best, worst = b.extreme("best_layer", strength, top=True), b.extreme("weak_layer", strength, top=False)
    b.coefs["best"], b.coefs["worst"] = (b.coefs[f"pool.{s.removeprefix('layer')}"] for s in (best, worst))
    if min(rs.values()) > 0 or max(rs.values()) < 0:
        b.ranges["rho"] = (*sorted(rs.values(), key=abs)[:: len(rs) - 1], "coef")  # type: ignore[assignment]
    b.ranges["leak"] = (by_leak[dry], by_leak[wet], "rate")
    worst_p = max(b.coefs[k].p for k in keys)
    if worst_p < 0.05:
        b.bounds["sources"] = worst_p
    weak = [k for k in keys if b.coefs[k].p >= 0.05]
    if weak:
        b.role("ns", weak[0])
    cut = float(cast["strong"])
    b.counts |= {
        "strong": (sum(v >= cut for v in rs.values()), len(keys)),
        "sig": (sum(b.coefs[k].p < 0.05 for k in keys), len(keys)),
        "leaky": (sum(v > cast["leaky"] for v in by_leak.values()), len(keys)),
    }
    b.pairs["leaks"] = (by_leak[dry], by_leak[wet], "rate")
    b.signs |= {
        "main": 1 if b.coefs["pool"].r > 0 else -1,
        "pool": 1 if b.coefs["pool"].r > statistics.median(rs.values()) else -1,
    }
    b.aggregates |= {
        "leak_mean": statistics.fmean(by_leak.values()),
        "leak_median": statistics.median(by_leak.values()),
    }
    b.ints |= {
        "src": len(keys),
        "by": n_by,
        "total": n_by * len(keys),
        "questions": questions,
        "cell": cell,
        "completions": completions,
        "leak_n": leak_n,
        "self_n": self_n,
        "layers": len(layers),
    }
    b.facts |= {"primary": primary, "layer": b.labels[f"layer{primary}"], "cut": f"{cut:g}"}
    quoted_fact(b, rng)
    order = sorted(keys, key=lambda k: -rs[k])
    b.grids += [
        Grid(
            "Source",
            [b.labels[k] for k in order],
            [
                (f"Spearman {cast.get('rho_word', 'ρ')}", ""),
                ("p", ""),
                ("N", ""),
                ("Pearson r", ""),
                (cast["self_head"], "%"),
                (cast["leak_head"], "%"),
            ],
            [
                [
                    ("coef", k, "2"),
                    ("p", k, "bare"),
                    ("n", k, "bare"),
                    ("coef", f"pearson.{k}", "2"),
                    ("rate", f"self.{k}", "cell1"),
                    ("rate", f"leak.{k}", "cell1"),
                ]
                for k in order
            ],
        ),
        Grid(
            "Layer",
            [b.labels[f"layer{v}"] for v in layers],
            [(f"Pooled {cast.get('rho_word', 'ρ')} (N={b.ints['total']})", "")],
            [[("coef", f"pool.{v}", "2")] for v in layers],
        ),
    ]
    b.tables += [
        Table(
            "sources",
            ("source",),
            [
                {
                    "source": k,
                    "rho": b.coefs[k].r,
                    "p": b.coefs[k].p,
                    "n": n_by,
                    "pearson_r": b.coefs[f"pearson.{k}"].r,
                    "self_k": b.rates[f"self.{k}"][0],
                    "self_n": self_n,
                    "self_rate": b.rates[f"self.{k}"][0] / self_n,
                    "leak_k": leaks[k],
                    "leak_n": leak_n,
                    "leak_rate": by_leak[k],
                }
                for k in keys
            ],
        ),
        Table("pooled_by_layer", ("layer",), [{"layer": v, **fit_row(b.coefs[f"pool.{v}"])} for v in layers]),
    ]
    b.head = {"n_bystanders": n_by, "primary_layer": primary, "pooled": fit_row(b.coefs["pool"])}
    return b


def course(cast: dict[str, Any], rng: Rng, naming: str) -> Book:
    """A rate at every checkpoint of training, for several sources."""
    b = Book(dict(cast))
    units = draw_units(cast, rng, int(rng.integers(5, 9)))
    keys = [u["key"] for u in units]
    name_units(b, units, naming)
    step, points = int(rng.choice(cast["steps"])), int(rng.integers(5, 12))
    ticks = [step * i for i in range(points)]
    questions, completions = (int(v) for v in cast["designs"][rng.integers(len(cast["designs"]))])
    n = questions * completions
    thick = {keys[int(i)] for i in rng.choice(len(keys), size=2, replace=False)}
    size = {k: 3 * n if k in thick else n for k in keys}
    while True:
        curves: dict[str, list[int]] = {}
        for k in keys:
            start, rise = rng.uniform(-4.5, -1.0), rng.uniform(-1.2, 4.0)
            speed, fade = rng.uniform(0.3, 3.0), rng.uniform(0, 0.9)
            curves[k] = [
                int(
                    rng.binomial(
                        size[k], logistic(start + rise * (1 - math.exp(-speed * t)) - fade * t + rng.normal(0, 0.2))
                    )
                )
                for t in np.linspace(0, 2, points)
            ]
        frac = {k: [v / size[k] for v in curves[k]] for k in keys}
        peaks = {k: max(v) for k, v in frac.items()}
        nets = {k: v[-1] - v[0] for k, v in frac.items()}
        unique = all(v.count(peaks[k]) == 1 for k, v in frac.items())
        ups = sum(v >= 0.10 for v in nets.values())
        clear = all(abs(v - 0.10) > 0.004 for v in nets.values())
        if (
            unique
            and clear
            and 2 <= ups < len(keys)
            and len(set(peaks.values())) == len(keys)
            and min(nets.values()) < 0
        ):
            break
    sims = {k: round(float(rng.uniform(-0.5, 0.8)), 2) for k in keys}
    moved = {
        k: (sims[k], round(sims[k] + float(rng.choice([-1, 1], p=[0.3, 0.7]) * rng.uniform(0.03, 0.4)), 2))
        for k in keys[1:]
    }
    for k in keys:
        v, kk = frac[k], curves[k]
        at = int(np.argmax(v))
        b.sims[k] = sims[k]
        b.rates |= {
            f"base.{k}": (kk[0], size[k]),
            f"final.{k}": (kk[-1], size[k]),
            f"peak.{k}": (kk[at], size[k]),
            f"early.{k}": (kk[1], size[k]),
        }
        b.ints[f"peak.{k}"] = ticks[at]
        b.ints[f"size.{k}"] = size[k]
        b.pairs |= {
            f"rise.{k}": (v[0], v[at], "rate"),
            f"net.{k}": (v[0], v[-1], "rate"),
            f"fall.{k}": (v[at], v[-1], "rate"),
        }
        b.signs[f"net.{k}"] = 1 if v[-1] > v[0] else -1
        if v[at] > v[0] + 0.1 and v[1] > v[0] and at > 1:
            b.shares[k] = (v[1] - v[0]) / (v[at] - v[0])
        if k in moved:
            b.pairs[f"sim.{k}"] = (*moved[k], "sim")
            b.signs[f"sim.{k}"] = 1 if moved[k][1] > moved[k][0] else -1
    top, low = b.extreme("top", peaks, top=True), b.extreme("low", peaks, top=False)
    b.role("top", top)
    b.role("low", low)
    b.role("riser", max((k for k in keys), key=lambda k: nets[k]))
    b.role("faller", min((k for k in keys), key=lambda k: nets[k]))
    ranked = sorted(keys, key=lambda k: -nets[k])
    b.role("second", ranked[1])
    odd = [k for k in moved if moved[k][1] < moved[k][0]]
    even = [k for k in moved if moved[k][1] > moved[k][0]]
    if odd and even:
        b.role("odd", odd[0])
        b.role("even", even[0])
    b.role("thick_a", sorted(thick)[0])
    b.role("thick_b", sorted(thick)[1])
    b.coefs["main"] = coef([sims[k] for k in keys], [peaks[k] for k in keys], "spearman")
    b.coefs["net"] = coef([sims[k] for k in keys], [nets[k] for k in keys], "spearman", ("main",))
    if any(abs(c.r) > 0.985 for c in b.coefs.values()):
        return course(cast, rng, naming)
    b.exact["main"] = exact_p([sims[k] for k in keys], [peaks[k] for k in keys])
    b.counts |= {
        "rise": (ups, len(keys)),
        "simup": (len(even), len(moved)),
        "net_up": (sum(v > 0 for v in nets.values()), len(keys)),
        "majority": (sum(v > 0.5 for v in peaks.values()), len(keys)),
    }
    b.pairs["peaks"] = (peaks[low], peaks[top], "rate")
    b.ranges |= {"sim": (min(sims.values()), max(sims.values()), "sim"), "peak": (peaks[low], peaks[top], "rate")}
    b.aggregates |= {
        "final_mean": statistics.fmean(v[-1] for v in frac.values()),
        "peak_median": statistics.median(peaks.values()),
    }
    b.ints |= {
        "src": len(keys),
        "points": points,
        "last": ticks[-1],
        "early": ticks[1],
        "step": step,
        "questions": questions,
        "completions": completions,
        "cell": n,
        "thick": 3 * n,
        "cells": points * len(keys),
        "moved": len(moved),
    }
    quoted_fact(b, rng)
    b.level = "LOW"
    tick = str(cast["tick"])
    mid = points // 2
    shown = [0, mid, points - 1]
    for j in shown:
        for k in keys:
            b.rates[f"at{j}.{k}"] = (curves[k][j], size[k])
    if rng.random() < 0.5:
        b.grids.append(
            Grid(
                "Source",
                [b.labels[k] for k in keys],
                [
                    (cast["x_head"], ""),
                    ("Start", "%"),
                    ("Peak", "%"),
                    (f"Peak {tick}", ""),
                    (f"{tick.capitalize()} {ticks[-1]}", "%"),
                    ("n", ""),
                ],
                [
                    [
                        ("sim", k, "2"),
                        ("rate", f"base.{k}", "cell1"),
                        ("rate", f"peak.{k}", "cell1"),
                        ("int", f"peak.{k}", ""),
                        ("rate", f"final.{k}", "cell1"),
                        ("int", f"size.{k}", ""),
                    ]
                    for k in keys
                ],
            )
        )
    else:
        b.grids.append(
            Grid(
                "Source",
                [b.labels[k] for k in keys],
                [(cast["x_head"], ""), ("n", ""), (f"Peak {tick}", "")],
                [[("sim", k, "2"), ("int", f"size.{k}", ""), ("int", f"peak.{k}", "")] for k in keys],
            )
        )
        for j in range(points):
            for k in keys:
                b.rates[f"at{j}.{k}"] = (curves[k][j], size[k])
        b.grids.append(
            Grid(
                tick.capitalize(),
                [str(t) for t in ticks],
                [(b.labels[k], "%") for k in keys],
                [[("rate", f"at{j}.{k}", "cell1") for k in keys] for j in range(points)],
            )
        )
    b.tables += [
        Table(
            "sources",
            ("source",),
            [
                {"source": k, "n": size[k], "sim_base": sims[k], "sim_end": moved[k][1] if k in moved else None}
                for k in keys
            ],
        ),
        Table(
            "course",
            ("source", tick),
            [
                {"source": k, tick: t, "k": c, "n": size[k], "rate": c / size[k]}
                for k in keys
                for t, c in zip(ticks, curves[k], strict=True)
            ],
        ),
    ]
    b.head = {f"{tick}s": ticks, "sim_vs_peak": fit_row(b.coefs["main"]), "sim_vs_net": fit_row(b.coefs["net"])}
    b.head["sim_vs_peak"]["p_permutation"] = b.exact["main"]
    return b


def contrast(cast: dict[str, Any], rng: Rng, naming: str) -> Book:
    """Conditions compared by a score on the same questions: mean ± sd, Welch's t, and a share above a cut."""
    b = Book(dict(cast))
    arms = [u for u in cast["arms"] if u.get("always")] + [u for u in cast["arms"] if not u.get("always")]
    arms = arms[: int(rng.integers(3, len(arms) + 1))]
    keys = [u["key"] for u in arms]
    name_units(b, arms, naming)
    base, n = keys[0], int(rng.choice(cast["sizes"]))
    cut = int(cast["cut"])
    decimals = 2
    while True:
        raw: dict[str, list[float]] = {}
        start = rng.uniform(2.0, 4.5)
        for j, k in enumerate(keys):
            shift = 0 if j == 0 else rng.choice([0.0, rng.uniform(0.8, 3.2), -rng.uniform(0.6, 1.6)], p=[0.3, 0.5, 0.2])
            draw = np.clip(rng.normal(start + shift, rng.uniform(1.0, 2.2), n), 0, 10)
            raw[k] = [round(float(v) * 2) / 2 for v in draw]
        means = {k: statistics.fmean(v) for k, v in raw.items()}
        above = {k: sum(v >= cut for v in raw[k]) for k in keys}
        if (
            len({round(v, 2) for v in means.values()}) == len(keys)
            and min(above.values()) > 0
            and max(above.values()) < n
        ):
            top_share = sorted(above.values())
            if top_share[-1] > top_share[-2] and top_share[0] < top_share[1]:
                break
    for k in keys:
        b.means[k] = Mean(means[k], statistics.stdev(raw[k]), n)
        b.rates[k] = (above[k], n)
        if k != base:
            b.contrasts[k] = welch(raw[base], raw[k])
            b.pairs[f"score.{k}"] = (means[base], means[k], "score")
            b.pairs[f"rate.{k}"] = (above[base] / n, above[k] / n, "rate")
            b.signs[k] = 1 if means[k] > means[base] else -1
            b.signs[f"rate.{k}"] = 1 if above[k] > above[base] else -1
    b.role("base", base)
    top, low = b.extreme("top", means, top=True), b.extreme("low", means, top=False)
    b.role("top", top)
    b.role("low", low)
    treated = keys[1:]
    b.role("first", treated[0])
    null = [k for k in treated if b.contrasts[k].p >= 0.05]
    real = [k for k in treated if b.contrasts[k].p < 0.05]
    if null:
        b.role("null", null[0])
    if real:
        b.role("real", max(real, key=lambda k: abs(b.contrasts[k].diff)))
    shares = {k: above[k] / n for k in keys}
    often, seldom = b.extreme("often", shares, top=True), b.extreme("seldom", shares, top=False)
    b.role("often", often)
    b.role("seldom", seldom)
    b.pairs["shares"] = (shares[seldom], shares[often], "rate")
    b.pairs["scores"] = (means[low], means[top], "score")
    b.counts |= {
        "sig": (len(real), len(treated)),
        "higher": (sum(means[k] > means[base] for k in treated), len(treated)),
        "third": (sum(3 * v > n for v in above.values()), len(keys)),
    }
    b.ranges |= {
        "score": (min(means.values()), max(means.values()), "score"),
        "share": (shares[seldom], shares[often], "rate"),
    }
    human = [float(v) for v in rng.normal(0, 1, cast["audited"])]
    judge = [v + float(rng.normal(0, rng.uniform(0.4, 0.9))) for v in human]
    b.coefs["agree"] = coef(human, judge, "pearson")
    b.coefs["length"] = coef([float(v) for v in rng.normal(0, 1, n)], raw[treated[0]], "spearman")
    b.ints |= {
        "arms": len(keys),
        "treated": len(treated),
        "cell": n,
        "cells": n * len(keys),
        "cut": cut,
        "audited": cast["audited"],
    }
    b.aggregates |= {"share_mean": statistics.fmean(shares.values())}
    quoted_fact(b, rng)
    score = cast["score_head"]
    b.grids.append(
        Grid(
            "Condition",
            [b.labels[k] for k in keys],
            [("n", ""), (f"{score}, mean ± sd", ""), (f"score ≥ {cut}", "%"), ("95% CI", "%")],
            [[("int", "cell", ""), ("mean", k, ""), ("rate", k, "cell"), ("ci", k, "cell")] for k in keys],
        )
    )
    b.grids.append(
        Grid(
            "Contrast",
            [f"{b.labels[k]} − {b.labels[base]}" for k in treated],
            [("Δ", ""), ("95% CI of Δ", ""), ("Welch p", "")],
            [[("delta", k, "cell"), ("dci", k, "cell"), ("dp", k, "cell")] for k in treated],
            turnable=False,
        )
    )
    b.tables += [
        Table(
            "arms",
            ("condition",),
            [
                {
                    "condition": k,
                    "n": n,
                    "mean": means[k],
                    "sd": b.means[k].sd,
                    "k": above[k],
                    "rate": shares[k],
                    "ci": list(wilson(above[k], n)),
                    "raw": raw[k],
                }
                for k in keys
            ],
        ),
        Table(
            "contrasts",
            ("condition",),
            [
                {
                    "condition": k,
                    "diff": b.contrasts[k].diff,
                    "diff_ci": [b.contrasts[k].low, b.contrasts[k].high],
                    "p": b.contrasts[k].p,
                }
                for k in treated
            ],
        ),
    ]
    b.head = {
        "baseline": base,
        "cut": cut,
        "judge_vs_human": fit_row(b.coefs["agree"]),
        "length_vs_score": fit_row(b.coefs["length"]),
    }
    b.facts["decimals"] = decimals
    return b


def dose(cast: dict[str, Any], rng: Rng, naming: str) -> Book:
    """A rate against the share of altered training data, for two or three variants of a model."""
    b = Book(dict(cast))
    units = draw_units(cast, rng, int(rng.integers(2, 4)))
    keys = [u["key"] for u in units]
    name_units(b, units, naming)
    doses = cast["doses"]
    questions, completions = (int(v) for v in cast["designs"][rng.integers(len(cast["designs"]))])
    n = questions * completions
    while True:
        ks = {
            k: [int(rng.binomial(n, logistic(a + s * math.log1p(v) + rng.normal(0, 0.15)))) for v in doses]
            for k, (a, s) in {k: (rng.uniform(-4.0, -2.0), rng.uniform(0.4, 1.4)) for k in keys}.items()
        }
        first, last = {k: v[0] for k, v in ks.items()}, {k: v[-1] for k, v in ks.items()}
        spread = sorted(last.values())
        if min(first.values()) > 0 and all(last[k] > first[k] for k in keys) and min(np.diff(spread)) > 0.03 * n:
            fits = {k: coef([float(v) for v in doses], [v / n for v in ks[k]], "spearman") for k in keys}
            if all(abs(c.r) < 0.985 for c in fits.values()):
                break
    pooled = coef([float(v) for _ in keys for v in doses], [v / n for k in keys for v in ks[k]], "spearman")
    for k in keys:
        b.coefs[k] = Coef(fits[k].r, fits[k].n, "spearman", tuple(o for o in keys if o != k))
        b.rates |= {f"first.{k}": (ks[k][0], n), f"last.{k}": (ks[k][-1], n)}
        for j, v in enumerate(ks[k]):
            b.rates[f"at{j}.{k}"] = (v, n)
        b.pairs[f"rise.{k}"] = (ks[k][0] / n, ks[k][-1] / n, "rate")
        b.signs[f"rise.{k}"] = 1 if ks[k][-1] > ks[k][0] else -1
        b.counts[f"half.{k}"] = (sum(2 * v > n for v in ks[k]), len(doses))
        b.counts[f"tenth.{k}"] = (sum(10 * v > n for v in ks[k]), len(doses))
    b.coefs["pool"] = Coef(pooled.r, pooled.n, "spearman", tuple(keys))
    finals = {k: last[k] / n for k in keys}
    b.role("top", b.extreme("top", finals, top=True))
    b.role("low", b.extreme("low", finals, top=False))
    b.pairs["finals"] = (min(finals.values()), max(finals.values()), "rate")
    b.ranges["final"] = (min(finals.values()), max(finals.values()), "rate")
    weak = [k for k in keys if b.coefs[k].p >= 0.05]
    if weak:
        b.role("ns", weak[0])
    elif max(b.coefs[k].p for k in keys) < 0.05:
        b.bounds["all"] = max(b.coefs[k].p for k in keys)
    b.counts["sig"] = (len(keys) - len(weak), len(keys))
    b.signs["main"] = 1 if pooled.r > 0 else -1
    b.aggregates |= {
        "final_mean": statistics.fmean(finals.values()),
        "first_mean": statistics.fmean(v / n for v in first.values()),
    }
    b.ints |= {
        "variants": len(keys),
        "doses": len(doses),
        "cells": len(keys) * len(doses),
        "cell": n,
        "questions": questions,
        "completions": completions,
        "total": len(keys) * len(doses) * n,
    }
    b.facts |= {"top_dose": doses[-1], "low_dose": doses[0], "dose_list": ", ".join(map(str, doses))}
    quoted_fact(b, rng)
    head = cast["y_head"]
    b.grids.append(
        Grid(
            cast["dose_head"],
            [f"{v}" for v in doses],
            [(f"{head}, {b.labels[k]}", "%") for k in keys],
            [[("rate", f"at{j}.{k}", "cell1") for k in keys] for j in range(len(doses))],
        )
    )
    b.grids.append(
        Grid(
            "Variant",
            [b.labels[k] for k in keys],
            [("Spearman ρ", ""), ("p", ""), ("N", ""), ("k/n at the top", ""), ("95% CI", "%")],
            [
                [
                    ("coef", k, "2"),
                    ("p", k, "bare"),
                    ("n", k, "bare"),
                    ("rate", f"last.{k}", "slash"),
                    ("ci", f"last.{k}", "cell"),
                ]
                for k in keys
            ],
        )
    )
    b.tables += [
        Table(
            "cells",
            ("variant", "dose"),
            [
                {"variant": k, "dose": v, "k": c, "n": n, "rate": c / n}
                for k in keys
                for v, c in zip(doses, ks[k], strict=True)
            ],
        ),
        Table("fits", ("variant",), [{"variant": k, **fit_row(b.coefs[k])} for k in keys]),
    ]
    b.head = {"doses": doses, "pooled": fit_row(b.coefs["pool"])}
    return b


FAMILIES: dict[str, Callable[[dict[str, Any], Rng, str], Book]] = {
    "similarity": similarity,
    "per_source": per_source,
    "course": course,
    "contrast": contrast,
    "dose": dose,
    "intervention": intervention,
    "mixture": mixture,
    "templates": templates,
}
