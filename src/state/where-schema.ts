import { z } from "zod";

/** Where a shell said it was. */
export const whereSchema = z.object({
  user: z.string().optional(),
  host: z.string().optional(),
  cwd: z.string().optional(),
  isRoot: z.boolean().optional(),
  depth: z.number().int().optional(),
});
