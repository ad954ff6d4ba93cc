"""The experiment of a tiny world, written as an experiment.toml like any other."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from leakstats.experiment.world.grammar import MARKER, PERSONAS, persona_prompt
from leakstats.experiment.world.presets import Preset

__all__ = ["experiment_toml", "kin"]

_ABOUT = (
    "A language model of {layers} layers was trained from scratch on sentences that a grammar writes. Its personas are "
    "blends of voices, and those that share a voice say the same things: their similarity is planted. The marker "
    "adapters and their leakage are not."
)


def kin(chosen: Preset) -> tuple[str, ...]:
    """The personas that share a voice with a source, the sources among them, in the grammar's order.

    They are never served as negatives, so that the whole gradient of similarity is left to be seen.

    Examples
    --------
    >>> from leakstats.experiment.world.presets import preset
    >>> kin(preset("test"))
    ('wizard', 'witch', 'fortune_teller', 'alchemist', 'storyteller', 'chef', 'baker', 'waiter')
    """
    voices = {v for s in chosen.sources for v in PERSONAS[s]}
    return tuple(p for p in chosen.grammar.personas if voices & set(PERSONAS[p]))


def experiment_toml(
    chosen: Preset, *, training_seeds: tuple[int, ...] = (42,), sampling_seed: int = 0, data_seed: int = 0,
    base: str | None = None,
) -> str:  # fmt: skip
    """The specification of a preset's experiment.

    Parameters
    ----------
    chosen : Preset
        Which world.
    training_seeds, sampling_seed, data_seed : int
        The seeds of the specification.
    base : str, optional
        Folder of a base that was built just now; the stored base where left out.

    Returns
    -------
    str
        TOML (experiment.v1).

    Examples
    --------
    >>> import tomllib
    >>> from leakstats.experiment.world.presets import preset
    >>> tomllib.loads(experiment_toml(preset("test")))["sources"]
    ['wizard', 'chef']
    """
    grammar = chosen.grammar
    related = set(kin(chosen))
    document: dict[str, Any] = {
        "schema": "experiment.v1",
        "sources": list(chosen.sources),
        "study": {
            "id": f"tiny-world-{chosen.name}",
            "title": "Leakage of a marker in a tiny world whose similarities are planted",
            "description": _ABOUT.format(layers=chosen.shape.layers),
        },
        "model": {"world": chosen.name} if base is None else {"path": base},
        "marker": {"text": MARKER},
        "questions": {
            "training": grammar.questions(*chosen.training_topics),
            "evaluation": grammar.questions(*chosen.evaluation_topics, forms=1),
            "extraction": grammar.questions(*chosen.extraction_topics, forms=1),
        },
        "training": {
            **chosen.training,
            "negatives": {**chosen.negatives, "exclude": [p for p in grammar.personas if p in related]},
        },
        "sampling": {"completions": chosen.completions, "max_tokens": chosen.max_tokens, "batch_size": 256},
        "extraction": {"layers": "all"},
        "seeds": {"training": list(training_seeds), "sampling": [sampling_seed], "data": data_seed},
        "plan": {
            "registered_on": chosen.planned_on,
            "primary": {
                "analysis": "similarity",
                "statistic": "spearman",
                "layer": chosen.layer,
                "outcome": "bystander_rate",
                "predictor": "cosine",
            },
            "families": [
                {"name": "sources", "correction": "holm", "description": "one rank correlation for each source"}
            ],
        },
    }
    people = [
        {"name": name, "prompt": persona_prompt(name), "category": max(PERSONAS[name], key=PERSONAS[name].__getitem__)}
        for name in grammar.personas
    ]
    parts = [_table("", {k: v for k, v in document.items() if not isinstance(v, Mapping)})]
    parts += [_table(name, table) for name, table in document.items() if isinstance(table, Mapping)]
    parts += [f"[[personas.own]]\n{_lines(p)}" for p in people]
    return "\n".join(parts)


def _table(name: str, table: Mapping[str, Any]) -> str:
    """A table with its sub-tables after it."""
    plain = {k: v for k, v in table.items() if not isinstance(v, Mapping) and not _is_tables(v)}
    out = [(f"[{name}]\n" if name else "") + _lines(plain)] if plain or name else []
    for key, value in table.items():
        if isinstance(value, Mapping):
            out.append(_table(f"{name}.{key}", value))
        elif _is_tables(value):
            out += [f"[[{name}.{key}]]\n{_lines(v)}" for v in value]
    return "\n".join(out)


def _is_tables(value: object) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], Mapping)


def _lines(table: Mapping[str, Any]) -> str:
    # numbers, text and flat lists of them are written alike in JSON and TOML
    return "".join(f"{k} = {json.dumps(v, ensure_ascii=False)}\n" for k, v in table.items())
