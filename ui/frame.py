"""The frame around every page: heading, errors in words, and the foot with the model in use."""

import logging
import runpy
from contextvars import ContextVar
from pathlib import Path

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from fer_core.errors import UNFORESEEN, FerError, ModelError
from ui import downloads, model_choice, problems, resources
from ui.server import uploads
from ui.widgets import plain

NAME = "Apparent expression"
"""The app's, in the title of every page."""
APP = Path(__file__).resolve().parents[1] / "app.py"

_log = logging.getLogger(__name__)

_PAGE = "page"
"""In the session: the title of the page that ran last."""

_framed = ContextVar("framed", default=False)


def run(page: "st.Page") -> None:
    """Run the chosen page and draw the foot, whatever happens in it.

    A FerError's message is written for the person at the screen and is shown as it is. Anything
    else goes to the console with its traceback, and a sentence to the page. (Streamlit's own stop
    and rerun signals are not `Exception`s and pass through.)
    """
    st.set_page_config(page_title=f"{page.title} · {NAME}" if page.url_path else NAME)
    if st.session_state.get(_PAGE) != page.title:  # what was given to the page before goes with it
        uploads.forget()
        st.session_state[_PAGE] = page.title
    token = _framed.set(True)
    downloads.begin()
    try:
        page.run()
        downloads.sweep()
    except ModelError as error:
        model_choice.in_its_place(error)
    except FerError as error:
        problems.show(error)
    except Exception:
        _log.exception("The page %r failed", page.title)
        problems.show(f"{UNFORESEEN} Reload the page to try again.")
    finally:
        _framed.reset(token)
    footer()


def header(title: str, lead: str) -> None:
    """A page's title and the sentence under it. Every page begins with it."""
    if not _framed.get() and _main_script() == APP:
        _run_in_the_frame()
    st.title(title, anchor=False)
    st.markdown(lead)


def _main_script() -> Path | None:
    context = get_script_run_ctx()
    return Path(context.main_script_path).resolve() if context else None


def _run_in_the_frame() -> None:
    """For a page that was opened by its address before app.py has run in this process.

    Until the first `st.navigation`, Streamlit treats a folder named `pages` as its older kind of
    multipage app and runs the page alone, without app.py (its runtime/pages_manager.py). A rerun
    would come too late for a button: its click is told to one run only.
    """
    runpy.run_path(str(APP), run_name="__main__")
    st.stop()


def footer() -> None:
    """The model in use and its headline figure, small, linked to its card."""
    st.divider()
    with st.container(horizontal=True, vertical_alignment="center", key="foot"):
        st.caption(_model_line())
        st.page_link("pages/about.py", label="Model card", icon=":material/description:")


def _model_line() -> str:
    try:
        # The card alone does not tell that its network was altered.
        card = resources.recognizer().card
        return f"Model in use: {plain(card.title)} – {resources.headline()}"
    except FerError:
        return "No model is in use."
    except Exception:
        _log.exception("The foot failed")
        return UNFORESEEN
