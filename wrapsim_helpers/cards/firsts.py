"""Cards of what is first or new: the first song, new artists, seasons, countries."""

import numpy as np

from .albums import named_headline, sub_line
from .canvas import (
    LEFT,
    MEASURE,
    NAME,
    READING,
    RIGHT,
    RULE,
    Paint,
    directions,
    dots,
    fits_width,
    lines,
    page,
    polygons,
    reading_line,
    rectangles,
    same_size,
    width,
    write,
    write_name,
)
from .evolution import name_of_month
from .fonts import shown
from .words import (
    MONTHS,
    NUMBERS,
    count,
    counted,
    day,
    first_true,
    is_only_largest,
    of_100,
    percent_text,
    short_title,
    span,
    with_article,
    words_on,
)

# ---------------------------------------------------------------- first song

CENTRE, RIM = (540, 1046), 420  # of the dial, pixels


def draw_first_song(ax, story, theme="press"):
    """Which song did the listener stream first? A clock shows when it began."""
    look = page(ax, story, "first_song", theme, words_of_first_song(story))
    at = began(story)
    x, y = CENTRE
    hours = np.arange(12) / 12
    out = directions(hours)
    ends = np.stack([out * RIM * 0.86, out * RIM], axis=1) + CENTRE
    lines(ax, list(ends), look.mark.face if look.mark.edge == "none" else look.text, 12, "hours")
    turns = (at.hour % 12 + at.minute / 60) / 12, at.minute / 60
    hands = [np.array([(0, 0), directions(t) * r]) + CENTRE for t, r in zip(turns, (200, 320))]
    strong = look.accent.face if look.accent.edge == "none" else look.text
    lines(ax, hands[:1], strong, 34, "hand", cap="round")
    lines(ax, hands[1:], strong, 20, "hand", cap="round")
    dots(ax, (x, y), 60, Paint(strong), "hub")
    return ax


def began(story):
    """When the first song began, local time."""
    return np.datetime64(int(story.first("first_song")["first_local_ms"]), "ms").astype(object)


def words_of_first_song(story):
    """The words of the card `first_song`."""
    song, at = story.first("first_song"), began(story)
    title, artist = shown(short_title(song["title"]), "title"), shown(song["artist"])
    date, time = day(at.date()), f"{at.hour}:{at.minute:02}"
    headline = named_headline(title, f"{date}, {time}")
    n = int(song["n_streams"])
    more = counted(n - 1, "more play")
    again = f"{more} after that." if n > 1 else "Never played again."
    return words_on(
        story,
        "First song",
        headline=headline,
        reading=(f"{date}, at {time}.", again),
        rule="First play of 30 s and more, local time. Simulated.",
        before=f"{song['title']} by {song['artist']}.",
        sub=sub_line(*[title] * (headline != title), artist),
    )


# ---------------------------------------------------------------- discoveries

FIVE = 5  # rows of a comparison
ROWS_TOP, ROWS_HEIGHT, MOST_PITCH = 650, 856, 330  # of all rows, and of one, pixels
MOST_HIGH = 126  # of a bar, pixels, however few there are
BELOW, TO_BAR, AFTER = 46, 68, 66  # from a name to the line, to the bar; from the bar to a name


def draw_discoveries(ax, story, theme="press"):
    """Which artists were new to the listener? Of the months, the five new artists streamed most;
    the length of a bar is the number of streams.
    """
    look = page(ax, story, "discoveries", theme, words_of_discoveries(story))
    months = most_played(story.tables["discoveries"].query("n_artists > 0"), "n_whole")
    names = [shown(artist) for artist in months["artist"]]
    of_months = [of_month(row.month, row.n_artists, "new artist") for row in months.itertuples()]
    compare_plays(ax, look, names, of_months, months["n_whole"].to_numpy(), "new")
    return ax


def most_played(months, plays="n_streams"):
    """The five months whose named song or artist has most plays, most first. plays: their column"""
    return months.sort_values([plays, "n_streams"], ascending=False, kind="stable")[:FIVE]


def of_month(month, n, thing):
    """Of how many a song or artist of a month has most plays: "May, top of 9 new artists"."""
    return f"{name_of_month(month)}, " + (
        f"top of {counted(n, thing)}" if n > 1 else f"the only {thing}"
    )


