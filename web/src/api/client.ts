// The one door to the server: typed by the contract, abortable, and every failure told in the four fields of an Error.
import type { Error as ErrorFields, Posts, Routes } from "./types";

export class ApiError extends globalThis.Error {
  /** `body` is the whole answer, where it says more than the four fields. */
  constructor(readonly fields: ErrorFields, readonly status: number, readonly body: unknown = null) {
    super(fields.what);
  }
}

export const serverGone = (): ApiError =>
  new ApiError(
    { kind: "upstream", what: "Rapport does not answer", fix: "see that `rapport serve` still runs; this page connects again by itself", trail: [] },
    0,
  );

type Value = string | number | readonly string[] | undefined;

/** The address of a route: `{name}` filled in, lists as repeated parameters, nothing for what is undefined. */
export function address<P extends keyof Routes>(path: P, params: Routes[P]["path"], query: Routes[P]["query"]): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, key: string) => encodeURIComponent(String((params as Record<string, string>)[key])));
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query as Record<string, Value>)) {
    if (value === undefined) continue;
    for (const one of Array.isArray(value) ? value : [value]) search.append(key, String(one));
  }
  const text = search.toString();
  return text ? `${filled}?${text}` : filled;
}

function isError(body: unknown): body is { error: ErrorFields } {
  const error = (body as { error?: Partial<ErrorFields> } | null)?.error;
  return typeof error?.what === "string" && typeof error.fix === "string" && Array.isArray(error.trail);
}

/** Throws ApiError; an abort is thrown on as the AbortError that it is. */
export async function get<P extends keyof Routes>(
  path: P, params: Routes[P]["path"], query: Routes[P]["query"], signal: AbortSignal,
): Promise<Routes[P]["answer"]> {
  return answerOf<Routes[P]["answer"]>(address(path, params, query), { signal, headers: { accept: "application/json" } }, signal);
}

/** Hands something over. Fails as get() does. */
export async function post<P extends "/api/v1/recognise" | "/api/v1/sources">(path: P, body: Posts[P]["body"], signal: AbortSignal): Promise<Posts[P]["answer"]> {
  const headers = { accept: "application/json", "content-type": "application/json" };
  return answerOf<Posts[P]["answer"]>(path, { method: "POST", signal, headers, body: JSON.stringify(body) }, signal);
}

async function answerOf<T>(where: string, request: RequestInit, signal: AbortSignal): Promise<T> {
  let response: Response;
  let body: unknown;
  try {
    response = await fetch(where, request);
    const text = await response.text();
    body = text === "" ? null : safeJson(text);
  } catch (error) {
    if (signal.aborted) throw error;
    throw serverGone();
  }
  if (response.ok && body !== undefined) return body as T;
  if (isError(body)) throw new ApiError(body.error, response.status, body);
  const what = response.ok ? "the server's answer is not JSON" : `the server answered ${response.status} ${response.statusText}`.trim();
  const fix = "reload the page; if that does not help, look at what `rapport serve` prints";
  throw new ApiError({ kind: "upstream", what, fix, trail: [`asking for ${where}`] }, response.status);
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
