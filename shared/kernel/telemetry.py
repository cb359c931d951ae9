"""Structured logs with correlation ids and no personal data; W3C trace context from request to log to Kafka."""

import logging
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ALWAYS_ON, ParentBased
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

_PROPAGATOR = TraceContextTextMapPropagator()
_PERSONAL = frozenset({"name", "phone", "address", "petitioner", "authorization", "token", "title", "detail", "body", "data"})


def _mask(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drop what could be about a person, should somebody ever log it."""
    for name in _PERSONAL & event.keys():
        event[name] = "***"
    return event


def configure_logging(service: str, level: str) -> None:
    """Write one JSON object a line to stderr: time, level, service, event, context."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _mask,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service)
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")
    logging.getLogger("aiokafka").setLevel(logging.ERROR)  # reconnecting is said by the relay and the watchdog


def tracer(service: str, otlp_endpoint: str | None) -> trace.Tracer:
    """Return a tracer; without an endpoint spans carry ids (so that a trace goes on) and are not recorded."""
    provider = TracerProvider(
        resource=Resource.create({"service.name": f"yinuo-{service}"}),
        sampler=ParentBased(ALWAYS_ON if otlp_endpoint else ALWAYS_OFF, remote_parent_sampled=ALWAYS_ON if otlp_endpoint else ALWAYS_OFF),
    )
    if otlp_endpoint:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415 - heavy, seldom wanted
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=otlp_endpoint)))
    return provider.get_tracer("yinuo")


def parent_of(traceparent: str | None) -> Context | None:
    """Return the context of an incoming `traceparent`, or None."""
    return _PROPAGATOR.extract({"traceparent": traceparent}) if traceparent else None


def traceparent_of(span: trace.Span) -> str | None:
    """Return the `traceparent` that makes others children of this span."""
    carrier: dict[str, str] = {}
    _PROPAGATOR.inject(carrier, context=trace.set_span_in_context(span))
    return carrier.get("traceparent")


def bind(**context: object) -> Mapping[str, Any]:
    """Bind context to this task's log lines; returns tokens for structlog to reset."""
    return structlog.contextvars.bind_contextvars(**context)
