"""Reading members of a zip file that somebody else made, without trusting what it says of itself."""

from __future__ import annotations

import importlib
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from leakstats.errors import LeakstatsError, MissingDependency

__all__ = ["MEMBER_LIMIT", "TOTAL_LIMIT", "read_members"]

MEMBER_LIMIT = 256 * 2**20
"""Bytes that one member may unpack to."""

TOTAL_LIMIT = 16 * 2**30
"""Bytes that all members together may unpack to."""

_MEMBERS = 2_000_000
_STORED, _DEFLATED, _ZSTD = 0, 8, 93


def read_members(
    path: Path, wanted: str, *, member_limit: int = MEMBER_LIMIT, total_limit: int = TOTAL_LIMIT
) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of each member whose name matches ``wanted`` (such as ``samples/*.json``), in the file's order.

    Nothing is written to disk. A member is unpacked only as far as the limits allow, whatever size the file declares
    for it, and its checksum is compared.

    Raises
    ------
    LeakstatsError
        If it is no zip file, a name leads out of the archive, a member is encrypted, damaged, or too large.
    MissingDependency
        If members are compressed with Zstandard and no package for it is installed.
    """
    try:
        archive = zipfile.ZipFile(path)
    except FileNotFoundError:
        raise LeakstatsError(f"{path}: no such file") from None
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise LeakstatsError(f"{path}: cannot be read as a zip file: {error}") from None
    with archive, path.open("rb") as raw:
        members = archive.infolist()
        if len(members) > _MEMBERS:
            raise LeakstatsError(f"{path}: holds {len(members):,} members; {_MEMBERS:,} are the most that are read")
        left = total_limit
        for member in members:
            name = PurePosixPath(member.filename)
            if name.is_absolute() or ".." in name.parts or "\\" in member.filename:
                raise LeakstatsError(
                    f"{path}: member {member.filename!r} leads out of the archive; it is not to be trusted"
                )
            if not name.match(wanted) or len(name.parts) != len(PurePosixPath(wanted).parts):
                continue
            data = _unpack(path, raw, member, min(member_limit, left))
            left -= len(data)
            yield member.filename, data


def _unpack(path: Path, raw: Any, member: zipfile.ZipInfo, limit: int) -> bytes:
    where = f"{path}: member {member.filename!r}"
    if member.flag_bits & 0x1:
        raise LeakstatsError(f"{where} is encrypted")
    if member.file_size > limit:
        raise LeakstatsError(f"{where} says that it unpacks to {member.file_size:,} bytes; {limit:,} are allowed")
    raw.seek(member.header_offset)
    head = raw.read(30)
    if len(head) < 30 or head[:4] != b"PK\x03\x04":
        raise LeakstatsError(f"{where} is not where the archive says")
    name, extra = struct.unpack("<HH", head[26:30])
    raw.seek(name + extra, 1)
    packed = raw.read(member.compress_size)
    if len(packed) < member.compress_size:
        raise LeakstatsError(f"{where} is cut off")
    try:
        data = _inflate(member.compress_type, packed, limit)
    except (zlib.error, ValueError, EOFError) as error:
        raise LeakstatsError(f"{where} is damaged: {error}") from None
    if data is None:
        raise LeakstatsError(f"{where} is packed with method {member.compress_type}, which is not read; pack it again")
    if len(data) > limit:
        raise LeakstatsError(f"{where} unpacks to more than {limit:,} bytes")
    if zlib.crc32(data) != member.CRC:
        raise LeakstatsError(f"{where} is damaged: its checksum differs")
    return data


def _inflate(method: int, packed: bytes, limit: int) -> bytes | None:
    """At most ``limit + 1`` bytes; None for an unknown method."""
    if method == _STORED:
        return packed
    if method == _DEFLATED:
        return zlib.decompressobj(-15).decompress(packed, limit + 1)
    if method == _ZSTD:
        return _unzstd(packed, limit)
    return None


def _unzstd(packed: bytes, limit: int) -> bytes:
    try:
        zstd = importlib.import_module("compression.zstd")  # Python 3.14
    except ModuleNotFoundError:
        try:
            zstandard = importlib.import_module("zstandard")
        except ModuleNotFoundError:
            raise MissingDependency("reading a log packed with Zstandard", extra="interop") from None
        try:
            with zstandard.ZstdDecompressor().stream_reader(packed, read_across_frames=True) as reader:
                return bytes(reader.read(limit + 1))
        except zstandard.ZstdError as error:
            raise ValueError(str(error)) from None
    try:
        return bytes(zstd.ZstdDecompressor().decompress(packed, limit + 1))
    except zstd.ZstdError as error:
        raise ValueError(str(error)) from None
