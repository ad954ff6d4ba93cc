"""Was the analysis planned before the data? What the plan says of itself, and what its dates allow it to say."""

from __future__ import annotations

from leakstats.analysis.context import Context
from leakstats.analysis.ledger import Assumption

__all__ = ["registered", "run"]


def registered(ctx: Context) -> tuple[bool, str]:
    """Whether the plan counts as registered, and why: it needs a hash, and a date before that of the data."""
    plan = ctx.results.plan
    if plan.status != "registered":
        return False, plan.reason or "the plan says that it is exploratory"
    if plan.registered_hash is None or plan.registered_on is None:
        return False, "the plan calls itself registered, but gives no hash and date"
    if plan.data_collected_on is None:
        return False, f"the plan is dated {plan.registered_on}, but the data are not dated"
    # ISO dates order as text
    if plan.registered_on > plan.data_collected_on:
        return False, f"the plan is dated {plan.registered_on}, after the data ({plan.data_collected_on})"
    return True, f"{plan.registered_hash} of {plan.registered_on}, before the data of {plan.data_collected_on}"


def run(ctx: Context) -> None:
    """Note whether the plan is registered, its deviations, its exclusions, and what the detector's errors are."""
    question = ctx.ledger.question("plan")
    plan, detector = ctx.results.plan, ctx.results.detector
    held, why = registered(ctx)
    question.assumptions.append(
        Assumption("the analysis was registered before the data", "met" if held else "failed", why)
    )
    if not held:
        question.notes.append(f"exploratory: {why}")
    question.notes.extend(f"deviation from the plan: {text}" for text in plan.deviations)
    for exclusion in plan.exclusions:
        question.notes.append(
            f"excluded: {exclusion.persona} ({exclusion.reason}), decided {exclusion.decided} the data"
        )
    late = [e.persona for e in plan.exclusions if e.decided == "after"]
    if late:
        question.assumptions.append(
            Assumption(
                "exclusions do not depend on the result",
                "doubtful",
                f"{', '.join(late)}: decided after the data; estimates with points=with_excluded keep them",
            )
        )
    question.assumptions.append(
        Assumption(
            "the detector makes no errors",
            "not_checked" if detector.error_rate is None else "doubtful" if detector.error_rate > 0 else "met",
            (detector.error_reason or "its error rate is not known")
            if detector.error_rate is None
            else f"its error rate is {detector.error_rate:g}; rates are not corrected for it",
        )
    )
