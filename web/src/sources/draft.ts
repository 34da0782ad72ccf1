// What the form holds before it is sent, and what can be said about it without asking the server.
import type { Connector, RecognisedPlace, Setting, Source, SourceStatus, Status } from "../api/types";

export interface Draft {
  connector: Connector;
  name: string;
  /** By name of the setting, as rapport.toml will have it: a secret is "$NAME". */
  values: Record<string, string>;
  /** What the server made of an address; empty where the kind was chosen by hand. */
  understood: string;
}

/** By field: "name" or a setting. */
export type Faults = Record<string, string>;

export const chosenDraft = (connector: Connector): Draft => ({ connector, name: "", values: {}, understood: "" });

export const recognisedDraft = (place: RecognisedPlace, connector: Connector): Draft => ({
  connector, name: place.source.name, values: { ...place.source.settings }, understood: place.understood,
});

/** What must or may well be filled in, and the rest, each in the order of the declarations. */
export function split(draft: Draft): { first: readonly Setting[]; more: readonly Setting[] } {
  const settings = draft.connector.settings;
  const matters = (one: Setting) => one.required || one.secret || one.name in draft.values;
  if (!settings.some((one) => one.required || one.name in draft.values)) return { first: settings.slice(0, FEW), more: settings.slice(FEW) };
  return { first: settings.filter(matters), more: settings.filter((one) => !matters(one)) };
}
const FEW = 5;

const isVariable = (text: string) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(text);
// Tokens are long and have small letters and digits; variables hardly ever do.
const looksLikeSecret = (text: string) => text.length >= 20 && /[a-z]/.test(text) && /\d/.test(text);

/** The name of the variable as somebody typed it, with or without its "$". */
export const variableOf = (value: string): string => value.trim().replace(/^\$\{?/, "").replace(/\}$/, "");

function faultOf(setting: Setting, value: string): string | null {
  if (value === "") return setting.required && setting.fallback === "" ? `This is needed, for example ${setting.example}` : null;
  if (!setting.secret) return null;
  const variable = variableOf(value);
  if (!isVariable(variable)) return "Write the name of an environment variable: letters, digits and _";
  return looksLikeSecret(variable) ? "This looks like the secret itself. Put it into an environment variable, and its name here" : null;
}

export function faultsOf(draft: Draft): Faults {
  const faults: Faults = {};
  if (draft.name.trim() === "") faults.name = "Give the source a short name, such as forum";
  for (const setting of draft.connector.settings) {
    const fault = faultOf(setting, draft.values[setting.name]?.trim() ?? "");
    if (fault !== null) faults[setting.name] = fault;
  }
  return faults;
}

/** What the server gets: no empty settings, secrets as "$NAME". */
export function sourceOf(draft: Draft): Source {
  const settings: Record<string, string> = {};
  for (const setting of draft.connector.settings) {
    const value = draft.values[setting.name]?.trim() ?? "";
    if (value !== "") settings[setting.name] = setting.secret ? `$${variableOf(value)}` : value;
  }
  return { name: draft.name.trim(), connector: draft.connector.name, settings };
}

/** Connectors in whose name or summary every word occurs; those with it in their name first. */
export function findConnectors(all: readonly Connector[], wanted: string): readonly Connector[] {
  const words = wanted.toLowerCase().split(/\s+/).filter((word) => word !== "");
  const found = all.filter((one) => words.every((word) => `${one.name} ${one.summary}`.toLowerCase().includes(word)));
  const byName = (one: Connector) => words.length > 0 && words.some((word) => one.name.includes(word));
  return [...found.filter(byName), ...found.filter((one) => !byName(one))];
}

export interface Listed {
  status: SourceStatus;
  /** None: it is not in rapport.toml any more. */
  source: Source | null;
}

/** The sources of rapport.toml in its order, then those that only the database knows. */
export function listed(sources: readonly Source[], status: Status): readonly Listed[] {
  const known = new Map(status.sources.map((one) => [one.name, one]));
  const unseen = (source: Source): SourceStatus => ({ name: source.name, connector: source.connector, url: "", activities: 0, newest: null, streams: [] });
  const configured = sources.map((source) => ({ source, status: known.get(source.name) ?? unseen(source) }));
  const gone = status.sources.filter((one) => !sources.some((source) => source.name === one.name));
  return [...configured, ...gone.map((one) => ({ source: null, status: one }))];
}
