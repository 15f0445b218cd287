"""Files that are not what they say, and files that grow: refused in words, or read as what they are."""

import gzip
import io
import re
import struct
import zipfile
import zlib
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from oauth.models import Account, User
from oauth.tests.flow import signed_in
from reviews.models import ImportJob, ImportRow, Logo
from reviews.tests.admin.settings.test_page import PAGE, problems_of
from reviews.tests.admin.settings.test_page import form as form_of
from reviews.tests.admin.test_imports import ADD

pytestmark = [pytest.mark.django_db, pytest.mark.attack, pytest.mark.once]


def zipped(size: int) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"\0" * size)
    return file.getvalue()


def png(width: int, height: int, *chunks: tuple[bytes, bytes]) -> bytes:
    """A PNG whose head names that size, and whose data are not there."""
    head = (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    parts = [head, *chunks, (b"IDAT", zlib.compress(b"\0" * 100)), (b"IEND", b"")]
    file = io.BytesIO(b"\x89PNG\r\n\x1a\n")
    file.seek(0, io.SEEK_END)
    for name, data in parts:
        file.write(struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)))
    return file.getvalue()


def image(kind: str, *, size: tuple[int, int] = (8, 8), **options: Any) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, "red").save(file, kind, **options)
    return file.getvalue()


LISTS: dict[str, bytes] = {
    "one line of 10 MB": b"email\n" + b"a" * 10_000_000,
    "one cell in quotes that never end": b'email\n"' + b"a\n" * 500_000,
    "a million commas": b"email\n" + b"," * 1_000_000,
    "NUL": b"email\n\0@example.com\n",
    "nothing but NUL": b"\0" * 100_000,
    "a zip that grows": zipped(100_000_000),
    "a zip in a zip's clothes": b"PK\x03\x04" + b"\xff" * 1000,
    "gzip that grows": gzip.compress(b"\0" * 100_000_000),
    "an image": image("PNG"),
    "half of UTF-16": b"\xff\xfea\0@\0b",
    "UTF-16 that is UTF-8": b"\xff\xfe" + "email\nä@example.com".encode(),
    "UTF-32": "email\nx@example.com".encode("utf-32"),
    "UTF-7": b"email\n+AGEAQABiAC4AYwBvAG0-\n",
    "half surrogates": b"email\n\xed\xa0\x80@example.com\n",
    "a delimiter that is a quote": b'sep="\nemail"name\nx@example.com"y\n',
    "a delimiter that is a blank": b"sep= \nemail name\nx@example.com y\n",
    "a delimiter that is NUL": b"sep=\0\nemail\0name\n",
    "a delimiter that is a carriage return": b"sep=\r\nemail\n",
    "a delimiter of another script": "sep=♥\nemail♥name\nx@example.com♥y\n".encode(),
    "formulas": b"email,name\n=cmd|' /C calc'!A0,@SUM(1)\n+1+1,-2+3\n\t=1,x\n",
    "HTML": b"email,name\nx@example.com,<script>alert(1)</script>\n",
    "nothing": b"",
    "line breaks alone": b"\r\n\n\r" * 1000,
}
NAMES = (
    *("../../etc/passwd", "..\\..\\x.csv", "/etc/passwd", "a\0b.csv", "x" * 5000 + ".csv", "<script>.csv", "", "con"),
    "a\r\nX: y",
)


@pytest.fixture
def client(owner: User) -> Client:
    client = signed_in(owner)
    client.raise_request_exception = False
    return client


def send(client: Client, account: Account, content: bytes, name: str = "x.csv", kind: str = "text/csv") -> Any:
    file = SimpleUploadedFile("x.csv", content, content_type=kind)
    file._name = name  # type: ignore[attr-defined]  # as another program than a browser writes it
    return client.post(ADD, {"account": str(account.pk), "file": file}, follow=True)


@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_read_or_refused_in_words(client: Client, account: Account, name: str) -> None:
    answer = send(client, account, LISTS[name])
    assert "<script>alert(1)" not in answer.content.decode()
    job = ImportJob.objects.first()
    if job is None:
        assert answer.status_code == 400
        assert answer.context["form"].errors["file"][0]
    else:
        assert answer.status_code == 200
        saved = b"".join(client.get(f"/admin/reviews/importjob/{job.pk}/problems.csv")).decode()
        assert not re.search(r"(^|,)[=@]", saved, re.MULTILINE)  # a spreadsheet would work it out
        assert ImportRow.objects.filter(job=job).count() <= job.total


@pytest.mark.parametrize("name", NAMES)
def test_the_name_of_a_file_is_no_path(client: Client, account: Account, name: str) -> None:
    answer = send(client, account, b"email\nx@example.com\n", name=name, kind="../../text; charset=\xff")
    assert answer.status_code < 500
    assert all("/" not in job.name and "\\" not in job.name and len(job.name) <= 200 for job in ImportJob.objects.all())
    assert "<script>.csv" not in answer.content.decode()


@pytest.mark.parametrize(
    "content",
    [
        *(png(60_000, 60_000), png(1, 24_999_999), png(2**31 - 1, 1), png(0, 0), png(5000, 5000)),
        png(8, 8, (b"zTXt", b"a\0\0" + zlib.compress(b"\0" * 100_000_000))),
        png(8, 8, (b"iCCP", b"a\0\0" + zlib.compress(b"\0" * 100_000_000))),
        *(zipped(1000), b"%!PS\n(%pipe%id) (r) file", b"<?xml version='1.0'?><svg/>", b"\0" * 5_000_001),
        *(b"GIF89a", b"RIFF\xff\xff\xff\xffWEBPVP8X", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0" + b"\0" * 100),
        *(image(kind) for kind in ("BMP", "TIFF", "ICO", "PPM")),
    ],
    ids=range(19),
)
def test_what_is_no_small_image_is_no_logo(client: Client, account: Account, content: bytes) -> None:
    """A size is judged by the head, before anything of the image is unpacked."""
    for kind in ("image/png", "text/html"):
        [problem] = problems_of(client, account, logo_file=SimpleUploadedFile("../logo.png", content, kind))
        assert "image" in problem
    assert not Logo.objects.exists()


def test_of_an_image_only_its_pixels_are_kept(client: Client, account: Account) -> None:
    """What hides in comments, profiles or behind the end of the file is not served from here."""
    hidden = b"<script>alert(1)</script>"
    content = image("JPEG", comment=hidden, exif=b"Exif\0\0" + hidden, size=(900, 900)) + b"PK\x03\x04" + hidden
    file = SimpleUploadedFile("logo.html", content, "text/html")
    assert client.post(PAGE, form_of(account, logo_file=file)).status_code == 302
    served = client.get(f"/b/{account.scan_code}/logo")
    assert served["Content-Type"] == "image/png"
    assert served["X-Content-Type-Options"] == "nosniff"
    assert hidden not in served.content
    assert Image.open(io.BytesIO(served.content)).size[1] <= 160
