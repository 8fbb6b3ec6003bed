import { config } from "zod/v4/core";

/** For all schemas that are made from now on: compiling them costs a short start more than it saves. */
export function interpretSchemas(): void {
  config({ jitless: true });
}
