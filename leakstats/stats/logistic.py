"""A logistic model with crossed random effects, as a second opinion on a clustered rate."""

from __future__ import annotations

import itertools
import math
import warnings
from typing import Any

import numpy as np
import numpy.typing as npt

from leakstats.errors import UndefinedEstimate
from leakstats.estimate import Detail, Estimate, Interval
from leakstats.stats._arrays import FloatArray, check_level
from leakstats.stats.clustered import Clusters, _Sample
from leakstats.tails import t_ppf

__all__ = ["crossed_logistic"]

_PRIOR_LOG_SD = 1.0
_PRIOR_INTERCEPT = 5.0

_MOST_TRIALS = 2_000_000
"""The model is fitted to one row a trial, of about 100 bytes."""


def crossed_logistic(
    successes: npt.ArrayLike, trials: npt.ArrayLike, clusters: Clusters, *, level: float = 0.95
) -> Estimate:
    """A rate averaged over normal cluster effects on the logit scale: a sensitivity analysis for clustered rates.

    logit P(success) = b + u(question) + v(persona), u and v normal. The rate is the average of the inverse logit
    over u and v, so that it estimates what :func:`~leakstats.stats.clustered.clustered_proportion` estimates if
    cluster sizes are unrelated to rates.

    Parameters
    ----------
    successes, trials, clusters
        As in :func:`~leakstats.stats.clustered.clustered_proportion`: one factor, or two crossed ones.
    level : float
        Coverage in (0, 1).

    Returns
    -------
    Estimate
        ``details`` hold ``intercept`` (b), ``sd_<name>`` (the SD of each factor's effects, in logits),
        ``standard_error_logit`` (of the logit of the averaged rate), ``df`` and the priors.

    Raises
    ------
    UndefinedEstimate
        Where all or no trials succeed (b is infinite), for a single cluster, if the fit does not converge, or
        for more than 2,000,000 trials (the model is fitted to one row a trial).
    InputError
        As ``clustered_proportion``.

    Notes
    -----
    The model is statsmodels' ``BinomialBayesMixedGLM``, fitted by variational Bayes from a fixed start (its other
    fit starts at random and fails now and then). Priors: log SD ~ N(0, 1), b ~ N(0, 5**2). The variational standard
    error of b takes b and the effects for independent and is far too small (0.037 against 0.105 for 28 questions x 11
    personas of 10 completions), so the curvature of the joint posterior of b and all effects, at the fitted SDs,
    replaces it. The interval is symmetric on the logit scale, by the delta method, with Student's t and as many
    degrees of freedom as the smaller factor has levels, less one. It is a second opinion: its coverage is not
    guaranteed.

    Valid for effects that are normal on the logit scale; a second opinion, never the headline. Checked against the
    spread that simulated data were made with, :func:`clustered_proportion` of the same data, and the average over
    effects by brute force.

    Examples
    --------
    >>> rate = crossed_logistic([7, 9, 3, 4, 8, 5], 10, ["a", "b", "c", "d", "e", "f"])
    >>> print(round(rate.value, 2), rate.interval.method)
    0.6 crossed-logistic
    """
    quantity = "rate"
    level = check_level(level)
    sample = _Sample.read(successes, trials, clusters, quantity=quantity)
    if not sample.varies:
        raise UndefinedEstimate(
            quantity, f"{sample.hits} of {sample.trials}: the logistic intercept is infinite", n=sample.groups
        )
    if sample.trials > _MOST_TRIALS:
        raise UndefinedEstimate(
            quantity,
            f"the logistic model is fitted to one row a trial, and {sample.trials} are more than {_MOST_TRIALS}",
            n=sample.groups,
        )
    intercept, log_sd, log_sd_error, effects = _fit(sample)
    spread = np.exp(log_sd)
    variance = _intercept_variance(sample, intercept, effects, spread)
    value = _average(intercept, spread)
    centre = math.log(value) - math.log1p(-value)
    # d logit(rate) / d parameter, by central differences of a smooth function
    step = 1e-5
    gradient = [(_logit_average(intercept + step, spread) - _logit_average(intercept - step, spread)) / (2 * step)]
    for j in range(spread.size):
        up, down = log_sd.copy(), log_sd.copy()
        up[j] += step
        down[j] -= step
        gradient.append((_logit_average(intercept, np.exp(up)) - _logit_average(intercept, np.exp(down))) / (2 * step))
    error = math.sqrt(
        gradient[0] ** 2 * variance
        + sum((g * e) ** 2 for g, e in zip(gradient[1:], log_sd_error.tolist(), strict=True))
    )
    half = t_ppf(0.5 + 0.5 * level, sample.groups - 1) * error
    low, high = (1.0 / (1.0 + math.exp(-end)) for end in (centre - half, centre + half))
    details: dict[str, Detail] = {
        "intercept": intercept,
        **{f"sd_{f.name}": float(s) for f, s in zip(sample.factors, spread, strict=True)},
        "standard_error_logit": error,
        "df": sample.groups - 1,
        "prior_sd_of_log_sd": _PRIOR_LOG_SD,
        "prior_sd_of_intercept": _PRIOR_INTERCEPT,
    }
    return Estimate(
        quantity=quantity,
        value=value,
        n=sample.groups,
        n_rows=sample.trials,
        clusters={f.name: f.size for f in sample.factors},
        method="logistic model with normal effects of " + " and ".join(f.name for f in sample.factors),
        interval=Interval(min(low, value), max(high, value), level, "crossed-logistic"),
        assumptions=(
            "effects are normal on the logit scale and independent of each other",
            "given the effects, trials are independent",
        ),
        notes=("sensitivity analysis: priors on the effects' SDs and an approximate posterior",),
        details=details,
    )


