"""Makes the two bundled sample files. Everything in them is invented.

    python data/make_samples.py

writes `spotify_data.csv`, 1,040 answers to a survey about listening, and `spotify_2000.csv`, a
catalogue of 2,000 songs, beside this script. Headers, spelling and oddities are those of two public
files whose licence is not established; the rows are drawn from the published figures in
`behaviour/survey_marginals.json` and `behaviour/songs_profile.json`, the names from
`sample_names.json`. The same script writes the same bytes.
"""

import csv
import json
from pathlib import Path

from sample_songs import N_SONGS, sample_songs
from sample_survey import N_ANSWERS, sample_survey

HERE = Path(__file__).resolve().parent


def load_json(path):
    """What a JSON file beside this script holds."""
    return json.loads((HERE / path).read_text(encoding="utf-8"))


def write_csv(table, path, encoding):
    """Writes a table with \\n at the end of lines, and quotes only where a cell needs them."""
    with open(path, "w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(table.columns)
        writer.writerows(table.to_numpy(dtype=object))


def write_samples(folder=HERE):
    """Writes both files into a folder."""
    survey = sample_survey(load_json("behaviour/survey_marginals.json"))
    songs = sample_songs(load_json("behaviour/songs_profile.json"), load_json("sample_names.json"))
    write_csv(survey, Path(folder) / "spotify_data.csv", "utf-8")
    write_csv(songs, Path(folder) / "spotify_2000.csv", "utf-8-sig")


if __name__ == "__main__":
    write_samples()
    print(f"{N_ANSWERS:,} answers and {N_SONGS:,} songs written to {HERE.name}/")
