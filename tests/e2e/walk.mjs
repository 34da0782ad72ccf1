// Walks through the page as somebody would who uses it, with mouse and with keyboard. Against BASE_URL if given (a
// running `rapport serve` with data in it), else against the mock, which can also be empty, gone, and back.
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startBrowser, startMock } from "./browser.mjs";

const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const mock = process.env.BASE_URL ? null : await startMock();
const base = process.env.BASE_URL?.replace(/\/$/, "") ?? mock.base;
const browser = await startBrowser();
const only = process.argv[2];
let passed = 0;
let failed = 0;

async function journey(name, search, options, walk) {
  if (only && !name.includes(only)) return;
  const began = Date.now();
  try {
    await browser.open((options.base ?? base) + "/" + search, options, walk);
    passed += 1;
    console.log(`ok      ${name} (${((Date.now() - began) / 1000).toFixed(1)} s)`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED  ${name}\n${String(error?.stack ?? error).replace(/^/gm, "        ")}`);
  }
}

const ask = async (path) => (await fetch(base + path)).json();
const query = (page) => new URL(page.url()).searchParams;
const slider = (page, metric) => page.locator(`#chart-${metric} [role=slider]`);
const dialog = (page) => page.getByRole("dialog");
const settled = async (page) => {
  await page.getByRole("heading", { name: "What changed" }).waitFor();
  await page.locator("button.change").first().waitFor();
};

async function accessible(page) {
  await page.evaluate(AXE);
  // The rules of WCAG 2.2 A and AA, and axe's best practices.
  const found = await page.evaluate(async () => (await globalThis.axe.run(document)).violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(" ")).join(", ")}`));
  assert.deepEqual(found, []);
}

async function scrollThrough(page) {
  await page.evaluate(async () => {
    for (let y = 0; y < document.body.scrollHeight; y += 500) {
      scrollTo(0, y);
      await new Promise((done) => setTimeout(done, 60));
    }
    scrollTo(0, 0);
  });
  await page.waitForFunction(() => document.querySelectorAll("article .skeleton").length === 0);
}

async function download(page, press) {
  const [file] = await Promise.all([page.waitForEvent("download"), press()]);
  return { name: file.suggestedFilename(), bytes: await readFile(await file.path()) };
}

const status = await ask("/api/v1/status");
const metrics = await ask("/api/v1/metrics");

await journey("loads: header, cards and charts say what the API says", "", {}, async (page) => {
  await settled(page);
  await page.getByText(`data until ${status.last_day}`).waitFor();
  const { comparisons } = await ask("/api/v1/community");
  const shown = await page.locator("button.change .title").allTextContents();
  assert.deepEqual(shown, [...new Set(comparisons.map((one) => one.metric.title))]);
  const commits = comparisons.find((one) => one.metric.name === "commits");
  const card = await page.locator("button.change", { hasText: commits.metric.title }).first().locator(".value").textContent();
  assert.equal(card, new Intl.NumberFormat("en-GB").format(commits.now.value));
  assert.equal(await page.locator("article[id^=chart-]").count(), metrics.length);
  await scrollThrough(page);
  assert.deepEqual(await page.locator("h1, h2").allTextContents().then((all) => all.map((text) => text.split("  ")[0].slice(0, 6))), ["Rappor", "Keyboa", "What c", "Charts", "People"]);
});

await journey("charts ask for their data only when they come into view", "", { viewport: { width: 1280, height: 500 } }, async (page) => {
  const asked = () => page.evaluate(() => performance.getEntriesByType("resource").filter((one) => /metrics\/\w+\?/.test(one.name)).length);
  await settled(page);
  const before = await asked();
  await scrollThrough(page);
  const after = await asked();
  assert.ok(before < metrics.length && after === metrics.length, `${before}, then ${after} of ${metrics.length}`);
});

await journey("the grain changes the page and its address; back undoes it", "", {}, async (page) => {
  await settled(page);
  const before = await page.locator("#changed-title + p").textContent();
  await page.getByText("Quarter", { exact: true }).click();
  await page.waitForFunction((old) => document.querySelector("#changed-title + p").textContent !== old, before);
  assert.equal(query(page).get("grain"), "quarter");
  assert.match(await page.locator("#changed-title + p").textContent(), /Q\d \d{4} against Q\d \d{4}/);
  await page.goBack();
  await page.waitForFunction((old) => document.querySelector("#changed-title + p").textContent === old, before);
  assert.equal(query(page).get("grain"), null);
});

await journey("a filter narrows, is in the address, and clears", "", {}, async (page) => {
  const { sources } = await ask("/api/v1/filters");
  await settled(page);
  await page.keyboard.press("/");
  assert.equal(await page.evaluate(() => document.activeElement.textContent.trim().startsWith("Sources")), true);
  await page.keyboard.press("Enter");
  await page.getByRole("group", { name: "Sources" }).getByRole("checkbox").first().check();
  await page.keyboard.press("Escape");
  assert.deepEqual(query(page).getAll("source"), [sources[0].name]);
  await page.reload();
  await page.getByRole("button", { name: "Clear filters" }).first().click();
  assert.deepEqual(query(page).getAll("source"), []);
});

await journey("a window of days goes into the address", "", {}, async (page) => {
  await settled(page);
  await page.getByText("Days", { exact: true }).click();
  await page.getByLabel("from").fill(status.first_day);
  assert.equal(query(page).get("from"), status.first_day);
  await page.getByText("12 months", { exact: true }).click();
  assert.equal(query(page).get("span"), "12m");
  assert.equal(query(page).get("from"), null);
});

await journey("a card leads to its chart, large", "", {}, async (page) => {
  await settled(page);
  await page.locator("button.change", { hasText: "Commits" }).click();
  assert.equal(query(page).get("metric"), "commits");
  const chart = page.locator("#chart-commits");
  await chart.getByText("Caveat", { exact: true }).waitFor();
  const { caveat, origin } = metrics.find((one) => one.name === "commits");
  assert.ok((await chart.textContent()).includes(caveat) && (await chart.textContent()).includes(origin));
});

await journey("evidence by mouse: total, activities, links, Escape", "?span=all&grain=year", {}, async (page) => {
  await settled(page);
  const chart = slider(page, "commits");
  await chart.scrollIntoViewIfNeeded();
  const box = await chart.boundingBox();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await chart.locator(".tip").waitFor();
  await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
  await dialog(page).getByText(/behind it/).waitFor();
  const evidence = await ask(`/api/v1/metrics/commits/evidence?grain=year&at=${query(page).get("at")}&limit=25`);
  assert.match(await dialog(page).textContent(), new RegExp(`${new Intl.NumberFormat("en-GB").format(evidence.total)} activit`));
  assert.equal(await dialog(page).locator("ol > li").count(), evidence.items.length);
  for (const link of await dialog(page).locator("ol a").all()) {
    assert.match(await link.getAttribute("href"), /^https?:/);
    assert.equal(await link.getAttribute("rel"), "noopener noreferrer");
  }
  if (evidence.total > 25) {
    await dialog(page).getByRole("button", { name: "Older 25" }).click();
    await dialog(page).getByText("26 to").waitFor();
  }
  await page.keyboard.press("Escape");
  await dialog(page).waitFor({ state: "hidden" });
  assert.equal(query(page).get("evidence"), null);
});

await journey("evidence by keyboard; the focus comes back", "?span=all&grain=year", {}, async (page) => {
  await settled(page);
  const chart = slider(page, "commits");
  await chart.scrollIntoViewIfNeeded();
  await chart.focus();
  await page.keyboard.press("End");
  const last = await chart.getAttribute("aria-valuetext");
  await page.keyboard.press("ArrowLeft");
  const text = await chart.getAttribute("aria-valuetext");
  assert.notEqual(text, last);
  assert.match(text, /^\d{4}, [\d,]+, [\d,]+ events?$/);
  await page.keyboard.press("Enter");
  await dialog(page).getByText(/behind it/).waitFor();
  assert.ok((await dialog(page).getByRole("heading").first().textContent()).includes(text.slice(0, 4)));
  await accessible(page);
  await page.keyboard.press("Escape");
  await dialog(page).waitFor({ state: "hidden" });
  assert.equal(await page.evaluate(() => document.activeElement.closest("article")?.id), "chart-commits");
});

await journey("saves CSV, SVG and PNG", "?metric=activities_by_kind&span=all&grain=quarter", {}, async (page) => {
  const chart = page.locator("#chart-activities_by_kind");
  await chart.getByRole("button", { name: "PNG" }).waitFor();
  const csv = await download(page, () => chart.getByRole("link", { name: "CSV" }).click());
  assert.match(csv.name, /^activities_by_kind.*\.csv$/);
  const lines = csv.bytes.toString().trim().split(/\r?\n/);
  assert.equal(lines[0], "bucket,segment,value,n,few");
  const { series } = await ask("/api/v1/metrics/activities_by_kind?grain=quarter");
  assert.equal(lines.length - 1, series.reduce((sum, one) => sum + one.points.length, 0));
  const svg = await download(page, () => chart.getByRole("button", { name: "SVG" }).click());
  const bad = await page.evaluate((text) => new DOMParser().parseFromString(text, "image/svg+xml").querySelector("parsererror")?.textContent ?? "", svg.bytes.toString());
  assert.equal(bad, "");
  assert.ok(svg.bytes.includes("What do people do here?") && !svg.bytes.includes("var(--"));
  const png = await download(page, () => chart.getByRole("button", { name: "PNG" }).click());
  assert.equal(png.bytes.subarray(0, 8).toString("hex"), "89504e470d0a1a0a");
  assert.ok(png.bytes.readUInt32BE(16) === 1824 && png.bytes.length > 10_000, `${png.bytes.readUInt32BE(16)} wide, ${png.bytes.length} bytes`);
  await chart.getByLabel("table").check();
  assert.ok(await chart.getByRole("row").count() > 2);
});

for (const colorScheme of ["light", "dark"]) {
  await journey(`nothing for axe to find, ${colorScheme}`, "?metric=activities_by_kind", { colorScheme }, async (page) => {
    await settled(page);
    await scrollThrough(page);
    await accessible(page);
    await page.getByRole("button", { name: /^data until/ }).click();
    await accessible(page);
  });
}

await journey("the theme that was chosen is remembered", "", { colorScheme: "light" }, async (page) => {
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await settled(page);
  const light = await ground();
  await page.getByRole("button", { name: "Use the dark theme" }).click();
  const dark = await ground();
  assert.notEqual(dark, light);
  await page.reload();
  await settled(page);
  assert.equal(await ground(), dark);
});

await journey("360 pixels: nothing sticks out, also with everything open", "?metric=activities_by_kind&source=x&span=all", { viewport: { width: 360, height: 740 } }, async (page) => {
  const fits = async (what) => assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360, what);
  await page.getByRole("button", { name: "Clear filters" }).first().waitFor();
  await fits("with a filter");
  await page.getByRole("button", { name: "Clear filters" }).first().click();
  await settled(page);
  await scrollThrough(page);
  await fits("all charts");
  await page.getByRole("button", { name: "Sources" }).click();
  await fits("filter menu");
  await page.keyboard.press("Escape");
  await slider(page, "commits").focus();
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  await dialog(page).waitFor();
  await fits("evidence");
});

await journey("? shows the keys, the skip link skips", "", {}, async (page) => {
  await settled(page);
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Skip to content");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "main");
  await page.keyboard.press("?");
  await dialog(page).getByText("go to the filters").waitFor();
  await page.keyboard.press("Escape");
  await dialog(page).waitFor({ state: "hidden" });
});

await journey("filters that match nothing: one button clears them", "?place=no+such+place", {}, async (page) => {
  await page.getByRole("heading", { name: /^Nothing matches these filters/ }).waitFor();
  await accessible(page);
  await page.locator("section.card").getByRole("button", { name: "Clear filters" }).click();
  await settled(page);
});

const sourcesPage = async (page) => {
  await page.getByRole("link", { name: "Sources" }).click();
  await page.getByRole("heading", { name: "Add a source" }).waitFor();
};
const focused = (page) => page.evaluate(() => document.activeElement.name || document.activeElement.id);
const card = (page, name) => page.locator("li.card", { has: page.getByRole("heading", { name: new RegExp(`^${name} `) }) });

await journey("the page of sources has its own address, and back leads back", "?grain=quarter", {}, async (page) => {
  await settled(page);
  await sourcesPage(page);
  assert.deepEqual([query(page).get("page"), query(page).get("grain")], ["sources", "quarter"]);
  assert.equal(await page.getByRole("link", { name: "Sources" }).getAttribute("aria-current"), "page");
  for (const source of status.sources) await card(page, source.name).getByText(/activities/).waitFor();
  await page.goBack();
  await settled(page);
  assert.equal(query(page).get("grain"), "quarter");
});

// A folder with a feed on this machine, which is the server's, too.
const folder = await mkdtemp(join(tmpdir(), "rapport-e2e-source-"));
await writeFile(join(folder, "blog.xml"), `<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>Blog</title><id>urn:b</id><updated>2024-05-02T10:00:00Z</updated>
  <entry><id>urn:1</id><title>One</title><updated>2024-05-01T10:00:00Z</updated><author><name>Ada</name></author><link href="https://blog.example/1"/></entry></feed>`);

await journey("a source is added by keyboard from a pasted path", "?page=sources", { expectErrors: true }, async (page) => {
  await page.getByLabel(/Paste an address/).fill(join(folder, "blog.xml"));
  await page.keyboard.press("Enter");
  await page.getByText(/^Recognised: .*feed/).waitFor();
  assert.equal(await focused(page), "form-title");
  assert.equal(await page.getByLabel("url", { exact: false }).inputValue(), join(folder, "blog.xml"));
  await accessible(page);
  await page.getByLabel(/^name/).fill("");
  await page.keyboard.press("Enter");
  await page.getByText("Give the source a short name").waitFor();
  assert.equal(await focused(page), "name");
  const taken = status.sources[0].name;
  await page.getByLabel(/^name/).fill(taken);
  await page.keyboard.press("Enter");
  await page.getByText(/already/).waitFor();
  assert.equal(await focused(page), "name");
  const described = await page.getByLabel(/^name/).evaluate((field) => field.getAttribute("aria-describedby").split(" ").map((id) => document.getElementById(id).textContent).join(" "));
  assert.match(described, /already.*choose another.*under another name/s);
  await accessible(page);
  await page.getByLabel(/^name/).fill("e2e-blog");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "e2e-blog is written into rapport.toml" }).waitFor();
  assert.equal(await focused(page), "added-title");
  await page.getByText("rapport sync e2e-blog").waitFor();
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.getByRole("button", { name: "Copy the command" }).first().click();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), "rapport sync e2e-blog");
  await card(page, "e2e-blog").getByText("not synced yet").waitFor();
  await accessible(page);
  const written = (await ask("/api/v1/sources")).find((one) => one.name === "e2e-blog");
  assert.deepEqual([written.connector, written.settings.url], ["feed", join(folder, "blog.xml")]);
  await page.getByRole("button", { name: "Add another source" }).click();
  assert.equal(await focused(page), "what");
});

await journey("a kind is found by a word; a secret is never taken", "?page=sources", {}, async (page) => {
  await page.getByText(/^Or choose among/).click();
  await page.getByLabel("Kind of source", { exact: true }).fill("accepted answers");
  await page.getByRole("button", { name: /^discourse/ }).click();
  await page.getByLabel(/^name/).fill("e2e-forum");
  await page.getByLabel(/^url/).fill("https://forum.example.org");
  await page.getByLabel(/^api key/).fill("0123456789abcdef0123456789");
  await page.getByRole("button", { name: "Add source" }).click();
  await page.getByText(/environment variable: letters|looks like the secret/).waitFor();
  assert.equal(await focused(page), "api_key");
  await page.getByLabel(/^api key/).fill("E2E_FORUM_KEY");
  await page.getByRole("button", { name: "Add source" }).click();
  await page.getByText(/^Before the first sync: .*E2E_FORUM_KEY/).waitFor();
  assert.equal((await ask("/api/v1/sources")).find((one) => one.name === "e2e-forum").settings.api_key, "$E2E_FORUM_KEY");
});

await journey("what starts programs is for rapport.toml only", "?page=sources", {}, async (page) => {
  await page.getByText(/^Or choose among/).click();
  await page.getByRole("button", { name: /^singer/ }).click();
  await page.getByRole("heading", { name: "singer: only by hand" }).waitFor();
  await page.getByText('connector = "singer"').waitFor();
  await accessible(page);
});

for (const colorScheme of ["light", "dark"]) {
  await journey(`the form has nothing for axe to find and fits 380 pixels, ${colorScheme}`, "?page=sources", { colorScheme, viewport: { width: 380, height: 800 } }, async (page) => {
    await page.getByText(/^Or choose among/).click();
    await accessible(page);
    await page.getByRole("button", { name: /^discourse/ }).click();
    await page.getByText(/more setting/).click();
    await page.getByRole("button", { name: "Add source" }).click();
    await page.getByText(/^This is needed/).first().waitFor();
    await accessible(page);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "it scrolls sideways");
  });
}
await rm(folder, { recursive: true, force: true });

await journey("an error is told in words and with a fix", "?evidence=no_such_metric&at=2022-01-01", { expectErrors: true }, async (page) => {
  const alert = dialog(page).getByRole("alert");
  await alert.waitFor();
  assert.match(await alert.textContent(), /no_such_metric/);
  assert.match(await alert.textContent(), /fix/);
});

if (mock) {
  await journey("new data refresh the page, quietly", "", {}, async (page) => {
    await settled(page);
    const asked = page.waitForRequest(/api\/v1\/community/);
    mock.tell();
    await asked;
    await page.getByText(/^New data came/).waitFor();
    await accessible(page);
  });

  const empty = await startMock("--empty");
  await journey("without data it says how to begin", "", { base: empty.base }, async (page) => {
    await page.getByText("rapport add WHAT").waitFor();
    await page.getByText("rapport sync").waitFor();
    await accessible(page);
  });
  await journey("a server that is gone is told, and found again", "", { base: empty.base, expectErrors: true }, async (page) => {
    await page.getByText("rapport sync").waitFor();
    await empty.stop();
    await page.getByText(/connecting again/).waitFor();
    const again = await startMock("--empty", "--port", new URL(empty.base).port);
    await page.getByText(/connecting again/).waitFor({ state: "hidden" });
    await again.stop();
  });
}

await browser.stop();
await mock?.stop();
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
