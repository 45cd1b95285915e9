"""YuNet's ONNX file → the same network for LiteRT, which runs it twice as fast as OpenCV does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import cv2
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from flatbuffers import Builder
from numpy.typing import NDArray

STRIDES: Final = (8, 16, 32)
"""Pixels from one cell of an output to the next, in the order of the outputs."""
CHANNELS: Final = 16
"""Of a cell: class and object score (both before the sigmoid), box 4, five landmarks' x and y."""

_SAME, _VALID = schema.Padding.SAME, schema.Padding.VALID

Weights = NDArray[np.float32]
Layer = tuple[Weights, Weights]
"""A convolution's kernel (out, in, h, w) and bias (out,)."""


def litert_model(onnx: bytes) -> bytes:
    """YuNet as a LiteRT flatbuffer, for RGB pictures of any size in multiples of 32.

    The four heads of a stride look at the same features, so they are one here; the order of the
    colours is turned in the first kernel. Nothing else differs from the file: inputs are
    (1, h, w, 3) float32 RGB in [0, 255], outputs (1, h / stride, w / stride, `CHANNELS`), by
    `STRIDES`.

    Raises:
        ValueError: the file holds another network.
        cv2.error: it is no ONNX file.
    """
    layers = _convolutions(onnx)
    graph = _Graph()
    try:
        features = _backbone(graph, layers)
        outputs = _heads(graph, features, list(layers))
    except (IndexError, StopIteration) as error:
        raise ValueError("This is an ONNX file of another network than YuNet.") from error
    return graph.model(outputs)


def _convolutions(onnx: bytes) -> Iterator[Layer]:
    """In the order of the file."""
    network = cv2.dnn.readNetFromONNX(np.frombuffer(onnx, np.uint8))
    for name in network.getLayerNames():
        layer = network.getLayer(network.getLayerId(name))
        if layer.type == "Convolution":
            kernel, bias = layer.blobs
            yield np.asarray(kernel, np.float32), np.asarray(bias, np.float32).reshape(-1)


def _backbone(graph: _Graph, layers: Iterator[Layer]) -> list[int]:
    """Wu, Peng and Yu 2023, figure 2: stages of units, and a neck from the coarsest upwards.

    Returns:
        The features at each of `STRIDES`.
    """
    kernel, bias = next(layers)
    x = graph.convolution(graph.padded(graph.input), (kernel[:, ::-1], bias), stride=2)
    stages = []
    for units, pooled in ((1, True), (4, True), (2, True), (2, True), (2, False)):
        for _ in range(units):
            x = graph.unit(x, next(layers), next(layers))
        stages.append(x)
        x = graph.halved(x) if pooled else x
    fine, middle, coarse = stages[2:]
    coarse = graph.unit(coarse, next(layers), next(layers))
    middle = graph.unit(graph.sum(graph.doubled(coarse), middle), next(layers), next(layers))
    fine = graph.unit(graph.sum(graph.doubled(middle), fine), next(layers), next(layers))
    return [fine, middle, coarse]


def _heads(graph: _Graph, features: list[int], layers: list[Layer]) -> Iterator[int]:
    """The outputs; the file holds a pair of convolutions for each kind, and each stride of it."""
    order = (0, 2, 1, 3)  # of the kinds: the two scores first
    for index, x in enumerate(features):
        starts = [2 * (kind * len(STRIDES) + index) for kind in order]
        point, depth = (_side_by_side([layers[i + n] for i in starts]) for n in range(2))
        if len(point[1]) != CHANNELS:
            raise ValueError(f"YuNet's heads have {CHANNELS} channels. Received: {len(point[1])}")
        yield graph.unit(x, point, depth, relu=False)


def _side_by_side(layers: list[Layer]) -> Layer:
    kernels, biases = zip(*layers, strict=True)
    return np.concatenate(kernels), np.concatenate(biases)