def compare_plays(ax, look, names, below, n, role):
    """Draw a row for each name, most plays first: the name with its plays, a line below it, and a
    thick bar as long as the plays.

    below  the lines;  n  plays of each, array;  role  of the bars
    """
    pitch = min(ROWS_HEIGHT / len(n), MOST_PITCH)
    y = ROWS_TOP + pitch * np.arange(len(n))
    high, paints = min(pitch - TO_BAR - AFTER, MOST_HIGH), look.paints(np.arange(len(n)) == 0)
    rectangles(ax, LEFT, y + TO_BAR, MEASURE * n / max(n.max(), 1), high, paints, role)
    plays = [counted(number, "play") for number in n]
    room = MEASURE - 24 - max(width(text, "bold", READING) for text in plays)
    for i, (name, line, text) in enumerate(zip(names, below, plays)):
        colour = look.text if i else look.loud
        write_name(ax, LEFT, y[i], name, (NAME, READING, RULE), "name", colour, "name", room)
        write(ax, RIGHT, y[i], text, READING, "bold", colour, "value", ha="right")
        write(ax, LEFT, y[i] + BELOW, line, RULE, "text", look.quiet, "unit")
    same_size(ax, "name")


def words_of_discoveries(story):
    """The words of the card `discoveries`."""
    months = story.tables["discoveries"]
    named, most = months[months["n_artists"] > 0], months.loc[months["n_artists"].idxmax()]
    rows, first = most_played(named, "n_whole"), named.iloc[0]
    best = rows.iloc[0]
    month, n_most = name_of_month(most["month"]), counted(most["n_artists"], "artist")
    name, artists = shown(best["artist"]), counted(months["n_artists"].sum(), "new artist")
    genres = counted(months["n_genres"].sum(), "new genre")
    counts = f"{artists}, {genres}" if len(story.tables["top_genres"]) else artists
    before = "earlier in these files" if story.is_imported else "before"
    said = "; ".join(
        f"{m.artist}, {counted(m.n_whole, 'play')}, {of_month(m.month, m.n_artists, 'new artist')}"
        for m in rows.itertuples()
    )
    return words_on(
        story,
        "Discoveries",
        headline=named_headline(f"{name} was new", name, f"Met in {name_of_month(best['month'])}"),
        reading=(
            first_true(
                (is_only_largest(months["n_artists"]), f"Most in {month}: {n_most}."),
                f"At most {n_most} in one month.",
            ),
            reading_line(
                f"First: {shown(first['first_artist'])}, {day(first['first_date'])}.",
                f"The first one came on {day(first['first_date'])}.",
            ),
        ),
        rule=f"Never played {before}; bars: plays. Simulated.",
        before=f"{counts}. {best['artist']}. {said}.",
        after=f"First: {first['first_artist']}.",
        sub=counts,
    )


# ---------------------------------------------------------------- seasons

SEASONS_TOP, SEASONS_HEIGHT = 590, 890  # of all discs, pixels
MOST_SEASONS, LARGEST = 5, 250  # on a card, and the diameter of a disc, pixels


def draw_seasons(ax, story, theme="press"):
    """Which artist was on top in each season? The area of a disc is the number of streams."""
    look = page(ax, story, "seasons", theme, words_of_seasons(story))
    rows = seasons_of(story)
    pitch = SEASONS_HEIGHT / len(rows)
    largest = min(pitch - 10, LARGEST)
    n, top = rows["n_whole"].to_numpy(), int(rows["n_whole"].to_numpy().argmax())
    for i, row in enumerate(rows.itertuples()):
        y = SEASONS_TOP + pitch * (i + 0.5)
        size = max(largest * np.sqrt(n[i] / n.max()), 24)
        dots(ax, (LEFT + largest / 2, y), size, look.paints([i == top])[0], "discs")
        left, colour = LEFT + largest + 40, look.loud if i == top else look.text
        when = f"{season_name(story, row)}, {counted(row.n_whole, 'play')}"
        write_name(ax, left, y - 24, when, (RULE,), "text", look.quiet, "value", RIGHT - left)
        name = shown(row.artist)
        write_name(ax, left, y + 36, name, (NAME, READING), "name", colour, "name", RIGHT - left)
    same_size(ax, "name")
    return ax


def seasons_of(story):
    """The seasons that the card shows: the last ones of a longer period."""
    return story.tables["seasons"].tail(MOST_SEASONS)


