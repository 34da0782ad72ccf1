import { describe, expect, it } from "vitest";
import { linear, nearest, ticksFromZero } from "./scale";

describe("linear", () => {
  it("maps ends and middle, downwards too", () => {
    const y = linear([0, 50], [200, 0]);
    expect([y(0), y(25), y(50), y(75)]).toEqual([200, 100, 0, -100]);
  });
  it("does not divide by nothing", () => expect(linear([3, 3], [10, 20])(3)).toBe(10));
});

describe("ticksFromZero", () => {
  it.each([
    [97, 5, 0, [0, 20, 40, 60, 80, 100]],
    [100, 5, 0, [0, 20, 40, 60, 80, 100]],
    [3, 5, 1, [0, 1, 2, 3]],
    [0.62, 4, 0, [0, 0.2, 0.4, 0.6, 0.8]],
    [0.3, 3, 0, [0, 0.1, 0.2, 0.3]],
    [12345, 4, 1, [0, 5000, 10000, 15000]],
    [0, 4, 1, [0, 1]],
    [Number.NaN, 4, 0, [0, 1]],
  ])("up to %d in %d steps of at least %d", (max, count, smallest, want) => {
    expect(ticksFromZero(max, count, smallest)).toEqual(want);
  });
});

describe("nearest", () => {
  it("finds the closest, the first of two equals, nothing in nothing", () => {
    expect(nearest([0, 10, 20], 14)).toBe(1);
    expect(nearest([0, 10, 20], 15)).toBe(1);
    expect(nearest([0, 10, 20], 900)).toBe(2);
    expect(nearest([], 1)).toBe(-1);
  });
});
