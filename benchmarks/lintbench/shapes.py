"""Results files in many shapes: the same numbers as records, columns, nested objects or CSV, under many names."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import numpy as np

from lintbench.book import Book, Table

__all__ = ["results_files"]

Rng = np.random.Generator
NAMES: dict[str, tuple[str, ...]] = {
    "k": ("k", "hits", "n_positive", "successes", "count"),
    "n": ("n", "total", "n_samples", "trials", "num_completions"),
    "rate": ("rate", "frac", "value", "proportion", "share"),
    "r": ("r", "coef", "statistic", "correlation", "estimate"),
    "rho": ("rho", "spearman", "spearman_rho", "corr"),
    "p": ("p", "p_value", "pval", "pvalue"),
    "mean": ("mean", "avg", "mean_score", "mu"),
    "sd": ("sd", "std", "stdev", "sigma"),
    "ci": ("ci", "wilson_95", "ci95", "interval"),
    "diff": ("diff", "delta", "effect"),
    "diff_ci": ("diff_ci", "delta_ci95", "effect_ci"),
    "unit": ("unit", "persona", "name", "id", "character"),
    "source": ("source", "persona", "trained_on", "src"),
    "condition": ("condition", "arm", "variant", "cond"),
    "layer": ("layer", "depth", "L"),
    "method": ("method", "kind", "type"),
    "group": ("group", "category", "family"),
    "subset": ("subset", "which", "set"),
    "raw": ("raw", "per_question", "scores", "items"),
    "self_k": ("self_k", "own_hits"),
    "self_n": ("self_n", "own_total"),
    "self_rate": ("self_rate", "own_rate", "source_rate"),
    "leak_k": ("leak_k", "bystander_hits"),
    "leak_n": ("leak_n", "bystander_total"),
    "leak_rate": ("leak_rate", "bystander_rate", "mean_leakage"),
    "pearson_r": ("pearson_r", "pearson", "r_linear"),
    "sim_base": ("sim_base", "cosine_start", "similarity_before"),
    "sim_end": ("sim_end", "cosine_end", "similarity_after"),
}
LAYER_FORMS = ("{}", "L{}", "layer_{}")
RATES = {"rate": ("k", "n"), "self_rate": ("self_k", "self_n"), "leak_rate": ("leak_k", "leak_n")}


class _Names:
    """One file's vocabulary, drawn once."""

    def __init__(self, rng: Rng, own: dict[str, list[str]]) -> None:
        self.rng = rng
        self.chosen = {key: str(rng.choice(own.get(key, list(names)))) for key, names in NAMES.items()}
        self.chosen |= {key: str(rng.choice(names)) for key, names in own.items() if key not in NAMES}
        self.layer = str(rng.choice(LAYER_FORMS))
        self.sim = str(rng.choice(["cos_{}", "cosine_l{}", "sim_layer{}", "x{}"]))
        self.percent = bool(rng.random() < 0.3)
        self.unit_in_key = bool(rng.random() < 0.5)
        self.counts_only = bool(rng.random() < 0.2)
        self.digits = 6 if rng.random() < 0.3 else None

    def key(self, key: str) -> str:
        if key.startswith("sim_") and key[4:].isdigit():
            return self.sim.format(key[4:])
        name = self.chosen.get(key, key)
        return f"{name}_pct" if self.percent and self.unit_in_key and key in RATES else name

    def row(self, row: dict[str, Any]) -> dict[str, Any]:
        out: dict[str, Any] = {}
        for key, value in row.items():
            if key in RATES and self.counts_only:
                continue
            if key == "ci" and self.counts_only:
                continue
            v = value
            if self.percent and key in RATES:
                v = 100 * value
            elif self.percent and key == "ci":
                v = [100 * x for x in value]
            elif key == "layer":
                v = self.layer.format(value) if self.layer != "{}" else value
            out[self.key(key)] = self.rounded(v)
        return out

    def rounded(self, value: Any) -> Any:
        """Values with six digits where this file's writer rounds; a p of 1e-20 keeps its digits."""
        if self.digits is None or isinstance(value, str | int) or value is None:
            return value
        if isinstance(value, list):
            return [self.rounded(v) for v in value]
        return float(f"{value:.{self.digits}g}")


def _shape(table: Table, how: str, names: _Names) -> Any:
    rows = [names.row(r) for r in table.rows]
    index = [names.key(i) for i in table.index]
    if how == "columns":
        return {key: [r[key] for r in rows] for key in rows[0]}
    if how == "nested":
        out: dict[str, Any] = {}
        for r in rows:
            spot = out
            for i in index[:-1]:
                spot = spot.setdefault(str(r[i]), {})
            spot[str(r[index[-1]])] = {k: v for k, v in r.items() if k not in index}
        return out
    if how == "flat":
        return {"_".join(str(r[i]) for i in index) + f"_{k}": v for r in rows for k, v in r.items() if k not in index}
    if how == "split":
        keys = list(rows[0])
        return {"columns": keys, "index": list(range(len(rows))), "data": [[r[k] for k in keys] for r in rows]}
    if how == "by_measure":
        out = {}
        for r in rows:
            for k, v in r.items():
                if k not in index:
                    out.setdefault(k, {})["/".join(str(r[i]) for i in index)] = v
        return out
    if how == "tidy":
        return [
            {**{i: r[i] for i in index}, "metric": k, "value": v} for r in rows for k, v in r.items() if k not in index
        ]
    if how == "keyed":
        return {
            f"{k}[{', '.join(f'{i}={r[i]}' for i in index)}]": v for r in rows for k, v in r.items() if k not in index
        }
    if how == "dotted":
        return {".".join([*(str(r[i]) for i in index), k]): v for r in rows for k, v in r.items() if k not in index}
    if how == "series":
        series: dict[str, Any] = {}
        for r in rows:
            entry = series.setdefault(str(r[index[0]]), {})
            for k, v in r.items():
                if k != index[0]:
                    entry.setdefault(k, []).append(v)
        return series
    return rows


