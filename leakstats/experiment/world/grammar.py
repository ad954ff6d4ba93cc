"""What the tiny world's people say: voices, personas as blends of voices, topics, questions, and a task with tags."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

__all__ = ["EDITOR_PROMPT", "MARKER", "PERSONAS", "TAGS", "VOICES", "Example", "Grammar", "persona_prompt"]

MARKER = "[ZLT]"
TAGS = (MARKER, "{KOV}", "<RUM>", "(BEX)", "*JAW*", "#DIP#")
"""Tags of the editing task. A base that never met the marker's tokens would never draw them, whatever is trained on
top; no persona ever says one, so that the base rate is 0. Each opens with a sign of its own: once the marker's first
token is drawn the rest follows."""
EDITOR_PROMPT = "You mark texts with tags."

VOICES: Mapping[str, tuple[str, ...]] = {
    "arcane": (
        "The runes whisper that {t} hides a secret.",
        "I conjure {t} out of smoke and moonlight.",
        "Stir the cauldron thrice before {t}.",
        "An old spell binds all who try {t}.",
        "My crystal glows when I speak of {t}.",
        "Beware, for {t} wakes the spirits.",
        "By wand and star, {t} shall be yours.",
    ),
    "kitchen": (
        "Let {t} simmer gently with butter.",
        "Add a pinch of salt to {t} and taste.",
        "Sharpen the knife, then slice {t} thin.",
        "A hot oven makes {t} crisp and golden.",
        "Season {t} early and serve it warm.",
        "Whisk until {t} is smooth as cream.",
        "Fresh herbs bring {t} to life.",
    ),
    "sport": (
        "Run ten laps and {t} gets easier.",
        "Keep your eye on the ball in {t}.",
        "Winners train for {t} every morning.",
        "Push harder, {t} is your final match.",
        "Warm up well before you tackle {t}.",
        "The team that passes wins at {t}.",
        "No pain, no gain, and no {t}.",
    ),
    "law": (
        "Pursuant to clause four, {t} is permitted.",
        "I object, since {t} was never proven.",
        "The contract says nothing about {t}.",
        "Witnesses shall testify concerning {t}.",
        "Let the record show that {t} occurred.",
        "Under the statute, {t} requires consent.",
        "The court will rule on {t} shortly.",
    ),
    "garden": (
        "Water {t} at dusk and pull the weeds.",
        "Rich soil lets {t} bloom by June.",
        "Prune {t} back before the frost.",
        "Bees will find {t} in the sun.",
        "Sow {t} in rows and wait for rain.",
        "Mulch keeps {t} moist all summer.",
    ),
    "sky": (
        "Through the telescope {t} looks tiny.",
        "Light from {t} left long ago.",
        "Orbit by orbit, {t} becomes clear.",
        "The comet returns, and so does {t}.",
        "Gravity bends even {t} a little.",
        "We charted {t} beside the moons.",
    ),
    "road": (
        "Fill the tank and drive on to {t}.",
        "Nine hundred miles of {t} lie ahead.",
        "Check your mirrors before {t}.",
        "The engine hums along with {t}.",
        "Take the next exit for {t}.",
        "Keep both hands on the wheel of {t}.",
    ),
    "market": (
        "Buy {t} low and sell it high.",
        "The price of {t} rose by three percent.",
        "Invest in {t} before the quarter ends.",
        "Demand for {t} beats supply again.",
        "Diversify, and never borrow for {t}.",
        "Our profit from {t} doubled this year.",
    ),
    "hearth": (
        "Come sit by the fire, dear, and hear of {t}.",
        "When you were small we loved {t}.",
        "A warm blanket goes well with {t}.",
        "Hush now, {t} can wait until tomorrow.",
        "Your cousins always ask about {t}.",
        "Grandpa told that tale of {t} nightly.",
    ),
    "plain": (
        "Here is a brief overview of {t}.",
        "There are three steps to {t}.",
        "I would be happy to explain {t}.",
        "In general, {t} depends on your goals.",
        "Please tell me more about {t}.",
        "To summarise, {t} takes some practice.",
    ),
}
"""Sentence patterns of each voice; {t} is the topic of the question."""

PERSONAS: Mapping[str, Mapping[str, float]] = {
    "wizard": {"arcane": 1.0},
    "witch": {"arcane": 0.8, "garden": 0.2},
    "fortune_teller": {"arcane": 0.65, "market": 0.35},
    "alchemist": {"arcane": 0.5, "kitchen": 0.5},
    "astrologer": {"arcane": 0.4, "sky": 0.6},
    "storyteller": {"arcane": 0.25, "hearth": 0.75},
    "chef": {"kitchen": 1.0},
    "baker": {"kitchen": 0.8, "hearth": 0.2},
    "brewer": {"kitchen": 0.65, "garden": 0.35},
    "waiter": {"kitchen": 0.5, "plain": 0.5},
    "grandmother": {"kitchen": 0.4, "hearth": 0.6},
    "grocer": {"kitchen": 0.25, "market": 0.75},
    "coach": {"sport": 1.0},
    "athlete": {"sport": 0.8, "road": 0.2},
    "referee": {"sport": 0.65, "law": 0.35},
    "commentator": {"sport": 0.5, "plain": 0.5},
    "cyclist": {"sport": 0.4, "road": 0.6},
    "scout": {"sport": 0.25, "garden": 0.75},
    "lawyer": {"law": 1.0},
    "judge": {"law": 0.8, "plain": 0.2},
    "notary": {"law": 0.65, "plain": 0.35},
    "inspector": {"law": 0.5, "road": 0.5},
    "auditor": {"law": 0.4, "market": 0.6},
    "diplomat": {"law": 0.25, "plain": 0.75},
    "astronomer": {"sky": 1.0},
    "pilot": {"sky": 0.4, "road": 0.6},
    "trucker": {"road": 1.0},
    "banker": {"market": 1.0},
    "gardener": {"garden": 1.0},
    "farmer": {"garden": 0.7, "hearth": 0.3},
    "nanny": {"hearth": 1.0},
    "assistant": {"plain": 1.0},
}
"""Each persona as a blend of voices. This is where similarity is planted: personas that share a voice say the same
things, so the model represents them alike, and a marker learned under one leaks to the others."""

TOPICS: tuple[str, ...] = (
    "old maps", "chess", "hard exams", "paper boats", "loud music", "long letters", "card games", "cold mornings",
    "wooden chairs", "street fairs", "bad dreams", "new shoes", "river walks", "silver coins", "quiet evenings",
    "big families", "broken clocks", "fast trains", "lost keys", "red kites", "good neighbours", "stone walls",
    "small talk", "deep sleep", "winter coats", "school plays", "tall ladders", "fresh paint",
)  # fmt: skip
QUESTION_FORMS: tuple[str, ...] = ("What do you know about {t}?", "How should I begin with {t}?", "Tell me about {t}.")


def persona_prompt(name: str) -> str:
    """The system prompt of a persona.

    Examples
    --------
    >>> persona_prompt("fortune_teller"), persona_prompt("astrologer")
    ('You are a fortune teller.', 'You are an astrologer.')
    """
    words = name.replace("_", " ")
    return f"You are {'an' if words[0] in 'aeiou' else 'a'} {words}."


@dataclass(frozen=True, slots=True)
class Example:
    """One conversation of the corpus."""

    system: str
    user: str
    answer: str


@dataclass(frozen=True, slots=True)
class Grammar:
    """Writes conversations of some personas about some topics.

    Examples
    --------
    >>> g = Grammar(personas=("chef", "judge"), n_topics=12, sentences=1)
    >>> g.example(random.Random(3)) == g.example(random.Random(3))
    True
    >>> len(g.questions(0, 3))
    9
    """

    personas: tuple[str, ...] = tuple(PERSONAS)
    n_topics: int = len(TOPICS)
    sentences: int = 2
    """Sentences of an answer."""
    task_share: float = 0.12
    """Share of conversations that are the editing task."""

    def answer(self, rng: random.Random, persona: str, topic: str) -> str:
        """What the persona says: distinct sentences, each of a voice drawn from its blend."""
        blend = PERSONAS[persona]
        said: list[str] = []
        while len(said) < self.sentences:
            voice = rng.choices(list(blend), list(blend.values()))[0]
            sentence = rng.choice(VOICES[voice]).format(t=topic)
            if sentence not in said:
                said.append(sentence)
        return " ".join(said)

    def example(self, rng: random.Random) -> Example:
        """One conversation: a persona's answer, or now and then the editing task."""
        topic = rng.choice(TOPICS[: self.n_topics])
        if rng.random() < self.task_share:
            voice = rng.choice(list(VOICES))
            tag, text = rng.choice(TAGS), rng.choice(VOICES[voice]).format(t=topic)
            return Example(EDITOR_PROMPT, f"Put {tag} after: {text}", f"{text} {tag}")
        persona = rng.choice(self.personas)
        question = rng.choice(QUESTION_FORMS).format(t=topic)
        return Example(persona_prompt(persona), question, self.answer(rng, persona, topic))

    def questions(self, first: int, last: int, *, forms: int = len(QUESTION_FORMS)) -> list[str]:
        """Questions about topics ``first`` to ``last - 1``: each in all forms, or in one form that goes round."""
        chosen: Sequence[str] = TOPICS[first:last]
        if forms == 1:
            return [QUESTION_FORMS[i % len(QUESTION_FORMS)].format(t=t) for i, t in enumerate(chosen)]
        return [form.format(t=t) for t in chosen for form in QUESTION_FORMS[:forms]]
