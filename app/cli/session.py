"""The commands on a session: sign-in, token, call, status, sign-out."""

import argparse
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from app.cli.output import DONE, NOT_SIGNED_IN, complain, say
from app.cli.repeats import without_secrets
from app.cli.signing_in import kind_asked, sign_in_by_kind
from app.connection import Connection
from app.decision import Reason, Verdict
from app.decision.words import because, consequence
from app.errors import BadInput, LapseError, StoreFailed, StoreUnread
from app.session.calls import CallResult, exit_code, summary
from app.session.sign_out import Fate
from app.session.states import Ended, Fresh, SignedIn, SignedOut, Unread
from app.text import duration
from app.workbench import Workbench, open_workbench

MOST_CALLS = 100


async def sign_in(args: argparse.Namespace) -> int:
    """Sign in; what to do goes to standard error, because people pipe standard output."""
    async with connected(args) as bench:
        await sign_in_by_kind(args, bench)
        if bench.settings.connection != bench.connection:
            bench.remember_connection(bench.connection)
        state = bench.session.state
        assert isinstance(state, SignedIn)
        found = {"signed_in": True, "name": state.tokens.display_name, "kept_in": bench.session.place.value}
        say(args, found, f"Signed in as {state.tokens.display_name}. Kept in {bench.session.place.value}.")
        if bench.session.store_trouble is not None:
            complain(bench.session.store_trouble)
    return DONE


async def token(args: argparse.Namespace) -> int:
    """Print one valid access token; refreshes only if it has lapsed."""
    async with connected(args) as bench:
        fresh = await bench.session.fresh_token(asked_by="lapse token")
        state = bench.session.state
        assert isinstance(state, SignedIn)
        # The one place where a token value is printed: a person asked for exactly that.
        value = fresh.access.value.reveal()
        say(args, {"access_token": value, "expires_at": state.tokens.expires_at}, value)
        return await _kept(bench)


async def refresh(args: argparse.Namespace) -> int:
    """Refresh now, whatever the access token is good for, and say what came."""
    async with connected(args) as bench:
        fresh = await bench.session.fresh_token(asked_by="lapse refresh", asked_for=True)
        say(args, _refreshed_json(bench, fresh), _refreshed_text(bench, fresh))
        return await _kept(bench)


def _refreshed_json(bench: Workbench, fresh: Fresh) -> dict[str, Any]:
    tokens = bench.session.tokens
    return {
        "access": fresh.access.name,
        "refresh": None if tokens is None or tokens.refresh is None else tokens.refresh.name,
        "refreshed_s": fresh.refreshed_s,
        "expires_at": None if tokens is None else tokens.expires_at,
        "id_token_flaw": None if tokens is None or tokens.id_flaw is None else tokens.id_flaw.rule,
    }


def _refreshed_text(bench: Workbench, fresh: Fresh) -> str:
    decision = bench.session.decide("lapse refresh")
    return f"Refreshed in {duration(fresh.refreshed_s or 0.0)}: {fresh.access.name}. {because(decision)}"


async def call(args: argparse.Namespace) -> int:
    """Call a URL with a valid access token, once or many times at once."""
    if not 1 <= args.n <= MOST_CALLS:
        raise BadInput(f"-n must lie between 1 and {MOST_CALLS}.")
    async with connected(args) as bench:
        results = without_secrets(await bench.call_api_many(args.method.upper(), args.url, args.n), bench)
        if args.json:
            for result in results:
                print(json.dumps(_result_json(result)))
        else:
            _print_results(results)
        kept = await _kept(bench)
        return exit_code(results) or kept


async def _kept(bench: Workbench) -> int:
    """Return the exit code of what went well; 3, after saying so, where the new tokens could not be stored.

    This run ends, and what lives in its memory with it: one more try is made before that.
    """
    trouble = await bench.session.keep_again()
    if trouble is None:
        return DONE
    error = _not_kept(trouble)
    complain(error)
    return error.exit_code


def _not_kept(trouble: StoreFailed) -> LapseError:
    return StoreFailed(
        f"The new tokens could not be stored: {trouble.what}",
        state=trouble.state,
        next_step=f"{trouble.state.value}, then run this again. The refresh token that is stored may be used up: "
        "should the next refresh be refused, sign in again.",
    )


def _print_results(results: list[CallResult]) -> None:
    print(summary(results), file=sys.stderr)
    for result in results[:1]:
        if result.answer is not None and result.answer.body:
            sys.stdout.buffer.write(result.answer.body)
            sys.stdout.buffer.write(b"" if result.answer.body.endswith(b"\n") else b"\n")
            sys.stdout.buffer.flush()
    for error in {str(result.error): result.error for result in results if result.error is not None}.values():
        complain(error)


