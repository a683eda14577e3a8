"""The sandbox: the fakes behind HTTP, for any program and for `curl`.

::

    fake = FakeJofi()
    async with Sandbox(JofiMount(fake), faults="drop_after:0.1") as sandbox:
        async with JofiClient("sk_live_sandbox", base_url=sandbox.base_url) as client:
            ...
"""

from jofi_async.sandbox.mounts import Mount, fresh_mounts
from jofi_async.sandbox.server import Sandbox

__all__ = ["Mount", "Sandbox", "fresh_mounts"]
