"""Makes a change that a user has seen, and looks whether it was made."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.errors import LapseError, OktaRefused, Unreachable
from app.okta import words
from app.okta.change import App, AppField, FieldChange, GrantChange, compared, differing
from app.okta.validation import ROTATE

if TYPE_CHECKING:
    from app.okta.management import ManagementClient


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """A change that was read back: `fields` before and after; `others` are other members that differ.

    Okta may normalise what it is sent, and someone may have saved the app at the same moment.
    """

    app_id: str
    client_id: str
    label: str
    fields: tuple[FieldChange, ...]
    others: tuple[str, ...]


async def apply(management: "ManagementClient", change: GrantChange, *, cause: int | None = None) -> Applied:
    """Apply `change` unless the app has changed since it was shown, read the app again and return the result.

    The Applications API has no conditional PUT, so a change saved between our GET and our PUT is lost; that window
    is kept short. Raises OktaRefused for what Okta would refuse (without sending anything), for
    an app that changed, and where the change is not there afterwards; else what `Management` raises.
    """
    if change.problems:
        raise _not_sent(change)
    changed = differing(change.before, await management.read_app(change.app_id, cause=cause))
    if changed:
        what, next_step = words.changed_meanwhile(changed)
        raise OktaRefused(what, next_step=next_step)
    lost: Unreachable | None = None
    if change.is_needed:
        try:
            await management.replace_app(change.app_id, change.after, cause=cause)
        except Unreachable as error:
            if not error.sent:
                raise
            lost = error  # the change may have been made although the response was lost
    return _confirmed(change, await _read_back(management, change, cause), lost)


async def _read_back(management: "ManagementClient", change: GrantChange, cause: int | None) -> App:
    try:
        return await management.read_app(change.app_id, cause=cause)
    except LapseError as error:
        what, next_step = words.unconfirmed(error.what)
        found = OktaRefused(what, next_step=next_step, raw=error.raw)
        found.exit_code = error.exit_code
        raise found from None


def _confirmed(change: GrantChange, now: App, lost: Unreachable | None) -> Applied:
    fields = compared(change.before, now)
    wanted = compared(change.before, change.after)
    missing = [each.field.value for each, want in zip(fields, wanted, strict=True) if not _is_there(change, each, want)]
    if missing and lost is not None:
        what, next_step = words.as_it_was(lost.what)
        raise Unreachable(what, sent=True, kind=lost.kind, next_step=next_step)
    if missing:
        what, next_step = words.not_shown(missing)
        raise OktaRefused(what, next_step=next_step)
    ours = {each.value for each in AppField}
    others = tuple(each for each in differing(change.after, now) if each not in ours | {"lastUpdated"})
    return Applied(
        app_id=change.app_id, client_id=change.client_id, label=_label(now, change), fields=fields, others=others
    )


def _is_there(change: GrantChange, now: FieldChange, wanted: FieldChange) -> bool:
    if now.field is AppField.GRACE and change.wanted.rotation_type != ROTATE:
        return True  # without rotation there is nothing to be gracious about, and Okta need not show it
    if now.field in (AppField.GRANT_TYPES, AppField.REDIRECT_URIS):
        return set(wanted.after) <= set(now.after)
    return now.after == wanted.after


def _not_sent(change: GrantChange) -> OktaRefused:
    first = change.problems[0]
    what, next_step = words.would_be_refused(first.cause or first.summary)
    return OktaRefused(
        what,
        next_step=next_step,
        code=first.code,
        causes=tuple(each.cause for each in change.problems if each.cause),
    )


def _label(app: Mapping[str, Any], change: GrantChange) -> str:
    return str(app.get("label") or change.label)
