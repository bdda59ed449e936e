"""Which database passwords the server refuses."""

from __future__ import annotations

import pytest

from app.secrets import DefaultSecret, refuse_default_secrets

GOOD = "9f86d081884c7d659a2feaa0"


@pytest.mark.parametrize(
    "password",
    [
        "",
        ":",
        ":postgres",
        ":password",
        ":change-me",
        ":Riskmap",
        ":short1",
        ":aaaaaaaaaaaaaaaa",
        ":postgres%20",
    ],
)
def test_a_default_empty_or_short_password_of_another_host_is_refused(
    password: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PGPASSWORD", "PGPASSFILE"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(DefaultSecret, match="openssl rand") as caught:
        refuse_default_secrets(f"postgresql://riskmap{password}@db:5432/riskmap")
    assert "postgres%20" not in caught.value.en


@pytest.mark.parametrize(
    "url",
    [
        None,
        f"postgresql://riskmap:{GOOD}@db:5432/riskmap",
        f"postgresql+psycopg://riskmap:{GOOD}@db/riskmap",
        "postgresql://postgres:postgres@localhost/riskmap",
        "postgresql://postgres@127.0.0.1:5432/riskmap",
        "postgresql://riskmap@/riskmap?host=%2Fvar%2Flib%2Friskmap%2Fpg%2Frun",
        "postgresql://riskmap@db/riskmap?passfile=/run/secrets/pgpass",
        f"postgresql://riskmap@db/riskmap?password={GOOD}",
    ],
)
def test_a_made_up_password_a_socket_and_loopback_pass(url: str | None) -> None:
    refuse_default_secrets(url)


def test_a_password_from_the_environment_is_judged_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPASSWORD", GOOD)
    refuse_default_secrets("postgresql://riskmap@db/riskmap")
    monkeypatch.setenv("PGPASSWORD", "change-me")
    with pytest.raises(DefaultSecret):
        refuse_default_secrets("postgresql://riskmap@db/riskmap")
