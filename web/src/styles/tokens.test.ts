// Contrast after WCAG 2.2 (1.4.3, 1.4.11); colour vision after Machado, Oliveira and Fernandes 2009, severity 1.0;
// distance in OKLab (Ottosson 2020).
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

type Rgb = [number, number, number];
const tokens = Object.fromEntries(
  [...readFileSync("src/styles/tokens.css", "utf8").matchAll(/--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)/g)].map((m) => [m[1], { light: m[2]!, dark: m[3]! }]),
);
const THEMES = ["light", "dark"] as const;
const SERIES = [0, 1, 2, 3, 4, 5, 6].map((i) => `series-${i}`);

const linear = (hex: string): Rgb =>
  [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16) / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)) as Rgb;
const luminance = ([r, g, b]: Rgb) => 0.2126 * r + 0.7152 * g + 0.0722 * b;
const colour = (name: string, theme: "light" | "dark"): Rgb => linear(tokens[name]![theme]);
function contrast(a: string, b: string, theme: "light" | "dark"): number {
  const [low, high] = [luminance(colour(a, theme)), luminance(colour(b, theme))].sort((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

const VISION: Record<string, [Rgb, Rgb, Rgb]> = {
  usual: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
  protanopia: [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
  deuteranopia: [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
  tritanopia: [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
};
const times = (rows: readonly Rgb[], v: Rgb): Rgb => rows.map((row) => row[0] * v[0] + row[1] * v[1] + row[2] * v[2]) as Rgb;
function oklab(rgb: Rgb): Rgb {
  const clipped = rgb.map((c) => Math.min(1, Math.max(0, c))) as Rgb;
  const lms = times([[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566], [0.0883024619, 0.2817188376, 0.6299787005]], clipped);
  return times([[0.2104542553, 0.793617785, -0.0040720468], [1.9779984951, -2.428592205, 0.4505937099], [0.0259040371, 0.7827717662, -0.808675766]], lms.map(Math.cbrt) as Rgb);
}

describe.each(THEMES)("%s", (theme) => {
  it.each(["page", "surface", "raised"])("series stand out from %s", (ground) => {
    for (const series of SERIES) expect(contrast(series, ground, theme), series).toBeGreaterThanOrEqual(3);
  });
  it.each(["page", "surface", "raised", "tint"])("text reads on %s", (ground) => {
    for (const text of ["ink", "muted", "accent", "good", "bad", "warn"]) expect(contrast(text, ground, theme), text).toBeGreaterThanOrEqual(4.5);
  });
  it("notices and controls read", () => {
    expect(contrast("ink", "warn-tint", theme)).toBeGreaterThanOrEqual(4.5);
    expect(contrast("warn", "warn-tint", theme)).toBeGreaterThanOrEqual(4.5);
    expect(contrast("bad", "bad-tint", theme)).toBeGreaterThanOrEqual(4.5);
    expect(contrast("on-accent", "accent", theme)).toBeGreaterThanOrEqual(4.5);
    expect(contrast("control-line", "surface", theme)).toBeGreaterThanOrEqual(3);
  });
  it.each(Object.keys(VISION))("series differ to %s sight", (sight) => {
    const seen = SERIES.map((series) => oklab(times(VISION[sight]!, colour(series, theme))));
    seen.forEach((a, i) => seen.slice(i + 1).forEach((b, k) => expect(Math.hypot(...a.map((x, n) => x - b[n]!)), `${i} and ${i + 1 + k}`).toBeGreaterThan(0.065)));
  });
});
