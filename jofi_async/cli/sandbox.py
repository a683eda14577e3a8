"""`jofi sandbox`: serve the fakes until told to stop."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from jofi_async.cli.instant import Instant
from jofi_async.cli.secret import read_secret, secret_options
from jofi_async.cli.signals import Signals
from jofi_async.sandbox.delivery.endpoint import endpoint_of
from jofi_async.sandbox.guard import is_loopback
from jofi_async.sandbox.mounts import Mount, fresh_mounts
from jofi_async.sandbox.server import Sandbox
from jofi_async.transports.faults import FaultPlan

PORT = 8075


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=PORT, metavar="N", help=f"Port; 0 takes any.  [{PORT}]")
@click.option("--host", default="127.0.0.1", metavar="NAME", help="Address to listen on.  [127.0.0.1]")
@click.option("--fault", "faults", multiple=True, metavar="RULE", help="Let requests go wrong; see below.")
@click.option("--seed", type=int, default=0, metavar="N", help="What links and shares are drawn from.  [0]")
@click.option(
    "--latency", type=click.FloatRange(0, 3_600_000), default=0, metavar="MS", help="Milliseconds until an effect.  [0]"
)
@click.option("--state", type=click.Path(path_type=Path), metavar="FILE", help="Keep the world in a file.")
@click.option("--webhook", "webhooks", multiple=True, metavar="[SERVICE=]URL", help="Push events there, signed.")
@click.option("--webhook-fault", "webhook_faults", multiple=True, metavar="RULE", help="Let pushes go wrong.")
@secret_options
@click.option("--clock", type=Instant(), metavar="INSTANT", help="Let time stand still.  [the wall's clock]")
def sandbox(
    port: int,
    host: str,
    faults: tuple[str, ...],
    seed: int,
    latency: float,
    state: Path | None,
    webhooks: tuple[str, ...],
    webhook_faults: tuple[str, ...],
    secret_file: Path | None,
    user: str | None,
    clock: datetime | None,
) -> int:
    """Serve a whole JOFI on this machine; nobody is contacted.

    Its own control is at /_sandbox: GET messages, requests, world or faults; POST faults, and
    POST invitations/ID/accept or invitations/ID/complete to play a participant.

    \b
    A fault RULE is [METHOD] [PATH] KIND[+][=SECONDS][:SHARE|@POSITION,...]
      drop_after:0.1    a tenth of the requests take effect and are not answered
      429=2@3           the third one is refused, with Retry-After: 2
      "POST html+"      every POST works, and a gateway answers with its page
    KIND: drop_before drop_after late slow reset cut 429 503 500 html

    Events are pushed in order per person, again until they are answered with 2xx, some two minutes long. They are
    signed by HMAC-SHA256 in hex, with the secret in JOFI_WEBHOOK_SECRET or the file, else with "whsec_sandbox"; or by
    Basic Auth. A webhook fault RULE is KIND[:SHARE], with KIND of duplicate out_of_order late bad_signature.

    A state FILE is saved a moment after each change and at the end. Once it is there, it goes on
    with its own clock and random links, whatever --clock and --seed say.
    """  # noqa: D301  (click's mark for lines that are not to be wrapped)
    plan = FaultPlan(*faults, seed=seed)
    mounts = fresh_mounts(seed, clock)
    endpoints = [endpoint_of(text, mounts, read_secret(secret_file), user) for text in webhooks]
    server = Sandbox(
        *mounts,
        faults=plan,
        latency=latency / 1000,
        state=state,
        host=host,
        port=port,
        webhooks=endpoints,
        webhook_faults=webhook_faults,
    )
    notes = {
        "Faults": ", ".join(map(str, plan.rules)),
        "Events": ", ".join(f"{one.service} to {one.place}" for one in endpoints),
        "Deliveries": ", ".join(webhook_faults),
        "State": "" if state is None else f"kept in {state}",
        "Open": "" if is_loopback(host) else "everyone who reaches this machine can read and change its world",
    }
    asyncio.run(_serve(server, Console(highlight=False), {head: note for head, note in notes.items() if note}))
    return 0  # a server that was told to end and did so in order has not failed


async def _serve(server: Sandbox, console: Console, notes: Mapping[str, str]) -> None:
    stopped = asyncio.Event()
    async with server:
        with Signals(lambda _: stopped.set()):
            show(console, server, notes)
            await stopped.wait()


def show(console: Console, server: Sandbox, notes: Mapping[str, str]) -> None:
    """Tell where it is and how to use it."""
    console.print()
    console.print(Text.assemble(("Sandbox", "bold"), " at ", (server.url, "bold cyan"), ("   Ctrl-C ends it", "dim")))
    console.print("Open it in a browser to see who is invited, and to play them.")
    for head, note in notes.items():
        console.print(Text.assemble((f"{head}: ", "yellow"), note))
    for mount in server.mounts:
        _show_mount(console, mount, server.base_url_of(mount))
    console.print("\n[bold]What it was sent, and what people would have received[/]")
    paste(console, [f"curl {server.url}/_sandbox/requests", f"curl {server.url}/_sandbox/messages"])
    console.print("\n[bold]All routes, as OpenAPI[/]")
    paste(console, [f"curl {server.url}/openapi.json"])
    console.print()


def paste(console: Console, commands: Sequence[str]) -> None:
    """Print lines that are to be copied: nothing added, nothing wrapped."""
    for command in commands:
        console.print(Text(command, style="green"), soft_wrap=True)


def _show_mount(console: Console, mount: Mount, base_url: str) -> None:
    console.print(Text.assemble("\n", (mount.title, "bold"), " at ", (base_url, "bold cyan"), "\n"))
    for rows in mount.tables():
        console.print(_table(rows))
        console.print()
    paste(console, [f"export {name}={value}" for name, value in mount.environment(base_url).items()])
    console.print()
    paste(console, mount.examples(base_url))


def _table(rows: Sequence[tuple[str, ...]]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for head in rows[0]:
        table.add_column(head, overflow="fold")
    for row in rows[1:]:
        table.add_row(*(Text(cell) if cell else Text("none", style="yellow") for cell in row))
    return table
