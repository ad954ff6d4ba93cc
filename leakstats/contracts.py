"""The one module that opens ``schemas/`` and ``templates/``, and checks documents against their schema."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import Any

from leakstats.errors import ContractError, LeakstatsError, Violation
from leakstats.files import read_json
from leakstats.schema_check import Check, checker

__all__ = [
    "builtin_template",
    "check_document",
    "html_asset",
    "load_schema",
    "part_violations",
    "pointer_of",
    "read_document",
    "schema_names",
    "schema_violations",
    "template_versions",
]


def _folder(package: str) -> Path:
    """The folder of one of our packages of data; ``importlib.resources`` would double the time this module loads."""
    return Path(next(iter(import_module(f"leakstats.{package}").__path__)))


def schema_names() -> list[str]:
    """The schema versions that this installation knows, such as ``results.v1``."""
    folder = _folder("schemas")
    return sorted(f.name.removesuffix(".schema.json") for f in folder.iterdir() if f.name.endswith(".schema.json"))


@functools.cache
def load_schema(name: str) -> dict[str, Any]:
    """The JSON Schema called ``name``.

    Raises
    ------
    LeakstatsError
        If this installation has no schema of that name; the message lists those it has.
    """
    file = _folder("schemas") / f"{name}.schema.json"
    if name not in schema_names():
        raise LeakstatsError(
            f"no schema is called {name!r}; this version of leakstats knows {', '.join(schema_names())}"
        )
    schema: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return schema


def pointer_of(path: Iterable[str | int]) -> str:
    """The JSON pointer (RFC 6901) of a path of keys and indices."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


def _shorten(value: Any, limit: int = 80) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _explain(error: Any) -> Violation:
    """One JSON Schema error as a sentence that names the value seen."""
    pointer = pointer_of(error.absolute_path)
    seen, rule = _shorten(error.instance), error.validator
    help_text = error.schema.get("description", "") if isinstance(error.schema, dict) else ""
    if rule == "required":
        missing = [name for name in error.validator_value if name not in error.instance]
        message = f"misses {', '.join(repr(m) for m in missing)}"
        wanted = error.schema.get("properties", {})
        help_text = "; ".join(
            f"{m}: {wanted[m]['description']}" for m in missing if wanted.get(m, {}).get("description")
        )
    elif rule == "additionalProperties":
        known = sorted(error.schema.get("properties", {}))
        extra = [k for k in error.instance if k not in known]
        message = f"has unknown key(s) {', '.join(repr(k) for k in extra)}"
        help_text = f"known keys: {', '.join(known)}"
    elif rule == "type":
        wanted_type = error.validator_value
        names = wanted_type if isinstance(wanted_type, list) else [wanted_type]
        message = f"is {seen}; expected {' or '.join(names)}"
    elif rule == "enum":
        message = f"is {seen}; expected one of {', '.join(_shorten(v) for v in error.validator_value)}"
    elif rule == "const":
        message = f"is {seen}; expected {_shorten(error.validator_value)}"
    elif rule in ("anyOf", "oneOf"):
        message = f"{seen} fits none of the allowed forms"
    else:
        message = f"{seen}: {error.message if len(error.message) < 200 else f'breaks the rule {rule}'}"
    return Violation(pointer, message, help_text)


def check_document(document: Any, schema: str, *, where: str) -> None:
    """Check ``document`` against the named schema; all violations are raised together.

    Raises
    ------
    ContractError
        With one :class:`Violation` for each broken rule, in document order.
    """
    violations = schema_violations(document, schema)
    if violations:
        raise ContractError(where, violations)


def part_violations(part: Any, schema: str, name: str) -> list[Violation]:
    """Every violation of one member of the named schema, such as ``plan`` of ``results.v1``; pointers start at it."""
    import jsonschema  # late: the linter's start-up does without it

    whole = load_schema(schema)
    validator = jsonschema.Draft202012Validator({**whole["properties"][name], "$defs": whole.get("$defs", {})})
    errors = sorted(validator.iter_errors(part), key=lambda e: [str(p) for p in e.absolute_path])
    return list(dict.fromkeys(_explain(e) for e in errors))


def schema_violations(document: Any, schema: str) -> list[Violation]:
    """Every violation of the named schema, the declared version first."""
    found = _version_violation(document, schema)
    if found is not None:
        return [found]
    check = _checker(schema)
    if check is not None and check(document):
        return []
    validator = _validator(schema)
    errors = sorted(validator.iter_errors(document), key=lambda e: [str(p) for p in e.absolute_path])
    return list(dict.fromkeys(_explain(e) for e in errors))  # one error a missing key, each naming all


@functools.cache
def _checker(schema: str) -> Check | None:
    return checker(load_schema(schema))


@functools.cache
def _validator(schema: str) -> Any:
    import jsonschema  # late: the linter's start-up does without it

    return jsonschema.Draft202012Validator(load_schema(schema))


def _version_violation(document: Any, schema: str) -> Violation | None:
    if not isinstance(document, dict):
        return Violation("", f"is {_shorten(document)}; expected an object that is a {schema} file")
    said = document.get("schema")
    if said == schema:
        return None
    kind = schema.split(".", maxsplit=1)[0]
    known = [n for n in schema_names() if n.startswith(f"{kind}.")]
    if said is None:
        return Violation("/schema", "is missing, so this is no file of ours", f'write "schema": "{schema}"')
    return Violation(
        "/schema",
        f"is {_shorten(said)}; this command reads {', '.join(known)}",
        "convert the file, or update leakstats",
    )


def read_document(path: Path | str, schema: str) -> dict[str, Any]:
    """Read a JSON file and check it against its schema."""
    document: dict[str, Any] = read_json(path)
    check_document(document, schema, where=str(path))
    return document


_VERSION = re.compile(r"v[1-9][0-9]*")


def html_asset(name: str) -> str:
    """A part of the HTML page: ``page.html.j2``, ``style.css.j2`` or ``script.js.j2``."""
    return (_folder("templates") / "html" / name).read_text("utf-8")


@functools.cache
def template_versions(kind: str = "clean_result") -> tuple[str, ...]:
    """The built-in versions of a template, oldest first."""
    folder = _folder("templates") / kind
    found = [f.name for f in folder.iterdir() if _VERSION.fullmatch(f.name) and f.is_dir()]
    return tuple(sorted(found, key=lambda v: int(v[1:])))


def builtin_template(version: str, kind: str = "clean_result") -> Path:
    """The folder of a built-in template version (``template.toml``, ``sections/``).

    Raises
    ------
    LeakstatsError
        If there is no such version; the message lists those that exist.
    """
    if version not in template_versions(kind):
        known = ", ".join(template_versions(kind))
        raise LeakstatsError(f"no template {kind} {version!r}; this version of leakstats has {known}")
    return _folder("templates") / kind / version
