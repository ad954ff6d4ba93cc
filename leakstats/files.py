"""Reading and writing files so that nothing is half-written and every failure has a clear message."""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path
from typing import Any

from leakstats.errors import ContractError, LeakstatsError, Violation

__all__ = [
    "decode_text",
    "dump_json",
    "read_bytes",
    "read_json",
    "read_text",
    "sha256_of",
    "writable_folder",
    "write_bytes",
    "write_json",
    "write_text",
]


def _why(error: OSError) -> str:
    return error.strerror or type(error).__name__


def read_bytes(path: Path | str) -> bytes:
    """The file's bytes; a missing or unreadable file is a :class:`LeakstatsError`."""
    try:
        return Path(path).read_bytes()
    except FileNotFoundError:
        raise LeakstatsError(
            f"{path}: no such file; check the path (the current folder is {Path.cwd().name!r})"
        ) from None
    except OSError as error:
        raise LeakstatsError(f"{path}: cannot be read: {_why(error)}") from None


def read_text(path: Path | str) -> str:
    """The file's text, UTF-8 with or without a byte-order mark."""
    return decode_text(read_bytes(path), str(path))


def decode_text(raw: bytes, name: str) -> str:
    """The text of what was read from ``name``, UTF-8 with or without a byte-order mark."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise LeakstatsError(
            f"{name}: not UTF-8 text: byte 0x{raw[error.start]:02x} at offset {error.start} (line {line}); "
            "save it as UTF-8"
        ) from None


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON value; leave the value out, or store null where the format allows it")


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    out = dict(pairs)
    if len(out) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise ValueError(f"the key {key!r} stands twice in one object; one of the two would be lost")
            seen.add(key)
    return out


def read_json(path: Path | str) -> Any:
    """The file's JSON; NaN, Infinity and duplicate keys are refused with their line."""
    text = read_text(path)
    try:
        return json.loads(text, parse_constant=_no_constant, object_pairs_hook=_no_duplicates)
    except json.JSONDecodeError as error:
        raise ContractError(
            str(path),
            [
                Violation(
                    "", f"not JSON: {error.msg} at line {error.lineno}, column {error.colno}", "mend the file there"
                )
            ],
        ) from None
    except ValueError as error:
        raise ContractError(str(path), [Violation("", str(error))]) from None
    except RecursionError:
        raise ContractError(str(path), [Violation("", "nested too deeply to be one of our files")]) from None


def dump_json(document: Any) -> str:
    """JSON text as we store it: sorted keys, no NaN, UTF-8, a final newline; flat arrays on one line each."""
    return _layout(json.loads(json.dumps(document, allow_nan=False)), 0) + "\n"


def _layout(value: Any, depth: int) -> str:
    pad, inner = "  " * depth, "  " * (depth + 1)
    if isinstance(value, dict) and value:
        body = ",\n".join(
            f"{inner}{json.dumps(k, ensure_ascii=False)}: {_layout(value[k], depth + 1)}" for k in sorted(value)
        )
        return "{\n" + body + "\n" + pad + "}"
    if isinstance(value, list) and any(isinstance(v, dict | list) for v in value):
        return "[\n" + ",\n".join(inner + _layout(v, depth + 1) for v in value) + "\n" + pad + "]"
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def writable_folder(path: Path | str) -> Path:
    """The folder, made where it is absent; one that cannot be written to is an error now, not after hours of work."""
    import tempfile  # late, as in write_bytes and sha256_of: a linter that only reads starts without

    folder = Path(path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise LeakstatsError(f"{path}: cannot be written to: {_why(error)}; choose another folder") from None
    return folder


def write_bytes(path: Path | str, data: bytes) -> None:
    """Write beside the target, fsync, rename: the target holds the old or the new bytes, never a part."""
    import tempfile

    target = Path(path)
    temporary: Path | None = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".tmp", dir=target.parent)
        temporary = Path(name)
        with os.fdopen(handle, "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        umask = os.umask(0)
        os.umask(umask)
        temporary.chmod(0o666 & ~umask)  # mkstemp makes it private; a result file is not
        temporary.replace(target)
    except OSError as error:
        if temporary is not None:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)
        raise LeakstatsError(f"{path}: cannot be written: {_why(error)}; nothing was changed") from None


def write_text(path: Path | str, text: str) -> None:
    """Like :func:`write_bytes`, UTF-8."""
    write_bytes(path, text.encode("utf-8"))


def write_json(path: Path | str, document: Any) -> None:
    """Write ``document`` as :func:`dump_json` lays it out."""
    write_text(path, dump_json(document))


def sha256_of(data: bytes) -> str:
    """``sha256:`` and the hex digest of ``data``."""
    import hashlib

    return "sha256:" + hashlib.sha256(data).hexdigest()
