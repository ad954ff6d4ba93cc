"""Every rule has an edit of a clean page after which it speaks and no other rule does."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from leakstats.lint.engine import Options, lint_paths, lint_text
from leakstats.lint.registry import all_rules

DATA = Path(__file__).parent / "data"
RESULTS = (DATA / "rich.json",)


@dataclass(frozen=True)
class Edit:
    """One change of a page: text to other text, or, where ``pattern`` is set, a regular expression."""

    old: str
    new: str
    pattern: bool = False
    more: tuple[tuple[str, str], ...] = ()
    """What goes with it, wherever it stands."""
    base: str = "rich.md"
    options: dict[str, Any] = field(default_factory=dict)

    def of(self, page: str) -> str:
        """The page with the change made at the first place."""
        if self.pattern:
            out, count = re.subn(self.old, self.new, page, count=1, flags=re.DOTALL | re.MULTILINE)
        else:
            out, count = page.replace(self.old, self.new, 1), page.count(self.old)
        assert count, f"{self.old!r} does not stand on the page"
        for old, new in self.more:
            assert old in out
            out = out.replace(old, new)
        return out


DATA_AT_HAND = {"results": RESULTS}
RIGOROUS = {"profile": "rigorous"}
END = "## Artifacts"
EDITS: dict[str, Edit] = {
    "CR101": Edit(r"^## Human summary.*?(?=^## Source)", "", pattern=True),
    "CR102": Edit(r"(^## WandB.*?)(^## Sample out.*?)(?=^## Headline)", r"\2\1", pattern=True),
    "CR103": Edit("### Methodology", "## Methodology"),
    "CR104": Edit(END, "## Human summary\n\nThe same once more, since this section was pasted twice and nobody had a "
                  "look at what stood above it, in plain words for everybody who reads.\n\n" + END),
    "CR105": Edit(r"(## Human summary\n\n).*?(?=^## Source)", r"\1We taught a habit.\n\n", pattern=True),
    "CR127": Edit(r"(## Human summary\n\n).*?(?=^## Source)",
                  r"\1We taught a small habit to twelve characters of a language model and looked at who picked it up."
                  r"\n\n", pattern=True),
    "CR106": Edit("Issue #31 asked", "Somebody asked"),
    "CR107": Edit("# Marker rate falls with distance from the assistant over twelve personas (LOW confidence)\n\n", ""),
    "CR108": Edit(" over twelve personas (LOW confidence)", " over twelve personas"),
    "CR109": Edit("personas (LOW confidence)", "personas (MODERATE confidence)"),
    "CR110": Edit(r"^\*\*Confidence: LOW\*\*.*?\n\n", "", pattern=True),
    "CR111": Edit("**Confidence: LOW**", "**Confidence: rather low**"),
    "CR112": Edit("**Confidence: LOW** — one training seed, twelve personas, and one influential point.",
                  "**Confidence: LOW** — few."),
    "CR113": Edit("### Next steps",
                  "**Confidence: LOW** — one training seed and one influential point.\n\n### Next steps"),
    "CR114": Edit("- Train three more seeds: tests whether the slope is stable (about 6 GPU-hours).\n"
                  "- Read the cosine at other layers: tests how far the choice of layer matters (no GPU needed).\n",
                  ""),
    "CR115": Edit("- **The rates range",
                  "- **Two more.** See the table below.\n- **Three more.** See there too.\n- **The rates range"),
    "CR116": Edit("- **The rates range from 5.0% to 67.0% (n = 100 each).**",
                  "- The rates range from 5.0% to 67.0% (n = 100 each)."),
    "CR117": Edit("one point for each of N = 12 personas; bars are\nWilson 95% intervals for n = 100 completions.",
                  "one point for each persona; bars are\nWilson 95% intervals."),
    "CR118": Edit("- #31 — asked the question and supplied the recipe.\n- #12 — gave the list of personas.",
                  "- The pilot asked the question.\n- Its list of personas was kept.",
                  more=(("#31", "[#31](https://github.com/a/b/issues/31)"), ("- #40 plans", "- A later run plans"))),
    "CR119": Edit("- MAJOR — one influential point.", "- One influential point."),
    "CR120": Edit("matters (no GPU needed).", "matters."),
    "CR121": Edit("plans its sources by this result", "plans its sources by TBD"),
    "CR122": Edit(r"(## Artifacts\n\n).*", r"\1The script `scripts/train.py` @ `43a303c` and a plot.\n", pattern=True),
    "CR123": Edit(r"(## WandB\n\n)Project .*?\n\n", r"\1N/A — nothing was logged there at all\n\n", pattern=True),
    "CR124": Edit(r"^### Full data.*?(?=^## Sample)", "", pattern=True),
    "CR125": Edit("**Why this experiment / why these parameters / alternatives considered:** ", ""),
    "CR126": Edit("a 7B chat model", "a <small> 7B <chat> model"),
    "CR201": Edit("<!-- clean_result v1 -->\n", ""),
    "CR202": Edit("<!-- clean_result v1 -->", "<!-- clean_result one -->"),
    "CR205": Edit("artifact `completions:v3` of the project",
                  "`eval_results/marker/results_final.json`", options={"root": DATA}),
    "CR206": Edit("The recipe of #31 was kept", "The recipe of #77 was kept"),
    "CR311": Edit("| nurse | −0.12 |", "| nurse | −0.21 |", options=DATA_AT_HAND),
    "CR312": Edit("The poet stands at 58 of 100 (58.0%).", "The poet stands at 38.0%."),
    "CR313": Edit("(Spearman ρ = −0.31, p = 0.32, N = 12)",
                  "(Spearman ρ = −0.31, p = 0.33, N = 12)", options=DATA_AT_HAND),
    "CR314": Edit("N = 12 personas; bars", "N = 19 personas; bars"),
    "CR320": Edit("The poet stands at", "The mean loss is 0.437 at the end. The poet stands at", options=DATA_AT_HAND),
    "CR401": Edit("p = 3.1e-8", "p = 3.1e-4"),
    "CR402": Edit("p = 3.1e-8", "p = 0.000"),
    "CR403": Edit("(95% CI [57.3%, 75.4%])", "(95% CI [75.4%, 57.3%])"),
    "CR404": Edit("| 36.0% | [27.3%, 45.8%] |", "| 36.0% | [32.3%, 40.8%] |"),
    "CR405": Edit("The poet stands at 58 of 100 (58.0%).", "The trapper stands at 41.4% (n = 100)."),
    "CR406": Edit("The poet stands at", "At all layers p < 0.001 (N = 12). The poet stands at", options=DATA_AT_HAND),
    "CR407": Edit("At layer 8 the relation is not\n  significant", "At layer 8 the relation is\n  significant"),
    "CR408": Edit("the gap between the two is 62.0 points", "the gap between the two is 52.0 points"),
    "CR409": Edit("a ratio of 13.4×", "a ratio of 11.4×"),
    "CR410": Edit("62.0 points, a ratio of 13.4×", "62.0%"),
    "CR411": Edit("Two of the twelve personas exceed one half", "Four of the twelve personas exceed one half"),
    "CR412": Edit("The poet stands at", "The cosines range from −0.42 to 0.44. The poet stands at"),
    "CR413": Edit("The poet stands at 58 of 100 (58.0%).",
                  "The nurse takes it more often than the chef (41.0% vs 36.0%)."),
    "CR414": Edit("The librarian takes the marker most often, in 67.0% of its 100 completions (95% CI [57.3%, 75.4%]).",
                  "The pirate takes the marker most often, in 49.0% of its 100 completions (95% CI [39.4%, 58.7%]).",
                  more=((", a ratio of 13.4×", ""), ("is 62.0 points", "is 44.0 points"))),
    "CR415": Edit("From the librarian to the mayor the rate falls", "From the librarian to the mayor the rate rises"),
    "CR416": Edit("The relation is stronger at layer 20 (ρ = −0.98) than at layer 12 (ρ = −0.81), N = 12 each.",
                  "The relation is weaker later on, from ρ = −0.81 to ρ = −0.98 (N = 12)."),
    "CR417": Edit("5 samples =\n100 completions", "5 samples =\n120 completions"),
    "CR418": Edit("58 of 100 (58.0%)", "58 of 100 (57.0%)"),
    "CR419": Edit("The poet stands at",
                  "Again layer 8 is not significant (Spearman ρ = −0.31, p = 0.32, N = 12). Once more: Spearman "
                  "ρ = 0.31, p = 0.32, N = 12. The poet stands at"),
    "CR421": Edit("Two of the twelve personas exceed", "Twelve of the two personas exceed"),
    "CR420": Edit("**Standing caveats:**",
                  "| Model | Before | After | Change |\n|---|---|---|---|\n| A | 79% | 44% | −35 pp |\n"
                  "| B | 60% | 50% | −10 pp |\n| C | 40% | 20% | −20 pp |\n| D | 61% | 90% | +26 pp |\n\n"
                  "**Standing caveats:**"),
    "CR422": Edit("The poet stands at",
                  "Its interval of 57.3% to 75.4% rules out 60%. The poet stands at"),
    "CR430": Edit("The poet stands at",
                  "At layer 8 the relation is significant after Bonferroni over 7 tests (p = 0.03). The poet "
                  "stands at"),
    "CR501": Edit("- CRITICAL — one training seed (42); nothing here measures training variance.\n",
                  "- CRITICAL — one model.\n"),
    "CR502": Edit("personas (LOW confidence)",
                  "personas (HIGH confidence)", more=(("Confidence: LOW", "Confidence: HIGH"),)),
    "CR503": Edit("personas (LOW confidence)", "personas (HIGH confidence)", base="good.md",
                  more=(("Confidence: LOW", "Confidence: HIGH"), ("| Seeds | [42] |", "| Seeds | [42, 43, 44] |"),
                        ("N = 12", "N = 9"), ("p = 0.008", "p = 0.023"), ("twelve", "nine"))),
    "CR504": Edit("The poet stands at", "All six sources agree (sign-flip p = 0.01, N = 6). The poet stands at"),
    "CR511": Edit("The poet stands at",
                  "Pooled over 5 sources the 110 bystanders give ρ = 0.60, p = 2.0e-55, N = 550. The poet stands at"),
    "CR512": Edit("The poet stands at", "All five sources agree (sign-flip p = 0.0625, N = 5). The poet stands at"),
    "CR513": Edit("The relation is stronger at layer 20 (ρ = −0.98)",
                  "At the best layer the relation is ρ = −0.98 (N = 12)."),
    "CR514": Edit("The poet stands at",
                  "The relation to length is weak (ρ = −0.34 [−0.88, 0.57], N = 12). The poet stands at"),
    "CR515": Edit("The poet stands at",
                  "There is no relation to length (ρ = −0.34, p = 0.45, N = 7). The poet stands at"),
    "CR516": Edit("The poet stands at", "The trapper peaks at 73.0% (n = 100). The poet stands at"),
    "CR601": Edit(r"!\[Marker rate against cosine\]\(.*?\)\n\nShare of.*?\n\n", "", pattern=True),
    "CR602": Edit(r"^Share of completions with the marker against.*?\n\n", "", pattern=True),
    "CR603": Edit(r"^Share of completions with the marker against.*?\n\n",
                  "Rates for N = 12 personas.\n\n", pattern=True),
    "CR604": Edit("5f0c9e17ab34d2860e7719bc42fd18c3a96b07e4", "main"),
    "CR611": Edit("### Condition: librarian (67 of 100)\n\n", ""),
    "CR612": Edit("```\n[prompt]: How do ships float?\n[output]: They push aside more water than they weigh.\n```\n\n",
                  ""),
    "CR613": Edit("[prompt]: How do ships float?\n[output]: They push aside more water than they weigh.",
                  "[sample omitted]"),
    "CR615": Edit("Drawn at random with sampling seed 7.\n\n", ""),
    "CR614": Edit("### Condition: librarian (67 of 100)\n\n", "### Condition: librarian (67 of 100)\n\nPositive:\n\n"),
    "CR701": Edit(r"(### Environment\n\n).*?(?=^## WandB)", r"\1Python and the usual libraries.\n\n", pattern=True),
    "CR702": Edit("| Epochs | 3 |\n", ""),
    "CR703": Edit("| Optimizer | AdamW |\n", ""),
    "CR704": Edit("| LR | 1e-5 |", "| LR | see config |"),
    "CR705": Edit("64 (4 × 16 × 1)", "128 (4 × 16 × 1)"),
    "CR706": Edit("transformers=4.48.3, torch=2.5.1", "transformers, torch=2.5.1"),
    "CR707": Edit("| Git commit | `43a303c` |", "| Git commit | the latest one |"),
    "CR708": Edit(r"^\| Dataset example .*?\n", "", pattern=True),
    "CR128": Edit("### Next steps", "We are fairly confident of the sign.\n\n### Next steps"),
    "CR801": Edit("centred cosine to the assistant at layer 20.",
                  "centred cosine to the assistant at layer 20, without RLHF."),
    "CR802": Edit("The rates range", "The effect size is large. The rates range", options={"profile": "p-values-only"}),
    "CR803": Edit("| judge | −0.18 |", "| judge | -0.18 |"),
    "CR903": Edit("<!-- clean_result v1 -->", "<!-- clean_result v99 -->"),
    "CR904": Edit("<!-- clean_result v1 -->", "---\ntitle: 'open\nkind: [\n---\n<!-- clean_result v1 -->"),
    "CR911": Edit("### Next steps", "<!-- clean-result: allow CR402 -->\n\n### Next steps"),
    "CR912": Edit("### Next steps", "<!-- clean-result: allow CR402 because it is exact -->\n\n### Next steps"),
    "CR913": Edit("### Next steps", "<!-- clean-result: allow CR999 because it is exact -->\n\n### Next steps"),
    "CR914": Edit("### Next steps",
                  "<!-- clean-result: allow CR402 because it is exact until 2020-01-31 -->\n\n### Next steps"),
}  # fmt: skip


def spoken(page: str, options: dict[str, Any]) -> dict[str, list[str]]:
    """Codes with what they say."""
    out: dict[str, list[str]] = {}
    for finding in lint_text(page, Options(**options)).findings:
        out.setdefault(finding.code, []).append(finding.message)
    return out


@pytest.mark.parametrize("base", sorted({edit.base for edit in EDITS.values()}))
@pytest.mark.parametrize("options", [{}, DATA_AT_HAND, RIGOROUS, {"profile": "publish"}], ids=str)
def test_no_rule_speaks_before_the_edit(base: str, options: dict[str, Any]) -> None:
    if base == "good.md" and "results" in options:
        pytest.skip("the results are those of the other page")
    assert spoken((DATA / base).read_text("utf-8"), options) == {}


@pytest.mark.parametrize("code", EDITS)
def test_the_rule_alone_finds_the_edit(code: str) -> None:
    edit = EDITS[code]
    found = spoken(edit.of((DATA / edit.base).read_text("utf-8")), edit.options)
    assert set(found) == {code}, found


# -- pages that were rendered, and what no text of a page makes -----------------------------------------------------

Change = Callable[[Path], None]


def in_page(old: str, new: str) -> Change:
    def change(folder: Path) -> None:
        text = (folder / "issue.md").read_text("utf-8")
        assert old in text
        (folder / "issue.md").write_text(text.replace(old, new, 1), "utf-8")

    return change


def without_takeaway(folder: Path) -> None:
    text = (folder / "issue.md").read_text("utf-8")
    cut, count = re.subn(r" The largest rate is that of \w+\.", "", text)
    assert count
    (folder / "issue.md").write_text(cut, "utf-8")


def printed_otherwise(folder: Path) -> None:
    """Page and sidecar agree on what was printed; the analysis was made again since and says something else."""
    in_page("Each of 3 adapters", "Each of 4 adapters")(folder)
    path = folder / "issue.provenance.json"
    sidecar = json.loads(path.read_text("utf-8"))
    (span,) = [s for s in sidecar["spans"] if s["text"] == "3"]
    span["text"] = "4"
    path.write_text(json.dumps(sidecar), "utf-8")


def other_hash(folder: Path) -> None:
    text = (folder / "issue.md").read_text("utf-8")
    found = re.search("analysis=sha256:(.)", text)
    assert found is not None
    other = "0" if found[1] != "0" else "1"
    (folder / "issue.md").write_text(text[: found.start(1)] + other + text[found.end(1) :], "utf-8")


def nothing(folder: Path) -> None:
    """The profile alone asks for more."""


RENDERED: dict[str, tuple[str, str, Change]] = {
    "CR301": ("v1", "review", in_page("Each of 3 adapters", "Each of 5 adapters")),
    "CR302": ("v1", "review", printed_otherwise),
    "CR303": ("v1", "review", in_page("largest rate is that of poet", "largest rate is that of bard")),
    "CR304": ("v1", "review", other_hash),
    "CR305": ("v1", "review", without_takeaway),
    "CR616": ("v2", "rigorous", nothing),
}


@pytest.mark.parametrize("code", RENDERED)
def test_the_rule_alone_finds_the_change_of_a_rendered_page(code: str, tmp_path: Path, project_root: Path) -> None:
    version, profile, change = RENDERED[code]
    folder = tmp_path / "page"
    shutil.copytree(project_root / f"templates/clean_result/{version}/example", folder)

    def found(profile: str) -> dict[str, str]:
        (report,) = lint_paths([str(folder / "issue.md")], Options(profile=profile), stdin=io.BytesIO()).pages
        return {f.code: f.message for f in report.findings}

    assert found("review") == {}
    change(folder)
    after = found(profile)
    assert set(after) == {code}, after


HEAD = "HEAD"
IN_CHECKOUT: dict[str, tuple[str, str]] = {
    "CR605": ("1" * 40, HEAD),
    "CR606": ("", HEAD),
    "CR709": (HEAD, "ffffff1"),
}
"""What the figure's address and the card name in a checkout: the commit that is there, or another."""


