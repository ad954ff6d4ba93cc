"""One loaded base model that answers for many states: adapters are loaded once and switched without a reload."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from leakstats.errors import LeakstatsError, MissingDependency
from leakstats.experiment.loading import load_model, load_tokenizer, older_names, resolve_device, resolve_dtype
from leakstats.experiment.types import AdapterRef, ModelState
from leakstats.files import read_bytes, sha256_of

__all__ = ["ModelHost", "check_adapter"]

WEIGHTS_FILE = "adapter_model.safetensors"


def check_adapter(adapter: AdapterRef) -> None:
    """Refuse an adapter whose weights file is absent or is not the one that was named.

    Raises
    ------
    LeakstatsError
        If the file is missing, or its SHA-256 differs from the reference's.
    """
    path = adapter.path / WEIGHTS_FILE
    found = sha256_of(read_bytes(path)).removeprefix("sha256:")
    if adapter.sha256 and found != adapter.sha256.removeprefix("sha256:"):
        raise LeakstatsError(
            f"adapter {adapter.name!r}: {path} has sha256 {found[:12]}..., but {adapter.sha256[-64:][:12]}... was "
            "trained or declared; the file was changed or swapped since"
        )


class ModelHost:
    """Holds a base model, and adapters on it.

    Parameters
    ----------
    dtype, device : str
        As in :func:`leakstats.experiment.loading.load_model`.
    revision : str, optional
        Of a hub id.
    keep : int
        How many adapters stay loaded; the one used longest ago goes first.

    Notes
    -----
    A state with other base weights replaces the base and drops its adapters.
    """

    def __init__(
        self, *, dtype: str = "auto", device: str = "auto", revision: str | None = None, keep: int = 16
    ) -> None:
        self.device = resolve_device(device)
        self.dtype = resolve_dtype(dtype, self.device)
        self.revision = revision
        self.keep = keep
        self.base_loads = 0
        """How often a base was loaded."""
        self._weights: str | None = None
        self._model: Any = None
        self._tokenizer: Any = None
        self._peft: Any = None
        self._slots: OrderedDict[tuple[str, str, str], str] = OrderedDict()
        self._made = 0
        self._busy: str | None = None

    def tokenizer(self, state: ModelState) -> Any:
        """The tokenizer of the state's base weights."""
        self._need_base(state.weights)
        return self._tokenizer

    @contextmanager
    def using(self, state: ModelState) -> Iterator[Any]:
        """The model that answers for ``state``, in evaluation mode; valid inside the ``with`` block.

        Raises
        ------
        LeakstatsError
            If an adapter does not fit the base, holds weights that the base has no place for, or is not the file that
            its hash names.
        """
        if self._busy is not None:
            raise LeakstatsError(
                f"the model is still answering for {self._busy!r}; take all its answers before asking {state.label!r}"
            )
        self._need_base(state.weights)
        slot = None if state.adapter is None else self._need_adapter(state.adapter)
        self._busy = state.label
        try:
            if slot is not None:
                self._peft.set_adapter(slot)
                yield self._peft.eval()
            elif self._peft is None:
                yield self._model
            else:
                with self._peft.disable_adapter():
                    yield self._peft
        finally:
            self._busy = None

    def close(self) -> None:
        """Free the model and its adapters."""
        self._weights = self._model = self._tokenizer = self._peft = None
        self._slots.clear()
        if self.device.startswith("cuda"):
            import torch

            torch.cuda.empty_cache()

    def _need_base(self, weights: str) -> None:
        if self._weights == weights:
            return
        self.close()
        # a revision belongs to the hub id that the spec names, never to a folder made in the run
        revision = None if Path(weights).is_dir() else self.revision
        self._tokenizer = load_tokenizer(weights, revision)
        self._model = load_model(weights, dtype=self.dtype, device=self.device, revision=revision)
        self._weights = weights
        self.base_loads += 1

    def _need_adapter(self, adapter: AdapterRef) -> str:
        key = (adapter.name, str(adapter.path), adapter.sha256)
        if key in self._slots:
            self._slots.move_to_end(key)
            return self._slots[key]
        check_adapter(adapter)
        if len(self._slots) >= self.keep:
            _, oldest = self._slots.popitem(last=False)
            self._peft.delete_adapter(oldest)
        # names of ours have dots, which torch does not take in a module's name
        slot = f"slot{self._made}"
        self._made += 1
        self._load(adapter, slot)
        self._slots[key] = slot
        return slot

    def _load(self, adapter: AdapterRef, slot: str) -> None:
        peft = _peft()
        from safetensors.torch import load_file

        try:
            config = peft.PeftConfig.from_pretrained(str(adapter.path), local_files_only=True)
            config.inference_mode = True
            with older_names():
                if self._peft is None:
                    self._peft = peft.PeftModelForCausalLM(self._model, config, slot, autocast_adapter_dtype=False)
                else:
                    self._peft.add_adapter(slot, config)
            found = peft.set_peft_model_state_dict(
                self._peft, load_file(str(adapter.path / WEIGHTS_FILE), device=self.device), adapter_name=slot
            )
        except (OSError, ValueError, TypeError, RuntimeError, KeyError) as error:
            raise LeakstatsError(f"adapter {adapter.name!r}: does not fit {self._weights}: {error}") from error
        absent = [name for name in found.missing_keys if "lora_" in name and f".{slot}." in name]
        if absent or found.unexpected_keys:
            wrong = [f"lacks {absent[0]}"] if absent else []
            wrong += [f"holds {found.unexpected_keys[0]}"] if found.unexpected_keys else []
            raise LeakstatsError(
                f"adapter {adapter.name!r}: {adapter.path} {' and '.join(wrong)}, unlike {self._weights}; it was "
                "trained on another model, and would be applied only in part"
            )
        self._peft.requires_grad_(False)
        self._peft.eval()


def _peft() -> Any:
    try:
        import peft
    except ModuleNotFoundError as error:
        if error.name != "peft":
            raise
        raise MissingDependency("using an adapter", extra="models") from error
    return peft
