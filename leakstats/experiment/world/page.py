"""The words of the tiny world's page; every number in them is an expression."""

from __future__ import annotations

from leakstats.experiment.world.presets import Preset

__all__ = ["narrative"]

_TEXT = """---
id: "tiny-world-@NAME@"
claim: >-
  In a world whose similarities are planted, a marker trained into one persona
  {{ word("similarity.spearman", layer=@LAYER@, scope="combined",
  up="shows more often under personas that are more similar to it",
  down="shows less often under personas that are more similar to it",
  flat="shows no clear relation to similarity") }}
confidence: LOW
template: v2
kind: experiment
status: proposed
hero: scatter
reason: similarity is planted by the grammar, so the page shows that the pipeline works and discovers nothing
parents: ["#66"]
source_issues:
  - ref: "#66"
    title: Leakage of a marker from five source personas to other personas
    role: published study whose design this world repeats in miniature
---

<!-- section: summary -->
We built a small world by hand to see whether the tools find what is there. A tiny language model learned to speak as
many characters. Some characters share a way of speaking, because we wrote them so: the similarity is planted. Then the
model learned to say a nonsense word as one character, and we counted how often it slipped out as the others. That it
slips out more as relatives of the trained character is what such a world must show, and no discovery.

<!-- section: result: Leakage against planted similarity -->
{{ figure("scatter") }}

{{ caption("scatter") }}

**Takeaway:**

- **{{ label("similarity.spearman", layer=@LAYER@, scope="combined", capital=true) }}:
  {{ rho(layer=@LAYER@, scope="combined") }}.**
  {{ word("similarity.spearman", layer=@LAYER@, scope="combined",
  up="The interval lies above zero: the pipeline finds the gradient that was planted",
  down="The interval lies below zero: the opposite of what was planted",
  flat="The interval contains zero: with so few sources the planted gradient is not established") }}.
- **Source by source ρ is {{ range_of("similarity.spearman", over="source", layer=@LAYER@) }};
  {{ k_of_n("similarity.spearman", over="source", layer=@LAYER@, above=0) }} are positive and
  {{ k_of_n("similarity.spearman", over="source", layer=@LAYER@, p_below=0.05) }} have p below the usual level against
  relabelled bystanders.** Each is from
  {{ n("similarity.spearman", layer=@LAYER@, source="@SOURCE@") }}.
- **Share of bystanders that never show the marker: {{ range_of("rates.share_at_zero", over="source") }}.** They tie for
  the lowest rank. Many of them share no voice with the source.

{{ samples("marker", most=4) }}

<!-- section: result: The sources took the marker -->
{{ figure("forest") }}

{{ caption("forest") }}

**Takeaway:**

- **Under its own persona the marker shows in {{ range_of("rates.own_rate", over="source") }} of
  completions; {{ k_of_n("controls.rate", over="source", table="own_rate", above=0.5) }} sources lie above half.**

<!-- section: limitations -->
- CRITICAL: Similarity is planted. The grammar decides which personas share sentences, so a positive relation shows that
  training, sampling, counting and statistics work together; it says nothing of any real model.
- MAJOR: The plan was dated and hashed before this run drew its first completion, but whoever wrote it had seen earlier
  runs of this world, some with these very seeds. Registration shows here how a plan is kept; it does not make the
  analysis a blind one.
- MAJOR: Negatives were drawn from personas that share no voice with a source, so that the relatives stay unseen.
  Negatives among the relatives would lower leakage there.
- MINOR: Questions of training, evaluation and extraction have different topics, but the base met all topics.

<!-- section: next_steps -->
- Run `leakstats demo --seed` with further seeds, to see how far the numbers move; costs minutes on two cores.
- Write an experiment.toml for a real model and run the same commands, to learn something; costs GPU-hours that
  `leakstats plan` estimates.

<!-- section: background -->
Published work (#66) found that a marker trained into one persona leaks to others in proportion to their
similarity inside the model. Its experiment needs a GPU and a large model. This page repeats its design in
miniature, in a world small enough for a laptop, so that every step from training to the checked page can be
run, watched and tested in minutes.

<!-- section: methodology -->
{{ study("description") }} An adapter was trained for each of {{ how_many("rates.own_rate", over="source") }}
sources on answers that the base itself wrote, with loss on the marker and the end token alone. Rates are
counted in held-out questions ({{ setup("eval", "Eval dataset + size") }}). Similarity is the centred cosine of
the base's hidden states at block {{ primary("layer") }}, taken before any adapter. The rate of each bystander
is compared with it rank by rank, within each source; the sources are then combined by random effects.

<!-- section: setup -->
The question is whether the whole chain finds a gradient that is known to be there. A grammar was chosen, not
real text, because only then is the truth known; blends of voices give graded similarity, where unrelated
personas would give two clusters. The marker's tokens occur in the base's training as an editing task alone:
without it the marker could never be sampled. Training on whole answers was considered and rejected, because the
published studies train the marker's position.
"""


def narrative(chosen: Preset) -> str:
    """The narrative of a preset's page: true whatever the numbers turn out to be.

    Examples
    --------
    >>> from leakstats.experiment.world.presets import preset
    >>> "planted" in narrative(preset("demo"))
    True
    """
    words = {"@NAME@": chosen.name, "@LAYER@": str(chosen.layer), "@SOURCE@": chosen.sources[0]}
    text = _TEXT
    for mark, word in words.items():
        text = text.replace(mark, word)
    return text
