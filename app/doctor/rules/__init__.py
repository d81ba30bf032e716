"""The rules: each looks at a case and names one cause, or nothing.

A new one goes into the file of its subject here, and into the list in `app/doctor/diagnose.py`.
"""

from collections.abc import Callable

from app.doctor.records import Case, Finding

Rule = Callable[[Case], Finding | None]
