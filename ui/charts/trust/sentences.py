"""What the audits show, each as plain sentences computed from the same figures."""

from __future__ import annotations

from collections.abc import Sequence

from fer_core.errors import command
from fer_core.evaluation.audits.comparison import Comparison
from fer_core.evaluation.audits.corruptions import KINDS, SEVERITIES
from fer_core.evaluation.audits.robustness import RobustnessReport
from fer_core.evaluation.audits.slices import Agreement, Slice
from fer_core.evaluation.split_report import SplitReport
from fer_core.labels import EMOTIONS
from ui.charts.trust.figures import agreement_name, point_at, points_with_sign, slice_name
from ui.charts.words import ADJECTIVES, NO_IMAGES, adjective, faces, interval, percent

FEW = 30
"""Images of a class below which its recall says next to nothing: ±18 points."""


def read_verdict(split: SplitReport, where: str) -> str:
    """How often it is right here, and where it is not.

    Args:
        where: What the images are, such as "FER-2013's PrivateTest".
    """
    if split.accuracy is None:
        return NO_IMAGES
    right = f"right for **{100 * split.accuracy.value:.0f} of 100**{interval(split.accuracy)}"
    sentence = f"On {faces(split.n)} of {where} it is {right}."
    known = {e: s.recall for e in EMOTIONS if (s := split.per_class[e]).recall and s.support >= FEW}
    if len(known) < 2:
        return sentence
    worst = min(known, key=lambda name: known[name].value)
    counts = split.counts[EMOTIONS.index(worst)].copy()
    missed = 100 - round(100 * known[worst].value)
    counts[EMOTIONS.index(worst)] = 0
    other = f", most often for {ADJECTIVES[int(counts.argmax())]}" if counts.any() else ""
    return (
        f"{sentence} Trust it least with {adjective(worst)} faces: it takes {missed} of 100 for "
        f"something else{other}."
    )


def read_own(own: SplitReport, reference: SplitReport | None, faceless: int = 0) -> str:
    """The same on somebody's own pictures, beside FER-2013."""
    if own.accuracy is None:
        return "No face was found in these pictures: there is nothing to say."
    pictures = f"{own.n:,} {'picture' if own.n == 1 else 'pictures'}"
    text = (
        f"On your {pictures} it was right for **{100 * own.accuracy.value:.0f} of 100**"
        f"{interval(own.accuracy)}"
    )
    if reference is not None and reference.accuracy is not None:
        text += f", on FER-2013's for {100 * reference.accuracy.value:.0f}"
    sentences = [f"{text}."]
    if faceless:
        noun = "picture" if faceless == 1 else "pictures"
        sentences.append(f"In {faceless:,} {noun} no face was found; they are not counted.")
    return " ".join([*sentences, read_coverage(own)]).strip()


def read_coverage(split: SplitReport) -> str:
    """Which expressions the figures say nothing of; "" if they say something of all seven."""
    few = {e: split.per_class[e].support for e in EMOTIONS if 0 < split.per_class[e].support < FEW}
    said = []
    if split.absent:
        said.append(f"There are no pictures of {_listed(split.absent)}.")
    if few:
        counts = _listed([f"{name} ({n})" for name, n in few.items()])
        said.append(f"Too few to say anything of the expression itself: {counts}.")
    return " ".join(said)


def read_risk(split: SplitReport, at: float, stem: str = "") -> str:
    """What a threshold buys, in words; without a curve, how to get one for that model."""
    if not split.thresholds:
        return f"This report has no curve. To add it: {_evaluate(stem)}"
    point = point_at(split, at)
    if point is None or point.accuracy is None:
        return f"With “unsure” below {percent(at)}, no face gets an answer."
    answered = point.answered / split.n
    return (
        f"With “unsure” below {percent(at)} it answers {100 * answered:.0f} of 100 faces and is "
        f"right for {100 * point.accuracy.value:.0f} of 100 of those{interval(point.accuracy)}."
    )


def read_slices(parts: Sequence[Slice]) -> str:
    """The weakest slice, and whether it is weaker than the strongest of its measure."""
    if not parts:
        return "There are too few faces to cut into slices."
    worst = min(parts, key=lambda part: part.accuracy.value)
    others = [part for part in parts if part.by == worst.by]
    best = max(others, key=lambda part: part.accuracy.value)
    apart = (worst.accuracy.high or 1) < (best.accuracy.low or 0)
    end = (
        "The two intervals do not meet: this is no chance."
        if apart
        else "The intervals meet, so that this may be chance."
    )
    return (
        f"Weakest: {slice_name(worst)}, right for {percent(worst.accuracy.value)} of "
        f"{faces(worst.n)}; at best, {slice_name(best)}, {percent(best.accuracy.value)}. {end}"
    )


