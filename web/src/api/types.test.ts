import { execFileSync } from "node:child_process";
import { it } from "vitest";

it("types.ts is what tools/gen-types makes of schema/api.json", () => {
  execFileSync("python3", ["../tools/gen-types", "--check"], { stdio: "pipe" });
});
