"""Where a command takes its key from: a file that nobody else can read, or the environment; never the command line."""

import os
from pathlib import Path

from jofi_async.core.errors import ConfigurationError


def read_key(variable: str, path: Path | None, *, alone: bool = True) -> str:
    """Read a key.

    Args:
        variable: The environment variable that holds it.
        path: A file that holds nothing else, and goes before the variable; or None.
        alone: Whether nobody else may be able to read the file.

    Returns:
        The key, or "" when there is none.

    Raises:
        ConfigurationError: The file cannot be used.
    """
    if path is None:
        return os.environ.get(variable, "").strip()
    try:
        if path.is_dir():
            raise ConfigurationError(f"The key file {path} is a folder")
        if alone and path.stat().st_mode & 0o077:
            raise ConfigurationError(f"The key file {path} can be read by others: chmod 600 {path}")
        key = path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ConfigurationError(f"The key file {path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigurationError(f"The key file {path} holds no key") from None
    if not key:
        raise ConfigurationError(f"The key file {path} is empty")
    return key
