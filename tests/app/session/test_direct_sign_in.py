"""Okta Direct Authentication against the real demo org, in simulated time: every path and every refusal."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from app.connection import DEMO_CLIENT_ID, Connection
from app.demo.applications import LAPSE, Grant
from app.demo.one_time_code import current_code
from app.demo.org import ADA, GRACE, User
from app.demo.phone import Phone
from app.errors import BadInput, SignInFailed
from app.events.sign_in import OneTimeCodeRefused, PushAwaited, SecondFactorWanted, SignInFinished, SignInStarted
from app.events.wire import Exchange
from app.secret import Secret
from app.session.direct_sign_in import MOST_CODES, Factor, PushWaiting, direct_sign_in
from app.session.sign_in_result import SignIn, journalled
from app.session.states import SignedIn
from app.testing.network import refused, responses
from app.testing.sessions import World

pytestmark = pytest.mark.anyio


@dataclass
class Person:
    """Chooses a factor, reads codes off the phone of the org, and answers the pushes."""

    world: World
    factor: Factor = Factor.ONE_TIME_CODE
    typed: list[str] = field(default_factory=list)
    response: Callable[["Person", PushWaiting], None] = lambda *_: None
    after_s: float = 7.0
    asked: list[object] = field(default_factory=list)
    pushes: list[PushWaiting] = field(default_factory=list)

    async def choose(self, offered: tuple[Factor, ...]) -> Factor:
        self.asked.append(offered)
        return self.factor

    async def one_time_code(self, *, wrong_before: bool) -> Secret:
        self.asked.append(wrong_before)
        await asyncio.sleep(3)  # a person takes out the phone
        return Secret(self.typed.pop(0) if self.typed else current_code(self.world.org, GRACE).code)

    def show_push(self, push: PushWaiting) -> None:
        self.pushes.append(push)
        asyncio.get_running_loop().call_later(self.after_s, self.response, self, push)


def approve(person: Person, push: PushWaiting) -> None:
    phone = Phone(person.world.org)
    phone.approve(phone.pushes()[0].id, push.number)


def deny(person: Person, push: PushWaiting) -> None:
    phone = Phone(person.world.org)
    phone.deny(phone.pushes()[0].id)


def choose_wrong_number(person: Person, push: PushWaiting) -> None:
    phone = Phone(person.world.org)
    [asked] = phone.pushes()
    phone.approve(asked.id, next(each for each in asked.choices if each != push.number))


def connection(world: World, **more: str) -> Connection:
    given = {"name": "Demo", "issuer": world.org.issuer, "client_id": DEMO_CLIENT_ID, **more}
    return Connection(**given)  # type: ignore[arg-type]


async def sign_in(
    world: World,
    person: Person | None = None,
    *,
    user: User = GRACE,
    password: str | None = None,
    connected: Connection | None = None,
) -> SignIn:
    signing_in = direct_sign_in(
        world.client,
        connected or connection(world),
        world.journal,
        world.clock,
        username=f" {user.short_login}",
        password=Secret(user.password if password is None else password),
        factors=person or Person(world),
    )
    return await journalled(world.journal, signing_in)


def only(world: World, *grants: Grant) -> None:
    world.org.register(replace(LAPSE, grant_types=grants))


async def state(world: World, *grants: str) -> None:
    """Let the server's metadata state these grants."""
    metadata = await world.client.metadata()
    world.client._metadata = replace(metadata, grant_types_supported=grants)


def kinds(world: World) -> list[type]:
    return [type(entry.event) for entry in world.told if not isinstance(entry.event, Exchange)]


# The password.


async def test_a_password_is_enough_without_a_second_factor(world: World) -> None:
    person = Person(world)
    response, claims, attempt = await sign_in(world, person, user=ADA)
    assert (claims["name"], "nonce" in claims, person.asked) == ("Ada Lovelace", False, [])
    assert response.refresh_token is not None
    await world.session.begin(response, claims, cause=attempt)
    assert isinstance(world.session.state, SignedIn)
    started = world.told[1].event if isinstance(world.told[0].event, Exchange) else world.told[0].event
    assert started == SignInStarted(
        world.org.issuer, "", connection(world).scopes, "password", "with username and password"
    )


async def test_a_wrong_password_says_so(world: World) -> None:
    with pytest.raises(SignInFailed, match="did not accept the username and password") as failed:
        await sign_in(world, password="wrong")
    assert failed.value.raw == "invalid_grant: The credentials provided were invalid."
    assert "lock the account" in failed.value.next_step
    finished = world.told[-1].event
    assert isinstance(finished, SignInFinished)
    assert finished.code == "invalid_grant"


