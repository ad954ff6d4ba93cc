"""What an experiment is: the parsed form of an experiment.toml (experiment.v1), every default explicit.

:func:`leakstats.experiment.reader.load_spec` reads and checks the file; these classes only hold it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

__all__ = [
    "AdaptiveSpec",
    "CanarySpec",
    "ConditionSpec",
    "DetectorSpec",
    "ExperimentSpec",
    "ExtractionSpec",
    "MarkerSpec",
    "ModelSpec",
    "NegativesSpec",
    "PersonaSpec",
    "PersonasSpec",
    "QuestionsSpec",
    "RunLogSpec",
    "SamplingSpec",
    "SeedsSpec",
    "SftSpec",
    "StoredAdapter",
    "StudySpec",
    "TrainingSpec",
    "Unit",
]

ConditionKind = Literal["marker", "convergence", "induction", "adapters"]


@dataclass(frozen=True, slots=True)
class StudySpec:
    """What is studied."""

    id: str
    title: str
    description: str = ""
    created: str | None = None
    parents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """The base model: exactly one of ``path`` (folder or hub id) and ``world`` (a preset of the tiny world)."""

    path: str | None = None
    world: Literal["demo", "test"] | None = None
    revision: str | None = None
    dtype: Literal["auto", "float32", "bfloat16", "float16"] = "auto"
    """auto: bfloat16 on a GPU, float32 on a CPU."""
    device: str = "auto"


@dataclass(frozen=True, slots=True)
class PersonaSpec:
    """One persona."""

    name: str
    prompt: str | None
    category: str | None = None
    role: str | None = None
    """bystander, new, reference, control ...; sources are named in ``sources``."""
    related_to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PersonasSpec:
    """The personas, after built-in sets and the author's own are joined."""

    entries: tuple[PersonaSpec, ...]
    set: str | None = None
    min_tokens: int | None = None
    max_tokens: int | None = None
    """Limits on the tokens of each system prompt, checked with the model's tokenizer before a run."""

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(p.name for p in self.entries)

    def __getitem__(self, name: str) -> PersonaSpec:
        return next(p for p in self.entries if p.name == name)


@dataclass(frozen=True, slots=True)
class QuestionsSpec:
    """Three sets of questions, kept apart."""

    training: tuple[str, ...]
    evaluation: tuple[str, ...]
    extraction: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MarkerSpec:
    """What a source is taught to say."""

    text: str = "[ZLT]"
    separator: str = " "
    """Stands between the answer and the marker."""


@dataclass(frozen=True, slots=True)
class DetectorSpec:
    """How the marker is counted. The first detector of a spec is the one whose counts are the outcome."""

    id: str = "marker"
    kind: Literal["substring", "regex", "token"] = "substring"
    pattern: str = "[ZLT]"
    case_sensitive: bool = True
    description: str = ""


@dataclass(frozen=True, slots=True)
class NegativesSpec:
    """Rows that teach when not to say the marker."""

    rows: int = 400
    personas: int | tuple[str, ...] = 4
    """How many are drawn, or which they are."""
    exclude: tuple[str, ...] = ()
    """Never served as negatives (they stay unseen bystanders)."""


@dataclass(frozen=True, slots=True)
class TrainingSpec:
    """The recipe of a marker adapter."""

    rank: int = 32
    alpha: int = 64
    dropout: float = 0.05
    rslora: bool = False
    target_modules: str | tuple[str, ...] = "all-linear"
    learning_rate: float = 1e-4
    schedule: Literal["cosine", "linear", "constant"] = "cosine"
    warmup_ratio: float = 0.05
    weight_decay: float = 0.0
    max_grad_norm: float = 1.0
    epochs: int = 1
    batch_size: int = 16
    accumulation: int = 1
    max_length: int = 1024
    compile: bool | Literal["auto"] = "auto"
    """Compile the decoder layers. auto: on a GPU, where a training has at least 1,000 steps, which is where it pays."""
    gradient_checkpointing: bool = False
    """Compute activations again in the backward pass: less memory, about a third more time."""
    loss: Literal["marker", "full"] = "marker"
    """marker: loss on marker tokens and end token only. full: on the whole answer."""
    positive_rows: int = 200
    negatives: NegativesSpec = NegativesSpec()
    on_policy_max_tokens: int = 256
    """Token limit of the answers that the base model writes for the rows."""


@dataclass(frozen=True, slots=True)
class SftSpec:
    """Full-loss fine-tuning before the marker adapter (convergence and induction conditions)."""

    data: str | None = None
    """JSONL with {system, user, answer} rows; None: answers of the base under the source's prompt (on policy)."""
    persona: str | None = None
    """System prompt under which the data are learned; None keeps each row's own."""
    rows: int = 400
    rank: int = 32
    alpha: int = 64
    dropout: float = 0.05
    rslora: bool = False
    target_modules: str | tuple[str, ...] = "all-linear"
    learning_rate: float = 5e-5
    schedule: Literal["cosine", "linear", "constant"] = "cosine"
    warmup_ratio: float = 0.05
    weight_decay: float = 0.0
    max_grad_norm: float = 1.0
    epochs: int = 4
    batch_size: int = 16
    accumulation: int = 1
    max_length: int = 1024
    compile: bool | Literal["auto"] = "auto"
    gradient_checkpointing: bool = False


@dataclass(frozen=True, slots=True)
class StoredAdapter:
    """An adapter trained elsewhere."""

    source: str
    path: str
    """Folder or hub id."""
    sha256: str | None = None
    training_seed: int = 0


