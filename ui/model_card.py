"""A model's card on a page."""

import json

import streamlit as st

from fer_core.labels import DISPLAY_NAMES
from fer_core.store.model_files import ModelCard
from ui.widgets import plain, right_of_100


def show(card: ModelCard) -> None:
    """The card in words, its numbers beside it, and the whole of it to unfold."""
    st.subheader(f"Model card: {plain(card.title)}", anchor=False)
    st.markdown(plain(card.summary))
    if card.headline:
        st.markdown(f"**Headline:** {right_of_100(card.headline)}.")
    st.table(_facts(card))
    st.markdown("\n".join(f"- {plain(limit)}" for limit in card.limits))
    with st.expander("The whole card"):
        st.code(json.dumps(card.to_dict(), indent=2), language=None)


def missing(reason: str) -> None:
    """In place of a card that cannot be shown."""
    st.subheader("Model card", anchor=False)
    st.error(plain(reason), icon=":material/error:")


def _facts(card: ModelCard) -> dict[str, str]:
    facts = {
        "Files": f"models/{card.stem}.*",
        "Made on": card.created,
        "Answers": ", ".join(DISPLAY_NAMES[name] for name in card.emotions),
        "Weights": f"{card.parameters:,}",
        "Input": f"48×48 gray, upscaled inside to {card.input.get('upscaled_to', '?')} pixels",
        "Unsure below": f"{100 * card.unsure_below:.0f} %" if card.unsure_below else "no threshold",
        "Temperature": f"{card.temperature:.2f}, folded into the last layer",
        "Neutral": f"logit lowered by {card.neutral_lowered:.2f} after training, on validation"
        if card.neutral_lowered
        else "as trained",
        "Trained on": f"{card.data.get('train_images', 0):,} images",
        "Data set": f"SHA-256 {card.data.get('sha256', 'not recorded')}",
        "Intended use": card.intended_use,
        "Licence": card.licence,
    }
    return {name: plain(value) for name, value in facts.items()}
