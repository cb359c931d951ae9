"""AsyncAPI 3 of a service: the topic it publishes, the topics it reads, every message with its schema."""

from typing import Any

from faststream.specification.asyncapi.v3_0_0.schema import ApplicationSchema

from shared.kernel.envelope import CONTENT_TYPE
from shared.kernel.events import Contract
from shared.kernel.worker import Parts

_REF = "#/components/schemas/{model}"


def asyncapi(parts: Parts, kafka: str) -> dict[str, Any]:
    """Return the description of a service's events; every address in it is a real topic."""
    own = parts.contract
    contracts = {contract.service: contract for contract in (own, *parts.sources, *(source for _, source in parts.policies))}
    messages: dict[str, Any] = {}
    schemas: dict[str, Any] = {}
    for contract in contracts.values():
        for name in contract.events:
            messages[name], schemas_of = _message(contract, name)
            schemas.update(schemas_of)
    document = {
        "asyncapi": "3.0.0",
        "info": {
            "title": f"Yinuo {own.service}",
            "version": "1",
            "description": "CloudEvents 1.0, structured mode; the Kafka key is the county.",
        },
        "defaultContentType": CONTENT_TYPE,
        "servers": {"kafka": {"host": kafka, "protocol": "kafka", "pathname": ""}},
        "channels": {contract.topic: _channel(contract) for contract in contracts.values()},
        "operations": {
            **{f"receive_{contract.service}": _operation(contract, "receive") for contract in contracts.values()},
            f"send_{own.service}": _operation(own, "send"),
        },
        "components": {"messages": messages, "schemas": schemas},
    }
    ApplicationSchema.model_validate(document)
    return document


def _message(contract: Contract, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    schema = contract.events[name].model_json_schema(mode="serialization", ref_template=_REF)
    definitions = schema.pop("$defs", {})
    envelope = {
        "type": "object",
        "required": ["specversion", "id", "type", "source", "subject", "time", "dataschema", "county", "position", "streamversion", "data"],
        "properties": {
            "type": {"const": name},
            "source": {"type": "string", "pattern": f"^/{contract.service}/[0-9]{{6}}$"},
            "dataschema": {"const": contract.dataschema(name)},
            "position": {"type": "string", "pattern": "^[1-9][0-9]*$"},
            "data": {"$ref": f"#/components/schemas/{name}"},
        },
    }
    message = {
        "name": name,
        "title": name,
        "summary": (contract.events[name].__doc__ or name).splitlines()[0],
        "contentType": CONTENT_TYPE,
        "correlationId": {"location": "$message.payload#/correlationid"},
        "payload": {"$ref": f"#/components/schemas/{name}Envelope"},
    }
    return message, {name: schema, f"{name}Envelope": envelope, **definitions}


def _channel(contract: Contract) -> dict[str, Any]:
    return {
        "address": contract.topic,
        "servers": [{"$ref": "#/servers/kafka"}],
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in contract.events},
    }


def _operation(contract: Contract, action: str) -> dict[str, Any]:
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{contract.topic}"},
        "messages": [{"$ref": f"#/channels/{contract.topic}/messages/{name}"} for name in contract.events],
    }
