"""The live page: camera → newest frame → shared analysis → annotated picture.

`pipeline` holds a session and what all sessions share, `webrtc` what streamlit-webrtc and aiortc
are told, `components` the page's own elements with their scripts. `streamer` puts a session behind
streamlit-webrtc; `panel`, `controls` and `summary` draw what stands around the video; `words` holds
the messages. `pipeline`, `words` and `webrtc` (but for `wiring`) know no Streamlit.
"""
