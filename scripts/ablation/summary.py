"""A work folder → the ablation's report, from whatever is finished in it."""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import Any

from fer_core.data.dataset import split_and_label
from fer_core.evaluation.ablation_report import MOBILENET, PLAIN, AblationReport, Claim, PairedTest
from scripts.ablation.claims import CONTRASTS, STATEMENTS
from scripts.ablation.design import CANDIDATES, CELLS, Plan
from scripts.ablation.protocol import protocol
from scripts.ablation.scoring import FinishedRun, Runs, cell_results, common_labels, paired_tests
from scripts.ablation.verdicts import RULE, verdict
from scripts.ablation.work import WorkFolder


def summarise(work: WorkFolder) -> AblationReport:
    """Scores and tests the finished cells.

    Raises:
        ReportError: where no run is finished, or a file of predictions is damaged.
        TrainingError: where the folder holds no ablation, or a record is damaged.
    """
    plan, data_sha256 = work.plan()
    runs = _runs(plan, work)
    labels = common_labels(runs)
    tests = paired_tests(runs, labels)
    return AblationReport(
        cells=cell_results(runs, labels),
        tests=tests,
        claims=tuple(_claim(name, tests) for name in STATEMENTS),
        missing=_missing(plan, work),
        test_part=_test_part(runs),
        test_images=len(labels),
        tiny=plan.tiny,
        rule=RULE,
        protocol=protocol(plan, work),
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


def _missing(plan: Plan, work: WorkFolder) -> tuple[str, ...]:
    return tuple(
        work.run_name(cell, seed) for cell, seed in plan.runs() if work.record(cell, seed) is None
    )


def _test_part(runs: Runs) -> str:
    paths = (run.predictions.paths[0] for each in runs.values() for run in each)
    found = split_and_label(next(paths))
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
