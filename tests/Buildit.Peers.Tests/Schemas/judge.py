"""judge.py SCHEMA DOCUMENT...: says what of each document is against the schema, and nothing if all is well."""
import collections, json, os, sys
import jsonschema
import jsonschema._validators

# Debian's version of the library sorts what has no order when it puts one kind of mistake into words.
jsonschema._validators.extras_msg = lambda extras: (", ".join(map(repr, extras)), "were")


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


schema = load(sys.argv[1])
# Schemas name each other by file name, relative to their own address.
directory, address = os.path.dirname(os.path.abspath(sys.argv[1])), schema.get("$id", "").rpartition("/")[0]
others = {f"{address}/{name}": load(os.path.join(directory, name)) for name in os.listdir(directory) if name.endswith(".schema.json")}
validator = jsonschema.Draft7Validator(schema, resolver=jsonschema.RefResolver.from_schema(schema, store=others))
for path in sys.argv[2:]:
    document = load(path)
    for error in validator.iter_errors(document):
        print(os.path.basename(path), "/".join(map(str, error.absolute_path)), error.message[:300])
    if "spdxVersion" in document:
        # What no schema can say: every name that is used is declared once, and everything can be reached.
        ids = [e["SPDXID"] for e in [document] + document["packages"] + document["files"]]
        used = {r[k] for r in document["relationships"] for k in ("spdxElementId", "relatedSpdxElement")}
        for wrong in sorted(used - set(ids)):
            print(os.path.basename(path), "relates to", wrong, "which is not there")
        for lonely in sorted(set(ids) - used):
            print(os.path.basename(path), lonely, "has no relation")
        for twice in (i for i, count in collections.Counter(ids).items() if count > 1):
            print(os.path.basename(path), twice, "is there twice")
    else:
        refs = []

        def walk(component):
            refs.append(component["bom-ref"])
            for inner in component.get("components", []):
                walk(inner)

        for component in document["components"] + [document["metadata"]["component"]]:
            walk(component)
        if len(set(refs)) != len(refs):
            print(os.path.basename(path), "a bom-ref is there twice")
        for dependency in document["dependencies"]:
            for ref in [dependency["ref"]] + dependency["dependsOn"]:
                if ref not in refs:
                    print(os.path.basename(path), "depends on", ref, "which is not there")
