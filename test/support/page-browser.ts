import { existsSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { chromium, type BrowserContext, type Page } from "playwright-core";

import { removeFolder } from "./remove-folder.ts";

const program = ["/usr/bin/chromium", "/usr/bin/chromium-browser"].find(existsSync);

/** False where scripts/test could not install one. */
export const hasBrowser = program !== undefined;

/** A real Chromium with a profile of its own; disposing ends it. */
export class PageBrowser implements AsyncDisposable {
  readonly #context: BrowserContext;
  readonly #profile: string;

  private constructor(context: BrowserContext, profile: string) {
    this.#context = context;
    this.#profile = profile;
  }

  static async start(): Promise<PageBrowser> {
    const profile = mkdtempSync(join(tmpdir(), "mcp-chromium-"));
    const context = await chromium.launchPersistentContext(profile, {
      executablePath: program ?? "",
      headless: true,
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    });
    return new PageBrowser(context, profile);
  }

  async open(url: string, width = 1200): Promise<Page> {
    const page = await this.#context.newPage();
    await page.setViewportSize({ width, height: 800 });
    await page.goto(url);
    return page;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#context.close();
    await removeFolder(this.#profile);
  }
}
