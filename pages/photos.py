"""Photos: several at once, or one from the camera, or the sample; results to see and to keep."""

import time
from collections.abc import Callable
from functools import partial

import streamlit as st

from fer_core.errors import ImageError
from fer_core.images import examine, supported_kind
from fer_core.recognition import photos as photo_results
from fer_core.recognition.answers.ways import Way
from fer_core.recognition.photos import Photo, PhotoResult
from fer_core.recognition.recognizer import Recognizer
from ui import downloads, face_card, frame, resources, sample
from ui.server import service, uploads
from ui.widgets import file_name, plain

MOST_PHOTOS = 50
RESULTS = "photo-results"
"""In the session: number → result, in the order in which the photos came."""
ROUND = "photo-round"
"""In the session: how often photos were taken in. What takes them begins anew each time, so that
their originals are kept no longer than it takes to look at them."""
DONE = "photo-done"
"""In the session, while photos are looked at: the ids of those that were."""
WAITING = "photo-waiting"
"""In the session, while photos are looked at: how many were not yet."""
UPLOAD_S = 60.0
"""For so long photos on their way are waited for, in seconds."""
LIMITS = (
    f"JPEG, PNG, WebP or HEIC, up to 20 MB each and {MOST_PHOTOS} at a time. They are looked at on "
    "the computer that runs this app. Only the results are kept, until you leave."
)
NO_FACE = (
    "No face was found. It helps if the face looks towards the camera, is well lit, and is at "
    "least 20 pixels wide."
)


def _given() -> dict[str, Photo]:
    """What somebody has dropped in, taken, or asked for, and was not looked at yet, by an id."""
    turn = st.session_state.setdefault(ROUND, 0)
    st.html(uploads.STYLE)
    files = st.file_uploader(
        "Drop photos here",
        accept_multiple_files=True,
        max_upload_size=uploads.WIDGET_MB,
        help=LIMITS,
        key=f"photos-{turn}",
    )
    st.caption(LIMITS)
    with st.container(horizontal=True, vertical_alignment="center"):
        camera = st.toggle("Take a picture with the camera")
        wants_sample = st.button("Use the sample", icon=":material/portrait:")
    photos = {file.file_id: Photo(file.name, partial(uploads.content, file)) for file in files}
    if camera and (
        taken := st.camera_input("Look at the camera, then take the picture", key=f"camera-{turn}")
    ):
        photos[taken.file_id] = Photo("camera.jpg", taken.getvalue)
    if wants_sample:
        photos["sample"] = Photo("eileen_collins.jpg", sample.SAMPLE.read_bytes)
    return photos


def _take_in(
    photos: dict[str, Photo], results: dict[int, PhotoResult], recognizer: Recognizer
) -> None:
    """Looks at new photos and starts the page over without their originals.

    Each result is kept at once: whoever adds a photo meanwhile starts this page over, with the
    same photos and the new one.
    """
    done: set[str] = st.session_state.setdefault(DONE, set())
    bar = st.progress(0.0, "Looking for faces …")
    for i, (key, photo) in enumerate(photos.items()):
        if key in done:
            continue
        if len(results) >= MOST_PHOTOS:
            break
        st.session_state[WAITING] = len(photos.keys() - done)
        result = _look_at(photo, recognizer, partial(_say_place, bar, i / len(photos)))
        results[max(results, default=-1) + 1] = result
        done.add(key)
        bar.progress((i + 1) / len(photos), f"{i + 1} of {len(photos)} photos looked at")
    _wait_for_uploads(bar)
    st.session_state["photos-too-many"] = len(photos.keys() - done)
    _begin_anew()
    st.rerun()


def _wait_for_uploads(bar: "st.delta_generator.DeltaGenerator") -> None:
    """Lets photos arrive that were added meanwhile, which start this page over.

    Those on their way would be lost with the uploader.
    """
    session, ends = uploads.session_id(), time.monotonic() + UPLOAD_S
    while service.BUDGET.holds(session) and time.monotonic() < ends:
        bar.progress(1.0, "More photos are on their way …")
        time.sleep(0.5)  # after the last of them, the browser tells the page of it
        bar.progress(1.0)


