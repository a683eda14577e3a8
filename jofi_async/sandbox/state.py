"""The state file of a sandbox: what its fakes hold, kept across restarts."""

import asyncio
import contextlib
import json
import logging
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import Any, cast

from jofi_async.core.errors import ConfigurationError
from jofi_async.sandbox.mounts import Json, Mount

FORMAT = "jofi-sandbox"
VERSION = 1
PAUSE = 0.2
SHARE = 10

_LOG = logging.getLogger("jofi_async.sandbox")


class StateFile:
    """Loads the fakes once, and saves them soon after each change.

    A change is on disk a fifth of a second later, together with all that came meanwhile; a killed sandbox loses no
    more than that. Only a large world is saved less often, so that saving takes at most a tenth of the time. A file
    is replaced as a whole or not at all.

    Args:
        path: Where it is.
        mounts: The fakes.
    """

    def __init__(self, path: Path, mounts: Sequence[Mount]) -> None:
        self._path = path.resolve()
        self._mounts = mounts
        self._pause = PAUSE
        self._timer: asyncio.TimerHandle | None = None

    def load(self) -> None:
        """Let the fakes go on from the file, if there is one.

        Raises:
            ConfigurationError: It cannot be read, or is no state of these fakes. It is left as it is.
        """
        try:
            text = self._path.read_bytes()
        except FileNotFoundError:
            return
        except OSError as error:
            raise ConfigurationError(f"The state file {self._path} cannot be read: {_reason(error)}") from None
        saved = self._services(text)
        unknown = sorted(saved.keys() - {mount.name for mount in self._mounts})
        if unknown:
            raise self._unfit(f"it holds {', '.join(unknown)}, which this sandbox does not serve")
        for mount in self._mounts:
            if mount.name in saved:
                self._load(mount, saved[mount.name])

    def changed(self) -> None:
        """Save soon."""
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._pause, self._save_on_time)

    def save(self) -> None:
        """Save now.

        Raises:
            ConfigurationError: The file cannot be written; what was there is left as it is.
        """
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        services = {mount.name: mount.save() for mount in self._mounts}
        text = json.dumps({"format": FORMAT, "version": VERSION, "services": services}, separators=(",", ":"))
        try:
            _replace(self._path, text.encode())
        except OSError as error:
            raise ConfigurationError(f"The state file {self._path} cannot be written: {_reason(error)}") from None

    def _save_on_time(self) -> None:
        begun = perf_counter()
        try:
            self.save()
        except ConfigurationError as error:
            _LOG.warning("%s. The next change tries again.", error)
        self._pause = max(PAUSE, (SHARE - 1) * (perf_counter() - begun))

    def _services(self, text: bytes) -> Json:
        try:
            content: Any = json.loads(text)
        except (ValueError, RecursionError):
            raise self._unfit("it is no JSON") from None
        if not isinstance(content, dict) or cast("Json", content).get("format") != FORMAT:
            raise self._unfit("something else wrote it")
        version, services = (cast("Json", content).get(name) for name in ("version", "services"))
        if version != VERSION:
            raise self._unfit(f"it is of version {version!r}, and this sandbox knows version {VERSION}")
        if not isinstance(services, dict):
            raise self._unfit("it holds no services")
        return cast("Json", services)

    def _load(self, mount: Mount, saved: Any) -> None:
        try:
            mount.load(saved)
        except ValueError as error:
            raise self._unfit(f"{mount.title} cannot read it ({error})") from None

    def _unfit(self, why: str) -> ConfigurationError:
        return ConfigurationError(f"{self._path} is no state file of this sandbox: {why}. It was left as it is.")


def _replace(path: Path, content: bytes) -> None:
    """Write a file so that it is whole at any instant; no one else may read it, for it holds people."""
    number, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(number, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise


def _reason(error: OSError) -> str:
    return os.strerror(error.errno).lower() if error.errno else "the system does not say why"
