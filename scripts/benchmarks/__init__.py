"""What `scripts/benchmark.py` measures: waiting times, runtimes side by side, and training."""
