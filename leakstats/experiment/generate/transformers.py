"""Completions from transformers: batches of one length, a KV cache, adapters switched without a reload."""

from __future__ import annotations

import inspect
import platform
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from leakstats.errors import InputError, LeakstatsError
from leakstats.experiment.generate.noise import choose, split_seeds
from leakstats.experiment.generate.stopping import MarkerStop, decode
from leakstats.experiment.hosting import ModelHost
from leakstats.experiment.loading import end_token_ids
from leakstats.experiment.prompts import encode, render
from leakstats.experiment.types import Answered, Completion, Finish, ModelState, Progress, Request, Sampling, ScoreItem

__all__ = ["TransformersGenerator", "check_sampling", "left_padded", "out_of_memory", "positions"]


@dataclass(eq=False, slots=True)
class _Row:
    """One completion in the making."""

    request: int
    sample: int
    prompt: tuple[int, ...]
    seed: int


class TransformersGenerator:
    """Draws completions with transformers.

    Parameters
    ----------
    dtype, device : str
        auto: bfloat16 on a GPU and float32 on a CPU.
    revision : str, optional
        Of a hub id.
    batch_size : int
        Completions that are drawn together; halved when memory runs out, for the rest of the run.
    host : ModelHost, optional
        A host to share with other stages; ``dtype``, ``device`` and ``revision`` are then the host's.

    Notes
    -----
    Each prompt is read once for all its samples. The noise of a completion comes from its seed and the position alone
    (:mod:`leakstats.experiment.generate.noise`), so that the batch does not matter: only rounding in the model differs
    from one batch shape to another, which in fp32 moves a token where two candidates are within about 1e-6.
    """

    name = "transformers"

    def __init__(
        self,
        *,
        dtype: str = "auto",
        device: str = "auto",
        revision: str | None = None,
        batch_size: int = 64,
        host: ModelHost | None = None,
    ) -> None:
        if batch_size < 1:
            raise InputError(f"batch_size is {batch_size}; it must be at least 1")
        self.host = host or ModelHost(dtype=dtype, device=device, revision=revision)
        self.batch_size = batch_size
        self.largest_batch = batch_size
        """What memory allowed so far."""

    def generate(
        self, requests: Sequence[Request], *, state: ModelState, sampling: Sampling, progress: Progress
    ) -> Iterator[Answered]:
        """Answer every request once, each as soon as all its samples are whole; longest prompts first.

        Raises
        ------
        InputError
            If a request has no seed, or ``sampling.extra`` names parameters, which this backend has none of.
        LeakstatsError
            If a prompt leaves no room for ``max_tokens``, or one completion alone does not fit into memory.
        """
        check_sampling(sampling, extra=False)
        tokenizer = self.host.tokenizer(state)
        rows, lengths = [], []
        for i, request in enumerate(requests):
            if not request.seeds:
                raise InputError(f"request {request.key} has no seeds, and so asks for no completion")
            prompt = tuple(render(tokenizer, request.system, request.user))
            lengths.append(len(prompt))
            rows += [_Row(i, k, prompt, seed) for k, seed in enumerate(request.seeds)]
        rows.sort(key=lambda row: -len(row.prompt))  # stable: a prompt's samples stay together
        done: list[dict[int, Completion]] = [{} for _ in requests]
        with self.host.using(state) as model:
            limit = getattr(model.config, "max_position_embeddings", None)
            if rows and limit is not None and len(rows[0].prompt) + sampling.max_tokens > limit:
                raise LeakstatsError(
                    f"request {requests[rows[0].request].key}: a prompt of {len(rows[0].prompt)} tokens and max_tokens "
                    f"{sampling.max_tokens} exceed the model's {limit} positions; lower max_tokens"
                )
            for row, completion in self._all(model, tokenizer, rows, sampling, progress):
                held = done[row.request]
                held[row.sample] = completion
                request = requests[row.request]
                if len(held) == len(request.seeds):
                    progress.advance(1, tokens=sum(c.n_tokens for c in held.values()))
                    yield Answered(
                        request, tuple(held[k] for k in range(len(request.seeds))), prompt_tokens=lengths[row.request]
                    )
                    done[row.request] = {}

    def score(self, items: Sequence[ScoreItem], *, state: ModelState) -> list[float]:
        """Natural log-probability of each target after its prompt and answer, the sum over the target's tokens.

        The target is tokenised on its own, so that it is the same tokens after every answer.

        Raises
        ------
        InputError
            If a target is empty.
        """
        tokenizer = self.host.tokenizer(state)
        parts = []
        for item in items:
            target = encode(tokenizer, item.target)
            if not target:
                raise InputError(f"item {item.key}: the target {item.target!r} has no token to score")
            parts.append((render(tokenizer, item.system, item.user) + encode(tokenizer, item.answer), target))
        order = sorted(range(len(parts)), key=lambda i: -len(parts[i][0]) - len(parts[i][1]))
        out = [0.0] * len(parts)
        with self.host.using(state) as model:
            while order:
                batch = order[: self.largest_batch]
                values: list[float] = []
                try:
                    values = self._score(model, tokenizer, [parts[i] for i in batch])
                except (RuntimeError, MemoryError) as error:
                    self._check_memory(error, len(batch))
                if not values:
                    self._halve(len(batch))
                    continue
                for i, value in zip(batch, values, strict=True):
                    out[i] = value
                order = order[len(batch) :]
        return out

    def describe(self) -> dict[str, Any]:
        """Engine, versions, device, number format and batch, as JSON."""
        import torch

        cuda = self.host.device.startswith("cuda")
        return {
            "engine": "transformers",
            "versions": {name: version(name) for name in ("torch", "transformers", "peft")},
            "device": torch.cuda.get_device_name(self.host.device) if cuda else platform.machine() + " CPU",
            "dtype": self.host.dtype,
            "batch_size": self.batch_size,
            "largest_batch": self.largest_batch,
            "noise": "Gumbel-max, Philox4x32-10 keyed by (seed, position, token)",
        }

    def close(self) -> None:
        """Free the model."""
        self.host.close()

    # --- batches ---

    def _all(
        self, model: Any, tokenizer: Any, rows: Sequence[_Row], sampling: Sampling, progress: Progress
    ) -> Iterator[tuple[_Row, Completion]]:
        ends = frozenset(end_token_ids(tokenizer, model))
        marker = MarkerStop(tokenizer, sampling.stop_at_marker) if sampling.stop_at_marker else None
        left = list(rows)
        while left:
            batch = left[: self.largest_batch]
            given: set[int] = set()
            try:
                for row, completion in self._batch(model, tokenizer, batch, sampling, ends, marker):
                    given.add(id(row))
                    yield row, completion
            except (RuntimeError, MemoryError) as error:
                self._check_memory(error, len(batch))
            if len(given) < len(batch):
                # What is finished stays; the others start again from their seeds and come out the same.
                self._halve(len(batch))
                progress.note(f"out of memory with {len(batch)} completions at once; now {self.largest_batch}")
            left = [row for row in left if id(row) not in given]

    def _check_memory(self, error: Exception, size: int) -> None:
        """Raise whatever is not a lack of memory, or one that a smaller batch cannot mend."""
        if not out_of_memory(error):
            raise error
        if size == 1:
            raise LeakstatsError("one prompt alone does not fit into memory; use a smaller model or limit") from error

    def _halve(self, size: int) -> None:
        # outside the except block, since the error's frames hold the tensors of the batch
        self.largest_batch = max(1, size // 2)
        if self.host.device.startswith("cuda"):
            import torch

            torch.cuda.empty_cache()

    def _batch(
        self,
        model: Any,
        tokenizer: Any,
        rows: Sequence[_Row],
        sampling: Sampling,
        ends: frozenset[int],
        marker: MarkerStop | None,
    ) -> Iterator[tuple[_Row, Completion]]:
        """Complete ``rows`` together; each is given as soon as it ends."""
        import torch

        device, options = model.device, _forward_options(model)
        prompts = list(dict.fromkeys(row.prompt for row in rows))
        place = {prompt: i for i, prompt in enumerate(prompts)}
        alive: list[_Row | None] = list(rows)
        tokens: list[list[int]] = [[] for _ in rows]
        with torch.inference_mode():
            ids, mask = left_padded(prompts, tokenizer.pad_token_id, device)
            out = model(input_ids=ids, attention_mask=mask, position_ids=positions(mask), use_cache=True, **options)
            cache, logits = out.past_key_values, out.logits[:, -1]
            spread = torch.tensor([place[row.prompt] for row in rows], device=device)
            if len(rows) != len(prompts):
                cache.batch_select_indices(spread)
                logits, mask = logits[spread], mask[spread]
            position = mask.sum(dim=1, keepdim=True)
            keys = split_seeds([row.seed for row in rows], device)
        for step in range(sampling.max_tokens):
            with torch.inference_mode():
                chosen = choose(
                    logits,
                    keys,
                    torch.full((len(alive),), step, dtype=torch.int64, device=device),
                    temperature=sampling.temperature,
                    top_p=sampling.top_p,
                    top_k=sampling.top_k,
                )
            for i, token in enumerate(chosen.tolist()):
                row = alive[i]
                if row is None:
                    continue
                finish: Finish | None = None
                if token in ends:
                    finish = "stop"
                else:
                    tokens[i].append(token)
                    if marker is not None and marker.hit(tokens[i]):
                        finish = "marker"
                    elif len(tokens[i]) == sampling.max_tokens:
                        finish = "length"
                if finish is not None:
                    text = decode(tokenizer, tokens[i])
                    if marker is not None and finish == "marker":
                        text = marker.cut(text)
                    yield row, Completion(text, len(tokens[i]), finish, tuple(tokens[i]))
                    alive[i] = None
            kept = [i for i, row in enumerate(alive) if row is not None]
            if not kept:
                return
            with torch.inference_mode():
                # copying the cache costs about as much as a step, so ended rows go in groups
                if len(kept) <= (1.0 - _DROP_SHARE) * len(alive):
                    index = torch.tensor(kept, device=device)
                    cache.batch_select_indices(index)
                    chosen, mask, position, keys = chosen[index], mask[index], position[index], keys[index]
                    alive, tokens = [alive[i] for i in kept], [tokens[i] for i in kept]
                mask = torch.cat([mask, mask.new_ones((len(alive), 1))], dim=1)
                out = model(
                    input_ids=chosen[:, None],
                    attention_mask=mask,
                    position_ids=position,
                    past_key_values=cache,
                    use_cache=True,
                    **options,
                )
                cache, logits, position = out.past_key_values, out.logits[:, -1], position + 1

    def _score(self, model: Any, tokenizer: Any, parts: Sequence[tuple[list[int], list[int]]]) -> list[float]:
        import torch

        longest = max(len(target) for _, target in parts)
        with torch.inference_mode():
            ids, mask = left_padded([[*head, *target] for head, target in parts], tokenizer.pad_token_id, model.device)
            options = _forward_options(model, keep=longest + 1)
            out = model(input_ids=ids, attention_mask=mask, position_ids=positions(mask), use_cache=False, **options)
            # the logits at a token's place are those of the next token
            logs = out.logits[:, -longest - 1 : -1].to(torch.float32).log_softmax(dim=-1)
            each = logs.gather(-1, ids[:, -longest:, None])[..., 0].to(torch.float64).cpu()
        return [float(each[i, longest - len(target) :].sum()) for i, (_, target) in enumerate(parts)]


_DROP_SHARE = 0.125
"""Ended rows are taken out of a batch when they are at least this share of it."""


def left_padded(prompts: Sequence[Sequence[int]], pad: int, device: Any) -> tuple[Any, Any]:
    """Token ids and mask of prompts of any lengths, int64, shape (prompts, longest), padding on the left."""
    import torch

    longest = max(len(p) for p in prompts)
    ids = [[pad] * (longest - len(p)) + list(p) for p in prompts]
    mask = [[0] * (longest - len(p)) + [1] * len(p) for p in prompts]
    return torch.tensor(ids, device=device), torch.tensor(mask, device=device)


def positions(mask: Any) -> Any:
    """Position of each token in its own prompt, int64 of the mask's shape; padding stands at 0.

    Without them a model counts the padding, and a prompt's states change with its neighbours.
    """
    return (mask.cumsum(dim=1) - 1).clamp_(min=0)


def out_of_memory(error: BaseException) -> bool:
    """Whether an error says that memory ran out, on a GPU or a CPU."""
    text = str(error).lower()
    return isinstance(error, MemoryError) or (
        isinstance(error, RuntimeError)
        and any(words in text for words in ("out of memory", "not enough memory", "can't allocate memory"))
    )


def check_sampling(sampling: Sampling, *, extra: bool) -> None:
    """Refuse sampling parameters outside their ranges, or ``extra`` ones where a backend takes none."""
    for name, value, fits, range_ in (
        ("max_tokens", sampling.max_tokens, sampling.max_tokens >= 1, "at least 1"),
        ("temperature", sampling.temperature, 0.0 <= sampling.temperature < float("inf"), "0 (greedy) or more"),
        ("top_p", sampling.top_p, 0.0 < sampling.top_p <= 1.0, "in (0, 1]"),
        ("top_k", sampling.top_k, sampling.top_k >= 0, "at least 0 (0 keeps all)"),
    ):
        if not fits:
            raise InputError(f"sampling.{name} is {value}; it must be {range_}")
    if sampling.stop_at_marker == "":
        raise InputError("sampling.stop_at_marker is empty; give the marker's text, or None to go on")
    if sampling.extra and not extra:
        names = ", ".join(sampling.extra)
        raise InputError(
            f"sampling.extra has {names}, which this backend does not take; use the vllm backend or drop it"
        )


def _forward_options(model: Any, keep: int = 1) -> dict[str, Any]:
    """Ask for the last logits only, where the model can leave out the others."""
    inner = model.get_base_model() if hasattr(model, "get_base_model") else model
    return {"logits_to_keep": keep} if "logits_to_keep" in inspect.signature(inner.forward).parameters else {}
