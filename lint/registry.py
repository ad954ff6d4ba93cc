"""All rules: every module in ``rules/`` holds one, and all of them are found."""

from __future__ import annotations

import functools
import pkgutil
from collections.abc import Iterable
from importlib import import_module

from leakstats.errors import InputError

from . import rules as package
from .rule import Rule

__all__ = ["all_names", "all_rules", "rule_by_code", "rules_in_turn", "select_rules"]


@functools.cache
def all_rules() -> tuple[Rule, ...]:
    """One instance of every rule, by code."""
    found: list[Rule] = []
    for module in pkgutil.iter_modules(package.__path__):
        here = f"{package.__name__}.{module.name}"
        for value in vars(import_module(here)).values():
            if isinstance(value, type) and issubclass(value, Rule) and value.__module__ == here:
                found.append(value())
    return tuple(sorted(found, key=lambda rule: rule.code))


@functools.cache
def rules_in_turn() -> tuple[Rule, ...]:
    """The rules in the order in which they are asked."""
    return tuple(sorted(all_rules(), key=lambda rule: rule.last))


@functools.cache
def all_names() -> frozenset[str]:
    """The codes and names of all rules."""
    return frozenset(name for rule in all_rules() for name in (rule.code, rule.name))


def rule_by_code(code: str) -> Rule:
    """The rule with that code or name.

    Raises
    ------
    InputError
        If there is none.
    """
    for rule in all_rules():
        if code.upper() == rule.code or code.lower() == rule.name:
            return rule
    raise InputError(f"no rule is called {code!r}; `clean-result rules` lists them")


def select_rules(select: Iterable[str] = (), ignore: Iterable[str] = ()) -> frozenset[str]:
    """The codes of the rules that run: those selected (by default all) less those ignored.

    An item is a code, a name, or the start of codes (``CR1`` is a family).

    Raises
    ------
    InputError
        If an item names no rule: a typing error must not silence or select nothing.
    """
    chosen = _codes(select) if select else {rule.code for rule in all_rules()}
    return frozenset(chosen - _codes(ignore))


def _codes(items: Iterable[str]) -> set[str]:
    codes: set[str] = set()
    for item in items:
        for part in item.replace(",", " ").split():
            named = {r.code for r in all_rules() if r.code.startswith(part.upper()) or r.name == part.lower()}
            if not named or len(part) < 3:
                raise InputError(f"no rule is called {part!r}; `clean-result rules` lists them")
            codes |= named
    return codes
