"""Repairs that cannot make a page worse, and the page after them."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import unified_diff
from pathlib import Path

from leakstats.errors import LeakstatsError
from leakstats.files import write_bytes
from leakstats.records import struct

from .finding import Edit, Finding
from .report import PageReport
from .repository import git, remotes_of
from .source import Source

__all__ = ["Repaired", "pinned_url", "repair"]


@struct
class Repaired:
    """A page before and after its repairs."""

    path: str
    before: str
    after: str
    count: int
    """Number of repairs."""
    crlf: bool
    bom: bool

    @property
    def diff(self) -> str:
        """What changes, as a unified diff; "" where nothing does."""
        old, new = self.before.splitlines(keepends=True), self.after.splitlines(keepends=True)
        lines = unified_diff(old, new, f"a/{self.path}", f"b/{self.path}")
        return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)

    def write(self) -> None:
        """Put the repaired page in place of the old one, with its line ends and byte order mark."""
        text = self.after.replace("\n", "\r\n") if self.crlf else self.after
        write_bytes(Path(self.path), (b"\xef\xbb\xbf" if self.bom else b"") + text.encode("utf-8"))


def repair(page: PageReport) -> Repaired:
    """The page of a file with every finding repaired that can be repaired safely.

    Where two repairs touch, the first in page order is made; another run makes the other.

    Raises
    ------
    LeakstatsError
        If the file cannot be read, or mixes two kinds of line ends, which a repair would change.
    """
    path = Path(page.path)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise LeakstatsError(f"{path}: cannot be read: {error.strerror}") from None
    text = data.decode("utf-8-sig")
    source = Source.read(page.path, text)
    crlf = "\r" in text
    if crlf and text != source.text.replace("\n", "\r\n"):
        raise LeakstatsError(f"{path}: mixes line ends; save it with one kind, then repair it")
    edits = [edit for finding in page.findings for edit in _edits(finding, source, path.parent)]
    after, count = _applied(source.text, edits)
    return Repaired(page.path, source.text, after, count, crlf, data.startswith(b"\xef\xbb\xbf"))


def _applied(text: str, edits: Iterable[Edit]) -> tuple[str, int]:
    out, position, count = [], 0, 0
    for edit in sorted(set(edits), key=lambda e: (e.start, e.end)):
        if edit.start < position or (edit.start == position and count):
            continue
        out += [text[position : edit.start], edit.text]
        position, count = edit.end, count + 1
    return "".join([*out, text[position:]]), count


def _edits(finding: Finding, source: Source, folder: Path) -> tuple[Edit, ...]:
    """The repairs of a finding: its own, or the address of its figure at the checked-out commit."""
    if finding.edits or finding.rule != "unpinned-figure":
        return finding.edits
    line, column, end_line, end_column = finding.place
    start, end = source.start_of(line) + column - 1, source.start_of(end_line) + end_column - 1
    url = pinned_url(source.text[start:end], folder)
    return (Edit(start, end, url),) if url is not None else ()


# -- addresses --------------------------------------------------------------------------------------------------------

# Parts of the path before the branch, by host.
_HOSTS = {"raw.githubusercontent.com": 2, "github.com": 3}


def pinned_url(url: str, folder: Path) -> str | None:
    """The address at the commit that is checked out in ``folder``.

    ``None`` unless the address is one of a remote of that checkout and its file is part of the commit.
    """
    scheme, mark, rest = url.partition("://")
    host, _, path = rest.partition("/")
    parts = path.split("/")
    head = _HOSTS.get(host.lower())
    if not mark or head is None or len(parts) < head + 2 or "?" in path or "#" in path:
        return None
    if head == 3 and parts[2] not in ("blob", "raw"):
        return None
    if (parts[0].lower(), parts[1].lower()) not in remotes_of(folder):
        return None
    commit = git(folder, "rev-parse", "HEAD").strip()
    if len(commit) != 40:
        return None
    for i in range(head + 1, len(parts)):  # a branch may hold slashes
        file = "/".join(parts[i:])
        if git(folder, "ls-tree", "--full-tree", "--name-only", "HEAD", "--", file).strip() == file:
            return f"{scheme}://{host}/{'/'.join([*parts[:head], commit, *parts[i:]])}"
    return None
