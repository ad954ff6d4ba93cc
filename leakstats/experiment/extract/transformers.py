"""Hidden states with transformers and peft: a persona a row, all its questions behind one copy of its prompt."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from leakstats.errors import InputError, LeakstatsError
from leakstats.experiment.extract.rows import Batch, Prompt, Read, Row, Shapes, batches, line_row, tree_rows
from leakstats.experiment.extract.states import BlockReader, Centres
from leakstats.experiment.hosting import ModelHost
from leakstats.experiment.prompts import encode, render, render_text
from leakstats.experiment.types import Centroids, ModelState, Position, Progress

__all__ = ["PROMPT_TOKENS", "TOLERANCE", "Layout", "Parity", "TransformersExtractor"]

Layout = Literal["auto", "tree", "line"]
"""tree: a shared prefix and its questions in one row. line: one prompt a row. auto: tree where it was seen to work."""

PROMPT_TOKENS = 128
"""``batch_size`` counts prompts of this many tokens: a forward pass holds batch_size times as many tokens at most."""

ROW_TOKENS = 1024
"""A row of a tree is closed before it would exceed this: attention costs its square."""

QUESTIONS_AT_ONCE = 64
"""So many prompts of a persona are held at a time."""

TOLERANCE = {"float32": 1e-3, "bfloat16": 0.15, "float16": 0.05}
"""Largest relative difference between states in a batch and those of the prompt alone. In half precision rounding alone
makes two batch shapes differ by a few per cent; a mask that is not obeyed shows in :attr:`Parity.isolation` at once."""

ISOLATION = 1e-6
"""Largest relative change of a prompt's state when the other questions of its row are exchanged; exactly 0 is usual."""

IN_FLIGHT = 2
"""Batches handed to a GPU before the first of them is waited for: bounds memory and keeps the GPU busy."""

_NO_WINDOW = 2**62

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Parity:
    """What the check of a layout against single prompts found, as relative differences of norm."""

    layout: str
    difference: tuple[float, ...]
    """By layer, the largest over the prompts tried: |batched - alone| / |alone|."""
    isolation: float
    """Largest change of a state when the other questions of its row are exchanged; 0 for one prompt a row."""
    prompts: int
    dtype: str
    position: str

    @property
    def passed(self) -> bool:
        """Whether both are within tolerance."""
        return max(self.difference) <= TOLERANCE.get(self.dtype, 0.0) and self.isolation <= ISOLATION

    def to_json(self) -> dict[str, Any]:
        """For the provenance."""
        return {
            "layout": self.layout,
            "largest_relative_difference_by_layer": list(self.difference),
            "isolation": self.isolation,
            "prompts": self.prompts,
            "dtype": self.dtype,
            "token_position": self.position,
            "tolerance": TOLERANCE.get(self.dtype, 0.0),
            "passed": self.passed,
        }


