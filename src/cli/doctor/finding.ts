import type { Check } from "../../base/check.ts";

/** `mend` does what `fix` says; only where that can harm nothing. Throws where the system does not let it. */
export type Finding = Check & { readonly mend?: () => void };
