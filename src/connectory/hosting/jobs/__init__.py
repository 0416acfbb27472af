"""Jobs: schedules that are kept exactly, runs that are remembered."""

from connectory.hosting.jobs.jobs import Jobs
from connectory.hosting.jobs.store import Schedule, declare_schedules, delete_schedules

__all__ = ["Jobs", "Schedule", "declare_schedules", "delete_schedules"]
