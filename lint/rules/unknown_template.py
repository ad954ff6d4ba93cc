"""CR903: the page follows a template version that is not known here."""

from __future__ import annotations

from collections.abc import Iterator

from leakstats.contracts import template_versions

from ..finding import Finding
from ..page import Page
from ..rule import Rule

__all__ = ["UnknownTemplate"]


class UnknownTemplate(Rule):
    """The page names a template version that this installation does not have. It was not judged.

    ## Why is this bad?

    Judging it by another version would report what is right and pass what is wrong.

    ## Fails

    ````markdown
    <!-- clean_result v99 -->
    # A claim of one sentence (LOW confidence)
    ````

    ## Passes

    ````markdown
    <!-- clean_result v1 -->
    # A claim of one sentence (LOW confidence)
    ````
    """

    code = "CR903"
    name = "unknown-template"
    subject = "version line"
    any_version = True

    def check(self, page: Page) -> Iterator[Finding]:
        line = page.version.line
        versions = template_versions(page.template.kind)
        if line is not None and line.version not in (*versions, page.template.version):
            yield self.finding(
                page,
                page.document.source.place(page.version.at).line,
                f"the page follows {line.kind} {line.version}, and this installation has {', '.join(versions)}",
                "update leakstats, correct the version, or name the template's folder with --template",
            )
