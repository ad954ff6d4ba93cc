"""Every rule: its docstring runs, its cases hold, and no rule is forgotten."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest

from leakstats.errors import InputError
from leakstats.lint import rules as package
from leakstats.lint.registry import all_rules, rule_by_code, select_rules
from leakstats.lint.rule import Rule
from leakstats.lint.subjects import SUBJECTS
from leakstats.template import load_template

CASES = Path(__file__).parent / "cases"
RULES = {rule.code: rule for rule in all_rules()}
Speaks = Callable[[Rule, str], bool]


def ids(rule: Rule) -> str:
    return f"{rule.code}-{rule.name}"


@pytest.mark.parametrize("rule", all_rules(), ids=ids)
def test_docstring_examples_hold(rule: Rule, speaks: Speaks) -> None:
    doc = type(rule).doc()
    assert doc.summary.endswith(".")
    assert len(doc.why.split()) >= 8
    assert speaks(rule, doc.fails), f"{rule.code} is silent on its own Fails example"
    assert not speaks(rule, doc.passes), f"{rule.code} speaks on its own Passes example"


def case_files() -> list[Path]:
    return sorted(CASES.glob("*/*.md"))


@pytest.mark.parametrize("path", case_files(), ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_case(path: Path, speaks: Speaks) -> None:
    kind = path.stem.split("_")[0]
    assert kind in ("fail", "pass")
    assert speaks(RULES[path.parent.name], path.read_text("utf-8")) == (kind == "fail")


@pytest.mark.parametrize("rule", all_rules(), ids=ids)
def test_every_rule_has_cases(rule: Rule) -> None:
    if rule.code in ("CR901", "CR902"):  # no page text makes these; tests/lint/test_engine.py does
        return
    names = {p.stem.split("_")[0] for p in (CASES / rule.code).glob("*.md")}
    assert names == {"fail", "pass"}


def test_no_rule_is_forgotten() -> None:
    folder = Path(next(iter(package.__path__)))
    modules = sorted(p.stem for p in folder.glob("*.py") if p.stem != "__init__")
    assert sorted(rule.name.replace("-", "_") for rule in all_rules()) == modules
    assert len(RULES) == len(all_rules()), "two rules share a code"
    assert sorted(p.name for p in CASES.iterdir()) == [c for c in sorted(RULES) if c not in ("CR901", "CR902")]


@pytest.mark.parametrize("rule", all_rules(), ids=ids)
def test_names_finish_the_sentence_allow(rule: Rule) -> None:
    assert not rule.name.startswith(("require", "check", "no-", "disallow"))
    assert rule.code[:2] == "CR"
    assert len(rule.code) == 5
    assert rule.code[2:].isdigit()


def test_no_heading_label_or_row_of_the_template_stands_in_a_rule() -> None:
    template = load_template("v1")
    words = {s.heading for s in template.sections if len(s.heading) > 6}
    words |= {s.bullets.label for s in template.sections if s.bullets is not None and s.bullets.label}
    words |= {r.label for s in template.sections if s.table is not None for r in s.table.rows if len(r.label) > 6}
    for path in Path(next(iter(package.__path__))).glob("*.py"):
        code = path.read_text("utf-8").split('"""')[-1]  # behind the docstring with its examples
        assert not [w for w in words if f'"{w}' in code or f"'{w}" in code], path.name


def test_every_subject_is_known_and_spoken_of() -> None:
    assert {rule.subject for rule in all_rules()} == {"", *SUBJECTS}


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_profiles_speak_of_rules_that_exist(version: str) -> None:
    profiles = load_template(version).profiles
    for profile in profiles.values():
        assert all(any(code.startswith(key) for code in RULES) for key in profile.severity)
    assert all(rule.profile in ("", *profiles) for rule in all_rules())


def test_the_longest_code_decides_the_severity() -> None:
    profile = load_template("v1").profiles["rigorous"]
    mine = dataclasses.replace(profile, severity={"CR5": "error", "CR501": "off"})
    assert [mine.severity_of(c, "note") for c in ("CR501", "CR502", "CR601")] == ["off", "error", "note"]


def test_judgements_on_the_design_fail_the_page_in_one_profile_only() -> None:
    design = [rule for rule in all_rules() if rule.code.startswith("CR5")]
    assert design
    for version in ("v1", "v2"):
        for name, profile in load_template(version).profiles.items():
            severities = {profile.severity_of(rule.code, rule.severity) for rule in design if rule.severity == "note"}
            assert severities <= {"error" if name == "rigorous" else "note"}


def test_rules_are_found_by_code_and_by_name() -> None:
    assert rule_by_code("cr101") is rule_by_code("missing-section")
    with pytest.raises(InputError, match=r"no rule is called 'CR999'"):
        rule_by_code("CR999")


def test_families_and_lists_select() -> None:
    assert select_rules(["CR3"]) == {c for c in RULES if c.startswith("CR3")}
    assert select_rules(["CR101,missing-caption"]) == {"CR101", "CR602"}
    assert select_rules([], ["CR1"]) == {c for c in RULES if not c.startswith("CR1")}


@pytest.mark.parametrize("item", ["CR", "CR999", "missing", "C"])
def test_a_typing_error_silences_nothing(item: str) -> None:
    with pytest.raises(InputError, match=f"no rule is called '{item}'"):
        select_rules([], [item])