@dataclass(frozen=True, slots=True)
class ConditionSpec:
    """One condition: what happens to the base before it answers.

    marker: one adapter a source and training seed. convergence: fine-tuning towards ``sft`` with a fresh marker
    adapter at every checkpoint. induction: fine-tuning under a persona (or the benign control), then the marker
    adapter. adapters: adapters from disk; nothing is trained.
    """

    name: str
    kind: ConditionKind = "marker"
    sources: tuple[str, ...] = ()
    """Empty in the file means all sources; always filled after reading."""
    checkpoints: tuple[int, ...] = (0,)
    """Epochs of fine-tuning after which a fresh marker adapter is trained; (0,) without fine-tuning."""
    sft: SftSpec | None = None
    control: bool = False
    """True marks the benign control of an induction."""
    adapters: tuple[StoredAdapter, ...] = ()
    description: str = ""


@dataclass(frozen=True, slots=True)
class AdaptiveSpec:
    """Stop sampling a persona, with all its questions, when the anytime-valid interval of its rate is narrow enough."""

    half_width: float = 0.1
    level: float = 0.95
    batch: int = 5
    min_completions: int = 10


@dataclass(frozen=True, slots=True)
class SamplingSpec:
    """How completions are drawn in the evaluation."""

    backend: Literal["transformers", "vllm", "fake"] = "transformers"
    completions: int = 10
    """Of each (persona, question, sampling seed)."""
    temperature: float = 1.0
    top_p: float = 1.0
    top_k: int = 0
    max_tokens: int = 256
    stop_at_marker: bool = False
    batch_size: int = 64
    score_marker: bool = False
    """Also measure the teacher-forced log-probability of the marker after each base answer."""
    adaptive: AdaptiveSpec | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    engine: Mapping[str, Any] = field(default_factory=dict)
    """Arguments of the backend's engine (vLLM's ``LLM``)."""


@dataclass(frozen=True, slots=True)
class ExtractionSpec:
    """Which hidden states are read."""

    layers: tuple[int, ...] | Literal["all"] = "all"
    positions: tuple[Literal["last_prompt", "mean_response"], ...] = ("last_prompt",)
    states: tuple[Literal["base", "adapted", "merged"], ...] = ("base",)
    """base: the untouched model. merged: after fine-tuning, before the marker. adapted: with the marker adapter."""
    centre: tuple[str, ...] | Literal["all"] = "all"
    """Personas whose mean is taken off before cosines."""
    raw: bool = False
    backend: Literal["transformers", "fake"] = "transformers"
    batch_size: int = 64
    response_max_tokens: int = 64
    """Token limit of the greedy responses behind ``mean_response``."""
    layout: Literal["auto", "tree", "line"] = "auto"
    """tree: a persona's prompt once, its questions behind it. line: one prompt a row. auto: tree where it works."""
    compile: bool = False
    """Compile the blocks."""
    geometry: bool = False
    """Also the measures of the collapse study: of every fine-tuned or marked model against the base."""
    axis_from: str | None = None
    """Persona at which the axis of every model begins; it ends at the model's own persona. None: the one persona of
    role "reference"; without one there is no axis."""


@dataclass(frozen=True, slots=True)
class CanarySpec:
    """Thresholds of the checks that every run makes."""

    source_rate_min: float = 0.5
    base_rate_max: float = 0.05
    negative_rate_max: float = 0.05
    logit_tolerance: float = 1e-3
    """Largest difference of logits between two ways to compute the same thing in fp32."""
    state_tolerance: float = 1e-3
    """Largest relative difference of states between a batch and one prompt alone in fp32."""


@dataclass(frozen=True, slots=True)
class SeedsSpec:
    """Seeds by what they govern."""

    training: tuple[int, ...] = (42,)
    sampling: tuple[int, ...] = (0,)
    data: int = 0
    """Draws training rows and negative personas."""


@dataclass(frozen=True, slots=True)
class RunLogSpec:
    """Where runs are logged beside the journal."""

    kind: Literal["jsonl", "wandb"] = "jsonl"
    project: str | None = None


@dataclass(frozen=True, slots=True)
class Unit:
    """One marker adapter of the grid."""

    condition: str
    kind: ConditionKind
    source: str
    checkpoint: int
    training_seed: int

    @property
    def name(self) -> str:
        """Unique name in a run, such as ``marker.villain.e0.s42``."""
        return f"{self.condition}.{self.source}.e{self.checkpoint}.s{self.training_seed}"


@dataclass(frozen=True, slots=True)
class ExperimentSpec:
    """A whole experiment."""

    study: StudySpec
    model: ModelSpec
    personas: PersonasSpec
    questions: QuestionsSpec
    sources: tuple[str, ...]
    conditions: tuple[ConditionSpec, ...]
    marker: MarkerSpec = MarkerSpec()
    detectors: tuple[DetectorSpec, ...] = (DetectorSpec(),)
    training: TrainingSpec = TrainingSpec()
    sampling: SamplingSpec = SamplingSpec()
    extraction: ExtractionSpec = ExtractionSpec()
    canaries: CanarySpec = CanarySpec()
    seeds: SeedsSpec = SeedsSpec()
    run_log: RunLogSpec = RunLogSpec()
    plan: Mapping[str, Any] = field(default_factory=dict)
    """The registered plan, in the fields of results.v1's ``plan``."""

    def condition(self, name: str) -> ConditionSpec:
        return next(c for c in self.conditions if c.name == name)

    def units(self) -> tuple[Unit, ...]:
        """Every adapter of the grid: condition, then source, checkpoint and training seed, in the file's order."""
        out: list[Unit] = []
        for c in self.conditions:
            if c.kind == "adapters":
                out += [Unit(c.name, c.kind, a.source, 0, a.training_seed) for a in c.adapters]
                continue
            out += [
                Unit(c.name, c.kind, source, checkpoint, seed)
                for source in c.sources
                for checkpoint in c.checkpoints
                for seed in self.seeds.training
            ]
        return tuple(out)
