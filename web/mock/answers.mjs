// Each route of schema/api.json, answered from the invented community.
import { bucketOf, chosen, evaluate, grouped, METRICS, nextBucket } from "./metrics.mjs";

const DAY = 86_400_000;
const iso = (ms) => new Date(ms).toISOString().slice(0, 10);
const ok = (body) => ({ status: 200, body });
const failed = (status, kind, what, fix) => ({ status, body: { error: { kind, what, fix, trail: ["the mock server"] } } });
const plain = ({ events, ...point }) => point;

function tally(list, key) {
  return [...grouped(list, key)].filter(([name]) => name).map(([name, found]) => ({ name, activities: found.length })).sort((a, b) => b.activities - a.activities);
}

const item = (one) => ({
  activity_id: one.id, thread_id: one.thread?.id ?? null, person_id: one.person.id, kind: one.kind, happened_at: new Date(one.at).toISOString(),
  person: one.person.name, person_kind: one.person.kind, is_team: one.person.team, organization: one.person.organization, source: one.source,
  place: one.place, title: one.title, excerpt: one.excerpt, url: one.url,
});

const threadItem = (thread) => ({
  thread_id: thread.id, title: thread.title, url: thread.opening.url, place: thread.place, opened_at: new Date(thread.opening.at).toISOString(),
  opened_by: thread.opening.person.name, responses: thread.replies.length, answered: thread.answered,
});

