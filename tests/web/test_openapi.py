"""The description of the public API is OpenAPI 3.1, and says neither more nor less than there is."""

from typing import Any

import pytest

from node.storage import board
from tests.web.conftest import Hall

BASE = "http://corkboard.local:8080"
TYPES = {"string", "integer", "boolean", "array", "object", "null"}


def description(hall: Hall) -> dict[str, Any]:
    answer = hall.app.test_client().get("/api/openapi.json", base_url=BASE)
    assert answer.status_code == 200 and answer.content_type == "application/json"
    return answer.json


def resolved(told: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in part:
        return part
    found: Any = told
    for name in part["$ref"].removeprefix("#/").split("/"):
        found = found[name]
    return found


def check_schema(told: dict[str, Any], schema: dict[str, Any]) -> None:
    schema = resolved(told, schema)
    assert set(schema) & {"type", "enum", "const"}
    kinds = schema.get("type", [])
    assert set([kinds] if isinstance(kinds, str) else kinds) <= TYPES
    assert set(schema.get("required", ())) <= set(schema.get("properties", ()))
    for inner in [*schema.get("properties", {}).values(), *([schema["items"]] if "items" in schema else [])]:
        check_schema(told, inner)


def test_it_has_the_shape_that_openapi_asks(hall: Hall) -> None:
    told = description(hall)
    assert told["openapi"] == "3.1.0" and {"title", "version"} <= set(told["info"])
    operations = [one for path in told["paths"].values() for one in path.values()]
    assert len({one["operationId"] for one in operations}) == len(operations)
    for operation in operations:
        for parameter in (resolved(told, one) for one in operation["parameters"]):
            assert parameter["in"] == "query" and parameter["name"] and parameter["required"] is False
            check_schema(told, parameter["schema"])
        for status, response in operation["responses"].items():
            assert status in ("200", "304", "default") and response["description"]
            for medium in response.get("content", {}).values():
                check_schema(told, medium["schema"])


def test_every_address_for_programs_is_described_and_every_description_has_one(hall: Hall) -> None:
    there = {
        (rule.rule, method.lower())
        for rule in hall.app.url_map.iter_rules()
        if rule.endpoint.startswith("api.") or rule.rule.startswith(("/api/", "/feed"))
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    told = {(path, method) for path, one in description(hall)["paths"].items() for method in one}
    assert there == told


def test_answers_are_as_described(hall: Hall) -> None:
    hall.has("A ladder", area="East", wanted=2)
    told, client = description(hall), hall.app.test_client()
    for path, one in told["paths"].items():
        answer = client.get(path, base_url=BASE)
        [(kind, medium)] = one["get"]["responses"]["200"]["content"].items()
        assert answer.content_type.partition(";")[0] == kind
        assert ("ETag" in answer.headers) == ("304" in one["get"]["responses"])
        if "properties" in medium["schema"]:
            assert set(answer.json) == set(medium["schema"]["properties"])
    [post] = client.get("/api/posts.json", base_url=BASE).json["posts"]
    schema = told["components"]["schemas"]["Post"]
    assert set(post) == set(schema["properties"]) == set(schema["required"])
    for name, value in post.items():
        check_value(value, schema["properties"][name], name)


def test_a_program_that_goes_wrong_is_told_so_as_described(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    told, client = description(hall), hall.app.test_client()
    monkeypatch.setattr(board, "page", None)
    wrong = {("GET", "/api/nowhere"): 404, ("GET", "/API/"): 404, ("POST", "/api/posts.json"): 403}
    for (way, path), status in (wrong | {("GET", "/api/posts.json"): 500}).items():
        answer = client.open(path, method=way, base_url=BASE)
        [(kind, medium)] = told["paths"]["/api/posts.json"]["get"]["responses"]["default"]["content"].items()
        assert (answer.status_code, answer.content_type) == (status, kind)
        assert set(answer.json) == set(resolved(told, medium["schema"])["properties"]) and answer.json["title"]


def check_value(value: object, schema: dict[str, Any], name: str) -> None:
    kinds = schema.get("type", [])
    is_a = {"string": str, "integer": int, "boolean": bool, "array": list, "null": type(None)}
    allowed = tuple(is_a[kind] for kind in ([kinds] if isinstance(kinds, str) else kinds))
    assert not allowed or isinstance(value, allowed), name
    assert value in schema.get("enum", [value]) and value == schema.get("const", value), name


def test_every_filter_that_is_described_does_something(hall: Hall) -> None:
    hall.has("A ladder", category="tools", area="East", lang="en")
    hall.has("Soup", kind="offer", category="food", area="West", lang="en")
    client, given = hall.app.test_client(), {"kind": "offer", "category": "food", "area": "West", "find": "soup"}
    for name, value in (given | {"limit": "1"}).items():
        assert len(client.get(f"/api/posts.json?{name}={value}", base_url=BASE).json["posts"]) == 1, name
