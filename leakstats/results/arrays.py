"""The arrays beside a results file: found inside its folder, hashed, and read without running anything."""

from __future__ import annotations

import io
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from leakstats.errors import ContractError, LeakstatsError, MissingDependency, Violation
from leakstats.files import read_bytes, sha256_of

if TYPE_CHECKING:
    from leakstats.results.model import ArrayFile

__all__ = ["array_path", "leaves_folder", "read_array"]


def leaves_folder(name: str, folder: Path | None) -> bool:
    """True if a relative path leads out of ``folder``: absolute, through "..", with a drive, or along a link.

    >>> leaves_folder("arrays/a.npy", None), leaves_folder("../a.npy", None), leaves_folder("C:/a.npy", None)
    (False, True, True)
    """
    posix = PurePosixPath(name)
    if posix.is_absolute() or ".." in posix.parts or PureWindowsPath(name).is_absolute() or "\\" in name:
        return True
    return folder is not None and not (folder / name).resolve().is_relative_to(folder.resolve())


def array_path(item: ArrayFile, folder: Path | None) -> Path:
    """Where the array lies.

    Raises
    ------
    LeakstatsError
        If ``folder`` is None: the results were made in memory.
    ContractError
        If the path leaves the folder.
    """
    if folder is None:
        raise LeakstatsError(f"array {item.id!r}: these results were not read from a file, so that no folder is known")
    if leaves_folder(item.path, folder):
        problem = Violation("", f"path {item.path!r} leaves the folder of the results file", "keep arrays beside it")
        raise ContractError(f"array {item.id}", [problem])
    return folder / item.path


def read_array(item: ArrayFile, folder: Path | None) -> npt.NDArray[Any]:
    """The array, with the shape and dtype that the results file states; read-only.

    Parameters
    ----------
    item : ArrayFile
        ``.npy`` is read with ``allow_pickle=False``; ``.safetensors`` needs the package of that name, and holds either
        one tensor or one named like the array's id.
    folder : Path or None
        The folder of the results file.

    Raises
    ------
    LeakstatsError
        If the file is missing, or ``folder`` is None.
    ContractError
        If the path leaves the folder, or hash, form, shape or dtype differ from what is stated.
    MissingDependency
        If a ``.safetensors`` file is read without the package.
    """
    path = array_path(item, folder)
    raw = read_bytes(path)
    digest = sha256_of(raw)
    if digest != item.sha256:
        raise _broken(item, f"sha256 is stated as {item.sha256}; the file has {digest}", "another file lies there")
    array = _parse(item, raw, path.suffix)
    if array.shape != tuple(item.shape) or str(array.dtype) != item.dtype:
        raise _broken(
            item, f"is stated as {item.dtype} {tuple(item.shape)}; the file has {array.dtype} {array.shape}", ""
        )
    array.flags.writeable = False
    return array


def _broken(item: ArrayFile, message: str, help_text: str) -> ContractError:
    return ContractError(f"array {item.id} ({item.path})", [Violation("", message, help_text)])


def _parse(item: ArrayFile, raw: bytes, suffix: str) -> npt.NDArray[Any]:
    if suffix == ".npy":
        try:
            return np.array(np.lib.format.read_array(io.BytesIO(raw), allow_pickle=False))
        except (ValueError, EOFError) as error:
            raise _broken(item, f"is no array of numbers: {error}", "") from None
    if suffix == ".safetensors":
        return _safetensor(item, raw)
    raise _broken(item, f"has the ending {suffix!r}; .npy and .safetensors can be read", "")


def _safetensor(item: ArrayFile, raw: bytes) -> npt.NDArray[Any]:
    try:
        from safetensors.numpy import load  # type: ignore[import-not-found,unused-ignore]  # late: optional
    except ModuleNotFoundError as error:
        if error.name is None or error.name.split(".")[0] != "safetensors":
            raise
        raise MissingDependency(f"array {item.id!r} ({item.path})", extra="models") from error
    try:
        tensors = load(raw)
    except Exception as error:  # the package raises its own types, and KeyError for a dtype that numpy lacks
        raise _broken(item, f"is no readable safetensors file: {type(error).__name__} {error}", "") from None
    if item.id in tensors:
        return np.array(tensors[item.id])
    if len(tensors) == 1:
        return np.array(next(iter(tensors.values())))
    raise _broken(item, f"holds {len(tensors)} tensors, none called {item.id!r}", "name the tensor like the array")