def _result_json(result: CallResult) -> dict[str, Any]:
    return {
        "method": result.method,
        "url": result.url,
        "status": result.status,
        "duration_s": round(result.duration_s, 4),
        "refreshed": any(fresh.refreshed_s is not None and not fresh.joined for fresh in result.steps),
        "story": result.story(),
        "error": None if result.error is None else list(result.error.lines()),
        "body": None if result.answer is None else result.answer.body.decode("utf-8", "replace"),
    }


async def status(args: argparse.Namespace) -> int:
    """Say who is signed in, where the session is kept, and what the next call would do; sends nothing."""
    async with connected(args) as bench:
        decision = bench.session.decide("lapse status")
        state = bench.session.state
        signed_in = isinstance(state, SignedIn)
        name = state.tokens.display_name if isinstance(state, SignedIn) else None
        found = {
            "signed_in": signed_in,
            "name": name,
            "issuer": bench.connection.issuer,
            "client_id": bench.connection.client_id,
            "kept_in": bench.session.place.value if signed_in else None,
            "verdict": decision.verdict.value,
            "reason": decision.reason.value,
            "expires_at": decision.expires_at,
            "remaining_s": decision.remaining_s,
        }
        if isinstance(state, Unread):
            raise StoreUnread(state.reason.trouble)
        who = f"Signed in as {name}, kept in {bench.session.place.value}." if signed_in else _nobody(state)
        say(args, found, f"{bench.connection.issuer}\n{who}\n{because(decision)} {consequence(decision)}")
        if decision.verdict is not Verdict.SIGN_IN or decision.reason is Reason.SEEMS_DEAD:
            return DONE
        return DONE if isinstance(state, Ended) else NOT_SIGNED_IN


def _nobody(state: object) -> str:
    damaged = state.damaged if isinstance(state, SignedOut) else None
    return "Not signed in." if damaged is None else f"Not signed in. {damaged.what} It was set aside."


async def sign_out(args: argparse.Namespace) -> int:
    """Revoke, forget the session whatever the server says, end the browser's session; say what came of each."""
    async with connected(args) as bench:
        if isinstance(bench.session.state, Unread):
            raise StoreUnread(bench.session.state.reason.trouble)
        if not isinstance(bench.session.state, SignedIn):
            await bench.session.clear_set_aside()
            say(args, {"signed_out": False, "revoked": False}, "Nobody was signed in.")
            return NOT_SIGNED_IN
        how = await bench.sign_out(leave_browser=_why_no_browser(args, bench))
        found = {
            "signed_out": True,
            "revoked": how.revoked is Fate.DONE,
            "revocation": how.revoked.value,
            "browser": how.browser.value,
            "forgotten": how.forgotten.value,
            "told": list(how.lines()),
        }
        say(args, found, "\n".join(how.lines()))
    return DONE


def _why_no_browser(args: argparse.Namespace, bench: Workbench) -> str:
    if args.no_browser:
        return "--no-browser was given"
    # the browser would find nobody there any more, and the org keeps its sessions in memory
    return "the demo org of this command ends with it" if bench.connection.embedded and bench.host.org else ""


@asynccontextmanager
async def connected(args: argparse.Namespace) -> AsyncIterator[Workbench]:
    """Open the workbench on the connection that the flags name, or on the one last used."""
    async with open_workbench() as bench:
        bench.journal.subscribe(_Notices())
        if bench.folder_trouble is not None:
            complain(bench.folder_trouble)
        await bench.connect(_chosen(args, bench))
        try:
            yield bench
        except LapseError:
            await _kept(bench)
            raise


class _Notices:
    """Tells on standard error what happens beside: a keyring that is waited for, an ID token that did not pass."""

    def __call__(self, entry: Any) -> None:
        from app.events.session import KeyringAwaited
        from app.events.tokens import IdTokenRefused

        if isinstance(entry.event, KeyringAwaited | IdTokenRefused):
            print(entry.sentence(), file=sys.stderr)


def _chosen(args: argparse.Namespace, bench: Workbench) -> Connection:
    if args.issuer is None:
        if args.client_id is not None:
            raise BadInput("--client-id needs --issuer.")
        return _with_flags(bench.settings.connection, args)
    for known in bench.settings.connections:
        if known.issuer == args.issuer and args.client_id in (None, known.client_id):
            return _with_flags(known, args)
    if args.client_id is None:
        raise BadInput("--issuer needs --client-id.", next_step="Give the client ID registered at that issuer.")
    name = bench.settings.free_name(args.issuer.split("://")[-1])
    return _with_flags(Connection(name=name, issuer=args.issuer, client_id=args.client_id), args)


def _with_flags(connection: Connection, args: argparse.Namespace) -> Connection:
    scopes, redirect_uri = getattr(args, "scope", None), getattr(args, "redirect_uri", None)
    uris = (redirect_uri,) if redirect_uri else connection.redirect_uris
    return replace(
        connection,
        scopes=scopes or connection.scopes,
        redirect_uris=uris,
        sign_in=kind_asked(args, connection),
    )