def season_name(story, row):
    """The months of a season in the period: "Jan to Feb", "Mar to May", "December". They are right
    in the south and in the tropics too. In a period over several years the season with its year:
    "Winter 2023–24", "Spring 2024".
    """
    if story.first_day.year != story.last_day.year:
        return f"{row.season.capitalize()} {years_of_season(story, row.number)}"
    month = story.first_day.month - 1
    months = [m for m in range(3 * row.number, 3 * row.number + 3) if month < m]
    months = [m for m in months if 0 < m <= story.last_day.month]
    if len(months) == 1:
        return name_of_month(months[0])
    return (
        f"{MONTHS[months[0] - 1]} to {MONTHS[months[-1] - 1]}"
        if months
        else row.season.capitalize()
    )


def in_season(story, row):
    """A season at the end of a headline: ", Mar–May", ", December"; over several years
    " in spring".
    """
    if story.first_day.year != story.last_day.year:
        return f" in {row['season']}"
    return f", {season_name(story, row)}".replace(" to ", "–")


def years_of_season(story, number):
    """The year of a season as text; both of one from December to February: "2023–24"."""
    year = story.first_day.year + number // 4
    return f"{year - 1}–{year % 100:02}" if number % 4 == 0 else str(year)


def words_of_seasons(story):
    """The words of the card `seasons`."""
    rows = seasons_of(story)
    top, n = rows.loc[rows["n_whole"].idxmax()], rows["artist"].nunique()
    name, plays = shown(top["artist"]), counted(top["n_whole"], "play")
    when = in_season(story, top)
    said = "; ".join(
        f"{season_name(story, r)}: {r.artist}, {counted(r.n_whole, 'play')}"
        for r in rows.itertuples()
    )
    return words_on(
        story,
        "Seasons",
        headline=named_headline(f"{name}{when}", f"{plays}{when}"),
        reading=(
            reading_line(f"{plays} of {name}.", f"{plays}."),
            f"{counted(n, 'different artist')} on top." if n > 1 else "The same artist each time.",
        ),
        rule=seasons_rule(story),
        before=f"{said}.",
    )


def seasons_rule(story):
    """The rule of the card `seasons`: its period, or that it shows the last seasons alone."""
    left_out = len(story.tables["seasons"]) > MOST_SEASONS
    of = f"last {NUMBERS[MOST_SEASONS]} seasons" if left_out else span(story)
    return f"Top artists, {of}; area: plays. Simulated."


# ---------------------------------------------------------------- countries

MIDDLE, ROOM = np.array([540, 1006]), np.array([904, 832])  # of the bubbles, pixels
REST_Y = 1488  # baseline of the line on further countries
MOST_NAMED = 12  # countries with a bubble
AIR = 0.02  # between bubbles, as a share of the largest radius


def draw_world(ax, story, theme="press"):
    """From which countries are the artists?

    One bubble per country that has room for its name and share; its area is the share of plays.
    The country of most plays is marked. A line below says the share of all further countries.
    """
    look = page(ax, story, "world", theme, words_of_world(story))
    names, shares, rest = bubbles_of(story.tables["world"].query("rank > 0"))
    for i, (centre, radius) in enumerate(zip(*packed(shares))):
        paint = look.accent if i == 0 else look.mark
        circle = directions(np.linspace(0, 1, 97)[:-1]) * radius + centre
        polygons(ax, [circle], paint, "bubbles")
        said = label_lines(names[i], shares[i], radius)
        label(ax, centre, radius, said, on_paint(look, paint))
    if rest:
        write(ax, LEFT, REST_Y, rest, RULE, "text", look.text, "value")
    return ax


def bubbles_of(known):
    """(names, shares of plays) of the bubbles: as many countries, most plays first, as have room
    for name and share; and the text on the further ones, "" if there are none.

    known  rows of `world` with a country
    """
    names, shares = known["name"].tolist(), known["share"].to_numpy()
    for n in range(min(MOST_NAMED, len(known)), 0, -1):
        if all(map(label_lines, names[:n], shares[:n], packed(shares[:n])[1])):
            break
    return names[:n], shares[:n], further_countries(names[n:], shares[n:])


def further_countries(names, shares):
    """The text on the countries without a bubble: how many, and their share of plays."""
    if not names:
        return ""
    which = f"{len(names)} more countries" if len(names) > 1 else names[0]
    return f"{which}: {percent_text(shares.sum())}"


def on_paint(look, paint):
    """The colour of a text on a bubble."""
    return look.text if paint.face == look.ground or paint.edge != "none" else look.ground


