"""The live page's pipeline under WebRTC clients: see `scripts/live_bench/__main__.py`.

Three kinds of process: the server (`server`, the only one that runs the app's pipeline), the
clients (`client`), and the one that starts both, carries the signalling between them and takes the
figures (`bench`).
"""
