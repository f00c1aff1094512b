// The page of a cohort: hours, volume, leaving and the top five, each beside everybody's.
const PARTS = `<div class="pair"><figure class="half clock"></figure>
  <figure class="half volume"></figure></div><div class="pair">
  <figure class="half leaving"></figure><div class="half top"></div></div>`;

function draw({ data, part, percent, lines, bars, ranks }, cohort) {
  const { first, classes } = data, names = ["everybody", "cohort"];
  const shares = (values) => (values.length ? values.map(percent).join(", ") : "none");
  const both = (was, now) => `Everybody: ${shares(was)}. This cohort: ${shares(now)}.`;
  bars(part("clock"), {
    was: first.hours, now: cohort.hours, name: names[0], title: "share of plays by hour of the day",
    marks: [0, 6, 12, 18].map((hour) => [hour, `${hour}:00`]),
    alt: `Share of plays by local hour from 0. ${both(first.hours, cohort.hours)}`,
  });
  bars(part("volume"), {
    was: first.minutes, now: cohort.minutes, name: names[0],
    title: "share of listeners by minutes a day", marks: classes,
    alt: "Share of listeners by minutes a day: under 1, then from 1, 2, 4 and so on to 512. " +
      both(first.minutes, cohort.minutes),
  });
  const points = [0, 5, 10, 30, 60], at = (left) => points.map((second) => left[second]);
  lines(part("leaving"), {
    was: first.left, now: cohort.left, names, title: "plays not left yet, by seconds played",
    marks: points.slice(2).map((second) => [second, `${second} s`]), width: 360, format: percent,
    alt: "Share of plays not left after 0, 5, 10, 30 and 60 s. " +
      both(at(first.left), cohort.n ? at(cohort.left) : []),
  });
  ranks(part("top"), { was: first.top, now: cohort.top, names, title: "Top five artists, streams" });
}
