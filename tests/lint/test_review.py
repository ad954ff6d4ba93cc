"""The reviewer's verdict: template, card, and each claim with its evidence."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from leakstats.errors import InputError, LeakstatsError
from leakstats.lint.engine import Options, judge_page
from leakstats.lint.formats.review import review_to_text
from leakstats.lint.review import Claim, Review, review
from leakstats.lint.review_command import review_page

TABLE = """## Headline numbers

| Persona | Marker rate |
|---|---|
| villain | 57% |
| nurse | 12% |
| pirate | 31% |
| judge | 44% |

"""


def reviewed(text: str) -> Review:
    return review(*judge_page(text, Options(), path="issue.md"))


def takeaways(good_page: str, *bullets: str) -> list[Claim]:
    begin = good_page.index("- **The rate falls")
    end = good_page.index("**Confidence:")
    text = good_page[:begin] + "\n".join(bullets) + "\n\n" + good_page[end:]
    head = text.index("## Headline numbers")
    return [c for c in reviewed(text[:head] + TABLE + text[head:].split("\n", 1)[1]).claims if c.kind == "takeaway"]


def test_a_page_without_fault_passes(good_page: str) -> None:
    done = reviewed(good_page)
    assert (done.verdict, done.reasons) == ("PASS", ())
    assert all(not check.problems for check in done.checks)
    assert {field.state for field in done.card} == {"filled"}
    assert {claim.kind for claim in done.claims} == {"title", "takeaway", "caption"}


def test_numbers_where_the_words_say_support_a_claim(good_page: str) -> None:
    (claim,) = takeaways(good_page, "- **The villain says it in 57% and the nurse in 12% (N = 12).** A gap of 45 pp.")
    assert claim.standing == "supported"
    assert claim.evidence == (
        "'57%': Marker rate of villain (column 'Marker rate')",
        "'12%': Marker rate of nurse (column 'Marker rate')",
        "'12': stated alike elsewhere on the page",
        "'45pp': the difference of 57% and 12% beside it",
    )


def test_a_number_of_another_row_is_no_support(good_page: str) -> None:
    (claim,) = takeaways(good_page, "- **The villain says it in 12% of completions (N = 12).**")
    assert claim.standing in ("contradicted", "not checkable")


def test_thresholds_and_differences_are_no_values_of_anything(good_page: str) -> None:
    (claim,) = takeaways(good_page, "- **The villain says it at least 10 pp more often than the nurse (N = 12).**")
    assert claim.standing == "not checkable"
    (claim,) = takeaways(good_page, "- **The villain says it 57 pp more often (N = 12).**")
    assert claim.standing != "supported"


def test_words_alone_are_not_checkable(good_page: str) -> None:
    (claim,) = takeaways(good_page, "- **The villain says it (N = 12).**")
    assert (claim.standing, claim.evidence) == (
        "not checkable",
        ("it states no number that data or tables could settle",),
    )


def test_what_nothing_explains_is_named(good_page: str) -> None:
    (claim,) = takeaways(good_page, "- **The partial rank correlation is ρ = −0.55 (N = 12).**")
    assert claim.standing == "not checkable"
    assert claim.evidence[-1].startswith("'−0.55': no results file was given")


def test_a_finding_decides_before_any_evidence(good_page: str) -> None:
    wrong = "- **The rate falls with cosine (Spearman ρ = −0.74, p = 0.2, N = 12).**"
    (claim,) = takeaways(good_page, wrong)
    assert claim.standing == "contradicted"
    assert claim.evidence[0].startswith("CR401: ")


COURSE = """## Headline numbers

| Persona | Ep 0 (baseline) | Peak | Ep 20 (final) |
|---|---|---|---|
| villain | 10% | 60% | 15% |
| nurse | 12% | 33% | 32% |
| pirate | 25.0% | 60.0% | 55.0% |
| judge | 2% | 8% | 5% |

