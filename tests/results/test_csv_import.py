"""CSV files through a mapping into results files, and what is said when they do not fit."""

from __future__ import annotations

import contextlib
import copy
import re
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from leakstats.errors import ContractError, LeakstatsError
from leakstats.results import Results, from_document, load
from leakstats.results.commands import import_
from leakstats.results.csv_import import import_csv
from leakstats.results.csv_init import starting_mapping

WORDS = """
[design]
unit = "persona"
unit_noun = "bystanders"
independent = "sources"
exchangeable = "personas"

[design.replication.training_seed]
n = 1
values = [42]

[detector]
kind = "substring"
pattern = "[ZLT]"
"""
STUDY = '[study]\nid = "#1"\ntitle = "A study"\ncreated = 2026-01-02\n'
RATES = """
[[table]]
id = "rates"
outcome = "marker"
role = "leakage"
factors = { source = "src", persona = "name", question = "q", training_seed = "seed" }
successes = "hits"
trials = 10
summed_over = { completion = 10 }
"""
CSV = """src,name,q,seed,hits,cos_L10,cos_L20,printed
villain,nurse,0,42,3,0.5,0.25,30%
villain,nurse,1,42,4.0,0.5,0.25,40.0
villain,clerk,0,42,0,-0.5,,
villain,clerk,1,42,10,-0.5,,100
"""


def write(folder: Path, mapping: str, data: str = CSV) -> tuple[Path, Path]:
    (folder / "data.csv").write_text(data, "utf-8")
    (folder / "map.toml").write_text(mapping, "utf-8")
    return folder / "data.csv", folder / "map.toml"


def imported(folder: Path, mapping: str, data: str = CSV) -> Results:
    return from_document(import_csv(*write(folder, mapping, data), target=folder / "results.json"))


def refused(folder: Path, mapping: str, data: str = CSV) -> str:
    with pytest.raises(ContractError) as caught:
        imported(folder, mapping, data)
    return str(caught.value)


def test_counts(tmp_path: Path) -> None:
    results = imported(tmp_path, STUDY + RATES + WORDS)
    table = results.table("rates")
    assert table.successes.tolist() == [3, 4, 0, 10]
    assert table.trials.tolist() == [10] * 4
    assert table.column("persona").tolist() == ["nurse", "nurse", "clerk", "clerk"]
    assert table.levels("question") == (0, 1)
    assert results.factors["training_seed"].levels == (42,)
    assert results.personas.name == ("nurse", "clerk", "villain")
    assert results.study.created == "2026-01-02"
    assert results.design.training_seed.values == (42,)
    assert results.design.sampling_seed.reason == "not given in the mapping"
    assert results.plan.status == "exploratory"


def test_what_is_not_said_is_null_with_a_reason(tmp_path: Path) -> None:
    provenance = imported(tmp_path, STUDY + RATES + WORDS).provenance
    assert provenance["commit"] is None
    assert provenance["unknown"]["commit"] == "not given in the mapping"
    assert provenance["unknown"]["seeds.training"] == "not given in the mapping"
    assert [i["path"] for i in provenance["inputs"]] == ["data.csv", "map.toml"]


def test_provenance_and_setup_are_taken_over(tmp_path: Path) -> None:
    more = """
[provenance]
commit = "abc"
seeds = { training = [42] }
unknown = { python = "lost" }
[setup.training]
LR = "1e-5"
[setup.unknown]
"training.Loss" = "not recorded"
"""
    results = imported(tmp_path, STUDY + RATES + WORDS + more)
    assert results.provenance["commit"] == "abc"
    assert results.provenance["seeds"] == {"training": [42], "sampling": None}
    assert results.provenance["unknown"]["python"] == "lost"
    assert results.setup["training"] == {"LR": "1e-5", "Loss": None}


def test_no_summed_over_says_so(tmp_path: Path) -> None:
    mapping = STUDY + RATES.replace("summed_over = { completion = 10 }", "") + WORDS
    note = imported(tmp_path, mapping).table("rates").trials_note
    assert note == "the mapping does not say what the trials sum over"


WIDE = """
[[similarity]]
id = "cosine"
measure = "cosine"
compared = "centroids"
where = { q = 0 }
factors = { source = "src", persona = "name" }
layers = { cos_L10 = 10, cos_L20 = 20 }
missing_reason = "lost"
"""


