"""A network that trains in a second, and reporters that say nothing."""

from __future__ import annotations

import keras

from fer_core.training.architecture import BACKBONE, POOLED


class Silent:
    def batch(self, phase, done, total, logs):
        pass

    def message(self, text):
        pass


class StopsAfter(Silent):
    """Raises what Ctrl-C raises once so many epochs of a phase are done."""

    def __init__(self, epochs: float) -> None:
        self.epochs = epochs

    def batch(self, phase, done, total, logs):
        if done > self.epochs:
            raise KeyboardInterrupt


def build_tiny(*, size, width, dense, dropout, weights, batch_norm_momentum) -> keras.Model:
    """One convolution with its batch norm, and the layers' names of the real ones."""
    inside = keras.Input((48, 48, 1))
    x = keras.layers.Conv2D(4, 3, strides=4, use_bias=False, name="convolution")(inside)
    x = keras.layers.BatchNormalization(momentum=batch_norm_momentum or 0.999, name="norm")(x)
    backbone = keras.Model(inside, keras.layers.ReLU()(x), name=BACKBONE)
    inputs = keras.Input((48, 48, 1), name="face")
    x = keras.layers.Rescaling(1 / 127.5, offset=-1.0, name="to_minus_one_to_one")(inputs)
    x = backbone(x)
    x = keras.layers.GlobalAveragePooling2D(name=POOLED)(x)
    x = keras.layers.Dense(dense, activation="relu", name="dense")(x)
    x = keras.layers.Dropout(dropout, name="dropout")(x)
    return keras.Model(inputs, keras.layers.Dense(7, "softmax", name="probabilities")(x))
