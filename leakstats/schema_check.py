"""Says quickly whether a JSON value satisfies a schema: a schema becomes plain functions, once.

A page needs the yes a thousand times and the reasons of a no rarely: those are left to ``jsonschema``, which walks a
file about twenty times as slowly. A schema that uses a keyword unknown here has no checker, and nothing is assumed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

__all__ = ["Check", "checker"]

Check = Callable[[Any], bool]

_SILENT = frozenset({"$schema", "$id", "$defs", "$comment", "title", "description", "default", "examples"})
_KEYWORDS = frozenset({
    "type", "enum", "const", "$ref", "anyOf", "allOf", "oneOf", "required", "propertyNames", "minProperties", "items",
    "minItems", "maxItems", "uniqueItems", "minLength", "maxLength", "pattern", "minimum", "maximum",
    "exclusiveMinimum", "exclusiveMaximum",
})  # fmt: skip
"""Keywords with a method of their name; objects and branches are seen to as a whole."""
_TYPES: dict[str, Check] = {
    "object": lambda v: isinstance(v, dict),
    "array": lambda v: isinstance(v, list),
    "string": lambda v: isinstance(v, str),
    "boolean": lambda v: isinstance(v, bool),
    "null": lambda v: v is None,
    "number": lambda v: _is_number(v),
    "integer": lambda v: _is_number(v) and (isinstance(v, int) or v.is_integer()),
}


def checker(schema: Mapping[str, Any]) -> Check | None:
    """A function that is true of exactly the values that satisfy ``schema`` (JSON Schema, draft 2020-12).

    ``None`` where the schema holds a keyword or a reference that is not understood here.

    Examples
    --------
    >>> check = checker({"type": "object", "required": ["n"], "properties": {"n": {"type": "integer", "minimum": 1}}})
    >>> check({"n": 2}), check({"n": 0}), check({})
    (True, False, False)
    >>> checker({"format": "date"}) is None
    True
    """
    try:
        return _Compiler(schema).compiled(schema)
    except _Unknown:
        return None


class _Unknown(Exception):
    """A keyword that is not understood."""


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _same(a: Any, b: Any) -> bool:
    """Equality of JSON values: true is not 1, at any depth."""
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(_same, a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(_same(v, b[k]) for k, v in a.items())
    return bool(a == b)


class _Compiler:
    def __init__(self, root: Mapping[str, Any]) -> None:
        self.root = root
        self.named: dict[str, Check] = {}

    def compiled(self, schema: Any) -> Check:
        if schema is True or schema == {}:
            return lambda _: True
        if schema is False:
            return lambda _: False
        if not isinstance(schema, Mapping):
            raise _Unknown
        checks = [self._keyword(name, schema) for name in schema if name not in _SILENT]
        found = [c for c in checks if c is not None]
        if not found:
            return lambda _: True
        if len(found) == 1:
            return found[0]
        parts = tuple(found)

        def every(value: Any) -> bool:
            for part in parts:  # noqa: SIM110 - a generator here costs half of the whole check
                if not part(value):
                    return False
            return True

        return every

    def _keyword(self, name: str, schema: Mapping[str, Any]) -> Check | None:
        """The check of one keyword; ``None`` where another keyword of the schema takes it along."""
        value = schema[name]
        if name in ("properties", "additionalProperties"):
            first = "properties" if "properties" in schema else "additionalProperties"
            return self._members(schema) if name == first else None
        if name in ("then", "else"):
            return None  # without if they say nothing
        if name == "if":
            return self._branch(schema)
        method = getattr(self, f"_{name.lstrip('$')}", None) if name in _KEYWORDS else None
        if method is None:
            raise _Unknown
        found: Check = method(value)
        return found

    # -- any value

    def _type(self, names: Any) -> Check:
        wanted = [_TYPES[n] for n in ([names] if isinstance(names, str) else names)]
        if len(wanted) == 1:
            return wanted[0]
        return lambda v: any(check(v) for check in wanted)

    def _enum(self, values: list[Any]) -> Check:
        if all(isinstance(v, str) for v in values):
            words = frozenset(values)
            return lambda v: isinstance(v, str) and v in words
        return lambda v: any(_same(v, each) for each in values)

    def _const(self, wanted: Any) -> Check:
        return lambda v: _same(v, wanted)

    def _ref(self, pointer: str) -> Check:
        if not pointer.startswith("#/"):
            raise _Unknown
        if pointer not in self.named:
            self.named[pointer] = lambda v: self.named[pointer](v)  # for a definition that refers to itself
            target: Any = self.root
            for part in pointer[2:].split("/"):
                target = target[part.replace("~1", "/").replace("~0", "~")]
            self.named[pointer] = self.compiled(target)
        return self.named[pointer]

    def _anyOf(self, schemas: list[Any]) -> Check:
        checks = [self.compiled(s) for s in schemas]
        return lambda v: any(check(v) for check in checks)

    def _allOf(self, schemas: list[Any]) -> Check:
        checks = [self.compiled(s) for s in schemas]
        return lambda v: all(check(v) for check in checks)

    def _oneOf(self, schemas: list[Any]) -> Check:
        checks = [self.compiled(s) for s in schemas]
        return lambda v: sum(check(v) for check in checks) == 1

    def _branch(self, schema: Mapping[str, Any]) -> Check:
        condition = self.compiled(schema["if"])
        then, other = self.compiled(schema.get("then", True)), self.compiled(schema.get("else", True))
        return lambda v: then(v) if condition(v) else other(v)

    # -- objects

    def _members(self, schema: Mapping[str, Any]) -> Check:
        properties = {name: self.compiled(s) for name, s in schema.get("properties", {}).items()}
        further = schema.get("additionalProperties", True)
        rest = None if further is True else self.compiled(further)

        def check(value: Any) -> bool:
            if not isinstance(value, dict):
                return True
            for name, member in value.items():
                own = properties.get(name)
                if own is not None:
                    if not own(member):
                        return False
                elif rest is not None and not rest(member):
                    return False
            return True

        return check

    def _required(self, names: list[str]) -> Check:
        wanted = frozenset(names)
        return lambda v: not isinstance(v, dict) or wanted <= v.keys()

    def _propertyNames(self, schema: Any) -> Check:
        check = self.compiled(schema)
        return lambda v: not isinstance(v, dict) or all(check(name) for name in v)

    def _minProperties(self, least: int) -> Check:
        return lambda v: not isinstance(v, dict) or len(v) >= least

    # -- arrays

    def _items(self, schema: Any) -> Check:
        check = self.compiled(schema)

        def every(value: Any) -> bool:
            return not isinstance(value, list) or all(map(check, value))

        return every

    def _minItems(self, least: int) -> Check:
        return lambda v: not isinstance(v, list) or len(v) >= least

    def _maxItems(self, most: int) -> Check:
        return lambda v: not isinstance(v, list) or len(v) <= most

    def _uniqueItems(self, wanted: bool) -> Check:
        def check(value: Any) -> bool:
            if not wanted or not isinstance(value, list):
                return True
            if all(isinstance(v, str) for v in value):
                return len(set(value)) == len(value)
            return not any(_same(a, b) for i, a in enumerate(value) for b in value[:i])

        return check

    # -- text

    def _minLength(self, least: int) -> Check:
        return lambda v: not isinstance(v, str) or len(v) >= least

    def _maxLength(self, most: int) -> Check:
        return lambda v: not isinstance(v, str) or len(v) <= most

    def _pattern(self, pattern: str) -> Check:
        found = re.compile(pattern).search
        return lambda v: not isinstance(v, str) or found(v) is not None

    # -- numbers; comparisons are written so that NaN passes, as it does there

    def _minimum(self, least: float) -> Check:
        return lambda v: not (_is_number(v) and v < least)

    def _maximum(self, most: float) -> Check:
        return lambda v: not (_is_number(v) and v > most)

    def _exclusiveMinimum(self, least: float) -> Check:
        return lambda v: not (_is_number(v) and v <= least)

    def _exclusiveMaximum(self, most: float) -> Check:
        return lambda v: not (_is_number(v) and v >= most)
