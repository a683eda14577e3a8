"""Yardstik's account packages as methods (page "Account Packages")."""

from collections.abc import Sequence

from jofi_async.core.errors import ConfigurationError
from jofi_async.core.operation import Operation
from jofi_async.core.session import Session
from jofi_async.yardstik.listing import Query, all_pages, parameters
from jofi_async.yardstik.models import Package, PackageList
from jofi_async.yardstik.resources.calls import Resource, ask_page

_LIST = Operation("packages.list", "GET", "/packages", repeatable=True)


class KnownPackages(dict[str, Package]):
    """The packages that were read, by id."""


class Packages(Resource):
    """Account packages, as `client.packages`.

    Args:
        session: Makes the calls.
        workers: How many calls are made at once where there are many.
        known: The packages as they were read first, shared by all that `with_options` makes.
    """

    def __init__(self, session: Session, workers: int, known: KnownPackages) -> None:
        super().__init__(session, workers)
        self._known = known

    async def list(
        self, *, page: int | None = None, per_page: int | None = None, query: Query | None = None
    ) -> PackageList:
        """Read the packages: those for reports, unless `query={"action_type_eq": "monitor"}`.

        Args:
            page: The page's number, should there be pages.
            per_page: How many there are on a page at most.
            query: What to narrow the list to.

        Raises:
            InvalidInputError: A parameter cannot be right; nothing was sent.
            CallError: See `jofi_async.core.errors`.
        """
        return await ask_page(self._session, _LIST, PackageList, parameters(page, per_page, None, None, query))

    async def find(self, name: str) -> Package:
        """Find one package by its id, its name or its system name, whatever the case.

        All packages are read once, and kept for as long as the client lives.

        Args:
            name: What it is called.

        Raises:
            ConfigurationError: No package has this name, or several have; the message names them.
            CallError: See `jofi_async.core.errors`.
        """
        if not self._known:
            read = all_pages(lambda number: self.list(page=None if number == 1 else number), workers=1)
            self._known.update({package.id: package async for package in read})
        wanted = name.strip().casefold()
        for names in (_ids, _own_names, _parent_names):
            found = [one for one in self._known.values() if wanted in names(one)]
            if len(found) == 1:
                return found[0]
            if found:
                ids = ", ".join(one.id for one in found)
                raise ConfigurationError(f'Several packages are called "{name}": choose one of the ids {ids}')
        there = ", ".join(sorted(one.name or one.id for one in self._known.values())) or "none"
        raise ConfigurationError(f'There is no package "{name}" on this account; there are: {there}')


def _ids(package: Package) -> Sequence[str]:
    return [package.id.casefold()]


def _own_names(package: Package) -> Sequence[str]:
    return [name.casefold() for name in (package.name, package.package_system_name) if name]


def _parent_names(package: Package) -> Sequence[str]:
    return [package.package.casefold()] if package.package else []
