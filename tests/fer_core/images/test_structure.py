"""Files that would cost minutes or gigabytes are refused by their structure, real ones are not."""

import hostile_files as hostile
import pytest

from fer_core.errors import ImageError
from fer_core.images import decode, structure
from fer_core.images.decoder import file_kind


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (hostile.empty_scans(7_142), "64 scans"),
        (hostile.scans(70), "64 scans"),
        (hostile.exif_pieces(5_000), "metadata|segments"),
        (hostile.exif_pieces(100, 60_000), "bytes of metadata"),
        (hostile.segments(1_500), "1,000 segments"),
        (hostile.fill_bytes(1_000_000), "fill bytes"),
        (hostile.SOI + b"\xff" * 1_000_000, "fill bytes"),
        (hostile.SOI + b"\xff\x00" * 100_000, "fill bytes"),
        (hostile.png_chunks(25_000), "20,000 chunks"),
        (hostile.webp_chunks(25_000), "20,000 chunks"),
        (
            hostile.with_size(
                hostile.picture("JPEG", mode="CMYK", progressive=True), 11_000, 9_000
            ),
            "MB of memory",
        ),
        (hostile.with_size(hostile.picture("JPEG"), 11_000, 11_000), "too large"),
        (hostile.webp_canvas(5_000, 4_000), "too large"),
    ],
)
def test_what_no_camera_writes_is_refused_in_words(data, reason):
    with pytest.raises(ImageError, match=reason) as refusal:
        decode(data)
    assert any(way in str(refusal.value) for way in ("Save it", "Save the picture"))


@pytest.mark.parametrize(
    "data",
    [
        hostile.picture("JPEG"),
        hostile.picture("JPEG", progressive=True),
        hostile.picture("JPEG", mode="CMYK", progressive=True),
        hostile.picture("JPEG", subsampling=0, restart_marker_rows=1),
        hostile.picture("PNG"),
        hostile.picture("PNG", mode="RGBA"),
        hostile.picture("WEBP"),
        hostile.picture("WEBP", lossless=True),
        hostile.scans(20),
        hostile.exif_pieces(3),
        hostile.segments(300),
        hostile.fill_bytes(1_000),
        hostile.png_chunks(1_000),
    ],
)
def test_real_files_pass(data):
    found = structure.examine(file_kind(data), data)
    assert (found.width, found.height) == (64, 64)
    assert decode(data).shape == (64, 64, 3)
    assert found.cost < 1_000_000


def test_bytes_behind_the_end_are_not_counted():
    """Telephones append a film to the picture."""
    data = hostile.picture("JPEG") + b"\xff\xfe\x00\x02" * 100_000
    assert structure.examine("JPEG", data).width == 64


@pytest.mark.parametrize(
    ("data", "megabytes"),
    [
        # 8 bytes for each decoded pixel; one of 99 megapixels decodes at half its size
        (hostile.with_size(hostile.picture("JPEG"), 5_000, 5_000), 200),
        (hostile.with_size(hostile.picture("JPEG"), 11_000, 9_000), 198),
        # coefficients of 2 bytes, one and a half a pixel with halved colour, and 4 for the picture
        (hostile.with_size(hostile.picture("JPEG", progressive=True), 11_000, 9_000), 396),
        (hostile.webp_canvas(4_000, 4_000), 272),
    ],
)
def test_the_cost_is_told_by_the_header(monkeypatch, data, megabytes):
    monkeypatch.setattr(structure, "MAX_DECODE_BYTES", 10**12)
    cost = structure.examine(file_kind(data), data).cost
    assert cost / 1e6 == pytest.approx(megabytes, rel=0.02)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WebP"])
@pytest.mark.parametrize("data", [b"", b"\xff\xd8", b"\xff\xd8\xff\xe0\x00\x01", b"x" * 40])
def test_no_such_file_is_a_value_error(kind, data):
    with pytest.raises(ValueError, match=r"\w"):
        structure.examine(kind, data)