class _Graph:
    """A LiteRT graph that grows; tensors are numbers."""

    def __init__(self) -> None:
        self._buffers = [schema.BufferT()]  # the first is empty, by the format's rule
        self._tensors: list[Any] = []
        self._operators: list[Any] = []
        self._codes: list[int] = []
        self.input = self._activation(3)

    def convolution(self, x: int, layer: Layer, stride: int = 1) -> int:
        """Without padding; with a ReLU if the kernel is more than a point."""
        kernel, bias = layer
        options = schema.Conv2DOptionsT()
        options.padding, options.strideH, options.strideW = _VALID, stride, stride
        if kernel.shape[2] > 1:
            options.fusedActivationFunction = schema.ActivationFunctionType.RELU
        weights = [self._constant(kernel.transpose(0, 2, 3, 1)), self._constant(bias)]
        return self._add("CONV_2D", [x, *weights], len(kernel), options)

    def unit(self, x: int, point: Layer, depth: Layer, relu: bool = True) -> int:
        """YuNet's unit: every pixel's channels mixed, then each channel's neighbourhood."""
        x, (kernel, bias) = self.convolution(x, point), depth
        options = schema.DepthwiseConv2DOptionsT()
        options.padding, options.strideH, options.strideW = _SAME, 1, 1
        options.depthMultiplier = 1
        if relu:
            options.fusedActivationFunction = schema.ActivationFunctionType.RELU
        weights = [self._constant(kernel.transpose(1, 2, 3, 0)), self._constant(bias)]
        return self._add("DEPTHWISE_CONV_2D", [x, *weights], len(kernel), options)

    def padded(self, x: int) -> int:
        """One pixel of black all around, as the file says. LiteRT's own would be at two sides."""
        around = self._constant(np.array([[0, 0], [1, 1], [1, 1], [0, 0]], np.int32))
        return self._add("PAD", [x, around], self._channels(x), schema.PadOptionsT())

    def halved(self, x: int) -> int:
        options = schema.Pool2DOptionsT()
        options.padding, options.filterHeight, options.filterWidth = _VALID, 2, 2
        options.strideH = options.strideW = 2
        return self._add("MAX_POOL_2D", [x], self._channels(x), options)

    def doubled(self, x: int) -> int:
        """Each pixel four times. (A resize operator would need the size of the picture.)"""
        four = schema.ConcatenationOptionsT()
        four.axis = 3
        channels = self._channels(x)
        stacked = self._add("CONCATENATION", [x] * 4, 4 * channels, four)
        spread = schema.DepthToSpaceOptionsT()
        spread.blockSize = 2
        return self._add("DEPTH_TO_SPACE", [stacked], channels, spread)

    def sum(self, a: int, b: int) -> int:
        return self._add("ADD", [a, b], self._channels(a), schema.AddOptionsT())

    def model(self, outputs: Iterator[int]) -> bytes:
        graph = schema.SubGraphT()
        graph.inputs, graph.outputs = [self.input], list(outputs)
        graph.tensors, graph.operators = self._tensors, self._operators
        model = schema.ModelT()
        model.version, model.subgraphs, model.buffers = 3, [graph], self._buffers
        model.operatorCodes = [_code(number) for number in self._codes]
        builder = Builder(0)
        builder.Finish(model.Pack(builder), b"TFL3")
        return bytes(builder.Output())

    def _add(self, name: str, inputs: list[int], channels: int, options: Any) -> int:
        number = getattr(schema.BuiltinOperator, name)
        if number not in self._codes:
            self._codes.append(number)
        operator = schema.OperatorT()
        operator.opcodeIndex = self._codes.index(number)
        operator.builtinOptions = options
        kind = type(options).__name__.removesuffix("T")
        operator.builtinOptionsType = getattr(schema.BuiltinOptions, kind)
        operator.inputs, operator.outputs = inputs, [self._activation(channels)]
        self._operators.append(operator)
        return int(operator.outputs[0])

    def _activation(self, channels: int) -> int:
        return self._tensor([1, 32, 32, channels], schema.TensorType.FLOAT32, 0)

    def _constant(self, values: NDArray[Any]) -> int:
        buffer = schema.BufferT()
        buffer.data = np.frombuffer(values.tobytes(), np.uint8)
        self._buffers.append(buffer)
        whole = np.issubdtype(values.dtype, np.integer)
        kind = schema.TensorType.INT32 if whole else schema.TensorType.FLOAT32
        return self._tensor(list(values.shape), kind, len(self._buffers) - 1)

    def _tensor(self, shape: list[int], kind: int, buffer: int) -> int:
        tensor = schema.TensorT()
        tensor.shape, tensor.type, tensor.buffer = shape, kind, buffer
        tensor.name = f"t{len(self._tensors)}"
        self._tensors.append(tensor)
        return len(self._tensors) - 1

    def _channels(self, x: int) -> int:
        return int(self._tensors[x].shape[-1])


def _code(number: int) -> Any:
    code = schema.OperatorCodeT()
    code.builtinCode, code.deprecatedBuiltinCode, code.version = number, number, 1
    return code
