"""The package: made by a script, read and served by the collector, and refused where it was changed."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import aiohttp
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from chromebook.packer import pack
from collector.collecting import Running, collecting, settings_at
from homeroom_collector.chromebook import ChromebookSettings, crx
from homeroom_collector.chromebook.crx import CrxError
from homeroom_collector.chromebook.package import Shelf, read
from homeroom_collector.config import load
from homeroom_collector.errors import ConfigError

URL = "https://homeroom.example"
NAMESPACE = "{http://www.google.com/update2/response}"


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def packed(key: rsa.RSAPrivateKey, version: str = "0.1.0") -> bytes:
    return crx.pack(pack.zipped(pack.EXTENSION, update_url=pack.update_url(URL), version=version), key)


def test_the_script_makes_a_zip_for_the_store_and_a_package_to_serve(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    arguments = ["--key", str(tmp_path / "new" / "key.pem"), "--url", URL, "--out", str(tmp_path / "dist")]
    assert pack.main(arguments) == 0
    first = (tmp_path / "dist" / "homeroom.crx").read_bytes()
    assert (tmp_path / "new" / "key.pem").stat().st_mode & 0o077 == 0
    with zipfile.ZipFile(tmp_path / "dist" / "homeroom-store.zip") as archive:
        assert "update_url" not in json.loads(archive.read("manifest.json"))
        assert not [name for name in archive.namelist() if "test" in name or name.endswith((".ts", ".py", ".pem"))]
    package = read(tmp_path / "dist" / "homeroom.crx")
    assert package.update_url == f"{URL}/chromebook/updates.xml"
    assert f"{package.extension_id};{package.update_url}" in capsys.readouterr().out
    assert (tmp_path / "dist" / "updates.xml").read_text() == package.updates()
    assert pack.main(arguments) == 0
    assert (tmp_path / "dist" / "homeroom.crx").read_bytes() == first, "the same files make the same bytes"


def test_without_an_address_only_the_zip_is_made_and_no_key(tmp_path: Path):
    assert pack.main(["--key", str(tmp_path / "key.pem"), "--out", str(tmp_path / "dist")]) == 0
    assert [path.name for path in (tmp_path / "dist").iterdir()] == ["homeroom-store.zip"]
    assert not (tmp_path / "key.pem").exists()


def test_what_was_packed_is_read_back(key: rsa.RSAPrivateKey):
    found = crx.unpack(crx.pack(b"archive", key))
    assert found.archive == b"archive"
    assert found.extension_id == crx.extension_id(key)
    assert len(found.extension_id) == 32
    assert set(found.extension_id) <= set("abcdefghijklmnop")


def test_a_package_with_any_byte_changed_is_refused(key: rsa.RSAPrivateKey):
    whole = crx.pack(b"archive", key)
    for at in range(len(whole)):
        changed = whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]
        with pytest.raises(CrxError):
            crx.unpack(changed)


def test_a_package_cut_off_anywhere_is_refused(key: rsa.RSAPrivateKey):
    whole = crx.pack(b"archive", key)
    for length in range(len(whole)):
        with pytest.raises(CrxError):
            crx.unpack(whole[:length])


def test_a_zip_that_says_nothing_of_updates_is_no_package(tmp_path: Path, key: rsa.RSAPrivateKey):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("manifest.json", "{}")
    for content in (b"", b"Cr24", b"PK", crx.pack(b"no zip", key), crx.pack(archive.getvalue(), key)):
        (tmp_path / "homeroom.crx").write_bytes(content)
        with pytest.raises(CrxError, match="make chromebook-dist"):
            read(tmp_path / "homeroom.crx")
    with pytest.raises(CrxError, match="No such file"):
        read(tmp_path / "nowhere.crx")


def test_a_new_package_is_served_at_once_and_a_broken_one_never(tmp_path: Path, key: rsa.RSAPrivateKey):
    file = tmp_path / "homeroom.crx"
    file.write_bytes(packed(key, "0.1.0"))
    shelf = Shelf(file)
    file.write_bytes(packed(key, "0.10.0"))
    assert shelf.package().version == "0.10.0"
    file.write_bytes(b"half a file")
    assert shelf.package().version == "0.10.0"
    file.unlink()
    assert shelf.package().version == "0.10.0"


async def test_browsers_get_the_manifest_and_the_file(tmp_path: Path, key: rsa.RSAPrivateKey):
    (tmp_path / "homeroom.crx").write_bytes(packed(key))
    settings = settings_at(tmp_path, chromebooks=ChromebookSettings(package=tmp_path / "homeroom.crx"))
    async with collecting(settings) as running:
        async with running.http.get(f"{running.url}/chromebook/updates.xml") as answer:
            document = ElementTree.fromstring(await answer.text())
        app = document.find(f"{NAMESPACE}app")
        assert app is not None
        assert app.get("appid") == crx.extension_id(key)
        check = app.find(f"{NAMESPACE}updatecheck")
        assert check is not None
        assert check.attrib == {"codebase": f"{URL}/chromebook/homeroom.crx", "version": "0.1.0"}
        async with running.http.get(f"{running.url}/chromebook/homeroom.crx") as answer:
            assert answer.content_type == "application/x-chrome-extension"
            assert crx.unpack(await answer.read()).extension_id == crx.extension_id(key)


ALLOWED, STRANGER = "chrome-extension://" + "a" * 32, "chrome-extension://" + "b" * 32


async def ask(running: Running, method: str, path: str, origin: str, **headers: str) -> aiohttp.ClientResponse:
    async with running.http.request(method, running.url + path, headers={"Origin": origin, **headers}) as answer:
        await answer.read()
        return answer


async def test_only_named_extensions_may_call_from_a_browser(tmp_path: Path):
    settings = settings_at(tmp_path, chromebooks=ChromebookSettings(extensions=["a" * 32]))
    async with collecting(settings) as running:
        asking = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
        leave = await ask(running, "OPTIONS", "/api/v1/reports", ALLOWED, **asking)
        assert leave.status == 204
        assert leave.headers["Access-Control-Allow-Origin"] == ALLOWED
        assert "Authorization" in leave.headers["Access-Control-Allow-Headers"]
        assert leave.headers["Vary"] == "Origin"
        for origin in (STRANGER, "https://evil.example", "null", ALLOWED.upper()):
            refused = await ask(running, "OPTIONS", "/api/v1/reports", origin, **asking)
            assert refused.status == 405
            assert "Access-Control-Allow-Origin" not in refused.headers
            assert refused.headers["Vary"] == "Origin"


@pytest.mark.parametrize("path", ["/api/v1/echo", "/api/v1/nothing", "/api/v1/reports"])
async def test_an_extension_may_read_errors_too_and_when_to_come_back(tmp_path: Path, path: str):
    settings = settings_at(tmp_path, chromebooks=ChromebookSettings(extensions=["a" * 32]))
    async with collecting(settings) as running:
        answer = await ask(running, "GET", path, ALLOWED)
        assert answer.status in (401, 404, 405)
        assert answer.headers["Access-Control-Allow-Origin"] == ALLOWED
        assert answer.headers["Access-Control-Expose-Headers"] == "Retry-After"
        assert "Access-Control-Allow-Origin" not in (await ask(running, "GET", path, STRANGER)).headers


async def test_pages_and_metrics_are_for_no_extension(tmp_path: Path):
    settings = settings_at(tmp_path, chromebooks=ChromebookSettings(extensions=["a" * 32]))
    async with collecting(settings) as running:
        for path in ("/metrics", "/", "/healthz"):
            assert "Access-Control-Allow-Origin" not in (await ask(running, "GET", path, ALLOWED)).headers


def test_an_id_that_is_none_is_found_when_the_configuration_is_checked(tmp_path: Path):
    (tmp_path / "collector.yml").write_text("chromebooks: {extensions: [aaaa, Homeroom]}\n")
    with pytest.raises(ConfigError, match=r"chromebooks\.extensions\[1\]: 'Homeroom' is not an extension id"):
        load(tmp_path / "collector.yml")
