"""Attachments: what a file is, its first bytes say."""

import pytest

from crm_core.attachments import content_type


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.7", "application/pdf"),
        (b"\xff\xd8\xff\xe0 JFIF", "image/jpeg"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        (b"RIFF\0\0\0\0WAVEfmt ", "audio/wav"),
        (b"II*\0\x08\0", "image/tiff"),
        (b"ID3\x04 a song", "audio/mpeg"),
        (b"\xff\xfb\x90\x64", "audio/mpeg"),
        (b"OggS\0\x02", "audio/ogg"),
        (b"\0\0\0\x20ftypM4A \0\0", "audio/mp4"),
        (b"\0\0\0\x18ftyp3gp4\0\0", "audio/mp4"),
        (b"\0\0\0\x18ftypavc1 a film", None),
        (b"Nota: \xc3\xb1and\xc3\xba", "text/plain"),
        (b"  <script>", None),
        (b"MZ\0\x01", None),
        (b"\xff\xfe latin", None),
    ],
)
def test_a_file_is_what_its_first_bytes_say(content: bytes, kind: str | None) -> None:
    assert content_type(content) == kind
