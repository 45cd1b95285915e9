"""Reports every defect of a data set at once.

    python scripts/check_data.py [PATH] [--numbered] [--json]

PATH is a folder with train/<class>/ and test/<class>/, or with class folders alone, or the zip or
tar of one, which is not extracted, or fer2013.csv; the environment variable FER_DATA does as well.
Exit status: 0 clean, 1 warnings, 2 unusable, 3 usable for evaluation and not for training, as are
class folders alone.
"""

from __future__ import annotations

import argparse
import json
import sys
import textwrap
from collections.abc import Sequence

from fer_core.data.findings import LintReport
from fer_core.data.lint import lint
from fer_core.labels import EMOTIONS
from fer_core.store.names import printable
from scripts import cli

RESULTS = {
    "clean": "Clean.",
    "warnings": "Usable, with warnings.",
    "unusable": "Unusable: put the errors right first.",
    "evaluation_only": "Usable for evaluation, not for training: that needs the errors put right.",
}
TRAINING_ONLY = "Usable for training, with warnings, and not for evaluation."
MESSAGE_WIDTH = 72


@cli.command()
def main(argv: Sequence[str] | None = None) -> int:
    args = _arguments(argv)
    report = lint(args.data, numbered=args.numbered)
    if args.json:
        print(json.dumps(report.to_dict(), indent=2))
    else:
        cli.say(as_text(report))
    return report.exit_code


def as_text(report: LintReport) -> str:
    """The report as two tables, of classes and of findings, and a line of result."""
    images = f"{report.images:,} readable image{'s' * (report.images != 1)}"
    copies = f"{report.copies:,} exact {'copy' if report.copies == 1 else 'copies'}"
    head = f"{printable(report.name)}: {images}, {copies}"
    parts = [head, _class_table(report), _finding_table(report), _result(report)]
    return "\n\n".join(part for part in parts if part)


def _result(report: LintReport) -> str:
    only_train = report.trainable and not report.evaluable
    return TRAINING_ONLY if only_train else RESULTS[report.result]


def _class_table(report: LintReport) -> str:
    if not report.classes:
        return ""
    rows = [f"{'class':<10}" + "".join(f"{split:>10}" for split in report.classes)]
    for name in EMOTIONS:
        counts = "".join(f"{counts[name]:>10,}" for counts in report.classes.values())
        rows.append(f"{name:<10}{counts}")
    return "\n".join(rows)


def _finding_table(report: LintReport) -> str:
    if not report.findings:
        return ""
    width = max(len(finding.code) for finding in report.findings) + 2
    rows = [f"{'severity':<10}{'finding':<{width}}{'count':>7}  what"]
    for finding in report.findings:
        start = f"{finding.severity:<10}{finding.code:<{width}}{finding.count:>7,}  "
        lines = textwrap.wrap(finding.message, MESSAGE_WIDTH)
        lines += [f"- {example}" for example in finding.examples]
        if finding.count > len(finding.examples) > 0:
            lines.append(f"- … and {finding.count - len(finding.examples):,} more")
        rows.append(start + ("\n" + " " * len(start)).join(lines))
    return "\n".join(rows)


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = cli.parser(__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    return cli.parse_with_data(parser, argv, by_place=True)


if __name__ == "__main__":
    sys.exit(main())
