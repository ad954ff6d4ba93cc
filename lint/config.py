"""A project's settings: ``[tool.clean-result]`` in pyproject.toml, or ``.clean-result.toml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import Any, get_args

from leakstats.errors import ContractError, Violation
from leakstats.records import struct
from leakstats.template import Severity

from .finding import SEVERITIES
from .finding import Severity as FindingSeverity
from .registry import select_rules

__all__ = ["FILE_NAME", "Config", "find_config", "read_config"]

FILE_NAME = ".clean-result.toml"
_LEVELS: tuple[str, ...] = get_args(Severity)


@struct
class Config:
    """Settings of a project; options on the command line go before them."""

    path: Path | None = None
    """Where they were read from; ``None`` for none."""
    profile: str = ""
    select: tuple[str, ...] = ()
    ignore: Mapping[str, str] = field(default_factory=dict)
    """Rule, or family, to the reason why it is left out."""
    severity: Mapping[str, Severity] = field(default_factory=dict)
    """Rule code to severity, before the profile's."""
    fail_on: FindingSeverity | None = None
    max_bytes: int | None = None
    template: Path | None = None
    root: Path | None = None

    @property
    def left_out(self) -> dict[str, str]:
        """Code of each rule that the project ignores, to what a report says of it."""
        said = {
            item: f"left out by the settings{f': {reason}' if reason else ''}" for item, reason in self.ignore.items()
        }
        return {code: why for item, why in said.items() for code in select_rules([item])}


def find_config(folder: Path) -> Config:
    """The settings of the nearest folder, from ``folder`` upward, that has some.

    Raises
    ------
    ContractError
        If the settings are broken; every violation is listed.
    """
    here = folder.resolve()
    for parent in (here, *here.parents):
        own, project = parent / FILE_NAME, parent / "pyproject.toml"
        if own.is_file():
            return read_config(own)
        if project.is_file() and b"clean-result" in project.read_bytes():
            config = read_config(project)
            if config.path is not None:
                return config
    return Config()


def read_config(path: Path) -> Config:
    """The settings of one file; a pyproject.toml without ``[tool.clean-result]`` has none."""
    import tomllib  # late: most pages have no settings

    try:
        data: Any = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ContractError(str(path), [Violation("", f"cannot be read: {error.strerror}")]) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ContractError(str(path), [Violation("", f"is no TOML: {error}")]) from None
    if path.name == "pyproject.toml":
        data = data.get("tool", {}).get("clean-result")
        if data is None:
            return Config()
    violations = list(_violations(data))
    if not violations and "root" in data and not (path.parent / data["root"]).is_dir():
        violations.append(Violation("/root", f"is {data['root']!r}; there is no such folder beside this file"))
    if violations:
        raise ContractError(str(path), violations)
    ignore = data.get("ignore", {})
    return Config(
        path=path,
        profile=data.get("profile", ""),
        select=tuple(data.get("select", ())),
        ignore=ignore if isinstance(ignore, dict) else dict.fromkeys(ignore, ""),
        severity=data.get("severity", {}),
        fail_on=data.get("fail-on"),
        max_bytes=data.get("max-bytes"),
        template=path.parent / data["template"] if "template" in data else None,
        root=path.parent / data["root"] if "root" in data else None,
    )


_KEYS = ("profile", "select", "ignore", "severity", "fail-on", "max-bytes", "template", "root")


def _violations(data: Any) -> list[Violation]:
    """Everything that is wrong with the settings."""
    if not isinstance(data, dict):
        return [Violation("", f"is {data!r}; expected a table")]
    out = []
    for key in data:
        if key not in _KEYS:
            out.append(Violation(f"/{key}", "is an unknown key", f"known keys: {', '.join(_KEYS)}"))
    for key in ("profile", "template", "root", "fail-on"):
        if not isinstance(data.get(key, ""), str):
            out.append(Violation(f"/{key}", f"is {data[key]!r}; expected text"))
    if data.get("fail-on", "error") not in SEVERITIES:
        out.append(Violation("/fail-on", f"is {data['fail-on']!r}; expected one of {', '.join(SEVERITIES)}"))
    most = data.get("max-bytes", 1)
    if type(most) is not int or most < 1:
        out.append(Violation("/max-bytes", f"is {most!r}; expected a whole number above 0"))
    for key in ("select", "ignore", "severity"):
        out.extend(_rule_violations(key, data.get(key, [])))
    return out


def _rule_violations(key: str, value: Any) -> list[Violation]:
    """What is wrong with a list of rules, or a table from rules to reasons or severities."""
    if key == "severity" and value != [] and not isinstance(value, dict):
        return [Violation("/severity", f"is {value!r}; expected a table from rule to severity")]
    if (key == "select" and not isinstance(value, list)) or not isinstance(value, list | dict):
        return [Violation(f"/{key}", f"is {value!r}; expected a list of rules")]
    out = []
    for item in value:
        try:
            codes = select_rules([item]) if isinstance(item, str) else frozenset()
        except ValueError:
            codes = frozenset()
        if not codes or (key == "severity" and codes != {item}):
            out.append(Violation(f"/{key}/{item}", "is no rule", "`clean-result rules` lists them"))
    if isinstance(value, dict):
        for item, said in value.items():
            if key == "severity" and said not in _LEVELS:
                out.append(Violation(f"/severity/{item}", f"is {said!r}; expected one of {', '.join(_LEVELS)}"))
            if key == "ignore" and (not isinstance(said, str) or not said.strip()):
                out.append(Violation(f"/ignore/{item}", f"is {said!r}; expected the reason as text"))
    return out
