"""Moves a narrative from one template version to another, by the table that the newer version brings."""

from __future__ import annotations

import re
import tomllib

from leakstats.errors import InputError, LeakstatsError
from leakstats.template import Template

__all__ = ["migrated"]

_BLOCK = re.compile(r"<!--\s*section:\s*([^:]*?)\s*(?::\s*(.*?)\s*)?-->\s*")
_LEAD = re.compile(r"-\s+\*\*(.+?)\*\*", re.DOTALL)
_HERO = re.compile(r"^hero:\s*(\S+)\s*$", re.MULTILINE)


def migrated(text: str, *, source: str, to: Template) -> str:
    """``text``, a narrative of version ``source``, as one of the template ``to``.

    The front matter (which then names the version) and every sentence are kept. Where a list becomes sections, each
    gets the hero figure with its caption, since a section needs one; the author chooses better ones.

    Raises
    ------
    LeakstatsError
        If the template has no table for ``source``, or the narrative holds a section that would be lost.
    """
    folder = to.folder
    table = folder / "migrate.toml" if folder is not None else None
    moves = tomllib.loads(table.read_text("utf-8")) if table is not None and table.is_file() else {}
    if source not in moves:
        known = ", ".join(moves) or "none"
        raise LeakstatsError(f"template {to.version} cannot take a narrative of {source!r}; it knows {known}")
    rename: dict[str, str] = moves[source].get("rename", {})
    split: dict[str, str] = moves[source].get("split", {})
    front, blocks = _parts(text)
    hero = _HERO.search(front)
    ids = [s.id for s in to.sections]
    out: dict[str, list[str]] = {}
    for name, title, body in blocks:
        target = split.get(name) or rename.get(name, name)
        if target not in ids:
            raise LeakstatsError(f"section {name!r} has no place in {to.version}; move its text and delete the block")
        if name in split:
            out.setdefault(target, []).extend(_sections(body, target, to, hero[1] if hero else ""))
        else:
            heading = f"{target}: {title}" if title else target
            out.setdefault(target, []).append(f"<!-- section: {heading} -->\n{body}")
    front = re.sub(r"^template:.*\n", "", front, flags=re.MULTILINE)
    front = front.removesuffix("---") + f"template: {to.version}\n---"
    ordered = [block for id in ids for block in out.get(id, [])]
    return front + "\n\n" + "\n\n".join(ordered) + "\n"


def _parts(text: str) -> tuple[str, list[tuple[str, str, str]]]:
    """The front matter, and (id, title, body) of each block."""
    lines = text.replace("\r\n", "\n").split("\n")
    end = next((i for i, line in enumerate(lines[1:], 1) if line.rstrip() == "---"), None)
    if lines[0].rstrip() != "---" or end is None:
        raise InputError("this is no narrative: it does not open with front matter between two lines ---")
    blocks: list[tuple[str, str, list[str]]] = []
    for line in lines[end + 1 :]:
        match = _BLOCK.fullmatch(line)
        if match is not None:
            blocks.append((match[1], match[2] or "", []))
        elif blocks:
            blocks[-1][2].append(line)
    return "\n".join(lines[: end + 1]), [(name, title, "\n".join(body).strip("\n")) for name, title, body in blocks]


def _sections(body: str, target: str, to: Template, hero: str) -> list[str]:
    """A section for each bullet; what stands between bullets (an assertion) goes with the last one."""
    bullets = re.split(r"\n(?=- )", "\n" + body)
    label = next((s.bullets.label for s in to.sections if s.id == target and s.bullets is not None), "")
    out = []
    for bullet in filter(str.strip, bullets):
        lead = _LEAD.match(bullet.strip("\n"))
        claim = _claim(" ".join(lead[1].split())) if lead else "untitled"
        parts = [f"<!-- section: {target}: {claim} -->"]
        if hero:
            parts.append(f'{{{{ figure("{hero}") }}}}\n\n{{{{ caption("{hero}") }}}}')
        if label:
            parts.append(f"**{label}:**")
        parts.append(bullet.strip("\n"))
        out.append("\n\n".join(parts))
    return out


def _claim(lead: str) -> str:
    """The lead up to its first colon outside expressions, without a final stop."""
    depth = 0
    for i, char in enumerate(lead):
        if lead.startswith("{{", i):
            depth += 1
        elif lead.startswith("}}", i):
            depth -= 1
        elif char == ":" and depth == 0 and lead[i + 1 : i + 2] == " ":
            return lead[:i]
    return lead.rstrip(".")
