// Kinds of source and the sources of the invented workspace, for the form: as /api/v1/connectors, /sources and /recognise have it.
const setting = (name, help, example, more = {}) => ({ name, help, example, fallback: "", required: false, secret: false, path: false, ...more });

const CONNECTORS = [
  { name: "discourse", summary: "topics, replies, accepted answers and likes of a Discourse forum", streams: ["topics", "posts"], why_by_hand: "", settings: [
    setting("url", "The forum's address.", "https://forum.example.org", { required: true, path: true }), setting("api_key", "An API key; sees what its user sees.", "$FORUM_KEY", { secret: true }),
    setting("likes", "Whether likes are read, too.", "no", { fallback: "yes" }), setting("site", "For saved files: where the forum is.", "https://forum.example.org")] },
  { name: "feed", summary: "posts, episodes or mentions from RSS, Atom and JSON feeds", streams: ["entries"], why_by_hand: "", settings: [
    setting("url", "The feed's address or a file.", "https://blog.example.org/feed.xml", { required: true, path: true }), setting("kind", "What the entries are.", "play", { fallback: "post" })] },
  { name: "git", summary: "commits, their roles, and releases of a git repository", streams: ["commits"], why_by_hand: "", settings: [setting("url", "The repository.", "../our-sdk", { required: true, path: true })] },
  { name: "singer", summary: "whatever a Singer tap reads", streams: ["records"], why_by_hand: "it runs the program that `command` names", settings: [setting("command", "The tap's program.", "tap-github", { required: true })] },
];

const failed = (status, kind, what, fix, more = {}) => ({ status, body: { error: { kind, what, fix, trail: [] }, ...more } });

/** (method, path, body) → {status, body}, or nothing for what is not about sources. */
export function sourceAnswers(community) {
  const sources = community.sources.map((one) => ({ name: one.name, connector: one.connector, settings: { url: one.url } }));

  function recognised({ what }) {
    const make = (connector, name, understood, also = []) => ({ understood, source: { name, connector, settings: { url: what } }, why_by_hand: "", by_hand: "", also });
    if (what.endsWith(".xml")) return { status: 200, body: make("feed", "blog", "a feed (Atom) of 2 entries") };
    if (what.includes("forum")) return { status: 200, body: make("discourse", "forum-2", "a Discourse forum", [make("git", "theme", "the git repository of its theme")]) };
    return failed(400, "bad_input", `no connector recognises ${what}`, "choose the kind of source from the list");
  }

  function added(source) {
    if (sources.some((one) => one.name === source.name)) return failed(409, "bad_input", `there is a source called \`${source.name}\` already`, "choose another name", { field: "name", by_hand: "" });
    sources.push(source);
    const secrets = Object.values(source.settings).filter((value) => value.startsWith("$"));
    return { status: 201, body: { source, warnings: secrets.map((one) => `environment variable ${one.slice(1)} is not set: export it before running`), written: "", next: `rapport sync ${source.name}` } };
  }

  return (method, path, body) => {
    if (path === "/api/v1/connectors") return { status: 200, body: CONNECTORS };
    if (path === "/api/v1/sources") return method === "POST" ? added(JSON.parse(body)) : { status: 200, body: sources };
    if (path === "/api/v1/recognise") return recognised(JSON.parse(body));
    return undefined;
  };
}
