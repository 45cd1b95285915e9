"""Photos: several at once, or one from the camera, or the sample; results to see and to keep."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import streamlit as st

from fer_core.recognition import photos as photo_results
from fer_core.recognition.photos import Photo, PhotoResult
from fer_core.recognition.recognizer import Recognizer
from ui import face_card, frame, resources, sample
from ui.widgets import file_name, plain

MOST_PHOTOS = 50
KEPT = "photo-results"
SAMPLE = "photo-sample"
LIMITS = (
    f"JPEG, PNG or WebP, up to 20 MB each and {MOST_PHOTOS} at a time. They are looked at on the "
    "computer that runs this app and not kept."
)
NO_FACE = (
    "No face was found. It helps if the face looks towards the camera, is well lit, and is at "
    "least 20 pixels wide."
)


def _given() -> list[Photo]:
    """What somebody has dropped in, taken, or asked for."""
    files = st.file_uploader("Drop photos here", accept_multiple_files=True, help=LIMITS)
    st.caption(LIMITS)
    with st.container(horizontal=True, vertical_alignment="center"):
        camera = st.toggle("Take a picture with the camera")
        if st.button("Use the sample", icon=":material/portrait:"):
            st.session_state[SAMPLE] = True
    photos = [Photo(file.name, file.getvalue) for file in files]
    if camera and (taken := st.camera_input("Look at the camera, then take the picture")):
        photos.append(Photo("camera.jpg", taken.getvalue))
    if st.session_state.get(SAMPLE):
        photos.append(Photo("eileen_collins.jpg", sample.SAMPLE.read_bytes))
    if len(photos) > MOST_PHOTOS:
        st.warning(
            f"{len(photos)} photos are more than the {MOST_PHOTOS} that fit at a time. The first "
            f"{MOST_PHOTOS} are shown; remove some to see the others.",
            icon=":material/filter_none:",
        )
    return photos[:MOST_PHOTOS]


def _results(photos: list[Photo], recognizer: Recognizer) -> list[PhotoResult]:
    """Each photo's result; those that this session has seen are not computed again."""
    kept: dict[tuple[str, str], PhotoResult] = st.session_state.setdefault(KEPT, {})
    model = recognizer.card.files[".tflite"]["sha256"]
    keys = [(photo.digest, model) for photo in photos]
    for gone in kept.keys() - set(keys):
        del kept[gone]
    new = {key: photo for key, photo in zip(keys, photos, strict=True) if key not in kept}
    if new:
        _analyze(new, kept, recognizer)
    return [replace(kept[key], name=photo.name) for key, photo in zip(keys, photos, strict=True)]


def _analyze(
    new: dict[tuple[str, str], Photo],
    kept: dict[tuple[str, str], PhotoResult],
    recognizer: Recognizer,
) -> None:
    """Each result is kept at once: whoever adds a photo meanwhile starts this page over."""
    bar = st.progress(0.0, "Looking for faces …")
    for done, (key, photo) in enumerate(new.items(), start=1):
        kept[key] = photo_results.analyze(photo, recognizer)
        bar.progress(done / len(new), f"{done} of {len(new)} photos looked at")
    bar.empty()


def _summary(results: list[PhotoResult], recognizer: Recognizer) -> None:
    st.markdown(f"**{plain(photo_results.totals(results))}**")
    as_json = partial(photo_results.as_json, results, recognizer)
    as_csv, as_zip = (partial(f, results) for f in (photo_results.as_csv, photo_results.as_zip))
    with st.container(horizontal=True):
        _download("Download table (CSV)", as_csv, "faces.csv", "text/csv")
        _download("Download everything (JSON)", as_json, "faces.json", "application/json")
        if any(result.annotated for result in results):
            _download("Download pictures (ZIP)", as_zip, "pictures.zip", "application/zip")
        if st.session_state.get(SAMPLE) and st.button("Remove the sample"):
            del st.session_state[SAMPLE]
            st.rerun()


def _download(label: str, make: Callable[[], bytes], name: str, kind: str) -> None:
    """The file is made when it is asked for, not at every rerun of the page."""
    st.download_button(
        label, make, name, kind, icon=":material/download:", on_click="ignore", key=name
    )


def _card(result: PhotoResult) -> None:
    with st.container(border=True):
        st.html(file_name(result.name))
        if result.problem:
            st.error(plain(result.problem), icon=":material/error:")
            return
        picture, faces = st.columns([3, 2], gap="large")
        with picture:
            assert result.annotated is not None
            st.image(result.annotated, width="stretch", alt=photo_results.described(result))
        with faces:
            if not result.faces:
                st.info(NO_FACE, icon=":material/search_off:")
            else:
                face_card.show(result.faces)


frame.header("Photos", "Drop in pictures and see which expression each face shows.")
network = resources.recognizer()
if network.detector_name != "YuNet":
    st.info(resources.detector_sentence(), icon=":material/info:")
found = _results(_given(), network)
if found:
    _summary(found, network)
for photo_result in found:
    _card(photo_result)
if table := photo_results.rows(found):
    with st.expander("All faces as a table"):
        st.dataframe(table, hide_index=True)
