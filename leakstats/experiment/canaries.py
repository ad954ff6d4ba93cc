"""Checks of the machinery that every run makes before it believes a number; a failure stops the run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np

from leakstats.experiment.loading import load_tokenizer, resolve_device, resolve_dtype
from leakstats.experiment.prompts import TemplateReport, encode, inspect_template, render, render_text
from leakstats.experiment.reference import PlainModel, weights_bytes
from leakstats.experiment.seeds import derive_seed
from leakstats.experiment.spec import ExperimentSpec
from leakstats.experiment.types import (
    CanaryCheck,
    Extractor,
    Generator,
    ModelState,
    Request,
    Sampling,
    ScoreItem,
)

__all__ = ["LARGE_MODEL_BYTES", "StructuralCanaries", "check_marker", "check_template", "structural_canaries"]

LARGE_MODEL_BYTES = 2_000_000_000
"""From this size on, loading the model once more for each adapter would cost too much: the first adapter on each base
is compared with peft and read one prompt at a time, the others are only compared with the base."""

_TOO_LARGE = "another adapter on the same base was compared; the model is too large to load once for each"
_DRAWS = 8
_DRAW_TOKENS = 16
_ANSWER = "I would ask somebody who knows."
"""Stands for an answer where the log-probability of the marker after it is compared."""

_HALF_STATE_TOLERANCE = 0.15
"""Rounding alone makes states in bfloat16 differ by a few per cent from one batch shape to another."""


class _Silent:
    """A :class:`~leakstats.experiment.types.Progress` that says nothing."""

    def advance(self, n: int = 1, *, tokens: int = 0) -> None:
        """Not shown."""

    def note(self, text: str) -> None:
        """Not shown."""


class StructuralCanaries:
    """The structural checks of a run on a real model; a :class:`~leakstats.experiment.types.Canaries`.

    Parameters
    ----------
    spec : ExperimentSpec
        Personas, questions, marker, tolerances and model are taken from it.
    reference_device : str, optional
        Where the plain reference is computed; by default the CPU beside vLLM, which fills the GPU, and else the
        device of the specification.
    """

    def __init__(self, spec: ExperimentSpec, *, reference_device: str | None = None) -> None:
        self._spec = spec
        beside_vllm = spec.sampling.backend == "vllm"
        self._device = reference_device or ("cpu" if beside_vllm else resolve_device(spec.model.device))
        self._dtype = resolve_dtype(spec.model.dtype, resolve_device(spec.model.device))
        self._compared: set[tuple[str, str]] = set()

    # --- before anything is drawn ---

    def base(self, generator: Generator, *, weights: str) -> list[CanaryCheck]:
        """Chat template, marker tokens, the same seed repeats, other seeds differ."""
        tokenizer = load_tokenizer(weights, self._spec.model.revision if weights == self._spec.model.path else None)
        return [
            check_template(self._spec, tokenizer),
            check_marker(self._spec, tokenizer),
            *self._seeds(generator, weights),
        ]

    def _seeds(self, generator: Generator, weights: str) -> list[CanaryCheck]:
        if generator.describe().get("repeatable", True) is False:
            why = "the engine draws without seeds, as its settings say; its samples are stored, but do not repeat"
            return [CanaryCheck("same-seed-repeats", "structural", "not_applicable", why)]
        state = ModelState(weights)
        requests = self._draws("seeds", n_requests=2, same_prompt=True)
        first, again = (self._texts(generator, requests, state) for _ in range(2))
        n = len(first)
        same = sum(a == b for a, b in zip(first, again, strict=True))
        need = n if self._dtype == "float32" else n // 2
        aligned = sum(a == b for a, b in zip(first[:_DRAWS], first[_DRAWS:], strict=True))
        distinct = len(set(first))
        independent = distinct > n // _DRAWS and aligned < _DRAWS
        return [
            _check(
                "same-seed-repeats",
                same >= need,
                f"{same} of {n} completions came out the same from the same seeds ({self._dtype})"
                + ("" if same >= need else "; the engine does not use the seeds: check its settings"),
                value=float(same),
                threshold=float(need),
            ),
            _check(
                "seeds-independent",
                independent,
                f"{n} seeds for one prompt gave {distinct} different completions; {aligned} of {_DRAWS} are the "
                "same in two requests with other seeds"
                + ("" if independent else "; completions share their noise: give each one a seed of its own"),
                value=float(distinct),
                threshold=float(n // _DRAWS + 1),
            ),
        ]

    # --- before the completions of a unit ---

    def adapter(self, generator: Generator, *, state: ModelState, unit: str) -> list[CanaryCheck]:
        """The adapter changes what the model says, and as much as peft says that it should."""
        source = self._source(unit)
        items = self._score_items(source)
        base = ModelState(state.weights)
        with_, without = (np.array(generator.score(items, state=s)) for s in (state, base))
        moved = float(np.abs(with_ - without).max())
        least = self._spec.canaries.logit_tolerance
        changed = _check(
            "adapter-changes-output",
            moved > least,
            f"the marker's log-probability under {source!r} moves by up to {moved:.3g} from the base's"
            + ("" if moved > least else "; the adapter is not applied: check its path and the engine's settings"),
            value=moved,
            threshold=least,
            unit=unit,
        )
        return [changed, self._equals_peft(items, with_, state, unit)]

    def _equals_peft(
        self, items: Sequence[ScoreItem], got: np.ndarray[Any, np.dtype[np.float64]], state: ModelState, unit: str
    ) -> CanaryCheck:
        if self._too_large("adapter", state):
            return CanaryCheck("adapter-equals-peft", "structural", "not_applicable", _TOO_LARGE, unit=unit)
        plain = PlainModel(state, dtype=self._dtype, device=self._device, revision=self._spec.model.revision)
        want = np.array(
            [
                plain.score(
                    render(plain.tokenizer, i.system, i.user) + encode(plain.tokenizer, i.answer),
                    encode(plain.tokenizer, i.target),
                )
                for i in items
            ]
        )
        self._compared.add(("adapter", state.weights))
        # rounding in half precision grows with the size of the sum; in fp32 the tolerance of the specification holds
        rounding = 0.1 * float(1.0 + np.abs(want).max())
        limit = self._spec.canaries.logit_tolerance if self._dtype == "float32" else rounding
        apart = float(np.abs(got - want).max())
        return _check(
            "adapter-equals-peft",
            apart <= limit,
            f"the marker's log-probabilities differ by up to {apart:.3g} from the merged adapter's ({self._dtype})"
            + ("" if apart <= limit else f"; the engine answers with other weights than {_where(state)}"),
            value=apart,
            threshold=limit,
            unit=unit,
        )

    # --- before states are read ---

    def states(self, extractor: Extractor, *, state: ModelState, unit: str | None) -> list[CanaryCheck]:
        """A batch gives what each prompt gives alone, and the layer is the one that was named."""
        kind = "states" if state.adapter is None else "adapted states"
        if self._too_large(kind, state):
            return [CanaryCheck("batch-equals-single", "structural", "not_applicable", _TOO_LARGE, unit=unit)]
        self._compared.add((kind, state.weights))
        people = self._unlike_personas()
        questions = self._spec.questions.extraction[:2]
        layers = list(range(extractor.n_layers(state.weights)))
        got = extractor.extract(
            people, questions, state=state, layers=layers, position="last_prompt", progress=_Silent()
        ).values
        plain = PlainModel(state, dtype=self._dtype, device=self._device, revision=self._spec.model.revision)
        want = np.stack(
            [
                np.mean([plain.last_states(render(plain.tokenizer, system, q)) for q in questions], axis=0)
                for system in people.values()
            ]
        )
        if want.shape[1] == 0:
            why = "the model has a single block, after which its final norm follows at once"
            return [CanaryCheck("batch-equals-single", "structural", "not_applicable", why, unit=unit)]
        compared = got[:, : want.shape[1]]
        limit = self._spec.canaries.state_tolerance if self._dtype == "float32" else _HALF_STATE_TOLERANCE
        apart = _apart(compared, want)
        worst = float(apart.max())
        layer_check = self._layer(got, want, unit)
        return [
            _check(
                "batch-equals-single",
                worst <= limit,
                f"states differ by up to {worst:.2g} of their norm from those of one prompt alone ({self._dtype})"
                + ("" if worst <= limit else f"; {_why_apart(layer_check)}"),
                value=worst,
                threshold=limit,
                unit=unit,
            ),
            layer_check,
        ]

    def _layer(
        self, got: np.ndarray[Any, np.dtype[np.float64]], want: np.ndarray[Any, np.dtype[np.float64]], unit: str | None
    ) -> CanaryCheck:
        """Of all blocks, each layer's states are nearest to those of its own."""
        n = want.shape[1]
        away = np.array([[float(_apart(got[:, i], want[:, j]).mean()) for j in range(n)] for i in range(n)])
        nearest = away.argmin(axis=1)
        wrong = [i for i in range(n) if nearest[i] != i]
        detail = f"the states of each of {n} layers are nearest to the output of the block of that number"
        if wrong:
            detail = (
                f"the states called layer {wrong[0]} are those of block {int(nearest[wrong[0]])}; layer i is "
                "block_output[i], which is hidden_states[i + 1]"
            )
        return _check("layer-convention", not wrong, detail, value=float(len(wrong)), threshold=0.0, unit=unit)

    # --- what is asked ---

    def _too_large(self, kind: str, state: ModelState) -> bool:
        """Whether the same comparison was made on the same base, which is too large to load once more."""
        size = weights_bytes(state.weights)
        return (size is None or size >= LARGE_MODEL_BYTES) and (kind, state.weights) in self._compared

    def _source(self, unit: str) -> str:
        return next((u.source for u in self._spec.units() if u.name == unit), self._spec.sources[0])

    def _draws(self, purpose: str, *, n_requests: int, same_prompt: bool) -> list[Request]:
        system = self._spec.personas.entries[0].prompt
        questions = self._spec.questions.evaluation
        return [
            Request(
                f"canary-{i}",
                system,
                questions[0 if same_prompt else i % len(questions)],
                tuple(derive_seed(0, "canary", purpose, i, k) for k in range(_DRAWS)),
            )
            for i in range(n_requests)
        ]

    def _texts(self, generator: Generator, requests: Sequence[Request], state: ModelState) -> list[str]:
        s = self._spec.sampling
        sampling = Sampling(max_tokens=_DRAW_TOKENS, temperature=s.temperature or 1.0, top_p=s.top_p, top_k=s.top_k)
        found = {
            a.request.key: a for a in generator.generate(requests, state=state, sampling=sampling, progress=_Silent())
        }
        return [c.text for r in requests for c in found[r.key].completions]

    def _score_items(self, source: str) -> list[ScoreItem]:
        marker = self._spec.marker
        return [
            ScoreItem(f"canary-{i}", self._spec.personas[source].prompt, q, _ANSWER, marker.separator + marker.text)
            for i, q in enumerate(self._spec.questions.evaluation[:4])
        ]

    def _unlike_personas(self) -> Mapping[str, str | None]:
        """The personas with the shortest, the median and the longest prompt: padding matters most between them."""
        people = sorted(self._spec.personas.entries, key=lambda p: len(p.prompt or ""))
        chosen = {people[0].name: people[0].prompt}
        for i in (len(people) // 2, len(people) - 1):
            chosen[people[i].name] = people[i].prompt
        return chosen


def check_template(spec: ExperimentSpec, tokenizer: Any) -> CanaryCheck:
    """The chat template places every persona's prompt and the question unchanged and in order."""
    report = inspect_template(tokenizer)
    people = spec.personas.entries
    # a model without system messages serves personas without prompts only
    problems = [p for p in report.problems if any(q.prompt for q in people) or "system" not in p]
    question = spec.questions.evaluation[0]
    for person in people:
        text = render_text(tokenizer, person.prompt, question)
        at = text.find(question)
        said = 0 if person.prompt is None else text.find(person.prompt)
        if said < 0:
            problems.append(f"the system prompt of {person.name!r} does not reach the model unchanged")
        elif at < said:
            problems.append(f"the question does not stand unchanged after the system prompt of {person.name!r}")
    return _check(
        "chat-template",
        not problems,
        _told_default(report, [p.name for p in people if p.prompt is None])
        if not problems
        else f"{problems[0]}{f' (and {len(problems) - 1} more)' if len(problems) > 1 else ''}; "
        "use the chat template that the model was trained with",
        value=float(len(problems)),
        threshold=0.0,
    )


def check_marker(spec: ExperimentSpec, tokenizer: Any) -> CanaryCheck:
    """The marker has tokens that spell it, none of them a control token."""
    marker = spec.marker
    given = marker.separator + marker.text
    ids = encode(tokenizer, given)
    back = tokenizer.decode(ids, clean_up_tokenization_spaces=False)
    pieces = " ".join(repr(tokenizer.decode([i])) for i in ids)
    special = [i for i in ids if i in tokenizer.all_special_ids]
    if special:
        why = f"token {tokenizer.decode(special[:1])!r} in it is a control token, which completions leave out"
    elif back != given:
        why = f"its tokens spell {back!r}"
    elif not ids:
        why = "it has no token"
    else:
        return _check("marker-tokens", True, f"{given!r} is {len(ids)} tokens: {pieces}", value=float(len(ids)))
    return _check(
        "marker-tokens",
        False,
        f"the marker {given!r} cannot be said by this model: {why}; choose another marker",
        value=float(len(ids)),
    )


def structural_canaries(
    spec: ExperimentSpec,
    *,
    weights: str,
    generator: Generator | None = None,
    adapters: Mapping[str, ModelState] | None = None,
    extractor: Extractor | None = None,
    canaries: StructuralCanaries | None = None,
) -> list[CanaryCheck]:
    """All structural checks at once, for what is given.

    Parameters
    ----------
    spec : ExperimentSpec
    weights : str
        The base model.
    generator : Generator, optional
        Checked on the base, and with each adapter.
    adapters : mapping of str to ModelState, optional
        Name of a unit to the state with its adapter.
    extractor : Extractor, optional
        Checked on the base, and with each adapter.
    canaries : StructuralCanaries, optional
        To use one with settings of its own.
    """
    canaries = canaries or StructuralCanaries(spec)
    out: list[CanaryCheck] = []
    if generator is not None:
        out += canaries.base(generator, weights=weights)
        for unit, state in (adapters or {}).items():
            out += canaries.adapter(generator, state=state, unit=unit)
    if extractor is not None:
        out += canaries.states(extractor, state=ModelState(weights), unit=None)
        for unit, state in (adapters or {}).items():
            out += canaries.states(extractor, state=state, unit=unit)
    return out


def _check(
    name: str,
    passed: bool,
    detail: str,
    *,
    value: float | None = None,
    threshold: float | None = None,
    unit: str | None = None,
) -> CanaryCheck:
    status: Literal["passed", "failed"] = "passed" if passed else "failed"
    return CanaryCheck(name, "structural", status, detail, value, threshold, unit)


def _told_default(report: TemplateReport, without: Sequence[str]) -> str:
    told = "system and user text stand unchanged and in order"
    if report.default_system is not None and without:
        names = ", ".join(without[:3])
        told += f"; where no system message is sent ({names}), the template says {report.default_system!r}"
    return told


def _where(state: ModelState) -> str:
    return state.weights if state.adapter is None else f"{state.adapter.name} in {state.adapter.path}"


def _apart(a: np.ndarray[Any, np.dtype[np.float64]], b: np.ndarray[Any, np.dtype[np.float64]]) -> Any:
    """Relative difference of vectors along the last axis; states that are not finite are infinitely apart."""
    with np.errstate(invalid="ignore"):
        away = np.linalg.norm(a - b, axis=-1) / np.maximum(np.linalg.norm(b, axis=-1), 1e-30)
    return np.where(np.isfinite(away), away, np.inf)


def _why_apart(layer: CanaryCheck) -> str:
    if layer.status == "failed":
        return layer.detail
    return "check the padding, the position ids and where the last token is taken"
