"""The reproducibility card, the log of runs, the places of the data, the artifacts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from posixpath import normpath
from typing import Any

from leakstats.analysis.document import AnalysisDocument
from leakstats.architecture import known_architecture, read_architecture, read_targets
from leakstats.errors import InputError, LeakstatsError
from leakstats.numbers import format_count, format_number
from leakstats.recipe import effective_batch, lora_parameters, read_shapes

from .escape import cell, safe
from .markdown_table import markdown_table
from .registry import phrase, suggest

__all__: list[str] = []


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return format_count(value)
    if isinstance(value, float):
        # As it was written: a learning rate of 1e-05 has no decimals to choose.
        return repr(value) if value != int(value) else format_number(value, decimals=1)
    return cell(str(value))


BATCH, BATCH_OF = "Batch size (effective)", ("Per-device batch", "Gradient accumulation", "Devices")
"""The row that is computed, and the rows of ``setup.training`` whose product it is."""
LORA, LORA_CONFIG, LORA_OF = "LoRA parameters", "LoRA config", ("LoRA r", "LoRA target shapes")
"""The same for the adapter; the rank may stand in the text of its configuration too, and the shapes may follow from
the targets named there with the dimensions of the model."""
LORA_TARGETS, BASE, ARCHITECTURE = "LoRA target modules", "Base", "Architecture"
"""Rows of ``setup.training`` and ``setup.model`` that the shapes follow from."""


@phrase(block=True)
def card(doc: AnalysisDocument, table: str, rows: list[str]) -> str:
    """One table of the reproducibility card: ``rows`` in their order, then what else is recorded.

    A row that the setup leaves out is filled from the results' provenance where that knows it: python, packages,
    commit, command, hardware, times, seeds. A row without a value says that it was not recorded, and why. The
    effective batch and the parameters of a LoRA adapter are computed where the training rows hold what they follow
    from; a recorded one that differs is refused.
    """
    setup = doc.raw["setup"]
    recorded = dict(setup.get(table) or {})
    reasons = {k.partition(".")[2]: v for k, v in (setup.get("unknown") or {}).items() if k.startswith(f"{table}.")}
    wanted = list(rows)
    _fill(doc.raw["provenance"], table, recorded, reasons)
    model = setup.get("model") or {}
    said = _computed(recorded, reasons, wanted, model) if table == "training" else {}
    body = []
    for label in [*wanted, *(r for r in recorded if r not in wanted)]:
        value = recorded.get(label)
        if label in said:
            body.append([cell(label), said[label]])
        elif value is None or value == "":
            reason = reasons.get(label, _NO_ROWS)
            body.append([cell(label), f"not recorded — {cell(reason)}"])
        else:
            body.append([cell(label), _said(value)])
    return markdown_table(["", ""], body, align="ll")


_FROM_PROVENANCE: Mapping[tuple[str, str], str] = {
    ("training", "Seeds"): "seeds.training",
    ("compute", "Hardware"): "hardware",
    ("compute", "Wall time"): "wall_time_s",
    ("compute", "Total GPU-hours"): "gpu_hours",
    ("environment", "Python"): "python",
    ("environment", "Key libraries"): "packages",
    ("environment", "Git commit"): "commit",
    ("environment", "Launch command"): "command",
}
"""Rows of the card, and the field of the provenance that says the same."""


def _fill(provenance: Any, table: str, recorded: dict[str, Any], reasons: dict[str, str]) -> None:
    """Put what the provenance knows into the rows that the setup leaves out, and its reasons for what it does not."""
    if not isinstance(provenance, Mapping):
        return
    for (of, label), field in _FROM_PROVENANCE.items():
        if of != table or label in reasons or recorded.get(label) not in (None, ""):
            continue
        value: Any = provenance
        for name in field.split("."):
            value = value.get(name) if isinstance(value, Mapping) else None
        if value is None:
            reason = (provenance.get("unknown") or {}).get(field)
            if reason:
                reasons[label] = reason
        else:
            recorded[label] = _words_of(field, value, provenance)


def _words_of(field: str, value: Any, provenance: Mapping[str, Any]) -> Any:
    """A field of the provenance as a cell of the card says it."""
    if field == "packages":
        return ", ".join(f"{name} {version}" for name, version in sorted(value.items()))
    if field == "commit":
        return f"{value}{' with uncommitted changes' if provenance.get('dirty') else ''}"
    if field == "wall_time_s":
        minutes, seconds = divmod(round(value), 60)
        hours, minutes = divmod(minutes, 60)
        parts = [f"{hours} h"] * (hours > 0) + [f"{minutes} min"] * (minutes > 0) + [f"{seconds} s"] * (hours == 0)
        return " ".join(parts)
    if field == "seeds.training":
        return ", ".join(map(str, value))
    return value


def _computed(
    recorded: Mapping[str, Any], reasons: Mapping[str, str], wanted: list[str], model: Mapping[str, Any]
) -> dict[str, str]:
    """The cells of the training card that follow from others; rows that they need are added to ``wanted``."""
    out: dict[str, str] = {}
    if any(recorded.get(name) is not None for name in BATCH_OF):
        out |= _batch(recorded, reasons)
        wanted += [BATCH] if BATCH not in wanted else []
    config = str(recorded.get(LORA_CONFIG) or "")
    given = any(recorded.get(name) is not None for name in (*LORA_OF, LORA))
    if given or (config and not config.upper().startswith(("N/A", "NONE"))):
        if LORA not in wanted:
            wanted.insert(wanted.index(LORA_CONFIG) + 1 if LORA_CONFIG in wanted else len(wanted), LORA)
        out |= _adapter(recorded, reasons, config, model)
    return out


def _batch(recorded: Mapping[str, Any], reasons: Mapping[str, str]) -> dict[str, str]:
    typed = recorded.get(BATCH)
    lacking = [name for name in BATCH_OF if recorded.get(name) is None]
    if lacking:
        return {} if typed not in (None, "") else {BATCH: _not_computed(lacking, reasons)}
    per_device, accumulation, devices = (recorded[name] for name in BATCH_OF)
    total = effective_batch(per_device=per_device, accumulation=accumulation, devices=devices)
    _agrees(BATCH, typed, total)
    factors = f"per_device={per_device} × grad_accum={accumulation} × devices={devices}"
    return {BATCH: f"{format_count(total)} ({factors})"}


def _adapter(
    recorded: Mapping[str, Any], reasons: Mapping[str, str], config: str, model: Mapping[str, Any]
) -> dict[str, str]:
    typed = recorded.get(LORA)
    in_text = re.search(r"(?<![\w.])(?:r|rank)\s*=\s*(\d{1,6})(?![\w.])", config)
    named = recorded.get(LORA_OF[0])
    rank = named if named is not None else int(in_text[1]) if in_text else None
    if in_text and rank is not None and int(in_text[1]) != rank:
        raise InputError(f"setup.training: LoRA r is {rank!r}, but LoRA config says {in_text[0]!r}")
    matrices, origin = _matrices(recorded, config, model)
    lacking = [LORA_OF[0]] if rank is None else []
    if not matrices:
        # A reason that the file gives for the shapes is the better one.
        lacking.append(LORA_OF[1] if LORA_OF[1] in reasons else origin)
    if rank is None or not matrices:
        return {} if typed not in (None, "") else {LORA: _not_computed(lacking, reasons)}
    total = lora_parameters(matrices, rank=rank)
    _agrees(LORA, typed, total)
    return {LORA: f"{total:,} (r = {rank}, {format_count(len(matrices))} matrices{origin})"}


def _matrices(recorded: Mapping[str, Any], config: str, model: Mapping[str, Any]) -> tuple[list[tuple[int, int]], str]:
    """The adapted matrices, and behind a comma what they follow from; without them, the row that is lacking."""
    shapes = recorded.get(LORA_OF[1])
    if shapes is not None:
        return read_shapes(str(shapes)), ""
    listed = recorded.get(LORA_TARGETS)
    targets = read_targets(config if listed is None else f"targets {listed}")
    if not targets:
        return [], LORA_TARGETS
    written, base = model.get(ARCHITECTURE), str(model.get(BASE) or "")
    if written is not None:
        return read_architecture(str(written)).shapes(targets), " of the architecture above"
    known = known_architecture(base)
    if known is None:
        return [], ARCHITECTURE
    return known.shapes(targets), f" with the shapes of {safe(base.split()[0])}"


_NO_ROWS = "the results file has no such row"
_NO_ROW = {
    LORA_TARGETS: "neither such a row nor the LoRA config names them",
    ARCHITECTURE: "the model's card has no such row, and the base model is none whose shapes are known here",
}


def _not_computed(lacking: Sequence[str], reasons: Mapping[str, str]) -> str:
    said = "; ".join(f"{name}: {reasons.get(name, _NO_ROW.get(name, _NO_ROWS))}" for name in lacking)
    return f"not computed — {cell(said)}"


def _agrees(row: str, typed: Any, total: int) -> None:
    """A recorded value beside what it follows from must begin with the same number."""
    found = re.match(r"\s*(\d[\d,]*)(?![\d.])", str(typed)) if typed is not None else None
    if found and int(found[1].replace(",", "")) != total:
        raise InputError(f"setup.training: {row} is recorded as {typed!r}, but what it follows from gives {total}")


@phrase(block=True)
def runs(doc: AnalysisDocument) -> str:
    """Where the runs are logged; what was not logged is said."""
    log = doc.raw["runs"]
    lines = []
    if log.get("project"):
        where = f" at {_link(log['url'])}" if log.get("url") else ""
        lines.append(f"Project: `{cell(log['project']).replace('`', '')}`{where}")
    if log.get("runs"):
        body = [
            [_code(run["id"]), cell(run.get("state") or "–"), _link(run.get("url")), cell(run.get("note") or "–")]
            for run in log["runs"]
        ]
        lines.append(markdown_table(["Run", "State", "Where", "Note"], body, align="llll"))
    if log.get("not_logged"):
        lines.append(f"Not logged: {safe(log['not_logged'])}.")
    if not lines:
        lines.append("N/A — the results file names no project and no run.")
    return "\n\n".join(lines)


def _code(text: str) -> str:
    """``text`` in a code span, which no markup inside can end."""
    shown = " ".join(str(text).split()).replace("`", "'").replace("|", "\\|")
    return f"`{shown}`" if shown.isprintable() and shown else cell(str(text))


def _link(url: str | None) -> str:
    if not url:
        return "–"
    if url.startswith(("https://", "http://")) and not set(url) & set(' <>()[]|`"\\') and url.isprintable():
        return f"<{url}>"
    return _code(url)


def _place(where: str) -> str:
    """A path in a code span, an address as a link, anything else in words."""
    if where.startswith(("https://", "http://")):
        return _link(where)
    return _code(where) if " " not in where.strip() else cell(where)


@phrase(block=True)
def full_data(doc: AnalysisDocument) -> str:
    """Where the complete raw outputs live."""
    places = doc.raw["runs"].get("full_data") or []
    if not places:
        return "N/A — the results file names no place of raw outputs."
    return markdown_table(
        ["Artifact", "Location"], [[cell(p["artifact"]), _place(p["location"])] for p in places], align="ll"
    )


@phrase(block=True)
def artifacts(doc: AnalysisDocument, here: str, page: list[list[str]], results: str | None = None) -> str:
    """The files behind the page: ``page`` lists [type, path] of what was rendered from, ``here`` is their folder.

    ``results`` is where the results file is, if it is not to be found from ``here``.
    """
    rows = [[cell(kind), _code(path)] for kind, path in page]
    counts = doc.raw["inputs"]["results"]
    rows.append(["Results", f"{_code(results or normpath(here + counts['path']))}, {_code(counts['sha256'])}"])
    for figure in doc.figures:
        for form in ("png", "pdf", "data"):
            if form in figure.files:
                kind = "data" if form == "data" else form.upper()
                rows.append([f"Figure {cell(figure.id)} ({kind})", _code(normpath(here + figure.files[form]["path"]))])
    rows += [[cell(a["type"]), _place(a["location"])] for a in doc.raw["runs"].get("artifacts") or []]
    return markdown_table(["Type", "Path / URL"], rows, align="ll")


@phrase(block=True)
def environment(doc: AnalysisDocument) -> str:
    """What computed the numbers of the page: library versions, resamples, seed, overrides."""
    settings = doc.raw["settings"]
    versions = ", ".join(f"{safe(k)} {safe(str(v))}" for k, v in doc.raw["versions"].items())
    overrides = "; ".join(safe(str(v)) for v in settings["overrides"].values())
    text = f"Statistics: {versions}; {format_count(settings['n_resamples'])} resamples, seed {settings['seed']}."
    return text + (f" Overridden: {overrides}." if overrides else "")


@phrase()
def study(doc: AnalysisDocument, name: str) -> str:
    """A text of the study: its title, description, source or id."""
    found = doc.raw["study"].get(name)
    if not isinstance(found, str):
        known = [k for k, v in doc.raw["study"].items() if isinstance(v, str)]
        raise LeakstatsError(f"the study has no {name!r}{suggest(name, known, n=1)} (it has {', '.join(known)})")
    return safe(found)
