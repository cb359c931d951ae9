"""How much is measured: a full run, or a quick one that only shows that everything works."""

from dataclasses import dataclass

from campaigns.county import Size


@dataclass(frozen=True, slots=True)
class Counts:
    """Sizes of a run; seconds are per sample, and every figure is the median of `rounds` samples."""

    rounds: int
    append_seconds: int
    signed_seconds: int
    """Longer, so that what is left to sign at the end weighs as little as it does in a service that runs on."""
    http_seconds: int
    project_events: int
    single_events: int
    """Events of a sample that commits each by itself."""
    lag_seconds: int
    log_sizes: tuple[int, ...]
    """Events already in the log, where growth is measured; the first is what the others are held against."""
    growth_events: int
    verify_events: int
    past_events: tuple[int, ...]
    """Events of the lanes whose past is asked for; the first is what the others are held against."""
    streams: int
    """Open at once on one portal process."""
    stream_seconds: int
    memory_events: tuple[int, ...]
    """Events that are rebuilt from where memory is measured; the first is what the others are held against."""
    campaigns: Size
    """How much the two counties did whose pages are opened."""
    page_rounds: int
    growth_rounds: int
    """More and shorter samples than elsewhere, so that measuring does not itself make the smallest log a large one."""


FULL = Counts(
    rounds=5,
    append_seconds=3,
    signed_seconds=8,
    http_seconds=4,
    project_events=100_000,
    single_events=3_000,
    lag_seconds=4,
    log_sizes=(10_000, 100_000, 1_000_000),
    growth_events=1_000,
    verify_events=1_000_000,
    past_events=(50_000, 500_000),
    streams=2_000,
    stream_seconds=20,
    memory_events=(100_000, 1_000_000),
    campaigns="full",
    page_rounds=40,
    growth_rounds=15,
)
QUICK = Counts(
    rounds=2,
    append_seconds=1,
    signed_seconds=1,
    http_seconds=1,
    project_events=4_000,
    single_events=200,
    lag_seconds=1,
    log_sizes=(500, 1_000, 2_000),
    growth_events=200,
    verify_events=5_000,
    past_events=(500, 2_000),
    streams=50,
    stream_seconds=3,
    memory_events=(1_000, 5_000),
    campaigns="small",
    page_rounds=3,
    growth_rounds=3,
)
