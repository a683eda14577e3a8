"""nginx with a `limit_req` of its own in front of a server, and what its log says of every request."""

import asyncio
import os
import shutil
import signal
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from attrs import frozen

MISSING = "nginx is missing: apt-get install nginx-light"

_CONFIGURATION = """
daemon off;
{user}
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 512; }}
http {{
    limit_req_zone $server_name zone=everybody:1m rate={rate}r/s;
    log_format times '$msec $status';
    access_log {folder}/access.log times;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    upstream origin {{ server {origin}; keepalive 32; }}
    server {{
        listen 127.0.0.1:{port};
        server_name limited;
        location / {{
            limit_req zone=everybody burst={burst} nodelay;
            limit_req_status 429;
            proxy_pass http://origin;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Host {origin};
        }}
    }}
}}
"""


def is_there() -> bool:
    """Whether nginx is installed."""
    return _program() is not None


@frozen
class Logged:
    """A request as nginx saw it.

    Attributes:
        at: When it was answered, in seconds since the epoch.
        status: The HTTP status.
    """

    at: float
    status: int


class Nginx:
    """Runs nginx, as an async context manager.

    Args:
        origin: Host and port of the server behind it.
        rate: How many requests per second it lets through.
        burst: How many more at once.
    """

    def __init__(self, origin: str, *, rate: int, burst: int) -> None:
        self._origin, self._rate, self._burst = origin, rate, burst
        self._folder = Path(tempfile.mkdtemp(prefix="nginx-"))
        self._port = _free_port()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._port}"

    async def __aenter__(self) -> Self:
        program = _program()
        assert program is not None, MISSING
        self._configure()
        self._process = await asyncio.create_subprocess_exec(
            program, "-p", str(self._folder), "-c", str(self._folder / "nginx.conf"), stderr=asyncio.subprocess.DEVNULL
        )
        await self._listening()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        await self._process.wait()
        shutil.rmtree(self._folder)

    def set_rate(self, rate: int) -> None:
        """Let another number of requests per second through from now on."""
        self._rate = rate
        self._configure()
        self._process.send_signal(signal.SIGHUP)

    def log(self) -> list[Logged]:
        """Every request so far, in the order of the answers."""
        return list(self._logged())

    def _logged(self) -> Iterator[Logged]:
        for line in (self._folder / "access.log").read_text("ascii").splitlines():
            at, status = line.split()
            yield Logged(float(at), int(status))

    def _configure(self) -> None:
        text = _CONFIGURATION.format(
            user="user root;" if os.geteuid() == 0 else "",
            folder=self._folder,
            rate=self._rate,
            burst=self._burst,
            origin=self._origin,
            port=self._port,
        )
        (self._folder / "nginx.conf").write_text(text, "utf-8")

    async def _listening(self) -> None:
        for _ in range(200):
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", self._port)
            except ConnectionRefusedError:
                if self._process.returncode is not None:
                    break
                await asyncio.sleep(0.05)
            else:
                writer.close()
                await writer.wait_closed()
                return
        raise RuntimeError((self._folder / "error.log").read_text("utf-8"))


def _program() -> str | None:
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port