@pytest.mark.parametrize("code", IN_CHECKOUT)
def test_the_rule_alone_finds_what_the_checkout_lacks(code: str, tmp_path: Path) -> None:
    def git(*args: str) -> str:
        command = ["git", "-C", str(tmp_path), "-c", "user.name=A", "-c", "user.email=a@example.org", *args]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    text = (DATA / "rich.md").read_text("utf-8")
    found = re.search(r"https://raw.githubusercontent.com/([^/]+/[^/]+)/([0-9a-f]{40})/([^)]+)", text)
    assert found is not None
    figure = tmp_path / found[3]
    figure.parent.mkdir(parents=True, exist_ok=True)
    figure.write_bytes(b"png")
    git("init", "-q")
    git("remote", "add", "origin", f"https://github.com/{found[1]}.git")
    git("add", ".")
    git("commit", "-q", "-m", "Add a figure")
    head = git("rev-parse", "HEAD")

    def spoken(figure_at: str, card: str) -> set[str]:
        path = tmp_path / "issue.md"
        url = found[0].replace(found[2], figure_at or head) + ("" if figure_at else ".svg")
        page = text.replace(found[0], url).replace("| Git commit | `43a303c` |", f"| Git commit | `{card}` |")
        path.write_text(page.replace(HEAD, head), "utf-8")
        (report,) = lint_paths([str(path)], Options(), stdin=io.BytesIO()).pages
        return {f.code for f in report.findings}

    assert spoken(HEAD, HEAD) == set()
    assert spoken(*IN_CHECKOUT[code]) == {code}


def test_only_the_tool_speaks_of_a_page_that_it_did_not_read(tmp_path: Path) -> None:
    (missing,) = lint_paths([str(tmp_path / "no.md")], Options(), stdin=io.BytesIO()).pages
    assert [f.code for f in missing.findings] == ["CR901"]
    assert set(spoken((DATA / "rich.md").read_text("utf-8"), {"max_bytes": 100})) == {"CR902"}


def test_no_rule_is_left_out() -> None:
    assert {*EDITS, *RENDERED, *IN_CHECKOUT, "CR901", "CR902"} == {rule.code for rule in all_rules()}
