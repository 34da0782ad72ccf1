import { describe, expect, it } from "vitest";
import { stack, trailingMean } from "./stack";

describe("stack", () => {
  it("stands each series on the ones before it", () => {
    expect(stack([[1, 2], [10, null], [100, 200]])).toEqual([
      [{ from: 0, to: 1 }, { from: 0, to: 2 }],
      [{ from: 1, to: 11 }, { from: 2, to: 2 }],
      [{ from: 11, to: 111 }, { from: 2, to: 202 }],
    ]);
  });
  it("has nothing to stack in nothing", () => expect(stack([])).toEqual([]));
});

describe("trailingMean", () => {
  it("waits for a whole stretch", () => expect(trailingMean([3, 6, 9, 0], 3)).toEqual([null, null, 6, 5]));
  it("does not average over a gap", () => expect(trailingMean([1, null, 3, 5], 2)).toEqual([null, null, null, 4]));
});
