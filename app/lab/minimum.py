"""The theoretical minimum: how many refreshes a schedule of calls could not do without."""

from collections.abc import Iterable


def least_refreshes(calls: Iterable[float], lifetime_s: float) -> int:
    """Return the fewest refreshes that give every call a valid access token; `calls` are sorted times.

    The sign-in at 0 and each refresh bring a token valid for `lifetime_s`; refreshes take no time and never
    fail. Refreshing as late as possible, at the first call without a valid token, is optimal: any plan must have
    a token that was issued after the last one here ended and no later than this call, and to issue it at the call
    itself makes it good for every later call that it could have served.
    """
    good_until, refreshes = lifetime_s, 0
    for moment in calls:
        if moment >= good_until:
            good_until = moment + lifetime_s
            refreshes += 1
    return refreshes
