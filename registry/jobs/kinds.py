"""What is done for each kind of job."""

from registry.imports import job as imports
from registry.jobs.working import Doing
from registry.labels import bulk as labels

KINDS: dict[str, Doing] = {imports.KIND: imports.run, labels.KIND: labels.run}
