"""Write ``docs/results_fields.md`` and ``docs/experiment_fields.md``: every field of the contracts that people write.

python docs/make_fields.py
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from leakstats.contracts import load_schema

HERE = Path(__file__).resolve().parent
PAGES = {"results.v1": "results", "experiment.v1": "experiment"}
"""Schema to the stem of its pages: ``STEM.md`` explains and ``STEM_fields.md`` lists."""


def _type(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return " \\| ".join(f"`{v}`" for v in schema["enum"])
    if "const" in schema:
        return f"`{schema['const']}`"
    if "oneOf" in schema:
        return ", or ".join(_type(child) for child in schema["oneOf"])
    kind = schema.get("type", "string or integer")
    return " or ".join(kind) if isinstance(kind, list) else str(kind)


def _rows(schema: dict[str, Any], root: dict[str, Any], prefix: str, required: bool) -> Iterator[str]:
    """One table row for ``schema`` and each field below it."""
    named = schema.get("$ref")
    if named is not None:
        schema = {**root["$defs"][named.rsplit("/", 1)[-1]], **{k: v for k, v in schema.items() if k != "$ref"}}
    if prefix:
        meaning = schema.get("description", "").replace("|", "\\|")
        if schema.get("default") is not None:
            meaning += f" Default: `{json.dumps(schema['default'])}`."
        yield f"| `{prefix}` | {_type(schema)} | {'yes' if required else ''} | {meaning} |"
    for name, child in schema.get("properties", {}).items():
        yield from _rows(child, root, f"{prefix}.{name}" if prefix else name, name in schema.get("required", ()))
    inside = schema.get("items")
    if isinstance(inside, dict) and ("properties" in inside or inside.get("$ref", "").rsplit("/", 1)[-1] in _OPENED):
        yield from _below(inside, root, f"{prefix}[]")
    values = schema.get("additionalProperties")
    if isinstance(values, dict) and "properties" in values:
        yield from _below(values, root, f"{prefix}.NAME")


_OPENED = ("cells", "similarity", "geometry")


def _below(schema: dict[str, Any], root: dict[str, Any], prefix: str) -> Iterator[str]:
    """The fields of an entry, without a row for the entry itself."""
    yield from list(_rows(schema, root, prefix, required=False))[1:]


def page(name: str) -> str:
    """The whole page for the schema ``name``."""
    schema = load_schema(name)
    stem = PAGES[name]
    head = [
        f"# Fields of {name}",
        "",
        "Made from the schema by `docs/make_fields.py`. `[]` is an entry of a list, `NAME` a name of your own.",
        f"[{stem}.md]({stem}.md) explains how they belong together.",
        "",
        "| field | type | required | meaning |",
        "|---|---|---|---|",
    ]
    return "\n".join([*head, *_rows(schema, schema, "", required=True)]) + "\n"


if __name__ == "__main__":
    for name, stem in PAGES.items():
        (HERE / f"{stem}_fields.md").write_text(page(name), "utf-8")
