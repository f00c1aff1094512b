// The page of a year: its weeks, its hours and its top five, each beside those of the first year.
const PARTS = `<figure class="year"></figure><div class="pair"><figure class="half clock"></figure>
  <div class="half top"></div></div>`;

function draw({ data, part, percent, lines, bars, ranks }, year) {
  const { first, step, marks } = data, names = ["first year", "now"];
  lines(part("year"), {
    was: first.weeks, now: year.weeks, names, marks, title: `minutes a ${step}`,
    alt: `Minutes a ${step}. First year: ${first.weeks.join(", ")}. Now: ${year.weeks.join(", ")}.`,
  });
  bars(part("clock"), {
    was: first.hours, now: year.hours, name: names[0], title: "share of plays by hour of the day",
    marks: [0, 6, 12, 18].map((hour) => [hour, `${hour}:00`]),
    alt: "Share of plays by local hour from 0. First year: " +
      `${first.hours.map(percent).join(", ")}. Now: ${year.hours.map(percent).join(", ")}.`,
  });
  ranks(part("top"), { was: first.top, now: year.top, names, title: "Top five artists, streams" });
}
