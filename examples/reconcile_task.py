"""Hold your own records against JOFI, again and again: say what differs, and make it so.

Try it with `python examples/reconcile_task.py --sandbox`, or, with JOFI_API_KEY set, give it a file of people:
`python examples/reconcile_task.py FILE.csv INVITER_EMAIL [--apply]`.
"""

import asyncio
import sys
from collections.abc import AsyncGenerator
from typing import Any

from jofi_async import FakeJofi, FakeTransport, JofiClient, NewInvitation, Plan, StepKind, reconcile

INVITER = "jane.recruiter@jofiscore.com"


async def records() -> AsyncGenerator[NewInvitation]:
    """The rows that your database wants to be there, one at a time."""
    for number in range(40):
        yield NewInvitation(
            first_name="Linda",
            last_name=f"Sample {number}",
            email=f"linda{number}@example.org",
            created_by_user_email=INVITER,
            person_id=f"P{number}",
            custom_id="REQ-1",
        )


def made_up() -> FakeJofi:
    """Make up a JOFI in which some are missing, one has another name, and one is there whom nobody wants."""
    fake = FakeJofi()
    for number in range(5, 41):
        name = "Another" if number == 7 else f"Sample {number}"
        fake.invite(f"linda{number}@example.org", last_name=name, person_id=f"P{number}", custom_id="REQ-1")
    return fake


def tell(plan: Plan[NewInvitation, Any]) -> None:
    """Print what a person has to look at, and what would be changed."""
    for step in plan.of(StepKind.CONFLICT, StepKind.REFUSED, StepKind.UNEXPECTED):
        print(f"{step.kind}: {step.card.email} {step.reason}")
    for step in plan.of(StepKind.UPDATE):
        print(f"update: {step.card.email} {', '.join(f'{one.field}: {one.old} -> {one.new}' for one in step.changes)}")
    print(plan)
    print(plan.reading)


async def run(client: JofiClient, wanted: Any, *, apply: bool, **options: Any) -> Plan[NewInvitation, Any]:
    """Reconcile, apply if that is wanted, and return the plan."""
    plan = await reconcile(client, wanted, **options)
    tell(plan)
    if apply:
        print(await plan.apply())
    return plan


async def main() -> None:
    """Reconcile once."""
    if "--sandbox" in sys.argv:
        async with JofiClient("sk_live_sandbox", transport=FakeTransport(made_up()), rate_limit=None) as client:
            await run(client, records(), apply=True)
    else:
        async with JofiClient.from_env() as client:
            path, inviter = sys.argv[1:3]
            defaults = {"created_by_user_email": inviter}
            await run(client, path, apply="--apply" in sys.argv, defaults=defaults)


if __name__ == "__main__":
    asyncio.run(main())
