"""The linter's bench is itself right: labels point at their errors, clean pages are true, scores mean what they say."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from leakstats.lint.engine import Options, lint_text
from leakstats.lint.registry import all_rules

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "benchmarks"))

from lintbench import score as scoring  # noqa: E402
from lintbench.families import FAMILIES  # noqa: E402
from lintbench.generate import HELD_OUT, banks, build, generate, load_bank  # noqa: E402
from lintbench.kinds import KINDS  # noqa: E402
from lintbench.rewrites import REWRITES  # noqa: E402
from lintbench.score import FAMILIES as FAMILY_FILE  # noqa: E402
from lintbench.score import Answer, by_command, score_set  # noqa: E402
from lintbench.verify import check_counts, check_results, check_text, check_values, diff_linter  # noqa: E402
from lintbench.writer import SLOT  # noqa: E402

EXPECTED = """
acronym acronym no, ci_excludes ci no
ci_swapped ci no, ci_width ci no
confidence_level confidence-line no, count_off count helps
dead_json artifact no, difference ratio no
digit_swap json-mismatch helps, digit_typo json-mismatch helps
direction direction no, empty_samples samples no
few_samples samples no, fold_ratio ratio no
missing_caption caption no, missing_confidence confidence-line no
missing_n sample-size no, missing_section structure no
overconfident overconfidence no, p_bound p-from-r-n helps
p_zero p-format no, percent_impossible granularity no
pp_percent units no, product product helps
quantifier count helps, range_end range helps
rate_percent units helps, rounding rounding helps
section_order structure no, seed_caveat seed-caveat no
sentinel sentinel no, sign_flip sign helps
significance significance no, stale_rate json-mismatch yes
stale_value json-mismatch yes, superlative superlative helps
table_json table-json yes, table_prose table-json helps
table_row_swap table-json yes, title_confidence title-confidence no
title_no_marker title-confidence no, unpinned_figure figure no
wrong_n sample-size helps, wrong_p p-from-r-n no
"""
"""Name, rule family and need of the results file, as in the catalogue of the shared lintbench."""


@pytest.fixture(scope="module")
def sets(tmp_path_factory):
    """A small set of every bank: 10 clean pages, every rewrite, 88 errors."""
    out = {}
    for bank in banks():
        out[bank] = tmp_path_factory.mktemp(bank)
        generate(bank, 21, out[bank], clean=10, rewrites=len(REWRITES), mutated=88)
    return out


def _labels(folder):
    return [json.loads(p.read_text("utf-8")) for p in sorted((folder / "labels").glob("*.json"))]


def test_kinds_are_those_of_the_catalogue():
    words = EXPECTED.replace(",", " ").split()
    assert {k: (family, needs) for k, (_, family, needs) in KINDS.items()} == {
        words[i]: (words[i + 1], words[i + 2]) for i in range(0, len(words), 3)
    }


def test_same_seed_gives_the_same_bytes(tmp_path):
    for name in ("a", "b"):
        generate("academic", 4, tmp_path / name, clean=4, rewrites=4, mutated=8)
    files = [sorted(p.relative_to(tmp_path / n) for p in (tmp_path / n).rglob("*.*")) for n in ("a", "b")]
    assert files[0] == files[1]
    assert len(files[0]) > 30
    assert all((tmp_path / "a" / f).read_bytes() == (tmp_path / "b" / f).read_bytes() for f in files[0])
    assert build("academic", 5, 0)[0].text() != build("academic", 4, 0)[0].text()


@pytest.mark.parametrize("bank", banks())
def test_every_label_points_at_its_error(sets, bank):
    score = score_set(sets[bank], diff_linter)
    assert [m["id"] for m in score.misses] == []
    assert sum(c["n"] for c in score.kinds.values()) == 88
    assert score.alarms == 0


@pytest.mark.parametrize("bank", banks())
def test_clean_pages_and_rewrites_are_true(sets, bank):
    checked = Counter()
    for i in range(10):
        page, files = build(bank, 21, i)
        checks = {"text": check_text(page.text()), "values": check_values(page), "data": check_results(page, files)}
        checks["counts"] = check_counts(page)
        for what, (n, bad) in checks.items():
            assert bad == []
            checked[what] += n
    for label in _labels(sets[bank]):
        if "rewrite" in label:
            assert check_text((sets[bank] / "docs" / f"{label['id']}.md").read_text("utf-8"))[1] == []
    assert checked["text"] >= 10
    assert checked["values"] > 300
    assert checked["data"] > 200
    assert checked["counts"] > 20


def test_the_check_of_pages_sees_wrong_ones(sets):
    found = Counter()
    for folder in sets.values():
        for label in _labels(folder):
            if label["kind"] in ("wrong_p", "sentinel"):
                found[label["kind"]] += bool(check_text((folder / "docs" / f"{label['id']}.md").read_text("utf-8"))[1])
    assert found["wrong_p"] >= 3
    assert found["sentinel"] >= 1
    page, _ = build("notebook", 21, 3)
    rate = next(p for p in page.pieces if p.kind == "rate" and p.sec == "takeaway")
    rate.text = rate.text.replace(rate.text[-2], str((int(rate.text[-2]) + 1) % 10)) if rate.text[-2].isdigit() else "0"
    assert len(check_values(page)[1]) == 1
    assert len(check_results(page, {"results.json": "{}"})[1]) > 20


def test_banks_offer_every_kind_and_rewrite(sets):
    kinds = Counter(label["kind"] for folder in sets.values() for label in _labels(folder))
    rewrites = Counter(label.get("rewrite") for folder in sets.values() for label in _labels(folder))
    assert set(KINDS) == set(kinds) - {"clean"}
    assert set(REWRITES) - set(rewrites) == set()
    families = {label["family"] for folder in sets.values() for label in _labels(folder)}
    assert families == set(FAMILIES)


@pytest.mark.parametrize("bank", banks())
def test_clean_pages_satisfy_the_template(sets, bank):
    codes = frozenset(r.code for r in all_rules() if r.code[2] in "1267")
    for label in _labels(sets[bank]):
        if label["kind"] == "clean":
            page = lint_text((sets[bank] / "docs" / f"{label['id']}.md").read_text("utf-8"), Options(codes=codes))
            assert [f for f in page.findings if f.severity != "note"] == []


@pytest.mark.parametrize("bank", ["patchwork", "gallery"])
def test_later_banks_say_every_kind_of_fact_in_a_dozen_ways(bank):
    words = load_bank(bank)
    said = Counter()
    for family in set(FAMILIES) & set(words):
        own = words[family]
        plain = [s for part in ("title", "background", "methodology", "caption", "confidence") for s in own[part]]
        for phrase in [*plain, *(s for group in own["takeaways"] for s in group["say"])]:
            said.update({m[1] for m in SLOT.finditer(phrase) if m[1]})
    kinds = (
        "stat coef",
        "stat p dp bound",
        "rate",
        "ci dci",
        "count quant",
        "diff delta",
        "fold",
        "move",
        "range",
        "sig dsig",
    )
    assert {k for k in (*kinds, "dir", "name") if sum(said[s] for s in k.split()) < 12} == set()


def test_every_rule_that_counts_has_a_family():
    words = json.loads(FAMILY_FILE.read_text("utf-8"))
    severity = {r.code: r.severity for r in all_rules()}
    assert set(words) - set(severity) == set()
    assert {code for code, s in severity.items() if s != "note"} - set(words) == set()
    assert set(words.values()) - {"tool", "style"} <= {family for _, family, _ in KINDS.values()}


def test_wrong_expansions_do_not_abbreviate():
    for bank in banks():
        for entry in load_bank(bank)["acronyms"].values():
            for long, fits in ((entry["long"], True), (entry["wrong"], False)):
                initials = [w[0] for w in long.replace("-", " ").upper().split()]
                letters = iter(initials)
                assert all(c in letters for c in entry["short"].upper()) == fits, long


def _saying(findings):
    return lambda root, doc, results: Answer(list(findings(doc.stem)), 0.01)


def test_scores_of_linters_whose_score_is_known(sets):
    folder = sets["notebook"]
    by_id = {label["id"]: label for label in _labels(folder)}
    finding = {"line": 1, "code": "A", "severity": "error", "message": "always"}

    silent = score_set(folder, _saying(lambda ident: []))
    clean = 10 + len(REWRITES)
    assert (silent.recall(), silent.alarms, silent.clean, silent.pages) == (0, 0, clean, clean + 88)

    noisy = score_set(folder, _saying(lambda ident: [finding]))
    assert (noisy.recall(), noisy.alarms, noisy.precision) == (0, clean, 0)

    def at_the_line(ident):
        label = by_id[ident]
        if label["kind"] == "clean":
            return []
        return [{**finding, "line": (label["lines"] or [9])[0] + 1, "code": label["expect"]}]

    perfect = score_set(folder, _saying(at_the_line), family_of={f: f for _, f, _ in KINDS.values()})
    assert (perfect.recall(), perfect.recall("family"), perfect.precision, perfect.alarms) == (1, 1, 1, 0)

    far = score_set(folder, _saying(lambda i: [{**f, "line": f["line"] + 900} for f in at_the_line(i)]))
    absent = sum(not label["lines"] for label in by_id.values() if label["kind"] != "clean")
    assert far.recall() == absent / 88
    notes = score_set(folder, _saying(lambda i: [{**f, "severity": "note"} for f in at_the_line(i)]))
    assert notes.recall() == 0


def test_a_command_is_run_in_the_folder_of_the_set(tmp_path):
    generate("notebook", 2, tmp_path, clean=2, rewrites=0, mutated=0)
    code = 'import sys; print(\'[{"line": 3, "code": "\' + open(sys.argv[1]).read(3) + \'"}]\')'
    answer = by_command(f'{sys.executable} -c "{code}" {{doc}}'.replace('\\"', '"'))
    (tmp_path / "ask.py").write_text(code)
    answer = by_command(f"{sys.executable} ask.py {{doc}}")(tmp_path, Path("docs/c000.md"), None)
    assert answer.trouble == ""
    assert answer.findings[0]["line"] == 3
    crash = by_command(f"{sys.executable} -c 'raise ValueError'")(tmp_path, Path("docs/c000.md"), None)
    assert crash.trouble == "crash"
    assert by_command(f"{sys.executable} -c 'print(1/3,2)'")(tmp_path, Path("x"), None).trouble == "unreadable answer"


def test_held_out_pages_are_not_shown(capsys):
    with pytest.raises(SystemExit):
        scoring.main(["--bank", HELD_OUT[0], "--misses"])
    with pytest.raises(SystemExit):
        scoring.main(["--held-out", "--keep", "x"])
    assert "measured, not looked at" in capsys.readouterr().err


@pytest.mark.shared
def test_the_shared_scorer_reads_our_sets(shared_dir, sets, tmp_path):
    cheat = tmp_path / "cheat.py"
    cheat.write_text(
        "import difflib, json, sys\n"
        "stem = sys.argv[1].removeprefix('docs/').removesuffix('.md')\n"
        "parent = json.load(open(f'labels/{stem}.json'))['parent']\n"
        "a, b = (open(f'docs/{i}.md').read().splitlines() for i in (parent if stem[0] == 'm' else stem, stem))\n"
        "ops = [o for o in difflib.SequenceMatcher(None, a, b, autojunk=False).get_opcodes() if o[0] != 'equal']\n"
        "found = [i for o in ops for i in range(o[3], max(o[4], o[3] + 1))]\n"
        "print(json.dumps([{'line': i + 1, 'code': 'X', 'message': str(i)} for i in found]))\n"
    )
    tool = shared_dir / "lintbench" / "tool" / "lintbench.py"
    small = tmp_path / "set"
    generate("academic", 3, small, clean=4, rewrites=2, mutated=8)
    done = subprocess.run(
        [sys.executable, str(tool), "score", "--data", str(small), "--cmd", f"{sys.executable} {cheat} {{doc}}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "6 clean, 8 mutated" in done.stdout
    assert "recall: located 100.0%" in done.stdout
    assert "false alarms: 0.00" in done.stdout


def test_every_rule_answers_to_a_word_of_the_bench() -> None:
    words = json.loads(FAMILY_FILE.read_text("utf-8"))
    assert set(words) == {rule.code for rule in all_rules()}
