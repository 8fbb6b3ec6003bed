import { repository } from "../../package.json" with { type: "json" };

/** `https://github.com/OWNER/NAME`, without a slash at its end. */
export const project = repository.url.replace(/^git\+|\.git$/g, "");
