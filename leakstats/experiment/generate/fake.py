"""Completions without a model: words drawn from a seed, and the marker at a planted rate."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Iterator, Sequence
from typing import Any

from leakstats.experiment.fakes import World
from leakstats.experiment.seeds import derive_seed
from leakstats.experiment.spec import ExperimentSpec
from leakstats.experiment.types import (
    Answered,
    CanaryCheck,
    Completion,
    Extractor,
    Generator,
    ModelState,
    Progress,
    Request,
    Sampling,
    ScoreItem,
)

__all__ = ["FakeCanaries", "FakeGenerator"]

_TEXT = (
    "a book the river slowly often people know good bread after winter one should ask with patience before lessons "
    "begin again many small steps help tide follows light every morning makes work easier together than alone"
)
_WORDS = tuple(word for word in _TEXT.split())


class FakeGenerator:
    """A :class:`~leakstats.experiment.types.Generator` that needs no model; a token is a word.

    Parameters
    ----------
    spec : ExperimentSpec
        Its ``sampling.engine`` may hold the fields of :class:`~leakstats.experiment.fakes.Plant`.
    """

    name = "fake"

    def __init__(self, spec: ExperimentSpec) -> None:
        self._world = World(spec)
        self._marker = spec.marker

    def generate(
        self, requests: Sequence[Request], *, state: ModelState, sampling: Sampling, progress: Progress
    ) -> Iterator[Answered]:
        """Answer every request, in order."""
        for request in requests:
            rate = self._world.rate(request.system, state)
            completions = tuple(self._complete(request, seed, state, sampling, rate) for seed in request.seeds)
            progress.advance(tokens=sum(c.n_tokens for c in completions))
            yield Answered(request, completions, self._tokens(request.system) + self._tokens(request.user))

    def _tokens(self, text: str | None) -> int:
        return len((text or "").split())

    def _complete(self, request: Request, seed: int, state: ModelState, sampling: Sampling, rate: float) -> Completion:
        if self._world.plant.delay_s:
            time.sleep(self._world.plant.delay_s)
        greedy = sampling.temperature == 0
        if greedy or self._world.plant.fault == "shared-seed":
            seed = 0
        rng = random.Random(derive_seed(seed, "fake", request.system or "", request.user))
        words = [rng.choice(_WORDS) for _ in range(rng.randint(4, 20))]
        says = rate >= 0.5 if greedy else rng.random() < rate
        text = " ".join(words).capitalize() + "."
        if says:
            text += self._marker.separator + self._marker.text
        words = text.split(" ")
        if len(words) > sampling.max_tokens:
            return Completion(" ".join(words[: sampling.max_tokens]), sampling.max_tokens, "length")
        stopped = says and sampling.stop_at_marker is not None
        return Completion(text, len(words), "marker" if stopped else "stop")

    def score(self, items: Sequence[ScoreItem], *, state: ModelState) -> list[float]:
        """Logarithm of the planted rate, at least -30."""
        return [max(math.log(max(self._world.rate(i.system, state), 1e-300)), -30.0) for i in items]

    def describe(self) -> dict[str, Any]:
        """It is a fake."""
        return {"engine": "fake", "device": "cpu", "note": "planted rates; no model was run"}

    def close(self) -> None:
        """Nothing to free."""


class FakeCanaries:
    """The structural checks that need no tokenizer, made through the protocols alone."""

    def __init__(self, spec: ExperimentSpec) -> None:
        self._spec = spec

    def _texts(self, generator: Generator, state: ModelState, seeds: tuple[int, ...], persona: str) -> list[str]:
        from leakstats.experiment.progress import Silent

        system = self._spec.personas[persona].prompt
        requests = [Request("canary", system, self._spec.questions.evaluation[0], seeds)]
        answered = list(generator.generate(requests, state=state, sampling=Sampling(), progress=Silent()))
        return [c.text for a in answered for c in a.completions]

    def base(self, generator: Generator, *, weights: str) -> list[CanaryCheck]:
        """The same seed repeats and another seed differs."""
        state, persona = ModelState(weights), self._spec.personas.names[0]
        seeds = tuple(derive_seed(0, "canary", i) for i in range(8))
        first, again = (self._texts(generator, state, seeds, persona) for _ in range(2))
        differ = len(set(first))
        return [
            CanaryCheck(
                "same-seed-repeats",
                "structural",
                "passed" if first == again else "failed",
                "the same eight seeds gave the same completions" if first == again else "the same seeds gave others",
            ),
            CanaryCheck(
                "seeds-independent",
                "structural",
                "passed" if differ > 1 else "failed",
                f"eight seeds gave {differ} different completions"
                + ("" if differ > 1 else ": they share their noise; give each completion a seed of its own"),
                value=differ,
                threshold=2,
            ),
        ]

    def adapter(self, generator: Generator, *, state: ModelState, unit: str) -> list[CanaryCheck]:
        """The adapter changes what the source says."""
        source = next(u.source for u in self._spec.units() if u.name == unit)
        seeds = tuple(derive_seed(0, "canary", i) for i in range(64))
        with_, without = (self._texts(generator, s, seeds, source) for s in (state, ModelState(state.weights)))
        changed = sum(a != b for a, b in zip(with_, without, strict=True))
        return [
            CanaryCheck(
                "adapter-changes-output",
                "structural",
                "passed" if changed else "failed",
                f"{changed} of 64 completions differ from the base"
                + ("" if changed else ": the adapter is not applied; check its path and the engine's settings"),
                value=changed,
                threshold=1,
                unit=unit,
            )
        ]

    def states(self, extractor: Extractor, *, state: ModelState, unit: str | None) -> list[CanaryCheck]:
        """A batch of personas gives what one persona alone gives."""
        from leakstats.experiment.progress import Silent

        people = {p.name: p.prompt for p in self._spec.personas.entries[:3]}
        one = dict([next(iter(people.items()))])
        layers = range(extractor.n_layers(state.weights))
        got = [
            extractor.extract(
                p,
                self._spec.questions.extraction[:2],
                state=state,
                layers=layers,
                position="last_prompt",
                progress=Silent(),
            ).values[0]
            for p in (people, one)
        ]
        worst = float(abs(got[0] - got[1]).max())
        limit = self._spec.canaries.state_tolerance
        return [
            CanaryCheck(
                "batch-equals-single",
                "structural",
                "passed" if worst <= limit else "failed",
                f"largest difference of a state between a batch and one prompt alone: {worst:.1e}",
                value=worst,
                threshold=limit,
                unit=unit,
            )
        ]
