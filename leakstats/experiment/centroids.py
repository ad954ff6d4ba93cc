"""Centroids and raw states on disk."""

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

__all__ = ["load_centroids", "save_centroids"]


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


def load_centroids(
    folder: RunFolder, record: Mapping[str, Any], personas: Sequence[str], *, raw: bool = False
) -> Centroids:
    """The centroids of a journal record, which must be those that were recorded.

    With ``raw`` the states of every prompt come along, where they were stored: mapped from the file, not read.

    Raises
    ------
    LeakstatsError
        If the file is missing or was changed since.
    """
    path = folder.path / record["centroids"]["path"]
    data = read_bytes(path)
    if sha256_of(data) != record["centroids"]["sha256"]:
        raise LeakstatsError(f"{path}: is not the file that was recorded ({record['centroids']['sha256']})")
    return Centroids(
        personas=tuple(personas),
        layers=tuple(record["layers"]),
        values=np.asarray(np.load(io.BytesIO(data), allow_pickle=False), dtype=np.float64),
        counts=np.array(record["counts"], dtype=np.int64),
        position=record["position"],
        raw=_mapped(folder, record["raw"]) if raw and "raw" in record else None,
    )


def _mapped(folder: RunFolder, item: Mapping[str, Any]) -> NDArray[np.float32]:
    """The tensor of a file that :func:`_safetensors` laid out: it ends the file."""
    path = folder.path / item["path"]
    if sha256_of(read_bytes(path)) != item["sha256"]:
        raise LeakstatsError(f"{path}: is not the file that was recorded ({item['sha256']})")
    shape = tuple(item["shape"])
    start = path.stat().st_size - 4 * int(np.prod(shape))
    return np.memmap(path, dtype="<f4", mode="r", offset=start, shape=shape)
