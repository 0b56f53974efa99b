"""A batch's plan and its run: names for the results, one specification for all pairs, and who does the work.

Imports heavy modules on use, so that help and errors come at once.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from dualzoom.cli.batch_view import BatchView
from dualzoom.settings import FramingSettings, WriteSettings, ZoomSettings

if TYPE_CHECKING:
    from dualzoom.batch.batch_spec import BatchSpec
    from dualzoom.batch.events import Event
    from dualzoom.batch.names import Job
    from dualzoom.pairing.pairs import Pairing


def plan(
    found: "Pairing",
    folder: Path,
    template: str,
    writing: WriteSettings,
    model: str,
    scale: str,
    framing: FramingSettings | None = None,
) -> "list[Job]":
    """Names the pairs' results in `folder`; raises UsageError where two would share one, or all are refused."""
    from dualzoom.batch import names

    if "{model}" in template:  # what "auto" means takes seconds to load, and a preview should be quick
        from dualzoom.network import weights

        model = weights.resolve(model)
    called = Path(model).stem
    jobs = names.plan(found.pairs, folder, template, writing, model=called, scale=scale, framing=framing)
    return sorted(jobs, key=lambda job: job.pair.tele is None)  # lone photos profit from what pairs teach


def spec(model: str, settings: ZoomSettings, writing: WriteSettings) -> "BatchSpec":
    """Builds what every pair of the batch shares; raises WeightsError where the model is not whole."""
    from dualzoom.batch.batch_spec import BatchSpec
    from dualzoom.batch.worker import burst_taught, burst_told, learner_sha256, model_sha256
    from dualzoom.version import installed_version

    return BatchSpec(
        model=model,
        model_sha256=model_sha256(model),
        learner_sha256=learner_sha256(model, settings),
        burst=burst_told(model, settings),
        burst_taught=burst_taught(model, settings),
        version=installed_version(),
        settings=settings,
        writing=writing,
    )


def table_place(
    table: Path | None, jobs: "list[Job]", on_exists: Literal["error", "skip", "overwrite"]
) -> Path | None:
    """Where the table of pairs will be written; None: nowhere. An earlier run's table is replaced, whatever is asked.

    Raises WriteError before the work where something else is there.
    """
    from dualzoom import capture
    from dualzoom.batch.pair_table import is_ours

    if table is None:
        return None
    photos: list[Path | None] = [file for job in jobs for file in job.pair.files]
    return capture.resolve_output_path(table, "overwrite" if is_ours(table) else on_exists, photos)


def write_table(place: Path | None, events: "list[Event]") -> None:
    """Writes the table of pairs; raises WriteError."""
    if place is not None:
        from dualzoom import capture
        from dualzoom.batch.pair_table import pair_table

        capture.write_text(pair_table(events), place, "overwrite")


def run(
    jobs: "list[Job]",
    folder: Path,
    shared: "BatchSpec",
    view: BatchView,
    scheduler: str | None,
    tls: tuple[Path, Path, Path] | None,
    retry_failed: bool,
) -> None:
    """Does the jobs here, or on the workers of `scheduler`; `view` shows each."""
    from dualzoom.batch.coordinator import Coordinator

    over = False
    try:
        with view, Coordinator(folder, shared, view.tell, retry_failed=retry_failed) as coordinator:
            view.note_damage(coordinator.journal.path, coordinator.journal.damaged_lines)
            if scheduler is not None:
                from dualzoom.batch import cluster
                from dualzoom.batch.cluster_connection import Tls

                cluster.run(jobs, coordinator, scheduler, None if tls is None else Tls(*tls))
            else:
                from dualzoom.batch.runner import Runner
                from dualzoom.batch.worker import Worker

                Runner(coordinator, Worker(shared), view.begin, view.progress).run(jobs)
        over = True
    finally:
        if not over and any(view.counts.values()):
            view.interrupted()
