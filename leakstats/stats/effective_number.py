"""How many independent columns a correlation matrix is worth: five sources that agree are not five replications."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from leakstats.errors import InputError, UndefinedEstimate
from leakstats.estimate import Estimate
from leakstats.stats._arrays import matrix

__all__ = ["effective_number"]

_SLACK = 1e-9


def effective_number(correlations: npt.ArrayLike) -> Estimate:
    """The effective number of columns behind a correlation matrix (its participation ratio).

    Parameters
    ----------
    correlations : array-like, shape (k, k)
        Symmetric, ones on the diagonal, entries in [-1, 1]; of any correlation.

    Returns
    -------
    Estimate
        ``value`` lies in [1, k]: k where all columns are uncorrelated, 1 where all agree up to sign. ``n`` is k. No
        interval: noise in the correlations pushes the value down where columns are truly uncorrelated, and up where
        they are copies blurred by sampling.

    Raises
    ------
    InputError
        If the matrix is not square, not symmetric, not finite, or no correlation matrix.
    UndefinedEstimate
        With no column.

    Notes
    -----
    (sum of eigenvalues)**2 / (sum of squared eigenvalues) = k**2 / (sum of all squared correlations): Bretherton et al.
    1999, *J. Climate* 12, 1990-2009, eq. 5. It says how many independent columns would spread their variance as these
    do; it is descriptive, no degrees of freedom of a test.

    Valid for any correlation matrix: it describes, and infers nothing. Checked against the eigenvalues that numpy
    finds, and the limits 1 and k.

    Examples
    --------
    >>> effective_number([[1.0, 0.0], [0.0, 1.0]]).value
    2.0
    >>> round(effective_number([[1.0, 0.9, -0.4], [0.9, 1.0, -0.4], [-0.4, -0.4, 1.0]]).value, 3)
    1.711
    """
    quantity = "effective_number"
    r = matrix(correlations, name="correlations", quantity=quantity)
    k = r.shape[0]
    if k == 0:
        raise UndefinedEstimate(quantity, "there is no column", n=0)
    if r.shape[1] != k:
        raise InputError(f"{quantity}: correlations must be square, got shape {r.shape}")
    if np.abs(r - r.T).max() > _SLACK or np.abs(np.diag(r) - 1.0).max() > _SLACK or np.abs(r).max() > 1.0 + _SLACK:
        raise InputError(f"{quantity}: correlations must be symmetric with ones on the diagonal and lie in [-1, 1]")
    return Estimate(
        quantity=quantity,
        value=float(min(max(k * k / float((r * r).sum()), 1.0), float(k))),
        n=k,
        method="participation ratio of the correlation matrix",
        notes=("descriptive: no interval, and no degrees of freedom of a test",),
    )
