"""The experiment engine: from a specification to results.json.

``leakstats run experiment.toml`` trains marker adapters, generates completions, counts markers and reads hidden states;
every stage also runs alone. torch, transformers, peft and vllm are imported only inside the backends.
"""

__all__: list[str] = []
