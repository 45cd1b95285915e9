"""How far to trust the answers: every figure comes from a report, of FER-2013 or of your own."""

from collections.abc import Callable

import streamlit as st

from fer_core.errors import ReportError, command
from fer_core.evaluation.report import EvaluationReport
from ui import facts, frame, problems, resources
from ui.charts import readings
from ui.charts.draw import after_words
from ui.charts.trust import sentences
from ui.evaluation import behind, claims, comparison, own, panels, take_away, view
from ui.evaluation.subjects import OWN, Subject, own_evaluation
from ui.widgets import SPLIT_SENTENCES, SPLIT_TITLES, plain, split_line

WHERE = {
    "private": "FER-2013's PrivateTest",
    "private_deduplicated": "FER-2013's PrivateTest without copies",
    "public": "FER-2013's PublicTest",
    OWN: "your own",
}
"""What the verdict calls a part."""
WAYS = {
    "": "once",
    "two_looks": "twice",
    "one_look_even_mix": "once, all seven alike",
    "two_looks_even_mix": "twice, all seven alike",
}
"""The ways of asking (`fer_core.recognition.answers.ways`)."""


def _reports(stems: list[str]) -> dict[str, EvaluationReport]:
    """The readable reports; a message in place of each other."""
    reports = {}
    for stem in stems:
        try:
            reports[stem] = resources.report(stem)
        except ReportError as error:
            problems.show(error)
    return reports


def _title(stem: str) -> str:
    loaded = take_away.loaded()
    return loaded[0] if loaded and not stem else resources.title(stem)


def _choose_models() -> list[str]:
    """One stem, or two to compare; "" is a report that was loaded from a file."""
    names = resources.report_names()
    with st.container(key="models"):
        first, second = st.columns(2)
    model = first.selectbox("Model", names, format_func=_title)
    others = [name for name in names if name != model] + [""] * (take_away.loaded() is not None)
    other = second.selectbox(
        "Compare with",
        others,
        index=None,
        format_func=_title,
        placeholder="No other model" if others else "There is no other report",
        disabled=not others,
        help="Every chart then shows both, with the same axes. “Take it away” loads saved reports.",
    )
    return [model, *([] if other is None else [other])]


def _choose_part(reports: dict[str, EvaluationReport]) -> str | None:
    first, *others = reports.values()
    common = [name for name in first.splits if all(name in other.splits for other in others)]
    names = [name for name in SPLIT_TITLES if name in common]
    names += [name for name in common if name not in SPLIT_TITLES]
    mine = own_evaluation()
    counts = {name: first.splits[name].n for name in names}
    if mine is not None and set(reports) <= set(mine.reports):
        names.insert(0, OWN)
        counts[OWN] = next(iter(mine.reports.values())).splits[OWN].n
    if not names:
        problems.show(
            "These two reports have no test images in common. Compare with another one.", "info"
        )
        return None
    return st.selectbox(
        "Test images", names, format_func=lambda name: split_line(name, counts[name]), key="part"
    )


def _choose_way(reports: dict[str, EvaluationReport], part: str) -> str:
    """How the network is asked; "" where the reports know one way only."""
    first = next(iter(reports.values()))
    names = [w for w in first.ways if all(part in r.ways.get(w, {}) for r in reports.values())]
    if not names:
        return ""
    with st.container(key="way"):
        chosen = st.segmented_control(
            "Each face is asked",
            ["", *names],
            format_func=lambda name: WAYS.get(name, name),
            default="",
            required=True,
            help="Twice: the mean of a face and its mirror image. All seven alike: as if every "
            "expression were equally frequent, where FER-2013 has few of some.",
        )
    return str(chosen)


def _subjects(reports: dict[str, EvaluationReport], part: str, way: str) -> list[Subject]:
    """The page's columns. One model on one's own pictures stands beside itself on FER-2013."""
    mine = own_evaluation()
    if part != OWN or mine is None:
        return [
            Subject(f"{stem}-{part}{way}", _title(stem), stem, r, part, way)
            for stem, r in reports.items()
        ]
    found = [
        Subject(f"{stem}-own", _title(stem), stem, mine.reports[stem], OWN) for stem in reports
    ]
    if len(found) == 1:
        stem, report = next(iter(reports.items()))
        name, _ = facts.headline_split(report)
        found = [
            Subject("own", "Your pictures", stem, mine.reports[stem], OWN),
            Subject(f"{stem}-{name}", WHERE.get(name, "the report's test"), stem, report, name),
        ]
    return found


def _remarks(reports: dict[str, EvaluationReport], part: str) -> None:
    """What to know before comparing or quoting the figures."""
    remarks = [SPLIT_SENTENCES.get(part, "")]
    if part.startswith("private"):
        cards = {stem: resources.card_if_any(stem) for stem in reports if stem}
        titles = {stem: plain(resources.title(stem)) for stem in cards}
        if part == "private_deduplicated":
            known = {titles[stem]: card for stem, card in cards.items() if card is not None}
            remarks.append(facts.deduplicated(known))
        remarks += [
            facts.private_reads(titles[stem], reports[stem], card) for stem, card in cards.items()
        ]
    st.caption(" ".join(filter(None, remarks)))
    if part != OWN and len({report.data_sha256 for report in reports.values()}) > 1:
        st.warning(
            "These models were evaluated on different data sets: their figures cannot be compared.",
            icon=":material/warning:",
        )


