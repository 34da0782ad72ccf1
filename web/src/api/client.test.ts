import { afterEach, describe, expect, it, vi } from "vitest";
import { address, ApiError, get } from "./client";

const answer = (status: number, body: string) => vi.stubGlobal("fetch", async () => new Response(body, { status }));
const ask = () => get("/api/v1/status", {}, {}, new AbortController().signal);
const failure = async (): Promise<ApiError> => ask().then(() => expect.fail("did not fail"), (error: ApiError) => error);

afterEach(() => vi.unstubAllGlobals());

describe("address", () => {
  it("escapes names and repeats lists", () => {
    expect(address("/api/v1/metrics/{name}", { name: "a/b?" }, { place: ["x & y", "z"], from: undefined, grain: "week" })).toBe(
      "/api/v1/metrics/a%2Fb%3F?place=x+%26+y&place=z&grain=week",
    );
  });
  it("has no question mark without a question", () => expect(address("/api/v1/filters", {}, {})).toBe("/api/v1/filters"));
});

describe("get", () => {
  it("hands over the four fields", async () => {
    answer(400, JSON.stringify({ error: { kind: "bad_input", what: "no such grain", fix: "use week", trail: ["grain"] } }));
    const error = await failure();
    expect([error.fields.what, error.fields.fix, error.fields.trail, error.status]).toEqual(["no such grain", "use week", ["grain"], 400]);
  });
  it.each([[502, "<html>bad gateway</html>"], [200, "<html>"], [500, JSON.stringify({ error: { what: 3 } })]])("makes sense of %d %s", async (status, body) => {
    answer(status, body);
    const error = await failure();
    expect(error).toBeInstanceOf(ApiError);
    expect(error.fields.fix).not.toBe("");
  });
  it("says when nobody answers", async () => {
    vi.stubGlobal("fetch", async () => { throw new TypeError("refused"); });
    expect((await failure()).fields.what).toContain("does not answer");
  });
  it("lets an abort be an abort", async () => {
    const controller = new AbortController();
    controller.abort();
    vi.stubGlobal("fetch", async () => { throw new DOMException("aborted", "AbortError"); });
    await expect(get("/api/v1/status", {}, {}, controller.signal)).rejects.toThrow("aborted");
  });
});
