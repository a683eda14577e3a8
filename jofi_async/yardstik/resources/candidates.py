"""Yardstik's candidates as methods (page "Candidates")."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from functools import partial

from jofi_async.core.call import CallRecord
from jofi_async.core.errors import InvalidInputError, JofiAsyncError
from jofi_async.core.operation import Operation
from jofi_async.core.session import Session
from jofi_async.core.unset import UNSET, Unset
from jofi_async.yardstik.checks import check_candidate, checked_id
from jofi_async.yardstik.listing import Query, all_pages, parameters
from jofi_async.yardstik.models import Candidate, CandidateList, NewCandidate
from jofi_async.yardstik.resources.calls import Resource, ask, ask_page
from jofi_async.yardstik.secrets import conceal

_LIST = Operation("candidates.list", "GET", "/candidates", repeatable=True)
_CREATE = Operation("candidates.create", "POST", "/candidates")
_GET = Operation("candidates.get", "GET", "/candidates/{id}", repeatable=True)


class Candidates(Resource):
    """Candidates, as `client.candidates`."""

    async def list(
        self,
        *,
        page: int | None = None,
        per_page: int | None = None,
        order: str | None = None,
        order_by: str | None = None,
        query: Query | None = None,
    ) -> CandidateList:
        """Read one page of the candidates.

        Args:
            page: The page's number; the first is 1.
            per_page: How many there are on a page at most; `meta.per_page` says what Yardstik made of it.
            order: "asc", which is Yardstik's default, or "desc"; only with `order_by`.
            order_by: The property to order by, for example "created_at".
            query: What to narrow the list to; see `jofi_async.yardstik.listing.Query`. Yardstik does not say which
                attributes it knows, and one that it does not know may be ignored: look at what comes.

        Raises:
            InvalidInputError: A parameter cannot be right; nothing was sent.
            CallError: See `jofi_async.core.errors`.
        """
        asked = parameters(page, per_page, order, order_by, query)
        return await ask_page(self._session, _LIST, CandidateList, asked)

    def iter_all(self, *, per_page: int | None = None, query: Query | None = None) -> AsyncGenerator[Candidate, None]:
        """Read all candidates, each once, though their set changes underneath.

        Args:
            per_page: See `list`.
            query: See `list`.

        Raises:
            InvalidInputError: A parameter cannot be right; nothing was sent.
            IncompleteListingError: Counts do not show that all were read.
            CallError: A page could not be read.
        """
        read = partial(self._page, per_page=per_page, query=query)
        return all_pages(read, workers=self._workers)

    async def create(
        self,
        *,
        first_name: str,
        last_name: str,
        email: str,
        middle_name: str | Unset | None = UNSET,
        no_middle_name: bool | Unset = UNSET,
        phone: str | Unset | None = UNSET,
        external_id: str | Unset | None = UNSET,
        ssn: str | Unset | None = UNSET,
        date_of_birth: str | Unset | None = UNSET,
        gender: str | Unset | None = UNSET,
        driver_license_number: str | Unset | None = UNSET,
        driver_license_state: str | Unset | None = UNSET,
        previous_driver_license_number: str | Unset | None = UNSET,
        previous_driver_license_state: str | Unset | None = UNSET,
        addresses: Sequence[Mapping[str, object]] | Unset = UNSET,
        additional_data: Mapping[str, object] | Unset = UNSET,
    ) -> Candidate:
        """Create a candidate; nobody is contacted. What is given besides name and address prefills their form.

        Args:
            first_name: First name, not empty.
            last_name: Last name, not empty.
            email: E-mail address.
            middle_name: Middle name.
            no_middle_name: Whether they have none.
            phone: Phone, best in E.164 format.
            external_id: Your own id for the person. Recommended: `create_many` finds them by it.
            ssn: Social security number.
            date_of_birth: Date of birth, `YYYY-MM-DD`.
            gender: Gender.
            driver_license_number: Licence number.
            driver_license_state: The licence's state.
            previous_driver_license_number: Number of the licence before.
            previous_driver_license_state: Its state.
            addresses: Addresses, each with `line1`, `line2`, `city`, `state`, `zip_code` and `current`.
            additional_data: What else your packages ask.

        Raises:
            InvalidInputError: A value cannot be right; nothing was sent.
            RefusedError: Yardstik refused a field; its words are free of the numbers that were sent.
            NotSentError: Nothing was sent; it is safe to call again.
            UnknownOutcomeError, ServerError: They may have been created; Yardstik would not refuse a second one.
            CallError: See `jofi_async.core.errors` for the rest.
        """
        new = NewCandidate(
            first_name=first_name,
            last_name=last_name,
            email=email,
            middle_name=middle_name,
            no_middle_name=no_middle_name,
            phone=phone,
            external_id=external_id,
            ssn=ssn,
            date_of_birth=date_of_birth,
            gender=gender,
            driver_license_number=driver_license_number,
            driver_license_state=driver_license_state,
            previous_driver_license_number=previous_driver_license_number,
            previous_driver_license_state=previous_driver_license_state,
            addresses=addresses,
            additional_data=additional_data,
        )
        if problems := check_candidate(new.given()):
            raise InvalidInputError(problems, row=new)
        return await create_candidate(self._session, new, CallRecord())

    async def get(self, candidate_id: str) -> Candidate:
        """Read one candidate.

        Args:
            candidate_id: Its id, an opaque text.

        Raises:
            InvalidInputError: The id is empty or longer than 50 characters; nothing was sent.
            NotFoundError: No such candidate on this account.
            CallError: See `jofi_async.core.errors`.
        """
        return await ask(self._session, _GET, Candidate, object_id=checked_id("candidate_id", candidate_id))

    async def _page(self, number: int, *, per_page: int | None, query: Query | None) -> CandidateList:
        return await self.list(page=number, per_page=per_page, order="asc", order_by="created_at", query=query)


async def create_candidate(session: Session, new: NewCandidate, record: CallRecord) -> Candidate:
    """Create a candidate whose fields were checked; see `Candidates.create`.

    Args:
        session: Makes the call.
        new: The fields.
        record: Filled in while the call runs.
    """
    payload = {**new.given(), "email": new.email.strip()}
    if isinstance(new.external_id, str):
        payload["external_id"] = new.external_id.strip()
    try:
        return await ask(session, _CREATE, Candidate, payload=payload, record=record)
    except JofiAsyncError as error:
        error.row = new
        conceal(error, new)
        raise
