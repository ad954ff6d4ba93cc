"""The learning rate against transformers' own schedules, and its limits."""

from __future__ import annotations

import pytest

from leakstats.errors import InputError
from leakstats.experiment.train.schedule import rate_factor


@pytest.mark.models
@pytest.mark.parametrize("schedule", ["cosine", "linear", "constant"])
def test_same_as_transformers_after_the_warm_up(schedule):
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    steps, warm = 40, 4
    name = "constant_with_warmup" if schedule == "constant" else schedule
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    theirs = transformers.get_scheduler(name, optimizer, num_warmup_steps=warm, num_training_steps=steps)
    for step in range(steps):
        if step >= warm:  # ours begins its warm-up above 0, so that no step is wasted
            assert rate_factor(step, steps=steps, schedule=schedule, warmup_ratio=warm / steps) == pytest.approx(
                theirs.get_last_lr()[0], abs=1e-12
            )
        optimizer.step()
        theirs.step()


def test_warm_up_rises_to_one_and_every_step_learns():
    got = [rate_factor(s, steps=10, schedule="cosine", warmup_ratio=0.25) for s in range(10)]
    assert got[:3] == pytest.approx([1 / 3, 2 / 3, 1.0])
    assert all(0 < f <= 1 for f in got)
    assert got[3:] == sorted(got[3:], reverse=True)


def test_one_step_learns_at_the_full_rate():
    assert rate_factor(0, steps=1, schedule="linear", warmup_ratio=0.5) == 1.0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"step": 5}, "step is 5; it must lie in 0 to 4"),
        ({"schedule": "sine"}, "schedule is 'sine'"),
        ({"warmup_ratio": 1.0}, r"warmup_ratio is 1.0; it must lie in \[0, 1\)"),
    ],
)
def test_what_is_refused(change, words):
    with pytest.raises(InputError, match=words):
        rate_factor(**{"step": 3, "steps": 5, "schedule": "cosine", "warmup_ratio": 0.0, **change})
