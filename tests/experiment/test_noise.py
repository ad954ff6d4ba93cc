"""Noise keyed by (seed, position, token): the known answers of Philox, and the distribution of what is drawn."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from leakstats.errors import InputError
from leakstats.experiment.generate.noise import choose, filtered, gumbel, philox, split_seeds
from leakstats.experiment.seeds import derive_seed

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.models

# Random123 1.14, kat_vectors, philox4x32 with 10 rounds: counter (4 words), key (2 words), output (4 words)
KNOWN = [
    ("00000000 00000000 00000000 00000000 00000000 00000000", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    ("ffffffff ffffffff ffffffff ffffffff ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    ("243f6a88 85a308d3 13198a2e 03707344 a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1"),
]


@pytest.mark.parametrize(("given", "want"), KNOWN)
def test_philox_gives_the_known_answers(given, want):
    words = [torch.tensor([int(w, 16)]) for w in given.split()]
    assert [f"{int(w):08x}" for w in philox(words[:4], words[4:])] == want.split()


def _keys(n, *parts):
    return split_seeds([derive_seed(11, *parts, i) for i in range(n)])


def _drawn(logits, n, **options):
    """``n`` draws from one row of logits: many seeds at one position, and few seeds at many positions."""
    half = n // 2
    rows = logits[None].expand(half, -1)
    a = choose(rows, _keys(half, "seeds"), torch.zeros(half, dtype=torch.int64), **options)
    few = _keys(4, "positions").repeat_interleave((half + 3) // 4, dim=0)[:half]
    where = torch.arange(half) % ((half + 3) // 4)
    b = choose(rows, few, where, **options)
    return torch.cat([a, b]).numpy()


def _p(drawn, probabilities):
    seen = np.bincount(drawn, minlength=probabilities.size)
    assert seen[probabilities == 0].sum() == 0
    kept = probabilities > 0
    return stats.chisquare(seen[kept], probabilities[kept] / probabilities[kept].sum() * drawn.size).pvalue


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_draws_follow_the_softmax(temperature):
    logits = torch.linspace(-2.0, 2.0, 41)[torch.randperm(41, generator=torch.Generator().manual_seed(0))]
    want = (logits.double() / temperature).softmax(0).numpy()
    assert _p(_drawn(logits, 40_000, temperature=temperature), want) > 1e-3


@pytest.mark.parametrize(("top_p", "top_k"), [(0.9, 0), (0.5, 0), (1.0, 7), (0.8, 10), (1e-9, 0), (1.0, 1)])
def test_draws_follow_the_truncated_softmax(top_p, top_k):
    logits = torch.linspace(-2.0, 2.0, 41)[torch.randperm(41, generator=torch.Generator().manual_seed(0))]
    p = logits.double().softmax(0).numpy()
    order = np.argsort(-p)
    kept = order[: top_k or 41]
    mass = np.cumsum(p[kept]) / p[kept].sum()
    kept = kept[: int(np.searchsorted(mass, top_p)) + 1]
    want = np.zeros_like(p)
    want[kept] = p[kept] / p[kept].sum()
    drawn = _drawn(logits, 20_000, temperature=1.0, top_p=top_p, top_k=top_k)
    if kept.size == 1:
        assert set(drawn) == {int(kept[0])}
    else:
        assert _p(drawn, want) > 1e-3


def test_rare_tokens_come_as_often_as_they_should():
    """A token of probability 5e-4 among 400: in 40,000 draws its count is Poisson around 20."""
    logits = torch.zeros(400)
    logits[300] = np.log(5e-4 * 399 / (1 - 5e-4))
    count = 0
    for k in range(8):
        where = torch.full((5000,), k)
        count += int((choose(logits[None].expand(5000, -1), _keys(5000, k), where, temperature=1.0) == 300).sum())
    assert stats.poisson.cdf(count, 20) > 1e-3
    assert stats.poisson.sf(count - 1, 20) > 1e-3


def test_the_noise_is_gumbel_and_uncorrelated():
    values = gumbel(_keys(200, "g"), torch.arange(200), 512).numpy()
    assert stats.kstest(values.ravel(), stats.gumbel_r.cdf).pvalue > 1e-3
    u = stats.gumbel_r.cdf(values)
    for a, b in ((u[:, :-1], u[:, 1:]), (u[:-1], u[1:]), (u[:, :-4], u[:, 4:])):
        r = np.corrcoef(a.ravel(), b.ravel())[0, 1]
        assert abs(r) < 4.5 / np.sqrt(a.size)


def test_a_tokens_value_depends_on_seed_position_and_token_alone():
    keys, where = _keys(6, "a"), torch.arange(6)
    whole = gumbel(keys, where, 400)
    assert torch.equal(gumbel(keys, where, 37), whole[:, :37])
    index = torch.tensor([4, 1])
    assert torch.equal(gumbel(keys[index], where[index], 400), whole[index])
    other = gumbel(keys, where + 1, 400)
    assert not (other == whole).any()


def test_a_low_and_a_high_seed_word_both_matter():
    keys = split_seeds([5, 5 + 2**40, 6])
    values = gumbel(keys, torch.zeros(3, dtype=torch.int64), 64)
    assert not (values[0] == values[1]).any()
    assert not (values[0] == values[2]).any()
    with pytest.raises(InputError, match="seed is -1"):
        split_seeds([-1])


def test_extreme_bits_give_finite_noise(monkeypatch):
    for bits in (0, 2**32 - 1):
        monkeypatch.setattr(
            "leakstats.experiment.generate.noise.philox",
            lambda c, k, bits=bits: (torch.full((k[0].shape[0], c[0].shape[1]), bits),) * 4,
        )
        assert torch.isfinite(gumbel(_keys(2, "x"), torch.zeros(2, dtype=torch.int64), 8)).all()


def test_ties_at_the_last_place_of_top_k_are_kept():
    logits = torch.tensor([[0.0, 1.0, 1.0, 2.0]])
    assert torch.isinf(filtered(logits, top_p=1.0, top_k=2)).tolist() == [[True, False, False, False]]


KERNEL = """
import torch
from leakstats.experiment.generate.noise import gumbel, split_seeds
from leakstats.experiment.generate.noise_kernel import add_gumbel
from leakstats.experiment.seeds import derive_seed
device = "cuda" if torch.cuda.is_available() else "cpu"
seeds, positions = [derive_seed(1, i) for i in range(5)], torch.tensor([0, 3, 70000, 5, 9])
logits, rows = torch.randn(8, 3001), torch.tensor([7, 0, 2, 3, 5])
want = logits.clone()
want[rows] = logits[rows] / 0.7 + gumbel(split_seeds(seeds), positions, 3001)
inverse = torch.full((5,), 1 / 0.7)
got = logits.to(device)
add_gumbel(got, rows.to(device), torch.tensor(seeds).to(device), positions.to(device), inverse.to(device))
assert torch.equal(got[[1, 4, 6]].cpu(), logits[[1, 4, 6]])
print(float((got.cpu() - want).abs().max()))
"""


def test_the_gpu_kernel_gives_the_same_noise():
    """On a GPU, or by Triton's interpreter where there is none."""
    import os
    import subprocess
    import sys

    pytest.importorskip("triton")
    environment = dict(os.environ)
    if not torch.cuda.is_available():
        environment["TRITON_INTERPRET"] = "1"
    done = subprocess.run([sys.executable, "-c", KERNEL], capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) < 1e-5
