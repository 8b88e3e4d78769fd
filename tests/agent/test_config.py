"""The agent's configuration is strict: everything wrong is said at once, with where and what to type instead."""

import dataclasses
import re
import tomllib
from pathlib import Path

import pytest

from homeroom_agent.config import Config, enrolment_token, load, require_collector
from homeroom_agent.errors import ConfigError

EXAMPLE = Path(__file__).parents[2] / "configs" / "agent.toml"


def write(path: Path, text: str) -> Path:
    file = path / "agent.toml"
    file.write_text(text, encoding="utf-8")
    return file


def problems(path: Path, text: str, environment: dict[str, str] | None = None) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(write(path, text), environment or {})
    return caught.value.problems


def test_all_findings_of_file_and_environment_come_at_once_with_their_dotted_path(tmp_path: Path):
    text = '[collector]\nurl = "ftp://x"\nca_flie = "x"\n[schedule]\ninterval = "soon"\njitter_ratio = 2\n[spoool]\n'
    found = problems(tmp_path, text, {"HOMEROOM_AGENT_SPOOL_MAX_AGE": "never"})
    assert [line.split(":")[0] for line in found] == [
        "collector.url",
        "collector.ca_flie",
        "schedule.interval",
        "schedule.jitter_ratio",
        "spoool",
        "spool.max_age",
    ]
    assert "did you mean 'ca_file'?" in found[1]
    assert "did you mean 'spool'?" in found[4]


def test_an_unknown_variable_is_met_with_the_nearest_known_one(tmp_path: Path):
    found = problems(tmp_path, "", {"HOMEROOM_AGENT_COLLECTOR_ULR": "https://a"})
    assert found == ["HOMEROOM_AGENT_COLLECTOR_ULR: unknown variable; did you mean 'HOMEROOM_AGENT_COLLECTOR_URL'?"]


def test_the_environment_wins_and_may_carry_any_type(tmp_path: Path):
    file = write(tmp_path, '[collector]\nurl = "https://a.example"\n[schedule]\ninterval = 60\n')
    config = load(
        file,
        {
            "HOMEROOM_AGENT_COLLECTOR_URL": "https://b.example/",
            "HOMEROOM_AGENT_SCHEDULE_INTERVAL": "120",
            "HOMEROOM_AGENT_SCHEDULE_JITTER_RATIO": "0.5",
            "HOMEROOM_AGENT_COLLECTOR_ALLOW_PLAIN_HTTP": "true",
            "HOMEROOM_AGENT_PROBES_DISABLED": '["battery"]',
            "HOMEROOM_AGENT_SPOOL_MAX_SIZE": "30MB",
        },
    )
    assert config.collector.url == "https://b.example"
    assert (config.schedule.interval, config.schedule.jitter_ratio) == (120, 0.5)
    assert config.collector.allow_plain_http
    assert config.probes.disabled == ("battery",)
    assert config.spool.max_size == 30_000_000


def test_a_table_that_is_not_one_is_named_even_when_the_environment_fills_it(tmp_path: Path):
    found = problems(tmp_path, "spool = 1\n", {"HOMEROOM_AGENT_SPOOL_MAX_AGE": "1d"})
    assert found == ["spool: expected a table [spool]"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[collector", "not TOML"),
        ('[collector]\nurl = "http://homeroom.example.org"\n', "in the clear"),
        ('[collector]\nurl = "https://user:pw@example.org"\n', "not an address"),
        ('[collector]\ntoken = "a"\ntoken_file = "b"\n', "either"),
        ('[collector]\nca_file = "/nowhere.pem"\n', "cannot be read"),
        ("[schedule]\ninterval = 30\n", "between"),
        ("[schedule]\ninterval = true\n", "not a duration"),
        ("[schedule]\ninterval = nan\n", "outside"),
        ("[probes]\ndisabled = 1\n", "list of texts"),
        ('[log]\nlevel = "loud"\n', "not one of"),
        ('[spool]\nmax_size = "20 bananas"\n', "not a size"),
    ],
)
def test_what_cannot_be_used_is_said_in_words(tmp_path: Path, text: str, said: str):
    assert any(said in line for line in problems(tmp_path, text))


def test_a_file_that_is_missing_or_not_text_is_named(tmp_path: Path):
    with pytest.raises(ConfigError, match=r"nowhere\.toml: cannot be read: No such file"):
        load(tmp_path / "nowhere.toml", {})
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match=r"binary\.toml: cannot be read"):
        load(None, {"HOMEROOM_AGENT_CONFIG": str(binary)})


def test_a_byte_order_mark_from_notepad_is_no_error(tmp_path: Path):
    file = tmp_path / "agent.toml"
    file.write_bytes(b'\xef\xbb\xbf[collector]\r\nurl = "https://a.example"\r\n')
    assert load(file, {}).collector.url == "https://a.example"


def test_plain_http_is_fine_to_this_very_machine(tmp_path: Path):
    assert load(write(tmp_path, '[collector]\nurl = "http://127.0.0.1:8080"\n'), {}).collector.url


def test_a_secret_never_shows(tmp_path: Path):
    config = load(write(tmp_path, '[collector]\nurl = "https://a"\ntoken = "hr_very_secret"\n'), {})
    assert "very_secret" not in repr(config) + str(config)
    assert enrolment_token(config) == "hr_very_secret"
    assert all("17" not in line for line in problems(tmp_path, "[collector]\ntoken = 17\n"))


def test_the_token_may_live_in_a_file(tmp_path: Path):
    (tmp_path / "token").write_text("abc\n")
    config = load(write(tmp_path, f"[collector]\ntoken_file = '{tmp_path}/token'\n"), {})
    assert enrolment_token(config) == "abc"
    (tmp_path / "token").unlink()
    with pytest.raises(ConfigError, match=r"collector\.token_file: .*cannot be read"):
        enrolment_token(config)


def test_without_an_address_the_agent_says_so(tmp_path: Path):
    with pytest.raises(ConfigError, match=r"collector\.url: missing"):
        require_collector(load(write(tmp_path, ""), {}))


def example_with_comments_removed() -> dict[str, dict[str, object]]:
    text = re.sub(r"^# (\w+ = )", r"\1", EXAMPLE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return tomllib.loads(text)


def test_every_key_is_documented_with_its_default():
    documented = example_with_comments_removed()
    assert list(documented) == [field.name for field in dataclasses.fields(Config)]
    for field in dataclasses.fields(Config):
        keys = {inner.name: inner for inner in dataclasses.fields(field.metadata["section"])}
        assert documented[field.name].keys() == keys.keys()
        for name, value in documented[field.name].items():
            inner = keys[name]
            default = "https://homeroom.example.org" if name == "url" else inner.default
            shown = inner.metadata["kind"](value)
            assert repr(shown) == repr(default), f"{field.name}.{name}"


def test_the_example_is_a_configuration():
    assert load(EXAMPLE, {}).collector.url == "https://homeroom.example.org"


def test_a_stated_serial_number_fits_into_a_report(tmp_path: Path):
    path = tmp_path / "agent.toml"
    path.write_text('[machine]\nserial = " 5CD1 "\n')
    assert load(path, {}).machine.serial == "5CD1"
    path.write_text(f'[machine]\nserial = "{"9" * 81}"\n')
    with pytest.raises(ConfigError, match=r"machine.serial: .*more than 80"):
        load(path, {})
