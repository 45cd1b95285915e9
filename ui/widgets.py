"""Small pieces that several pages share, and the words around figures."""

import re
from html import escape

from fer_core.evaluation.estimates import Estimate
from fer_core.labels import DISPLAY_NAMES
from fer_core.recognition.answers import corrections
from fer_core.store.names import printable
from fer_core.types import FaceEmotion
from ui.charts.words import faces, interval

_BLANKS = re.compile(r"[^\S\N{NO-BREAK SPACE}]+")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~$:&])")

YOUR_LABELS = {
    "": "–",
    **{label: DISPLAY_NAMES.get(label, label.capitalize()) for label in corrections.YOUR_LABELS},
}
"""What a visitor may say of a face → its words in a menu; "" for nothing."""

SPLIT_TITLES = {
    "own": "your own pictures",
    "private": "PrivateTest",
    "private_deduplicated": "PrivateTest without copies",
    "public": "PublicTest",
    "test": "the whole test part",
}

SPLIT_KINDS = {
    "own": "faces that you have labelled",
    "private": "faces never used to choose anything",
    "private_deduplicated": "faces that do not stand in the training part",
    "public": "faces on which finished models are compared",
    "test": "faces, every one that is not for training",
}

SPLIT_SENTENCES = {
    "private": "FER-2013's final test, for the last figure only.",
    "private_deduplicated": (
        "PrivateTest without the images that stand, pixel for pixel, in the training part too."
    ),
    "public": "FER-2013's first test half. It is looked at to compare finished models.",
    "test": "Every image under `test/`: for FER-2013, PublicTest and PrivateTest together.",
}


def plain(text: str) -> str:
    """The app's own words for a Markdown element, every character shown as itself, on one line.

    Not for names of uploaded files: Streamlit makes a link of `www.example.com.jpg` even if it is
    escaped. `file_name` shows those.
    """
    return _MARKDOWN.sub(r"\\\1", printable(_BLANKS.sub(" ", text).strip()))


def file_name(name: str) -> str:
    """HTML of a file's name, letter by letter: no Markdown, no link, nothing hidden or reversed."""
    return f'<bdi style="overflow-wrap:anywhere"><strong>{escape(printable(name))}</strong></bdi>'


def figure(name: str, value: str) -> str:
    """HTML of a large figure under its name.

    It is painted with the words around it. `st.metric` is fetched by itself, and then waits until
    the charts' library, a second's work, has been read.
    """
    return f'<div class="figure">{escape(name)}<div>{escape(value)}</div></div>'


def answer_line(face: FaceEmotion) -> str:
    """The network's answer for a face: "Happy, 92 %", or "Unsure: fear or surprise"."""
    if face.is_unsure:
        first, second = (DISPLAY_NAMES[name].lower() for name, _ in face.ranked()[:2])
        return f"Unsure: {first} or {second}"
    return f"{DISPLAY_NAMES[face.emotion]}, {100 * face.confidence:.0f} %"


def split_line(name: str, n: int) -> str:
    """ "PrivateTest – 3,589 faces"; more words would not fit into a menu on a telephone."""
    title = SPLIT_TITLES.get(name, name)
    return f"{title[:1].upper()}{title[1:]} – {faces(n)}"


def right_of_100(found: tuple[str, Estimate, int] | None) -> str:
    """A headline figure in words: the part's name, its accuracy, its faces; None before any."""
    if found is None:
        return "not evaluated yet"
    name, accuracy, n = found
    ends = interval(accuracy)
    count = f"n\N{NO-BREAK SPACE}= {n:,}"
    ends = f"{ends.removesuffix(')')}, {count})" if ends else f" ({count})"
    return (
        f"right for {100 * accuracy.value:.0f} of 100 faces of {SPLIT_TITLES.get(name, name)}{ends}"
    )
