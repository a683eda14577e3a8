"""What commands share that may invite everybody in a file to a package: options, rows, and the way to Yardstik."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click
from attrs import define, frozen
from rich.console import Console

from jofi_async.cli.errand import Errand, Kind, prepare
from jofi_async.cli.options import JobOptions, table_job_options
from jofi_async.cli.yardstik.way import SANDBOX_LIMIT, Way, find_way
from jofi_async.core.client import DEFAULT_RATE_LIMIT
from jofi_async.yardstik.bulk import Invited
from jofi_async.yardstik.client import YardstikClient
from jofi_async.yardstik.columns import FIELDS, new_invitation
from jofi_async.yardstik.invitees import Invitee
from jofi_async.yardstik.models import Candidate, NewInvitation

F = TypeVar("F", bound=Callable[..., Any])


@frozen(kw_only=True)
class PackageOptions(JobOptions):
    """What the options of such a command say."""

    sandbox: bool
    package: str


@define
class PackageRows:
    """Makes rows of a package, whose id is known once Yardstik was asked.

    Attributes:
        package: What it is called, and then its id.
    """

    package: str

    def make(self, values: Mapping[str, object]) -> NewInvitation:
        """Make one."""
        return new_invitation({**values, "account_package_id": self.package})

    async def find(self, client: YardstikClient) -> None:
        """Ask for the package's id.

        Raises:
            ConfigurationError: There is none of this name, or there are several.
            CallError: Yardstik could not be asked.
        """
        self.package = (await client.packages.find(self.package)).id


_OPTIONS = (
    click.option("--sandbox", is_flag=True, help="Invite on a Yardstik in memory; nobody is contacted."),
    click.option("--package", metavar="NAME", required=True, help="The package: its name, system name or id."),
)


def package_options(command: F) -> F:
    """Add the options to a command."""
    command = table_job_options(command)
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def way_of(options: PackageOptions) -> Way:
    """Find the way to Yardstik.

    Raises:
        ConfigurationError: There is no key, or one too many.
    """
    limit = options.rate_limit(SANDBOX_LIMIT if options.sandbox else DEFAULT_RATE_LIMIT)
    return find_way(options.sandbox, options.api_key_file, limit)


def errand_of(
    screen: Console, options: PackageOptions, rows: PackageRows, way: Way | None
) -> Errand[NewInvitation, Any]:
    """Read the table once.

    Raises:
        UsageError: It cannot be used.
    """
    return prepare(screen, options, Kind(FIELDS, rows.make, _describe), {}, mode=way.mode if way else "")


def _describe(item: Invited | Invitee) -> Mapping[str, object]:
    invitation = item.invitation if isinstance(item, Invitee) else item
    if invitation is None or isinstance(invitation, Candidate):
        return {}
    return {"invitation_id": invitation.id, "assessment_url": invitation.apply_url}