def test_wide_similarity(tmp_path: Path) -> None:
    results = imported(tmp_path, STUDY + RATES + WIDE + WORDS)
    table = results.similarity_table("cosine")
    assert table.column("layer").tolist() == [10, 10, 20, 20]
    np.testing.assert_array_equal(table.values, [0.5, -0.5, 0.25, np.nan])
    values = table.values_for(results.table("rates"), layer=20)
    np.testing.assert_array_equal(values, [0.25, 0.25, np.nan, np.nan])


def test_long_similarity_from_another_file(tmp_path: Path) -> None:
    (tmp_path / "long.csv").write_text("who;layer;cos\nnurse;20;-0.5\n", "utf-8")
    mapping = (
        STUDY
        + RATES.replace("factors", 'file = "data.csv"\nfactors')
        + '[[similarity]]\nid = "c"\nmeasure = "cosine"\ncompared = "x"\nfile = "long.csv"\n'
        + 'factors = { persona = "who", layer = "layer" }\nvalues = "cos"\nkind = "reported"\n'
        + WORDS
        + '[csv]\ndelimiter = ";"\n'
    )
    table = imported(tmp_path, mapping, CSV.replace(",", ";")).similarity_table("c")
    assert table.levels("layer") == (20,)
    assert table.values.tolist() == [-0.5]
    assert table.printed == ("-0.5",)


def test_printed_rates(tmp_path: Path) -> None:
    mapping = STUDY + RATES.replace(
        'successes = "hits"\ntrials = 10\nsummed_over = { completion = 10 }',
        'printed = "printed"\ndeclared_trials = 10',
    )
    reported = imported(tmp_path, mapping + WORDS).table("rates").reported
    assert reported is not None
    assert reported.printed == ("30%", "40.0", None, "100")
    assert reported.trials_status == "declared"
    np.testing.assert_array_equal(reported.low, [0.295, 0.3995, np.nan, 0.995])
    np.testing.assert_array_equal(reported.high, [0.305, 0.4005, np.nan, 1.0])


def test_impossible_printed_rates_are_told(tmp_path: Path) -> None:
    mapping = STUDY + RATES.replace(
        'successes = "hits"\ntrials = 10\nsummed_over = { completion = 10 }', 'printed = "printed"\ndeclared_trials = 7'
    )
    message = refused(tmp_path, mapping + WORDS)
    assert '/tables/0/printed/0: is "30%"; no whole number of 7 completions prints as that' in message


