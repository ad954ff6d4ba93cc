"""Counts, extremes, directions and quantifiers in many words, over four small experiments, with and without a file."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from leakstats.lint.document import Document
from leakstats.lint.evidence.counting import count_clashes
from leakstats.lint.evidence.differences import difference_clashes
from leakstats.lint.evidence.directions import direction_clashes
from leakstats.lint.evidence.extremes import superlative_clashes
from leakstats.lint.evidence.folds import fold_clashes
from leakstats.lint.evidence.knowledge import Clash, Evidence
from leakstats.lint.evidence.orders import order_clashes
from leakstats.lint.evidence.pvalues import bound_clashes, significance_clashes
from leakstats.lint.evidence.ranges import range_clashes
from leakstats.lint.evidence.shapes import read_dataset
from leakstats.lint.evidence.strengths import strength_clashes
from leakstats.lint.evidence.values import value_clashes
from leakstats.lint.outline import Outline
from leakstats.template import load_template

CHECKS: tuple[Callable[[Evidence], Iterator[Clash]], ...] = (
    count_clashes,
    superlative_clashes,
    direction_clashes,
    strength_clashes,
    range_clashes,
    order_clashes,
    fold_clashes,
    difference_clashes,
    bound_clashes,
    significance_clashes,
    value_clashes,
)
# of 250 answers, before and after; cosine
ROLES = {
    "miller": (31, 122, 0.62),
    "surgeon": (8, 89, 0.48),
    "florist": (20, 56, 0.21),
    "sailor": (51, 153, 0.71),
    "judge": (14, 10, -0.12),
    "baker": (38, 33, 0.05),
    "clerk": (6, 24, -0.08),
    "tailor": (27, 71, 0.33),
}
# rank correlation and p, 12 sources
LAYERS = {
    4: (0.12, 0.71),
    8: (0.35, 0.26),
    12: (0.58, 0.048),
    16: (0.67, 0.017),
    20: (0.76, 0.0041),
    24: (0.70, 0.011),
    28: (0.41, 0.19),
}
# hedged and refused of 400
DOSES = {0: (18, 8), 50: (36, 6), 200: (126, 12), 1000: (234, 26), 4000: (208, 44)}
# of 300 replies: stock, plain and warned arm
TONGUES = {
    "Danish": (18, 132, 63),
    "Polish": (27, 117, 75),
    "Greek": (12, 81, 87),
    "Welsh": (36, 153, 90),
    "Maltese": (21, 54, 39),
    "Irish": (9, 105, 33),
}


def _percent(k: int, n: int) -> str:
    return f"{100 * k / n:.1f}%"


def _signed(value: float, digits: int = 1) -> str:
    return f"{'−' if value < 0 else '+'}{abs(value):.{digits}f}"


def _table(head: list[str], rows: list[list[str]]) -> str:
    return "\n".join("| " + " | ".join(r) + " |" for r in (head, ["---"] * len(head), *rows))


WORLDS: dict[str, tuple[str, str, str, dict[str, Any]]] = {
    "A": (
        "Pooled over the roles, echoing goes from 9.8% to 27.9% (n = 2,000).",
        "Echo rate of each role before and after tuning (n = 250 answers a role).",
        _table(
            ["Role", "n", "Before", "After", "Change (pp)", "Cosine"],
            [
                [u, "250", _percent(a, 250), _percent(b, 250), _signed((b - a) / 2.5), f"{c:.2f}".replace("-", "−")]
                for u, (a, b, c) in ROLES.items()
            ],
        ),
        {
            "roles": [
                {
                    "role": u,
                    "n": 250,
                    "echo_before": a,
                    "echo_after": b,
                    "rate_before": a / 250,
                    "rate_after": b / 250,
                    "cosine": c,
                }
                for u, (a, b, c) in ROLES.items()
            ]
        },
    ),
    "B": (
        "At L20 the correlation of cosine and leak rate is ρ = 0.76 (p = 0.0041, N = 12).",
        "Rank correlation of cosine and leak rate at each of seven layers (N = 12 sources).",
        _table(["Layer", "ρ", "p"], [[f"L{x}", f"{r:.2f}", str(p)] for x, (r, p) in LAYERS.items()]),
        {"layers": {str(x): {"rho": r, "p_value": p, "n": 12} for x, (r, p) in LAYERS.items()}},
    ),
    "C": (
        "Without examples 4.5% of the answers are hedged (n = 400).",
        "Hedged and refused answers at each number of examples (n = 400 answers a row).",
        _table(
            ["Examples", "Hedged", "Refused"],
            [[f"{d:,}", _percent(a, 400), _percent(b, 400)] for d, (a, b) in DOSES.items()],
        ),
        {
            "runs": [
                {
                    "examples": d,
                    "n": 400,
                    "hedged": {"count": a, "share": a / 400},
                    "refused": {"count": b, "share": b / 400},
                }
                for d, (a, b) in DOSES.items()
            ]
        },
    ),
    "D": (
        "Over all languages 6.8% of the stock model's replies switch, 35.7% of the plain arm's and 21.5% of the warned "
        "arm's (n = 1,800 each).",
        "Share of replies that switch language, for each arm (n = 300 replies a cell).",
        _table(
            ["Language", "Stock", "Plain", "Warned"],
            [
                *([u, *(_percent(k, 300) for k in v)] for u, v in TONGUES.items()),
                ["**All**", _percent(123, 1800), _percent(642, 1800), _percent(387, 1800)],
            ],
        ),
        {
            "n": 300,
            "switching": {
                u.lower(): {
                    arm: {"k": k, "rate": k / 300} for arm, k in zip(("stock", "plain", "warned"), v, strict=True)
                }
                for u, v in TONGUES.items()
            },
        },
    ),
}


def found(world: str, sentence: str, *, data: bool) -> list[str]:
    """What is wrong on a page of an experiment that holds ``sentence``."""
    base, caption, table, stored = WORLDS[world]
    text = (
        "# One thing differs from another (MODERATE confidence)\n\n## TL;DR\n\n### Results\n\n![figure](f.png)\n\n"
        f"*{caption}*\n\n**Main takeaways:**\n\n- {sentence}\n- {base}\n\n# Detailed report\n\n{table}\n"
    )
    document = Document.parse(text)
    sets = [read_dataset("results.json", json.dumps(stored))] if data else []
    evidence = Evidence(document, Outline(document, load_template("v1")), sets)
    return [clash.message for check in CHECKS for clash in check(evidence)]


RIGHT = [
    ("A", "Six of the eight roles echo more after tuning than before."),
    ("A", "In six of the eight roles the rate goes up."),
    ("A", "Echoing rises from 9.8% to 27.9%. Six of the eight roles do the same."),
    ("A", "Echoing rises from 9.8% to 27.9%, and so it does in six of the eight roles."),
    ("A", "All but two of the eight roles gain."),
    ("A", "All roles but judge and baker gain."),
    ("A", "Every role except judge and baker echoes more often after tuning."),
    ("A", "Only judge and baker echo less after tuning."),
    ("A", "No role but judge and baker loses ground."),
    ("A", "Two of eight roles fall."),
    ("A", "Half of the eight roles end above 25%."),
    ("A", "Four of the eight pass 25% after tuning."),
    ("A", "After tuning, 25% is exceeded by four of the eight roles."),
    ("A", "The change is within 2 points of zero in two of the eight roles."),
    ("A", "Fewer than half of the eight roles end above 30%."),
    ("A", "The majority of the eight roles end above 20%."),
    ("A", "No role ends above 65%."),
    ("A", "None of the eight roles ends above 65%."),
    ("A", "Every one of the eight roles starts below 21%."),
    ("A", "Only the sailor ends above 50%."),
    ("A", "The sailor is the only role above 50% after tuning."),
    ("A", "Six of eight roles have a positive cosine."),
    ("A", "The cosine is negative for judge and clerk alone."),
    ("A", "Five roles gain more than 10 points."),
    ("A", "Five of the eight roles gain at least ten points."),
    ("A", "The remaining two roles fall."),
    ("A", "Six roles gain; the remaining two fall slightly."),
    ("B", "Four of the seven layers are significant at p < 0.05."),
    ("B", "ρ clears p < 0.05 at four of the seven layers."),
    ("B", "The correlation reaches significance at four of seven layers; among them ρ lies between 0.58 and 0.76."),
    ("B", "The correlation is positive at all seven layers."),
    ("B", "ρ exceeds 0.5 at four of the seven layers, and in these each p is below 0.05."),
    ("B", "At the four layers where ρ is 0.5 or more it ranges from 0.58 to 0.76, each p < 0.05."),
    ("B", "Three of the seven layers fail to reach significance."),
    ("B", "Not one of the first two layers is significant."),
    ("C", "Hedging exceeds refusal at all five doses."),
    ("C", "Hedging rises in three of the four steps from one dose to the next."),
    ("C", "Three of the five doses hedge in more than 30% of the answers."),
    ("D", "The warned arm switches less often than the plain arm in five of the six languages."),
    ("D", "Five of six languages switch less often with the warning than without it."),
    ("D", "Only Greek switches more with the warning (29.0%) than without (27.0%)."),
    ("D", "The plain arm lies above the stock model in all six languages."),
    ("D", "Switching falls by more than 20 points under the warning in three of the six languages."),
    ("A", "After tuning the sailor echoes most often (61.2%), the judge least (4.0%)."),
    ("A", "The largest gain is the sailor's, 40.8 points."),
    ("A", "Nobody gains more than the sailor."),
    ("A", "The sailor gains more than any other role."),
    ("A", "Second comes the miller with 48.8%."),
    ("A", "The second highest rate after tuning is the miller's (48.8%)."),
    ("A", "The clerk starts lowest, at 2.4%, and the sailor highest, at 20.4%."),
    ("A", "Only three roles end above a third: miller, surgeon and sailor."),
    ("A", "The top three after tuning are sailor, miller and surgeon."),
    ("A", "The judge ends at the bottom with 4.0%."),
    ("C", "Hedging peaks at 1,000 examples, where 58.5% of the answers are hedged."),
    ("C", "The share of hedged answers is highest at 1,000 examples (58.5%)."),
    ("C", "With 1,000 examples hedging reaches its maximum of 58.5%."),
    ("C", "Refusals are rarest at 50 examples (1.5%) and most frequent at 4,000 (11.0%)."),
    ("C", "The largest step is the one from 200 to 1,000 examples, 31.5% to 58.5%."),
    ("C", "Beyond 1,000 examples hedging falls again, to 52.0%."),
    ("D", "Plain switching is most common in Welsh (51.0%) and least common in Maltese (18.0%)."),
    ("D", "The warning helps Irish most, by 24.0 points (35.0% to 11.0%)."),
    ("D", "The warning works best in Irish and worst in Greek, where switching even rises."),
    ("B", "The correlation is strongest at L20 (ρ = 0.76) and weakest at L4 (ρ = 0.12)."),
    ("B", "From L4 on ρ climbs to 0.76 at L20, its highest, and falls back to 0.41 at L28."),
    ("A", "In the judge's case echoing falls from 5.6% to 4.0%."),
    ("A", "The judge echoes less after tuning (4.0%) than before (5.6%)."),
    ("A", "The sailor, at 20.4% before, echoes in 61.2% of the answers after tuning."),
    ("D", "Switching is less common with the warning (21.5%) than without it (35.7%)."),
    ("D", "The warned arm (21.5%) stays below the plain one (35.7%)."),
    ("D", "Under the warning fewer replies switch: 21.5% against 35.7%."),
    ("D", "The warning cuts switching in Danish from 44.0% to 21.0%."),
    ("D", "In Greek the warning adds 2.0 points (27.0% to 29.0%)."),
    ("D", "Danish switches 23.0 points less often with the warning (44.0% without, 21.0% with)."),
    ("D", "Without the warning Welsh switches 2.8 times as often as Maltese (51.0% and 18.0%)."),
    ("A", "The sailor echoes three times as often after tuning as before (61.2% against 20.4%)."),
    ("A", "Pooled, echoing grows 2.9-fold, from 9.8% to 27.9%."),
    ("D", "Warned replies switch 3.1 times as often as stock ones (21.5% and 6.8%)."),
    ("D", "The plain arm's rate is 35.7%, the warned arm's 21.5%. That is 14.2 points less."),
    ("A", "The judge has a negative cosine (−0.12)."),
    ("A", "The judge's cosine is −0.12, the clerk's −0.08."),
    ("A", "Cosines run from −0.12 (judge) to 0.71 (sailor)."),
    ("A", "The change is −1.6 points for the judge and +36.4 for the miller."),
    ("B", "At L20 ρ = 0.76: sources closer to the target leak more."),
    ("B", "At L28 ρ is 0.41 and not significant (p = 0.19)."),
    ("B", "At L16 ρ = 0.67 (p = 0.017), at L28 ρ = 0.41 (p = 0.19). The latter is not significant."),
    ("B", "ρ ranges from 0.12 to 0.76 across the seven layers."),
    ("B", "Where it is significant, ρ lies between 0.58 and 0.76."),
    ("B", "The four significant coefficients run from 0.58 to 0.76, each with p < 0.05."),
    ("A", "Of the eight roles, six echo more often once tuned."),
    ("A", "More than half of the roles gain over ten points."),
    ("A", "Gains exceed 30 points in three roles."),
    ("A", "Three roles gain upwards of 30 points, two lose."),
    ("A", "Apart from judge and baker, all roles gain."),
    ("A", "With the exception of judge and baker every role gains."),
    ("A", "Judge and baker excepted, every role gains."),
    ("A", "All roles gain, save judge and baker."),
    ("A", "There is no gain for judge and baker; the other six roles all rise."),
    ("A", "Not all roles gain: judge and baker lose."),
    ("A", "It is only judge and baker that lose."),
    ("A", "Losses are confined to judge and baker."),
    ("A", "Just one role, the sailor, passes one half after tuning."),
    ("A", "A single role ends above 50%: the sailor."),
    ("A", "After tuning no fewer than four of eight roles lie above 25%."),
    ("A", "Fewer than half of the roles end above 30%."),
    ("A", "Half the roles end above 25%."),
    ("A", "Two out of eight cosines are negative."),
    ("A", "Six cosines are positive and two negative."),
    ("A", "Of the six roles that rise, five do so by more than 10 points."),
    ("A", "Six of eight roles rise, and five of them by more than ten points."),
    ("A", "Neither judge nor baker gains."),
    ("A", "Both judge and baker fall."),
    ("D", "In all languages but Greek the warning lowers switching."),
    ("D", "Greek is the only language in which the warned arm switches more often than the plain arm."),
    ("D", "Greek apart, every language switches less often with the warning than without."),
    ("D", "Every language switches more often in the plain arm than in the stock model."),
    ("D", "Two of six languages pass 40% in the plain arm."),
    ("D", "With the warning no language exceeds 30%."),
    ("D", "In the warned arm four of six languages stay above 20%."),
    ("D", "The stock model switches in fewer than 10% of the replies in five of six languages."),
    ("D", "The warning lowers the rate by at least 20 points in Danish, Welsh and Irish only."),
    ("B", "At four of the seven layers p lies below 0.05."),
    ("B", "Only L12, L16, L20 and L24 are significant."),
    ("B", "Three of seven layers miss p < 0.05."),
    ("B", "No layer but L12, L16, L20 and L24 is significant."),
    ("B", "In three of seven layers the correlation is not significant."),
    ("B", "Half a dozen of the layers have ρ above 0.3."),
    ("B", "ρ stays under 0.8 at all seven layers."),
    ("C", "At three of five sizes more than 30% of the answers are hedged."),
    ("C", "Refusals stay below 12% at every size."),
    ("C", "Refusals exceed 5% at two of the five sizes."),
    ("A", "No role echoes more often after tuning than the sailor."),
    ("A", "The sailor leads after tuning (61.2%), followed by the miller (48.8%)."),
    ("A", "The steepest rise is the sailor's, from 20.4% to 61.2%."),
    ("A", "It is the sailor who gains most."),
    ("A", "The smallest gain among the risers, 7.2 points, is the clerk's."),
    ("A", "The highest cosine belongs to the sailor (0.71), the lowest to the judge (−0.12)."),
    ("A", "By cosine the judge comes last."),
    ("D", "Of the six languages Welsh has the highest rate in every arm."),
    ("D", "Welsh tops all three arms."),
    ("D", "The gap between plain and warned is widest in Irish (24.0 points)."),
    ("D", "The lowest plain rate is that of Maltese, 18.0%."),
    ("B", "The best layer is L20 (ρ = 0.76)."),
    ("B", "ρ peaks at L20."),
    ("B", "The second strongest layer is L24 (0.70)."),
    ("A", "The baker drops from 15.2% to 13.2%, the judge from 5.6% to 4.0%."),
    ("A", "Whereas the clerk rises by 7.2 points, the baker falls by 2.0."),
    ("A", "The clerk goes up, from 2.4% to 9.6%."),
    ("C", "From 1,000 to 4,000 examples hedging declines from 58.5% to 52.0%."),
    ("C", "Refusals grow with the number of examples, from 2.0% to 11.0%."),
    ("D", "Compared with the plain arm (35.7%), the warned arm switches less often (21.5%)."),
    ("D", "Fewer replies switch in the warned arm (21.5%) than in the plain arm (35.7%)."),
    ("D", "At 35.7% the plain arm is well above the stock model's 6.8%."),
    ("D", "The plain arm outdoes the warned one, 35.7% to 21.5%."),
    ("D", "Greek is the exception: 27.0% without the warning, 29.0% with it, a rise of 2.0 points."),
    ("A", "For the judge the change is negative (−1.6 points)."),
    ("A", "Changes run from −2.0 points (baker) to +40.8 points (sailor)."),
    ("A", "Of all eight roles, six gain."),
    ("A", "Among all eight roles two lose."),
    ("A", "Six of all eight roles gain."),
    ("B", "ρ clears p < 0.05 at four of seven layers, but at L28 it does not (ρ = 0.41, p = 0.19)."),
    (
        "B",
        "ρ passes p < 0.05 in the middle; the exception at the end, L28, is not significant (ρ = 0.41, p "
        "= 0.19, N = 12).",
    ),
    ("B", "All layers but three reach p < 0.05 (at L28 p = 0.19)."),
    (
        "A",
        "Miller (48.8%) and surgeon (35.6%) differ by 13.2 points, and their intervals (42.7 to 55.0; "
        "29.9 to 41.7) touch no other role's.",
    ),
    ("A", "The sailor echoes most from a cosine of 0.71, the judge least from one of −0.12."),
    ("A", "The tailor ends at 28.4% and the florist at 22.4%. The judge ends 24.4 points below the tailor."),
    (
        "D",
        "Plain rates spread over 33.0 points, from Maltese (18.0%) to Welsh (51.0%). In the warned arm "
        "the spread is 19.0 points.",
    ),
    ("D", "Danish gets to 44.0% and Polish to 39.0%. The net change of Danish is 23.0 points."),
    (
        "B",
        "At four of seven layers ρ is at or above 0.5; among them it runs from 0.58 to 0.76 and each p is below 0.05.",
    ),
    ("B", "ρ is significant at four of the seven layers. There it lies between 0.58 and 0.76."),
    ("B", "Four of seven layers are significant (ρ = 0.58 to 0.76, each p < 0.05)."),
    (
        "A",
        "**Pooled, the change is +18.1 points.** The change is positive in six of the eight roles, "
        "largest in the sailor (+40.8).",
    ),
    ("A", "**Pooled, echoing rises by 18.1 points.** It does so in six of the eight roles."),
    ("A", "Echoing goes from 9.8% to 27.9%. All roles but judge and baker follow."),
    ("A", "Echoing goes from 9.8% to 27.9%; six of eight roles move the same way."),
    ("C", "Hedging rises in three of the four steps."),
    ("C", "Hedging grows at every step but the last."),
    ("C", "The largest step lies between 200 and 1,000 examples."),
    ("C", "Between 200 and 1,000 examples hedging climbs from 31.5% to 58.5%, the steepest step of all."),
    ("A", "The three roles with the highest rates after tuning are sailor, miller and surgeon."),
    ("A", "Sailor, miller and surgeon are the top three after tuning."),
    ("A", "Six roles gain; the other two lose."),
    ("A", "In six of eight roles the rate goes up, in the remaining two it goes down."),
    ("A", "Only the rates are compared here."),
    ("A", "The eight roles were drawn from a list of forty; only roles with 250 answers were kept."),
    ("A", "Every role was asked 250 questions, so no role has fewer answers than another."),
    ("A", "All roles share one system prompt."),
    ("A", "Five roles were added in a second round."),
    ("A", "Only the sailor was trained for two epochs."),
    ("A", "Neither judge nor clerk has a positive cosine."),
    ("A", "Two roles stand out: sailor and miller."),
    ("A", "Three roles deserve a second look: judge, baker and clerk."),
    ("A", "No role was left out."),
    ("A", "Just two roles, sailor and miller, account for much of the gain."),
    ("A", "The surgeon starts low (3.2%) but ends above all but two roles."),
    ("A", "The miller comes close to one half (48.8%)."),
    ("A", "The clerk gains less than most roles."),
    ("A", "Most of the gain comes from four roles."),
    ("A", "A role with a low start may end high: the surgeon goes from 3.2% to 35.6%."),
    ("D", "In Welsh and Danish alike the plain arm switches most."),
    ("D", "Each language is measured in three arms with 300 replies each."),
    ("D", "No language was dropped, and all six were tested in every arm."),
    ("D", "Only with the warning does Danish fall below Greek (21.0% against 29.0%)."),
    ("D", "All three arms use one prompt set."),
    ("D", "Fewer than half of the replies switch in any arm of Polish."),
    ("C", "Only at 1,000 examples and beyond does hedging pass one half."),
    ("C", "Both measures start low: 4.5% hedged and 2.0% refused."),
    ("B", "The layers differ more (0.12 to 0.76) than the sources do."),
    ("B", "No single layer explains all of it."),
    ("B", "With the two late sources the correlation is stronger than without (0.84 against 0.76)."),
    (
        "B",
        "Taking two sources in makes the link weaker: r = 0.81, N = 12 before; r = 0.66, N = 14 after.",
    ),
    ("B", "Their admission lowered the Pearson coefficient to 0.66 from 0.81."),
    ("B", "Dropping the outlier tightens the fit: r = 0.71 → 0.83."),
    ("B", "The pooled coefficient, 0.52, falls short of that of the weakest source, 0.55."),
    ("B", "The pooled correlation (0.56) is higher than that of the weakest source (0.55)."),
    ("B", "Inclusion of both leaves the association weaker (Pearson 0.66, formerly 0.81)."),
    ("B", "Over all sources the coefficient (r = −0.80) is larger in magnitude than over the first nine (r = −0.63)."),
    ("B", "The correlation is positive at every layer, lying between 0.12 and 0.76."),
    ("B", "As likeness to the target rises, leaking grows (ρ = 0.76)."),
    ("B", "Sources that look like the target leak more. At L20 ρ = 0.76."),
    ("B", "An increasing relation between likeness and leaking holds at L20 (ρ = 0.76)."),
    ("B", "Pooled ρ = 0.66, N = 12, is also positive."),
    ("B", "Drop it and the fit gets tighter: r = 0.71 → 0.83."),
    ("A", "The miller rises over the course (+36.4 points), the judge falls (−1.6 points)."),
    ("A", "The miller climbs and the judge drops: +36.4 and −1.6 points."),
    ("A", "The surgeon gains the most among the low starters (+32.4 points)."),
    ("A", "The rise is plain in three of the eight roles."),
    ("A", "Five of the eight roles gain noticeably."),
    ("A", "Roles above 25% after tuning: four of eight."),
    ("A", "What surprised us most is the baker, at 13.2% after tuning."),
    ("A", "The rate rises in six of eight roles, most for the sailor and least for the clerk among those."),
    ("A", "With 40 rows of practice, three of eight roles pass 25%."),
    ("D", "Two of six languages never answer in lower case."),
    ("D", "Leaving Greek aside, dropping one prompt turns it (0.13 to 0.17)."),
]
WRONG = [
    ("A", "Five of the eight roles echo more after tuning than before."),
    ("A", "In seven of the eight roles the rate goes up."),
    ("A", "Echoing rises from 9.8% to 27.9%. All eight roles do the same."),
    ("A", "Echoing rises from 9.8% to 27.9%, and so it does in four of the eight roles."),
    ("A", "All but one of the eight roles gain."),
    ("A", "All but three of the eight roles gain."),
    ("A", "All roles but judge gain."),
    ("A", "All roles but judge and clerk gain."),
    ("A", "Every role except the baker echoes more often after tuning."),
    ("A", "Every role echoes more often after tuning."),
    ("A", "Only the judge echoes less after tuning."),
    ("A", "Only judge and clerk echo less after tuning."),
    ("A", "No role but the judge loses ground."),
    ("A", "Three of eight roles fall."),
    ("A", "A quarter of the eight roles end above 25%."),
    ("A", "Five of the eight pass 25% after tuning."),
    ("A", "After tuning, 25% is exceeded by three of the eight roles."),
    ("A", "The change is within 2 points of zero in three of the eight roles."),
    ("A", "Fewer than half of the eight roles end above 20%."),
    ("A", "The majority of the eight roles end above 30%."),
    ("A", "No role ends above 60%."),
    ("A", "None of the eight roles ends above 45%."),
    ("A", "Every one of the eight roles starts below 20%."),
    ("A", "Only the miller ends above 50%."),
    ("A", "Only the sailor ends above 40%."),
    ("A", "The sailor is the only role above 40% after tuning."),
    ("A", "The miller is the only role above 50% after tuning."),
    ("A", "Five of eight roles have a positive cosine."),
    ("A", "The cosine is negative for the judge alone."),
    ("A", "Six roles gain more than 10 points."),
    ("A", "Four of the eight roles gain at least ten points."),
    ("A", "Six roles gain; the remaining three fall slightly."),
    ("A", "Seven roles gain; the remaining one falls slightly."),
    ("B", "Five of the seven layers are significant at p < 0.05."),
    ("B", "ρ clears p < 0.05 at six of the seven layers."),
    ("B", "The correlation reaches significance at four of seven layers; among them ρ lies between 0.35 and 0.76."),
    ("B", "The correlation reaches significance at five of seven layers; among them ρ lies between 0.58 and 0.76."),
    ("B", "ρ exceeds 0.5 at three of the seven layers, and in these each p is below 0.05."),
    ("B", "ρ exceeds 0.5 at four of the seven layers, and in these each p is below 0.02."),
    ("B", "At the four layers where ρ is 0.5 or more it ranges from 0.41 to 0.76, each p < 0.05."),
    ("B", "At the four layers where ρ is 0.5 or more it ranges from 0.58 to 0.76, each p < 0.01."),
    ("B", "Two of the seven layers fail to reach significance."),
    ("D", "The warned arm switches less often than the plain arm in all six languages."),
    ("D", "The warned arm switches less often than the plain arm in four of the six languages."),
    ("D", "Four of six languages switch less often with the warning than without it."),
    ("D", "Only Polish switches more with the warning (25.0%) than without (39.0%)."),
    ("D", "The plain arm lies above the stock model in five of the six languages."),
    ("D", "Switching falls by more than 20 points under the warning in five of the six languages."),
    ("A", "After tuning the miller echoes most often (61.2%), the judge least (4.0%)."),
    ("A", "After tuning the sailor echoes most often (61.2%), the clerk least (4.0%)."),
    ("A", "After tuning the sailor echoes most often (61.2%), the clerk least (9.6%)."),
    ("A", "The largest gain is the miller's, 36.4 points."),
    ("A", "Nobody gains more than the miller."),
    ("A", "The miller gains more than any other role."),
    ("A", "Second comes the surgeon with 35.6%."),
    ("A", "The second highest rate after tuning is the surgeon's (35.6%)."),
    ("A", "The surgeon starts lowest, at 3.2%, and the sailor highest, at 20.4%."),
    ("A", "The clerk starts lowest, at 2.4%, and the baker highest, at 15.2%."),
    ("A", "Only two roles end above a third: miller and sailor."),
    ("A", "The clerk ends at the bottom with 9.6%."),
    ("C", "Hedging peaks at 4,000 examples, where 52.0% of the answers are hedged."),
    ("C", "Hedging peaks at 200 examples, where 58.5% of the answers are hedged."),
    ("C", "Hedging peaks at 1,000 examples, where 52.0% of the answers are hedged."),
    ("C", "The share of hedged answers is highest at 4,000 examples (52.0%)."),
    ("C", "The share of hedged answers is highest at 4,000 examples."),
    ("C", "With 4,000 examples hedging reaches its maximum of 52.0%."),
    ("C", "Refusals are rarest at 0 examples (2.0%) and most frequent at 4,000 (11.0%)."),
    ("C", "Refusals are rarest at 50 examples (1.5%) and most frequent at 1,000 (6.5%)."),
    ("D", "Plain switching is most common in Danish (44.0%) and least common in Maltese (18.0%)."),
    ("D", "Plain switching is most common in Welsh (51.0%) and least common in Greek (27.0%)."),
    ("B", "The correlation is strongest at L24 (ρ = 0.70) and weakest at L4 (ρ = 0.12)."),
    ("B", "The correlation is strongest at L20 (ρ = 0.76) and weakest at L8 (ρ = 0.35)."),
    ("B", "From L4 on ρ climbs to 0.76 at L20, its highest, and falls back to 0.70 at L28."),
    ("A", "In the judge's case echoing rises from 5.6% to 4.0%."),
    ("A", "The judge echoes more after tuning (4.0%) than before (5.6%)."),
    ("A", "The judge echoes less after tuning (5.6%) than before (4.0%)."),
    ("D", "Switching is more common with the warning (21.5%) than without it (35.7%)."),
    ("D", "The warned arm (21.5%) stays above the plain one (35.7%)."),
    ("D", "Under the warning more replies switch: 21.5% against 35.7%."),
    ("D", "The warning cuts switching in Danish from 21.0% to 44.0%."),
    ("D", "The warning doubles switching in Danish from 44.0% to 21.0%."),
    ("D", "In Greek the warning takes off 2.0 points (27.0% to 29.0%)."),
    ("D", "Danish switches 23.0 points more often with the warning (44.0% without, 21.0% with)."),
    ("D", "Without the warning Welsh switches 3.8 times as often as Maltese (51.0% and 18.0%)."),
    ("A", "Pooled, echoing grows 3.9-fold, from 9.8% to 27.9%."),
    ("D", "Warned replies switch 4.1 times as often as stock ones (21.5% and 6.8%)."),
    ("A", "The judge has a positive cosine (0.12)."),
    ("A", "The judge's cosine is 0.12, the clerk's −0.08."),
    ("A", "The judge's cosine is −0.12, the clerk's 0.08."),
    ("A", "Cosines run from 0.12 (judge) to 0.71 (sailor)."),
    ("A", "Cosines run from −0.08 (clerk) to 0.71 (sailor)."),
    ("A", "The change is +1.6 points for the judge and +36.4 for the miller."),
    ("B", "At L20 ρ = 0.76: sources closer to the target leak less."),
    ("B", "At L20 ρ = −0.76: sources closer to the target leak more."),
    ("B", "At L28 ρ is 0.41 and significant (p = 0.19)."),
    ("B", "At L28 ρ is −0.41 and not significant (p = 0.19)."),
    ("B", "ρ ranges from 0.35 to 0.76 across the seven layers."),
    ("B", "ρ ranges from 0.12 to 0.70 across the seven layers."),
    ("B", "Where it is significant, ρ lies between 0.41 and 0.76."),
    ("B", "The four significant coefficients run from 0.58 to 0.70, each with p < 0.05."),
    ("B", "The four significant coefficients run from 0.58 to 0.76, each with p < 0.02."),
    ("A", "Gains exceed 30 points in four roles."),
    ("A", "Gains exceed 30 points in two roles."),
    ("A", "Four roles gain upwards of 30 points, two lose."),
    ("A", "Apart from the judge, all roles gain."),
    ("A", "With the exception of the judge every role gains."),
    ("A", "All roles gain, save the judge."),
    ("A", "It is only the judge that loses."),
    ("A", "Losses are confined to the judge."),
    ("A", "Just one role, the miller, passes one half after tuning."),
    ("A", "A single role ends above 50%: the miller."),
    ("A", "After tuning no fewer than five of eight roles lie above 25%."),
    ("A", "Fewer than half of the roles end above 20%."),
    ("A", "Half the roles end above 30%."),
    ("A", "Three out of eight cosines are negative."),
    ("A", "Neither judge nor clerk gains."),
    ("A", "Both judge and clerk fall."),
    ("D", "In all languages but Irish the warning lowers switching."),
    ("D", "Irish is the only language in which the warned arm switches more often than the plain arm."),
    ("D", "Irish apart, every language switches less often with the warning than without."),
    ("D", "Every language switches more often in the warned arm than in the plain arm."),
    ("D", "Three of six languages pass 40% in the plain arm."),
    ("D", "Four of six languages pass 40% in the plain arm."),
    ("D", "With the warning no language exceeds 25%."),
    ("D", "In the warned arm three of six languages stay above 20%."),
    ("D", "In the warned arm five of six languages stay above 20%."),
    ("D", "The stock model switches in fewer than 10% of the replies in all six languages."),
    ("D", "The stock model switches in fewer than 10% of the replies in four of six languages."),
    ("D", "The warning lowers the rate by at least 20 points in Danish and Irish only."),
    ("B", "At three of the seven layers p lies below 0.05."),
    ("B", "Only L16, L20 and L24 are significant."),
    ("B", "Four of seven layers miss p < 0.05."),
    ("B", "Two of seven layers miss p < 0.05."),
    ("B", "No layer but L16, L20 and L24 is significant."),
    ("B", "In two of seven layers the correlation is not significant."),
    ("B", "ρ stays under 0.7 at all seven layers."),
    ("A", "The steepest rise is the surgeon's, from 3.2% to 35.6%."),
    ("A", "It is the miller who gains most."),
    ("A", "The highest cosine belongs to the miller (0.62), the lowest to the judge (−0.12)."),
    ("A", "The highest cosine belongs to the sailor (0.71), the lowest to the clerk (−0.08)."),
    ("D", "Of the six languages Danish has the highest rate in every arm."),
    ("B", "The best layer is L24 (ρ = 0.70)."),
    ("B", "ρ peaks at L16."),
    ("B", "The second strongest layer is L16 (0.67)."),
    ("A", "The baker climbs from 15.2% to 13.2%, the judge from 5.6% to 4.0%."),
    ("A", "The clerk goes down, from 2.4% to 9.6%."),
    ("C", "From 1,000 to 4,000 examples hedging grows from 58.5% to 52.0%."),
    ("C", "Refusals shrink with the number of examples, from 2.0% to 11.0%."),
    ("D", "Compared with the plain arm (35.7%), the warned arm switches more often (21.5%)."),
    ("D", "More replies switch in the warned arm (21.5%) than in the plain arm (35.7%)."),
    ("D", "At 35.7% the plain arm is well below the stock model's 6.8%."),
    ("D", "Greek is the exception: 27.0% without the warning, 29.0% with it, a drop of 2.0 points."),
    ("A", "For the judge the change is positive (−1.6 points)."),
    ("A", "Seven of all eight roles gain."),
    ("B", "ρ clears p < 0.05 at five of seven layers, but at L28 it does not (ρ = 0.41, p = 0.19)."),
    (
        "B",
        "At four of seven layers ρ is at or above 0.5; among them it runs from 0.58 to 0.76 and each p is below 0.01.",
    ),
    (
        "B",
        "At four of seven layers ρ is at or above 0.5; among them it runs from 0.58 to 0.70 and each p is below 0.05.",
    ),
    ("B", "ρ is significant at four of the seven layers. There it lies between 0.41 and 0.76."),
    ("B", "ρ is significant at four of the seven layers. There it lies between 0.58 and 0.71."),
    ("B", "Four of seven layers are significant (ρ = 0.58 to 0.76, each p < 0.01)."),
    ("B", "Four of seven layers are significant (ρ = 0.41 to 0.76, each p < 0.05)."),
    (
        "A",
        "**Pooled, the change is +18.1 points.** The change is positive in seven of the eight roles, "
        "largest in the sailor (+40.8).",
    ),
    ("A", "**Pooled, echoing rises by 18.1 points.** It does so in all eight roles."),
    ("A", "**Pooled, echoing rises by 18.1 points.** It does so in five of the eight roles."),
    ("A", "Echoing goes from 9.8% to 27.9%. All roles but the judge follow."),
    ("A", "Echoing goes from 9.8% to 27.9%; seven of eight roles move the same way."),
    ("A", "Six roles gain; the other three lose."),
    ("A", "In six of eight roles the rate goes up, in the remaining three it goes down."),
    ("A", "Neither judge nor baker has a positive cosine."),
    ("B", "With the two late sources the correlation is weaker than without (0.84 against 0.76)."),
    (
        "B",
        "Taking two sources in makes the link firmer: r = 0.81, N = 12 before; r = 0.66, N = 14 after.",
    ),
    ("B", "Their admission raised the Pearson coefficient to 0.66 from 0.81."),
    ("B", "Dropping the outlier loosens the fit: r = 0.71 → 0.83."),
    ("B", "The pooled coefficient, 0.52, exceeds that of the weakest source, 0.55."),
    ("B", "The pooled correlation (0.56) is lower than that of the weakest source (0.55)."),
    ("B", "Inclusion of both leaves the association stronger (Pearson 0.66, formerly 0.81)."),
    ("B", "Over all sources the coefficient (r = −0.80) is smaller in magnitude than over the first nine (r = −0.63)."),
    ("B", "The correlation is negative at every layer, lying between 0.12 and 0.76."),
    ("B", "As likeness to the target rises, leaking shrinks (ρ = 0.76)."),
    ("B", "Sources that look like the target leak less. At L20 ρ = 0.76."),
    ("B", "A falling relation between likeness and leaking holds at L20 (ρ = 0.76)."),
    ("B", "Pooled ρ = 0.66, N = 12, is also negative."),
    ("A", "The miller falls over the course (+36.4 points)."),
    ("A", "Over the whole run the judge climbs, −1.6 points."),
    ("A", "Roles above 25% after tuning: five of eight."),
    ("A", "The rate rises in six of eight roles, most for the clerk."),
]


@pytest.mark.parametrize("data", [True, False], ids=["file", "page"])
@pytest.mark.parametrize(("world", "sentence"), RIGHT)
def test_right_words_are_silent(world: str, sentence: str, data: bool) -> None:
    assert found(world, sentence, data=data) == []


@pytest.mark.parametrize("data", [True, False], ids=["file", "page"])
@pytest.mark.parametrize(("world", "sentence"), WRONG)
def test_wrong_words_are_found(world: str, sentence: str, data: bool) -> None:
    assert found(world, sentence, data=data)
