"""Everything that a story makes, in one folder: cards, squares, page, numbers and a zip."""

import zipfile

from ..checking import front_door
from ..storage.outputs import replaced_file, writable_output_folder
from ..wrapped import EDITIONS, Story, write_summary, write_wrapped
from .card import CARDS, card_folder, make_cards, make_squares, write_cards
from .story.page import write_story

IGNORED = "# Somebody's listening stays out of git.\n*\n"
ZIP = "cards.zip"
BEGINNING = (1980, 1, 1, 0, 0, 0)  # the date of each file in the zip, so that its bytes are stable

WHY_UNTOLD = (  # why a story of a history has no card -> the cards
    (
        "other listeners",
        "place similar_listeners missed_songs listening_age personality character club sound_town "
        "leaderboard tastebreakers pioneer rare_artists country_place "
        "stand_out".split(),
    ),
    (
        "genres and release years, which a songs file adds",
        "top_genres hourly_families oldest_song audio_aura audio_day music_evolution world movie "
        "festival energy".split(),
    ),
    ("playlists and saved songs", ["kept_songs"]),
    ("the tracks of each album", ["top_albums", "new_releases"]),
    ("the lengths of plays and tracks", ["skip_rate"]),
    (
        "more weeks or years before, or a change",
        ["discoveries", "loyalty", "comebacks", "decade", "year_before"],
    ),
)


@front_door
def write_wrapped_folder(story: Story, out_dir, theme="press"):
    """Write the cards of a story, their square pictures, story.html, summary.json,
    Wrapped<year>.json and cards.zip into a folder, with a .gitignore; returns their paths.

    Raises the errors of `card_folder` and `make_cards`.
    """
    folder = card_folder(out_dir)
    with replaced_file(folder / ".gitignore") as temporary:
        temporary.write_text(IGNORED, encoding="utf-8")
    cards = [*make_cards(story, theme), *make_squares(story, theme)]
    pictures = write_cards(cards, folder)
    numbers = [write(story, folder) for write in (write_summary, write_wrapped)]
    page = write_story(story, folder, theme)
    return [page, *pictures, *numbers, write_zip(pictures, folder)]


def write_zip(paths, out_dir):
    """Write cards.zip of some pictures into a folder; returns its path."""
    path = writable_output_folder(out_dir) / ZIP
    with replaced_file(path) as temporary, zipfile.ZipFile(temporary, "w") as archive:
        for picture in paths:
            archive.writestr(zipfile.ZipInfo(picture.name, BEGINNING), picture.read_bytes())
    return path


@front_door
def untold_line(story: Story):
    """One line on the cards that the story of a history does not have, and what they need."""
    if story.too_little:
        return "There is too little music for a full Wrapped; one card shows how far it got."
    names = [name for name in EDITIONS[story.edition].story if name in CARDS]
    names = [name for name in names if not len(story.tables.get(name, ()))]
    known = {name for _, group in WHY_UNTOLD for name in group}
    groups = (*WHY_UNTOLD, ("something to tell", [name for name in names if name not in known]))
    words = [(need, [name for name in group if name in names]) for need, group in groups]
    texts = [f"{', '.join(group)} (need {need})" for need, group in words if group]
    return f"No card: {'; '.join(texts).replace('_', ' ')}." if texts else "Every card is there."