def test_personas_and_questions(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text(
        'name,cat,text,rel,tokens\nnurse,good,"You are a nurse,\nof sorts.",villain; clerk,5\nclerk,,,,\nvillain,,,,\n',
        "utf-8",
    )
    (tmp_path / "questions.csv").write_text("id,text\n0,Why?\n1,How?\n2,Who?\n", "utf-8")
    more = """
[personas]
file = "people.csv"
name = "name"
category = "cat"
prompt = "text"
related_to = "rel"
covariates = { prompt_tokens = { column = "tokens", unit = "token" } }
[questions]
file = "questions.csv"
id = "id"
text = "text"
"""
    results = imported(tmp_path, STUDY + RATES + WORDS + more)
    assert results.personas.name == ("nurse", "clerk", "villain")
    assert results.personas.prompt_of("nurse") == "You are a nurse,\nof sorts."
    assert results.personas.category == ("good", None, None)
    assert results.personas.related_to == (("villain", "clerk"), (), ())
    np.testing.assert_array_equal(results.personas.covariate("prompt_tokens"), [5, np.nan, np.nan])
    assert results.questions is not None
    assert results.questions.id == (0, 1, 2)
    assert results.questions.text == ("Why?", "How?", "Who?")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("hits", "hit", r"map.toml, table\[0\].successes: data.csv has no column 'hit'\n    help: it has src, name, q"),
        ('persona = "name"', 'persona = "who"', r"map.toml, table\[0\].factors.persona: data.csv has no column 'who'"),
        ('role = "leakage"', 'role = "leak"', r"/tables/0/role: is \"leak\"; expected one of"),
        ('role = "leakage"\n', "", r"table\[0\]: misses 'role'"),
        ("trials = 10\n", "", r"map.toml, table\[0\]: misses 'trials'"),
        ("trials = 10", "trials = 9", "/tables/0/successes/3: is 10, more than its 9 trials"),
        ("trials = 10", "trails = 10", r"table\[0\]: has unknown key 'trails'"),
        ('successes = "hits"\n', "", r"table\[0\]: needs one of 'successes' and 'printed'"),
        ('seed = "seed"', "seed = 3", r"table\[0\].factors.training_seed: is 3; expected text"),
        ('"[ZLT]"', '"TODO later"', "detector.pattern: still says 'TODO later'"),
        ("created = 2026", "created = 20", "no TOML"),
        ("[detector]", "[detektor]", "misses 'detector'"),
        ('unit = "persona"', 'unit = "animal"', r'/design/unit: is "animal", no factor of this file'),
    ],
)
def test_mistakes_in_the_mapping(tmp_path: Path, old: str, new: str, message: str) -> None:
    mapping = STUDY + RATES + WORDS
    assert old in mapping
    assert re.search(message, refused(tmp_path, mapping.replace(old, new))), refused(
        tmp_path, mapping.replace(old, new)
    )


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("42,3,", "42,3.5,", "data.csv, line 2, column 'hits': is '3.5'; expected a whole number"),
        ("42,3,", "42,,", "data.csv, line 2, column 'hits': is ''; expected a whole number"),
        ("0,42,3", "0,x,3", "factor training_seed: has the level 'x'"),
        ("clerk,1", ",1", "data.csv, line 5, column 'name': is '', no level of persona"),
        ("clerk,1", "clerk,0", "/tables/0/factors/source/3: repeats the cell"),
        ("-0.5,,\nvillain,clerk,1", "-0.5,\nvillain,clerk,1", "data.csv, line 4: has 7 fields; the header has 8"),
        ("0.5,0.25,30%", "0.5,high,30%", "data.csv, line 2, column 'cos_L20': is 'high'; expected a number"),
        ("0.5,0.25,30%", "1.5,0.25,30%", "/similarity/0/values/0: is 1.5; a cosine lies in [-1, 1]"),
        ("hits,cos_L10", "hits,hits", "data.csv, line 1: column 'hits' stands twice"),
        ("src,name", "src,", "data.csv, line 1: column 2 has no name"),
        ("villain,nurse,0", '"villain,nurse,0', "is no CSV"),
    ],
)
def test_mistakes_in_the_data(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in CSV
    assert message in refused(tmp_path, STUDY + RATES + WIDE + WORDS, CSV.replace(old, new, 1))


def test_all_mistakes_are_listed(tmp_path: Path) -> None:
    data = CSV.replace("42,3,", "42,x,").replace("0.25,40.0", "low,40.0").replace("42,10,", "42,y,")
    message = refused(tmp_path, STUDY + RATES + WIDE.replace("where = { q = 0 }", "") + WORDS, data)
    for place in ("line 2, column 'hits'", "line 5, column 'hits'", "line 3, column 'cos_L20'"):
        assert place in message


def test_a_persona_with_two_categories(tmp_path: Path) -> None:
    more = '[personas]\nname = "name"\ncategory = "hits"\n'
    message = refused(tmp_path, STUDY + RATES + WORDS + more)
    assert "data.csv, line 3, column 'hits': is '4.0' for 'nurse', but '3' on line 2" in message


def test_lines_count_breaks_inside_quotes(tmp_path: Path) -> None:
    data = 'src,name,q,seed,hits\n"vil\nlain",nurse,0,42,1\nb,nurse,0,42,x\n'
    assert "data.csv, line 4, column 'hits': is 'x'" in refused(tmp_path, STUDY + RATES + WORDS, data)


@pytest.mark.parametrize(("data", "message"), [("", "is empty"), ("a,b\n", "has a header but no rows")])
def test_empty_files(tmp_path: Path, data: str, message: str) -> None:
    assert message in refused(tmp_path, STUDY + RATES + WORDS, data)


def test_persona100_through_a_mapping(project_root: Path, tmp_path: Path) -> None:
    """The importer gives the same tables as the example's own script."""
    numbers = project_root / "examples/persona100/numbers"
    mapping = tmp_path / "map.toml"
    (tmp_path / "numbers").symlink_to(numbers)
    common = (
        'outcome = "marker"\nsuccesses = "found"\ntrials = "total"\nsummed_over = { question = 20, completion = 10 }\n'
    )
    text = f"""
[study]
id = "#66"
title = "by mapping"
[[table]]
id = "bystander_rate"
role = "leakage"
where = {{ is_source = 0 }}
factors = {{ source = "source", persona = "persona" }}
{common}
[[table]]
id = "own_rate"
role = "own_rate"
where = {{ is_source = 1 }}
factors = {{ source = "source" }}
{common}
[[similarity]]
id = "cosine"
file = "numbers/cosine.csv"
measure = "cosine"
compared = "centroids"
factors = {{ source = "source", persona = "persona" }}
layers = {{ cos_L10 = 10, cos_L15 = 15, cos_L20 = 20, cos_L25 = 25 }}
[personas]
file = "numbers/personas.csv"
name = "persona"
category = "category"
prompt = "prompt"
related_to = "related_to"
[plan]
[plan.primary]
analysis = "similarity"
statistic = "spearman"
layer = 20
outcome = "bystander_rate"
predictor = "cosine"
{WORDS}
"""
    mapping.write_text(text, "utf-8")
    mine = from_document(import_csv(numbers / "leakage.csv", mapping, target=tmp_path / "results.json"))
    example = load(project_root / "examples/persona100/results.json")
    for name in ("bystander_rate", "own_rate", "cosine"):
        key = ["source", "persona", "layer"]
        a, b = (r.to_pandas(name) for r in (mine, example))
        on = [k for k in key if k in a]
        a, b = (f.sort_values(on).reset_index(drop=True) for f in (a, b))
        assert len(a) in (550, 5, 2200)
        assert a.equals(b[a.columns])
    assert mine.personas.prompt == example.personas.prompt
    assert mine.personas.related_to == example.personas.related_to


class TestCommand:
    def run(self, *args: str | Path) -> tuple[int, str]:
        result = CliRunner().invoke(import_, ["csv", *map(str, args)], standalone_mode=True)
        if isinstance(result.exception, LeakstatsError):
            return 2, str(result.exception)  # leakstats.command_line.run prints it
        return result.exit_code, result.output

    def test_writes_a_valid_file(self, tmp_path: Path) -> None:
        data, mapping = write(tmp_path, STUDY + RATES + WORDS)
        target = tmp_path / "results.json"
        assert self.run(data, "--map", mapping, "-o", target) == (0, f"{target}\n")
        assert load(target).study.id == "#1"

    def test_replaces_nothing_unasked(self, tmp_path: Path) -> None:
        data, mapping = write(tmp_path, STUDY + RATES + WORDS)
        target = tmp_path / "results.json"
        target.write_text("mine")
        code, message = self.run(data, "--map", mapping, "-o", target)
        assert code == 2
        assert "exists already" in message
        assert target.read_text() == "mine"
        assert self.run(data, "--map", mapping, "-o", target, "--force")[0] == 0
        assert load(target).study.id == "#1"

    def test_writes_nothing_on_mistakes(self, tmp_path: Path) -> None:
        data, mapping = write(tmp_path, STUDY + RATES + WORDS, CSV.replace("42,3,", "42,x,"))
        code, message = self.run(data, "--map", mapping, "-o", tmp_path / "results.json")
        assert code == 2
        assert "line 2, column 'hits'" in message
        assert not (tmp_path / "results.json").exists()

    def test_needs_a_mapping_or_init(self, tmp_path: Path) -> None:
        data, mapping = write(tmp_path, "")
        for args in ((data,), (data, "--init", "--map", mapping)):
            code, message = self.run(*args)
            assert code == 2
            assert "give --map MAPPING.toml to import, or --init" in message

    def test_init_prints_a_mapping(self, tmp_path: Path) -> None:
        data, _ = write(tmp_path, "")
        code, text = self.run(data, "--init")
        assert code == 0
        assert tomllib.loads(text)["table"][0]["successes"] == "hits"

    def test_init_writes_a_mapping(self, tmp_path: Path) -> None:
        data, _ = write(tmp_path, "")
        target = tmp_path / "start.toml"
        assert self.run(data, "--init", "-o", target) == (0, f"{target}\n")
        assert target.read_text("utf-8") == starting_mapping(data)


HEADERS = {
    "counts": "source,persona,question,training_seed,found,total,note\nvillain,nurse,0,42,3,10,x\n",
    "wide": "source,persona,k,n,cos_to_assistant_L10,layer20\nvillain,nurse,3,10,0.5,0.25\n",
    "printed": "source;epoch;leakage_pct\nvillain;2;12.5\n",
    "nothing known": "a,b\n1,2\n",
}


@pytest.mark.parametrize("name", HEADERS)
def test_a_starting_mapping_imports_once_it_is_filled_in(name: str, tmp_path: Path) -> None:
    """Refused while it says TODO; accepted after every TODO was replaced."""
    data, mapping = write(tmp_path, "", HEADERS[name])
    text = starting_mapping(data)
    mapping.write_text(text, "utf-8")
    with pytest.raises(ContractError, match="still says 'TODO"):
        import_csv(data, mapping, target=tmp_path / "results.json")
    filled = text.replace('role = "TODO leakage, own_rate, base, control or other"', 'role = "leakage"')
    if name == "wide":
        filled = filled.replace(
            "# summed_over = { question = 20, completion = 10 }", "summed_over = { completion = 10 }"
        )
    if name == "counts":
        filled = filled.replace(
            "# summed_over = { question = 20, completion = 10 }", "summed_over = { completion = 10 }"
        )
    if name == "nothing known":
        filled = filled.replace('TODO_factor = "TODO column"', 'condition = "a"').replace(
            'unit = "TODO"', 'unit = "condition"'
        )
        filled = filled.replace('"TODO column of counts"', '"a"').replace(
            '"TODO column, or one number for all rows"', '"b"'
        )
    filled = re.sub(r'"TODO [^"]*"', '"said"', filled)
    mapping.write_text(filled, "utf-8")
    results = from_document(import_csv(data, mapping, target=tmp_path / "results.json"))
    assert results.tables[0].n_cells == 1
    if name == "wide":
        assert results.similarity[0].levels("layer") == (10, 20)
    if name == "printed":
        assert results.tables[0].levels("checkpoint") == (2,)


WHOLE = """
[csv]
delimiter = ","
missing = ["", "NA"]
[study]
id = "1"
title = "t"
[[table]]
id = "r"
outcome = "m"
role = "leakage"
where = { q = 0 }
factors = { source = "src", persona = "name", question = "q" }
constants = { condition = "x" }
successes = "hits"
trials = 10
summed_over = { completion = 10 }
[[similarity]]
id = "c"
measure = "cosine"
compared = "x"
where = { q = 0 }
factors = { source = "src", persona = "name" }
layers = { cos_L10 = 10 }
centring = { set = "a", method = "b" }
[personas]
name = "name"
prompt = "text"
related_to = "rel"
separator = ";"
covariates = { tokens = { column = "tok", unit = "token" } }
[questions]
id = "q"
[design]
unit = "persona"
unit_noun = "p"
independent = "x"
exchangeable = "y"
[design.replication.training_seed]
n = 1
[plan]
status = "exploratory"
primary = { analysis = "a", statistic = "s", outcome = "r" }
[detector]
kind = "substring"
pattern = "x"
[setup.training]
LR = "1"
[setup.unknown]
"training.Loss" = "x"
[runs]
not_logged = "x"
[provenance]
commit = "x"
seeds = { training = [1] }
unknown = { python = "x" }
"""
WHOLE_CSV = """src,name,q,hits,cos_L10,tok,text,rel
villain,nurse,0,3,0.5,3,a,clerk
villain,clerk,0,4,0.1,,b,
villain,villain,1,0,0,1,,
"""


def test_any_value_in_the_mapping_may_be_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every place of a mapping holding values of every kind: a result or listed mistakes, no crash."""
    whole = tomllib.loads(WHOLE)
    data, mapping = write(tmp_path, WHOLE, WHOLE_CSV)
    assert import_csv(data, mapping, target=tmp_path / "r.json")["tables"][0]["successes"] == [3, 4]
    places: list[tuple[Any, ...]] = []

    def walk(node: Any, way: tuple[Any, ...]) -> None:
        if way:
            places.append(way)
        for key, child in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
            walk(child, (*way, key))

    walk(whole, ())
    values = [1, -1, 1.5, "x", "", [], {}, True, ["a"], [1], {"a": 1}, {"a": "src"}, "hits"]
    rng = np.random.default_rng(3)
    accepted = 0
    for way in places:
        for pick in rng.choice(len(values) + 1, 4, replace=False).tolist():
            broken = copy.deepcopy(whole)
            node = broken
            for key in way[:-1]:
                node = node[key]
            if pick == len(values):
                del node[way[-1]]
            else:
                node[way[-1]] = copy.deepcopy(values[pick])
            monkeypatch.setattr("leakstats.results.csv_mapping.tomllib.loads", lambda _, b=broken: b)
            with contextlib.suppress(LeakstatsError):
                import_csv(data, mapping, target=tmp_path / "r.json")
                accepted += 1
    assert accepted > 10
