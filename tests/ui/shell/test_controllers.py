"""Every controller is made alike: of its panel, the shell and the session."""

import inspect
import pkgutil
from importlib import import_module

import ui
from ui.shell.controller import Controller


def _controllers() -> set[type]:
    names = [each.name for each in pkgutil.walk_packages(ui.__path__, "ui.") if each.name.endswith("controller")]
    modules = [import_module(name) for name in names if name != "ui.window.controller"]
    classes = {value for module in modules for name, value in vars(module).items() if name.endswith("Controller")}
    return classes - {Controller}


def _needed(made: type) -> list[str]:
    arguments = inspect.signature(made).parameters.values()
    return [each.name for each in arguments if each.default is inspect.Parameter.empty]


def test_a_controller_is_given_its_panel_the_shell_and_the_session() -> None:
    found = _controllers()
    assert len(found) > 10
    for made in found:
        # The lab and Help are given no model, so that they cannot come near a session.
        shared = ["shell", "model"] if issubclass(made, Controller) else ["shell"]
        needed = _needed(made)
        assert needed[-len(shared) :] == shared, made
        assert len(needed) - len(shared) <= 1, f"{made} is given more than one panel"
