"""Everything that is wrong with a results document, all at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from leakstats.contracts import schema_violations
from leakstats.errors import Violation
from leakstats.results.check_names import (
    check_canaries,
    check_declarations,
    check_design,
    check_plan,
    check_samples,
)
from leakstats.results.check_origin import check_origin
from leakstats.results.check_tables import Known, check_tables
from leakstats.results.found import Found

__all__ = ["document_violations"]


def document_violations(document: Any, *, folder: Path | None = None) -> list[Violation]:
    """Every violation of the results.v1 contract: the schema's, then what no schema can say.

    The schema judges headers and the types of columns; the rows are judged here, with numpy, each bad one with its
    pointer (five a column, then a count). ``folder`` is where the file lies; array files are looked up there. Without
    it only their paths are judged.
    """
    violations = schema_violations(document, "results.v1")
    if not isinstance(document, dict) or document.get("schema") != "results.v1":
        return violations
    found, known = Found(), Known()
    check_declarations(found, document, known)
    check_tables(found, document, known)
    check_design(found, document, known)
    check_plan(found, document, known)
    check_samples(found, document, known)
    check_canaries(found, document)
    check_origin(found, document, folder)
    seen = {v.pointer for v in violations}  # the schema said what is wrong there
    return violations + [v for v in found.violations if v.pointer not in seen]
