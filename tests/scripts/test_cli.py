"""What every script shares: the ends of `main`, path options, and imports from any folder."""

from __future__ import annotations

import argparse
import ast
import errno
import re
import subprocess
import sys
from pathlib import Path

import pytest

from fer_core.data.dataset import DATA_VARIABLE
from fer_core.errors import DataError
from scripts import cli

SCRIPTS = Path(cli.__file__).parent
COMMANDS = sorted(
    path for path in SCRIPTS.glob("*.py") if "__main__" in path.read_text(encoding="utf-8")
)


def _raising(error: BaseException) -> cli.Main:
    @cli.command(go_on="Start it again.")
    def main(argv: object = None) -> int:
        raise error

    return main


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (DataError("There is no data set at x."), 2, "Stopped: There is no data set at x.\n"),
        (
            OSError(errno.ENOSPC, "No space left on device", "run/model.keras"),
            2,
            "Stopped: No space left on device (run/model.keras)\n",
        ),
        (KeyboardInterrupt(), 130, "Stopped by you. Start it again.\n"),
        # A pipe, but not standard output's.
        (BrokenPipeError(errno.EPIPE, "Broken pipe"), 2, "Stopped: Broken pipe\n"),
    ],
)
def test_main_ends_in_a_sentence(
    error: BaseException, status: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _raising(error)() == status
    assert capsys.readouterr().err == said


def test_what_a_script_says_cannot_command_the_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    _raising(DataError("There is nothing at \x1b[2J.\nGive a folder."))()
    cli.say("a\x1b[2J\u202e\nb")
    output = capsys.readouterr()
    assert output.err == "Stopped: There is nothing at \\x1b[2J.\nGive a folder.\n"
    assert output.out == "a\\x1b[2J\\u202e\nb\n"


def test_scripts_print_only_that_way() -> None:
    """Or JSON, in which `json.dumps` escapes all that is no ASCII, and every control character."""
    bare = [
        f"{path.relative_to(SCRIPTS)}, line {node.lineno}"
        for path in SCRIPTS.rglob("*.py")
        if path != SCRIPTS / "cli.py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) in ("print", "sys.stdout.write", "argparse.ArgumentParser")
        and not (node.args and ast.unparse(node.args[0]).startswith("json.dumps("))
    ]
    assert bare == []


def test_a_fault_of_the_program_stays_a_traceback() -> None:
    with pytest.raises(ZeroDivisionError):
        _raising(ZeroDivisionError())()


def test_no_standard_output_is_no_fault() -> None:
    """As with `>&-`, and of programs that have no window."""
    program = (
        "from scripts import cli; import sys; sys.exit(cli.command()(lambda argv: print(1) or 7)())"
    )
    run = subprocess.run(
        ["sh", "-c", 'exec "$0" -c "$1" >&-', sys.executable, program],
        check=False,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert (run.returncode, run.stderr) == (7, "")


def test_a_reader_that_has_enough_is_no_fault() -> None:
    program = (
        "import sys\n"
        "from scripts import cli\n"
        "@cli.command()\n"
        "def main(argv=None):\n"
        "    for i in range(100_000):\n"
        "        print(i)\n"
        "    return 0\n"
        "sys.exit(main())"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None and process.stderr is not None
    assert process.stdout.readline() == "0\n"
    process.stdout.close()
    assert process.stderr.read() == ""
    assert process.wait() == cli.PIPE_CLOSED


@pytest.mark.parametrize("in_variable", [False, True])
def test_home_is_expanded(
    in_variable: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv(DATA_VARIABLE, "~/data.zip" if in_variable else "")
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", type=cli.model)
    given = [] if in_variable else ["--data", "~/data.zip"]
    args = cli.parse_with_data(parser, [*given, "--model", "~/small.tflite"])
    assert args.data == tmp_path / "data.zip"
    assert args.model == str(tmp_path / "small.tflite")


@pytest.mark.parametrize("by_place", [False, True])
def test_the_data_set_is_what_is_given_before_what_the_environment_names(
    by_place: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def data(*given: str) -> Path:
        parser = cli.parser("A command.")
        parsed: Path = cli.parse_with_data(parser, given, by_place=by_place).data
        return parsed

    given = ["mine.zip"] if by_place else ["--data", "mine.zip"]
    monkeypatch.setenv(DATA_VARIABLE, "named.zip")
    assert (data(), data(*given)) == (Path("named.zip"), Path("mine.zip"))
    monkeypatch.delenv(DATA_VARIABLE)
    assert data(*given) == Path("mine.zip")
    with pytest.raises(SystemExit, match="2"):
        data()
    option = "PATH" if by_place else "--data PATH"
    assert f"{option} is missing, and {DATA_VARIABLE} is not set" in capsys.readouterr().err


def test_every_command_on_a_data_set_takes_it_from_the_environment_too() -> None:
    reads = re.compile(r"from fer_core\.data\.(?:dataset|lint|scan) import")
    sources = {
        path.relative_to(SCRIPTS).as_posix(): path.read_text(encoding="utf-8")
        for path in SCRIPTS.rglob("*.py")
    }
    on_data = {
        name: source
        for name, source in sources.items()
        if reads.search(source) and "@cli.command(" in source
    }
    assert {"check_data.py", "train.py", "trust/robustness.py"} <= on_data.keys()
    assert [name for name, source in on_data.items() if "cli.parse_with_data(" not in source] == []


@pytest.mark.parametrize("script", COMMANDS, ids=lambda path: path.stem)
def test_every_command_starts_from_anywhere_without_keras(script: Path, tmp_path: Path) -> None:
    """The words of its --help come before the seconds that TensorFlow takes to import."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", script, "--help"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("usage: ")
    modules = {line.rsplit("|", 1)[-1].strip() for line in done.stderr.splitlines()}
    assert "fer_core.errors" in modules
    assert modules & {"keras", "tensorflow", "jax"} == set()


def test_the_room_of_commands_stays_small() -> None:
    assert len(COMMANDS) <= 12