class TransformersExtractor:
    """Reads hidden states with transformers; adapters through peft, unmerged. An :class:`Extractor`.

    Nothing is kept of a state but its share of its persona's mean, summed in fp64: memory does not grow with the number
    of prompts (unless raw states are asked for). The blocks after the last wanted one, the final norm and the head do
    not run.

    Parameters
    ----------
    dtype : {"auto", "float32", "bfloat16", "float16"}
        auto: bfloat16 on a GPU, float32 on a CPU.
    device : str
        auto: the first GPU where there is one.
    revision : str, optional
        Commit, tag or branch of hub ids.
    batch_size : int
        Prompts of ``PROMPT_TOKENS`` tokens that one forward pass may hold, at least 1.
    layout : {"auto", "tree", "line"}
        "tree" puts a persona's prompt once in a row and its questions after it, each of which sees the prompt and
        itself, at the positions that it has alone. "line" is one prompt a row, padded on the right. "auto" is "tree"
        where attention takes a mask of its own (sdpa) and the check at load passes, else "line".
    compile : bool
        Compile the blocks: 20 % faster on a GPU after 5 to 15 seconds; needs a working compiler.
    host : ModelHost, optional
        A host to share with other stages; ``dtype``, ``device`` and ``revision`` are then the host's.

    Examples
    --------
    >>> extractor = TransformersExtractor(device="cpu", batch_size=16)
    >>> extractor.name, extractor.token_budget
    ('transformers', 2048)
    """

    name = "transformers"

    def __init__(
        self,
        *,
        dtype: str = "auto",
        device: str = "auto",
        revision: str | None = None,
        batch_size: int = 64,
        layout: Layout = "auto",
        compile: bool = False,
        host: ModelHost | None = None,
    ) -> None:
        if batch_size < 1:
            raise InputError(f"batch_size is {batch_size}; it must be at least 1")
        if layout not in ("auto", "tree", "line"):
            raise InputError(f"layout is {layout!r}; it must be auto, tree or line")
        self.host = host or ModelHost(dtype=dtype, device=device, revision=revision)
        self.token_budget = batch_size * PROMPT_TOKENS
        self.layout: Layout = layout
        self.compile = compile
        self._chosen: dict[tuple[str, Position], tuple[str, str]] = {}
        self._parity: list[Parity] = []
        self._seen: dict[str, Any] = {}
        self._shapes = Shapes(keep=compile)

    # -- the protocol

    def n_layers(self, weights: str) -> int:
        """How many blocks the model has; layers are 0 to one less."""
        with self.host.using(ModelState(weights)) as model:
            return int(model.config.get_text_config().num_hidden_layers)

    def extract(
        self,
        personas: Mapping[str, str | None],
        questions: Sequence[str],
        *,
        state: ModelState,
        layers: Sequence[int],
        position: Position,
        answers: Mapping[tuple[str, int], str] | None = None,
        raw: bool = False,
        progress: Progress,
    ) -> Centroids:
        """Centroids of every persona over all questions; see :class:`leakstats.experiment.types.Extractor`.

        Parameters
        ----------
        personas : mapping of str to str or None
            Name to system prompt, at least one; None sends no system message.
        questions : sequence of str
            At least one.
        state : ModelState
            The model that answers.
        layers : sequence of int
            Blocks, 0 the first; see :class:`BlockReader`.
        position : {"last_prompt", "mean_response"}
            The last token of the prompt (the template's, after which the answer begins), or the mean over the tokens
            of the given answer, its end token not among them.
        answers : mapping, optional
            (persona, question index) to answer; needed, for every pair, by ``mean_response``. An answer without tokens
            is left out: ``counts`` falls, and a persona left without any is NaN, which marks what was not measured.
        raw : bool
            Also return every state, in fp32.
        progress : Progress
            Told of prompts and tokens.

        Raises
        ------
        InputError
            For layers that the model lacks, or missing answers.
        LeakstatsError
            If the check of the layout against single prompts fails, or an adapter does not fit the model.
        """
        texts = dict(personas)
        if not texts or not questions:
            raise InputError(f"there are {len(texts)} personas and {len(questions)} questions; one of each is needed")
        answers = _answers(texts, questions, position, answers)
        with self.host.using(state) as model:
            tokenizer = self.host.tokenizer(state)
            job = _Job(texts, tuple(questions), tuple(layers), position, answers, tokenizer, model)
            layout = self._layout_for(state.weights, job)
            with BlockReader(model, layers, compiled=self.compile) as reader:
                found = self._run(job, reader, layout, raw, progress)
            config = job.config
            self._seen = {
                "dtype": job.dtype,
                "device": _device_name(reader.device),
                "attention": config._attn_implementation,
                "layout": {p: {"used": used, "why": why} for (_, p), (used, why) in self._chosen.items()},
                "parity": [p.to_json() for p in self._parity],
            }
        return found

    def _run(self, job: _Job, reader: BlockReader, layout: str, raw: bool, progress: Progress) -> Centroids:
        centres = Centres(len(job.texts), len(reader.layers), job.width, reader.device)
        kept = None
        if raw:
            shape = (len(job.texts), len(job.questions), len(reader.layers), job.width)
            kept = np.full(shape, np.nan, dtype=np.float32)
        running: deque[tuple[Any, Batch]] = deque()
        rows = job.rows(job.prompts(), layout, self.token_budget)
        n_rows = job.rows_expected(layout)
        for batch in batches(rows, token_budget=self.token_budget, shapes=self._shapes, expected=n_rows):
            states = reader.read_batch(batch)
            centres.add(batch, states)
            if kept is not None:
                _keep(kept, batch, states)
            running.append((_event(reader.device), batch))
            if len(running) > IN_FLIGHT:
                _wait(*running.popleft(), progress)
        while running:
            _wait(*running.popleft(), progress)
        values, counts = centres.means()
        return Centroids(tuple(job.texts), reader.layers, values, counts, job.position, kept)

    def describe(self) -> dict[str, Any]:
        """Versions, flags and device, as JSON; what depends on the model is there once one was used."""
        found: dict[str, Any] = {
            "backend": self.name,
            "versions": {p: _version(p) for p in ("torch", "transformers", "peft", "tokenizers")},
            "dtype": self.host.dtype,
            "device": self.host.device,
            "token_budget": self.token_budget,
            "layout_asked": self.layout,
            "compiled": self.compile,
            "layer_convention": "block_output",
            "centroids": "means in fp64 of states in the model's dtype",
        }
        return found | self._seen

    def close(self) -> None:
        """Free the model."""
        self.host.close()

    # -- checks

    def check(
        self,
        personas: Mapping[str, str | None],
        questions: Sequence[str],
        *,
        state: ModelState,
        layers: Sequence[int],
        position: Position = "last_prompt",
        answers: Mapping[tuple[str, int], str] | None = None,
        layout: Literal["tree", "line"] = "tree",
        n: int = 3,
    ) -> Parity:
        """Compare up to ``n`` prompts as a batch lays them out with the same prompts one at a time.

        The prompts are those of the first persona that has answers, spread over the questions: the first, the last and
        others between. Alone means: no mask, no padding, positions from 0.
        """
        texts = dict(personas)
        answers = _answers(texts, questions, position, answers)
        with self.host.using(state) as model:
            tokenizer = self.host.tokenizer(state)
            job = _Job(texts, tuple(questions), tuple(layers), position, answers, tokenizer, model)
            with BlockReader(model, layers) as reader:
                return self._compare(job, reader, layout, n)

    def _compare(self, job: _Job, reader: BlockReader, layout: str, n: int = 3) -> Parity:
        last = len(job.questions) - 1
        chosen = {round(i * last / max(n - 1, 1)) for i in range(n)}
        prompts: list[Prompt] = []
        for name in job.texts:
            prompts = [p for p in job.prompts(name) if p.question in chosen]
            if prompts:
                break
        if not prompts:
            raise InputError("no answer holds a token: mean_response has nothing to read")
        pairs = list(zip(self._together(job, reader, prompts, layout), _alone(reader, prompts), strict=True))
        largest = np.max([np.linalg.norm(t - a, axis=1) / np.linalg.norm(a, axis=1) for t, a in pairs], axis=0)
        short = [p for p in prompts if len(p.ids) <= job.window]
        isolation = _isolation(reader, short) if layout == "tree" and len(short) > 1 else 0.0
        differences = tuple(float(v) if math.isfinite(v) else math.inf for v in largest)
        return Parity(layout, differences, isolation, len(prompts), job.dtype, job.position)

    def _together(self, job: _Job, reader: BlockReader, prompts: list[Prompt], layout: str) -> list[FloatArray]:
        """Means by prompt, each of shape (layers, width), laid out as an extraction does it."""
        found: dict[int, FloatArray] = {}
        rows = job.rows(iter(prompts), layout, self.token_budget)
        for batch in batches(rows, token_budget=self.token_budget, shapes=Shapes(keep=False)):
            found |= {read.question: mean for read, mean in _means(reader, batch)}
        return [found[p.question] for p in prompts]

    def _layout_for(self, weights: str, job: _Job) -> str:
        """tree or line, decided once for weights and position; the check is made for whichever is used."""
        key = (weights, job.position)
        if key in self._chosen:
            return self._chosen[key][0]
        attention = job.config._attn_implementation
        tried: list[str] = []
        wanted: list[str] = ["tree", "line"] if self.layout == "auto" else [self.layout]
        for layout in wanted:
            if layout == "tree" and attention != "sdpa":
                tried.append(f"attention is {attention!r}; a mask of its own is taken by 'sdpa' alone")
                continue
            try:
                with BlockReader(job.model, job.layers) as reader:  # never compiled: its shapes are used once
                    found = self._compare(job, reader, layout)
            except (RuntimeError, ValueError, TypeError, AttributeError) as error:
                if layout != "tree" or isinstance(error, LeakstatsError):
                    raise
                tried.append(f"the model does not take the mask: {type(error).__name__}: {error}")
                continue
            self._parity.append(found)
            if found.passed:
                why = "asked for" if self.layout != "auto" else "; ".join(tried) or "checked against single prompts"
                self._chosen[key] = (layout, why)
                return layout
            tried.append(
                f"states in a batch ({layout}) differ from those of single prompts by up to {max(found.difference):.3g}"
                f" of their norm ({found.dtype}; at most {TOLERANCE.get(found.dtype, 0.0):g}), and by"
                f" {found.isolation:.3g} when other questions of the row change"
            )
        raise LeakstatsError(f"hidden states cannot be trusted: {'; '.join(tried)}")


