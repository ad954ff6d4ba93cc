"""Writes a rendered page and its provenance together: both, or neither."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from leakstats.contracts import check_document
from leakstats.errors import LeakstatsError
from leakstats.files import sha256_of
from leakstats.template import Template

from .narrative import FrontMatter
from .render import Rendered

__all__ = ["SCHEMA", "sidecar_of", "write_together"]

SCHEMA = "provenance.v1"


def sidecar_of(
    rendered: Rendered,
    *,
    page: str,
    template: Template,
    analysis: Mapping[str, str],
    narrative: Mapping[str, str],
    front: FrontMatter,
) -> dict[str, Any]:
    """The provenance of a page: its files by hash, and every printed piece with its place.

    ``page`` is the page's path as seen from the sidecar; ``analysis`` and ``narrative`` hold path and sha256;
    ``front`` names the page's issue and those it builds on.
    """
    counts = rendered.counts
    document = {
        "schema": SCHEMA,
        "page": {"path": page, "sha256": sha256_of(rendered.text.encode("utf-8"))},
        "template": {"kind": template.kind, "version": template.version, "sha256": template.sha256},
        "analysis": dict(analysis),
        "narrative": dict(narrative),
        "issue": {
            "id": front.id,
            "builds_on": list(dict.fromkeys([*front.parents, *(s.ref for s in front.source_issues)])),
        },
        "spans": [span.to_json() for span in rendered.spans],
        "counts": {"numbers_printed": counts.printed, "grounded": counts.grounded, "typed": len(counts.typed)},
    }
    check_document(document, SCHEMA, where=page)
    return document


def write_together(files: Mapping[Path, str]) -> None:
    """Write several text files so that a failure leaves every target as it was.

    Raises
    ------
    LeakstatsError
        If a target cannot be written; the message names it.
    """
    waiting: list[tuple[Path, Path]] = []
    target = Path()
    try:
        for target, text in files.items():
            if target.is_dir():
                raise LeakstatsError(f"{target}: is a folder; name a file")
            target.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".tmp", dir=target.parent)
            waiting.append((Path(name), target))
            with os.fdopen(handle, "wb") as out:
                out.write(text.encode("utf-8"))
            umask = os.umask(0)
            os.umask(umask)
            Path(name).chmod(0o666 & ~umask)
        for temporary, target in waiting:
            temporary.replace(target)
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise LeakstatsError(f"{target}: cannot be written: {why}; nothing was changed") from None
    finally:
        for temporary, _ in waiting:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)
