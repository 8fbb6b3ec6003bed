import { randomBytes } from "node:crypto";

/** A name in the same folder for what is not whole yet; long names are cut, since file systems bear 255 bytes. */
export function partName(name: string): string {
  return `.${Array.from(name).slice(0, 40).join("")}.${randomBytes(6).toString("hex")}.part`;
}
