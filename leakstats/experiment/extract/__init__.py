"""Backends that read hidden states, one file each."""

from __future__ import annotations

from leakstats.experiment.spec import ExperimentSpec
from leakstats.experiment.types import Extractor

__all__ = ["make_extractor"]


def make_extractor(spec: ExperimentSpec) -> Extractor:
    """The extractor that the specification names.

    Raises
    ------
    MissingDependency
        If the packages of the backend are not installed.
    """
    if spec.extraction.backend == "fake":
        from leakstats.experiment.extract.fake import FakeExtractor

        return FakeExtractor(spec)
    from leakstats.experiment.extract.transformers import TransformersExtractor

    m = spec.model
    return TransformersExtractor(
        dtype=m.dtype,
        device=m.device,
        revision=m.revision,
        batch_size=spec.extraction.batch_size,
        layout=spec.extraction.layout,
        compile=spec.extraction.compile,
    )
