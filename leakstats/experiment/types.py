"""What the stages of an experiment hand to each other: requests, completions, model states, centroids.

Nothing here imports torch. A backend (``generate/``, ``extract/``, ``train/``) implements one of the protocols; the
orchestrator (``run.py``) knows only the protocols, so that the crash suite runs on the fakes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "AdapterRef",
    "Answered",
    "Canaries",
    "CanaryCheck",
    "Centroids",
    "Completion",
    "Extractor",
    "Finish",
    "Generator",
    "ModelState",
    "Position",
    "Progress",
    "Request",
    "Sampling",
    "ScoreItem",
    "Trainer",
    "TrainingRow",
    "cell_key",
]

Finish = Literal["stop", "length", "marker"]
"""Why a completion ended: the end token, the token limit, or the marker where the run stops there."""

Position = Literal["last_prompt", "mean_response"]
"""Where states are read: at the last prompt token, or as the mean over the tokens of a given response."""


def cell_key(**facets: str | int | None) -> str:
    """The canonical name of a cell: its facets as JSON with sorted names, those that are None left out.

    Examples
    --------
    >>> cell_key(source="villain", question=3, checkpoint=None)
    '{"question":3,"source":"villain"}'
    """
    kept = {name: value for name, value in facets.items() if value is not None}
    return json.dumps(kept, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


class Progress(Protocol):
    """Told how far a stage is; the terminal bar and the plain log both implement it."""

    def advance(self, n: int = 1, *, tokens: int = 0) -> None:
        """``n`` more items are done, which produced or read ``tokens`` tokens."""

    def note(self, text: str) -> None:
        """One line for the log."""


@dataclass(frozen=True, slots=True)
class AdapterRef:
    """A LoRA adapter on disk (a peft folder: ``adapter_model.safetensors`` and ``adapter_config.json``)."""

    name: str
    """Unique in a run, such as ``marker-villain-s42``."""
    path: Path
    sha256: str
    """Hash of the adapter's weights file."""


@dataclass(frozen=True, slots=True)
class ModelState:
    """The weights that answer: base weights (a folder or a hub id), with an adapter on top or none."""

    weights: str
    adapter: AdapterRef | None = None

    @property
    def label(self) -> str:
        """Short name for logs."""
        return self.adapter.name if self.adapter else "base"


@dataclass(frozen=True, slots=True)
class Sampling:
    """How completions are drawn; the names are those of vLLM's ``SamplingParams``."""

    max_tokens: int = 256
    temperature: float = 1.0
    """0 is greedy."""
    top_p: float = 1.0
    top_k: int = 0
    """0 keeps all tokens."""
    stop_at_marker: str | None = None
    """Text after whose first occurrence a completion ends; None goes on to the end token."""
    extra: Mapping[str, Any] = field(default_factory=dict)
    """Other parameters of the backend, passed on as they are."""


@dataclass(frozen=True, slots=True)
class Request:
    """One prompt and the completions wanted for it."""

    key: str
    """The cell that it belongs to (:func:`cell_key`)."""
    system: str | None
    """System prompt; None sends no system message at all, "" an empty one."""
    user: str
    seeds: tuple[int, ...]
    """One derived seed for each completion, so that every completion has noise of its own."""


@dataclass(frozen=True, slots=True)
class Completion:
    """One completion."""

    text: str
    n_tokens: int
    finish: Finish
    token_ids: tuple[int, ...] = ()
    """Token ids without the end token; may be empty where the backend does not give them."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A request with its completions, in the order of the request's seeds."""

    request: Request
    completions: tuple[Completion, ...]
    prompt_tokens: int


@dataclass(frozen=True, slots=True)
class ScoreItem:
    """A text whose log-probability is wanted after a given prompt and answer (teacher forcing)."""

    key: str
    system: str | None
    user: str
    answer: str
    """What the assistant has said so far."""
    target: str
    """The text that is scored after it, such as the marker with its separator."""


class Generator(Protocol):
    """Draws completions."""

    name: str

    def generate(
        self, requests: Sequence[Request], *, state: ModelState, sampling: Sampling, progress: Progress
    ) -> Iterator[Answered]:
        """Answer every request once, in any order, each as soon as it is whole."""

    def score(self, items: Sequence[ScoreItem], *, state: ModelState) -> list[float]:
        """Natural log-probability of each target, the sum over its tokens, in the order of ``items``."""

    def describe(self) -> dict[str, Any]:
        """Engine, versions, flags and device, as JSON, for the provenance."""

    def close(self) -> None:
        """Free the model."""


