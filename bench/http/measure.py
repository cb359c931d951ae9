"""One command over HTTP: intake as it runs in production, against a bare FastAPI route with one INSERT."""

from functools import partial

from bench.counts import Counts
from bench.figures import Against, Reach, Report, figure
from bench.http.calls import Target, sample
from bench.http.intake import Intake
from bench.http.peer import bare_app
from bench.lab import Lab, database
from bench.material import body_bytes
from bench.sampling import interleave

CONNECTIONS = 16
_REACH = Reach(0.6)


def run(lab: Lab, counts: Counts, report: Report) -> None:
    """Measure both in turn, each in a process of its own, called by a third."""
    seconds = counts.http_seconds
    with lab.stack("http", ("intake",)) as stack, bare_app(database(stack, "bare"), lab.spare_port):
        intake = Intake(stack)
        call = partial(sample, connections=CONNECTIONS, seconds=seconds)
        contestants = {
            "http/bare": lambda: call(Target(lab.spare_port, "/needs")),
            "http/submit": lambda: intake.settled(lambda: call(intake.target(sealed=False))),
            "http/submit-sealed": lambda: intake.settled(lambda: call(intake.target(sealed=True))),
        }
        samples = interleave("http", contestants, counts.rounds, lab.say)
        conditions = {
            "connections": CONNECTIONS,
            "seconds_per_sample": seconds,
            "body_bytes": body_bytes(),
            "events_at_end": intake.head(),
            "most_events_yet_to_project": intake.most_behind,
        }
    against = Against("http/bare", samples["http/bare"], _REACH)
    report.add(
        figure("http/bare", samples["http/bare"], "requests/s", conditions),
        figure("http/submit", samples["http/submit"], "requests/s", conditions, against),
        figure("http/submit-sealed", samples["http/submit-sealed"], "requests/s", conditions, Against("http/bare", samples["http/bare"])),
    )
