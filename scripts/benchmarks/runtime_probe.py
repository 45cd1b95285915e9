"""One runtime, alone in a process: its cold start, its speed by batch size, its memory.

    python scripts/benchmarks/runtime_probe.py RUNTIME FILE FACES.npy

It imports what the runtime needs and nothing else, so that the start is the runtime's own. The file
is one whose hash has matched.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any, Final

for _name in ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"):
    os.environ[_name] = "1"  # read when TensorFlow is imported
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # as in fer_core.export, which it does not import

import numpy as np  # noqa: E402 - after the environment is set

BATCHES: Final = (1, 8, 32)
_WARM_UP: Final = 3
_TIMES: Final = (10, 100)
_SECONDS: Final = 2.0
"""For each batch size, within `_TIMES`."""

Answer = Callable[[np.ndarray], Any]
"""(n, 48, 48, 1) float32 faces → (n, 7)."""


def litert(path: str) -> Answer:
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(model_path=path, num_threads=1)
    interpreter.allocate_tensors()
    source = interpreter.get_input_details()[0]["index"]
    target = interpreter.get_output_details()[0]["index"]
    size = 1

    def answer(faces: np.ndarray) -> Any:
        nonlocal size
        if len(faces) != size:
            size = len(faces)
            interpreter.resize_tensor_input(source, faces.shape)
            interpreter.allocate_tensors()
        interpreter.set_tensor(source, faces)
        interpreter.invoke()
        return interpreter.get_tensor(target)

    return answer


def onnx(path: str) -> Answer:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    return lambda faces: session.run(None, {name: faces})[0]


def keras_predict(path: str) -> Answer:
    import keras

    network = keras.models.load_model(path, compile=False)
    return lambda faces: network.predict(faces, batch_size=len(faces), verbose=0)


def tf_function(path: str) -> Answer:
    import keras
    import tensorflow as tf

    network = keras.models.load_model(path, compile=False)
    signature = [tf.TensorSpec((None, *network.input_shape[1:]), tf.float32)]
    compiled = tf.function(lambda x: network(x, training=False), input_signature=signature)
    return lambda faces: compiled(faces).numpy()


LOADERS: Final = {
    "litert": litert,
    "onnx": onnx,
    "keras_predict": keras_predict,
    "tf_function": tf_function,
}


def probe(runtime: str, path: str, faces: np.ndarray) -> dict[str, Any]:
    answer = LOADERS[runtime](path)
    loaded = time.process_time()
    answers = answer(faces[:1])
    first = time.process_time()
    assert answers.shape == (1, 7)
    speeds = {str(n): _speed(partial(answer, faces[:n]), n) for n in BATCHES}
    return {
        "import_and_load_cpu_s": round(loaded, 2),
        "first_answer_cpu_s": round(first, 2),
        "ms_per_face": {n: wall for n, (wall, _) in speeds.items()},
        "cpu_ms_per_face": {n: cpu for n, (_, cpu) in speeds.items()},
        "resident_mb": round(_resident_mb(), 1),
    }


def _speed(call: Callable[[], Any], n: int) -> tuple[float, float]:
    """Medians of wall and CPU milliseconds a face."""
    walls, cpus = [], []
    start = time.perf_counter()
    for turn in range(_WARM_UP + _TIMES[1]):
        wall, cpu = time.perf_counter(), time.process_time()
        call()
        if turn >= _WARM_UP:
            walls.append(time.perf_counter() - wall)
            cpus.append(time.process_time() - cpu)
        if len(walls) >= _TIMES[0] and time.perf_counter() - start > _SECONDS:
            break
    wall, cpu = (statistics.median(times) / n * 1000 for times in (walls, cpus))
    return round(wall, 3), round(cpu, 3)


def _resident_mb() -> float:
    with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123 - no import of pathlib
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


if __name__ == "__main__":
    print(json.dumps(probe(sys.argv[1], sys.argv[2], np.load(sys.argv[3]))))
