"""Backends that train adapters, one file each."""

from __future__ import annotations

from leakstats.experiment.spec import ExperimentSpec
from leakstats.experiment.types import Trainer

__all__ = ["make_trainer"]


def make_trainer(spec: ExperimentSpec) -> Trainer:
    """The trainer that the specification names: the fake one where completions are fake, else peft.

    Raises
    ------
    MissingDependency
        If the packages of the backend are not installed.
    """
    if spec.sampling.backend == "fake":
        from leakstats.experiment.train.fake import FakeTrainer

        return FakeTrainer()
    from leakstats.experiment.train.peft import PeftTrainer

    return PeftTrainer(spec.model)
