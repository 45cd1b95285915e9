"""When a claim counts as confirmed, and when as not: one rule, fixed before the figures."""

from __future__ import annotations

from typing import Final

from fer_core.evaluation.ablation_report import CONFIRMED, NOT_CONFIRMED, UNDECIDABLE, PairedTest

ALPHA: Final = 0.05
MARGIN: Final = 0.01
"""Benefits smaller than this, in shares, count as no benefit: one face in a hundred."""

RULE: Final = (
    "A claim is decided by one test, pooled over the other settings and over seeds. Confirmed: "
    f"Holm's corrected p is below {ALPHA} and every seed alone points the claimed way. Not "
    f"confirmed: the same the other way round, or the benefit's 95 % interval ends below "
    f"{MARGIN * 100:.0f} face in 100, so that there is no benefit worth the name. Otherwise, or "
    "with fewer than two seeds, it is not decidable at this sample size."
)


def verdict(test: PairedTest | None) -> str:
    """The verdict on the claim that `test` decides; None where its cells are not trained yet."""
    if test is None or len(test.seeds) < 2:
        return UNDECIDABLE
    significant = test.p_holm < ALPHA
    if significant and min(test.seed_benefits) > 0:
        return CONFIRMED
    if significant and max(test.seed_benefits) < 0:
        return NOT_CONFIRMED
    return NOT_CONFIRMED if test.benefit.high < MARGIN else UNDECIDABLE
