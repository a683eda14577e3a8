"""What the fake's tests share: a caller that speaks wire JSON, and the examples of seed 000 (no tests)."""

import json
from typing import Any
from urllib.parse import urlencode

from jofi_async.core.wire import Request, Response
from jofi_async.jofi.fake import FakeJofi

Json = dict[str, Any]

MINIMAL: Json = {
    "created_by_user_email": "jane.recruiter@jofiscore.com",
    "first_name": "Linda",
    "last_name": "Sample",
    "email": "linda.sample@jofiscore.com",
    "person_id": "1bb2141c-4100-4b21-9cd2-a998b76cf736",
}

FULL: Json = {
    "created_by_user_email": "jane.recruiter@jofiscore.com",
    "first_name": "Linda",
    "last_name": "Sample",
    "email": "linda.sample@jofiscore.com",
    "person_id": "1bb2141c-4100-4b21-9cd2-a998b76cf736",
    "phone": "5551234567",
    "custom_id": "ABC123",
    "team_id": 100,
    "assessments_to_assign": [{"test_id": 6}, {"test_id": 7}, {"test_id": 8}],
    "send_via_email": True,
    "send_via_sms": False,
    "email_template_id": 1000,
    "ref_text": "Contact Jennifer White with Questions",
}

# The request that gives the seed's example response: no ref_text, the inviter's assessments.
ANSWERED: Json = {**MINIMAL, "phone": "5551234567", "custom_id": "ABC123"}

CREATED: Json = {
    "mode": "live",
    "object": "invitation",
    "id": 12345,
    "invited_by_user": {
        "id": 11111,
        "first_name": "Jane",
        "last_name": "Recruiter",
        "email": "jane.recruiter@jofiscore.com",
    },
    "created_at": "2026-12-11T22:23:05.312696+00:00",
    "accepted_at": None,
    "first_name": "Linda",
    "last_name": "Sample",
    "email": "linda.sample@jofiscore.com",
    "send_via_email": True,
    "phone": "+15551234567",
    "send_via_sms": False,
    "custom_id": "ABC123",
    "person_id": "1bb2141c-4100-4b21-9cd2-a998b76cf736",
    "invitation_email_template": {"id": 1000, "display_name": "Invitation v2"},
    "ref_text": None,
    "congrats_email_template": {"id": 1001, "display_name": "Congrats v2"},
    "send_congrats_notification": True,
    "target_score_profile": None,
    "invitation_assessments": [
        {"id": 6, "display_name": "JOFI Personality Traits", "short_name": "Personality"},
        {"id": 8, "display_name": "JOFI Career Interests", "short_name": "Interests"},
    ],
    "assessment_url": "https://www.jofiscore.com/welcome/69608c33-1425-4123-9c49-22c5d9d7838c",
    "career_navigation_url": None,
    "scorecard_url": None,
    "job_fit_summary_url": None,
    "career_options_spotlight_url": None,
    "team": {"id": 100, "display_name": "Recruiting"},
    "account": {"id": 200, "display_name": "Example Company Inc"},
    "test_taker_id": None,
    "career_navigation_profile_id": None,
}

FINISHED: Json = {
    **CREATED,
    "accepted_at": "2026-12-11T22:23:27.816+00:00",
    "career_navigation_url": "https://www.careernavigation.org?c=CNP1234567890",
    "scorecard_url": "https://www.jofiscore.com/team/100/test-takers/12345/scorecard",
    "job_fit_summary_url": "https://www.jofiscore.com/test-takers/CNP1234567890/job-fit?r=jfs&zones=1_5",
    "career_options_spotlight_url": ("https://www.jofiscore.com/test-takers/CNP1234567890/job-fit?r=cor&zones=1_5"),
    "test_taker_id": 12345,
    "career_navigation_profile_id": "CNP1234567890",
}


def list_item(number: int, name: str, created: str, link: str, custom_id: str, person_id: str) -> Json:
    return {
        "object": "invitation_list_item",
        "id": number,
        "first_name": name,
        "last_name": "Sample",
        "email": f"{name.lower()}.sample@jofiscore.com",
        "created_at": created,
        "accepted_at": None,
        "assessment_url": f"https://www.jofiscore.com/welcome/{link}",
        "test_taker_id": None,
        "custom_id": custom_id,
        "person_id": f"{person_id[0]}bb2141c-4100-4b21-9cd2-a998b76cf{person_id[1:]}",
    }


LIAM: Json = {
    **list_item(
        12345,
        "Liam",
        "2026-12-11T22:23:05.312696+00:00",
        "5e19b39c-053f-4b95-9e00-12c1280709cb",
        "ABC123",
        "1736",
    ),
    "accepted_at": "2026-12-11T22:23:27.816+00:00",
    "test_taker_id": 23456,
}
OLIVIA = list_item(
    23456,
    "Olivia",
    "2026-12-11T22:21:44.960799+00:00",
    "056590cb-655c-45bf-ac02-928148456445",
    "ABC456",
    "2737",
)
NOAH = list_item(
    34567,
    "Noah",
    "2026-06-19T11:53:36.048918+00:00",
    "e174b92e-20aa-450e-9a8d-1f8232430ad6",
    "ABC456",
    "3738",
)
EMMA = list_item(
    45678,
    "Emma",
    "2026-06-19T11:51:01.87555+00:00",
    "674cf088-bbca-46e5-a1c4-48ada07c19e5",
    "ABC789",
    "4739",
)


class Caller:
    """Asks a fake as an HTTP client would."""

    def __init__(self, fake: FakeJofi | None = None, key: str = "sk_live_sandbox") -> None:
        self.fake = fake or FakeJofi()
        self.headers = {"Authorization": f"Bearer {key}"}

    async def send(self, method: str, path: str, body: bytes | None = None) -> Response:
        url = f"https://www.jofiscore.com/api/v2{path}"
        return await self.fake.handle(Request(method, url, headers=self.headers, body=body))

    async def ask(self, method: str, path: str, body: object = None, *, status: int = 200) -> Json:
        response = await self.send(method, path, None if body is None else json.dumps(body).encode())
        assert response.status == status, response.body
        assert response.headers["content-type"] == "application/json"
        answer: Json = json.loads(response.body)
        return answer

    async def create(self, **changes: object) -> Json:
        return await self.ask("POST", "/invitations", {**MINIMAL, **changes}, status=201)

    async def get(self, number: object) -> Json:
        return await self.ask("GET", f"/invitations/{number}")

    async def listed(self, **filters: str) -> Json:
        return await self.ask("GET", f"/invitations?{urlencode(filters)}")

    async def error(self, method: str, path: str, body: object = None, *, status: int = 400) -> Any:
        answer = await self.ask(method, path, body, status=status)
        assert list(answer) == ["error"]
        return answer["error"]

    async def create_error(self, **changes: object) -> Any:
        return await self.error("POST", "/invitations", {**MINIMAL, **changes})

    async def update_error(self, number: int, **changes: object) -> Any:
        return await self.error("PUT", f"/invitations/{number}", changes)
