# The app without TensorFlow. docs/network.md says how it is served; compose.yaml starts it with a
# proxy and a TURN server.

FROM python:3.12-slim AS build
WORKDIR /app
RUN pip install --no-cache-dir uv
COPY requirements.lock ./
RUN uv venv /opt/venv && uv pip install --python /opt/venv --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE app.py ./
COPY .streamlit .streamlit
COPY fer_core fer_core
COPY ui ui
COPY pages pages
COPY scripts scripts
COPY models models
# Keras files and predictions are for training and tests.
RUN find models \( -name '*.keras' -o -name '*.onnx' -o -name '*.int8.tflite' \) -delete
# Without the better detector the app works with OpenCV's own, and says so.
RUN PYTHONPATH=/app /opt/venv/bin/python scripts/fetch_models.py || true
RUN /opt/venv/bin/python -m compileall -q fer_core ui pages scripts app.py
# Bytecode of the libraries that each process imports, 16 MB: 1.2 s of every start, also of a film's.
RUN PYTHONPATH=/app /opt/venv/bin/python -c \
    "import streamlit.web.bootstrap, ui.server.service, fer_core.batch.apart.film_process"

FROM python:3.12-slim
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin app
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
WORKDIR /app
USER 10001
ENV PYTHONPATH=/app \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HOME=/tmp
EXPOSE 8501
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["/opt/venv/bin/python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8501/_stcore/health', timeout=4)"]
CMD ["/opt/venv/bin/python", "-m", "streamlit", "run", "app.py", \
     "--server.address", "0.0.0.0", "--server.port", "8501", "--server.headless", "true"]
