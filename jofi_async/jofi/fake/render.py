"""Records as the documented JSON objects of seed 000, with the same keys in the same order."""

from datetime import UTC, datetime

from jofi_async.jofi.fake.records import Account, Assessment, EmailTemplate, Invitation, Team
from jofi_async.jofi.fake.routing import Payload
from jofi_async.jofi.fake.world import World, find

SITE = "https://www.jofiscore.com"
CAREER_SITE = "https://www.careernavigation.org"


def instant(at: datetime | None) -> str | None:
    """Write an instant as the seed does: offset `+00:00`, and no zeros at the end of the fraction."""
    if at is None:
        return None
    moment = at.astimezone(UTC).replace(tzinfo=None).isoformat()
    return f"{moment.rstrip('0') if at.microsecond else moment}+00:00"


def named(record: Account | Team | EmailTemplate | None) -> Payload | None:
    """Return the short form `{id, display_name}`, or null."""
    return None if record is None else {"id": record.id, "display_name": record.display_name}


def assessment(record: Assessment) -> Payload:
    """Return an assessment's short form `{id, display_name, short_name}`."""
    return {"id": record.id, "display_name": record.display_name, "short_name": record.short_name}


def assessments(world: World, test_ids: tuple[int, ...]) -> list[Payload]:
    """Return the short forms of the assessments with these ids."""
    return [assessment(record) for test_id in test_ids if (record := find(world.assessments, test_id))]


def invitation(world: World, record: Invitation) -> Payload:
    """Return the `invitation` object."""
    return {
        "object": "invitation",
        "id": record.id,
        "invited_by_user": _inviter(world, record.invited_by_user_id),
        "created_at": instant(record.created_at),
        "accepted_at": instant(record.accepted_at),
        "first_name": record.first_name,
        "last_name": record.last_name,
        "email": record.email,
        "send_via_email": record.send_via_email,
        "phone": record.phone,
        "send_via_sms": record.send_via_sms,
        "custom_id": record.custom_id,
        "person_id": record.person_id,
        "invitation_email_template": named(find(world.email_templates, record.email_template_id)),
        "ref_text": record.ref_text,
        "congrats_email_template": named(find(world.email_templates, record.congrats_email_template_id)),
        "send_congrats_notification": record.send_congrats_notification,
        "target_score_profile": None,
        "invitation_assessments": assessments(world, record.test_ids),
        "assessment_url": record.assessment_url,
        **_result_urls(record),
        "team": named(find(world.teams, record.team_id)),
        "account": named(find(world.accounts, record.account_id)),
        "test_taker_id": record.test_taker_id,
        "career_navigation_profile_id": record.career_navigation_profile_id,
    }


def invitation_list_item(record: Invitation) -> Payload:
    """Return the `invitation_list_item` object."""
    return {
        "object": "invitation_list_item",
        "id": record.id,
        "first_name": record.first_name,
        "last_name": record.last_name,
        "email": record.email,
        "created_at": instant(record.created_at),
        "accepted_at": instant(record.accepted_at),
        "assessment_url": record.assessment_url,
        "test_taker_id": record.test_taker_id,
        "custom_id": record.custom_id,
        "person_id": record.person_id,
    }


def listing(items: list[Payload], total_count: int) -> Payload:
    """Return the `list` envelope."""
    return {"object": "list", "total_count": total_count, "has_more": total_count > len(items), "data": items}


def _inviter(world: World, user_id: int | None) -> Payload | None:
    user = find(world.users, user_id)
    if user is None:
        return None
    return {"id": user.id, "first_name": user.first_name, "last_name": user.last_name, "email": user.email}


def _result_urls(record: Invitation) -> Payload:
    profile = record.career_navigation_profile_id
    if profile is None:
        return {
            "career_navigation_url": None,
            "scorecard_url": None,
            "job_fit_summary_url": None,
            "career_options_spotlight_url": None,
        }
    report = f"{SITE}/test-takers/{profile}/job-fit"
    return {
        "career_navigation_url": f"{CAREER_SITE}?c={profile}",
        "scorecard_url": f"{SITE}/team/{record.team_id}/test-takers/{record.test_taker_id}/scorecard",
        "job_fit_summary_url": f"{report}?r=jfs&zones=1_5",
        "career_options_spotlight_url": f"{report}?r=cor&zones=1_5",
    }
