// What the page shows, as its address says it: every choice is in the URL, so that a link shows the same thing.
// A URL is typed by people: what cannot be understood is left at its default.
import type { Routes } from "../api/types";
import { addDays, addMonths, GRAINS, isDay, type Grain } from "./days";

export type Who = NonNullable<Routes["/api/v1/community"]["query"]["who"]>;
export const WHO: readonly Who[] = ["community", "humans", "team", "bots", "everyone"];
export type Span = "12m" | "3y" | "all" | "custom";
export const SPANS: readonly Span[] = ["12m", "3y", "all", "custom"];

export type PageName = "community" | "sources";

export interface View {
  page: PageName;
  grain: Grain;
  span: Span;
  /** First and last day of a custom span. */
  from: string | null;
  until: string | null;
  source: string[];
  place: string[];
  organization: string[];
  /** None: as each metric says. */
  who: Who | null;
  /** A day in the period that is compared; none: the last one with data. */
  period: string | null;
  /** The metric that is shown large. */
  metric: string | null;
  /** The point whose evidence is open: its metric, bucket and segment. */
  evidence: string | null;
  at: string | null;
  segment: string | null;
}

export const DEFAULT_VIEW: View = {
  page: "community",
  grain: "month", span: "3y", from: null, until: null, source: [], place: [], organization: [], who: null,
  period: null, metric: null, evidence: null, at: null, segment: null,
};

const oneOf = <T extends string>(all: readonly T[], text: string | null): T | null => all.find((one) => one === text) ?? null;
const day = (text: string | null): string | null => (text !== null && isDay(text) ? text : null);

export function parseView(search: string): View {
  const query = new URLSearchParams(search);
  const list = (key: string) => [...new Set(query.getAll(key).filter((text) => text !== ""))];
  const from = day(query.get("from"));
  const until = day(query.get("until"));
  const custom = from !== null && until !== null && from <= until;
  const at = day(query.get("at"));
  const evidence = at === null ? null : query.get("evidence");
  return {
    page: query.get("page") === "sources" ? "sources" : "community",
    grain: oneOf(GRAINS, query.get("grain")) ?? DEFAULT_VIEW.grain,
    span: custom ? "custom" : (oneOf(["12m", "3y", "all"], query.get("span")) ?? DEFAULT_VIEW.span),
    from: custom ? from : null,
    until: custom ? until : null,
    source: list("source"),
    place: list("place"),
    organization: list("organization"),
    who: oneOf(WHO, query.get("who")),
    period: day(query.get("period")),
    metric: query.get("metric"),
    evidence,
    at: evidence === null ? null : at,
    segment: evidence === null ? null : (query.get("segment") ?? "all"),
  };
}

/** The inverse of parseView: "" for the default view, else "?…" with only what differs from it. */
export function viewSearch(view: View): string {
  const query = new URLSearchParams();
  if (view.page !== DEFAULT_VIEW.page) query.set("page", view.page);
  if (view.grain !== DEFAULT_VIEW.grain) query.set("grain", view.grain);
  if (view.span === "custom") {
    query.set("from", view.from ?? "");
    query.set("until", view.until ?? "");
  } else if (view.span !== DEFAULT_VIEW.span) query.set("span", view.span);
  for (const key of ["source", "place", "organization"] as const) for (const name of view[key]) query.append(key, name);
  for (const key of ["who", "period", "metric", "evidence", "at"] as const) if (view[key] !== null) query.set(key, view[key]);
  if (view.segment !== null && view.segment !== "all") query.set("segment", view.segment);
  const text = query.toString();
  return text ? `?${text}` : "";
}

/** The days asked for: `from` to the day before `to`, as the API has it; nothing for all of the data. */
export function windowOf(view: Pick<View, "span" | "from" | "until">, lastDay: string | null): { from?: string; to?: string } {
  if (view.span === "custom" && view.from !== null && view.until !== null) return { from: view.from, to: addDays(view.until, 1) };
  if (view.span === "all" || lastDay === null) return {};
  const to = addDays(lastDay, 1);
  return { from: addMonths(to, view.span === "12m" ? -12 : -36), to };
}

export const hasFilters = (view: View): boolean =>
  view.source.length + view.place.length + view.organization.length > 0 || view.who !== null;

export const filterOf = (view: View) => ({
  source: view.source, place: view.place, organization: view.organization, who: view.who ?? undefined,
});
