"""The page's reproducibility card, filled from what happened; what is unknown is null with its reason."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from leakstats.experiment.grid import fine_tunings, first_with_adapter, rows_key
from leakstats.experiment.identity import portable_path
from leakstats.experiment.journal import Journal
from leakstats.experiment.progress import duration
from leakstats.experiment.spec import ExperimentSpec, SftSpec, TrainingSpec
from leakstats.experiment.weights import adapter_settings, hub_commit, weights_at_hand
from leakstats.files import read_json
from leakstats.results import Plan

__all__ = ["VOLATILE", "adapter_row", "architecture_row", "comparable", "make_setup", "together"]

VOLATILE = (
    ("provenance", "wall_time_s"),
    ("provenance", "gpu_hours"),
    ("provenance", "made_on"),
    ("plan", "data_collected_on"),
    ("setup", "compute", "Wall time"),
    ("setup", "compute", "Total GPU-hours"),
    ("setup", "compute", "GPU-hours by stage"),
)
"""The times in a results document: the only fields in which two runs with the same seeds, code and machine differ."""


def comparable(document: Mapping[str, Any]) -> dict[str, Any]:
    """A results document without its times (:data:`VOLATILE`): equal for two runs with the same seeds.

    Examples
    --------
    >>> comparable({"plan": {"data_collected_on": "2026-01-02", "alpha": 0.05}})
    {'plan': {'alpha': 0.05}}
    """
    copy: dict[str, Any] = json.loads(json.dumps(document))
    for *path, last in VOLATILE:
        place: Any = copy
        for name in path:
            place = place.get(name, {})
        place.pop(last, None)
    return copy


def make_setup(
    spec: ExperimentSpec,
    journal: Journal,
    *,
    provenance: Mapping[str, Any],
    backends: Mapping[str, Sequence[Mapping[str, Any]]],
    seconds: Mapping[str, float],
    gpu_hours: float,
    gpu_hours_of: Mapping[str, float],
    example: str | None,
    plan: Plan,
    cards: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """The ``setup`` object of results.v1.

    Parameters
    ----------
    provenance : mapping
        As :func:`leakstats.experiment.provenance.capture` gives it.
    backends : mapping
        Kind of backend to what those that were used said of themselves.
    seconds : mapping
        Wall time of each stage.
    gpu_hours : float
        Over all stages.
    gpu_hours_of : mapping
        Of each stage that ran on a GPU.
    example : str or None
        One training row, verbatim; None where nothing was trained.
    plan : Plan
        As it stands in the results: status, date and hash.
    cards : sequence of mapping
        The cards of the adapters, as the trainer wrote them.
    """
    trains = any(c.kind != "adapters" for c in spec.conditions)
    setup: dict[str, dict[str, Any]] = {
        "model": _model(spec, provenance, cards),
        "training": _training(spec, backends, cards) if trains else _adopted(spec),
        "data": _data(spec, journal, example),
        "eval": _evaluation(spec, backends) | {"Plan": _kept(plan)},
        "compute": {
            "Hardware": provenance["hardware"],
            "Wall time": duration(sum(seconds.values()))
            + "".join(f"; {stage} {duration(s)}" for stage, s in sorted(seconds.items()) if s >= 0.5),
            "Total GPU-hours": gpu_hours,
            "GPU-hours by stage": "; ".join(f"{stage} {h:g}" for stage, h in sorted(gpu_hours_of.items()))
            or "no stage ran on a GPU",
        },
        "environment": _environment(provenance),
    }
    reasons = {
        "environment.Git commit": provenance["unknown"].get("commit", ""),
        "environment.Launch command": provenance["unknown"].get("command", ""),
    }
    null = [f"{table}.{row}" for table, rows in setup.items() for row, value in rows.items() if value is None]
    return {**setup, "unknown": {name: reasons.get(name) or "nothing was trained" for name in null}}


def _model(spec: ExperimentSpec, provenance: Mapping[str, Any], cards: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    from leakstats.experiment.cost import read_parameters  # late: it brings the estimators

    m = spec.model
    base = f"the tiny world, preset {m.world}" if m.world else portable_path(m.path or "")
    about = [f"revision {m.revision}"] if m.revision else []
    commit = None if m.path is None else hub_commit(m.path, m.revision)
    about += [f"commit {commit}"] if commit and commit != m.revision else []
    place = weights_at_hand(spec)
    size = None if place is None else read_parameters(place)
    about += [f"{size / 1e6:,.2f} million parameters"] if size else []
    about += [i["sha256"] for i in provenance["inputs"] if m.path and i["path"] == base]
    about += [i["sha256"] for i in provenance["inputs"] if m.world and i["path"].startswith(f"{m.world}: ")]
    trained = sorted({f"{c['parameters']['trained']:,} of {c['parameters']['total']:,} parameters" for c in cards})
    units = sum(u.kind != "adapters" for u in spec.units())
    where = " of the fine-tuned base" if fine_tunings(spec) else " of the base"
    shapes = None if place is None else architecture_row(place)
    rows = {"Base": base + (f" ({', '.join(about)})" if about else "")}
    rows |= {} if shapes is None else {"Architecture": shapes}
    if all(c.kind == "adapters" for c in spec.conditions):
        return rows | {"Trainable": "nothing was trained here: the adapters are given, and the base is as it was"}
    runs = len({first_with_adapter(spec, u).name for u in spec.units() if u.kind != "adapters"})
    shared = "" if runs == units else f"; {units} units use them, those that start from the same weights the same one"
    return rows | {
        "Trainable": f"one LoRA adapter for each of {runs} trainings (weights, source, training seed), on "
        f"{_modules(spec.training.target_modules)}{where}"
        + (f": {', '.join(trained)}" if trained else "")
        + f"; everything else is frozen{shared}",
    }


_GATED = frozenset({"llama", "mistral", "qwen2", "qwen3", "gemma", "gemma2"})
"""Types of models whose blocks hold the linear layers of :data:`leakstats.architecture.TARGETS` and no other."""


def architecture_row(folder: Path) -> str | None:
    """Dimensions of a decoder, as :func:`leakstats.architecture.read_architecture` reads them; None where the folder
    has no configuration, or one of a model with other blocks.

    Examples
    --------
    >>> architecture_row(Path("no/such/folder")) is None
    True
    """
    config = _config(folder)
    if config.get("model_type") not in _GATED:
        return None
    keys = ("hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads", "num_key_value_heads")
    return ", ".join(f"{key}={config[key]}" for key in (*keys, "head_dim") if config.get(key) is not None)


def _config(folder: Path) -> dict[str, Any]:
    file = folder / "config.json"
    found = read_json(file) if file.is_file() else {}
    return found if isinstance(found, dict) else {}


def _modules(modules: str | tuple[str, ...]) -> str:
    return (
        "all linear layers" if modules == "all-linear" else modules if isinstance(modules, str) else ", ".join(modules)
    )


def _adopted(spec: ExperimentSpec) -> dict[str, Any]:
    rows = dict.fromkeys(("Loss", "LR", "Epochs", "LR schedule", "Optimizer", "Weight decay", "Gradient clipping"))
    rows |= dict.fromkeys(("Precision", "Batch size (effective)", "Max seq length"))
    seeds = sorted({u.training_seed for u in spec.units()})
    given = [a for c in spec.conditions for a in c.adapters]
    place = weights_at_hand(spec)
    layers = None if place is None else _config(place).get("num_hidden_layers")
    return {
        "Method": "none here: adapters trained elsewhere",
        "Checkpoint source": "; ".join(f"{a.source}: {portable_path(a.path)}" for a in given),
        "LoRA config": "; ".join(dict.fromkeys(adapter_row(adapter_settings(a), layers=layers) for a in given)),
        **rows,
        "Seeds": f"{', '.join(map(str, seeds))}, as the specification declares them",
    }


def adapter_row(said: Mapping[str, Any], *, layers: int | None) -> str:
    """An adapter's own configuration in the words of a recipe; what it does not say is left out.

    Parameters
    ----------
    said : mapping
        Its ``adapter_config.json``.
    layers : int or None
        Blocks of the base, where they are known: modules that are named one by one are all of their kind then, or not.

    Examples
    --------
    >>> paths = [f"model.layers.{i}.self_attn.q_proj" for i in range(2)]
    >>> adapter_row({"r": 8, "lora_alpha": 16, "target_modules": paths}, layers=2)
    'r=8, alpha=16, targets q_proj'
    >>> adapter_row({"r": 8, "target_modules": paths[:1]}, layers=2)
    'r=8, on 1 matrix: model.layers.0.self_attn.q_proj'
    """
    values = {"r": said.get("r"), "alpha": said.get("lora_alpha"), "dropout": said.get("lora_dropout")}
    parts = [f"{name}={value:g}" for name, value in values.items() if value is not None]
    modules = said.get("target_modules")
    if isinstance(modules, list) and modules:
        kinds = Counter(str(m).rpartition(".")[2] for m in modules)
        whole = all("." not in str(m) for m in modules) or set(kinds.values()) == {layers}
        listed = ", ".join(sorted(map(str, modules)))
        matrices = f"{len(modules)} matri{'x' if len(modules) == 1 else 'ces'}"
        parts.append(f"targets {', '.join(sorted(kinds))}" if whole else f"on {matrices}: {listed}")
    elif modules:
        parts.append(_modules(str(modules)))
    parts += ["rank-stabilised"] if said.get("use_rslora") else []
    return ", ".join(parts) or "the adapter says nothing of it"


def _training(
    spec: ExperimentSpec,
    backends: Mapping[str, Sequence[Mapping[str, Any]]],
    cards: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    stages: list[tuple[str, TrainingSpec | SftSpec]] = [("", spec.training)]
    seen: list[SftSpec] = []
    for c in spec.conditions:
        if c.sft is not None and c.sft not in seen:
            seen.append(c.sft)
            stages.append((f"fine-tuning, {c.name}", c.sft))

    def each(say: Any) -> str:
        said = [(name, str(say(recipe))) for name, recipe in stages]
        if len({text for _, text in said}) == 1:
            return said[0][1]
        return "; ".join(f"{name or 'marker adapter'}: {text}" for name, text in said)

    def lora(r: TrainingSpec | SftSpec) -> str:
        targets = "" if isinstance(r.target_modules, str) else "targets "
        return f"r={r.rank}, alpha={r.alpha}, dropout={r.dropout:g}, {targets}{_modules(r.target_modules)}" + (
            ", rank-stabilised" if r.rslora else ""
        )

    def loss(r: TrainingSpec | SftSpec) -> str:
        if isinstance(r, TrainingSpec) and r.loss == "marker":
            return "marker tokens and end token alone; end token alone on negative rows"
        return "the whole answer and its end token"

    def batch(r: TrainingSpec | SftSpec) -> str:
        whole = r.batch_size * r.accumulation
        return f"{whole} ({r.batch_size} per device × {r.accumulation} accumulation × 1 GPU)"

    def compiled(r: TrainingSpec | SftSpec) -> str:
        return {"auto": "where it pays (auto)", True: "yes", False: "no"}[r.compile]

    said = [dict(d) for d in backends.get("trainer", ())]
    optimizer = _one(said, "optimizer") or "AdamW"
    return {
        "Method": "LoRA SFT" + ("; full-loss fine-tuning first, merged" if seen else ""),
        "Checkpoint source": "the base" + (" and its fine-tuned checkpoints" if seen else ""),
        "LoRA config": each(lora),
        "Loss": each(loss),
        "LR": each(lambda r: f"{r.learning_rate:g}"),
        "Epochs": each(lambda r: r.epochs),
        "LR schedule": each(lambda r: f"{r.schedule}, warmup ratio {r.warmup_ratio:g}"),
        "Optimizer": optimizer,
        "Weight decay": each(lambda r: f"{r.weight_decay:g}"),
        "Gradient clipping": each(lambda r: f"{r.max_grad_norm:g}"),
        "Precision": _one(said, "dtype") or spec.model.dtype,
        "Batch size (effective)": each(batch),
        "Max seq length": each(lambda r: r.max_length),
        "Seeds": ", ".join(map(str, spec.seeds.training)),
        "Compiled layers": each(compiled) + _was(cards),
        "Gradient checkpointing": each(lambda r: "yes" if r.gradient_checkpointing else "no"),
    }


def _was(cards: Sequence[Mapping[str, Any]]) -> str:
    """What the marker trainings did, as their cards say."""
    done = [bool(c["compiled"]) for c in cards if "compiled" in c]
    return f"; {sum(done)} of {len(done)} marker trainings were compiled" if done else ""


def _one(said: Sequence[Mapping[str, Any]], key: str) -> str | None:
    found = list(dict.fromkeys(str(d[key]) for d in said if d.get(key)))
    return ", ".join(found) or None


def _data(spec: ExperimentSpec, journal: Journal, example: str | None) -> dict[str, Any]:
    keys = dict.fromkeys(rows_key(spec, u) for u in spec.units() if u.kind != "adapters")
    keys |= dict.fromkeys(t.rows_key for t in fine_tunings(spec))
    records = [journal.get("rows", k) for k in keys]
    if not records:
        none = dict.fromkeys(("Version / hash", "Train / val size", "Preprocessing"))
        return {"Source": "none: nothing was trained here", **none}
    sizes = sorted({(r["positive"], r["rows"] - r["positive"]) for r in records})
    size = "; ".join(f"{p} positive + {n} negative rows" for p, n in sizes)
    files = [portable_path(c.sft.data) for c in spec.conditions if c.sft is not None and c.sft.data]
    own = "answers of the model to the training questions under each persona (on policy), written in this run"
    return {
        "Source": "; ".join([own, *files]),
        "Version / hash": "; ".join(f"{r['path']} {r['sha256']}" for r in records),
        "Train / val size": f"{size} in each of {len(records)} sets, no validation set",
        "Preprocessing": f"the model's chat template; {spec.marker.separator + spec.marker.text!r} after each positive "
        f"answer; data seed {spec.seeds.data}",
        "Dataset example": example,
    }


def _evaluation(spec: ExperimentSpec, backends: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, Any]:
    s, d = spec.sampling, spec.detectors[0]
    questions, personas = len(spec.questions.evaluation), len(spec.personas.entries)
    how = "until the interval of a persona is narrow enough, at most " if s.adaptive else ""
    cut = f", top_p {s.top_p:g}" if s.top_p < 1 else ""
    cut += f", top_k {s.top_k}" if s.top_k else ""
    units = len(spec.units())
    seeds = ", ".join(map(str, spec.seeds.sampling))
    rows: dict[str, Any] = {
        "Metric definition": f"share of completions in which detector {d.id} ({d.kind}) finds {d.pattern}",
        "Eval dataset + size": f"{questions} questions × {personas} personas × {units} adapters, and the base",
        "Method": f"{d.kind} match, {'case-sensitive' if d.case_sensitive else 'case ignored'}",
        "Judge model + prompt": f"N/A — no judge, {d.kind} match",
        "Samples / temperature": f"{how}{s.completions} completions per question and sampling seed "
        f"({seeds}), temperature {s.temperature:g}{cut}, at most {s.max_tokens} tokens"
        + (", stopped at the marker" if s.stop_at_marker else ""),
        "Significance": _significance(spec),
    }
    for kind, name in (("generator", "Engine"), ("extractor", "State extraction")):
        if backends.get(kind):
            rows[name] = _flat(together(backends[kind]))
    return rows


def _kept(plan: Plan) -> str:
    """Whether the plan was there before the data, with its hash."""
    if plan.status == "registered":
        return f"registered on {plan.registered_on}, {plan.registered_hash}: hashed before the first completion"
    return f"exploratory, {plan.registered_hash}: {plan.reason}"


def _significance(spec: ExperimentSpec) -> str:
    primary = spec.plan.get("primary")
    if not primary:
        return "no analysis was named as primary; every test that was run stands in the ledger"
    layer = "" if primary.get("layer") is None else f" at layer {primary['layer']}"
    with_ = f" of {primary['predictor']} and" if primary.get("predictor") else " of"
    return f"primary: {primary['analysis']} {primary['statistic']}{with_} {primary['outcome']}{layer}"


def together(said: Sequence[Any]) -> Any:
    """What several sessions' backends said, joined: objects key by key, lists and differing values as one list.

    The order and number of sessions leave no trace, so that an interrupted run says what an uninterrupted one does.

    Examples
    --------
    >>> together([{"device": "cuda", "checked": ["base"]}, {"device": "cuda", "checked": ["base", "e1"], "batch": 64}])
    {'device': 'cuda', 'checked': ['base', 'e1'], 'batch': 64}
    """
    if all(isinstance(s, Mapping) for s in said):
        keys = dict.fromkeys(k for s in said for k in s)
        return {k: together([s[k] for s in said if k in s]) for k in keys}
    flat = [v for s in said for v in (s if isinstance(s, list | tuple) else [s])]
    distinct = {json.dumps(v, sort_keys=True): v for v in flat}
    values = [distinct[k] for k in sorted(distinct)]
    return values if len(values) != 1 or isinstance(said[0], list | tuple) else values[0]


def _flat(said: Mapping[str, Any], prefix: str = "") -> str:
    """What a backend says, in one line; absolute paths keep their last name, measurements stay in the journal."""
    parts = []
    for key, value in sorted(said.items()):
        if isinstance(value, Mapping):
            parts.append(_flat(value, f"{prefix}{key}."))
        elif isinstance(value, list | tuple):
            if not any(isinstance(v, Mapping) for v in value):
                parts.append(f"{prefix}{key} {', '.join(map(str, value))}")
        elif value is not None:
            text = str(value)
            text = PurePosixPath(text).name if re.match(r"/[^/\s]+/", text) else text
            parts.append(f"{prefix}{key} {text}")
    return ", ".join(p for p in parts if p)


def _environment(provenance: Mapping[str, Any]) -> dict[str, Any]:
    """Versions and commit; all of them where sessions of the run had others."""
    sessions = provenance.get("sessions") or [provenance]
    libraries = [", ".join(f"{name}={v}" for name, v in sorted(s["packages"].items())) for s in sessions]
    commits = [_commit(s) for s in sessions]
    return {
        "Python": provenance["python"],
        "Key libraries": _then(libraries),
        "Git commit": None if provenance["commit"] is None else _then([c for c in commits if c is not None]),
        "Launch command": provenance["command"],
    }


def _commit(session: Mapping[str, Any]) -> str | None:
    commit: str | None = session["commit"]
    if commit is not None and session["dirty"]:
        return f"{commit} with uncommitted changes ({session['diff_sha256']})"
    return commit


def _then(values: Sequence[str]) -> str:
    return "; a later session with ".join(dict.fromkeys(values))
