"""How many examples Hypothesis draws: the profile says it, and what has many variants takes a share of that."""

from hypothesis import HealthCheck, settings


def register_profiles() -> None:
    """Register `ci`, the same few examples on every run, and `deep`, many new ones: `--hypothesis-profile=deep`."""
    settings.register_profile(
        "ci",
        max_examples=50,
        # How long an example takes, and how many are drawn in that time, is up to what else the machine does.
        deadline=None,
        derandomize=True,  # nobody's run fails by chance
        database=None,
        # The last: what an example leaves in a fixture is seen to by the test, as a new world costs more than it tells.
        suppress_health_check=[
            HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture
        ],
    )  # fmt: skip
    settings.register_profile("deep", settings.get_profile("ci"), max_examples=2000, derandomize=False, print_blob=True)
    settings.load_profile("ci")


def share(parts: int) -> settings:
    """Return settings for one of so many variants of a test, or for one whose examples cost as many times the usual."""
    return settings(max_examples=max(1, settings.default.max_examples // parts))
