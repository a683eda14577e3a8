"""An invitation's fields as they go on the wire."""

from collections.abc import Mapping
from typing import Any


def wire_form(given: Mapping[str, Any]) -> dict[str, object]:
    """What goes on the wire: addresses trimmed, assessments as objects."""
    payload = dict(given)
    for name in ("email", "created_by_user_email"):
        if isinstance(payload.get(name), str):
            payload[name] = payload[name].strip()
    if "assessments_to_assign" in payload:
        payload["assessments_to_assign"] = [{"test_id": number} for number in payload["assessments_to_assign"]]
    return payload
