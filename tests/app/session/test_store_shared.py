"""A store that several processes share, and that fails: nothing is sent blindly, nobody else's session deleted."""

import asyncio
import json
from pathlib import Path

import pytest

from app.decision import Verdict
from app.errors import Hiccup, NotSignedIn, Refusal, StoreFailed, StoreUnread
from app.errors.reasons import KeyringState
from app.events.session import SessionGone, StorePlace
from app.oauth.id_token import NamedSubject
from app.session.session import Session
from app.session.sign_out import revoke_and_forget
from app.session.states import Ended, SignedIn, SignedOut, Unread
from app.testing.network import responses
from app.testing.sessions import WatchedStore, World
from tests.names import AT

pytestmark = pytest.mark.anyio
DEAD = responses(400, b'{"error":"invalid_grant"}', content_type="application/json")


class Keyring(WatchedStore):
    """Stands in for the OS keyring: shared by every session of a test, readable and writable as is said."""

    place = StorePlace.KEYRING

    def __init__(self) -> None:
        super().__init__()
        self.unreadable: list[KeyringState] = []
        self.deletes_after: asyncio.Event | None = None

    async def load(self, key: str) -> str | None:
        if self.unreadable:
            raise StoreFailed("The keyring is locked.", state=self.unreadable.pop(0))
        return await super().load(key)

    async def delete(self, key: str) -> None:
        if self.deletes_after is not None:
            await self.deletes_after.wait()
        await super().delete(key)


@pytest.fixture
async def keyring(world: World, tmp_path: Path) -> Keyring:
    found = Keyring()
    world.lock_folder = tmp_path
    world.store = found
    world.use(world.second_session(found))
    world.turn(grace_s=0)
    return found


async def other(world: World) -> Session:
    """Return another process's session, restored from the store."""
    found = world.second_session()
    assert await found.restore()
    return found


async def test_an_unreadable_keyring_is_not_nobody_else_has_refreshed(world: World, keyring: Keyring) -> None:
    await world.sign_in()
    beside = await other(world)
    world.clock.jump(31)
    await beside.fresh_token()
    keyring.unreadable = [KeyringState.LOCKED] * 2
    with pytest.raises(Hiccup, match="whether another Lapse has refreshed") as caught:
        await world.session.fresh_token()
    assert caught.value.next_step == "Unlock your keyring, then call again."
    assert isinstance(world.session.state, SignedIn)
    assert world.network.token_requests() == 1, "the spent refresh token was not sent"
    assert (await world.session.fresh_token()).access.name == AT(2)
    assert world.network.token_requests() == 1


async def test_reading_is_tried_again_before_the_call_fails(world: World, keyring: Keyring) -> None:
    await world.sign_in()
    world.clock.jump(31)
    keyring.unreadable = [KeyringState.NOT_ANSWERING]
    assert (await world.session.fresh_token()).access.name == AT(2)


async def test_a_keyring_that_once_failed_to_write_is_looked_at_again(world: World, keyring: Keyring) -> None:
    await world.sign_in()
    keyring.broken = True
    world.clock.jump(31)
    assert (await world.session.fresh_token()).access.name == AT(2)
    assert world.session.place is StorePlace.MEMORY
    keyring.broken = False
    world.clock.jump(31)
    assert (await world.session.fresh_token()).access.name == AT(3), "the older entry was not taken back"
    assert world.session.place is StorePlace.KEYRING
    beside = await other(world)
    world.clock.jump(31)
    await beside.fresh_token()
    before = world.network.token_requests()
    assert (await world.session.fresh_token()).access.name == AT(4)
    assert world.network.token_requests() == before


async def test_what_could_not_be_stored_is_stored_when_it_can_be(world: World, keyring: Keyring) -> None:
    await world.sign_in()
    keyring.broken = True
    world.clock.jump(31)
    await world.session.fresh_token()
    trouble = await world.session.keep_again()
    assert trouble is not None
    keyring.broken = False
    assert await world.session.keep_again() is None
    assert (await other(world)).tokens == world.tokens


async def test_what_could_not_be_stored_is_not_stored_over_another_sign_in(world: World, keyring: Keyring) -> None:
    await world.sign_in()
    keyring.broken = True
    world.clock.jump(31)
    await world.session.fresh_token()
    keyring.broken = False
    late, world.session = world.session, world.second_session()
    await world.sign_in()
    assert await late.keep_again() is not None
    assert (await other(world)).tokens == world.tokens


