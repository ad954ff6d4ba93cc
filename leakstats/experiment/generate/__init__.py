"""Backends that draw completions, one file each."""

from __future__ import annotations

from pathlib import Path

from leakstats.experiment.spec import ExperimentSpec
from leakstats.experiment.types import Canaries, Generator
from leakstats.experiment.weights import adapter_settings

__all__ = ["make_canaries", "make_generator"]


def make_generator(spec: ExperimentSpec, folder: Path) -> Generator:
    """The generator that the specification names; ``folder`` is the run's, for what an engine writes.

    Raises
    ------
    MissingDependency
        If the packages of the backend are not installed.
    """
    if spec.sampling.backend == "fake":
        from leakstats.experiment.generate.fake import FakeGenerator

        return FakeGenerator(spec)
    if spec.sampling.backend == "vllm":
        from leakstats.experiment.generate.vllm import VllmGenerator

        return VllmGenerator(model=spec.model, sampling=spec.sampling, max_lora_rank=_largest_rank(spec))
    from leakstats.experiment.generate.transformers import TransformersGenerator

    m = spec.model
    return TransformersGenerator(
        dtype=m.dtype, device=m.device, revision=m.revision, batch_size=spec.sampling.batch_size
    )


def _largest_rank(spec: ExperimentSpec) -> int:
    """Of the adapters that are trained here and of those that the specification names."""
    given = [adapter_settings(a).get("r") for c in spec.conditions for a in c.adapters]
    trained = [spec.training.rank] if any(c.kind != "adapters" for c in spec.conditions) else []
    return max([*trained, *(r for r in given if isinstance(r, int))], default=spec.training.rank)


def make_canaries(spec: ExperimentSpec) -> Canaries:
    """The structural checks that fit the backends of the specification."""
    if spec.sampling.backend == "fake":
        from leakstats.experiment.generate.fake import FakeCanaries

        return FakeCanaries(spec)
    from leakstats.experiment.canaries import StructuralCanaries

    return StructuralCanaries(spec)