def read_agreement(parts: Sequence[Agreement], stem: str = "") -> str:
    """Whether its errors are hard faces or bad answers; without votes, how to add them."""
    if not parts:
        return (
            "How far FER+'s annotators agree is not in this report. To add it: "
            f"{_evaluate(stem)} --ferplus ferplus.csv"
        )
    clear, torn = parts[-1], parts[0]
    wrong = sum(p.n - p.right for p in parts)
    text = (
        f"Where {agreement_name(clear)}, it is right for {percent(clear.accuracy.value)}; where "
        f"{agreement_name(torn)}, for {percent(torn.accuracy.value)}."
    )
    if wrong:
        clear_errors = clear.n - clear.right
        text += (
            f" {percent(clear_errors / wrong)} of its errors are on faces that nearly all "
            "annotators see alike."
        )
    return f"{text} {read_disputed(parts)}"


def read_disputed(parts: Sequence[Agreement]) -> str:
    """How often the label is the annotators' commonest answer; "" without votes."""
    n, same = sum(part.n for part in parts), sum(part.labelled for part in parts)
    return (
        f"The label is the annotators' commonest answer for {same:,} of {n:,} faces with votes "
        f"({percent(same / n)}); of a tie, the first of the seven counts."
        if n
        else ""
    )


def read_harm(report: RobustnessReport) -> str:
    """What costs most, what costs least."""
    clean = report.clean
    means = {
        kind: sum(c.accuracy.value for c in cells) / len(cells)
        for kind in KINDS
        if (cells := [c for s in SEVERITIES if (c := report.cell(kind, s))])
    }
    if clean is None or not means:
        return "Nothing was measured yet."
    worst, best = min(means, key=means.__getitem__), max(means, key=means.__getitem__)
    hardest = report.cell(worst, SEVERITIES[-1])
    end = f" ({percent(hardest.accuracy.value)} at its worst)" if hardest else ""
    return (
        f"Right for {percent(clean.accuracy.value)} of {faces(clean.n)} as they are. "
        f"{worst[:1].upper()}{worst[1:]} costs most: {percent(means[worst])} on average{end}; "
        f"{best} least: {percent(means[best])}."
    )


def read_relative(error: float | None, reference: str) -> str:
    """The mean corruption error in words; "" if it was not measured."""
    if error is None:
        return ""
    side = "fewer" if error < 1 else "more"
    share = percent(abs(1 - error))
    return (
        f"Under harm it makes {share} {side} errors than {reference} "
        f"(mean corruption error {error:.2f})."
    )


def read_comparison(found: Comparison, first: str, second: str) -> str:
    """A plain verdict: better, worse, or not decidable on these faces."""
    if found.accuracy is None:
        return NO_IMAGES
    certainty = (
        "p\N{NO-BREAK SPACE}<\N{NO-BREAK SPACE}0.001"
        if found.p < 0.001
        else (f"p\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}{found.p:.3f}")
    )
    counts = (
        f"Of {faces(found.n)}, {found.only_first:,} are answered right by {first} alone and "
        f"{found.only_second:,} by {second} alone (McNemar's test: {certainty})."
    )
    difference = points_with_sign(found.accuracy)
    if found.verdict == "undecided":
        needed = (
            ""
            if found.needed is None
            else " To tell so small a difference from chance, about "
            f"{_rounded(found.needed)} faces would be needed."
        )
        return f"**Not decidable on these faces:** {difference}. {counts}{needed}"
    return f"**{first} is {found.verdict} than {second}:** {difference}. {counts}"


def read_doubts(count: int, n: int) -> str:
    """How many labels are doubtful."""
    return (
        f"Other images contradict the labels of {count:,} of {faces(n)} ({percent(count / n, 1)}). "
        "Some of them are hard, not wrong: look before you change one."
        if n
        else NO_IMAGES
    )


def _evaluate(stem: str) -> str:
    """What writes a model's report again; the network is not asked."""
    return command(f"scripts/evaluate.py --model {stem or 'STEM'} --data PATH --stored")


def _rounded(n: int) -> str:
    """To two figures: more would pretend to precision."""
    digits = max(0, len(str(n)) - 2)
    return f"{round(n, -digits):,}"


def _listed(words: Sequence[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last
