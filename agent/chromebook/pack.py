"""Makes the extension's two packages: a zip for the Chrome Web Store, and a CRX signed with the district's own key.

``python agent/chromebook/pack.py --key KEY.pem --url https://homeroom.district.example --out dist/chromebook``. The key
is made where there is none; whoever has it can put code on every Chromebook, and without it the extension gets another
id. Building twice from the same files gives the same bytes.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
import zipfile
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from homeroom_collector.chromebook import crx
from homeroom_collector.chromebook.package import FILE_PATH, MANIFEST_PATH, read

EXTENSION = Path(__file__).with_name("extension")
_KEY_BITS = 3072
_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the earliest a zip can say


def main(arguments: list[str] | None = None) -> int:
    """Command line."""
    options = _options().parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    store = options.out / "homeroom-store.zip"
    store.write_bytes(zipped(EXTENSION))
    print(f"{store}: for the Chrome Web Store")
    if not options.url:
        print("no --url, so no package to serve yourself")
        return 0
    key = _key(options.key)
    package = options.out / FILE_PATH.rpartition("/")[2]
    package.write_bytes(crx.pack(zipped(EXTENSION, update_url=update_url(options.url)), key))
    updates = options.out / MANIFEST_PATH.rpartition("/")[2]
    updates.write_text(read(package).updates())
    print(f"{package}: for chromebooks.package of the collector (or serve it and {updates} from {options.url})")
    print(f"ExtensionInstallForcelist: {crx.extension_id(key)};{update_url(options.url)}")
    return 0


def zipped(folder: Path, *, update_url: str | None = None, version: str | None = None) -> bytes:
    """The extension as a zip. A self-hosted one says where its updates are; the store refuses one that does."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(file for file in folder.rglob("*") if file.is_file()):
            name = path.relative_to(folder).as_posix()
            content = path.read_bytes()
            if name == "manifest.json":
                content = _manifest(content, update_url, version)
            entry = zipfile.ZipInfo(name, _LONG_AGO)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(entry, content)
    return target.getvalue()


def update_url(collector: str) -> str:
    """Where the collector serves the update manifest."""
    return collector.rstrip("/") + MANIFEST_PATH


def _manifest(content: bytes, url: str | None, version: str | None) -> bytes:
    manifest = json.loads(content)
    manifest |= {"update_url": url} if url else {}
    manifest |= {"version": version} if version else {}
    return json.dumps(manifest, indent=1).encode()


def _key(path: Path) -> rsa.RSAPrivateKey:
    if not path.exists():
        key = rsa.generate_private_key(public_exponent=65537, key_size=_KEY_BITS)
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(_pem(key))
        print(f"{path}: a new key. Keep it: another one means another extension", file=sys.stderr)
    key = serialization.load_pem_private_key(path.read_bytes(), None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise SystemExit(f"{path}: not an RSA key")
    return key


def _pem(key: rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _address(text: str) -> str:
    if not text:
        return text
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise argparse.ArgumentTypeError(f"{text!r} is no address such as https://homeroom.district.example")
    return text


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0] if __doc__ else None)
    parser.add_argument("--key", type=Path, default=Path("var/chromebook.pem"), help="RSA key (PEM), made if missing")
    parser.add_argument("--url", type=_address, default="", help="the collector as Chromebooks reach it")
    parser.add_argument("--out", type=Path, default=Path("dist/chromebook"))
    return parser


if __name__ == "__main__":
    sys.exit(main())
