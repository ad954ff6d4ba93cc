"""The git checkout around a page: which repository it is, and which commits and files it lacks. Nothing is fetched."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import field
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote

from leakstats.records import struct

from .document import Document
from .regex import regex

__all__ = [
    "Checkout",
    "PinnedFile",
    "Repository",
    "addresses",
    "checkout_of",
    "git",
    "named_repositories",
    "pinned_file",
    "remotes_of",
]

_SECONDS = 20
_HOSTS = {"raw.githubusercontent.com": 0, "media.githubusercontent.com": 1, "github.com": 0}
"""Hosts of the files of repositories on GitHub, with the parts of the path before the owner."""
_FORMS = ("blob", "raw")
_COMMIT = regex(r"[0-9a-f]{40}", re.IGNORECASE)
_NAME = regex(r"[\w.-]{1,100}")
_REPOSITORY = regex(
    r"https?://(?:www\.)?(?:github\.com|raw\.githubusercontent\.com)/([\w.-]+)/([\w.-]+)", re.IGNORECASE
)
# What git takes from the environment could lead it to another repository (a hook sets GIT_DIR), to a pager or a prompt.
_QUIET = {"GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "GIT_ALLOW_PROTOCOL": "none", "GIT_NO_LAZY_FETCH": "1"}

Repository = tuple[str, str]
"""Owner and name, in lower case."""


@struct
class PinnedFile:
    """What the address of a file on GitHub at a commit names."""

    repository: Repository
    commit: str
    path: str
    """"" where it cannot be the path of a file of a commit."""


def pinned_file(url: str) -> PinnedFile | None:
    """What ``url`` names; ``None`` unless it is a file of a repository on GitHub at a full commit hash.

    >>> pinned_file("https://raw.githubusercontent.com/Lab/Repo/" + "0" * 40 + "/figures/a%20b.png").path
    'figures/a b.png'
    >>> pinned_file("https://raw.githubusercontent.com/lab/repo/main/a.png") is None
    True
    """
    scheme, mark, rest = url.partition("://")
    host, _, tail = rest.split("?", 1)[0].split("#", 1)[0].partition("/")
    skipped = _HOSTS.get(host.lower())
    if not mark or scheme.lower() not in ("https", "http") or skipped is None:
        return None
    parts = [unquote(part) for part in tail.split("/")[skipped:]]
    if host.lower() == "github.com" and parts[2:3] and parts[2] in _FORMS:
        del parts[2]
    if len(parts) < 4 or not _COMMIT.fullmatch(parts[2]) or not all(_NAME.fullmatch(part) for part in parts[:2]):
        return None
    odd = any(
        part in ("", ".", "..") or "/" in part or not part.isprintable() or "\ufffd" in part for part in parts[3:]
    )
    return PinnedFile(_repository(*parts[:2]), parts[2].lower(), "" if odd else "/".join(parts[3:]))


def addresses(document: Document) -> list[str]:
    """The addresses of a page's figures and links."""
    return [figure.image.url for figure in document.figures] + [link.url for link, _ in document.links]


def named_repositories(urls: Iterable[str]) -> frozenset[Repository]:
    """The repositories on GitHub to which addresses lead."""
    found = set()
    for url in urls:
        file, hit = pinned_file(url), _REPOSITORY.match(url)
        if file is not None:
            found.add(file.repository)
        elif hit is not None:
            found.add(_repository(hit[1], hit[2]))
    return frozenset(found)


def _repository(owner: str, name: str) -> Repository:
    return owner.lower(), name.lower().removesuffix(".git")


@struct(slots=False)
class Checkout:
    """A whole clone, which has every commit that was pushed before it was last fetched."""

    folder: Path
    repositories: frozenset[Repository]
    """Those of its remotes that are on GitHub."""
    _lacks: dict[str, bool] = field(default_factory=dict, repr=False)

    def lacks_commit(self, commit: str) -> bool:
        """True if no commit of the clone has that hash, or that beginning of one; only hexadecimal digits are asked."""
        return bool(_HEX.fullmatch(commit)) and self._lacking(f"{commit}^{{commit}}")

    def lacks_file(self, commit: str, path: str) -> bool:
        """True if the clone has the commit, and the commit no file or folder of that path."""
        if not _HEX.fullmatch(commit) or not path or "\n" in path or self.lacks_commit(commit):
            return False
        return self._lacking(f"{commit}:{path}")

    def _lacking(self, name: str) -> bool:
        if name not in self._lacks:
            said = git(self.folder, "cat-file", "--batch-check", given=f"{name}\n")
            self._lacks[name] = said == f"{name} missing\n"
        return self._lacks[name]


_HEX = regex(r"[0-9a-f]{4,64}", re.IGNORECASE)


def checkout_of(folders: Iterable[Path | None], document: Document) -> tuple[Checkout | None, str]:
    """The clone around the first folder that lies in one, if it is of a repository to which the page leads.

    Else ``None`` with the reason why nothing can be asked of it.
    """
    top = next((top for folder in folders if folder is not None and (top := _top(folder)) is not None), None)
    if top is None:
        return None, "the page lies in no git checkout"
    named = named_repositories(addresses(document))
    if not named:
        return None, "the page links to no repository on GitHub"
    checkout, reason = _opened(top)
    if checkout is not None and named.isdisjoint(checkout.repositories):
        return None, "the checkout around the page is of another repository than those that the page links to"
    return checkout, reason


def _top(folder: Path) -> Path | None:
    """The nearest folder, from ``folder`` upward, that is a checkout."""
    here = folder.resolve()
    return next((f for f in (here, *here.parents) if (f / ".git").exists()), None)


@lru_cache(maxsize=16)
def _opened(top: Path) -> tuple[Checkout | None, str]:
    """A checkout, if everything that was fetched is there; pages of one folder share it."""
    shallow = git(top, "rev-parse", "--is-shallow-repository").strip()
    if shallow not in ("true", "false"):
        return None, "git cannot read the checkout around the page"
    if shallow == "true":
        return None, "the checkout around the page is shallow: it lacks most commits"
    if git(top, "config", "--get-regexp", r"^(remote\..*\.(promisor|partialclonefilter)|extensions\.partialclone)$"):
        return None, "the checkout around the page is a partial clone: it lacks most files"
    return Checkout(top, remotes_of(top)), ""


def remotes_of(folder: Path) -> frozenset[Repository]:
    """The repositories on GitHub that are remotes of the checkout, by any protocol."""
    found = set()
    for line in git(folder, "remote", "-v").splitlines():
        address = line.split()[1] if len(line.split()) > 1 else ""
        parts = address.replace(":", "/").removesuffix("/").split("/")
        if "github.com" in address and len(parts) > 1:
            found.add(_repository(*parts[-2:]))
    return frozenset(found)


def git(folder: Path, *args: str, given: str = "") -> str:
    """What git says of the checkout around ``folder``, "" where it cannot; it runs no hook and reaches no network."""
    import subprocess  # late: few pages lie in a checkout

    command = ["git", "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-C", str(folder), *args]
    try:
        done = subprocess.run(
            command, input=given, capture_output=True, encoding="utf-8", timeout=_SECONDS, check=True,
            env=_environment(os.environ),
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError, ValueError):
        return ""
    return done.stdout


def _environment(of: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in of.items() if not name.startswith("GIT_")} | _QUIET
