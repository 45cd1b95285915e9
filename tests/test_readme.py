"""The README's figures are the reports' figures, and its commands name files that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fer_core.evaluation.report import load_report
from fer_core.store.model_files import MODELS, REPORT_SUFFIX, list_reports, load_card, model_file

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("stem", list_reports(MODELS))
@pytest.mark.parametrize("split", ["private", "public", "private_deduplicated"])
def test_accuracy_and_interval_stand_in_the_results(stem: str, split: str):
    accuracy = load_report(model_file(stem, REPORT_SUFFIX)).splits[split].accuracy
    assert accuracy is not None and accuracy.interval is not None
    low, high = accuracy.interval
    cell = f"{100 * accuracy.value:.1f} ({100 * low:.1f}–{100 * high:.1f})"
    rows = [line for line in README.splitlines() if load_card(stem).title in line]
    assert any(cell in row for row in rows), f"{stem}: {cell} is not in the README's table"


@pytest.mark.parametrize("path", sorted(set(re.findall(r"\b(?:scripts|configs)/\w+\.\w+", README))))
def test_files_that_are_named_exist(path: str):
    assert (ROOT / path).is_file()


@pytest.mark.parametrize("picture", sorted(set(re.findall(r"!\[[^\]]*\]\(([^)]+)\)", README))))
def test_pictures_exist(picture: str):
    assert (ROOT / picture).is_file()


def test_the_other_seeds_figures_are_its_reports():
    other = load_report(MODELS / "ultimate_model.seed_2.report.json")
    default = load_report(model_file("ultimate_model", REPORT_SUFFIX))
    assert other.model_sha256 != default.model_sha256
    figures = {
        "PublicTest": lambda public, _: f"{100 * public.accuracy.value:.1f}",
        "PrivateTest": lambda _, private: f"{100 * private.accuracy.value:.1f}",
        "balanced accuracy there": lambda _,
        private: f"{100 * private.balanced_accuracy.value:.1f}",
        "Neutral-bias on PublicTest": lambda public, _: f"{public.neutral_bias_index.value:.2f}",
        "calibration error on PrivateTest": (
            lambda _, private: f"{private.expected_calibration_error:.3f}"
        ),
    }
    said = " ".join(README.split())
    for name, figure in figures.items():
        first, second = (figure(r.splits["public"], r.splits["private"]) for r in (default, other))
        assert f"{name} {first} and {second}" in said


def test_the_runtimes_accuracy_is_the_reports():
    accuracy = load_report(model_file("ultimate_model", REPORT_SUFFIX)).splits["test"].accuracy
    assert accuracy is not None
    assert f"where float32 has {100 * accuracy.value:.1f}," in README