// A cell that a spreadsheet would run as a formula is made text.
const cell = (value) => {
  const text = /^[=+\-@\t\r]/.test(String(value)) && typeof value === "string" ? `'${value}` : String(value ?? "");
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

const REJECTED = [
  { source: "forum", stream: "posts", position: "page 14, record 3", reason: "created_at is not an instant: \"soon\"", excerpt: "{\"id\": 4711, \"created_at\": \"soon\"}" },
  { source: "code", stream: "commits", position: "commit 9f3c…", reason: "the author's date lies in the year 2106", excerpt: "author Nobody <nobody@example.org> 4294967295 +0000" },
];

/** (URL) → {status, type, body} for a community whose data spans `span`. */
export function answers(community, span) {
  const filterOf = (query) => ({
    source: query.getAll("source"), place: query.getAll("place"), organization: query.getAll("organization"), who: query.get("who"),
  });
  const windowOf = (query) => ({
    from: query.get("from") ?? span.first ?? "2022-01-01", to: query.get("to") ?? iso(Date.parse(span.last ?? "2021-12-31") + DAY), grain: query.get("grain") ?? "month",
  });

  function status() {
    const streams = (source) => ["topics", "posts"].map((stream, i) => ({
      stream, caught_up_at: `${span.last}T06:10:00Z`, last_run_at: `${span.last}T06:10:00Z`, last_error: source.name === "issues" && i ? "the API key was rejected (401)" : null,
      set_aside: REJECTED.filter((one) => one.source === source.name && one.stream === stream).length,
    }));
    return ok({
      project: "Lantern", version: "0.1.0", database_bytes: 48_234_496, first_day: span.first, last_day: span.last, activities: community.activities.length,
      people: community.people.length, set_aside: community.sources.length ? 2 : 0, team_known: true,
      sources: community.sources.map((source) => {
        const mine = community.activities.filter((one) => one.source === source.name);
        return { name: source.name, connector: source.connector, url: source.url, activities: mine.length, newest: iso(mine.at(-1).at), streams: streams(source) };
      }),
    });
  }

  function series(name, query) {
    const metric = METRICS.find((one) => one.name === name);
    const window = windowOf(query);
    return { metric, window, series: evaluate(community, metric, window, filterOf(query)) };
  }

  function csv(name, query) {
    const rows = series(name, query).series.flatMap(({ segment, points }) => points.map((p) => [p.at, segment, p.value, p.n, p.few]));
    return { status: 200, type: "text/csv", body: [["bucket", "segment", "value", "n", "few"], ...rows].map((row) => row.map(cell).join(",")).join("\r\n") + "\r\n" };
  }

  function evidence(name, query) {
    const grain = query.get("grain") ?? "month";
    const from = bucketOf(query.get("at"), grain);
    const metric = METRICS.find((one) => one.name === name);
    const found = evaluate(community, metric, { from, to: nextBucket(from, grain), grain }, filterOf(query)).find((one) => one.segment === (query.get("segment") ?? "all"));
    const events = [...(found?.points[0].events ?? [])].reverse();
    const offset = Number(query.get("offset") ?? 0);
    return ok({ total: events.length, items: events.slice(offset, offset + Number(query.get("limit") ?? 50)).map(item) });
  }

  function compare(metric, window, filter) {
    return evaluate(community, metric, window, filter).map(({ segment, points }) => {
      const [before, now] = points.map(plain);
      const both = before.value !== null && now.value !== null;
      const change = !both ? null : metric.shape === "share" ? now.value - before.value : before.value === 0 ? null : (now.value - before.value) / before.value;
      const unclear = change === null || before.few || now.few;
      const flat = Math.abs(change) < (metric.shape === "share" ? 0.03 : 0.08);
      const verdict = unclear ? "unclear" : flat ? "flat" : metric.better === "neither" ? "changed" : change > 0 === (metric.better === "up") ? "better" : "worse";
      return { metric, segment, now, before, change, verdict };
    });
  }

  function whatChanged(query) {
    const filter = filterOf(query);
    const grain = query.get("grain") ?? "month";
    const from = bucketOf(query.get("at") ?? span.last ?? "2022-01-01", grain);
    const to = nextBucket(from, grain);
    const before = bucketOf(iso(Date.parse(from) - DAY), grain);
    const all = community.activities.filter(chosen(filter, "community"));
    const now = all.filter((one) => iso(one.at) >= from && iso(one.at) < to);
    const known = new Set(all.filter((one) => iso(one.at) < from).map((one) => one.person.id));
    const ranked = [...grouped(now, (one) => one.person)].sort((a, b) => b[1].length - a[1].length).map(([person, list]) => ({
      person_id: person.id, name: person.name, is_team: person.team, organization: person.organization, activities: list.length,
      answers: list.filter((one) => ["reply", "answer", "comment"].includes(one.kind)).length,
    }));
    const threads = now.filter((one) => one.thread?.opening === one).map((one) => one.thread);
    return ok({
      grain, from, to, before_from: before, complete: span.last !== null && to <= iso(Date.parse(span.last) + DAY),
      comparisons: METRICS.flatMap((metric) => compare(metric, { from: before, to, grain }, filter)),
      people: ranked.slice(0, 10), newcomers: ranked.filter((one) => !known.has(one.person_id)).slice(0, 10),
      unanswered: threads.filter((one) => one.replies.length === 0).map(threadItem).slice(0, 20),
      busiest: [...threads].sort((a, b) => b.replies.length - a.replies.length).filter((one) => one.replies.length).slice(0, 10).map(threadItem),
    });
  }

  function filters() {
    const places = tally(community.activities, (one) => one.place).map((one) => {
      const source = community.sources.find((candidate) => candidate.places.some(([name]) => name === one.name));
      return { ...one, source: source.name, kind: source.places.find(([name]) => name === one.name)[1] };
    });
    return ok({ sources: tally(community.activities, (one) => one.source), places, organizations: tally(community.activities, (one) => one.person.organization) });
  }

  return ({ pathname, searchParams: query }) => {
    const [, , , resource, name, part] = pathname.split("/");
    if (resource === "metrics" && name !== undefined && !METRICS.some((one) => one.name === name)) {
      return failed(404, "not_found", `there is no metric "${name}"`, "see /api/v1/metrics for those there are");
    }
    if (resource === "status") return status();
    if (resource === "filters") return filters();
    if (resource === "community") return whatChanged(query);
    if (resource === "rejected") {
      const items = REJECTED.filter((one) => !query.get("source") || one.source === query.get("source"));
      return ok({ total: items.length, items });
    }
    if (resource === "metrics" && name === undefined) return ok(METRICS);
    if (resource === "metrics" && part === "evidence") return evidence(name, query);
    if (resource === "metrics" && part === "csv") return csv(name, query);
    if (resource === "metrics") {
      const { metric, window, series: list } = series(name, query);
      const from = bucketOf(window.from, window.grain);
      const to = bucketOf(iso(Date.parse(window.to) - DAY), window.grain);
      return ok({ metric, from, to: nextBucket(to, window.grain), grain: window.grain, who: query.get("who") ?? metric.who, series: list.map((one) => ({ ...one, points: one.points.map(plain) })) });
    }
    return failed(404, "not_found", `there is nothing at ${pathname}`, "see schema/api.json");
  };
}
