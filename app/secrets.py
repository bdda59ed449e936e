"""Refuses to serve with a database password that everybody knows."""

from __future__ import annotations

import os
from urllib.parse import parse_qs, unquote, urlsplit

from layers.errors import BadInput

_LOCAL = {"", "localhost", "127.0.0.1", "::1"}
_KNOWN = {
    "123456", "12345678", "admin", "change-me", "change_me", "changeme", "default", "docker", "example",
    "gis", "pass", "password", "postgis", "postgres", "riskmap", "root", "secret", "test", "zhejiang",
}  # fmt: skip
_SHORTEST = 12  # characters; a password nobody types, as it stands in a file


class DefaultSecret(BadInput):
    """The database's password is missing, well known or very short."""

    code = "default_secret"


def refuse_default_secrets(database_url: str | None) -> None:
    """Checks the password in a libpq or SQLAlchemy URL of a database on another host.

    A unix socket and the loopback interface pass: who is there has the machine already. So does a URL without
    a password when libpq takes one from elsewhere (``passfile``, ``sslcert``, ``PGPASSWORD``, ``PGPASSFILE``).

    Raises:
        DefaultSecret: the password is empty, on the list of those everybody tries, or under 12 characters.
    """
    if not database_url:
        return
    parts = urlsplit(database_url)
    query = parse_qs(parts.query)
    host = (query.get("host") or [parts.hostname or ""])[0]
    if host in _LOCAL or host.startswith("/"):
        return
    password = unquote(parts.password or "") or (query.get("password") or [""])[0]
    if not password:
        if {"passfile", "sslcert"} & query.keys() or os.environ.get("PGPASSFILE"):
            return
        password = os.environ.get("PGPASSWORD", "")
    if len(password) < _SHORTEST or password.lower() in _KNOWN or len(set(password)) < 5:
        raise DefaultSecret(
            f"数据库（{host}）的密码为空、过短或是常见默认值：请用 `openssl rand -hex 24` 生成新密码",
            f"the password of the database at {host} is empty, short or a well-known default: "
            "make one with `openssl rand -hex 24`",
        )
