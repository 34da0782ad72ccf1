"""Checks a JSON value against the part of JSON Schema that schema/api.json uses. An unknown keyword is an error."""
import datetime
import re

TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}
SAID = {"description"}
KNOWN = SAID | {"type", "format", "enum", "properties", "required", "additionalProperties", "items", "$ref"}


def is_of(value, name):
    if name == "integer":
        return isinstance(value, int) and not isinstance(value, bool)
    if name == "number":
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return isinstance(value, TYPES[name])


def is_formatted(value, form):
    if form == "date":
        return re.fullmatch(r"\d{4}-\d\d-\d\d", value) and datetime.date.fromisoformat(value)
    if form == "date-time":
        return re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", value)
    raise ValueError("unknown format " + form)


def problems(value, schema, document, where="$"):
    """Everything that is wrong with `value`, as lines of text."""
    unknown = set(schema) - KNOWN
    if unknown:
        raise ValueError("keywords this checker does not know: %s" % ", ".join(sorted(unknown)))
    if "$ref" in schema:
        target = document
        for part in schema["$ref"].lstrip("#/").split("/"):
            target = target[part]
        return problems(value, target, document, where)
    found = []
    if "type" in schema:
        names = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        if not any(is_of(value, name) for name in names):
            return ["%s: %r is no %s" % (where, value, " or ".join(names))]
    if "enum" in schema and value not in schema["enum"]:
        found.append("%s: %r is none of %s" % (where, value, schema["enum"]))
    if "format" in schema and isinstance(value, str) and not is_formatted(value, schema["format"]):
        found.append("%s: %r is no %s" % (where, value, schema["format"]))
    if isinstance(value, dict):
        properties = schema.get("properties", {})
        found += ["%s: `%s` is missing" % (where, name) for name in schema.get("required", []) if name not in value]
        for name, part in value.items():
            if name in properties:
                found += problems(part, properties[name], document, "%s.%s" % (where, name))
            elif isinstance(schema.get("additionalProperties"), dict):
                found += problems(part, schema["additionalProperties"], document, "%s.%s" % (where, name))
            elif schema.get("additionalProperties") is False:
                found.append("%s: `%s` is not in the schema" % (where, name))
    if isinstance(value, list) and "items" in schema:
        for index, part in enumerate(value):
            found += problems(part, schema["items"], document, "%s[%d]" % (where, index))
    return found
