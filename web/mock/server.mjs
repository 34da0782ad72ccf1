// A stand-in for `rapport serve`: the contract of schema/api.json over an invented community, and web/dist.
//   node mock/server.mjs [--port N] [--empty]      (port 0: any; the address is printed)
// SIGUSR2 tells open pages that there is new data.
import { createReadStream, existsSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { FIRST_DAY, LAST_DAY, makeCommunity } from "./community.mjs";
import { answers } from "./answers.mjs";
import { sourceAnswers } from "./sources.mjs";

const { values: options } = parseArgs({ options: { port: { type: "string", default: "7878" }, empty: { type: "boolean", default: false } } });
const dist = fileURLToPath(new URL("../dist/", import.meta.url));
const TYPES = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };
const full = makeCommunity();
const community = options.empty ? { people: [], activities: [], threads: [], sources: [] } : full;
const route = answers(community, options.empty ? { first: null, last: null } : { first: FIRST_DAY, last: LAST_DAY });
const sourcesRoute = sourceAnswers(community);
const listeners = new Set();

function listen(response) {
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
  response.write("retry: 500\n\n");
  listeners.add(response);
  response.on("close", () => listeners.delete(response));
}

function file(path, response) {
  const found = join(dist, normalize(path === "/" ? "/index.html" : path));
  if (!found.startsWith(dist) || !existsSync(found)) return response.writeHead(404).end();
  response.writeHead(200, {
    "content-type": TYPES[extname(found)] ?? "application/octet-stream",
    "content-security-policy": "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  });
  return createReadStream(found).pipe(response);
}

async function textOf(request) {
  let text = "";
  for await (const part of request) text += part;
  return text;
}

const server = createServer(async (request, response) => {
  const url = new URL(request.url, "http://mock");
  if (url.pathname === "/api/v1/changes") return listen(response);
  if (!url.pathname.startsWith("/api/")) return file(url.pathname, response);
  const { status, type = "application/json", body } = sourcesRoute(request.method, url.pathname, await textOf(request)) ?? route(url);
  response.writeHead(status, { "content-type": type });
  return response.end(type === "application/json" ? JSON.stringify(body) : body);
});

process.on("SIGUSR2", () => listeners.forEach((response) => response.write("data: {}\n\n")));
server.listen(Number(options.port), "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}`));
