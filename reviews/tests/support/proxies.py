"""The proxies of `packaging/proxies/`, as their examples set them up, but on ports and in folders of a test's own."""

import contextlib
import datetime
import ipaddress
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from reviews.tests.support.mail import free_port
from reviews.tests.support.services import answers
from reviews.tests.support.site import ROOT
from reviews.tests.support.waiting import PATIENCE, until

EXAMPLES = ROOT / "packaging" / "proxies"
HOST = "reviews.example.com"
UPSTREAM = "127.0.0.1:8000"
USER = "nobody" if os.getuid() == 0 else None
NGINX, CADDY = (shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin") for name in ("nginx", "caddy"))


@dataclass
class Front:
    """A server that is called: its port, and the certificate that it shows, if it speaks TLS."""

    port: int
    certificate: Path | None = None

    @property
    def url(self) -> str:
        return f"{'https' if self.certificate else 'http'}://127.0.0.1:{self.port}"

    def call(
        self, method: str, path: str, *, browser: requests.Session | None = None, **options: Any
    ) -> requests.Response:
        """Call an address there: as the browser that has the cookies, if one is given."""
        verify = str(self.certificate) if self.certificate else True
        with contextlib.ExitStack() as until_done:
            session = browser or until_done.enter_context(requests.Session())
            return session.request(method, self.url + path, verify=verify, timeout=PATIENCE, **options)


@contextlib.contextmanager
def nginx(upstream: int) -> Iterator[Front]:
    """Run nginx with its example before a server of this machine."""
    with _folder() as folder:
        port, certificate, key = free_port(), *certify(folder)
        settings = folder / "nginx.conf"
        settings.write_text(_nginx_settings(folder, port, upstream, certificate, key))
        command = [str(NGINX), "-p", str(folder), "-e", f"{folder}/error.log", "-c", str(settings)]
        with _running(command, port, folder):
            yield Front(port, certificate)


def _nginx_settings(folder: Path, port: int, upstream: int, certificate: Path, key: Path) -> str:
    site = _changed(
        (EXAMPLES / "nginx.conf").read_text(),
        {
            "    listen 80;\n    listen [::]:80;\n": f"    listen 127.0.0.1:{free_port()};\n",
            "    listen 443 ssl http2;\n    listen [::]:443 ssl http2;\n": f"    listen 127.0.0.1:{port} ssl http2;\n",
            f"/etc/letsencrypt/live/{HOST}/fullchain.pem": str(certificate),
            f"/etc/letsencrypt/live/{HOST}/privkey.pem": str(key),
            UPSTREAM: f"127.0.0.1:{upstream}",
        },
    )
    own = "".join(
        f"{kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return (
        f"daemon off;\nworker_processes 1;\npid {folder}/nginx.pid;\nerror_log {folder}/error.log;\n"
        f"events {{ worker_connections 1024; }}\nhttp {{\naccess_log off;\n{own}{site}}}\n"
    )


@contextlib.contextmanager
def caddy(upstream: int) -> Iterator[Front]:
    """Run Caddy with the example for its version before a server of this machine."""
    with _folder() as folder:
        port, certificate, key = free_port(), *certify(folder)
        changes = {
            "\n{\n": "\n{\n\tadmin off\n\tauto_https disable_redirects\n",
            f"\n{{$PUBLIC_URL:{HOST}}} {{\n": f"\nhttps://127.0.0.1:{port} {{\n\ttls {certificate} {key}\n",
            UPSTREAM: f"127.0.0.1:{upstream}",
        }
        settings = folder / "Caddyfile"
        settings.write_text(_changed(caddy_example().read_text(), changes))
        command = [str(CADDY), "run", "--config", str(settings), "--adapter", "caddyfile"]
        with _running(command, port, folder):
            yield Front(port, certificate)


def caddy_example() -> Path:
    """Return the example for the installed Caddy."""
    line = subprocess.run([str(CADDY), "version"], check=True, stdout=subprocess.PIPE, text=True).stdout
    version = re.search(r"\d+\.\d+", line)
    assert version, line
    return EXAMPLES / ("Caddyfile-2.6" if version[0] == "2.6" else "Caddyfile")


def _changed(text: str, changes: dict[str, str]) -> str:
    for old, new in changes.items():
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    """A folder of the one who runs the proxy: never root."""
    with tempfile.TemporaryDirectory() as name:
        if USER:
            shutil.chown(name, USER)
        yield Path(name)


@contextlib.contextmanager
def _running(command: list[str], port: int, folder: Path) -> Iterator[None]:
    for path in folder.iterdir():
        path.chmod(0o644)  # written by this process, read by that one
    own = {name: str(folder) for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME")}
    silence = subprocess.DEVNULL
    process = subprocess.Popen(command, env=os.environ | own, user=USER, stdout=silence, stderr=silence)
    try:
        until(lambda: answers(port) or process.poll() is not None, 20)
        assert process.poll() is None, f"it ended: {command}"
        yield
    finally:
        process.terminate()
        process.wait(60)


def certify(folder: Path) -> tuple[Path, Path]:
    """Write a certificate of 127.0.0.1 and its key into the folder."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test")])
    now = datetime.datetime.now(datetime.UTC)
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(address, critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(pem))
    (folder / "key.pem").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return folder / "certificate.pem", folder / "key.pem"