async def test_a_refused_session_leaves_the_new_sign_in_of_another_lapse(world: World, keyring: Keyring) -> None:
    await world.sign_in()
    refused = world.session
    world.clock.jump(31)
    world.network.faults.append(DEAD)
    keyring.deletes_after = asyncio.Event()
    ending = asyncio.ensure_future(refused.fresh_token())  # noqa: TID251 - the race itself
    await asyncio.sleep(0.1)
    world.session = world.second_session()
    signing_in = asyncio.ensure_future(world.sign_in())  # noqa: TID251
    await asyncio.sleep(0.1)
    keyring.deletes_after.set()
    with pytest.raises(Refusal):
        await ending
    await signing_in
    assert (await other(world)).tokens == world.tokens


async def test_a_sign_out_leaves_the_new_sign_in_of_another_lapse(world: World, keyring: Keyring) -> None:
    await world.sign_in()
    old, world.session = world.session, world.second_session()
    await world.sign_in()
    await revoke_and_forget(old, world.client, world.journal)
    assert isinstance(old.state, SignedOut)
    assert (await other(world)).tokens == world.tokens


async def test_a_refusal_that_nobody_can_check_does_not_end_it(world: World, keyring: Keyring) -> None:
    await world.sign_in()
    beside = await other(world)
    world.clock.jump(31)

    async def refreshed_beside(request: object, onwards: object) -> object:
        keyring.unreadable = [KeyringState.LOCKED] * 2
        return await DEAD(request, onwards)  # type: ignore[arg-type]

    world.network.faults.append(refreshed_beside)  # type: ignore[arg-type]
    with pytest.raises(Hiccup, match="refused the refresh token"):
        await world.session.fresh_token()
    assert isinstance(world.session.state, SignedIn)
    assert beside.tokens is not None


@pytest.mark.parametrize("state", [KeyringState.LOCKED, KeyringState.NOT_ANSWERING])
async def test_a_locked_keyring_is_locked_and_not_nobody(world: World, keyring: Keyring, state: KeyringState) -> None:
    await world.sign_in()
    again = world.second_session()
    keyring.unreadable = [state] * 3
    assert not await again.restore()
    assert isinstance(again.state, Unread)
    with pytest.raises(StoreUnread, match="locked") as caught:
        await again.fresh_token()
    assert caught.value.exit_code == 3
    assert "Nobody is signed in" not in str(caught.value)
    assert "it is not known whether you are signed in" in caught.value.what.lower()
    keyring.unreadable = []
    assert (await again.fresh_token()).access.name == AT(1), "each call tries to read it again"


async def test_no_keyring_at_all_is_nobody(world: World, keyring: Keyring) -> None:
    keyring.unreadable = [KeyringState.ABSENT] * 2
    assert not await world.session.restore()
    with pytest.raises(NotSignedIn):
        await world.session.fresh_token()


async def test_what_was_set_aside_does_not_outlive_sign_out(world: World, keyring: Keyring) -> None:
    await keyring.save("demo", '{"version": 2, "refresh": [1, "secret"]}')
    assert not await world.session.restore()
    with pytest.raises(NotSignedIn, match="damaged"):
        await world.session.fresh_token()
    assert await keyring.load("demo#set-aside") is not None
    await world.session.clear_set_aside()
    assert await keyring.load("demo#set-aside") is None
    await keyring.save("demo", "{")
    await world.session.restore()
    await world.sign_in()
    await revoke_and_forget(world.session, world.client, world.journal)
    assert keyring._texts == {}


async def test_a_newer_entry_survives_all_that_an_older_lapse_does(world: World, keyring: Keyring) -> None:
    newer = json.dumps({"version": 3, "key": "demo", "refresh": [1, "of a newer Lapse"]})
    await keyring.save("demo", newer)
    assert not await world.session.restore()
    assert isinstance(world.session.state, Unread)
    await world.sign_in()
    world.clock.jump(31)
    assert (await world.session.fresh_token()).access.name == AT(2)
    world.clock.jump(31)
    world.network.faults.append(DEAD)
    with pytest.raises(Refusal):
        await world.session.fresh_token()
    assert isinstance(world.session.state, Ended)
    await revoke_and_forget(world.session, world.client, world.journal)
    assert keyring._texts == {"demo": newer}


async def test_after_the_end_nothing_grows(world: World, keyring: Keyring) -> None:
    await world.sign_in()
    world.clock.jump(31)
    world.network.faults.append(DEAD)
    depths = []
    for _ in range(50):
        with pytest.raises(Refusal) as caught:
            await world.session.fresh_token()
        depths.append(len(caught.traceback))
    assert max(depths[1:]) == min(depths[1:])
    assert world.session.ended is not None
    assert world.session.ended.__traceback__ is None