@dataclass(frozen=True, slots=True)
class Centroids:
    """Mean hidden states: one vector for each persona and layer."""

    personas: tuple[str, ...]
    layers: tuple[int, ...]
    """``block_output`` convention: layer i is ``hidden_states[i + 1]``, 0 the first block."""
    values: NDArray[np.float64]
    """Shape (personas, layers, width), means in fp64."""
    counts: NDArray[np.int64]
    """How many prompts each persona's mean is over, shape (personas,)."""
    position: Position
    raw: NDArray[np.float32] | None = None
    """Shape (personas, questions, layers, width) where raw states were asked for."""


class Extractor(Protocol):
    """Reads hidden states."""

    name: str

    def n_layers(self, weights: str) -> int:
        """How many blocks the model has; layers are 0 to one less."""

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
        """Centroids of every persona (name to system prompt) over all questions.

        ``answers`` maps (persona, question index) to the response that ``mean_response`` averages over.
        """

    def describe(self) -> dict[str, Any]:
        """Versions, flags and device, as JSON, for the provenance."""

    def close(self) -> None:
        """Free the model."""


@dataclass(frozen=True, slots=True)
class TrainingRow:
    """One example: a prompt, an answer, and whether the marker follows it."""

    persona: str
    system: str | None
    user: str
    answer: str
    """The assistant's answer without the marker."""
    positive: bool
    """True: marker and end token carry loss. False: the end token alone (marker loss); see the recipe's loss."""


class Trainer(Protocol):
    """Trains adapters."""

    name: str

    def train_marker(
        self,
        rows: Sequence[TrainingRow],
        *,
        weights: str,
        marker: str,
        recipe: Any,
        seed: int,
        name: str,
        out: Path,
        progress: Progress,
    ) -> AdapterRef:
        """Train a marker adapter on ``rows`` with marker-position-only loss; save it with its card in ``out``.

        ``recipe`` is :class:`leakstats.experiment.spec.TrainingSpec`; ``marker`` is the text that follows a positive
        answer, its separator included.
        """

    def train_sft(
        self,
        rows: Sequence[TrainingRow],
        *,
        weights: str,
        recipe: Any,
        seed: int,
        checkpoints: Sequence[int],
        name: str,
        out: Path,
        progress: Progress,
    ) -> Mapping[int, str]:
        """Full-loss fine-tuning; returns epoch to the folder of the merged weights at that epoch.

        ``recipe`` is :class:`leakstats.experiment.spec.SftSpec`. Epoch 0 is the given weights and is not written.
        """

    def describe(self) -> dict[str, Any]:
        """Versions, flags and device, as JSON, for the provenance."""

    def close(self) -> None:
        """Free the model."""


@dataclass(frozen=True, slots=True)
class CanaryCheck:
    """One check that a run made of itself, and how it came out."""

    name: str
    """Such as ``adapter-changes-output``; lower case and hyphens."""
    kind: Literal["structural", "rate"]
    """structural: a failure stops the run. rate: a failure is a finding and marks its source ``control_failed``."""
    status: Literal["passed", "failed", "not_applicable"]
    detail: str
    """What was compared and seen, in words; for a failure also what to do."""
    value: float | None = None
    """What was measured, in the unit that ``detail`` names."""
    threshold: float | None = None
    unit: str | None = None
    """Name of the grid's unit (:attr:`leakstats.experiment.spec.Unit.name`) that was checked; None: the base."""


class Canaries(Protocol):
    """The structural checks; the run makes the rate controls itself, from its counts.

    Each method returns every check it made, passed or not; the run records them and stops at a failure.
    """

    def base(self, generator: Generator, *, weights: str) -> Sequence[CanaryCheck]:
        """Before anything is drawn: chat template, marker tokens, the same seed repeats, another seed differs."""

    def adapter(self, generator: Generator, *, state: ModelState, unit: str) -> Sequence[CanaryCheck]:
        """Before the completions of a unit: the adapter changes the output and equals peft within tolerance."""

    def states(self, extractor: Extractor, *, state: ModelState, unit: str | None) -> Sequence[CanaryCheck]:
        """Before the states of a model are read: a batch equals one prompt alone, the layer is the one named."""
