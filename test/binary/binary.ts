import { resolve } from "node:path";

const checkout = resolve(import.meta.dir, "../..");

/** The executable that scripts/build writes; `scripts/test` builds it before the tests. */
export const binary = resolve(checkout, "dist/mcp-ssh-interactive");
