"""Bars on a terminal, lines in a log."""

import io

import pytest

from fer_core.training.progress import TrainingProgress, share_shown


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("stream", "shown"), [(Terminal(), True), (io.StringIO(), False)])
def test_a_share_is_shown_on_a_terminal_only(stream: io.StringIO, shown: bool):
    show = share_shown("the test faces", stream)
    assert stream.getvalue() == ""
    show(0.5)
    show(1.0)
    text = stream.getvalue()
    assert ("100 % of the test faces [00:00 left]" in text, text.endswith("left]\n")) == (
        shown,
        shown,
    )


def _train(stream: io.StringIO, epochs: int = 2) -> str:
    progress = TrainingProgress(stream)
    progress.message("12 faces to learn from.")
    for phase in ("warm-up", "fine-tuning"):
        for step in range(1, 5 * epochs + 1):
            progress.batch(phase, step / 5, epochs, {"loss": 1 / step, "accuracy": 0.25})
    progress.message("Done.")
    return stream.getvalue()


def test_a_log_has_a_line_an_epoch():
    lines = _train(io.StringIO()).splitlines()
    assert len(lines) == 6
    assert "warm-up: epoch 1/2, loss=0.200, accuracy=0.250" in lines[1]
    assert "fine-tuning: epoch 2/2, loss=0.100" in lines[4]
    assert lines[0] == "12 faces to learn from." and lines[5] == "Done."


def test_a_terminal_has_one_bar_and_messages_above_it():
    text = _train(Terminal())
    assert "fine-tuning |" in text and "epoch 0.20/2" in text
    *above, bar = [line.rsplit("\r", 1)[-1] for line in text.split("\n")]
    assert above == ["12 faces to learn from.", "Done."]
    assert bar.startswith("fine-tuning |########################| epoch 2.00/2, loss=0.100")


def test_a_resumed_phase_counts_from_where_it_stood():
    stream = io.StringIO()
    progress = TrainingProgress(stream)
    progress.batch("all", 7.5, 10, {"loss": 1.0})
    progress.batch("all", 8.0, 10, {"loss": 0.5})
    (line,) = stream.getvalue().splitlines()
    assert line.startswith("all: epoch 8/10, loss=0.500")
