"""Results files on disk: read, write, validate."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from leakstats.errors import ContractError, Violation
from leakstats.files import read_json, write_json
from leakstats.results.check import document_violations
from leakstats.results.codec import from_document, to_document
from leakstats.results.model import Results

__all__ = ["load", "save", "validate_file"]


def load(path: Path | str) -> Results:
    """Read and check a results.v1 file.

    Raises
    ------
    ContractError
        If the file breaks the contract; every violation is listed, with JSON pointer, value seen and help.
    LeakstatsError
        If the file is missing, unreadable or no UTF-8.
    """
    document = read_json(path)
    found = document_violations(document, folder=Path(path).parent)
    if found:
        raise ContractError(str(path), found)
    return replace(from_document(document), folder=Path(path).parent)


def save(results: Results, path: Path | str) -> None:
    """Check ``results`` and write them; nothing is written where they break the contract.

    Raises
    ------
    ContractError
        With every violation.
    """
    document = to_document(results)
    found = document_violations(document, folder=Path(path).parent)
    if found:
        raise ContractError(str(path), found)
    write_json(path, document)


def validate_file(path: Path | str) -> list[Violation]:
    """Every violation of the results.v1 contract in a file; empty where it keeps it.

    A file that is no JSON gives one violation of the whole file. A missing or unreadable file raises
    :class:`~leakstats.errors.LeakstatsError`.
    """
    try:
        document = read_json(path)
    except ContractError as error:
        return list(error.violations)
    return document_violations(document, folder=Path(path).parent)
