"""What is in use: the model's card, the data and its faults, limits, privacy and the law."""

import json
from html import escape

import streamlit as st

from fer_core.errors import FerError, ModelError, ReportError
from fer_core.labels import DISPLAY_NAMES
from fer_core.store.model_files import ModelCard
from ui import facts, frame, model_choice, resources
from ui.charts.trust import sentences
from ui.widgets import plain


def _model_card(card: ModelCard) -> None:
    """The card in words, its numbers beside it, and the whole of it to unfold."""
    st.header(f"Model card: {plain(card.title)}", anchor=False)
    st.markdown(plain(card.summary))
    st.markdown(f"**Headline:** {resources.headline()}.")
    st.markdown("\n".join(f"- {name}: {plain(value)}" for name, value in _facts(card).items()))
    st.markdown("\n".join(f"- {plain(limit)}" for limit in card.limits))
    with st.expander("The whole card"):
        st.html(f'<pre tabindex="0">{escape(json.dumps(card.to_dict(), indent=2))}</pre>')


def _of_private() -> str:
    """Disputed labels and few faces, with the figures of the report in use; "" without one."""
    try:
        split = resources.report().splits.get("private")
    except ReportError:
        return ""
    if split is None:
        return ""
    disputed, rarest = sentences.read_disputed(split.agreement), facts.rarest(split)
    lines = [f"  On PrivateTest {disputed[:1].lower()}{disputed[1:]}"] if disputed else []
    lines += [f"- **Few of some.** PrivateTest has {rarest}."] if rarest else []
    return "\n".join(lines)


def _facts(card: ModelCard) -> dict[str, str]:
    return {
        "Files": f"models/{card.stem}.*",
        "Made on": card.created,
        "Answers": ", ".join(DISPLAY_NAMES[name] for name in card.emotions),
        "Weights": f"{card.parameters:,}",
        "Input": "48×48 gray, smoothed if noisy, upscaled inside to "
        f"{card.input.get('upscaled_to', '?')} pixels",
        "Unsure below": f"{100 * card.unsure_below:.0f} %" if card.unsure_below else "no threshold",
        "Temperature": f"{card.temperature:.2f}, folded into the last layer",
        "Neutral": f"logit lowered by {card.neutral_lowered:.2f} after training, on validation"
        if card.neutral_lowered
        else "as trained",
        "Trained on": facts.learned_from(card),
        "Data set": f"SHA-256 {card.data.get('sha256', 'not recorded')}",
        "Intended use": card.intended_use,
    }


frame.header(
    "About",
    "What this app is made of, what was measured of it, and what was not.",
)

card = None
model_choice.choose()
try:
    card = resources.recognizer().card
    _model_card(card)
except ModelError as error:
    st.header("Model card", anchor=False)
    model_choice.in_its_place(error)

st.header("The data and its faults", anchor=False)
st.markdown(
    """
The networks here learned from **FER-2013** (Goodfellow et al. 2013): 35,887 faces found on the web,
48×48 pixels, gray, each with one of seven labels. Its faults are known, and the figures on the
Evaluation page are to be read with them in mind.

- **Copies.** 1,853 images are exact copies of another. 288 of the 3,589 PrivateTest images also
  stand in the training part; the Evaluation page has a split without them.
- **Conflicts.** 57 groups of copies carry different labels. 12 images are blank.
- **Disputed labels.** Ten annotators of FER+ (Barsoum et al. 2016) looked again: neutral is among
  their commonest answers for 53 % of all Sad images, 36 % of the Fear and 33 % of the Angry ones.
  People reach about 65 %.
"""
    + _of_private()
)

st.header("Limits", anchor=False)
st.markdown(
    """
**Measured:** accuracy, recall of each expression, calibration and the tendency to answer neutral,
on FER-2013's own test images; accuracy and calibration also under drawn harm: blur, darkness,
compression, noise, few pixels, turning, and covered eyes and mouths.

**Not measured:** age, gender, skin tone and origin, for which FER-2013 has no labels; strong shadow
and colour casts; faces turned by more than about 45°; real masks, glasses and hands;
pictures other than FER-2013's. Expect more errors in all of them.

An expression is not a feeling. People smile when they are sad and frown when they think; the same
face is read differently across cultures (Barrett et al. 2019). This app names what a face *shows*.
"""
)

st.header("Privacy", anchor=False)
st.markdown(
    """
Pictures are processed by the computer that runs this app, in memory. Of a photograph only the copy
with its boxes and the faces' crops stay, until you remove them or half a minute after you close the
page; of the camera's pictures only figures. A film that you drop in lies on that computer's disk
for the same time, in a file without a name that nothing else opens, and so does what is made of it;
a large archive of labelled pictures lies in such a file while it comes in. Nothing else is written
to disk, and no picture is logged or sent anywhere; the app asks no other computer for anything (but
a TURN server, if one is set up for it). If somebody else runs the app for you, your pictures go to
that person's computer.
"""
)

st.header("The law", anchor=False)
st.markdown(
    """
In the European Union, systems that infer the emotions of people **at work or in education** are
prohibited, save for medical or safety reasons (Regulation (EU) 2024/1689, AI Act, Article 5(1)(f));
elsewhere they are high-risk and people must be told. Do not use this app to judge anybody.
"""
)

st.header("Face detector", anchor=False)
try:
    st.markdown(resources.detector_sentence())
except FerError:
    st.markdown("No model is in use, so no detector is loaded.")

st.header("Licences", anchor=False)
network = f"- **Network:** {plain(facts.terms(card))}" if card else ""
st.markdown(
    f"""
- **Code:** MIT.
- **Data:** FER-2013 was released for research; it is not part of this project.
{network}
- **Face detector:** YuNet (Wu et al. 2023), MIT; OpenCV's Haar cascade, Apache-2.0.
- **Sample portrait:** NASA's of Eileen Collins, in the public domain.
"""
)
