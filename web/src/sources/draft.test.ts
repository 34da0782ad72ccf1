import { describe, expect, it } from "vitest";
import type { Connector, Setting, SourceStatus, Status } from "../api/types";
import { chosenDraft, faultsOf, findConnectors, listed, sourceOf, split, variableOf } from "./draft";

const setting = (name: string, more: Partial<Setting> = {}): Setting => ({ name, help: "", example: `an ${name}`, fallback: "", required: false, secret: false, path: false, ...more });
const connector = (name: string, settings: Setting[] = [], summary = ""): Connector => ({ name, summary, streams: [], settings, why_by_hand: "" });
const forum = connector("discourse", [setting("url", { required: true }), setting("api_key", { secret: true }), setting("likes"), setting("site")]);
const draft = (values: Record<string, string>, name = "forum") => ({ ...chosenDraft(forum), name, values });

describe("faultsOf", () => {
  it("wants a name and what is required", () => expect(faultsOf(draft({}, " "))).toEqual({ name: expect.any(String), url: "This is needed, for example an url" }));
  it("is content with the rest empty", () => expect(faultsOf(draft({ url: "https://forum.example.org" }))).toEqual({}));
  it.each([["FORUM_KEY"], ["$FORUM_KEY"], ["${FORUM_KEY}"], ["forum_key"]])("takes %s as a variable", (api_key) => {
    expect(faultsOf(draft({ url: "x", api_key }))).toEqual({});
    expect(sourceOf(draft({ url: "x", api_key })).settings.api_key).toBe(`$${variableOf(api_key)}`);
  });
  it.each([["a3f9 0c"], ["-----BEGIN"], ["abcdefghij0123456789xyz"], ["$tok_0123456789abcdefghij"], ["9KEY"]])("does not let the secret %s pass", (api_key) => {
    expect(Object.keys(faultsOf(draft({ url: "x", api_key })))).toEqual(["api_key"]);
  });
});

describe("split", () => {
  const names = (part: readonly Setting[]) => part.map((one) => one.name);
  it("puts what is required, secret or filled in first", () => {
    const { first, more } = split(draft({ site: "https://x.example" }));
    expect([names(first), names(more)]).toEqual([["url", "api_key", "site"], ["likes"]]);
  });
  it("begins somewhere when nothing is required", () => {
    const all = ["a", "b", "c", "d", "e", "f"].map((name) => setting(name));
    expect(names(split(chosenDraft(connector("x", all))).more)).toEqual(["f"]);
  });
});

describe("sourceOf", () => {
  it("leaves out what is empty and trims the rest", () => {
    expect(sourceOf(draft({ url: " https://f.example ", likes: "", site: "  " }, " f "))).toEqual({ name: "f", connector: "discourse", settings: { url: "https://f.example" } });
  });
});

it("finds connectors by all words, names first", () => {
  const all = [connector("feed", [], "mentions from RSS, also of git forges"), connector("git", [], "commits"), connector("mbox", [], "mailing lists")];
  const found = (wanted: string) => findConnectors(all, wanted).map((one) => one.name);
  expect([found("git"), found("MAIL list"), found("mail git"), found(" ").length]).toEqual([["git", "feed"], ["mbox"], [], 3]);
});

it("lists the file's sources in its order, and what only the database knows", () => {
  const known = (name: string): SourceStatus => ({ name, connector: "git", url: "", activities: 3, newest: null, streams: [] });
  const status = { sources: [known("a"), known("old")] } as unknown as Status;
  const all = listed([{ name: "new", connector: "feed", settings: {} }, { name: "a", connector: "git", settings: {} }], status);
  expect(all.map((one) => [one.status.name, one.status.activities, one.source !== null])).toEqual([["new", 0, true], ["a", 3, true], ["old", 3, false]]);
});
