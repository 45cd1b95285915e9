"""The theme's promise: every text colour reaches 4.5:1 on both backgrounds (WCAG 2.2, 1.4.3)."""

import re
import tomllib
from pathlib import Path

import pytest

from fer_core.recognition import label_tiles

ROOT = Path(__file__).resolve().parents[2]
CONFIG = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))
FRAME = ROOT / "ui/assets/frame.css"


def contrast(first: str, second: str) -> float:
    return label_tiles.contrast(*map(label_tiles.from_hex, (first, second)))


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("text", ["textColor", "linkColor", "primaryColor"])
@pytest.mark.parametrize("ground", ["backgroundColor", "secondaryBackgroundColor"])
def test_text_is_readable(theme: str, text: str, ground: str):
    colors = CONFIG["theme"][theme]
    assert contrast(colors[text], colors[ground]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("ground", ["backgroundColor", "secondaryBackgroundColor"])
def test_captions_are_readable(theme: str, ground: str):
    colors = CONFIG["theme"][theme]
    assert contrast(_faded(colors["textColor"], colors[ground]), colors[ground]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("ground", ["backgroundColor", "secondaryBackgroundColor"])
def test_the_focus_can_be_seen(theme: str, ground: str):
    found = re.search(r":focus-visible \{ outline: 3px solid (#\w{6})", FRAME.read_text("utf-8"))
    assert found and contrast(found[1], CONFIG["theme"][theme][ground]) >= 3


def _faded(text: str, ground: str) -> str:
    """The colour of Streamlit's captions: the text's, at 60 %."""
    pairs = [(int(text[i : i + 2], 16), int(ground[i : i + 2], 16)) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(0.6 * a + 0.4 * b):02x}" for a, b in pairs)


@pytest.mark.parametrize(
    ("section", "option", "value"),
    [
        ("server", "address", "127.0.0.1"),
        ("server", "enableCORS", True),
        ("server", "enableXsrfProtection", True),
        ("server", "maxUploadSize", 200),
        ("browser", "gatherUsageStats", False),
        ("client", "showErrorDetails", "none"),
    ],
)
def test_what_keeps_people_safe_is_on(section: str, option: str, value: object):
    assert CONFIG[section][option] == value
