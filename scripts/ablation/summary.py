"""A work folder → the ablation's report, from whatever is finished in it."""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import Any

from fer_core.data.layout import Layout
from fer_core.errors import TrainingError
from fer_core.evaluation.ablation_report import MOBILENET, PLAIN, AblationReport, Claim, PairedTest
from scripts.ablation.claims import CONTRASTS, RULE, STATEMENTS, verdict
from scripts.ablation.design import CANDIDATES, CELLS, Plan, Tuning
from scripts.ablation.scoring import FinishedRun, Runs, cell_results, common_labels, paired_tests
from scripts.ablation.work import WorkFolder


def summarise(work: WorkFolder) -> AblationReport:
    """Scores and tests the finished cells.

    Raises:
        ReportError: if no run is finished, or a file of predictions is damaged.
        TrainingError: if the folder holds no ablation, or a record is damaged.
    """
    plan, data_sha256 = work.plan()
    runs = _runs(plan, work)
    labels = common_labels(runs)
    tests = paired_tests(runs, labels)
    return AblationReport(
        cells=cell_results(runs, labels),
        tests=tests,
        claims=tuple(_claim(name, tests) for name in STATEMENTS),
        missing=_missing(plan, runs, work),
        test_part=_test_part(runs),
        test_images=len(labels),
        tiny=plan.tiny,
        rule=RULE,
        protocol=_protocol(plan, work),
        settings=_settings(plan, work),
        data_sha256=data_sha256,
        created=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    )


def _runs(plan: Plan, work: WorkFolder) -> Runs:
    found = {}
    for cell in CELLS:
        records = [(seed, work.record(cell, seed)) for seed in plan.seeds]
        found[cell] = tuple(
            FinishedRun(seed, work.predictions(cell, seed), asdict(record))
            for seed, record in records
            if record is not None
        )
    return found


def _missing(plan: Plan, runs: Runs, work: WorkFolder) -> tuple[str, ...]:
    done = {(cell, run.seed) for cell, each in runs.items() for run in each}
    return tuple(work.run_name(*run) for run in plan.runs() if run not in done)


def _test_part(runs: Runs) -> str:
    paths = (run.predictions.paths[0] for each in runs.values() for run in each)
    found = Layout().split_and_label(next(paths))
    return "test" if found is None else found[0]


def _claim(name: str, tests: tuple[PairedTest, ...]) -> Claim:
    """Judged by the first contrast with this name, and by no other."""
    contrast = next(c for c in CONTRASTS if c.claim == name)
    treated = tuple(cell.name for cell in contrast.treated)
    decisive = [
        t for t in tests if (t.claim, t.event, t.treated) == (name, contrast.event, treated)
    ]
    test = decisive[0] if decisive else None
    return Claim(name, STATEMENTS[name], verdict(test), test)


def _settings(plan: Plan, work: WorkFolder) -> dict[str, Any]:
    costs = work.costs()
    return {
        "plan": plan.to_dict(),
        "costs_cpu_seconds_an_image": None if costs is None else asdict(costs),
        "search": [
            {**asdict(t), "result": None if (r := work.search_result(t)) is None else asdict(r)}
            for t in CANDIDATES
        ],
        "chosen": {network: asdict(work.chosen(network)) for network in (MOBILENET, PLAIN)},
    }


def _protocol(plan: Plan, work: WorkFolder) -> tuple[str, ...]:
    """What was done, a sentence for each choice: for the file and the Evaluation page.

    Raises:
        TrainingError: if costs or search are not finished.
    """
    return (
        f"A fixed subset of {plan.train_images:,} images of train/, drawn by class after constant "
        "images, copies under different labels and copies of test images (correlation of 0.95 or "
        "more) were left out; a tenth of it validates.",
        f"MobileNetV2 ({_weights(plan)}): {plan.warm_up_epochs} epochs of its new head on pooled "
        f"features (Adam, 1e-3), then {plan.epochs} of full fine-tuning (AdamW, weight decay "
        f"0.02, batches of {plan.batch_size}, warm-up, cosine decay to zero; batch norms train "
        "with a momentum of 0.9), without augmentation. The seed recipe's rate of 1e-5 would learn "
        "next to nothing in so short a schedule.",
        "At 48 pixels the same network sees the faces as they are, at 96 upscaled bilinearly; "
        "full class weights are n / (7 x class count); everything else is the same in all cells.",
        _plain(plan, work),
        _search(plan, work),
        f"Seeds {', '.join(map(str, plan.seeds))} train every cell once; a seed draws validation, "
        "order and initial weights alike for all cells, and the epoch with the best validation "
        "accuracy is kept.",
        "Every network answers once for each test image. Neither the search nor the choice of "
        "epochs has seen these images: for the claims they are a test part. PrivateTest was not "
        "read; its pixels only told which training images are copies of it.",
        "Tests: McNemar's exact test on faces, each counted once: its events are summed over the "
        "pooled pairs and seeds, and the sign of the difference is its vote. Holm's correction "
        "runs over all tests of this file.",
        "Intervals: Wilson's for shares, at the number of faces; a bootstrap over faces and seeds "
        "(2,000 draws) for the rest and for differences. Two seeds say little of how much seeds "
        "differ.",
    )


def _weights(plan: Plan) -> str:
    return "ImageNet weights" if plan.weights == "imagenet" else "untrained, a trial"


def _plain(plan: Plan, work: WorkFolder) -> str:
    costs = work.costs()
    if costs is None:
        raise TrainingError(f"The costs in {work.path} were not measured yet.")
    transfer, plain = work.chosen(MOBILENET), work.chosen(PLAIN)
    epochs = costs.plain_epochs(plan, transfer, plain)
    return (
        "The standard network: eight 3x3 convolutions in four blocks with batch normalisation and "
        f"dropout, {epochs} epochs from scratch (AdamW, cosine) with flips, on the same "
        "images. Equal cost: as many whole epochs as fit into the measured "
        f"CPU time of a MobileNetV2 cell at 96 pixels ({1000 * costs.transfer(plan, transfer):.1f} "
        f"ms an image; an epoch takes {1000 * costs.step[plain.shape]:.1f})."
    )


def _search(plan: Plan, work: WorkFolder) -> str:
    lines = []
    for network, title in ((MOBILENET, "MobileNetV2"), (PLAIN, "The standard network")):
        tried = [_tried(tuning, work) for tuning in CANDIDATES if tuning.network == network]
        lines.append(f"{title}: {'; '.join(tried)}; taken: {_words(work.chosen(network))}")
    return (
        "What the recipes left open was searched on validation, three candidates each at equal "
        f"cost, on {plan.search_images:,} images with another seed; MobileNetV2's at 96 pixels "
        "with label smoothing and without weights, so that its other cells use a rate that was "
        f"chosen for this one. {'. '.join(lines)}."
    )


def _tried(tuning: Tuning, work: WorkFolder) -> str:
    found = work.search_result(tuning)
    return _words(tuning) + ("" if found is None else f": {100 * found.validation_accuracy:.1f} %")


def _words(tuning: Tuning) -> str:
    width = f"width {tuning.width:g}, " if tuning.network == PLAIN else ""
    return f"{width}rate {tuning.learning_rate:g}"
