"""What the ablation did, in sentences: they stand in its file and on the Evaluation page."""

from __future__ import annotations

from fer_core.errors import TrainingError
from fer_core.evaluation.ablation_report import MOBILENET, PLAIN
from scripts.ablation.design import CANDIDATES, Plan, Tuning
from scripts.ablation.work import WorkFolder


def protocol(plan: Plan, work: WorkFolder) -> tuple[str, ...]:
    """One sentence a choice.

    Raises:
        TrainingError: where costs or search are not finished.
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
