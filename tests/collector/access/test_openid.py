"""Signing in with an OpenID Connect provider: a real one, and one that lies."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from joserfc.jwk import OctKey, RSAKey

from collector.collecting import Running, collecting, settings_at
from free_ports import free_port
from homeroom_collector.access.mapping import RoleRule
from homeroom_collector.access.roles import Role
from homeroom_collector.access.settings import AccessSettings, OpenIdSettings
from homeroom_collector.config import Settings
from homeroom_collector.secret import Secret
from homeroom_collector.store import sign_ins
from openid_provider import SECRET, LyingProvider, lying_provider, real_provider

RULES = [
    RoleRule(role=Role.ADMIN, people=["amy@school.example"]),
    RoleRule(role=Role.SCHOOL_STAFF, groups=["staff-*"], schools=["{1}"]),
]


def settings_for(folder: Path, issuer: str, **more: object) -> Settings:
    openid = OpenIdSettings(issuer=issuer, client_id="homeroom", client_secret=Secret(SECRET), **more)
    return settings_at(folder, access=AccessSettings(openid=openid, roles=RULES))


def browser() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True), headers={"Accept": "text/html"})


async def refusals(running: Running) -> list[str]:
    found = await running.collector.store.read(lambda c: sign_ins.listed(c, since=0, most=10))
    return [entry.detail for entry in found if entry.outcome == "refused"]


@pytest.fixture
async def provider() -> AsyncIterator[LyingProvider]:
    async with lying_provider() as provider:
        yield provider


@pytest.fixture
async def running(tmp_path: Path, provider: LyingProvider) -> AsyncIterator[Running]:
    async with collecting(settings_for(tmp_path, provider.issuer, require={"hd": "school.example"})) as running:
        provider.claims = {"hd": "school.example"}
        yield running


async def signing_in(running: Running) -> tuple[int, str, str]:
    """Status, path and text of where a browser ends that signs in to see the first page."""
    async with browser() as person, person.get(running.url + "/sign-in/openid?next=/%3Fq%3Dcart") as answer:
        return answer.status, answer.url.path_qs, await answer.text()


async def test_whoever_has_a_role_ends_where_he_wanted(running: Running, provider: LyingProvider):
    status, path, text = await signing_in(running)
    assert (status, path) == (200, "/?q=cart")
    assert "amy@school.example" in text
    assert provider.asked["code_challenge_method"] == "S256"
    assert provider.asked["scope"] == "openid email profile"


LIES: dict[str, Callable[[LyingProvider], None]] = {
    "of another sign-in": lambda p: p.claims.update(nonce="stolen"),
    "without a nonce": lambda p: p.claims.update(nonce=None),
    "for another client": lambda p: p.claims.update(aud="other"),
    "of another provider": lambda p: p.claims.update(iss="https://evil.example"),
    "too old": lambda p: p.claims.update(exp=1_000_000_000),
    "signed with another key": lambda p: setattr(p, "signed_with", RSAKey.generate_key(2048, {"kid": "one"})),
    "signed with our own secret": lambda p: (
        setattr(p, "signed_with", OctKey.import_key(SECRET)),
        setattr(p, "algorithm", "HS256"),
    ),
}


@pytest.mark.filterwarnings("ignore:Key size should be:joserfc.errors.SecurityWarning")
@pytest.mark.parametrize("lie", LIES)
async def test_a_token_that_cannot_be_believed_lets_nobody_in(running: Running, provider: LyingProvider, lie: str):
    LIES[lie](provider)
    status, _path, text = await signing_in(running)
    assert status == 502
    assert "cannot be believed" in text
    assert len(await refusals(running)) == 1


@pytest.mark.parametrize(
    ("claims", "says"),
    [
        ({"email": None}, "has no email"),
        ({"email_verified": False}, "not confirmed"),
        ({"hd": "other.example"}, "not of school.example"),
        ({"email": "bo@school.example"}, "bo@school.example has no role"),
    ],
)
async def test_whoever_has_no_role_is_told_why(
    running: Running, provider: LyingProvider, claims: dict[str, object], says: str
):
    provider.claims |= claims
    status, _path, text = await signing_in(running)
    assert status == 403
    assert says in text
    assert says in (await refusals(running))[0]


async def test_a_provider_that_changed_its_key_is_asked_again(running: Running, provider: LyingProvider):
    assert (await signing_in(running))[0] == 200
    provider.key = provider.signed_with = RSAKey.generate_key(2048, {"kid": "one"}, private=True)
    assert (await signing_in(running))[0] == 200


async def test_a_way_back_that_was_not_begun_here_is_refused(running: Running):
    async with browser() as person:
        async with person.get(running.url + "/sign-in/openid/back?code=x&state=y") as answer:
            assert answer.url.path == "/sign-in"
        async with person.get(running.url + "/sign-in/openid", allow_redirects=False) as answer:
            asked = parse_qs(urlsplit(answer.headers["Location"]).query)
        async with person.get(running.url + "/sign-in/openid/back?code=the-code&state=forged") as answer:
            assert answer.status == 403
        back = f"/sign-in/openid/back?error=access_denied&state={asked['state'][0]}"
        async with person.get(running.url + back) as answer:
            assert "access_denied" in await answer.text()


async def test_a_provider_that_is_away_is_said(tmp_path: Path):
    async with collecting(settings_for(tmp_path, f"http://127.0.0.1:{free_port()}")) as running:
        status, _path, text = await signing_in(running)
    assert status == 502
    assert "openid-configuration" in text


async def test_a_real_provider_signs_in_staff_of_one_school(tmp_path: Path):
    claims = {"sub": "bo", "email": "bo@school.example", "groups": ["staff-lincoln"]}
    async with (
        real_provider(tmp_path, **claims) as provider,
        collecting(settings_for(tmp_path, provider.issuer)) as running,
        browser() as person,
    ):
        async with person.get(running.url + "/sign-in/openid?next=/") as answer:
            assert str(answer.url).startswith(provider.issuer)
        async with person.post(answer.url, data={"sub": "bo"}) as answer:
            assert (answer.status, str(answer.url)) == (200, running.url + "/")
            text = await answer.text()
        assert "bo@school.example" in text
        assert "Lincoln" in text
        assert "Roosevelt" not in text
