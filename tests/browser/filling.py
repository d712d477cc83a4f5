"""Fill the form of a job as its schema suggests: what there is, an example, or the least."""

UUID = "01990000-0000-7000-8000-000000000000"


class Suggestions:
    """What a schema's fields could hold on this appliance."""

    def __init__(self, appliance):
        self._appliance, self._rows = appliance, {}

    def needed(self, schema, defs, where="params"):
        """Give the id of each control that must be filled, and a value for it."""
        for name in schema.get("required", ()):
            yield from self._of(resolved(schema["properties"][name], defs), defs, f"{where}_{name}")

    def _of(self, field, defs, where):
        items = resolved(field.get("items", {}), defs)
        if items.get("type") == "object":
            yield from self.needed(items, defs, f"{where}_0")
        elif field.get("type") == "object" and set(field["properties"]) != {"secret"}:
            yield from self.needed(field, defs, where)
        elif field.get("type") == "array":
            yield where, [self._value({**items, "x-choices": field.get("x-choices")})]
        else:
            yield where, self._value(field.get("properties", {}).get("secret", field))

    def _value(self, field):
        for known in (self._keys(field.get("x-choices")), field.get("examples"), field.get("enum")):
            if known:
                return known[0]
        if field.get("type") == "boolean":
            return True
        if field.get("type") == "integer":
            return max(1, field.get("minimum", 1))
        return UUID if field.get("format") == "uuid" else "a"

    def _keys(self, table):
        if table and table not in self._rows:
            rows = self._appliance.get(f"/inventory/{table}")["items"]
            self._rows[table] = [row["key"] for row in rows]
        return self._rows.get(table)


def resolved(schema, defs):
    """What a reference stands for."""
    if "$ref" not in schema:
        return schema
    return {**defs[schema["$ref"].rpartition("/")[2]], **schema}


def fill(form, where, value):
    """Put a value into the control of that id."""
    field = form.locator(f"#{where}")
    kind = field.evaluate("(field) => field.type")
    if kind == "checkbox":
        field.check()
    elif kind == "select-one":
        field.select_option(str(value))
    elif isinstance(value, list):
        for one in value:
            field.fill(str(one))
            field.press("Enter")
    else:
        field.fill(str(value))
    field.blur()  # a list of choices goes away
