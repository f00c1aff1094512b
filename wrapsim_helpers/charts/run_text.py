"""What a run has, and what was found in it: tables and sentences of the notebooks."""

import pandas as pd

from ..cards.words import THIN, counted
from ..checking import front_door, in_bytes
from ..runs.opened import read_manifest

MOST_NAMED = 4  # effects or rules in a sentence


@front_door
def file_table(run_dir):
    """What is in the files of a run? DataFrame content, format, files, rows, bytes; the plays as
    Parquet first, then as Avro, then the other tables, by rows.
    """
    files = pd.DataFrame(read_manifest(run_dir)["files"])
    parts = files["file"].str.extract(r"^(?P<content>[^/.]+).*\.(?P<format>\w+)$")
    parts["content"] = parts["content"].replace("avro", "plays")
    table = pd.concat([parts, files[["rows", "bytes"]]], axis=1)
    table = table.groupby(["content", "format"], as_index=False).agg(
        files=("rows", "size"), rows=("rows", "sum"), bytes=("bytes", "sum")
    )
    order = ["plays", "rows", "format"]
    by_rows = table.assign(plays=table["content"] == "plays").sort_values(order, ascending=False)
    return by_rows.drop(columns="plays").reset_index(drop=True)


@front_door
def describe_files(run_dir):
    """How much did a run write? A sentence."""
    table, manifest = file_table(run_dir), read_manifest(run_dir)
    sizes = table.groupby("format")["bytes"].sum()
    names = {"parquet": "Parquet", "avro": "Avro"}
    formats = " and ".join(f"{in_bytes(size)} of {names[name]}" for name, size in sizes.items())
    n_listeners = table.set_index("content")["rows"]["listeners"]
    return (
        f"{counted(manifest['plays'], 'play')} by {counted(n_listeners, 'listener')}, in "
        f"{counted(table['files'].sum(), 'file')}: {formats}."
    )


@front_door
def describe_effects(effects: pd.DataFrame):
    """How many effects were measured as requested, which were not, and which cannot be seen? Some
    sentences. effects: as from `effects_of`
    """
    n = effects["holds"].value_counts().reindex(["yes", "no", "not seen"], fill_value=0)
    missed, unseen = (effects[effects["holds"] == word] for word in ("no", "not seen"))
    of_missed = "; ".join(
        map(missed_text, *(missed[c] for c in ("effect", "observed", "requested")))
    )
    return " ".join(
        [
            f"{n['yes']} of {n['yes'] + n['no']} requested values lie within the interval of the "
            f"measured one.",
            f"Outside: {of_missed}." * bool(of_missed),
            f"This log cannot show {counted(n['not seen'], 'effect')}, such as "
            f"{', '.join(unseen['effect'][:MOST_NAMED])}." * bool(len(unseen)),
            effects.attrs["looked_at"],
        ]
    )


def missed_text(effect, observed, requested):
    """An effect with its two numbers."""
    return f"{effect} is {observed:.2f}, requested {requested:.2f}"


@front_door
def describe_checks(rules: pd.DataFrame):
    """On how many plays do the rules hold? A sentence. rules: as from `check_plays`"""
    examples = "; ".join(rules["rule"][:MOST_NAMED])
    return (
        f"{counted(len(rules), 'rule')} hold on "
        f"{rules['checked on'].iloc[0].replace(',', THIN)}, among them: "
        f"{examples}."
    )
