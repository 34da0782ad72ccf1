// An invented community, the same on every run: it grows for three years, has a good conference, then people drift
// away. For developing the page and for its browser tests; nobody in it exists.
const FIRST = "Ada Bran Cleo Dov Elin Fadi Gerd Hana Ivo Jola Kimi Lars Mina Nils Oya Pia Quim Rosa Sven Tala Ugo Vera Wanda Ximo Yuna Zeno".split(" ");
const LAST = "Albrisk Bellomar Corvane Dunhollow Estrivan Farrowby Glimstad Hexley Ingermoor Jastrow Kelpin Lundmere Mirador Norquay".split(" ");
const ORGANIZATIONS = ["Brightmoor", "Halden Works", "Quillfeather", "Ostrava Robotics Club", "Tern & Daughters", "Ümlaut Systems"];
const SOURCES = [
  { name: "code", connector: "git", url: "https://code.example.org/lantern.git", places: [["lantern", "repository"], ["lantern-docs", "repository"]] },
  { name: "forum", connector: "discourse", url: "https://forum.example.org", places: [["Help", "category"], ["Show and tell", "category"], ["Announcements", "category"]] },
  { name: "issues", connector: "github", url: "https://issues.example.org", places: [["lantern/issues", "repository"]] },
];
const SUBJECTS = ["Crash when the window is resized", "How do I load a scene twice?", "Shadows flicker on tiled maps", "Documentation of the event loop",
  "Build fails with <vector> missing & no hint", "My first game with Lantern", "Release 2.4 is out", "Sound stops after ten minutes", "Porting to phones"];
const TEXT = "I followed the guide and got as far as the second chapter; then this happened. The log is below, and I can try whatever helps.";
export const FIRST_DAY = "2018-03-01";
export const LAST_DAY = "2022-11-30";
const DAY = 86_400_000;

function random(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function people(rnd) {
  return Array.from({ length: 520 }, (_, i) => {
    const bot = i >= 517;
    return {
      id: String(1000 + i),
      name: bot ? `lantern-${["ci", "triage", "agent"][i - 517]}` : `${FIRST[i % 26]} ${LAST[Math.floor(rnd() * 14)]}`,
      kind: i === 519 ? "agent" : bot ? "bot" : "human",
      team: i < 5,
      organization: rnd() < 0.45 && !bot ? ORGANIZATIONS[Math.floor(rnd() ** 2 * 6)] : "",
      joins: i < 8 ? 0 : Math.floor(rnd() ** 0.9 * 1700),
      stays: i < 5 ? 4000 : 20 + Math.floor(rnd() ** 3 * 1600),
      zeal: i < 8 ? 1.4 : bot ? 1 : rnd() ** 3,
    };
  });
}

/** { people, activities, threads, sources }: activities ascending in time. */
export function makeCommunity() {
  const rnd = random(20221130);
  const all = people(rnd);
  const start = Date.parse(FIRST_DAY);
  const days = (Date.parse(LAST_DAY) - start) / DAY;
  const activities = [];
  const threads = [];
  const add = (day, person, kind, source, place, thread, title) => {
    const activity = {
      id: String(900000 + activities.length), at: start + day * DAY + Math.floor(rnd() * 86_000) * 1000, person, kind,
      source: source.name, place, thread, title, url: rnd() < 0.95 ? `${source.url}/t/${activities.length}` : "",
    };
    activities.push(activity);
    return activity;
  };
  for (let day = 0; day <= days; day += 1) {
    const tide = Math.min(1, 0.25 + day / 900) * (day > 1150 ? Math.exp(-(day - 1150) / 420) : 1) * ([0, 6].includes(new Date(start + day * DAY).getUTCDay()) ? 0.6 : 1);
    for (const person of all) {
      if (day < person.joins || day > person.joins + person.stays || rnd() > 0.34 * person.zeal * tide + (day === person.joins ? 1 : 0)) continue;
      act(day, person);
    }
  }
  function act(day, person) {
    const dice = rnd();
    const [code, forum, issues] = SOURCES;
    if (dice < 0.34) return add(day, person, "commit", code, code.places[rnd() < 0.8 ? 0 : 1][0], null, "");
    const open = threads.filter((thread) => day - thread.day < 8);
    if (dice < 0.52 || open.length === 0) {
      const source = rnd() < 0.6 ? forum : issues;
      const place = source.places[Math.floor(rnd() ** 1.6 * source.places.length)][0];
      const thread = { id: String(5000 + threads.length), day, title: SUBJECTS[Math.floor(rnd() * SUBJECTS.length)], place, source: source.name, replies: [], answered: false };
      thread.opening = add(day, person, source === issues ? "issue" : rnd() < 0.7 ? "question" : "post", source, place, thread, thread.title);
      threads.push(thread);
      return thread;
    }
    const thread = open[open.length - 1 - Math.floor(rnd() ** 2 * open.length)];
    const source = SOURCES.find((one) => one.name === thread.source);
    const kind = dice < 0.84 ? (source === issues ? "comment" : "reply") : ["reaction", "review", "answer", "release", "mention"][Math.floor(rnd() ** 1.5 * 5)];
    const activity = add(day, person, kind, source, thread.place, thread, thread.title);
    if (person.kind === "human" && person !== thread.opening.person && ["comment", "reply", "answer", "review"].includes(kind)) {
      thread.replies.push(activity);
      thread.answered ||= kind === "answer";
    }
    return activity;
  }
  activities.sort((a, b) => a.at - b.at);
  for (const activity of activities) activity.excerpt = activity.thread ? TEXT : "";
  return { people: all, activities, threads, sources: SOURCES };
}
