"""The commands as a user meets them: exit statuses, one clear message for a mistake, nothing half-written."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = ROOT / "examples" / "assistant_variants" / "results.json"


def leakstats(*arguments: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from leakstats.cli import main; main()", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=120)


def changed(tmp_path: Path, change) -> Path:
    document = json.loads(EXAMPLE.read_text("utf-8"))
    change(document)
    path = tmp_path / "results.json"
    path.write_text(json.dumps(document), "utf-8")
    return path


def one_message(done: subprocess.CompletedProcess[str], tmp_path: Path) -> str:
    assert done.returncode == 2, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists(), "something was written although the command failed"
    return done.stdout + done.stderr


def test_analyze_writes_analysis_and_figures(tmp_path):
    done = leakstats("analyze", EXAMPLE, "-o", tmp_path / "out", "--resamples", 199, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Confidence: MODERATE at the most" in done.stdout
    assert done.stdout.rstrip().endswith("analysis.json")
    document = json.loads((tmp_path / "out/analysis.json").read_text("utf-8"))
    for figure in document["figures"]:
        for file in figure["files"].values():
            assert (tmp_path / "out" / file["path"]).stat().st_size > 0
    assert {p.suffix for p in (tmp_path / "out/figures").iterdir()} == {".png", ".pdf", ".json"}


def test_quiet_prints_the_path_only(tmp_path):
    done = leakstats("analyze", EXAMPLE, "-o", "out", "--resamples", 199, "--no-figures", "--quiet", cwd=tmp_path)
    assert (done.stdout, done.stderr) == ("out/analysis.json\n", "")


def test_an_override_is_visible(tmp_path):
    done = leakstats(
        "analyze",
        EXAMPLE,
        "-o",
        "out",
        "--resamples",
        199,
        "--no-figures",
        "--override",
        "rates=clopper-pearson",
        cwd=tmp_path,
    )
    assert "OVERRIDE rates=clopper-pearson" in done.stdout
    document = json.loads((tmp_path / "out/analysis.json").read_text("utf-8"))
    assert document["settings"]["overrides"]["rates"].startswith("clopper-pearson")


def test_missing_file(tmp_path):
    assert "nowhere.json: no such file" in one_message(leakstats("analyze", "nowhere.json", cwd=tmp_path), tmp_path)


def test_broken_json(tmp_path):
    (tmp_path / "results.json").write_text('{"schema": "results.v1",', "utf-8")
    assert "not JSON" in one_message(leakstats("analyze", "results.json", cwd=tmp_path), tmp_path)


def test_nan(tmp_path):
    path = changed(tmp_path, lambda d: d["similarity"][0]["values"].__setitem__(3, float("nan")))
    assert "NaN" in one_message(leakstats("analyze", path, cwd=tmp_path), tmp_path)


def test_wrong_schema_version(tmp_path):
    path = changed(tmp_path, lambda d: d.update(schema="results.v9"))
    message = one_message(leakstats("analyze", path, cwd=tmp_path), tmp_path)
    assert "results.v9" in message
    assert "results.v1" in message


def test_negative_count(tmp_path):
    path = changed(tmp_path, lambda d: d["tables"][0]["successes"].__setitem__(4, -1))
    message = one_message(leakstats("analyze", path, cwd=tmp_path), tmp_path)
    assert "/tables/0/successes/4" in message
    assert "-1" in message


def test_unknown_persona(tmp_path):
    path = changed(tmp_path, lambda d: d["factors"]["source"]["levels"].__setitem__(0, "sofware_engineer"))
    assert "sofware_engineer" in one_message(leakstats("analyze", path, cwd=tmp_path), tmp_path)


def test_several_violations_are_listed_together(tmp_path):
    def spoil(document):
        document["tables"][0]["successes"][4] = 101
        document["similarity"][0]["values"][0] = 1.5

    message = one_message(leakstats("validate", changed(tmp_path, spoil), cwd=tmp_path), tmp_path)
    assert "/tables/0/successes/4" in message
    assert "/similarity/0/values/0" in message


def test_unwritable_output(tmp_path):
    (tmp_path / "file").write_text("in the way", "utf-8")
    done = leakstats("analyze", EXAMPLE, "-o", "file/out", "--resamples", 199, "--no-figures", cwd=tmp_path)
    assert done.returncode == 2
    assert "cannot be written" in done.stderr or "is a file" in done.stderr
    assert "Traceback" not in done.stderr
    assert (tmp_path / "file").read_text("utf-8") == "in the way"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--resamples", "5"], "at least 99"),
        (["--override", "rates=guess"], "unknown"),
        (["--override", "rates"], "NAME=CHOICE"),
        (["--level", "95"], "0.95, not 95"),
    ],
)
def test_bad_options(tmp_path, arguments, words):
    assert words in one_message(leakstats("analyze", EXAMPLE, "-o", "out", *arguments, cwd=tmp_path), tmp_path)


def test_validate_says_fine(tmp_path):
    done = leakstats("validate", EXAMPLE, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
