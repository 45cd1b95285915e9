"""The live page's pipeline: camera → newest frame → shared analysis → painted picture.

Pure modules (`session`, `pool`, `capacity`, `painting`, `states`, `bars`, `ice`) know neither
Streamlit nor WebRTC; `tracks` adapts aiortc, `streamer` streamlit-webrtc, `panel` the page.
`connection` and `decoding` bound what aiortc leaves open, put in place by `wiring`;
`connection_test` goes the way of the video step by step, over a `probe`.
"""
