"""`jofi yardstik reconcile`: what is shown, what is applied, and how it ends."""

import json
from unittest.mock import Mock

import pytest

from jofi_async import FakeYardstik
from jofi_async.yardstik.fake import rules
from tests.cli.support import At, Command, kinds, said

PEOPLE = """First Name,Last Name,Email,Candidate ID
Ada,Lovelace,ada@example.org,P1
Alan,Turing,alan@example.org,P2
Grace,Hopper,grace@example.org,P3
Kurt,,kurt@example.org,P4
Emmy,Noether,emmy@example.org,P5
"""


def a_yardstik() -> FakeYardstik:
    """Ada as wanted, Alan under another name, Emmy's expired, Grace as a candidate alone, and a stranger."""
    fake = FakeYardstik()
    there = (("ada", "Ada", "Lovelace", "P1"), ("alan", "Allan", "Turing", "P2"), ("emmy", "Emmy", "Noether", "P5"))
    for name, first, last, number in (*there, ("stranger", "Nobody", "Knows", "P9")):
        fake.clock.advance(1)
        fake.invite(f"{name}@example.org", first_name=first, last_name=last, external_id=number)
    fake.expire(fake.invitations[2].id)
    grace = {"first_name": "Grace", "last_name": "Hopper", "email": "grace@example.org", "external_id": "P3"}
    rules.store_candidate(fake.state, fake.world.accounts[0], grace)
    return fake


def reconcile(jofi: Command, *args: object, content: str = PEOPLE) -> int:
    return jofi("yardstik", "reconcile", jofi.write(content), "--package", "Standard", *args)


def writes(fake: FakeYardstik) -> list[str]:
    return [f"{one.method} {one.path.rpartition('/')[2]}" for one in fake.requests if one.method != "GET"]


def test_a_plan_is_shown_and_nothing_is_changed(jofi: Command, at: At) -> None:
    fake = a_yardstik()
    at(fake)
    assert reconcile(jofi) == 3
    assert not writes(fake)
    emmy, stranger = fake.invitations[2:]
    lines = jofi.out.splitlines()
    assert "x refused        line 5  Kurt <kurt@example.org>" in lines
    assert f"! conflict       line 3  Alan Turing <alan@example.org>  {fake.invitations[1].id}" in lines
    assert "first_name  Allan -> Alan" in jofi.out
    assert "the candidate differs, and Yardstik has no update of one" in jofi.out
    assert f"! conflict       line 6  Emmy Noether <emmy@example.org>  {emmy.id}" in lines
    assert "status: the invitation is expired, and only a person has it refreshed" in jofi.out
    assert any(line.startswith("? unexpected ") and stranger.id in line for line in lines)
    assert "+ create         line 4  Grace Hopper <grace@example.org>" in lines
    assert "Read with 2 requests: everything (2); 5 of 5 read." in lines
    assert not jofi.outcomes.exists()


def test_what_yardstik_does_not_show_is_named_and_completion_is_known(jofi: Command, at: At) -> None:
    fake = FakeYardstik()
    at(fake)
    fake.complete(fake.invite("ada@example.org", first_name="Ada", last_name="Lovelace").id)
    assert reconcile(jofi, content="".join(PEOPLE.splitlines(keepends=True)[:2])) == 0
    assert "Not compared, since a list does not show them: external_id (1 row).\n" in jofi.out
    assert "Of those who are there: 1 accepted. As of" in jofi.out


def test_it_is_applied_and_a_second_time_there_is_nothing_to_do(jofi: Command, at: At) -> None:
    fake = a_yardstik()
    at(fake)
    assert reconcile(jofi, "--apply") == 3
    assert writes(fake) == ["POST invitations"]
    assert kinds(jofi.rows()) == {"existed": 1, "created": 1, "refused": 3}
    ada, grace = jofi.rows()[0], jofi.rows()[2]
    assert ada["invitation_id"] == fake.invitations[0].id
    assert grace["assessment_url"] == fake.invitations[-1].apply_url
    assert (jofi.folder / "people.csv.yardstik.journal").is_file()
    assert reconcile(jofi, "--apply") == 3
    assert len(writes(fake)) == 1
    assert "to create" not in jofi.out


def test_json_and_a_report_have_all_of_it(jofi: Command, at: At) -> None:
    at(a_yardstik())
    report = jofi.folder / "report.html"
    assert reconcile(jofi, "--json", "--html", report, "--scope", "account") == 3
    plan = json.loads(jofi.out)
    counts = {"create": 1, "update": 0, "unchanged": 1, "conflict": 2, "unexpected": 1, "refused": 1}
    assert plan["counts"] == counts
    assert plan["scope"] == "account"
    assert "Emmy" in report.read_text()


@pytest.mark.parametrize(("answer", "code", "sent"), [("y", 3, 1), ("n", 2, 0)])
def test_a_person_who_is_there_is_asked(
    jofi: Command, at: At, monkeypatch: pytest.MonkeyPatch, answer: str, code: int, sent: int
) -> None:
    fake = a_yardstik()
    at(fake)
    monkeypatch.setattr("jofi_async.cli.reconciling.someone_is_there", lambda: True)
    monkeypatch.setattr("rich.console.Console.input", Mock(return_value=answer))
    assert reconcile(jofi, "--apply") == code
    assert "package      Standard" in jofi.err
    assert len(writes(fake)) == sent


def test_the_sandbox_takes_everybody(jofi: Command) -> None:
    assert reconcile(jofi, "--sandbox", "--apply") == 3
    assert kinds(jofi.rows()) == {"created": 4, "refused": 1}
    assert not list(jofi.folder.glob("*.journal"))


def test_what_cannot_be_says_so(jofi: Command, at: At, monkeypatch: pytest.MonkeyPatch) -> None:
    assert reconcile(jofi) == 2
    assert "There is no key" in said(jofi)
    assert reconcile(jofi, "--sandbox", "--apply", "--dry-run") == 2
    assert "contradict" in said(jofi)
    assert jofi("yardstik", "reconcile", jofi.write(PEOPLE), "--package", "Gold", "--sandbox") == 2
    assert 'no package "Gold"' in said(jofi)
    at(FakeYardstik())
    monkeypatch.setenv("YARDSTIK_API_KEY", "wrong")
    assert reconcile(jofi) == 5
