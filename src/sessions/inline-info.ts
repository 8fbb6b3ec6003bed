import { UserError } from "../base/user-error.ts";
import type { ConnectionConfig, Workplace } from "./workplace.ts";

/** The host's notes to tell with its open; a fault of the file is get_server_info's to tell and keeps no session from opening. */
export function inlineInfo(place: Workplace, config: ConnectionConfig): string | undefined {
  if (config.infoFile === undefined) return undefined;
  try {
    return place.readInfo(config, place.config().plainSecrets).infoContent;
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}
