import csv
import io

import pytest

from fer_core.store.tables import as_cell, as_csv, from_cell

FORMULAS = [
    "=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(1)", "  =1", "-", "=", "-x.jpg", "'=1", "''+a",
    "\uff1d1+1", "\uff0b1+1", "\uff0d2+3", "\uff20SUM(1)", "\ufe661",
    "\u3000\uff1d1", "\xa0=1", "\u200b=1", "\ufeff=1",
    "\u202e=1", "\x00=1", '"=1', "\tx", "\rx", "\nx", "'\tx",
]  # fmt: skip
INSIDE = [
    "a;=1+1", "a;;+1", "a\t=1", "\t=1", "\n=1", "a\n@b", 'a";=1', "a;'=1", 'a;"=1', "a; \uff1d1",
]  # fmt: skip
TEXTS = ["", "a=b", "train/happy/1.png", "o'neill", "'quoted'", "1-2", "größe", "'", "a;b", "a,=1"]
NUMBERS = ["-1", "+2", "-0.5", "-.5", "-1e-9", "+3.0E+08", "12"]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_is_a_formula(text: str) -> None:
    assert as_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", [*TEXTS, *NUMBERS])
def test_words_and_numbers_stay_as_they_are(text: str) -> None:
    assert as_cell(text) == text


@pytest.mark.parametrize("text", [*FORMULAS, *INSIDE, *TEXTS, *NUMBERS])
def test_a_guarded_text_is_found_again(text: str) -> None:
    assert from_cell(as_cell(text)) == text


def test_numbers_of_a_table_stay_numbers() -> None:
    assert as_csv(("=a", "b"), [(-1, -0.5), (None, 2e-7)]) == "'=a,b\r\n-1,-0.5\r\n,2e-07\r\n"


@pytest.mark.parametrize("text", [*FORMULAS, *INSIDE])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_no_part_of_a_text_becomes_a_formula(text: str, separator: str) -> None:
    """Wherever a spreadsheet cuts, and in whichever column the text stands."""
    table = io.StringIO(as_csv((text, "x", text), [(text, 1, text)]), newline="")
    cells = [cell for row in csv.reader(table, delimiter=separator) for cell in row]
    assert not [cell for cell in cells if cell.strip(' "\u3000').startswith(tuple("=+@\uff1d"))]
