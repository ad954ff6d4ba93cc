"""A mapping file to start from, guessed from the header of a CSV file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path

from leakstats.files import read_text
from leakstats.results.csv_mapping import TODO
from leakstats.results.csv_read import read_sheet

__all__ = ["starting_mapping"]

_FACTORS = {
    "source": ("source", "adapter", "trained_persona"),
    "persona": ("persona", "bystander", "persona_id"),
    "question": ("question", "question_id"),
    "condition": ("condition", "arm"),
    "checkpoint": ("checkpoint", "epoch", "step"),
    "training_seed": ("training_seed",),
    "sampling_seed": ("sampling_seed",),
}
_SUCCESSES = ("successes", "hits", "found", "k", "count", "n_hits")
_TRIALS = ("trials", "total", "n", "n_trials", "completions")
_PRINTED = ("printed", "rate_pct", "percent", "pct")
_LAYER = re.compile(r"(?:.*_)?(?:l|layer_?)(\d+)", re.IGNORECASE)


def _q(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)  # a JSON string is a TOML basic string


def _first(header: Iterable[str], names: Iterable[str]) -> str | None:
    lower = {h.lower(): h for h in header}
    return next((lower[n] for n in names if n in lower), None)


def starting_mapping(data: Path) -> str:
    """The text of a mapping for ``data``: columns recognised by name are filled in, the rest says TODO.

    ``leakstats import csv`` refuses a mapping that still says TODO, so that nothing guessed about the design is taken
    for a fact.
    """
    delimiter = _delimiter(data)
    sheet = read_sheet(data, delimiter=delimiter)
    header = list(sheet.columns)
    factors = {name: column for name, names in _FACTORS.items() if (column := _first(header, names)) is not None}
    layers = {h: int(m[1]) for h in header if (m := _LAYER.fullmatch(h)) is not None}
    successes, trials = _first(header, _SUCCESSES), _first(header, _TRIALS)
    printed = _first(header, _PRINTED) or next((h for h in header if h.lower().endswith("_pct")), None)
    used = {*factors.values(), *layers, successes, trials, printed}
    left = [h for h in header if h not in used]
    unit = next((f for f in ("persona", "source", "condition") if f in factors), TODO)
    lines = [
        f"# Mapping of {data.name} for: leakstats import csv {data.name} --map THIS_FILE -o results.json",
        "# Replace every TODO; delete what does not apply. docs/results.md explains each key.",
        "",
        *([] if delimiter == "," else ["[csv]", f"delimiter = {_q(delimiter)}", ""]),
        "[study]",
        f'id = "{TODO} short name, such as #12"',
        f'title = "{TODO} one line"',
        "",
        '# One [[table]] for each set of rates. Rows can be picked: where = { column = "text" }',
        '# Another file: file = "other.csv" (relative to this mapping).',
        "[[table]]",
        'id = "rates"',
        'outcome = "marker"',
        f'role = "{TODO} leakage, own_rate, base, control or other"',
        _inline("factors", factors or {f"{TODO}_factor": f"{TODO} column"}),
        *_rates(successes, trials, printed),
    ]
    if layers:
        shared = {k: v for k, v in factors.items() if k in ("source", "persona", "condition", "checkpoint")}
        lines += [
            "",
            "[[similarity]]",
            'id = "similarity"',
            'measure = "cosine"',
            f'compared = "{TODO} what was compared with what"',
            _inline("factors", shared),
            _inline("layers", layers),
            '# reference = "persona"   # if everything is compared with one persona',
            '# centring = { set = "all personas", method = "global mean per layer" }',
        ]
    lines += [
        "",
        "# Columns about personas, from this file or another:",
        "# [personas]",
        f"# name = {_q(factors.get('persona') or factors.get('source') or 'persona')}",
        '# category = "category"',
        '# prompt = "prompt"',
        '# covariates = { prompt_tokens = { column = "prompt_tokens", unit = "token" } }',
        *([f"# Columns not used yet: {', '.join(left)}"] if left else []),
        "",
        "[design]",
        f"unit = {_q(unit)}",
        f'unit_noun = "{TODO} what units are called in print, plural"',
        f"clusters = {json.dumps([f for f in ('source', 'question') if f in factors and f != unit])}",
        f'independent = "{TODO} what is independent of what"',
        f'exchangeable = "{TODO} what may be permuted under the null"',
        "",
        "[design.replication.training_seed]",
        f'reason = "{TODO} n = number of training runs of each source or condition; or why it is unknown"',
        "",
        "[design.replication.sampling_seed]",
        f'reason = "{TODO} n = number of sampling runs of a trained model; or why it is unknown"',
        "",
        "[plan]",
        'status = "exploratory"',
        f'reason = "{TODO} why: for instance no dated plan exists"',
        "# alpha = 0.05",
        "# level = 0.95",
        *_primary(layers),
        "",
        "[detector]",
        f'kind = "{TODO} substring, regex, token, judge"',
        f'pattern = "{TODO} what is looked for"',
        "",
    ]
    return "\n".join(lines)


def _delimiter(data: Path) -> str:
    """The separator that the header holds most of; a comma where it holds none."""
    header = read_text(data).partition("\n")[0]
    return max(",;\t|", key=header.count)


def _inline(name: str, values: dict[str, str] | dict[str, int]) -> str:
    pairs = ", ".join(f"{k if _bare(k) else _q(k)} = {json.dumps(v, ensure_ascii=False)}" for k, v in values.items())
    return f"{name} = {{ {pairs} }}"


def _bare(key: str) -> bool:
    return re.fullmatch(r"[A-Za-z0-9_-]+", key) is not None


def _rates(successes: str | None, trials: str | None, printed: str | None) -> list[str]:
    if successes is None and printed is not None:
        return [
            f"printed = {_q(printed)}",
            'unit = "percent"   # or "fraction"',
            f'trials_reason = "{TODO} declared_trials = completions a cell; or why it is unknown"',
        ]
    return [
        f"successes = {_q(successes or f'{TODO} column of counts')}",
        f"trials = {_q(trials or f'{TODO} column, or one number for all rows')}",
        "# What a cell's trials sum over; the product must be the trials:",
        "# summed_over = { question = 20, completion = 10 }",
    ]


def _primary(layers: dict[str, int]) -> list[str]:
    if not layers:
        return []
    return [
        '# primary = { analysis = "similarity", statistic = "spearman", layer = '
        f'{next(iter(layers.values()))}, outcome = "rates", predictor = "similarity" }}'
    ]
