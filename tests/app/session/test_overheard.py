"""What servers say of a session is data: no claim and no error reaches a name or a line raw, nor repeats a token."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.journal import Journal
from app.secret import MASK
from app.session.session import Session
from app.testing.sessions import World

pytestmark = pytest.mark.anyio
HOSTILE = "Ada\x1b[2J\x9b31m\r\nYou are signed in.\u202e" + "x" * 40_000


async def test_a_name_is_one_line_that_prints(world: World) -> None:
    await world.sign_in()
    for claim in ("name", "preferred_username", "email", "sub"):
        named = replace(world.tokens, id_claims={claim: HOSTILE}, first_id_claims=None)
        assert named.display_name.startswith("Ada [2J 31m You are signed in. xxx")
        assert named.display_name.isprintable()
        assert len(named.display_name) <= 80


async def test_a_name_of_spaces_is_no_name(world: World) -> None:
    await world.sign_in()
    claims = {"name": " \t\u202e ", "preferred_username": "", "email": None, "sub": "00u1"}
    assert replace(world.tokens, id_claims=claims, first_id_claims=None).display_name == "00u1"
    assert (
        replace(world.tokens, id_claims={"name": "\n"}, first_id_claims=None).display_name
        == "unknown user (no ID token)"
    )


async def test_a_name_repeats_no_token(world: World) -> None:
    await world.sign_in()
    for held in world.tokens.values():
        name = replace(world.tokens, id_claims={"name": f"Ada {held.reveal()[:200]}{held.reveal()}"}).display_name
        assert held.reveal() not in name
    name = replace(world.tokens, id_claims={"name": f"Ada {world.tokens.values()[1].reveal()}"}).display_name
    assert name.startswith(f"Ada {MASK}")


async def test_every_generation_in_hand_is_known(world: World) -> None:
    await world.sign_in()
    held = [*world.tokens.values()]
    world.clock.jump(31)
    await world.session.fresh_token()
    held += world.tokens.values()
    cleaned = world.journal.secrets.clean(" ".join(each.reveal() for each in held))
    assert not [each for each in held if each.reveal() in cleaned]


async def test_tokens_of_another_run_are_known_once_restored(world: World) -> None:
    await world.sign_in()
    journal = Journal(world.clock)
    again = Session(world.client, world.store, journal, world.clock, key="demo", leeway_s=1.0)
    assert await again.restore()
    assert world.tokens.refresh is not None
    token = world.tokens.refresh.value.reveal()
    assert token not in journal.secrets.clean(f"it was {token}")


@given(st.text(max_size=200))
def test_any_name_may_stand_in_a_title(name: str) -> None:
    from app.text import one_line

    shown = one_line(name, longest=80)
    assert shown.isprintable() or not shown
    assert len(shown) <= 80
