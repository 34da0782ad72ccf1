// Chromium, a page that is watched (no errors on the console, no request to anybody else), and the stand-in server.
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const MOCK = fileURLToPath(new URL("../../web/mock/server.mjs", import.meta.url));

/** Starts the mock; {base, tell, stop}. `tell` announces new data. */
export async function startMock(...options) {
  const child = spawn(process.execPath, [MOCK, "--port", "0", ...options], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise((resolve) => child.on("exit", resolve));
  const base = await Promise.race([
    new Promise((resolve) => createInterface(child.stdout).once("line", resolve)),
    ended.then((code) => { throw new Error(`the mock server ended with ${code}`); }),
  ]);
  return { base, tell: () => child.kill("SIGUSR2"), stop: () => { child.kill(); return ended; } };
}

/** A browser with a fresh profile; `open` gives a watched page and runs `walk` on it. */
export async function startBrowser() {
  const profile = await mkdtemp(join(tmpdir(), "rapport-e2e-"));
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: [...FLAGS, `--disk-cache-dir=${profile}`] });
  return {
    async open(address, options, walk) {
      const { expectErrors = false, ...context } = options;
      const room = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: "en-GB", acceptDownloads: true, ...context });
      const page = await room.newPage();
      page.setDefaultTimeout(8000);
      const complaints = [];
      page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
      page.on("console", (message) => ["error", "warning"].includes(message.type()) && complaints.push(`console: ${message.text()}`));
      const home = new URL(address).origin;
      page.on("request", (request) => {
        const url = new URL(request.url());
        if (url.origin !== home && url.protocol !== "blob:") complaints.push(`asked ${url.origin}`);
      });
      try {
        await page.goto(address);
        await walk(page);
      } finally {
        await room.close();
      }
      if (complaints.length > 0 && !expectErrors) throw new Error(complaints.join("\n"));
    },
    async stop() {
      await browser.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}
