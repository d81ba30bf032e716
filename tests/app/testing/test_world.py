"""What the program ships for tests, as a test of somebody else's would use it."""

import inspect
import textwrap

import pytest

from app.demo.org import ADA, GRACE, User
from app.errors import BadInput
from app.sim_loop import SimClock
from app.testing import network, sessions
from app.testing.orgs import demo_org
from app.testing.sessions import World

pytestmark = pytest.mark.anyio


async def test_the_example_is_true() -> None:
    example = inspect.getdoc(World)
    assert example is not None
    story = "async def story() -> None:\n" + textwrap.indent(textwrap.dedent(example.partition("::\n")[2]), "    ")
    names = {**vars(sessions), **vars(network)}
    exec(story, names)
    await names["story"]()


@pytest.mark.parametrize("asks_consent", [False, True])
@pytest.mark.parametrize("user", [ADA, GRACE], ids=["without a second factor", "with one"])
async def test_every_user_of_the_org_signs_in(clock: SimClock, user: User, asks_consent: bool) -> None:
    async with World(clock, demo_org(clock, requires_consent=asks_consent)) as world:
        await world.sign_in(user=user)
        assert world.tokens.refresh is not None
        assert world.network.requests == []


async def test_who_is_not_let_in_is_told_so(clock: SimClock) -> None:
    async with World(clock) as world:
        nobody = User(id="00u-nobody", login="nobody@example.com", name="Nobody", password="nothing")
        with pytest.raises(BadInput, match="did not let Nobody in"):
            await world.sign_in(user=nobody)
        world.turn(user_is_assigned=False)
        with pytest.raises(BadInput, match="did not let Ada Lovelace in: access_denied"):
            await world.sign_in()
        with pytest.raises(AssertionError, match="nobody is signed in"):
            assert world.tokens


async def test_a_restart_finds_what_was_stored(clock: SimClock) -> None:
    async with World(clock) as world:
        assert not await world.restart()
        await world.sign_in()
        before = world.session
        assert await world.restart()
        assert world.session is not before
        assert (await world.calls.call("GET", world.org.api_url)).status == 200


async def test_an_org_begins_as_it_is_wanted(clock: SimClock) -> None:
    org = demo_org(clock, grace_s=0, access_token_lifetime_s=60, faults=("503=5@token*2",))
    assert (org.knobs()["grace_s"], org.policy.access_token_lifetime_s) == (0, 60)
    assert [str(each.fault) for each in org.faults.switched] == ["503=5@token*2"]
    with pytest.raises(BadInput):
        demo_org(clock, no_such_knob=1)
