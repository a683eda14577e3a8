"""The project's checks: `nox` alone runs lint, types and tests on the running Python."""

import shutil

import nox

nox.needs_version = ">=2024.10.9"
nox.options.default_venv_backend = "uv|venv"
nox.options.reuse_existing_virtualenvs = True
nox.options.sessions = ["lint", "types", "tests"]

GROUPS = nox.project.dependency_groups
PROJECT = nox.project.load_toml("pyproject.toml")

WELL_COVERED = {"core": 95, "bulk": 95, "webhooks": 95}
"""Rooms whose branch coverage, in percent, must not fall below this."""


@nox.session
def lint(session: nox.Session) -> None:
    """Check style and layout."""
    session.install(*GROUPS(PROJECT, "lint"))
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")


@nox.session
def types(session: nox.Session) -> None:
    """Check types, strictly, with two checkers."""
    session.install("-e", ".[cli]", *GROUPS(PROJECT, "types", "test", "browser", "benchmarks"), "nox")
    session.run("mypy")
    session.run("pyright", "--project", "pyproject.toml")


@nox.session
def tests(session: nox.Session) -> None:
    """Run the tests on all cores and measure branch coverage; arguments go to pytest."""
    install_for_tests(session)
    session.run("pytest", "--numprocesses=auto", "--cov", "--cov-report=", *session.posargs)
    if session.posargs:
        return
    session.run("coverage", "report")
    for room, least in WELL_COVERED.items():
        session.run("coverage", "report", f"--include=jofi_async/{room}/*", f"--fail-under={least}", silent=True)


@nox.session
def docs(session: nox.Session) -> None:
    """Make docs/fidelity.md; a documented rule without a passing test fails it."""
    install_for_tests(session)
    session.run("pytest", "-m", "rule", "-p", "tests.fidelity.plugin", "--fidelity", "docs/fidelity.md")


@nox.session(python=["3.11", "3.12", "3.13"])
def pythons(session: nox.Session) -> None:
    """Run the tests on each Python that is there."""
    install_for_tests(session)
    session.run("pytest", "--numprocesses=auto", *session.posargs)


@nox.session
def nightly(session: nox.Session) -> None:
    """Run the tests with many more generated examples."""
    install_for_tests(session)
    session.run("pytest", "--numprocesses=auto", "--hypothesis-profile=nightly", "--timeout=1200", *session.posargs)


@nox.session
def system(session: nox.Session) -> None:
    """Run what needs other programs and real time: real sockets, and limits against nginx's (some ten minutes)."""
    install_for_tests(session)
    session.install(*GROUPS(PROJECT, "benchmarks"))
    session.run("pytest", "tests/system", "--at-length", "-rs", *session.posargs)
    if not (shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")):
        session.skip("nginx is missing: apt-get install nginx-light")
    session.run("python", "-m", "benchmarks", "nginx", "--strict", "--output", session.create_tmp())


@nox.session
def browser(session: nox.Session) -> None:
    """Click through the pages and the report in a headless Chromium; screenshots are left in the session's folder."""
    if shutil.which("chromium") is None:
        session.skip("chromium is missing: install the Debian package chromium")
    install_for_tests(session)
    session.install(*GROUPS(PROJECT, "browser"))
    session.env["SCREENSHOTS"] = session.create_tmp()
    session.run("pytest", "tests/browser", *session.posargs)


@nox.session
def benchmarks(session: nox.Session) -> None:
    """Measure what the SDK costs beside other clients; arguments name benchmarks."""
    session.install("-e", ".[cli]", *GROUPS(PROJECT, "benchmarks"))
    session.run("python", "-m", "benchmarks", *session.posargs)


@nox.session
def guard(session: nox.Session) -> None:
    """Fail when a call costs over 5 % more instructions than the committed figures say."""
    session.install("-e", ".")
    if shutil.which("valgrind") is None:
        session.skip("valgrind is missing: apt-get install valgrind")
    session.run("python", "-m", "benchmarks.guard")


@nox.session
def crash(session: nox.Session) -> None:
    """Kill and freeze jobs and receivers of events, and let disks fail, many times over; arguments go to pytest."""
    install_for_tests(session)
    if shutil.which("fiu-run") is None:
        session.warn("fiu-run is missing, so no disk fails at random: install the Debian package fiu-utils")
    session.run("pytest", "tests/system/journal", "tests/system/webhooks", "--rounds=10", "-rs", *session.posargs)


def install_for_tests(session: nox.Session) -> None:
    """Install the project with all that its tests need."""
    session.install("-e", ".[cli]", *GROUPS(PROJECT, "test"))
