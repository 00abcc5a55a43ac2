"""What is done for each kind of job."""

from registry.imports import job as imports
from registry.jobs.working import Doing

KINDS: dict[str, Doing] = {imports.KIND: imports.run}
