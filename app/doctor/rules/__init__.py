"""The rules: each looks at a case and says one cause, or nothing."""

from collections.abc import Callable

from app.doctor.records import Case, Finding

Rule = Callable[[Case], Finding | None]