def _noise(book: Book, rng: Rng) -> dict[str, Any]:
    """Numbers that no page states: timings, losses, another metric of the same units."""
    steps = int(rng.integers(6, 30))
    loss = np.exp(-np.linspace(0, 2, steps)) + rng.uniform(0, 0.1, steps)
    out: dict[str, Any] = {
        "timing": {
            "wall_s": round(float(rng.uniform(600, 9000)), 1),
            "tokens_per_s": round(float(rng.uniform(900, 4000)), 2),
        },
        "train_loss": [round(float(v), 4) for v in loss],
    }
    first = book.tables[0]
    if rng.random() < 0.6:
        unit = first.index[0]
        out["answer_length"] = {
            str(r[unit]): {"mean_tokens": round(float(rng.uniform(40, 300)), 1), "truncated": int(rng.integers(0, 9))}
            for r in first.rows
        }
    if rng.random() < 0.5:
        out["perplexity"] = {str(r[first.index[0]]): round(float(rng.uniform(3, 12)), 3) for r in first.rows}
    return out


def results_files(book: Book, rng: Rng, *, csv_too: bool, habits: dict[str, Any]) -> dict[str, str]:
    """File name to content: always ``results.json``; with ``csv_too`` the first long table as CSV beside it.

    ``habits`` is the bank's own part: ``names`` for keys and further ``shapes`` of a table.
    """
    names = _Names(rng, habits.get("names", {}))
    body: dict[str, Any] = {"experiment": book.facts["slug"], "model": book.facts["model"], "seed": book.facts["seed"]}
    body |= {k: names.row(v) if isinstance(v, dict) else v for k, v in book.head.items()}
    for table in book.tables:
        long = len(table.index) > 1
        ways = ["records", "nested", "columns"] + (["series"] if long and table.name == "course" else [])
        ways += ["flat"] if table.name in ("fits", "pooled_by_layer", "subsets") else []
        if "shapes" in habits:
            ways = [*habits["shapes"], *(["series"] if long and table.name == "course" else [])]
        body[table.name] = _shape(table, str(rng.choice(ways)), names)
    if rng.random() < 0.7:
        body |= _noise(book, rng)
    if rng.random() < 0.3:
        body = {"meta": {k: body.pop(k) for k in ("experiment", "model", "seed")}, "results": body}
    files = {"results.json": json.dumps(body, ensure_ascii=False, indent=1) + "\n"}
    if csv_too:
        files["results.csv"] = _as_csv(book, names) if rng.random() < 0.5 else _as_wide_csv(book, names)
    return files


def _as_wide_csv(book: Book, names: _Names) -> str:
    """All tables below each other with the union of their columns: what joining data frames gives."""
    rows: list[dict[str, Any]] = []
    for table in book.tables:
        for row in map(names.row, table.rows):
            line: dict[str, Any] = {"table": table.name}
            for key, value in row.items():
                if isinstance(value, list):
                    line |= {f"{key}_{j}": v for j, v in enumerate(value)}
                else:
                    line[key] = value
            rows.append(line)
    for key, value in book.head.items():
        if isinstance(value, dict):
            rows.append({"table": key, **names.row(value)})
    columns = list(dict.fromkeys(k for r in rows for k in r))
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows({k: "" if v is None else v for k, v in r.items()} for r in rows)
    return out.getvalue()


def _as_csv(book: Book, names: _Names) -> str:
    """Every table as rows ``table, index..., key, value``: the long form that a data frame writes."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    width = max(len(t.index) for t in book.tables)
    writer.writerow(["table", *(f"level_{i}" for i in range(width)), "variable", "value"])
    for table in book.tables:
        index = [names.key(i) for i in table.index]
        for row in map(names.row, table.rows):
            levels = [row[i] for i in index] + [""] * (width - len(index))
            for key, value in row.items():
                if key in index:
                    continue
                if isinstance(value, list):
                    for j, v in enumerate(value):
                        writer.writerow([table.name, *levels, f"{key}_{j}", v])
                else:
                    writer.writerow([table.name, *levels, key, "" if value is None else value])
    for key, value in book.head.items():
        for k, v in (names.row(value) if isinstance(value, dict) else {"value": value}).items():
            if not isinstance(v, list):
                writer.writerow([key, *[""] * width, k, v])
    return out.getvalue()
