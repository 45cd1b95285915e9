"""Finished networks: their files, runtimes, and what is measured on validation."""

import os

# ONNX Runtime sends what it runs to its maker from version 1.29 on, unless this is set before it is
# imported. Here, where every module of the package comes past.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