def _begin_anew() -> None:
    """Empties what takes photos in."""
    for key in (DONE, WAITING):
        st.session_state.pop(key, None)
    st.session_state[ROUND] += 1
    uploads.forget()


def _tell_of_lost(count: int) -> None:
    """Streamlit drops an uploader's files once its page is left."""
    _begin_anew()
    st.warning(
        f"{count} {'photo was' if count == 1 else 'photos were'} not looked at, because this page "
        "was left meanwhile. Add them again.",
        icon=":material/filter_none:",
    )


def _look_at(photo: Photo, recognizer: Recognizer, on_wait: Callable[[int], None]) -> PhotoResult:
    """The photo's result, once it is its turn among all visitors' photos."""
    with service.TURNS.turn(uploads.session_id(), _cost(photo), on_wait) as worker:
        return worker.analyze(photo, recognizer)


def _cost(photo: Photo) -> int:
    """Bytes that decoding it takes; 0 if it will be refused."""
    try:
        data = photo.read()
        return examine(supported_kind(data), data).cost
    except (ImageError, ValueError):
        return 0


def _say_place(bar: "st.delta_generator.DeltaGenerator", share: float, place: int) -> None:
    others = "a photo" if place == 1 else f"{place} photos"
    bar.progress(share, f"Waiting for {others} of other visitors …" if place else "Waiting …")


def _summary(results: list[PhotoResult], recognizer: Recognizer) -> None:
    st.markdown(f"**{plain(photo_results.totals(results))}**")
    with st.container(horizontal=True):
        _download("Download table (CSV)", "faces.csv", "text/csv", results, photo_results.as_csv)
        _download(
            "Download everything (JSON)", "faces.json", "application/json", results,
            partial(photo_results.as_json, recognizer=recognizer),
        )  # fmt: skip
        if any(result.annotated for result in results):
            _download(
                "Download pictures (ZIP)", "pictures.zip", "application/zip", results,
                photo_results.as_zip,
            )  # fmt: skip
        if st.button("Remove all", icon=":material/delete:"):
            del st.session_state[RESULTS]
            st.rerun()


def _download(
    label: str,
    name: str,
    kind: str,
    results: list[PhotoResult],
    make: Callable[[list[PhotoResult]], bytes],
) -> None:
    # A result equals only itself, so that this tells whether they are the same ones.
    downloads.button(label, name, kind, key=name, of=results, make=partial(make, results))


def _card(number: int, result: PhotoResult) -> None:
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.html(file_name(result.name))
            if st.button("Remove", icon=":material/close:", key=f"remove-{number}"):
                del st.session_state[RESULTS][number]
                st.rerun()
        if result.problem:
            st.error(plain(result.problem), icon=":material/error:")
            return
        picture, faces = st.columns([3, 2], gap="large")
        with picture:
            assert result.annotated is not None
            st.image(result.annotated, width="stretch", alt=photo_results.described(result))
        with faces:
            if result.note:
                st.info(result.note, icon=":material/groups:")
            if not result.faces:
                st.info(NO_FACE, icon=":material/search_off:")
            else:
                face_card.show(result.faces)


frame.header("Photos", "Drop in pictures and see which expression each face shows.")
network = resources.recognizer().asked(Way(looks=2))
if network.detector_name != "YuNet":
    st.info(resources.detector_sentence(), icon=":material/info:")
kept: dict[int, PhotoResult] = st.session_state.setdefault(RESULTS, {})
given = _given()
progress = st.container()
if not given and (waiting := st.session_state.get(WAITING)):
    _tell_of_lost(waiting)
if too_many := st.session_state.pop("photos-too-many", 0):
    st.warning(
        f"{too_many} photos more than the {MOST_PHOTOS} that fit at a time were left out. Remove "
        "some, then add those again.",
        icon=":material/filter_none:",
    )
found = list(kept.values())
if found:
    _summary(found, network)
for number, photo_result in kept.items():
    _card(number, photo_result)
if table := photo_results.rows(found):
    with st.expander("All faces as a table"):
        st.dataframe(table, hide_index=True)
if given:  # last, so that what there is can be seen and fetched meanwhile
    with progress:
        _take_in(given, kept, network)
