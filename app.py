"""The app's list of pages and the frame around them. Start it with `streamlit run app.py`."""

import streamlit as st

from ui import frame

st.set_page_config(page_title="Apparent expression", page_icon=":material/face:", layout="wide")

frame.run(
    st.navigation(
        [
            st.Page("pages/start.py", title="Start", icon=":material/home:", default=True),
            st.Page("pages/live.py", title="Live", icon=":material/videocam:"),
            st.Page("pages/photos.py", title="Photos", icon=":material/photo_library:"),
            st.Page("pages/evaluation.py", title="Evaluation", icon=":material/query_stats:"),
            st.Page("pages/about.py", title="About", icon=":material/info:"),
        ],
        position="top",
    )
)
