"""Corrections for multiple tests, against an independent implementation."""

from __future__ import annotations

import numpy as np
import pytest

from leakstats.lint.correction import rejected

PEER = {"bonferroni": "bonferroni", "holm": "holm", "bh": "fdr_bh"}


@pytest.mark.parametrize("method", sorted(PEER))
@pytest.mark.parametrize("alpha", [0.01, 0.05, 0.2])
def test_rejections_are_those_of_statsmodels(method: str, alpha: float) -> None:
    from statsmodels.stats.multitest import multipletests

    rng = np.random.default_rng(7)
    for m in (1, 2, 7, 25):
        for _ in range(3):
            ps = np.round(rng.beta(0.5, 4.0, m), 4)
            assert rejected(list(ps), method, alpha=alpha) == int(multipletests(ps, alpha, PEER[method])[0].sum())


@pytest.mark.parametrize("method", sorted(PEER))
def test_a_larger_family_is_one_whose_other_members_are_1(method: str) -> None:
    ps = [0.001, 0.004, 0.03, 0.049]
    assert rejected(ps, method, m=9) == rejected([*ps, 1.0, 1.0, 1.0, 1.0, 1.0], method)
    assert rejected(ps, method, m=2) == rejected(ps, method)


def test_ends() -> None:
    assert [rejected([], m) for m in PEER] == [0, 0, 0]
    assert [rejected([0.025, 0.05], m) for m in sorted(PEER)] == [2, 1, 2]  # a p at its limit is rejected
    assert rejected([0.01, 0.02, 0.03, 0.04, 0.05], "bh") == 5
    assert rejected([0.01, 0.02, 0.03, 0.04, 0.05], "holm") == 1