"""


def course(good_page: str, bullet: str) -> Claim:
    begin = good_page.index("- **The rate falls")
    text = good_page[:begin] + bullet + "\n\n" + good_page[good_page.index("**Confidence:") :]
    head = text.index("## Headline numbers")
    text = text[:head] + COURSE + text[head:].split("\n", 1)[1]
    (claim,) = [c for c in reviewed(text).claims if c.kind == "takeaway"]
    return claim


def test_a_peak_that_is_called_an_increase_is_overclaimed(good_page: str) -> None:
    claim = course(good_page, "- **Training increases the rate of the villain (10→60%, n = 200).**")
    assert claim.standing == "overclaimed"
    assert claim.evidence[0] == (
        "'60%' is the peak of villain, which ends at 15%: from 10% that is a net change of +5.0 pp"
    )


@pytest.mark.parametrize(
    "bullet",
    [
        "- **Training increases the rate of the villain to a peak (10→60%, n = 200).**",
        "- **Training increases the rate of the villain (10→15%, n = 200).**",
        "- **Training increases the rate of the pirate (25→55%, n = 200).**",
        "- **Training increases the rate of the nurse (12→33%, n = 200).**",  # nearly all of it stays
        "- **The villain stands at 10% and 60% (n = 200).**",
    ],
)
def test_a_peak_that_is_called_one_or_stays_is_no_overclaim(good_page: str, bullet: str) -> None:
    assert course(good_page, bullet).standing != "overclaimed"


def test_a_share_of_another_base_is_overclaimed(good_page: str) -> None:
    claim = course(good_page, "- **The pirate reaches 93% of its peak by epoch 2 (25.0→57.5%, n = 200).**")
    assert claim.standing == "overclaimed"
    assert claim.evidence[0] == "'93%' is a share of the rise, not of the peak (which gives 96%)"
    claim = course(good_page, "- **The pirate makes 96% of its rise by epoch 2 (25.0→57.5%, n = 200).**")
    assert claim.evidence[0] == "'96%' is a share of the peak, not of the rise (which gives 93%)"


def test_a_share_of_its_own_base_is_none(good_page: str) -> None:
    for bullet in ("93% of its rise", "96% of its peak"):
        claim = course(good_page, f"- **The pirate makes {bullet} by epoch 2 (25.0→57.5%, n = 200).**")
        assert claim.standing != "overclaimed"


def test_all_for_most_is_overclaimed(good_page: str) -> None:
    (claim,) = takeaways(good_page, "- **All 4 personas say it in more than 30% of completions (N = 12).**")
    assert claim.standing == "overclaimed"
    assert claim.evidence[0].startswith("CR411: ")


def test_the_coverage_of_the_page_stands_before_the_verdict(good_page: str) -> None:
    lines = review_to_text(reviewed(good_page)).splitlines()
    assert lines[-3].startswith("Of the whole page: 9 numbers: 0 grounded, 7 derived")


@pytest.mark.parametrize(("rows", "verdict"), [(1, "CONCERNS"), (4, "FAIL")])
def test_missing_fields_of_the_card_are_counted(good_page: str, rows: int, verdict: str) -> None:
    labels = ["| Wall time |", "| Python |", "| Git commit |", "| Hardware |"][:rows]
    text = "\n".join(line for line in good_page.split("\n") if not line.startswith(tuple(labels)))
    page, report = judge_page(text, Options(severity={"CR702": "off"}), path="issue.md")
    done = review(page, report)
    assert sum(f.state == "missing" for f in done.card) == rows
    assert done.verdict == verdict


def test_a_value_that_nobody_kept_is_no_missing_field(good_page: str) -> None:
    done = reviewed(good_page.replace("| Wall time | 24 min |", "| Wall time | not recorded — the pod is gone |"))
    assert [f.label for f in done.card if f.state == "not recorded"] == ["Wall time"]
    assert done.verdict == "PASS"


def test_a_field_under_another_name_is_neither_filled_nor_missing(good_page: str) -> None:
    done = reviewed(good_page.replace("| Hardware |", "| Where it ran |"))
    (field,) = [f for f in done.card if f.state != "filled"]
    assert (field.label, field.state, field.why) == ("Hardware", "not found", "perhaps 'Where it ran' says it")
    assert done.verdict == "PASS"
    assert "- Compute / Hardware: perhaps 'Where it ran' says it" in review_to_text(done)


def test_the_checklist_names_each_section_once(good_page: str) -> None:
    done = reviewed(good_page.replace("## Artifacts", "## Elsewhere").replace("N = 12 personas", "twelve personas TBD"))
    broken = {check.name: [f.code for f in check.problems] for check in done.checks if check.problems}
    assert "CR101" in broken["Artifacts"]
    assert "CR121" in broken["Results"]
    text = review_to_text(done)
    assert "- [ ] Artifacts\n  - line " in text
    assert "- [x] Human summary\n" in text
    assert text.splitlines()[-1].startswith("**Verdict: FAIL**: ")


def test_nothing_is_kept_by_a_page_that_lacks_it(good_page: str) -> None:
    done = reviewed("")
    assert not any(check.kept for check in done.checks)
    assert "- [ ] Background: missing, as is 'TL;DR'\n" in review_to_text(done)
    begin, end = good_page.index("## Setup"), good_page.index("## WandB")
    absent = {
        check.name: check.absent for check in reviewed(good_page[:begin] + good_page[end:]).checks if check.absent
    }
    assert absent == {"Setup & hyper-parameters": "missing"} | dict.fromkeys(
        ["Model", "Training", "Data", "Eval", "Compute", "Environment"], "missing, as is 'Setup & hyper-parameters'"
    )


def test_a_row_of_something_else_excuses_no_field(good_page: str) -> None:
    done = reviewed(good_page.replace("| Hardware |", "| Personas |"))
    assert [(f.label, f.state) for f in done.card if f.state != "filled"] == [("Hardware", "missing")]
    assert done.verdict == "FAIL"


def run(*args: str) -> Result:
    return CliRunner().invoke(review_page, list(args), catch_exceptions=False)


def test_the_command(tmp_path: Path, good_page: str) -> None:
    path = tmp_path / "issue.md"
    path.write_text(good_page, "utf-8")
    assert run(str(path)).exit_code == 0
    assert run(str(path)).stdout.endswith("**Verdict: PASS**\n")
    path.write_text("# T\n", "utf-8")
    assert run(str(path)).exit_code == 1


def test_the_project_s_settings_hold_for_a_review_too(
    tmp_path: Path, good_page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "issue.md"
    path.write_text(good_page.replace(" (LOW confidence)", "", 1), "utf-8")
    assert run(str(path)).exit_code == 1
    settings = tmp_path / ".clean-result.toml"
    settings.write_text('[ignore]\nCR108 = "our titles have no marker"\n', "utf-8")
    assert run(str(path)).exit_code == 0
    settings.write_text("max-bytes = 10\n", "utf-8")
    with pytest.raises(InputError, match="larger than 10 bytes"):
        run(str(path))


def test_a_page_that_is_not_parsed_is_one_message() -> None:
    with pytest.raises(InputError, match="was not parsed: it has 20000"):
        judge_page("[" * 20_000, Options(), path="p.md")
    with pytest.raises(InputError, match="larger than 3 bytes"):
        judge_page("abcd", Options(max_bytes=3), path="p.md")


def test_rendered_numbers_are_supported_by_their_expression(project_root: Path) -> None:
    folder = project_root / "templates/clean_result/v1/example"
    path = folder / "issue.md"
    done = review(*judge_page(path.read_text("utf-8"), Options(), path=str(path), file=path))
    assert done.verdict == "PASS"
    said = json.dumps([c.evidence for c in done.claims if c.standing == "supported"])
    assert "rho(source=" in said


def test_a_peak_in_decimals_is_a_peak_too(good_page: str) -> None:
    table = COURSE.replace("10% | 60% | 15%", "0.10 | 0.60 | 0.15").replace("12% | 33% | 32%", "0.12 | 0.33 | 0.32")
    table = table.replace("25.0% | 60.0% | 55.0%", "0.250 | 0.600 | 0.550").replace(
        "2% | 8% | 5%", "0.02 | 0.08 | 0.05"
    )
    head = good_page.index("## Headline numbers")
    begin = good_page.index("- **The rate falls")
    text = good_page[:begin] + "- **The rate of the villain increases from 0.10 to 0.60 (n = 200).**\n\n"
    text += good_page[good_page.index("**Confidence:") : head] + table + good_page[head:].split("\n", 1)[1]
    (claim,) = [c for c in reviewed(text).claims if c.kind == "takeaway"]
    assert claim.standing == "overclaimed"
    assert "net change of +5.0 pp" in claim.evidence[0]


def test_a_results_file_that_cannot_be_read_is_no_verdict(tmp_path: Path, good_page: str) -> None:
    path = tmp_path / "issue.md"
    path.write_text(good_page, "utf-8")
    done = run(str(path), "--results", str(tmp_path / "none.json"))
    assert done.exit_code == 2
    assert "none.json cannot be read, so it is not checked: No such file or directory" in done.stderr


def test_a_pipe_that_nobody_writes_to_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "page.md")
    with pytest.raises(LeakstatsError, match="cannot be read: no regular file"):
        run(str(tmp_path / "page.md"))


def test_a_page_from_standard_input(good_page: str) -> None:
    done = CliRunner().invoke(review_page, ["-"], input=good_page, catch_exceptions=False)
    assert done.exit_code == 0
    assert done.stdout.startswith("# Review of `<stdin>`")
    broken = CliRunner().invoke(review_page, ["-"], input=b"# T\n\xff", catch_exceptions=True)
    assert "<stdin>: not UTF-8 text: byte 0xff at offset 4 (line 2)" in str(broken.exception)