def _fit(sample: _Sample) -> tuple[float, FloatArray, FloatArray, list[FloatArray]]:
    """Posterior means of b, of the log SDs (and their SDs), and of the effects by factor."""
    import scipy.sparse as sparse
    from statsmodels.genmod.bayes_mixed_glm import BinomialBayesMixedGLM

    repeats = np.repeat(np.arange(sample.k.size), sample.n)
    outcome = np.concatenate([np.r_[np.ones(k), np.zeros(n - k)] for k, n in zip(sample.k, sample.n, strict=True)])
    rows = np.arange(outcome.size)
    blocks: list[Any] = []
    kinds: list[int] = []
    for i, f in enumerate(sample.factors):
        column = f.codes[repeats]
        blocks.append(sparse.csr_matrix((np.ones(rows.size), (rows, column)), shape=(rows.size, f.size)))
        kinds += [i] * f.size
    model = BinomialBayesMixedGLM(
        outcome,
        np.ones((rows.size, 1)),
        sparse.csr_matrix(sparse.hstack(blocks)),
        np.asarray(kinds),
        vcp_p=_PRIOR_LOG_SD,
        fe_p=_PRIOR_INTERCEPT,
    )
    size = 1 + len(sample.factors) + len(kinds)
    start = np.zeros(size)
    start[0] = math.log(sample.hits / (sample.trials - sample.hits))
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        result = model.fit_vb(mean=start, sd=np.full(size, 0.5))
    values = [result.fe_mean, result.vcp_mean, result.vcp_sd, result.vc_mean]
    failed = any("did not converge" in str(w.message) for w in said)
    if failed or not all(np.isfinite(v).all() for v in values):
        raise UndefinedEstimate("rate", "the logistic model with random effects did not converge", n=sample.groups)
    edges = np.cumsum([0, *(f.size for f in sample.factors)])
    effects = [np.asarray(result.vc_mean[a:b]) for a, b in itertools.pairwise(edges)]
    return float(result.fe_mean[0]), np.asarray(result.vcp_mean), np.asarray(result.vcp_sd), effects


def _intercept_variance(sample: _Sample, intercept: float, effects: list[FloatArray], spread: FloatArray) -> float:
    """Variance of b in the Gaussian approximation of the joint posterior of b and all effects."""
    eta = intercept + sum((e[f.codes] for f, e in zip(sample.factors, effects, strict=True)), np.zeros(sample.k.size))
    rate = 1.0 / (1.0 + np.exp(-eta))
    weight = sample.n * rate * (1.0 - rate)
    columns = [np.ones((sample.k.size, 1))]
    precision = [1.0 / _PRIOR_INTERCEPT**2]
    for f, s in zip(sample.factors, spread, strict=True):
        columns.append(np.eye(f.size)[f.codes])
        precision += [1.0 / s**2] * f.size
    design = np.hstack(columns)
    curvature = design.T @ (weight[:, None] * design) + np.diag(precision)
    unit = np.zeros(len(precision))
    unit[0] = 1.0
    return float(np.linalg.solve(curvature, unit)[0])


_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(61)


def _average(intercept: float, spread: FloatArray) -> float:
    """The inverse logit averaged over a normal effect whose variance is the sum of the factors' (Gauss-Hermite)."""
    total = math.sqrt(float(np.sum(spread**2)))
    return float(np.sum(_WEIGHTS / (1.0 + np.exp(-(intercept + total * _NODES)))) / np.sum(_WEIGHTS))


def _logit_average(intercept: float, spread: FloatArray) -> float:
    p = _average(intercept, spread)
    return math.log(p) - math.log1p(-p)
