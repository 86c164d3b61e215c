"""What the environment may say, and what is refused with which words."""

import stat
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from config.settings import Settings, SettingsError, kept_secret, load
from tests.support.office import ROOT

SAFE = {
    "MLA_ENV": "production",
    "MLA_SECRET_KEY": "kS8wq0mVxr3JbnTz5cYdL2hPg9uFaEiR",
    "MLA_AUDIT_KEY": "Zt4yBn7vKp1sWx0qGm8dCf5hJr2lUaEo",
    "MLA_DOCUMENTS_KEY": "Hq6rTn2wMv9zXb4cLk7jPd1gSf8yAeUi",
    "MLA_BASE_URL": "https://mla.justice.test",
}


def loaded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, **given: str) -> Settings:
    for name in ("HOST", "PORT", *(f"MLA_{field.upper()}" for field in Settings.model_fields)):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"MLA_VAR_DIR": str(tmp_path / "var"), **given}.items():
        monkeypatch.setenv(name, value)
    return load()


def test_development_needs_nothing_and_keeps_its_secrets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    first = loaded(monkeypatch, tmp_path)
    second = loaded(monkeypatch, tmp_path)
    assert first.secret_key == second.secret_key
    assert len({first.secret_key, first.audit_key, first.documents_key}) == 3
    folder = tmp_path / "var" / "secrets"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    assert first.base_url == "http://127.0.0.1:8000"
    assert first.mail_url == f"file:{tmp_path / 'var' / 'mail'}"
    assert not first.secure


def test_two_processes_at_once_keep_one_secret(tmp_path: Path) -> None:
    path = tmp_path / "secrets" / "audit_key"
    program = (
        f"from pathlib import Path\nfrom config.settings import kept_secret\nprint(kept_secret(Path({str(path)!r})))"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(4)
    ]
    assert len({process.communicate()[0] for process in started}) == 1
    assert [entry.name for entry in path.parent.iterdir()] == ["audit_key"]


def test_secrets_never_show_in_a_print(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = loaded(monkeypatch, tmp_path, MLA_AUDIT_KEY="not-to-be-seen")
    assert "not-to-be-seen" not in repr(settings)


def test_settings_are_frozen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = loaded(monkeypatch, tmp_path)
    with pytest.raises(ValidationError):
        settings.country = "FR"


def test_host_and_port_are_honoured_without_a_prefix(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert loaded(monkeypatch, tmp_path, PORT="8123").base_url == "http://127.0.0.1:8123"
    assert loaded(monkeypatch, tmp_path, HOST="::").base_url == "http://localhost:8000"
    assert loaded(monkeypatch, tmp_path, HOST="::1", PORT="8123").base_url == "http://[::1]:8123"


def test_an_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = loaded(monkeypatch, tmp_path, MLA_DATABASE_URL="", MLA_SECRET_KEY="", MLA_ENV="")
    assert settings.database_url is None
    assert not settings.production


@pytest.mark.parametrize(
    ("variable", "value", "reason"),
    [
        ("PORT", "70000", "less than or equal to 65535"),
        ("PORT", "http", "valid integer"),
        ("MLA_ENV", "staging", "'development' or 'production'"),
        ("MLA_DATABASE_URL", "mysql://root@db/mla", "postgresql"),
        ("MLA_REDIS_URL", "amqp://broker", "redis://"),
        ("MLA_MAIL_URL", "https://mail", "smtp://"),
        ("MLA_BASE_URL", "mla.justice.test", "https://"),
        ("MLA_TIMEZONE", "Europe/Atlantis", "IANA"),
        ("MLA_COUNTRY", "Austria", "alpha-2"),
        ("MLA_LANGUAGES", "english", "language tags"),
        ("MLA_TRUSTED_PROXIES", "1", "addresses or networks"),
        ("MLA_TRUSTED_PROXIES", "10.0.0.5/8", "addresses or networks"),
        ("MLA_METRICS_TOKEN", "short", "at least 16"),
        ("MLA_MIGRATION_DATABASE_URL", "postgresql+psycopg://owner@db/mla", "without MLA_DATABASE_URL"),
    ],
)
def test_a_wrong_value_is_refused_with_its_name_and_the_reason(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variable: str, value: str, reason: str
) -> None:
    with pytest.raises(SettingsError) as refused:
        loaded(monkeypatch, tmp_path, **{variable: value})
    [line] = str(refused.value).splitlines()
    assert line.startswith(f"{variable}: ")
    assert reason in line


def test_production_starts_with_safe_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = loaded(monkeypatch, tmp_path, **SAFE)
    assert settings.production
    assert settings.secure
    assert not (tmp_path / "var").exists()


@pytest.mark.parametrize(
    ("variable", "value", "reason"),
    [
        ("MLA_SECRET_KEY", "", "is not set"),
        ("MLA_AUDIT_KEY", "short", "too easy"),
        ("MLA_DOCUMENTS_KEY", "a" * 64, "too easy"),
        ("MLA_SECRET_KEY", "please-change-me-before-you-go-live-1", "looks like a default"),
        ("MLA_SECRET_KEY", SAFE["MLA_AUDIT_KEY"], "must differ"),
        ("MLA_BASE_URL", "http://mla.justice.test", "https"),
        ("MLA_BASE_URL", "", "https"),
    ],
)
def test_production_refuses_what_is_not_safe(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variable: str, value: str, reason: str
) -> None:
    with pytest.raises(SettingsError) as refused:
        loaded(monkeypatch, tmp_path, **{**SAFE, variable: value})
    assert variable in str(refused.value)
    assert reason in str(refused.value)


def test_a_socket_is_named_as_each_library_wants_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = loaded(monkeypatch, tmp_path, MLA_REDIS_URL="unix:///run/mla/broker.sock")
    assert settings.broker_url == "redis+socket:///run/mla/broker.sock"
    assert settings.limits_url == "redis+unix:///run/mla/broker.sock"
    settings = loaded(monkeypatch, tmp_path, MLA_REDIS_URL="rediss://:word@broker:6379/1")
    assert settings.broker_url == settings.limits_url == settings.store_url


def test_an_address_that_nobody_named_is_asked_for_in_words(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = loaded(monkeypatch, tmp_path)
    with pytest.raises(SettingsError, match="MLA_DATABASE_URL"):
        _ = settings.runtime_url


def test_a_folder_that_cannot_hold_secrets_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SettingsError, match="MLA_VAR_DIR"):
        kept_secret(tmp_path / "file" / "secrets" / "secret_key")
