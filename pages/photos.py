"""Photos: several at once, or one from the camera, or the sample; results to see and to keep."""

import streamlit as st

from fer_core.recognition import photos as photo_results
from fer_core.recognition.answers.ways import Way
from ui import frame, problems, resources
from ui.photos import gallery, intake, kept, overview

frame.header("Photos", "See which expression each face shows.")
network = resources.recognizer().asked(Way(looks=2, mix=intake.mix()))
problems.tell_of_detector(network)
given = intake.draw()
progress = st.container()
if kept.results():
    with st.container():
        overview.draw(network, complete=not given)
        gallery.draw(network)
if table := photo_results.rows(list(kept.results().values())):
    with st.expander("All faces as a table"):
        st.dataframe(table, hide_index=True)
if given:  # last, so that what there is can be seen meanwhile
    with progress:
        intake.look_at_next(given, network)