@pytest.mark.parametrize(("login", "password"), [(" ", "x"), ("ada", "")])
async def test_nothing_is_sent_without_a_name_and_a_password(world: World, login: str, password: str) -> None:
    with pytest.raises(BadInput, match="missing"):
        await sign_in(world, user=replace(ADA, login=f"{login}@example.com"), password=password)
    assert not world.network.requests


@pytest.mark.parametrize("stated", [("authorization_code", "refresh_token"), ()])
async def test_a_password_is_not_sent_to_a_server_that_takes_none(world: World, stated: tuple[str, ...]) -> None:
    await state(world, *stated)
    world.network.requests.clear()
    with pytest.raises(BadInput, match="takes no passwords") as failed:
        await sign_in(world)
    assert "was not sent" in failed.value.next_step
    assert not world.network.requests


async def test_an_app_without_the_password_grant_is_told_which_to_turn_on(world: World) -> None:
    only(world, Grant.CODE, Grant.REFRESH)
    with pytest.raises(SignInFailed, match="may not use the Resource Owner Password grant") as failed:
        await sign_in(world)
    assert failed.value.next_step.startswith("Turn on the Resource Owner Password grant")


async def test_a_policy_that_wants_more_than_the_app_can_do(world: World) -> None:
    only(world, Grant.PASSWORD, Grant.REFRESH)
    with pytest.raises(SignInFailed, match="does not let this account sign in with a password") as failed:
        await sign_in(world)
    assert "through the browser" in failed.value.next_step


async def test_the_api_and_the_factors_are_named_with_the_password(world: World) -> None:
    await sign_in(world, user=ADA, connected=connection(world, audience="api://x", resource="https://api.example/"))
    sent = next(each for each in world.network.requests if each.url.path.endswith("/token")).content.decode()
    assert "audience=api%3A%2F%2Fx&resource=https%3A%2F%2Fapi.example%2F" in sent
    assert "mfa-otp" in sent
    assert "mfa-oob" in sent


# The one-time code.


async def test_a_one_time_code_follows(world: World) -> None:
    person = Person(world)
    _, claims, _ = await sign_in(world, person)
    assert (claims["name"], claims["amr"]) == ("Grace Hopper", ["pwd", "otp", "mfa"])
    assert person.asked == [(Factor.ONE_TIME_CODE, Factor.PUSH), False]
    assert kinds(world)[:2] == [SignInStarted, SecondFactorWanted]


async def test_a_wrong_code_may_be_typed_again_and_a_gap_in_it_is_none(world: World) -> None:
    right = current_code(world.org, GRACE).code
    person = Person(world, typed=["000000", "", f" {right[:3]} {right[3:]} "])
    _, claims, _ = await sign_in(world, person)
    assert claims["sub"] == GRACE.id
    assert person.asked[1:] == [False, True, True]
    assert kinds(world).count(OneTimeCodeRefused) == 2


async def test_it_ends_after_so_many_wrong_codes(world: World) -> None:
    person = Person(world, typed=["000000"] * 20)
    with pytest.raises(SignInFailed, match="None of 5 one-time codes"):
        await sign_in(world, person)
    assert len(person.asked) == 1 + MOST_CODES


async def test_a_code_that_comes_too_late(world: World) -> None:
    person = Person(world)

    async def slow(*, wrong_before: bool) -> Secret:
        await asyncio.sleep(400)
        return Secret(current_code(world.org, GRACE).code)

    person.one_time_code = slow  # type: ignore[method-assign]
    with pytest.raises(SignInFailed, match="time to enter a one-time code is over") as failed:
        await sign_in(world, person)
    assert (failed.value.raw or "").startswith("access_denied: 'mfa_token' has expired")


async def test_an_app_without_the_code_grant_is_told_which_to_turn_on(world: World) -> None:
    only(world, Grant.PASSWORD, Grant.MFA_OOB)
    with pytest.raises(SignInFailed, match="may not use the MFA OTP grant"):
        await sign_in(world)


# The phone.


