"""JOFI's invitations as methods: what contacts people, or changes what is known of them (seed 000)."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Unpack

from jofi_async.core import events
from jofi_async.core.call import CallRecord
from jofi_async.core.errors import (
    Effect,
    InvalidInputError,
    JofiAsyncError,
    Problem,
)
from jofi_async.core.operation import Operation
from jofi_async.core.unset import UNSET, Unset, gatherer_of_given
from jofi_async.jofi.checks import check_changes, check_new
from jofi_async.jofi.models import (
    Invitation,
    InvitationFields,
    InvitationList,
    InvitationListItem,
    Mode,
    NewInvitation,
)
from jofi_async.jofi.resources.calls import Calls, checked_number
from jofi_async.jofi.resources.invitation_reads import LIST, InvitationReads
from jofi_async.jofi.watermark import Watermark
from jofi_async.jofi.wire import wire_form

if TYPE_CHECKING:
    from os import PathLike

    from jofi_async.bulk.job import BulkJob, Order
    from jofi_async.bulk.journal.journal import Journal
    from jofi_async.bulk.source import Source, SourceRow
    from jofi_async.jofi.bulk import Ensured, InvitationJob
    from jofi_async.jofi.journal import JournalledInvitations

_CREATE = Operation("invitations.create", "POST", "/invitations")

_given_of = gatherer_of_given(InvitationFields.__annotations__)

Mark = Callable[[Callable[[], Awaitable[InvitationList]]], Awaitable[datetime | None]]


class Invitations(InvitationReads):
    """Assessment invitations, as `client.invitations`.

    Args:
        calls: Asks JOFI.
        validate: Whether what seed 000 settles is checked before anything is sent.
        max_in_flight: How many rows or lists are worked on at once unless the caller says otherwise.
        watermark: Remembers the newest invitation.
    """

    def __init__(self, calls: Calls, *, validate: bool, max_in_flight: int, watermark: Watermark) -> None:
        super().__init__(calls, validate=validate, max_in_flight=max_in_flight)
        self._watermark = watermark
        self._decode_created = calls.decoder(Invitation, Effect.DONE)

    async def create(
        self,
        *,
        first_name: str,
        last_name: str,
        email: str,
        created_by_user_email: str,
        person_id: str | Unset | None = UNSET,
        custom_id: str | Unset | None = UNSET,
        phone: str | Unset | None = UNSET,
        team_id: int | Unset = UNSET,
        assessments_to_assign: Sequence[int] | Unset = UNSET,
        send_via_email: bool | Unset = UNSET,
        send_via_sms: bool | Unset = UNSET,
        email_template_id: int | Unset = UNSET,
        ref_text: str | Unset | None = UNSET,
    ) -> Invitation:
        """Invite one person: JOFI e-mails or texts them at once, unless both flags are false.

        What is not given is not sent, and JOFI takes the inviter's default (seed 000, "Create Invitation").

        Args:
            first_name: Participant first name, not empty.
            last_name: Participant last name, not empty.
            email: Participant email address.
            created_by_user_email: Address of the JOFI user who invites, of the same account as the key.
            person_id: Your system's identifier for this participant. Recommended.
            custom_id: Your grouping identifier, for example a job req #; at most 50 characters.
            phone: Participant phone; needed for SMS, answered in E.164 format.
            team_id: A team of the account. Default: the inviter's.
            assessments_to_assign: Assessment ids, at least one; 1 does not go with 6, 7 or 8. Default: the inviter's.
            send_via_email: Whether JOFI sends the invitation by email. JOFI's default: true.
            send_via_sms: Whether JOFI also sends it by text message. JOFI's default: false.
            email_template_id: An invitation template. Default: the inviter's.
            ref_text: Reference text for some email templates; at most 60 characters.

        Returns:
            The invitation; `assessment_url` is the participant's link.

        Raises:
            InvalidInputError: A value cannot be right; nothing was sent.
            DuplicateError: The person is invited already; nobody was contacted.
            SetupError: The inviter, the team or a default is not as the call needs it.
            RefusedError: JOFI refused a field.
            NotSentError: Nothing was sent; it is safe to call again.
            UnknownOutcomeError, ServerError: It may have been sent; `effect` is "unknown", `row` is what to look for.
            UnreadableAnswerError: The invitation was created, and its answer, in `body`, does not fit the model.
            CallError: See `jofi_async.core.errors` for the rest.
        """
        given = _given_of(
            first_name,
            last_name,
            email,
            created_by_user_email,
            person_id,
            custom_id,
            phone,
            team_id,
            assessments_to_assign,
            send_via_email,
            send_via_sms,
            email_template_id,
            ref_text,
        )
        record = CallRecord()
        try:
            self._require(check_new(given))
            return await self._send_new(given, record)
        except JofiAsyncError as error:
            error.row = _row_of(given)
            raise
        except asyncio.CancelledError:
            if record.in_doubt:
                self._tell_abandoned(_row_of(given), record.attempts, None)
            raise

    async def update(
        self,
        invitation_id: int,
        *,
        first_name: str | Unset = UNSET,
        last_name: str | Unset = UNSET,
        email: str | Unset = UNSET,
        phone: str | Unset | None = UNSET,
        custom_id: str | Unset | None = UNSET,
        person_id: str | Unset | None = UNSET,
        ref_text: str | Unset | None = UNSET,
        send_via_email: bool | Unset = UNSET,
        send_via_sms: bool | Unset = UNSET,
        email_template_id: int | Unset | None = UNSET,
        send_congrats_notification: bool | Unset = UNSET,
        congrats_email_template_id: int | Unset | None = UNSET,
        assessments_to_assign: Sequence[int] | Unset = UNSET,
    ) -> Invitation:
        """Change some fields of one invitation (seed 000, "Update Invitation by ID").

        Only what is given is sent; `None` is sent as null. When no answer comes, the invitation is read, and only what
        did not take effect is sent again.

        Args:
            invitation_id: Its id.
            first_name: Participant first name.
            last_name: Participant last name.
            email: Participant email address.
            phone: Participant phone.
            custom_id: Grouping identifier; at most 50 characters.
            person_id: Your system's participant identifier.
            ref_text: Reference text for some email templates; at most 60 characters.
            send_via_email: Whether JOFI sends the invitation by email.
            send_via_sms: Whether JOFI sends the invitation by SMS, which needs a phone.
            email_template_id: Invitation email template.
            send_congrats_notification: Whether JOFI sends a congratulations notification after completion.
            congrats_email_template_id: Congrats email template.
            assessments_to_assign: Assessment ids; closed once the invitation has been accepted.

        Returns:
            The invitation as it is now.

        Raises:
            InvalidInputError: Nothing was given, or a value cannot be right; nothing was sent.
            NotFoundError: No such invitation on this account.
            RefusedError: JOFI refused a field.
            UnknownOutcomeError, ServerError: It may have been changed, and reading it did not tell.
            CallError: See `jofi_async.core.errors` for the rest.
        """
        fields: dict[str, object] = {
            "first_name": first_name,
            "last_name": last_name,
            "email": email,
            "phone": phone,
            "custom_id": custom_id,
            "person_id": person_id,
            "ref_text": ref_text,
            "send_via_email": send_via_email,
            "send_via_sms": send_via_sms,
            "email_template_id": email_template_id,
            "send_congrats_notification": send_congrats_notification,
            "congrats_email_template_id": congrats_email_template_id,
            "assessments_to_assign": assessments_to_assign,
        }
        given = {name: value for name, value in fields.items() if value is not UNSET}
        if not given:
            raise InvalidInputError([Problem("", "an update needs at least one field to change")])
        self._require(check_changes(given))
        number = checked_number("invitation_id", invitation_id)
        from jofi_async.jofi.updating import update  # slow to import, and few programs change anything

        return await update(self._calls, number, wire_form(given), CallRecord())

    def create_many(
        self,
        source: "Source[NewInvitation | SourceRow[NewInvitation]]",
        *,
        journal: "str | PathLike[str] | Journal | None" = None,
        max_in_flight: int | None = None,
        order: "Order" = "completion",
        stop_after: int | None = None,
        deadline: float | None = None,
        share_person_id: bool = False,
    ) -> "InvitationJob":
        """Invite everybody in a source, concurrently under the limiter; exactly one outcome per row.

        Rows that cannot be valid, and repeats of an earlier person, are refused unsent. A person whom JOFI has already
        is `existed`, with the invitation that was found. Single calls of the client overtake the job's.

        Args:
            source: `NewInvitation`s, or `SourceRow`s of them that know their line: any sync or async iterable; of a
                sync one up to 16 rows, and no more than `max_in_flight`, may be read in one go. A generator that is
                given stays open when the job is stopped; `contextlib.aclosing` closes it.
            journal: The path of the job's journal, or a `Journal`. Run again with the same one, the job resumes: nobody
                who is settled in it is sent again, and whoever may have been invited is looked for before anything is
                sent. Entering the job raises a `JournalError` when the journal cannot be used, iterating over it when
                it belongs to another account or the server knows nothing of it.
            max_in_flight: How many rows are worked on at once.
            order: Outcomes as they are ready ("completion") or in the source's order ("input").
            stop_after: Stop once this many rows have been refused, unknown or not attempted.
            deadline: Stop after this many seconds.
            share_person_id: Accept one person_id with several addresses, instead of refusing the later ones.

        Returns:
            A job: `async with job: async for outcome in job`.

        Raises:
            ConfigurationError: An option is out of range.
        """
        from jofi_async.bulk.job import BulkJob  # slow to import, and not every program has a job
        from jofi_async.bulk.journal.ledger import journal_ledger

        resource = self._over(self._session.in_bulk())._in_bulk(self._watermark.fresh)
        return BulkJob(
            resource,
            source,
            max_in_flight=self._max_in_flight if max_in_flight is None else max_in_flight,
            order=order,
            stop_after=stop_after,
            deadline=deadline,
            share_person_id=share_person_id,
            ledger=journal_ledger(journal, resource, share_person_id=share_person_id),
        )

    async def ensure(self, **fields: Unpack[InvitationFields]) -> "Ensured":
        """Invite one person and find out what became of it: the call for web services.

        One row through bulk: what got no answer is looked for and settled, and a person whom JOFI has already is
        `existed`. The outcome tells of every failure; nothing is raised for one. The client's deadline bounds it all.
        When whoever waits goes away, it waits for up to 10 s for the answer and then tells the hooks by `Abandoned`;
        `asyncio.shield` keeps it going.

        Args:
            **fields: Those of `create`.

        Returns:
            The outcome; `outcome.item` is the invitation where there is one.
        """
        from jofi_async.bulk.job import BulkJob  # as above
        from jofi_async.bulk.outcome import OutcomeKind

        new = NewInvitation(**fields)
        resource = self._in_bulk(self._watermark.recent)
        job: BulkJob[NewInvitation, Invitation | InvitationListItem] = BulkJob(resource, [new], max_in_flight=1)
        timer = self._end_at_deadline(job)
        outcomes: list[Ensured] = []
        try:
            async with job:
                async for outcome in job:
                    outcomes.append(outcome)
        except asyncio.CancelledError:
            outcomes += [outcome async for outcome in job]
            for outcome in outcomes:
                if outcome.kind is not OutcomeKind.NOT_ATTEMPTED:
                    self._tell_abandoned(new, outcome.attempts, outcome)
            raise
        finally:
            if timer is not None:
                timer.cancel()
        return outcomes[0]

    def _end_at_deadline(self, job: "BulkJob[Any, Any]") -> asyncio.TimerHandle | None:
        seconds = self._session.options.deadline
        if seconds is None:
            return None
        end = partial(job.stop, f"the deadline of {seconds:g} s passed", grace=0.0)
        return asyncio.get_running_loop().call_later(seconds, end)

    def _in_bulk(self, mark: Mark) -> "JournalledInvitations":
        from jofi_async.jofi.journal import JournalledInvitations

        return JournalledInvitations(
            create=self._send_new,
            find=self._over(self._session.patient()).list,
            mark=lambda: mark(self._newest),
            spend=self._session.spend_repeat,
            looks_prove=self._mode is not Mode.TEST,
            validate=self._validate,
            bind=self._binding,
            get=self.get,
        )

    def _send_new(self, given: Mapping[str, Any], record: CallRecord) -> Awaitable[Invitation]:
        return self._session.call(_CREATE, self._decode_created, payload=wire_form(given), record=record)

    def _tell_abandoned(self, new: NewInvitation, attempts: int, outcome: object) -> None:
        event = events.Abandoned(_CREATE.name, _CREATE.method, _CREATE.path, attempts, new, outcome)
        events.tell(self._session.options.hooks, event)

    async def _newest(self) -> InvitationList:
        """The first page alone, however many there are."""
        return await self._calls.read(LIST, InvitationList)

    def _require(self, problems: Sequence[Problem]) -> None:
        if problems and self._validate:
            raise InvalidInputError(problems)


def _row_of(given: Mapping[str, Any]) -> NewInvitation:
    """What was to be created; a required field that was not given is unset."""
    fields: dict[str, Any] = {**dict.fromkeys(InvitationFields.__required_keys__, UNSET), **given}
    return NewInvitation(**fields)
