"""The noise on a GPU is the noise on a CPU."""

from __future__ import annotations

import numpy as np
import pytest

pytestmark = [pytest.mark.models, pytest.mark.gpu]


@pytest.fixture
def cuda():
    torch = pytest.importorskip("torch")
    if not torch.cuda.is_available():
        pytest.skip("no GPU")
    return torch.device("cuda")


@pytest.mark.parametrize("vocabulary", [5, 1024, 50_003])
def test_the_kernel_adds_what_the_plain_version_adds(cuda, vocabulary):
    import torch

    from leakstats.experiment.generate.noise import gumbel, split_seeds
    from leakstats.experiment.generate.noise_kernel import add_gumbel
    from leakstats.experiment.seeds import derive_seed

    seeds = [derive_seed(0, "kernel", i) for i in range(6)]
    positions = torch.tensor([0, 1, 2, 77, 4096, 100_000])
    wanted = gumbel(split_seeds(seeds), positions, vocabulary).double().numpy()
    logits = torch.randn(8, vocabulary, generator=torch.Generator().manual_seed(0))
    inverse = torch.tensor([1.0, 0.5, 2.0, 1.0, 1.25, 1.0])
    rows = torch.tensor([7, 0, 3, 4, 1, 6])
    found = logits.to(cuda)
    keys = split_seeds(seeds, cuda)
    add_gumbel(found, rows.to(cuda), keys[:, 0] | (keys[:, 1] << 32), positions.to(cuda), inverse.to(cuda))
    out = found.cpu()
    for i, row in enumerate(rows.tolist()):
        expected = logits[row].double().numpy() * inverse[i].item() + wanted[i]
        np.testing.assert_allclose(out[row].double().numpy(), expected, atol=2e-5, rtol=2e-6)
    for row in (2, 5):
        assert torch.equal(out[row], logits[row])
