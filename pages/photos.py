"""Photos: several at once, or one from the camera, or the sample; results to see and to keep."""

import streamlit as st

from fer_core.recognizer import Recognizer
from ui import face_card, frame, photo_results, resources, sample
from ui.photo_results import Named, Photo, PhotoResult
from ui.widgets import plain

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
    photos = [Photo(file.name, file.getvalue()) for file in files]
    if camera and (taken := st.camera_input("Look at the camera, then take the picture")):
        photos.append(Photo("camera.jpg", taken.getvalue()))
    if st.session_state.get(SAMPLE):
        photos.append(Photo("eileen_collins.jpg", sample.SAMPLE.read_bytes()))
    if len(photos) > MOST_PHOTOS:
        st.warning(
            f"{len(photos)} photos are more than the {MOST_PHOTOS} that fit at a time. The first "
            f"{MOST_PHOTOS} are shown; remove some to see the others.",
            icon=":material/filter_none:",
        )
    return photos[:MOST_PHOTOS]


def _results(photos: list[Photo], recognizer: Recognizer) -> list[Named]:
    """Each photo's result; those that this session has seen are not computed again."""
    before: dict[tuple[str, str], PhotoResult] = st.session_state.get(KEPT, {})
    model = recognizer.card.files[".tflite"]["sha256"]
    keys = [(photo.digest, model) for photo in photos]
    kept = {key: before[key] for key in keys if key in before}
    new = {key: photo for key, photo in zip(keys, photos, strict=True) if key not in kept}
    bar = st.progress(0.0, "Looking for faces …") if new else None
    for done, (key, photo) in enumerate(new.items(), start=1):
        kept[key] = photo_results.analyze(photo, recognizer)
        if bar is not None:
            bar.progress(done / len(new), f"{done} of {len(new)} photos looked at")
    if bar is not None:
        bar.empty()
    st.session_state[KEPT] = kept  # what is no longer there is forgotten
    return [(photo.name, kept[key]) for key, photo in zip(keys, photos, strict=True)]


def _summary(results: list[Named]) -> None:
    st.markdown(f"**{plain(photo_results.totals(results))}**")
    with st.container(horizontal=True):
        _download("Download table (CSV)", photo_results.as_csv(results), "faces.csv", "text/csv")
        _download(
            "Download everything (JSON)",
            photo_results.as_json(results),
            "faces.json",
            "application/json",
        )
        if any(result.annotated for _, result in results):
            _download(
                "Download pictures (ZIP)",
                photo_results.as_zip(results),
                "pictures.zip",
                "application/zip",
            )
        if st.session_state.get(SAMPLE) and st.button("Remove the sample"):
            del st.session_state[SAMPLE]
            st.rerun()


def _download(label: str, data: bytes, name: str, kind: str) -> None:
    st.download_button(
        label, data, name, kind, icon=":material/download:", on_click="ignore", key=name
    )


def _card(name: str, result: PhotoResult) -> None:
    with st.container(border=True):
        st.markdown(f"**{plain(name)}**")
        if result.problem:
            st.error(plain(result.problem), icon=":material/error:")
            return
        picture, faces = st.columns([3, 2], gap="large")
        with picture:
            assert result.annotated is not None
            st.image(result.annotated, width="stretch")
        with faces:
            if not result.faces:
                st.info(NO_FACE, icon=":material/search_off:")
            for number, face in enumerate(result.faces, start=1):
                face_card.show(number, face)


frame.header("Photos", "Drop in pictures and see which expression each face shows.")
network = resources.recognizer()
if network.detector_name != "YuNet":
    st.info(resources.detector_sentence(), icon=":material/info:")
found = _results(_given(), network)
if found:
    _summary(found)
for photo_name, photo_result in found:
    _card(photo_name, photo_result)
if table := photo_results.rows(found):
    with st.expander("All faces as a table"):
        st.dataframe(table, hide_index=True)
