"""Where weights come from: a folder, a hub id, the tiny world, adapters made elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from leakstats.errors import InputError, LeakstatsError, MissingDependency
from leakstats.experiment.fakes import WEIGHTS
from leakstats.experiment.spec import ExperimentSpec, StoredAdapter
from leakstats.files import read_json

__all__ = [
    "adapter_settings",
    "base_weights",
    "hub_commit",
    "stored_adapter",
    "token_counter",
    "tokenizer_of",
    "weights_at_hand",
]


def base_weights(spec: ExperimentSpec) -> str:
    """The base weights: a folder or a hub id; a fixed word for the fake backend, which has none."""
    if spec.sampling.backend == "fake" and spec.extraction.backend == "fake":
        return WEIGHTS
    if spec.model.world is not None:
        from leakstats.experiment.world.base import stored_base

        return str(stored_base(spec.model.world))
    if spec.model.path is None:
        raise LeakstatsError("model names neither a path nor a world")
    return spec.model.path


def hub_commit(path: str, revision: str | None = None) -> str | None:
    """The commit of a hub model that lies in the hub's cache; None for a folder, or where it is not there."""
    found = None if Path(path).exists() else _in_cache(path, revision)
    return None if found is None else found.name


def _in_cache(path: str, revision: str | None) -> Path | None:
    try:
        from huggingface_hub import try_to_load_from_cache  # type: ignore[import-not-found,unused-ignore]
    except ModuleNotFoundError:
        return None
    try:
        found = try_to_load_from_cache(path, "config.json", revision=revision or "main")
    except ValueError:  # no hub id
        return None
    return Path(found).parent if isinstance(found, str) else None


def weights_at_hand(spec: ExperimentSpec) -> Path | None:
    """The folder of the base model where it is on this machine, the hub's cache included; None for a model that would
    have to be fetched, and for the fake backend."""
    weights = base_weights(spec)
    if weights == WEIGHTS or Path(weights).is_dir():
        return None if weights == WEIGHTS else Path(weights)
    return _in_cache(weights, spec.model.revision)


def tokenizer_of(spec: ExperimentSpec) -> Any:
    """The base model's tokenizer.

    Raises
    ------
    MissingDependency
        Without transformers.
    InputError
        For the fake backend, which has none.
    """
    weights = base_weights(spec)
    if weights == WEIGHTS:
        raise InputError("the fake backend has no tokenizer; use a substring or regex detector with it")
    from leakstats.experiment.loading import load_tokenizer

    return load_tokenizer(weights, spec.model.revision)


def token_counter(spec: ExperimentSpec) -> Callable[[str], int]:
    """How many tokens a text has for the model, control tokens not counted; words for the fake backend."""
    if base_weights(spec) == WEIGHTS:
        return lambda text: len(text.split())
    from leakstats.experiment.prompts import encode

    tokenizer = tokenizer_of(spec)
    return lambda text: len(encode(tokenizer, text))


def adapter_settings(adapter: StoredAdapter) -> dict[str, Any]:
    """What an adapter's own ``adapter_config.json`` says (``r``, ``lora_alpha``, ``target_modules`` ...); empty where
    it has none."""
    file = stored_adapter(adapter) / "adapter_config.json"
    if not file.is_file():
        return {}
    found = read_json(file)
    return found if isinstance(found, dict) else {}


def stored_adapter(adapter: StoredAdapter) -> Path:
    """The folder of an adapter that was trained elsewhere; a hub id is fetched into the hub's cache.

    Raises
    ------
    MissingDependency
        If it is a hub id and huggingface_hub is not installed.
    LeakstatsError
        If there is neither a folder nor a repository of that name.
    """
    place = Path(adapter.path)
    if place.is_dir():
        return place
    if place.is_absolute() or adapter.path.count("/") != 1:
        raise LeakstatsError(f"adapter of {adapter.source}: {adapter.path}: no such folder, and no hub id (owner/name)")
    try:
        from huggingface_hub import snapshot_download  # type: ignore[import-not-found,unused-ignore]
    except ModuleNotFoundError as error:
        if error.name != "huggingface_hub":
            raise
        raise MissingDependency("fetching an adapter from the hub", extra="models") from error
    try:
        return Path(snapshot_download(adapter.path, allow_patterns=["adapter_*", "*.json"]))
    except Exception as error:
        if not type(error).__module__.startswith(("huggingface_hub", "httpx", "requests")):
            raise
        raise LeakstatsError(f"adapter of {adapter.source}: {adapter.path} cannot be fetched: {error}") from error