def label_lines(name, share, radius):
    """The lines of a bubble: a country's name, on two lines if need be, and its share; [] if they
    do not fit.
    """
    words = name.split(" ")
    names = [[" ".join(words[:i]), " ".join(words[i:])] for i in range(len(words) - 1, 0, -1)]
    labels = [[*parts, percent_text(share)] for parts in ([name], *names)]
    return next((said for said in labels if fits_bubble(said, radius, RULE)), [])


def fits_bubble(said, radius, size):
    """Whether lines of a size fit into a bubble."""
    high = (size + 6) * len(said) / 2
    chord = 2 * np.sqrt(max(radius**2 - high**2, 0)) - 12
    return all(fits_width(text, "bold", size, chord) for text in said)


def label(ax, centre, radius, said, colour):
    """Write the lines of a bubble in the largest size that fits, its share in a lighter face."""
    size = next((size for size in (NAME, READING) if fits_bubble(said, radius, size)), RULE)
    (x, y), where, pitch = centre, {"ha": "center", "on": "bubbles"}, size + 6
    for i, text in enumerate(said):
        at = y + pitch * (i - len(said) / 2 + 0.5) + 0.36 * size
        face = "text" if text.endswith("%") else "bold"
        write(ax, x, at, text, size, face, colour, "value", **where)


def packed(n):
    """(centres, radii) of bubbles that do not touch, as large as they fit into ROOM: the largest
    first, each next one where the box around all of them stays smallest.

    n  numbers, array, most first; a bubble's area is its number
    """
    size, centres = np.sqrt(n / n[0]), np.zeros((len(n), 2))
    for k in range(1, len(n)):
        free = free_spots(centres[:k], size[:k], size[k])
        low, high = box_of(centres[:k], size[:k])
        wide = np.maximum(high, free + size[k]) - np.minimum(low, free - size[k])
        scales = (wide / ROOM).max(axis=1).round(6)
        centres[k] = free[np.lexsort((np.hypot(*free.T).round(6), scales))[0]]
    box = box_of(centres, size)
    scale = 1 / (np.ptp(box, axis=0) / ROOM).max()
    return MIDDLE + (centres - box.mean(0)) * scale, size * scale


def free_spots(centres, size, new):
    """The spots around placed bubbles where a new one touches none, (n, 2). size, new: radii"""
    ring = directions(np.linspace(0, 1, 72, endpoint=False))
    spots = (centres[:, None] + ring * (size + new + AIR)[:, None, None]).reshape(-1, 2)
    gaps = np.linalg.norm(spots[:, None] - centres, axis=2) - size - new
    return spots[(gaps >= AIR - 1e-4).all(axis=1)]


def box_of(centres, size):
    """The (least, largest) x and y of bubbles, (2, 2)."""
    return np.array([(centres - size[:, None]).min(0), (centres + size[:, None]).max(0)])


def words_of_world(story):
    """The words of the card `world`."""
    rows = story.tables["world"]
    known, unknown = rows[rows["rank"] > 0], rows[rows["rank"] == 0]["n_artists"].sum()
    n = len(known)
    artists, genres = rows["n_artists"].sum(), int(rows["n_genres"].iloc[0])
    names, shares, rest = bubbles_of(known)
    bubbles = [f"{name} {percent_text(share)}" for name, share in zip(names, shares)]
    said = "; ".join(filter(None, [*bubbles, rest]))
    first = known.iloc[0]
    of_first = f"{of_100(first['share'])} of 100 plays"
    return words_on(
        story,
        "World",
        headline=world_headline(known["name"].tolist()),
        reading=(
            reading_line(
                f"{of_first} from {with_article(first['name'])}.", f"{of_first} from one country."
            ),
            f"{counted(artists, 'artist')}, {count(unknown)} of unknown country."
            if unknown
            else f"{counted(artists, 'artist')}, {counted(genres, 'genre')}.",
        ),
        rule="Area: your plays by country. Simulated.",
        before=f"{said}.",
        after=f"{counted(genres, 'genre')}." if unknown else "",
        sub=f"Artists from {n} countries" if n > 1 else "Artists from one country",
    )


def world_headline(names):
    """The headline of the card `world`. names: of the countries, most streams first."""
    first, n = names[0], len(names)
    pair = [f"{first}, then {names[1]}", f"{first} and {names[1]}"] if n > 1 else []
    return named_headline(*pair, f"{first}, {n} countries" if n > 1 else first, f"{n} countries")