def _left_out(subjects: list[Subject]) -> None:
    """What the figures do not cover."""
    first = subjects[0]
    found = {finding for s in subjects if s.part == first.part for finding in s.report.left_out}
    lines = [f"- {plain(finding.in_words())}" for finding in found]
    if first.part != OWN and (words := sentences.read_coverage(first.split)):
        lines.append(f"- {plain(words)}")
    if lines:
        st.warning("**Left out of the figures**\n" + "\n".join(lines), icon=":material/filter_alt:")


def _verdict(subjects: list[Subject]) -> None:
    """First of all, in words."""
    first = subjects[0]
    mine = own_evaluation()
    if first.part == OWN and mine is not None:
        reference = next((s.split for s in subjects if s.part != OWN), None)
        st.markdown(sentences.read_own(first.split, reference, mine.faceless))
        return
    for subject in subjects:
        where = WHERE.get(subject.part, "its test")
        start = f"{plain(subject.title)}: " if len(subjects) > 1 else ""
        st.markdown(f"{start}{sentences.read_verdict(subject.split, where)}")


def _mistakes(subjects: list[Subject]) -> None:
    matrix, bars = (
        st.columns([3, 2], gap="large") if len(subjects) == 1 else (st.container(), st.container())
    )
    with matrix:
        shares = st.segmented_control(
            "Shares", list(view.MATRIX_SHARES), default="By true label", required=True
        )

        def draw(subject: Subject) -> None:
            behind.matrix(subject, view.MATRIX_SHARES[shares])
            view.confusion_words(subject.split, subject.key)
            behind.chosen(subject)

        view.side_by_side(subjects, draw)
    with bars:
        st.header("Each expression, hardest first", anchor=False)
        metric = st.segmented_control(
            "Figure", list(view.METRICS), default="Recall", required=True, help=view.METRIC_HELP
        )
        view.side_by_side(subjects, lambda s: view.per_class(s.split, metric, s.key))
    st.header("Neutral, fear and surprise", anchor=False)
    view.side_by_side(
        subjects,
        lambda s: st.markdown(
            f"- {readings.read_neutral_bias(s.split)}\n- {readings.read_fear_surprise(s.split)}"
        ),
    )


def _unsure(subjects: list[Subject]) -> None:
    view.side_by_side(subjects, panels.unsure)
    st.header("Is it as often right as it is sure?", anchor=False)
    view.side_by_side(subjects, lambda s: view.calibration(s.split, s.key))


def _hard(subjects: list[Subject]) -> None:
    view.side_by_side(subjects, panels.hard_faces)


def _harm(subjects: list[Subject]) -> None:
    panels.harm(_stems(subjects))


def _training(subjects: list[Subject]) -> None:
    stems = _stems(subjects)
    for column, stem in zip(st.columns(len(stems), gap="large"), stems, strict=True):
        with column:
            if len(stems) > 1:
                st.markdown(f"**{plain(resources.title(stem))}**")
            view.curves(stem, stem, wide=len(stems) == 1)


def _stems(subjects: list[Subject]) -> list[str]:
    """The models of the columns; a report from a file has none here."""
    return list(dict.fromkeys(subject.stem for subject in subjects if subject.stem))


def _tabs(subjects: list[Subject]) -> None:
    drawn: dict[str, Callable[[], None]] = {"Mistakes": lambda: _mistakes(subjects)}
    if len(subjects) == 2 and subjects[0].part == subjects[1].part:
        drawn["Which is better"] = lambda: comparison.show(*subjects)
    drawn |= {
        "“Unsure”": lambda: _unsure(subjects),
        "Hard faces": lambda: _hard(subjects),
        "Harm": lambda: _harm(subjects),
        "Doubtful labels": lambda: panels.doubtful(subjects[0]),
        "Training": lambda: _training(subjects),
        "Claims": claims.section,
        "Take it away": lambda: take_away.show(subjects),
    }
    for tab, draw in zip(
        st.tabs(list(drawn), on_change="rerun", key="panel"), drawn.values(), strict=True
    ):
        if tab.open:
            with tab:
                draw()


def _show(reports: dict[str, EvaluationReport], part: str) -> None:
    subjects = _subjects(reports, part, _choose_way(reports, part))
    _remarks(reports, part)
    _verdict(subjects)
    _left_out(subjects)
    for subject in subjects:
        if len(subjects) > 1:
            st.markdown(f"**{plain(subject.title)}**")
        view.headline_row(subject.split)
        view.mirrored(subject.report.mirrored_accuracy.get(subject.part))
    after_words()
    _tabs(subjects)


frame.header(
    "Evaluation",
    "How often the network is right on faces it was not trained on, and where it goes wrong.",
)
if not resources.report_names():
    st.info(
        "There is no evaluation report yet. Write one with "
        f"`{command(f'scripts/evaluate.py --model {resources.chosen()} --data PATH')}`.",
        icon=":material/info:",
    )
    claims.section()
else:
    chosen_stems = _choose_models()
    own.offer([stem for stem in chosen_stems if stem])
    readable = _reports([stem for stem in chosen_stems if stem])
    if "" in chosen_stems and (file := take_away.loaded()):
        readable[""] = file[1]
    if readable and (chosen_part := _choose_part(readable)):
        _show(readable, chosen_part)
