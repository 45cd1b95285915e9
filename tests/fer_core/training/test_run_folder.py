"""What a kill at the worst moment leaves in a run's folder."""

import csv
import json

import pytest

from fer_core.evaluation.history import COLUMNS
from fer_core.training.run_folder import RunFolder, RunState

ROW = dict.fromkeys(COLUMNS, 1)


@pytest.mark.parametrize("killed_at", [1, 2])
def test_no_row_is_shown_of_an_epoch_that_would_be_repeated(tmp_path, monkeypatch, killed_at):
    run = RunFolder(tmp_path)
    run.save_state(RunState(history=(ROW,)))
    write, written = RunFolder.write_text, []

    def killed(self, name, text):
        written.append(name)
        if len(written) == killed_at:
            raise KeyboardInterrupt
        write(self, name, text)

    monkeypatch.setattr(RunFolder, "write_text", killed)
    with pytest.raises(KeyboardInterrupt):
        run.save_state(RunState(history=(ROW, ROW)))
    shown = list(csv.DictReader((tmp_path / "history.csv").read_text().splitlines()))
    assert len(shown) <= len(json.loads((tmp_path / "state.json").read_text())["history"])
