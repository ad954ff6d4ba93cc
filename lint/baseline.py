"""Findings that a project knows already: a file that may only shrink."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from leakstats.errors import ContractError, Violation
from leakstats.files import dump_json, read_json, write_text
from leakstats.records import replace, struct
from leakstats.template import fold

from .finding import Finding
from .report import PageReport, Suppressed

__all__ = ["Baseline", "Known"]

SCHEMA = "lint-baseline.v1"


class Known(NamedTuple):
    """What a finding is known by. Lines and messages move; the rule and the text it speaks of stay."""

    path: str
    """The page from the baseline's folder, so that it does not matter from where the linter is called."""
    code: str
    text: str
    """The line of the page, in lower case with single blanks."""


@struct(slots=False)
class Baseline:
    """The known findings of a project, each with how often it occurs (count)."""

    path: Path
    known: Counter[Known]

    @classmethod
    def load(cls, path: Path) -> Baseline:
        """Read a baseline.

        Raises
        ------
        LeakstatsError
            If the file cannot be read or is no baseline; every violation is listed.
        """
        if not path.exists():
            raise ContractError(str(path), [Violation("", "does not exist", "make it with --update-baseline")])
        data: Any = read_json(path)
        if not isinstance(data, dict) or data.get("schema") != SCHEMA or not isinstance(data.get("findings"), list):
            raise ContractError(str(path), [Violation("", f"is no {SCHEMA} file", "make one with --update-baseline")])
        known: Counter[Known] = Counter()
        wrong = []
        for i, item in enumerate(data["findings"]):
            texts = [item.get(name) for name in Known._fields] if isinstance(item, dict) else []
            count = item.get("count") if texts else None
            if not texts or not all(isinstance(t, str) for t in texts) or type(count) is not int or count < 1:
                wrong.append(Violation(f"/findings/{i}", "lacks path, code, text (text) or count (1 or more)"))
            else:
                known[Known(*map(str, texts))] += count
        if wrong:
            raise ContractError(str(path), wrong)
        return cls(path, known)

    @classmethod
    def of(cls, path: Path, pages: tuple[PageReport, ...]) -> Baseline:
        """Everything that was found on ``pages``, to be written to ``path``."""
        found = [(_name(page, path), page, f) for page in pages for f in page.findings if _may_be_known(f)]
        return cls(path, Counter(_key(name, page, f) for name, page, f in found))

    def hide(
        self, pages: tuple[PageReport, ...], *, folders: Iterable[Path] = ()
    ) -> tuple[tuple[PageReport, ...], Counter[Known]]:
        """The pages without what is known, and the entries that those pages no longer need.

        A rule that did not run has not found that its entries are gone. A page of ``folders``, which were judged
        whole, that is no longer there needs none.
        """
        left = Counter(self.known)
        out = []
        judged: set[tuple[str, str]] = set()
        for page in pages:
            name = _name(page, self.path)
            judged.update((name, code) for code in page.ran)
            kept, hidden = [], list(page.suppressed)
            for finding in page.findings:
                key = _key(name, page, finding)
                if _may_be_known(finding) and left[key] > 0:
                    left[key] -= 1
                    hidden.append(Suppressed(finding, f"known since {self.path.name} was made", "external"))
                else:
                    kept.append(finding)
            out.append(replace(page, findings=tuple(kept), suppressed=tuple(hidden)))
        whole = [_from(self.path, folder) for folder in folders]
        gone = {k for k in left if (k.path, k.code) in judged or self._deleted(k.path, whole)}
        return tuple(out), Counter({k: left[k] for k in gone if left[k] > 0})

    def _deleted(self, name: str, folders: list[PurePosixPath]) -> bool:
        """Whether a page of a folder that was judged whole is no file any more."""
        inside = any(PurePosixPath(name).is_relative_to(folder) for folder in folders)
        return inside and not (self.path.absolute().parent / name).is_file()

    def without(self, gone: Counter[Known]) -> Baseline:
        """The baseline less the entries that are ``gone``; it never grows."""
        return Baseline(self.path, self.known - gone)

    def write(self) -> None:
        """Write the file, sorted, so that a diff shows what went."""
        items = [{**key._asdict(), "count": n} for key, n in sorted(self.known.items())]
        write_text(self.path, dump_json({"schema": SCHEMA, "findings": items}))


def _may_be_known(finding: Finding) -> bool:
    """What the tool says of itself (a file that it could not read) is never known."""
    return not finding.code.startswith("CR9")


def _name(page: PageReport, baseline: Path) -> str:
    """The page's path from the baseline's folder; what is no file (an event, standard input) keeps its name."""
    if not Path(page.path).is_file():
        return page.path
    return str(_from(baseline, Path(page.path)))


def _from(baseline: Path, path: Path) -> PurePosixPath:
    """``path`` from the baseline's folder."""
    return PurePosixPath(Path(os.path.relpath(path, baseline.absolute().parent)).as_posix())


def _key(name: str, page: PageReport, finding: Finding) -> Known:
    known = 0 < finding.line <= len(page.lines)
    return Known(name, finding.code, fold(page.lines[finding.line - 1]) if known else "")
