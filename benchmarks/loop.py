"""The compiled loop against the seed's loop in plain Python: plays per second, at least 1,000 times as many."""

import wrapsim_helpers as ws
from wrapsim_helpers import listeners as people_of
from wrapsim_helpers.behaviour import lowered
from wrapsim_helpers.plays import sample_plays

from .seed_loop import seed_records
from .timing import in_turn


def measure():
    """[(claim, measured ratio, gate, detail)]"""
    run, songs = ws.Run(num_users=100), ws.load_songs()
    heard = ws.listen(run)
    world = heard.world
    others = people_of.other_genres(world.survey, heard.listeners, heard.profile_versions)
    people, _ = people_of.lower(run, heard.listeners, heard.profile_versions, world.catalogue, others)
    b = lowered([world.behaviour])
    n_records = 1000
    seed_s, loop_s = in_turn(lambda: seed_records(songs, n_records),
                             lambda: [block for block in sample_plays(people, world.catalogue.music, b)])
    seed, loop = n_records / seed_s, heard.plays.num_rows / loop_s
    return [("compiled loop / seed's loop, plays per second", loop / seed, 1000, f"{loop:,.0f} against {seed:,.0f} per second")]
