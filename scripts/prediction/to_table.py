"""Many files → one table, by several workers, and on from where a run was stopped."""

from __future__ import annotations

import argparse
import sys
import threading
import time

from fer_core.batch import run
from fer_core.batch.cluster import on_a_cluster
from fer_core.batch.engines import on_this_machine
from fer_core.batch.inputs import Found
from fer_core.batch.look import Job
from fer_core.batch.parts import Counts
from fer_core.batch.run import Run
from fer_core.batch.shards import Shard
from fer_core.batch.worker import pack
from fer_core.recognition.photos import counted
from fer_core.video.film import maker
from scripts import cli
from scripts.prediction.progress import Progress
from scripts.prediction.words import summary_of, unread_lines


def write(args: argparse.Namespace, found: Found, job: Job) -> Counts:
    """Writes the table; returns what became of the files."""
    settings = {
        **maker(job.recognizer),
        "film": job.film.to_dict(),
        "annotate": None if job.annotate is None else str(job.annotate),
    }
    with run.opened(args.out, found.inputs, settings, job.annotate, resume=args.resume) as opened:
        counts = opened.finished or _label(opened, job, args)
    for line in unread_lines(args.out, counts, opened.unread):
        cli.say(line, sys.stderr)
    cli.say(summary_of(args.out, counts))
    return counts


def _label(opened: Run, job: Job, args: argparse.Namespace) -> Counts:
    shards = opened.missing()
    total = len(opened.inputs)
    left = sum(len(shard.inputs) for shard in shards)
    if opened.resumed:
        cli.say(f"Going on: {total - left:,} of {counted(total, 'file')} done.", sys.stderr)
    if opened.replaces:
        cli.say(f"At the end this replaces {args.out}, the table of an earlier run.", sys.stderr)
    watch = _Watch(total, total - left)
    packed = pack(job)

    def save(shard: Shard, part: bytes) -> None:
        opened.save(shard, part)
        watch.beat(shard, len(shard.inputs))

    begun = time.monotonic()
    where = ""
    try:
        if args.engine == "ray":
            machines = on_a_cluster(shards, packed, save, watch.beat, address=args.address)
            where = f", on {counted(len(machines), 'machine')}"
        else:
            on_this_machine(shards, packed, save, watch.beat, workers=args.workers)
    finally:
        watch.close()
    seconds = time.monotonic() - begun
    speed = f"{counted(left, 'file')} in {seconds:,.1f} s: {left / seconds:,.1f} a second"
    cli.say(f"{speed}{where}", sys.stderr)
    return opened.finish()


class _Watch:
    """Adds up what all workers have done."""

    def __init__(self, total: int, before: int) -> None:
        self._total, self._done = total, float(before)
        self._within: dict[int, float] = {}
        self._lock = threading.Lock()
        self._progress = Progress(counted(total, "file"), before / total)
        self.close = self._progress.close

    def beat(self, shard: Shard, done: float) -> None:
        with self._lock:
            self._done += done - self._within.get(shard.index, 0.0)
            self._within[shard.index] = done
            self._progress.update(self._done / self._total)
