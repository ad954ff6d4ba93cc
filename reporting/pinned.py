"""Finds the address under which a figure can never change: a raw GitHub URL at the commit that holds it."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Base", "checkout_top", "figure_base", "listed_path"]

_REMOTE = re.compile(
    r"(?:https://github\.com/|git@github\.com:|ssh://git@github\.com/)([\w.-]+)/([\w.-]+?)(?:\.git)?/?"
)


@dataclass(frozen=True, slots=True)
class Base:
    """What stands before a figure's path; ``why_not`` says why it is not pinned, "" where it is."""

    prefix: str
    why_not: str = ""


def figure_base(folder: Path, files: Iterable[str], *, relative: str) -> Base:
    """The pinned address of ``folder`` if every one of ``files`` stands unchanged in the checkout's HEAD.

    ``relative`` is the prefix otherwise: the folder as seen from the page.
    """
    top = _git(folder, "rev-parse", "--show-toplevel")
    commit = _git(folder, "rev-parse", "HEAD")
    if top is None or commit is None:
        return Base(relative, "the analysis is in no git checkout with a commit")
    remote = _git(folder, "remote", "get-url", "origin") or ""
    match = _REMOTE.fullmatch(remote)
    if match is None:
        return Base(relative, "the checkout has no remote 'origin' on GitHub")
    for name in files:
        if _git(folder, "ls-files", "--error-unmatch", "--", name) is None:
            return Base(relative, f"{name} is not committed")
        if _git(folder, "diff", "--quiet", "HEAD", "--", name) is None:
            return Base(relative, f"{name} differs from the committed one")
    inside = folder.resolve().relative_to(Path(top).resolve()).as_posix()
    path = "" if inside == "." else f"{inside}/"
    return Base(f"https://raw.githubusercontent.com/{match[1]}/{match[2]}/{commit}/{path}")


def checkout_top(folder: Path) -> Path | None:
    """The top folder of the git checkout that ``folder`` stands in; ``None`` where it stands in none."""
    while not folder.is_dir() and folder != folder.parent:
        folder = folder.parent  # a page may be the first file of its folder
    top = _git(folder, "rev-parse", "--show-toplevel")
    return Path(top) if top else None


def listed_path(file: Path, folder: Path) -> str:
    """How a page names a file for readers who have no folder: from the top of a checkout.

    That is the checkout of ``folder`` (or ``folder`` itself where there is none), else the file's own; a file that
    stands in neither is named without its place, which would say something of this machine only.
    """
    home = checkout_top(folder) or folder
    for top in (home, checkout_top(file.parent)):
        if top is not None and file.resolve().is_relative_to(top.resolve()):
            return file.resolve().relative_to(top.resolve()).as_posix()
    return file.name


def _git(folder: Path, *arguments: str) -> str | None:
    """The output of a git command; ``None`` where it fails or git is not there."""
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments], capture_output=True, text=True, timeout=10, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