@dataclass(frozen=True, slots=True)
class _Job:
    """What is extracted, and from what."""

    texts: Mapping[str, str | None]
    questions: tuple[str, ...]
    layers: tuple[int, ...]
    position: Position
    answers: Mapping[tuple[str, int], str]
    tokenizer: Any
    model: Any

    @property
    def config(self) -> Any:
        return self.model.config.get_text_config()

    @property
    def width(self) -> int:
        return int(self.config.hidden_size)

    @property
    def dtype(self) -> str:
        return str(self.model.dtype).removeprefix("torch.")

    @property
    def window(self) -> int:
        """Tokens that the narrowest attention of the model looks back on."""
        config = self.config
        width = getattr(config, "sliding_window", None)
        kinds = getattr(config, "layer_types", None)
        slides = "sliding_attention" in kinds if kinds else getattr(config, "use_sliding_window", True)
        return int(width) if width and slides else _NO_WINDOW

    def prompts(self, only: str | None = None) -> Iterator[Prompt]:
        """Every persona (or one) with every question, a persona's together, made as they are asked for."""
        for persona, (name, system) in enumerate(self.texts.items()):
            if only is not None and name != only:
                continue
            for at in range(0, len(self.questions), QUESTIONS_AT_ONCE):
                window = self.questions[at : at + QUESTIONS_AT_ONCE]
                for question, tokens in enumerate(
                    self._tokens(system, window, check=at == 0 and persona == 0), start=at
                ):
                    if self.position == "last_prompt":
                        yield Prompt(persona, question, tokens, len(tokens) - 1)
                        continue
                    answer = encode(self.tokenizer, self.answers[name, question])
                    if answer:
                        yield Prompt(persona, question, (*tokens, *answer), len(tokens))

    def _tokens(self, system: str | None, questions: Sequence[str], *, check: bool) -> list[tuple[int, ...]]:
        """Token ids of a persona's prompts: many at once, which tokenisers do in parallel."""
        texts = [render_text(self.tokenizer, system, q) for q in questions]
        ids = self.tokenizer(texts, add_special_tokens=False)["input_ids"]
        if check and ids[0] != render(self.tokenizer, system, questions[0]):
            raise LeakstatsError("the tokenizer gives the text of a prompt other tokens than its chat template does")
        return [tuple(i) for i in ids]

    def rows_expected(self, layout: str) -> int:
        """How many rows there will be where none is too long."""
        a_row = QUESTIONS_AT_ONCE if layout == "tree" else 1
        return len(self.texts) * -(-len(self.questions) // a_row)

    def rows(self, prompts: Iterator[Prompt], layout: str, token_budget: int) -> Iterator[Row]:
        """The prompts as rows of the layout."""
        if layout == "line":
            yield from map(line_row, prompts)
            return
        most, window = min(ROW_TOKENS, token_budget), self.window
        held: list[Prompt] = []
        for prompt in prompts:
            if len(prompt.ids) > window:
                yield line_row(prompt)  # sliding attention forgets its beginning; the model masks that itself
                continue
            if held and (prompt.persona != held[0].persona or len(held) == QUESTIONS_AT_ONCE):
                yield from tree_rows(held, max_tokens=most)
                held = []
            held.append(prompt)
        if held:
            yield from tree_rows(held, max_tokens=most)


def _answers(
    texts: Mapping[str, str | None],
    questions: Sequence[str],
    position: Position,
    answers: Mapping[tuple[str, int], str] | None,
) -> Mapping[tuple[str, int], str]:
    if position == "last_prompt":
        return {}
    if position != "mean_response":
        raise InputError(f"position is {position!r}; it must be last_prompt or mean_response")
    given = answers or {}
    for name in texts:
        missing = next((i for i in range(len(questions)) if (name, i) not in given), None)
        if missing is not None:
            raise InputError(f"mean_response: no answer is given for persona {name!r}, question {missing}")
    return given


def _means(reader: BlockReader, batch: Batch) -> Iterator[tuple[Read, FloatArray]]:
    """Each prompt of a batch with its states, shape (layers, width), in fp64."""
    states = np.stack([s.double().cpu().numpy() for s in reader.read_batch(batch)])
    for k, read in enumerate(batch.reads):
        mine = batch.prompt == k
        yield read, np.einsum("t,ltw->lw", batch.weights[mine], states[:, mine])


def _alone(reader: BlockReader, prompts: Sequence[Prompt]) -> list[FloatArray]:
    """States of each prompt by itself: no mask, no padding, positions from 0."""
    import torch

    out = []
    for prompt in prompts:
        ids = torch.tensor([prompt.ids], device=reader.device)
        index = torch.arange(prompt.first, len(prompt.ids), device=reader.device)
        states = reader.read({"input_ids": ids}, index)
        out.append(np.stack([s.double().mean(dim=0).cpu().numpy() for s in states]))
    return out


def _isolation(reader: BlockReader, prompts: Sequence[Prompt]) -> float:
    """Exchange the tokens of every question but the first after the shared prefix: the first must not notice."""
    row = tree_rows(prompts, max_tokens=2**31)[0]
    states = []
    for shift in (0, 1):
        (batch,) = batches([row], token_budget=1, shapes=Shapes(keep=False))
        others = batch.segments > 1
        batch.ids[others] = np.roll(batch.ids[others], shift)
        states.append(next(mean for _, mean in _means(reader, batch)))
    before, after = states
    return float((np.linalg.norm(after - before, axis=1) / np.linalg.norm(before, axis=1)).max())


def _keep(kept: npt.NDArray[np.float32], batch: Batch, states: Sequence[Any]) -> None:
    for layer, values in enumerate(states):
        rows = values.float().cpu().numpy().astype(np.float64)
        means = np.zeros((len(batch.reads), rows.shape[1]))
        np.add.at(means, batch.prompt, batch.weights[:, None] * rows)
        for read, mean in zip(batch.reads, means, strict=True):
            kept[read.persona, read.question, layer] = mean


def _event(device: Any) -> Any:
    if device.type != "cuda":
        return None
    import torch

    event = torch.cuda.Event()
    event.record()
    return event


def _wait(event: Any, batch: Batch, progress: Progress) -> None:
    if event is not None:
        event.synchronize()
    progress.advance(len(batch.reads), tokens=batch.tokens)


def _device_name(device: Any) -> str:
    if device.type != "cuda":
        return str(device)
    import torch

    return f"{device} {torch.cuda.get_device_name(device)}"


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None
