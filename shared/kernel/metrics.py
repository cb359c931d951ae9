"""What the kernel counts: Prometheus base units, labels county and projection, never a person."""

from prometheus_client import Counter, Gauge, Histogram

COMMANDS = Counter("yinuo_commands", "Commands answered, by outcome", ["command", "outcome"])
COMMAND_SECONDS = Histogram(
    "yinuo_command_seconds",
    "From a request's arrival to its answer",
    ["command"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
RELAYED = Counter("yinuo_relayed_events", "Events the broker confirmed", ["county"])
RELAY_POSITION = Gauge("yinuo_relay_position", "Position in the lane up to which the broker confirmed", ["county"])
RELAY_FAILURES = Counter("yinuo_relay_failures", "Times the relay began anew from its cursor", ["county"])
APPLIED = Counter("yinuo_applied_events", "Events a projection or policy has passed", ["projection", "county"])
CHECKPOINT = Gauge("yinuo_checkpoint_position", "Where a projection stands in a source's lane", ["projection", "source", "county"])
DUPLICATES = Counter("yinuo_duplicate_events", "Events dropped because they had been applied", ["projection", "county"])
HOLES = Counter("yinuo_lane_holes", "Times a position was missing and the lane was fetched again", ["source", "county"])
WAITING = Gauge("yinuo_lane_waiting", "1 while a lane waits for a position the topic does not hold", ["source", "county"])
PARKED = Counter("yinuo_parked_events", "Events set aside because they could not be applied", ["projection", "county"])
STRAYS = Counter("yinuo_stray_records", "Records on a topic that are no event of a lane", ["topic"])
CONSUMER_LAG = Gauge("yinuo_consumer_lag_records", "Records between a consumer and the end of its topics", ["consumer"])
CONSUMER_RESTARTS = Counter("yinuo_consumer_restarts", "Times the watchdog restarted a silent consumer", ["consumer"])
POLICY_COMMANDS = Counter("yinuo_policy_commands", "Commands policies gave, by outcome", ["policy", "outcome"])
SIGNED = Gauge("yinuo_signed_position", "Position up to which a lane's checkpoint was signed", ["county"])
COSIGNED = Gauge("yinuo_cosigned_position", "Position up to which another service's lane was cosigned here", ["county", "service"])
PROOF_ALARMS = Counter("yinuo_proof_alarms", "Checkpoints that contradict what was cosigned before", ["county"])
SWEEPS = Counter("yinuo_timer_sweeps", "Times a county's deadlines were looked through", ["county"])
TIMERS_FIRED = Counter("yinuo_timers_fired", "Deadlines turned into commands", ["county"])
