"""Hidden states of the wanted blocks of a model: read by hooks, the model stopped after the last of them."""

from __future__ import annotations

import types
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from leakstats.errors import InputError, LeakstatsError
from leakstats.experiment.extract.rows import PAD, Batch

__all__ = ["BlockReader", "Centres", "decoder_of"]

_CHUNK = 4096
"""Tokens that are turned to fp64 at once."""


class _Stop(Exception):
    """Raised by a hook: all that is wanted has been read."""


def decoder_of(model: Any) -> tuple[Any, Any]:
    """The part of a causal language model before its head, and the list of its blocks.

    Raises
    ------
    LeakstatsError
        If the model has no such list, as long as its configuration says.
    """
    model = model.get_base_model() if hasattr(model, "peft_config") else model
    decoder = model.get_decoder()
    n = model.config.get_text_config().num_hidden_layers
    for child in decoder.children():
        if type(child).__name__ == "ModuleList" and len(child) == n:
            return decoder, child
    raise LeakstatsError(f"{type(model).__name__}: no list of {n} blocks in its decoder: its states cannot be read")


class BlockReader:
    """Runs batches through a model's blocks and gives what the wanted ones put out at the tokens that are read.

    Parameters
    ----------
    model : transformers.PreTrainedModel
        A causal language model; its head and final norm never run.
    layers : sequence of int
        Blocks whose output is read, 0 the first; any order.
    compiled : bool
        Compile the blocks' forward pass (one graph for all blocks of a class and each shape) inside a ``with`` block.

    Raises
    ------
    InputError
        If a layer is none of the model's, or is named twice.
    """

    def __init__(self, model: Any, layers: Sequence[int], *, compiled: bool = False) -> None:
        self.decoder, self.blocks = decoder_of(model)
        self.layers = tuple(layers)
        self.device = next(self.decoder.parameters()).device
        n = len(self.blocks)
        if not self.layers or len(set(self.layers)) < len(self.layers) or not all(0 <= i < n for i in self.layers):
            raise InputError(f"layers are {list(layers)}; they must be different blocks of 0 to {n - 1}, at least one")
        self.compiled = compiled
        last = self.blocks[max(self.layers)]
        self._feed_forward = getattr(last, "mlp", None)
        if compiled:
            # the last one does other work for every batch, see _only
            _compile([b for b in self.blocks if b is not last or self._feed_forward is None])

    def __enter__(self) -> BlockReader:
        return self

    def __exit__(self, *error: object) -> None:
        """Take the compiled forward passes off the model again."""
        if self.compiled:
            for block in self.blocks:
                vars(block).pop("forward", None)

    def inputs(self, batch: Batch) -> dict[str, Any]:
        """The arguments of the decoder's forward pass."""
        import torch

        ids, positions, segments = (
            torch.from_numpy(a).to(self.device, non_blocking=True) for a in (batch.ids, batch.positions, batch.segments)
        )
        if batch.is_line:
            mask = (segments != PAD).long()
        else:
            n = segments.shape[1]
            own = segments[:, :, None] == segments[:, None, :]
            causal = torch.ones(n, n, dtype=torch.bool, device=self.device).tril()
            # padding sees padding: a token that sees nothing would have no state at all, and spread it
            mask = ((own | (segments[:, None, :] == 0)) & causal)[:, None]
        return {"input_ids": ids, "position_ids": positions, "attention_mask": mask}

    def read(self, inputs: dict[str, Any], index: Any) -> list[Any]:
        """One tensor a layer, in the order of ``layers``: states of the flattened tokens ``index``, (n, width)."""
        import torch

        found: dict[int, Any] = {}
        last = max(self.layers)

        def hook(layer: int) -> Any:
            def keep(module: Any, args: Any, output: Any) -> None:
                states = output[0] if isinstance(output, tuple) else output
                found[layer] = states.reshape(-1, states.shape[-1])[index]
                if layer == last:
                    raise _Stop

            return keep

        handles = [self.blocks[layer].register_forward_hook(hook(layer)) for layer in self.layers]
        try:
            with torch.inference_mode(), _only(self._feed_forward, index):
                self.decoder(**inputs, use_cache=False)
        except _Stop:
            pass
        finally:
            for handle in handles:
                handle.remove()
        if len(found) < len(self.layers):
            raise LeakstatsError(f"{type(self.decoder).__name__}: its forward pass did not run every block")
        return [found[layer] for layer in self.layers]

    def read_batch(self, batch: Batch) -> list[Any]:
        """:meth:`read` for a batch: the tokens that it names, in the order of ``batch.index``."""
        return self.read(self.inputs(batch), _sent(batch.index, self.device))


