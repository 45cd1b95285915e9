"""The app: its server, and the list of its pages. Start it with `streamlit run app.py`."""

from pathlib import Path

import streamlit as st

if __name__ == "__main__":  # a visitor's run of a page
    from ui import frame

    # A file of our own: a Material name here would be fetched from Google at every page.
    icon = Path(__file__).parent / "ui/assets/icon.svg"
    st.set_page_config(
        page_title=frame.NAME, page_icon=icon, layout="wide", initial_sidebar_state="collapsed"
    )
    frame.run(
        st.navigation(
            [
                st.Page("pages/start.py", title="Start", icon=":material/home:", default=True),
                st.Page("pages/live.py", title="Live", icon=":material/videocam:"),
                st.Page("pages/photos.py", title="Photos", icon=":material/photo_library:"),
                st.Page("pages/films.py", title="Films", icon=":material/movie:"),
                st.Page("pages/evaluation.py", title="Evaluation", icon=":material/query_stats:"),
                st.Page("pages/about.py", title="About", icon=":material/info:"),
            ],
            position="top",
        )
    )
else:  # imported by `streamlit run`, which serves what is called app
    from ui.recorded import outputs
    from ui.server import service

    app = st.App(
        __file__,
        lifespan=service.lifespan,
        middleware=service.MIDDLEWARE,
        routes=outputs.routes(),
    )
