"""The gallery: cards and stories of listeners of a run, as it came out."""

import html

import wrapsim_helpers as ws
from wrapsim_helpers.cards.card import card_names, make_card
from wrapsim_helpers.cards.themes import THEMES
from wrapsim_helpers.wrapped.insights import INSIGHTS

N_STORIES, N_GUESTS = 3, 5
TEXT = """# Gallery

Everything on this page comes from one run of {n} invented listeners over a year, the run of the
notebooks. The listeners are chosen by a rule, so that they differ most; see
[04_wrapped](notebooks/04_wrapped.ipynb). Select a card to see it in full size.

## Stories

Select a listener to play the cards of their year. A story is one file that needs no network.

{stories}

## A card for each question

Neighbouring cards are of different listeners.

{cards}

## Together

The matches of two listeners, and the awards of a party of {guests}.

{together}

## An artist's year

The year of {artist}, from all listeners of the run.

{artist_cards}

## Themes

The same card in each theme.

{themes}

[Make cards of your own history](docs/how_to/your_wrapped.md), or
[add a card](docs/how_to/an_insight.md).
"""


def write_gallery(run_dir, source, extra):
    """Write the page of the gallery, and its pictures and stories.

    run_dir  a finished run;  source  folder of pages;  extra  folder of files without a page
    """
    people = ws.contrasting_listeners(run_dir)
    stories = ws.tell_stories(run_dir, people["listener_id"])
    folder = extra / "gallery"
    folder.mkdir(parents=True)
    first = stories[0].tables["top_artists"]["artist"][0]
    parts = {
        "n": ws.read_manifest(run_dir)["identity"]["parameters"]["num_users"],
        "stories": grid(story_figures(stories[:N_STORIES], people["title"], folder)),
        "cards": grid(card_figures(stories, folder)),
        "together": grid(together_figures(run_dir, people["listener_id"], folder)),
        "artist_cards": grid(artist_figures(run_dir, first, folder)),
        "themes": grid(theme_figures(stories[1], folder)),
    }
    text = TEXT.format(guests=N_GUESTS, artist=first, **parts)
    (source / "gallery.md").write_text(text, encoding="utf-8")


def story_figures(stories, titles, folder):
    """A figure for each story: its summary, which leads to the page that plays it."""
    for story, title in zip(stories, titles):
        name = f"story_{story.listener['listener_id']}"
        ws.write_story(story, folder / name)
        person = story.listener["name_latin"] or story.listener["name"]
        caption, page = f"Play the year of {person}. {title}", f"{name}/story.html"
        yield figure(make_card("summary", story), name, caption, folder, page)


def card_figures(stories, folder):
    """A figure for each card that one of the stories has, from one story after another."""
    names = list(dict.fromkeys(name for story in stories for name in card_names(story)))
    for i, name in enumerate(names):
        turned = [*stories[i % len(stories) :], *stories]
        story = next(story for story in turned if name in card_names(story))
        yield figure(make_card(name, story), name, question_of(name), folder)


def question_of(name):
    """The question that a card answers."""
    insight = INSIGHTS.get(name)
    return insight.question if insight else "What was each listener's year?"


def together_figures(run_dir, numbers, folder):
    """Figures of two listeners, and of a party."""
    pair = ws.blend(run_dir, *numbers[:2])
    guests = ws.party(run_dir, list(numbers[:N_GUESTS]))
    yield figure(make_card("blend", pair), "blend", "What do two listeners share?", folder)
    yield figure(make_card("party", guests), "party", "Who wins which award?", folder)


def artist_figures(run_dir, artist, folder):
    """Figures of an artist's cards."""
    story = ws.tell_artist(run_dir, artist)
    for name in ("artist_year", "artist_countries", "accolades"):
        if name in card_names(story):
            caption = name.replace("_", " ").capitalize()
            yield figure(make_card(name, story), name, caption, folder)


def theme_figures(story, folder):
    """The same card in each theme."""
    for theme in THEMES:
        name = f"theme_{theme}"
        yield figure(make_card("top_artists", story, theme), name, theme.capitalize(), folder)


def grid(figures):
    """Figures side by side, as HTML."""
    inside = "\n".join(figures)
    return f'<div class="cards">\n{inside}\n</div>'


def figure(card, name, caption, folder, target=""):
    """Write a card's picture; the HTML that shows it with its alt text and caption.

    target  what it leads to, from the folder; "" for the picture
    """
    (folder / f"{name}.png").write_bytes(card.png)
    alt = html.escape(" ".join(card.alt.split()), quote=True)
    return (
        f'<figure><a href="gallery/{target or f"{name}.png"}"><img src="gallery/{name}.png" '
        f'alt="{alt}" width="1080" height="1920" loading="lazy"></a>'
        f"<figcaption>{html.escape(caption)}</figcaption></figure>"
    )
