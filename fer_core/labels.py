"""The seven apparent expressions, in the one order used everywhere."""

from typing import Final

EMOTIONS: Final = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")
"""FER-2013's indices 0-6. Every array of probabilities and every matrix follows this order."""

UNSURE: Final = "unsure"
"""The answer given when the most likely expression is below the model's threshold."""

NEUTRAL: Final = EMOTIONS.index("neutral")
FEAR: Final = EMOTIONS.index("fear")
SURPRISE: Final = EMOTIONS.index("surprise")

# Okabe & Ito (2008), "Color Universal Design": distinguishable without colour vision.
COLORS: Final = {
    "angry": "#D55E00",
    "disgust": "#009E73",
    "fear": "#CC79A7",
    "happy": "#E69F00",
    "sad": "#0072B2",
    "surprise": "#56B4E9",
    "neutral": "#8A8A8A",
    UNSURE: "#8A8A8A",
}

DISPLAY_NAMES: Final = {
    "angry": "Angry",
    "disgust": "Disgust",
    "fear": "Fear",
    "happy": "Happy",
    "sad": "Sad",
    "surprise": "Surprise",
    "neutral": "Neutral",
    UNSURE: "Unsure",
}

# Tol (2021), "Colour schemes", the muted scheme: apart from one another without colour vision, and
# apart from the expressions' colours.
FACE_COLORS: Final = (
    "#332288",
    "#DDCC77",
    "#882255",
    "#44AA99",
    "#AA4499",
    "#999933",
    "#117733",
    "#88CCEE",
)
"""Of the numbers of tracked faces: the first for face 1, and so on."""
