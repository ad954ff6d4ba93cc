"""What can be found wrong before anything runs: chat template, marker, persona limits, layers, data, adapters."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from leakstats.errors import LeakstatsError
from leakstats.experiment.hosting import WEIGHTS_FILE
from leakstats.experiment.identity import file_sha256
from leakstats.experiment.personas import limit_violations
from leakstats.experiment.spec import ExperimentSpec
from leakstats.experiment.types import CanaryCheck
from leakstats.experiment.weights import base_weights, tokenizer_of, weights_at_hand
from leakstats.files import read_json

__all__ = ["Finding", "Preflight", "preflight"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One check, made or not."""

    name: str
    status: Literal["passed", "failed", "not checked"]
    detail: str

    def to_json(self) -> dict[str, str]:
        return {"name": self.name, "status": self.status, "detail": self.detail}


@dataclass(frozen=True, slots=True)
class Preflight:
    """What :func:`preflight` returns."""

    findings: tuple[Finding, ...]
    count_tokens: Callable[[str], int] | None
    """Tokens of a text by the model's tokenizer; None where it is not at hand."""

    @property
    def failed(self) -> tuple[Finding, ...]:
        """The findings that would stop a run."""
        return tuple(f for f in self.findings if f.status == "failed")


def preflight(spec: ExperimentSpec, *, fetch: bool = False) -> Preflight:
    """Everything that a run would stumble over later, looked for without a forward pass.

    Where the model is on this machine (a folder, the tiny world, the hub's cache) its chat template must place every
    persona's prompt and the question unchanged, its tokenizer must spell the marker and no control token, persona
    prompts must keep the declared limits, and the layers must exist. Data sets of fine-tunings must be readable and
    adapters that the specification names must be there with the hash that it gives. What cannot be looked at is said.

    Parameters
    ----------
    spec : ExperimentSpec
        What is planned.
    fetch : bool
        Let the hub's client fetch the tokenizer of a hub id; else nothing is downloaded.

    Examples
    --------
    >>> from leakstats.experiment.reader import parse_spec
    >>> spec = parse_spec({
    ...     "schema": "experiment.v1", "study": {"id": "s", "title": "A study"}, "model": {"path": "org/model"},
    ...     "personas": {"set": "small12"}, "sources": ["villain"],
    ...     "questions": {"training": "training40", "evaluation": "general20"},
    ... })
    >>> [f"{f.name}: {f.status}" for f in preflight(spec).findings]
    ['model: not checked']
    """
    found: list[Finding] = []
    count = _with_tokenizer(spec, found, fetch)
    found += _layers(spec)
    found += _data(spec)
    found += _adapters(spec)
    return Preflight(tuple(found), count)


def _with_tokenizer(spec: ExperimentSpec, found: list[Finding], fetch: bool) -> Callable[[str], int] | None:
    """The checks that need the model's tokenizer; how it counts tokens."""
    if _fake(spec):
        found.append(Finding("model", "not checked", "the fake backends have none: no template, no tokens of a marker"))
        return None
    place = weights_at_hand(spec)
    if place is None and not fetch:
        found.append(Finding("model", "not checked", f"{base_weights(spec)} is not on this machine; a run looks first"))
        return None
    if importlib.util.find_spec("transformers") is None:
        found.append(Finding("model", "not checked", "transformers is not installed: pip install 'leakstats[models]'"))
        return None
    from leakstats.experiment.canaries import check_marker, check_template
    from leakstats.experiment.loading import load_tokenizer
    from leakstats.experiment.prompts import encode

    try:
        tokenizer = tokenizer_of(spec) if fetch or place is None else load_tokenizer(str(place))
    except LeakstatsError as error:
        # a hub model may have been fetched in part
        whole = fetch or Path(base_weights(spec)).is_dir()
        found.append(Finding("model", "failed" if whole else "not checked", str(error)))
        return None

    def count(text: str) -> int:
        return len(encode(tokenizer, text))

    for name, check in (("chat-template", check_template), ("marker-tokens", check_marker)):
        found.append(_asked(name, check, spec, tokenizer))
    found.append(_limits(spec, count))
    return count


def _fake(spec: ExperimentSpec) -> bool:
    return spec.sampling.backend == "fake" and spec.extraction.backend == "fake"


def _asked(name: str, check: Callable[[ExperimentSpec, Any], CanaryCheck], spec: ExperimentSpec, by: Any) -> Finding:
    try:
        said = check(spec, by)
    except LeakstatsError as error:
        return Finding(name, "failed", str(error))
    return Finding(name, "passed" if said.status == "passed" else "failed", said.detail)


def _limits(spec: ExperimentSpec, count: Callable[[str], int]) -> Finding:
    broken = limit_violations(spec.personas, count_tokens=count)
    if broken:
        more = f" (and {len(broken) - 1} more)" if len(broken) > 1 else ""
        return Finding("persona-limits", "failed", broken[0] + more)
    tokens = [count(p.prompt) for p in spec.personas.entries if p.prompt]
    told = f"{min(tokens)} to {max(tokens)} tokens in {len(tokens)} prompts" if tokens else "no persona has a prompt"
    low, high = spec.personas.min_tokens, spec.personas.max_tokens
    asked = "no limit is declared" if low is None and high is None else f"limits {low or 0} to {high or 'any'}"
    return Finding("persona-limits", "passed", f"{told}; {asked}")


def _layers(spec: ExperimentSpec) -> Iterator[Finding]:
    place = weights_at_hand(spec)
    wanted = spec.extraction.layers
    file = None if place is None else place / "config.json"
    if file is None or not file.is_file() or wanted == "all":
        return
    n = read_json(file).get("num_hidden_layers")
    if not isinstance(n, int):
        return
    beyond = [layer for layer in wanted if layer >= n]
    detail = f"{', '.join(map(str, wanted))} of 0 to {n - 1}"
    if beyond:
        yield Finding("layers", "failed", f"extraction.layers names {beyond[0]}; the model has layers 0 to {n - 1}")
    else:
        yield Finding("layers", "passed", detail)


def _data(spec: ExperimentSpec) -> Iterator[Finding]:
    from leakstats.experiment.train.rows import read_data

    for condition in spec.conditions:
        if condition.sft is None or condition.sft.data is None:
            continue
        name = f"data of {condition.name}"
        try:
            rows = read_data(Path(condition.sft.data))
        except LeakstatsError as error:
            yield Finding(name, "failed", str(error))
            continue
        yield Finding(name, "passed", f"{len(rows):,} rows; {min(len(rows), condition.sft.rows):,} are learned")


def _adapters(spec: ExperimentSpec) -> Iterator[Finding]:
    for condition in spec.conditions:
        for given in condition.adapters:
            name = f"adapter of {given.source} in condition {condition.name}"
            weights = Path(given.path) / WEIGHTS_FILE
            if not Path(given.path).exists():
                if Path(given.path).is_absolute() or given.path.count("/") != 1:
                    yield Finding(name, "failed", f"{given.path}: no such folder, and no hub id (owner/name)")
                else:
                    yield Finding(name, "not checked", f"{given.path} is no folder here; the run fetches it")
                continue
            if not weights.is_file():
                yield Finding(name, "failed", f"{given.path}: holds no {WEIGHTS_FILE}")
                continue
            digest = file_sha256(weights).removeprefix("sha256:")
            if given.sha256 not in (None, digest):
                said = f"{WEIGHTS_FILE} has sha256:{digest}; the specification says {given.sha256}"
                yield Finding(name, "failed", said)
            else:
                yield Finding(name, "passed", f"sha256:{digest}")
