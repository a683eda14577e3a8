"""Records as the documented JSON objects, with the same keys in the same order."""

from datetime import UTC, datetime

from jofi_async.jofi.fake import scores
from jofi_async.jofi.fake.records import Account, Assessment, EmailTemplate, Invitation, ScoreProfile, Team, User
from jofi_async.jofi.fake.routing import SITE, Payload
from jofi_async.jofi.fake.settings import UserFields
from jofi_async.jofi.fake.world import World, find

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


def team_list_item(world: World, record: Team) -> Payload:
    """Return the `team_list_item` object; its users are those whose default team it is."""
    invitations = [one for one in world.invitations.values() if one.team_id == record.id]
    return {
        "object": "team_list_item",
        "id": record.id,
        "display_name": record.display_name,
        "users_count": sum(user.default_team_id == record.id for user in world.users),
        "invitations_count": len(invitations),
        "test_takers_count": sum(one.test_taker_id is not None for one in invitations),
    }


def email_template_list_item(record: EmailTemplate) -> Payload:
    """Return the `email_template_list_item` object."""
    return {
        "object": "email_template_list_item",
        "id": record.id,
        "display_name": record.display_name,
        "type": record.type,
        "team_ids": list(record.team_ids),
    }


def score_profile_list_item(record: ScoreProfile) -> Payload:
    """Return the `score_profile_list_item` object."""
    return {
        "object": "score_profile_list_item",
        "id": record.id,
        "short_name": record.short_name,
        "display_name": record.display_name,
    }


def assessment_list_item(record: Assessment) -> Payload:
    """Return an assessment of the catalog; the name of the object is a guess."""
    return {"object": "assessment_list_item", **assessment(record)}


def user_list_item(world: World, record: User, names: UserFields) -> Payload:
    """Return a user; all but the short form is a guess."""
    team, template, congrats = record.default_team_id, record.default_template_id, record.default_congrats_template_id
    tests = record.default_test_ids
    shown = (
        (names.team, team, named(find(world.teams, team))),
        (names.assessments, list(tests), assessments(world, tests)),
        (names.email_template, template, named(find(world.email_templates, template))),
        (names.congrats_email_template, congrats, named(find(world.email_templates, congrats))),
    )
    defaults = {name: ids if names.form == "ids" else short for name, ids, short in shown if name is not None}
    return {"object": "user_list_item", **_short_user(record), **defaults}


def test_taker_list_item(world: World, record: Invitation) -> Payload:
    """Return the `test_taker_list_item` object."""
    return {
        "object": "test_taker_list_item",
        "id": record.test_taker_id,
        **_participant(record),
        "career_navigation_profile_id": record.career_navigation_profile_id,
        **_links(world, record),
    }


def test_taker(world: World, record: Invitation, *, whole: bool) -> Payload:
    """Return the `test_taker` object; what it shows besides the documented example is a guess."""
    documented: Payload = {
        "object": "test_taker",
        "id": record.test_taker_id,
        "first_name": record.first_name,
        "last_name": record.last_name,
        "email": record.email,
        "invitation_created_at": instant(record.created_at),
        "assigned_assessments": _assigned(world, record),
    }
    return {**test_taker_list_item(world, record), **documented} if whole else documented


def career_navigation_profile(world: World, record: Invitation, *, item: bool) -> Payload:
    """Return the `career_navigation_profile` object or its list item; the object's fields are a guess."""
    return {
        "object": f"career_navigation_profile{'_list_item' if item else ''}",
        "id": record.career_navigation_profile_id,
        **_participant(record),
        "test_taker_id": record.test_taker_id,
        **_links(world, record),
    }


def job_fit_report(record: Invitation) -> Payload:
    """Return a job fit report, of which no page says more than that it exists."""
    urls = _result_urls(record)
    return {
        "object": "job_fit_report",
        "test_taker_id": record.test_taker_id,
        "career_navigation_profile_id": record.career_navigation_profile_id,
        "job_fit_summary_url": urls["job_fit_summary_url"],
        "career_options_spotlight_url": urls["career_options_spotlight_url"],
    }


def scorecard(record: Invitation, profile: ScoreProfile) -> Payload:
    """Return the `scorecard` object."""
    return {
        "object": "scorecard",
        "test_taker_id": record.test_taker_id,
        "invitation_id": record.id,
        "custom_id": record.custom_id,
        "person_id": record.person_id,
        "career_navigation_profile_id": record.career_navigation_profile_id,
        "first_name": record.first_name,
        "last_name": record.last_name,
        "email": record.email,
        "scorecard_url": _result_urls(record)["scorecard_url"],
        "score_profile": {
            "id": profile.id,
            "display_name": profile.display_name,
            "short_name": profile.short_name,
            "riasec_profile": profile.riasec_profile,
        },
        **scores.of_test_taker(record),
    }


def _participant(record: Invitation) -> Payload:
    return {
        "first_name": record.first_name,
        "last_name": record.last_name,
        "email": record.email,
        "invitation_created_at": instant(record.created_at),
        "invitation_id": record.id,
        "custom_id": record.custom_id,
        "person_id": record.person_id,
    }


def _links(world: World, record: Invitation) -> Payload:
    return {
        "assessment_url": record.assessment_url,
        **_result_urls(record),
        "team": named(find(world.teams, record.team_id)),
        "account": named(find(world.accounts, record.account_id)),
    }


def _assigned(world: World, record: Invitation) -> list[Payload]:
    """How far a test taker is with each assessment; the fake's people start and complete one at the same instant."""
    return [
        {
            "id": assigned_id,
            "assessment": assessment(one),
            "created_at": instant(record.accepted_at),
            "started_at": instant(record.completed_at.get(one.id)),
            "completed_at": instant(record.completed_at.get(one.id)),
            "progress_saved_at": None,
            "is_used_for_scoring": True,
        }
        for assigned_id, test_id in zip(record.assigned_ids, record.test_ids, strict=False)
        if (one := find(world.assessments, test_id))
    ]


def _short_user(user: User) -> Payload:
    return {"id": user.id, "first_name": user.first_name, "last_name": user.last_name, "email": user.email}


def _inviter(world: World, user_id: int | None) -> Payload | None:
    user = find(world.users, user_id)
    return None if user is None else _short_user(user)


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
