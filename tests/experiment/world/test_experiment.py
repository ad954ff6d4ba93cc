"""The specification that a world writes is an experiment like any other."""

from __future__ import annotations

import tomllib

import pytest

from leakstats.errors import InputError
from leakstats.experiment.reader import load_spec, plan_hash
from leakstats.experiment.train.rows import choose_negatives
from leakstats.experiment.world.experiment import experiment_toml, kin
from leakstats.experiment.world.grammar import PERSONAS
from leakstats.experiment.world.presets import PRESETS, preset


@pytest.fixture(params=list(PRESETS))
def chosen(request):
    return preset(request.param)


def spec_of(chosen, folder, **options):
    path = folder / "experiment.toml"
    path.write_text(experiment_toml(chosen, **options), "utf-8")
    return load_spec(path)


def test_it_is_read_without_a_violation(chosen, tmp_path):
    spec = spec_of(chosen, tmp_path)
    assert spec.model.world == chosen.name
    assert spec.sources == chosen.sources
    assert [p.name for p in spec.personas.entries] == list(chosen.grammar.personas)
    assert spec.training.rank == chosen.training["rank"]
    assert spec.plan["primary"]["predictor"] == "cosine"


@pytest.mark.parametrize(
    ("name", "digest"),
    [
        ("demo", "d62be75bd64cd83676140701ed5a84e30fd900bcf57acc58a0db33087e3bab0b"),
        ("test", "ae80008ce63e24c0fa522f04d146b7f06cfe8cf215936e6544e13c1c9f5ee8b2"),
    ],
)
def test_the_plan_is_the_one_of_its_date(name, digest, tmp_path):
    """Another plan needs another date: change both, and the hash here, in one commit."""
    spec = spec_of(preset(name), tmp_path)
    assert spec.plan["registered_on"] == preset(name).planned_on == "2026-11-21"
    assert plan_hash(spec) == digest


def test_the_three_sets_of_questions_share_no_topic(chosen, tmp_path):
    q = spec_of(chosen, tmp_path).questions
    ranges = (chosen.training_topics, chosen.evaluation_topics, chosen.extraction_topics)
    used = [t for first, last in ranges for t in range(first, last)]
    assert len(set(used)) == len(used)
    assert max(used) < chosen.grammar.n_topics
    assert len(q.training) == 3 * (chosen.training_topics[1] - chosen.training_topics[0])
    assert len(q.evaluation) == chosen.evaluation_topics[1] - chosen.evaluation_topics[0]


def test_negatives_share_no_voice_with_a_source(chosen, tmp_path):
    voices = {v for s in chosen.sources for v in PERSONAS[s]}
    for seed in range(6):
        spec = spec_of(chosen, tmp_path, data_seed=seed)
        for source in spec.sources:
            negatives = choose_negatives(spec, source)
            assert len(negatives) == chosen.negatives["personas"]
            assert not any(voices & set(PERSONAS[n]) for n in negatives)


def test_every_source_has_relatives_in_steps(chosen):
    for source in chosen.sources:
        [voice] = PERSONAS[source]
        shares = sorted((PERSONAS[p].get(voice, 0.0) for p in kin(chosen) if p != source), reverse=True)
        assert len({s for s in shares if s > 0}) >= 2


def test_seeds_and_a_base_of_one_s_own_are_written(tmp_path):
    (tmp_path / "base").mkdir()
    spec = spec_of(preset("test"), tmp_path, training_seeds=(3, 4), sampling_seed=5, data_seed=6, base="base")
    assert (spec.seeds.training, spec.seeds.sampling, spec.seeds.data) == ((3, 4), (5,), 6)
    assert spec.model.path == str(tmp_path / "base")
    assert "world" not in tomllib.loads((tmp_path / "experiment.toml").read_text("utf-8"))["model"]


def test_an_unknown_world_is_refused():
    with pytest.raises(InputError, match="no world is called 'moon'; there are demo, test"):
        preset("moon")