@contextmanager
def _only(feed_forward: Any, index: Any) -> Iterator[None]:
    """Let the feed-forward part of the last block compute the flattened tokens ``index`` alone.

    It works token by token, and no later block needs the others, which get zeros: a batch of a persona a row reads one
    token in twenty, and this part is seven eighths of a block's work. Left alone where most tokens are read.
    """
    if feed_forward is None:
        yield
        return
    import torch

    whole, before = feed_forward.forward, dict(vars(feed_forward))

    def few(states: Any) -> Any:
        tokens = states.reshape(-1, states.shape[-1])
        if 2 * index.numel() > tokens.shape[0]:
            return whole(states)
        found = whole(tokens[index][None])
        if not isinstance(found, torch.Tensor):
            return whole(states)
        out = torch.zeros_like(tokens)
        out[index] = found[0]
        return out.view_as(states)

    feed_forward.forward = few
    try:
        yield
    finally:
        del feed_forward.forward
        if "forward" in before:
            feed_forward.forward = before["forward"]


def _sent(array: np.ndarray[Any, Any], device: Any) -> Any:
    """The array on the device; through pinned memory, without which a copy waits for the work before it."""
    import torch

    tensor = torch.from_numpy(array)
    if device.type == "cuda":
        tensor = tensor.pin_memory()
    return tensor.to(device, non_blocking=True)


def _compile(blocks: Any) -> None:
    """Give every block its class's compiled forward pass; one a class, so that blocks share their graphs."""
    import torch

    made: dict[type, Any] = {}
    for block in blocks:
        kind = type(block)
        if kind not in made:
            made[kind] = torch.compile(kind.forward, dynamic=False)
        block.forward = types.MethodType(made[kind], block)


class Centres:
    """Sums of states by persona in fp64, on the device, without keeping the states.

    Parameters
    ----------
    n_personas, n_layers, width : int
        Shape of the result.
    device : torch.device
    """

    def __init__(self, n_personas: int, n_layers: int, width: int, device: Any) -> None:
        import torch

        # doubles are summed on the host where a device has none
        self._place = torch.device("cpu") if device.type == "mps" else device
        self._sums = torch.zeros(n_layers, n_personas, width, dtype=torch.float64, device=self._place)
        self._counts = np.zeros(n_personas, dtype=np.int64)

    def add(self, batch: Batch, states: Sequence[Any]) -> None:
        """Add what :meth:`BlockReader.read_batch` gave for the batch."""
        import torch

        personas = np.array([read.persona for read in batch.reads])
        here, column = np.unique(personas, return_inverse=True)
        np.add.at(self._counts, personas, 1)
        # a product with the weights adds in the same order every time, unlike scattered additions on a GPU
        share = np.zeros((here.size, batch.index.size))
        share[column[batch.prompt], np.arange(batch.index.size)] = batch.weights
        shares, rows = _sent(share, self._place), _sent(here, self._place)
        for layer, values in enumerate(states):
            for at in range(0, values.shape[0], _CHUNK):
                part = values[at : at + _CHUNK].to(self._place, torch.float64)
                self._sums[layer, rows] += shares[:, at : at + _CHUNK] @ part

    def means(self) -> tuple[np.ndarray[Any, np.dtype[np.float64]], np.ndarray[Any, np.dtype[np.int64]]]:
        """Centroids of shape (personas, layers, width), NaN for a persona without a prompt, and the counts."""
        sums = self._sums.cpu().numpy().transpose(1, 0, 2)
        out = np.full(sums.shape, np.nan)
        np.divide(sums, self._counts[:, None, None], out=out, where=self._counts[:, None, None] > 0)
        return out, self._counts.copy()
