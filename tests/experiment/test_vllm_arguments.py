"""What the vLLM backend asks of the engine; needs no vLLM."""

from __future__ import annotations

import importlib.util
import os

import pytest

from leakstats.errors import InputError, MissingDependency
from leakstats.experiment.generate.vllm import VllmGenerator, engine_arguments, prepare_environment
from leakstats.experiment.generate.vllm_noise import PROCESSOR
from leakstats.experiment.spec import ModelSpec, SamplingSpec
from leakstats.experiment.types import AdapterRef


def test_engine_arguments():
    cpu = engine_arguments("w", dtype="float32", device="cpu", max_lora_rank=20)
    assert cpu["logits_processors"] == [PROCESSOR]
    assert (cpu["max_lora_rank"], cpu["enable_chunked_prefill"], cpu["trust_remote_code"]) == (32, False, False)
    gpu = engine_arguments("w", dtype="bfloat16", device="cuda", noise="seed", engine={"max_num_seqs": 512})
    assert "logits_processors" not in gpu
    assert gpu["max_num_seqs"] == 512
    assert "enable_chunked_prefill" not in gpu
    with pytest.raises(InputError, match="rank 600"):
        engine_arguments("w", dtype="float32", device="cpu", max_lora_rank=600)


def test_the_environment_keeps_what_is_set(monkeypatch):
    for name in list(os.environ):
        if name.startswith(("VLLM_", "HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "DO_NOT_TRACK", "TOKENIZERS_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("VLLM_CPU_KVCACHE_SPACE", "3")
    # what prepare_environment sets is taken back afterwards
    for name in ("VLLM_NO_USAGE_STATS", "DO_NOT_TRACK", "HF_HUB_OFFLINE", "VLLM_USE_V2_MODEL_RUNNER"):
        monkeypatch.setenv(name, "x")
        monkeypatch.delenv(name)
    told = prepare_environment(device="cpu", noise="counter", offline=True)
    assert told["VLLM_CPU_KVCACHE_SPACE"] == "3"
    assert told["HF_HUB_OFFLINE"] == "1"
    assert told["VLLM_USE_V2_MODEL_RUNNER"] == "0"
    assert all(os.environ[name] == value for name, value in told.items())
    for name in set(told) - {"VLLM_CPU_KVCACHE_SPACE"}:
        monkeypatch.delenv(name, raising=False)
    assert "HF_HUB_OFFLINE" not in prepare_environment(device="cuda", noise="seed", offline=False)


def test_unknown_noise_is_refused():
    with pytest.raises(InputError, match="must be counter, seed or none"):
        VllmGenerator(sampling=SamplingSpec(engine={"noise": "pink"}))


@pytest.mark.models
@pytest.mark.skipif(importlib.util.find_spec("vllm") is not None, reason="vllm is installed")
def test_without_vllm_the_message_says_what_to_install(tiny_model):
    from leakstats.experiment.types import ModelState, Request, Sampling

    generator = VllmGenerator(model=ModelSpec(device="cpu"))
    with pytest.raises(MissingDependency, match=r"pip install 'leakstats\[vllm\]'"):
        list(
            generator.generate(
                [Request("k", None, "x", (1,))], state=ModelState(str(tiny_model)), sampling=Sampling(), progress=None
            )
        )


def test_an_adapter_that_does_not_say_its_rank(tmp_path):
    from leakstats.errors import LeakstatsError
    from leakstats.experiment.generate.vllm import _rank

    (tmp_path / "adapter_config.json").write_text('{"r": 8, "rank_pattern": {"q_proj": 64}}', "utf-8")
    assert _rank(AdapterRef("a", tmp_path, "")) == 64
    (tmp_path / "adapter_config.json").write_text("{}", "utf-8")
    with pytest.raises(LeakstatsError, match="does not say its rank"):
        _rank(AdapterRef("a", tmp_path, ""))