@pytest.mark.parametrize("has_number", [True, False])
async def test_a_push_follows(world: World, has_number: bool) -> None:
    world.org.turn(number_challenge=has_number)
    person = Person(world, Factor.PUSH, response=approve)
    start = world.clock.now()
    _, claims, _ = await sign_in(world, person)
    assert (claims["sub"], claims["amr"]) == (GRACE.id, ["pwd", "swk", "mfa"])
    [push] = person.pushes
    assert (push.number is not None, push.until) == (has_number, start + 300)
    assert world.clock.now() - start == 10
    awaited = [entry.event for entry in world.told if isinstance(entry.event, PushAwaited)]
    assert awaited == [PushAwaited(has_number, 300)]


@pytest.mark.parametrize("response", [deny, choose_wrong_number])
async def test_a_push_that_is_denied(world: World, response: Callable[[Person, PushWaiting], None]) -> None:
    with pytest.raises(SignInFailed, match="declined on the phone") as failed:
        await sign_in(world, Person(world, Factor.PUSH, response=response))
    assert failed.value.raw == "invalid_grant: User rejected out-of-band authentication prompt."


async def test_a_push_nobody_answers(world: World) -> None:
    start = world.clock.now()
    with pytest.raises(SignInFailed, match="Nobody answered on the phone in time"):
        await sign_in(world, Person(world, Factor.PUSH))
    assert world.clock.now() == start + 300


async def test_the_servers_own_end_of_a_push_is_told_the_same(world: World) -> None:
    person = Person(world, Factor.PUSH, response=lambda person, _: person.world.org.set_time(moved_s=400))
    with pytest.raises(SignInFailed, match="Nobody answered on the phone in time") as failed:
        await sign_in(world, person)
    assert "has expired" in (failed.value.raw or "")


async def test_polls_for_the_phone_outlive_a_bad_network(world: World) -> None:
    person = Person(world, Factor.PUSH, response=approve)
    show = person.show_push

    def show_and_fail(push: PushWaiting) -> None:
        world.network.faults = [refused(), responses(503), refused()]
        show(push)

    person.show_push = show_and_fail  # type: ignore[method-assign]
    _, claims, _ = await sign_in(world, person)
    assert claims["sub"] == GRACE.id
    assert not world.network.faults


async def test_an_app_without_the_push_grant_is_told_which_to_turn_on(world: World) -> None:
    only(world, Grant.PASSWORD, Grant.MFA_OTP)
    with pytest.raises(SignInFailed, match="may not use the MFA OOB grant"):
        await sign_in(world, Person(world, Factor.PUSH))


# What is offered.


@pytest.mark.parametrize(
    ("stated", "asked"),
    [
        (("password", Grant.MFA_OTP), [False]),
        (("password", Grant.MFA_OTP, Grant.MFA_OOB), [(Factor.ONE_TIME_CODE, Factor.PUSH), False]),
        # as Okta's own metadata has it: none of its direct grants
        (("authorization_code", "password"), [(Factor.ONE_TIME_CODE, Factor.PUSH), False]),
    ],
)
async def test_what_there_is_to_choose_from(world: World, stated: tuple[str, ...], asked: list[object]) -> None:
    await state(world, *stated)
    person = Person(world)
    await sign_in(world, person)
    assert person.asked == asked


async def test_a_server_whose_challenge_endpoint_nobody_knows_offers_codes_only(world: World) -> None:
    metadata = await world.client.metadata()
    world.client._metadata = replace(metadata, token_endpoint=f"{metadata.token_endpoint}?tenant=1")
    person = Person(world)
    await sign_in(world, person)
    assert person.asked == [False]


async def test_no_secret_enters_the_journal(world: World) -> None:
    person = Person(world, Factor.PUSH, response=approve)
    await sign_in(world, person)
    code = current_code(world.org, GRACE).code
    await sign_in(world, Person(world))
    written = repr(world.told) + "".join(entry.sentence() for entry in world.told)
    handed = [*world.org.pending.first_factors, *world.org.pending.out_of_band]
    assert GRACE.password not in written
    assert code not in written
    assert handed
    assert not [each for each in handed if each in written]


async def test_cancelling_while_a_code_is_asked_for(world: World) -> None:
    person = Person(world)
    asked = asyncio.Event()

    async def never(*, wrong_before: bool) -> Secret:
        asked.set()
        await asyncio.sleep(1e6)
        raise AssertionError

    person.one_time_code = never  # type: ignore[method-assign]
    task = asyncio.ensure_future(sign_in(world, person))  # noqa: TID251 - to be cancelled
    await asked.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert world.told[-1].sentence() == "Sign-in ended: It was cancelled."
