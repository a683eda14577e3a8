"""The script of the Redis store does what the ledger does, for any course of visits; Lua runs it, without Redis."""

import random
from typing import Any

import pytest
from attrs import evolve

from jofi_async.core.limits.shared.ledger import SEEN, Ledger
from jofi_async.core.limits.shared.store import Booked, Law, Visit
from jofi_async.sharing import redis

lupa = pytest.importorskip("lupa.lua51")


class Server:
    """As much of Redis as the script uses."""

    def __init__(self) -> None:
        self.now = 0.0
        self.hash: dict[str, str] = {}
        self.seen: dict[str, float] = {}
        self.lua = lupa.LuaRuntime(encoding="utf-8")
        self.lua.globals().redis = self.lua.table(call=self.call)
        self.run = self.lua.eval(f"function(KEYS, ARGV) {redis.SCRIPT} end")

    def call(self, command: str, key: str = "", *words: Any) -> Any:
        match command:
            case "TIME":
                return self.lua.table(str(int(self.now)), str(round(self.now % 1 * 1e6)))
            case "HMGET":
                return self.lua.table(*(self.hash.get(name, False) for name in words))
            case "HGET":
                return self.hash.get(words[0], False)
            case "HSET":
                self.hash.update(zip(words[::2], map(str, words[1::2]), strict=True))
            case "ZADD":
                self.seen[words[1]] = float(words[0])
            case "ZREMRANGEBYSCORE":
                self.seen = {visitor: at for visitor, at in self.seen.items() if at > float(words[1])}
            case "ZCARD":
                return len(self.seen)
            case _:
                assert command == "EXPIRE"
        return 1

    def visit(self, visit: Visit) -> Booked:
        answer = self.run(self.lua.table("limit", "seen"), self.lua.table(*map(str, redis.arguments(visit))))
        instants, processes, is_lost, version, text, starts, has_expired = answer.values()
        lists = [list(instants.values()), processes, is_lost, version, text, list(starts.values()), has_expired]
        return redis.booked(lists)


def any_visit(draw: random.Random, now: float, law: int) -> Visit:
    interval = draw.choice([0.02, 0.1, 0.1, 1.0])
    return Visit(
        visitor=draw.choice("abcde"),
        interval=interval,
        tolerance=interval * draw.choice([0, 0.5, 4, 9]),
        count=draw.choice([0, 0, 1, 2, 7]),
        cost=draw.choice([1.0, 1.0, 2.0, 0.5]),
        lead=draw.choice([0.0, 0.0, 0.3]),
        returned=tuple(
            (now + draw.choice([-0.5, 0.0503, 0.5003]), draw.choice([0.5, 1.0])) for _ in range(draw.choice([0, 0, 2]))
        ),
        pause=draw.choice([0.0] * 6 + [draw.random(), 4.0003]),
        last=draw.choice([None, now - 0.0103, now - 2.0003, now + 3.0003]),
        away=draw.random() < 0.1,
        settling=1.2,
        expires=draw.choice([None, None, now + 0.01, now - 0.01]),
        law=Law(law + draw.choice([0, 1, 1, 2]), draw.choice(["{}", '{"a": "ä"}'])) if draw.random() < 0.2 else None,
    )


@pytest.mark.parametrize("seed", range(40))
def test_the_script_does_what_the_ledger_does(seed: int) -> None:
    draw = random.Random(seed)
    server, ledger, now = Server(), None, 1_750_000_000.0
    for _ in range(60):
        now = round(now + draw.choice([0.0, 0.001, 0.02, 0.3, 2.0, SEEN, -5.0]), 6)
        law = 0 if ledger is None or ledger.law is None else ledger.law.version
        visit = any_visit(draw, now, law)
        server.now = now
        if ledger is None:
            visit = evolve(visit, expires=None)
            ledger = Ledger.begin(now, visit)
        ours, theirs = ledger.visit(now, visit), server.visit(visit)
        assert theirs.has_expired == ours.has_expired
        if ours.has_expired:
            continue
        assert (theirs.processes, theirs.is_lost, theirs.law) == (ours.processes, ours.is_lost, ours.law)
        for name in ("now", "starts", "full_at", "paused_until", "settled_at"):
            assert getattr(theirs, name) == pytest.approx(getattr(ours, name), rel=0, abs=2e-4), name
