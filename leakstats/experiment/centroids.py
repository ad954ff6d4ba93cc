"""Centroids on disk, and the cosines that are taken of them."""

from __future__ import annotations

import io
import json
import struct
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leakstats.errors import LeakstatsError
from leakstats.experiment.folder import RunFolder
from leakstats.experiment.types import Centroids
from leakstats.files import read_bytes, sha256_of, write_bytes

__all__ = ["centred_cosines", "load_centroids", "save_centroids"]

_CONSTANT = 1e-9
"""A centred vector shorter than this share of the uncentred ones is rounding, and has no direction."""


def save_centroids(centroids: Centroids, folder: RunFolder, name: str) -> dict[str, dict[str, Any]]:
    """Write centroids as ``states/NAME.npy`` (fp64) and raw states, where there are any, as safetensors.

    Returns
    -------
    dict
        For ``centroids`` (and ``raw``): path in the run folder, hash, shape and dtype.
    """
    buffer = io.BytesIO()
    np.save(buffer, np.ascontiguousarray(centroids.values), allow_pickle=False)
    kept = {"centroids": _written(folder, f"{name}.npy", buffer.getvalue(), centroids.values)}
    if centroids.raw is not None:
        kept["raw"] = _written(folder, f"{name}.raw.safetensors", _safetensors(centroids.raw), centroids.raw)
    return kept


def _written(folder: RunFolder, name: str, data: bytes, array: NDArray[Any]) -> dict[str, Any]:
    path = folder.states / name
    write_bytes(path, data)
    shape = list(array.shape)
    return {"path": folder.relative(path), "sha256": sha256_of(data), "shape": shape, "dtype": str(array.dtype)}


def _safetensors(array: NDArray[np.float32]) -> bytes:
    """One fp32 tensor called ``states`` as the safetensors format lays it out."""
    data = np.ascontiguousarray(array, dtype="<f4").tobytes()
    entry = {"states": {"dtype": "F32", "shape": list(array.shape), "data_offsets": [0, len(data)]}}
    head = json.dumps(entry).encode()
    head += b" " * (-len(head) % 8)
    return struct.pack("<Q", len(head)) + head + data


def load_centroids(folder: RunFolder, record: Mapping[str, Any]) -> NDArray[np.float64]:
    """The centroids of a journal record, shape (personas, layers, width), which must be those that were recorded.

    Raises
    ------
    LeakstatsError
        If the file is missing or was changed since.
    """
    path = folder.path / record["centroids"]["path"]
    data = read_bytes(path)
    if sha256_of(data) != record["centroids"]["sha256"]:
        raise LeakstatsError(f"{path}: is not the file that was recorded ({record['centroids']['sha256']})")
    return np.asarray(np.load(io.BytesIO(data), allow_pickle=False), dtype=np.float64)


def centred_cosines(values: NDArray[np.float64], *, centre: Sequence[int], of: Sequence[int]) -> NDArray[np.float64]:
    """Cosines of some personas with all, after the mean of a set of personas is taken off.

    Parameters
    ----------
    values : ndarray, shape (personas, layers, width)
        Centroids.
    centre : sequence of int
        Personas whose mean is taken off.
    of : sequence of int
        Personas that are compared with all.

    Returns
    -------
    ndarray, shape (of, personas, layers)
        In [-1, 1]; NaN where a centred centroid has no length (a layer at which all personas are alike).

    Examples
    --------
    >>> values = np.array([[[1.0, 0.0]], [[0.0, 1.0]], [[-1.0, -1.0]]])
    >>> centred_cosines(values, centre=[0, 1, 2], of=[0])[0, :, 0].round(3).tolist()
    [1.0, 0.0, -0.707]
    """
    centred = values - values[list(centre)].mean(axis=0)
    length = np.linalg.norm(centred, axis=2)
    scale = np.linalg.norm(values, axis=2).max(axis=0)
    length[length <= _CONSTANT * scale] = np.nan
    unit = centred / length[:, :, None]
    return np.asarray(np.clip(np.einsum("slw,plw->spl", unit[list(of)], unit), -1.0, 1.0))
