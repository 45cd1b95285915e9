"""The live page's pipeline: camera → newest frame → shared analysis → painted picture.

`session`, `settings`, `pool`, `capacity`, `painting`, `states`, `ice`, `memory`, `datagrams` and
`decoding` know neither Streamlit nor its pages; `pipeline` puts them together without a page.
`tracks` adapts aiortc, `streamer` streamlit-webrtc, and `wiring` bounds what both leave open.
`panel` arranges what stands around the video, each part a module of its own; `connection_test` goes
the way of the video step by step, over a `probe`.
"""
