"""docker-compose.yml and app/Dockerfile, as far as they can be checked without an engine."""

from __future__ import annotations

import json
import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.cli import app as cli

ROOT = Path(__file__).resolve().parent.parent
COMPOSE = ROOT / "docker-compose.yml"
DOCKERFILE = ROOT / "app/Dockerfile"

# what the compose specification allows at these places, as far as we would use it
TOP_KEYS = {"name", "services", "volumes", "networks", "secrets", "configs"}
SERVICE_KEYS = {
    "image", "build", "restart", "environment", "command", "entrypoint", "shm_size", "volumes", "healthcheck",
    "stop_grace_period", "depends_on", "ports", "init", "read_only", "tmpfs", "cap_drop", "cap_add", "security_opt",
    "user", "networks", "secrets", "env_file", "logging", "deploy", "profiles",
}  # fmt: skip
HEALTH_KEYS = {"test", "interval", "timeout", "retries", "start_period", "start_interval", "disable"}
CONDITIONS = {"service_started", "service_healthy", "service_completed_successfully"}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))
    assert isinstance(loaded, dict)
    return loaded


@pytest.fixture(scope="module")
def instructions() -> list[tuple[str, str]]:
    text = re.sub(r"\\\n\s*", " ", DOCKERFILE.read_text(encoding="utf-8"))
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(line.split(None, 1)[0], line.split(None, 1)[1]) for line in lines]


def test_every_key_of_the_compose_file_is_one_of_the_specification(compose: dict[str, Any]) -> None:
    assert compose.keys() <= TOP_KEYS
    for service in compose["services"].values():
        assert service.keys() <= SERVICE_KEYS
        assert "image" in service or "build" in service
        assert service["healthcheck"].keys() <= HEALTH_KEYS
        for name, how in service.get("depends_on", {}).items():
            assert name in compose["services"]
            assert how["condition"] in CONDITIONS


def test_every_named_volume_is_declared_and_the_database_has_one(compose: dict[str, Any]) -> None:
    used = {
        volume.split(":")[0]
        for service in compose["services"].values()
        for volume in service.get("volumes", [])
        if re.match(r"[a-z]", volume)
    }
    assert used == compose["volumes"].keys()
    assert any(
        volume.endswith(":/var/lib/postgresql/data") for volume in compose["services"]["db"]["volumes"]
    )


def test_every_variable_is_explained_at_the_top_and_the_password_has_no_default() -> None:
    text = COMPOSE.read_text(encoding="utf-8")
    comment = text[: text.index("\nname:")]
    for name, how in re.findall(r"\$\{(\w+)([^}]*)\}", text):
        assert name in comment
        if "PASSWORD" in name:
            assert how.startswith(":?")


def test_no_secret_stands_in_the_compose_file_or_the_image(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        for name, value in service["environment"].items():
            if re.search("PASSWORD|SECRET|TOKEN", name):
                assert str(value).startswith("${")
        assert "://riskmap:${" in service["environment"].get("RISKMAP_DATABASE_URL", "://riskmap:${")
    assert "PASSWORD" not in DOCKERFILE.read_text()


def test_only_the_application_is_published_and_on_loopback_unless_told_otherwise(
    compose: dict[str, Any],
) -> None:
    assert "ports" not in compose["services"]["db"]
    assert compose["services"]["app"]["ports"] == ["${RISKMAP_PUBLISH:-127.0.0.1:8000}:8000"]


def test_everything_copied_into_the_image_is_in_the_repository(instructions: list[tuple[str, str]]) -> None:
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    for keyword, rest in instructions:
        if keyword != "COPY" or rest.startswith("--from"):
            continue
        for source in shlex.split(rest)[:-1]:
            assert (ROOT / source).exists(), source
            assert f"!{source.split('/')[0]}" in ignored


def test_stages_copied_from_exist_and_the_last_stage_is_not_root(instructions: list[tuple[str, str]]) -> None:
    stages = {rest.split(" AS ")[1] for keyword, rest in instructions if keyword == "FROM" and " AS " in rest}
    for keyword, rest in instructions:
        if keyword == "COPY" and rest.startswith("--from="):
            assert rest.split()[0].removeprefix("--from=") in stages
    last_from = max(number for number, (keyword, _) in enumerate(instructions) if keyword == "FROM")
    users = [rest for keyword, rest in instructions[last_from:] if keyword == "USER"]
    assert users
    assert users[-1] not in ("root", "0")


def test_the_images_python_and_node_fit_what_the_project_wants(instructions: list[tuple[str, str]]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    bases = " ".join(rest for keyword, rest in instructions if keyword == "FROM")
    oldest = re.search(r">=3\.(\d+)", project["requires-python"])
    python, node = re.search(r"python:3\.(\d+)", bases), re.search(r"node:(\d+)", bases)
    assert oldest
    assert python
    assert node
    assert int(python[1]) >= int(oldest[1])
    assert int(node[1]) >= 22


def test_the_command_of_image_and_compose_is_a_command_of_the_project(
    compose: dict[str, Any], instructions: list[tuple[str, str]]
) -> None:
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    entry = json.loads(dict(instructions)["ENTRYPOINT"])
    assert entry[0] in scripts
    names = {command.callback.__name__ for command in cli.registered_commands if command.callback}
    for command in (json.loads(dict(instructions)["CMD"]), compose["services"]["app"]["command"]):
        assert command == ["serve", "--host", "0.0.0.0"]  # noqa: S104 (inside the container)
        assert command[0] in names


def test_the_health_check_asks_a_path_that_the_application_has(instructions: list[tuple[str, str]]) -> None:
    from app.main import create_app
    from app.settings import Settings

    asked = re.findall(r"http://127\.0\.0\.1:8000(/\w+)", COMPOSE.read_text() + DOCKERFILE.read_text())
    assert len(asked) == 2
    settings = Settings.model_validate({"database_url": "postgresql://db/riskmap"})
    paths = create_app(settings).openapi()["paths"]
    assert set(asked) <= paths.keys()


def test_the_health_checks_program_runs_and_says_no_when_nobody_answers(compose: dict[str, Any]) -> None:
    import subprocess
    import sys

    kind, program, *arguments = compose["services"]["app"]["healthcheck"]["test"]
    assert (kind, program) == ("CMD", "python")
    code = arguments[1].replace(":8000", ":9")  # discard: nobody listens
    done = subprocess.run([sys.executable, arguments[0], code], capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "URLError" in done.stderr
