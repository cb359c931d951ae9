"""What the audit compares, and how descriptions of interfaces are read: pure functions over JSON."""

from services.portal.pages.comparing import compared, figures, text
from services.portal.pages.descriptions import fields, kind, messages, operations

THEN = [{"id": "a", "title": "路灯", "status": "proposed", "version": 1}, {"id": "b", "title": "桥", "status": "approved"}]
NOW = [{"id": "a", "title": "路灯", "status": "approved", "version": 2, "unit": "jtj"}, {"id": "c", "title": "水渠", "status": "proposed"}]
DOCUMENT = {
    "paths": {
        "/livez": {"get": {"operationId": "livez", "security": [], "responses": {"200": {"description": "It is."}}}},
        "/v1/{county}/needs": {
            "post": {
                "operationId": "submit_need",
                "summary": "Submit.",
                "parameters": [{"name": "county", "in": "path"}, {"name": "If-Match", "in": "header", "schema": {"type": "string"}}],
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Need"}}}},
                "responses": {"201": {"description": "Done", "content": {"application/json": {"schema": {"type": "object"}}}}},
            }
        },
        "/v1/{county}/needs:batch": {"post": {"responses": {}}},
    },
    "channels": {"intake.events.v1": {"messages": {"NeedSubmitted": {}}}},
    "components": {
        "messages": {"NeedSubmitted": {"summary": "A need.", "payload": {"properties": {"data": {"$ref": "#/components/schemas/Need"}}}}},
        "schemas": {
            "Need": {
                "required": ["title"],
                "properties": {
                    "title": {"type": "string", "description": "In one sentence"},
                    "kind": {"enum": ["need", "opinion"]},
                    "parts": {"type": "array", "items": {"$ref": "#/components/schemas/Need"}},
                    "person": {"anyOf": [{"properties": {"phone": {"type": "string"}}}, {"type": "null"}]},
                },
            }
        },
    },
}


def test_two_moments_say_what_came_what_went_and_which_fields_changed() -> None:
    found = compared(THEN, NOW)
    assert [each["id"] for each in found.came] == ["c"]
    assert [each["id"] for each in found.went] == ["b"]
    assert [(each.name, each.field, each.before, each.after) for each in found.changed] == [
        ("路灯", "status", "proposed", "approved"),
        ("路灯", "unit", "—", "jtj"),
    ]
    same = compared(NOW, NOW)
    assert (same.came, same.went, same.changed) == ([], [], [])


def test_figures_are_compared_by_their_place() -> None:
    found = compared(figures({"needs": {"open": 3, "closed": 1}}), figures({"needs": {"open": 2, "closed": 1}}))
    assert [(each.id, each.before, each.after) for each in found.changed] == [("needs/open", "3", "2")]
    then, now = ({"rows": [{"tier": "office", "open": open_}, {"tier": "unit", "open": 1}]} for open_ in (3, 2))
    assert [each.id for each in compared(figures(then), figures(now)).changed] == ["rows/tier=office/open"]


def test_values_are_read_by_people_and_cut_where_they_are_long() -> None:
    assert text([{"met": True, "reason": "急需"}]) == "met：true，reason：急需"
    assert text({}) == text(None) == "—"
    assert len(text("长" * 1_000)) < 300


def test_operations_are_read_without_batches_and_with_their_bodies() -> None:
    submit, live = operations(DOCUMENT)
    assert (submit.method, submit.path, submit.public, live.public) == ("POST", "/v1/{county}/needs", False, True)
    assert [each.name for each in submit.parameters] == ["If-Match（header）"]
    assert [(each.name, each.required) for each in submit.body] == [
        ("title", True),
        ("kind", False),
        ("parts", False),
        ("person", False),
        ("person.phone", False),
    ]
    assert submit.answers == [("201", "Done")]


def test_a_schema_within_itself_is_not_opened_again() -> None:
    (need,) = messages(DOCUMENT, "intake.events.v1")
    assert [each.name for each in need.fields] == [each.name for each in fields(DOCUMENT, {"$ref": "#/components/schemas/Need"})]
    assert kind(DOCUMENT, {"enum": ["need", "opinion"]}) == "need | opinion"
    assert kind(DOCUMENT, {"anyOf": [{"type": "string", "format": "uuid"}, {"type": "null"}]}) == "string (uuid) | null"
