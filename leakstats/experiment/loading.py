"""Tokenizers and models for all backends: safetensors only, no code from model folders, offline for folders."""

from __future__ import annotations

import contextlib
import re
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from leakstats.errors import InputError, LeakstatsError, MissingDependency

__all__ = [
    "end_token_ids",
    "load_model",
    "load_tokenizer",
    "older_names",
    "resolve_device",
    "resolve_dtype",
    "without_bars",
]

_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)?")
_T = TypeVar("_T")


def resolve_device(device: str = "auto") -> str:
    """``auto`` is the first GPU where there is one, else the CPU; any other name is kept.

    Raises
    ------
    MissingDependency
        Without torch.
    InputError
        If a GPU is named and torch sees none.
    """
    torch = _torch()
    if device == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    if device.startswith("cuda") and not torch.cuda.is_available():
        raise InputError(f"device is {device!r}, but torch sees no GPU; use 'auto' or 'cpu'")
    return device


def resolve_dtype(dtype: str, device: str) -> str:
    """The name of the torch dtype: ``auto`` is bfloat16 on a GPU and float32 on a CPU.

    Parameters
    ----------
    dtype : {"auto", "float32", "bfloat16", "float16"}
    device : str
        A resolved device, such as ``cuda`` or ``cpu``.

    Examples
    --------
    >>> resolve_dtype("auto", "cuda:0"), resolve_dtype("auto", "cpu"), resolve_dtype("float16", "cpu")
    ('bfloat16', 'float32', 'float16')
    """
    if dtype not in ("auto", "float32", "bfloat16", "float16"):
        raise InputError(f"dtype is {dtype!r}; it must be auto, float32, bfloat16 or float16")
    if dtype != "auto":
        return dtype
    return "bfloat16" if device.startswith("cuda") else "float32"


def load_tokenizer(weights: str, revision: str | None = None) -> Any:
    """The tokenizer of a model folder or hub id.

    Parameters
    ----------
    weights : str
        A folder, read without any network, or a hub id such as ``Qwen/Qwen2.5-7B-Instruct``.
    revision : str, optional
        Commit, tag or branch of a hub id; a folder has none.

    Returns
    -------
    transformers.PreTrainedTokenizerBase
        With a pad token (the end token where the model names none) and left padding.

    Raises
    ------
    LeakstatsError
        If the folder or the hub id cannot be loaded without running code from it.
    MissingDependency
        Without transformers.
    """
    transformers = _transformers()
    options = _options(weights, revision)
    tokenizer = _loaded(weights, lambda: transformers.AutoTokenizer.from_pretrained(str(weights), **options))
    if tokenizer.eos_token_id is None:
        raise LeakstatsError(f"{weights}: its tokenizer has no end token, so that no completion could end")
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token
    tokenizer.padding_side = "left"
    return tokenizer


def load_model(weights: str, *, dtype: str = "auto", device: str = "auto", revision: str | None = None) -> Any:
    """The causal language model of a folder or hub id, in evaluation mode.

    Parameters
    ----------
    weights : str
        A folder, read without any network, or a hub id.
    dtype : {"auto", "float32", "bfloat16", "float16"}
        auto: bfloat16 on a GPU, float32 on a CPU.
    device : str
        auto: the first GPU where there is one.
    revision : str, optional
        Commit, tag or branch of a hub id; a folder has none.

    Returns
    -------
    transformers.PreTrainedModel
        Loaded from safetensors alone: pickled weights run code when they are read, so they are refused.

    Raises
    ------
    LeakstatsError
        If there are no safetensors, or the model would need code of its own.
    MissingDependency
        Without torch or transformers.
    """
    torch, transformers = _torch(), _transformers()
    place = resolve_device(device)
    number = getattr(torch, resolve_dtype(dtype, place))
    options = _options(weights, revision)
    folder = Path(weights)
    if folder.is_dir() and not any(folder.glob("*.safetensors")):
        raise LeakstatsError(
            f"{weights}: holds no *.safetensors file; weights in other formats are refused, since reading them can run "
            "code: save the model with save_pretrained(safe_serialization=True)"
        )
    # a download is worth a bar, where somebody looks at it
    shown = not folder.is_dir() and sys.stderr.isatty()
    with contextlib.nullcontext() if shown else without_bars():
        model = _loaded(
            weights,
            lambda: transformers.AutoModelForCausalLM.from_pretrained(
                str(weights), dtype=number, use_safetensors=True, **options
            ),
        )
    return model.to(place).eval()


@contextlib.contextmanager
def without_bars() -> Iterator[None]:
    """A block in which transformers and the hub's client draw no bars; the run says itself how far it is."""
    logging = _transformers().utils.logging
    if not logging.is_progress_bar_enabled():
        yield
        return
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.enable_progress_bar()


@contextlib.contextmanager
def older_names() -> Iterator[None]:
    """A block in which peft may ask transformers by the one name that it is about to drop: nothing a user could mend.

    Every other warning is shown.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*is_gradient_checkpointing", category=FutureWarning)
        yield


def end_token_ids(tokenizer: Any, model: Any = None) -> tuple[int, ...]:
    """The token ids that end a completion: the tokenizer's end token and those of the model's generation settings."""
    ids = [int(tokenizer.eos_token_id)]
    config = getattr(model, "generation_config", None)
    more = getattr(config, "eos_token_id", None)
    if more is not None:
        ids += [int(i) for i in (more if isinstance(more, list | tuple) else [more])]
    return tuple(dict.fromkeys(ids))


def _options(weights: str, revision: str | None) -> dict[str, Any]:
    folder = Path(weights)
    options: dict[str, Any] = {"trust_remote_code": False}
    if folder.is_dir():
        if revision is not None:
            raise InputError(f"revision is {revision!r}, but {weights} is a folder, which has none")
        return options | {"local_files_only": True}
    if not _HUB_ID.fullmatch(str(weights)):
        raise LeakstatsError(f"{weights}: no such folder, and no hub id (which looks like owner/name)")
    return options | {"revision": revision or "main"}


def _loaded(weights: str, load: Callable[[], _T]) -> _T:
    try:
        return load()
    except (OSError, ValueError, KeyError, ImportError) as error:
        lines = str(error).strip().splitlines() or [type(error).__name__]
        raise LeakstatsError(f"{weights}: cannot be loaded: {lines[0]}") from error


def _torch() -> Any:
    try:
        import torch
    except ModuleNotFoundError as error:
        if error.name != "torch":
            raise
        raise MissingDependency("running a model", extra="models") from error
    return torch


def _transformers() -> Any:
    try:
        import transformers
    except ModuleNotFoundError as error:
        if error.name != "transformers":
            raise
        raise MissingDependency("loading a model", extra="models") from error
    return transformers