async def test_an_entry_that_is_gone_ends_the_session_here(world: World, keyring: Keyring) -> None:
    await world.sign_in()
    beside = await other(world)
    await revoke_and_forget(beside, world.client, world.journal)
    world.clock.jump(31)
    with pytest.raises(NotSignedIn, match="ended in another Lapse"):
        await world.session.fresh_token()
    assert any(isinstance(entry.event, SessionGone) for entry in world.told)


async def test_a_damaged_entry_is_no_reason_to_sign_out_who_is_held_in_memory(world: World, keyring: Keyring) -> None:
    await world.sign_in()
    await keyring.save("demo", "{")
    world.clock.jump(31)
    assert (await world.session.fresh_token()).access.name == AT(2)
    assert (await other(world)).tokens == world.tokens


async def test_a_refresh_that_was_stopped_writes_over_nobody_s_new_sign_in(world: World, keyring: Keyring) -> None:
    await world.sign_in()
    stopped = world.session
    world.clock.jump(31)

    async def somebody_signs_in(request: object, onwards: object) -> object:
        world.session = world.second_session(keyring)
        world.lock_folder, folder = None, world.lock_folder  # the lock was given up after half a minute
        world.session = world.second_session(keyring)
        world.lock_folder = folder
        response = await onwards()  # type: ignore[operator]
        await world.sign_in()
        return response

    world.network.faults.append(somebody_signs_in)  # type: ignore[arg-type]
    await stopped.fresh_token()
    assert (await other(world)).tokens == world.tokens, "the new sign-in is what is stored"
    assert stopped.store_trouble is not None
    world.clock.jump(31)
    assert (await stopped.fresh_token()).access.name == AT(2)
    assert stopped.tokens is not None
    assert world.tokens.family == stopped.tokens.family, "and what the other goes on with"


async def test_no_refresh_begins_or_comes_back_while_one_signs_out(world: World, keyring: Keyring) -> None:
    await world.sign_in()
    world.clock.jump(31)
    signing_out = asyncio.ensure_future(revoke_and_forget(world.session, world.client, world.journal))  # noqa: TID251
    await asyncio.sleep(0)
    with pytest.raises(NotSignedIn):
        await world.session.fresh_token()
    await signing_out
    assert isinstance(world.session.state, SignedOut)
    assert keyring._texts == {}


async def test_a_sign_out_revokes_what_another_lapse_has_refreshed(world: World, keyring: Keyring) -> None:
    await world.sign_in()
    beside = await other(world)
    world.clock.jump(31)
    await beside.fresh_token()
    assert await revoke_and_forget(world.session, world.client, world.journal) is None
    world.clock.jump(31)
    with pytest.raises((Refusal, NotSignedIn)):
        await beside.fresh_token()


async def test_calls_that_come_at_once_read_a_locked_keyring_once(world: World, keyring: Keyring) -> None:
    await world.sign_in()
    world.clock.jump(31)
    again = world.second_session()
    keyring.unreadable = [KeyringState.LOCKED]
    await again.restore()
    found = await asyncio.gather(*(again.fresh_token() for _ in range(5)))
    assert {each.access.name for each in found} == {AT(2)}
    assert isinstance(again.state, SignedIn)
    assert world.network.token_requests() == 1


async def test_a_sign_in_that_could_not_be_stored_is_not_replaced_by_who_was_there(
    world: World, keyring: Keyring
) -> None:
    await world.sign_in()
    beside = await other(world)
    world.clock.jump(31)
    await beside.fresh_token()
    keyring.broken = True
    await world.sign_in()
    family = world.tokens.family
    await world.session.look_again()
    assert world.tokens.family == family
    world.clock.jump(31)
    keyring.broken = False
    await beside.fresh_token()
    await world.session.look_again()
    assert world.tokens.family == family


async def test_who_reads_between_the_two_writes_of_a_refresh_takes_the_whole_over(
    world: World, keyring: Keyring
) -> None:
    await world.sign_in()
    world.clock.jump(31)
    half: list[Session] = []

    async def looks(*_: object, **__: object) -> object:
        half.append(await other(world))
        return NamedSubject.OURS

    world.client.whose = looks  # type: ignore[method-assign]
    await world.session.fresh_token()
    assert half[0].tokens is not None
    assert half[0].tokens.access is None
    assert (await half[0].fresh_token()).access.name == AT(2)
    assert world.network.token_requests() == 1


async def test_to_refresh_on_request_without_a_refresh_token_leaves_one_signed_in(
    world: World, keyring: Keyring
) -> None:
    await world.sign_in("openid profile")
    with pytest.raises(Hiccup, match="no refresh token") as caught:
        await world.session.fresh_token(asked_for=True)
    assert "still signed in" in str(caught.value)
    assert world.session.decide("status").verdict is Verdict.USE
