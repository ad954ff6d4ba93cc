"""A model computed the plainest way: one prompt at a time, no padding, no cache, the adapter merged by peft."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from leakstats.experiment.hosting import check_adapter
from leakstats.experiment.loading import load_model, load_tokenizer, older_names
from leakstats.experiment.types import ModelState

__all__ = ["PlainModel", "weights_bytes"]


class PlainModel:
    """What the canaries compare the backends with.

    Parameters
    ----------
    state : ModelState
        Loaded anew, sharing nothing with a backend; its adapter is merged into the weights.
    dtype, device, revision : str
        As in :func:`leakstats.experiment.loading.load_model`.
    """

    def __init__(self, state: ModelState, *, dtype: str, device: str, revision: str | None = None) -> None:
        revision = None if Path(state.weights).is_dir() else revision
        self.tokenizer = load_tokenizer(state.weights, revision)
        self._model = load_model(state.weights, dtype=dtype, device=device, revision=revision)
        if state.adapter is not None:
            import peft

            check_adapter(state.adapter)
            with older_names():
                adapted = peft.PeftModel.from_pretrained(
                    self._model, str(state.adapter.path), is_trainable=False, local_files_only=True
                )
            self._model = adapted.merge_and_unload().eval()

    @property
    def n_layers(self) -> int:
        """Number of blocks."""
        return int(self._model.config.get_text_config().num_hidden_layers)

    def score(self, head: Sequence[int], target: Sequence[int]) -> float:
        """Natural log-probability of the tokens ``target`` after the tokens ``head``, summed."""
        import torch

        with torch.inference_mode():
            ids = torch.tensor([[*head, *target]], device=self._model.device)
            logs = self._model(input_ids=ids, use_cache=False).logits[0].to(torch.float32).log_softmax(dim=-1)
            at = torch.arange(len(head) - 1, len(head) + len(target) - 1)
            return float(logs[at, torch.tensor(list(target))].to(torch.float64).sum())

    def last_states(self, ids: Sequence[int]) -> NDArray[np.float64]:
        """States of the last token after each block but the last, shape (blocks - 1, width).

        ``hidden_states[i + 1]`` of transformers is the output of block i, except after the last block, where the final
        norm has been applied: that one is left out.
        """
        import torch

        with torch.inference_mode():
            out = self._model(
                input_ids=torch.tensor([list(ids)], device=self._model.device),
                output_hidden_states=True,
                use_cache=False,
            )
            kept = [h[0, -1].to(torch.float64).cpu().numpy() for h in out.hidden_states[1:-1]]
        return np.stack(kept) if kept else np.zeros((0, out.hidden_states[-1].shape[-1]))


def weights_bytes(weights: str) -> int | None:
    """Size of a folder's safetensors; None for a hub id."""
    folder = Path(weights)
    return sum(p.stat().st_size for p in folder.glob("*.safetensors")) if folder.is_dir() else None
