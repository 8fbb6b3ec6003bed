import { z } from "zod";

import { commandRuleFault } from "../base/command-rule.ts";
import { hostProblem, userProblem, type AddressProblem } from "./address.ts";
import type { NamedSecret, SecretSource } from "./connection-config.ts";
import { canonicalSshOption, isSafeSshOptionValue, ownKeyFor } from "./ssh-options.ts";
import type { YamlScalar } from "./yaml-tree.ts";

// The leaves of the input are YamlScalar, so that `0123` and `yes` keep their spelling where text is wanted.

const scalar = z.custom<YamlScalar>((value) => isYamlScalar(value), {
  error: "is a map or a list here",
  abort: true,
});

function isYamlScalar(value: unknown): value is YamlScalar {
  return (
    typeof value === "object" &&
    value !== null &&
    "kind" in value &&
    value.kind === "scalar" &&
    "text" in value
  );
}

const text = scalar.transform(({ text }) => text);

const line = refined(text, (value) =>
  value === "" ? "is empty" : /\p{Cc}/u.test(value) ? "holds a line break or control character" : undefined,
);

const flag = scalar.transform(({ value }, context) => {
  if (typeof value === "boolean") return value;
  context.addIssue({ code: "custom", message: "is neither true nor false" });
  return z.NEVER;
});

function whole(least: number, most: number) {
  return scalar.transform(({ text, value }, context) => {
    const number = typeof value === "number" ? value : /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (Number.isInteger(number) && number >= least && number <= most) return number;
    context.addIssue({ code: "custom", message: `is not a whole number from ${least} to ${most}` });
    return z.NEVER;
  });
}

function oneOf<const Word extends string>(...words: readonly Word[]) {
  return scalar.transform(({ text }, context): Word => {
    const word = words.find((candidate) => candidate === text);
    if (word !== undefined) return word;
    context.addIssue({ code: "custom", message: `is none of ${words.join(", ")}` });
    return z.NEVER;
  });
}

function refined(schema: z.ZodType<string>, problemOf: (value: string) => string | undefined) {
  return schema.superRefine((value, context) => {
    const message = problemOf(value);
    if (message !== undefined) context.addIssue({ code: "custom", message });
  });
}

/** `whole` says that the message stands alone, not after the key's name. */
function address(problemOf: (value: string) => AddressProblem | undefined) {
  return text.superRefine((value, context) => {
    const problem = problemOf(value);
    if (problem !== undefined)
      context.addIssue({
        code: "custom",
        message: problem.message,
        params: { whole: true, fix: problem.fix },
      });
  });
}

/** A scalar is an object too, and must not be taken for a map. */
function mapOf<Output>(schema: z.ZodType<Output, Record<string, unknown>>) {
  const isMap = (value: unknown) =>
    typeof value === "object" && value !== null && !Array.isArray(value) && !isYamlScalar(value);
  return z
    .custom<Record<string, unknown>>(isMap, { error: "is not a map of keys", abort: true })
    .pipe(schema);
}

const list = z.array(line, { error: "is not a list" });

const hostKey = refined(line, (value) =>
  value === "strict" || value === "accept-new" || /^SHA256:[A-Za-z0-9+/]{43}=?$/.test(value)
    ? undefined
    : "is none of strict, accept-new, SHA256:…",
);

const secretShape = {
  env: refined(text, (value) =>
    /^[A-Za-z_][A-Za-z0-9_]*$/.test(value) ? undefined : "is not the name of an environment variable",
  ).optional(),
  file: line.optional(),
  command: line.optional(),
  keychain: line.optional(),
  ask: flag.optional(),
};

type SecretKeys = {
  env?: string | undefined;
  file?: string | undefined;
  command?: string | undefined;
  keychain?: string | undefined;
  ask?: boolean | undefined;
};

function toSource(keys: SecretKeys): SecretSource | undefined {
  const sources: SecretSource[] = [];
  for (const kind of ["env", "file", "command", "keychain"] as const) {
    const from = keys[kind];
    if (from !== undefined) sources.push({ kind, from });
  }
  if (keys.ask === true) sources.push({ kind: "ask" });
  return sources.length === 1 ? sources[0] : undefined;
}

function sourced(shape: z.ZodType<SecretKeys & { for?: string | undefined }>) {
  return z.unknown().transform((value, context): NamedSecret => {
    if (isYamlScalar(value)) return { source: { kind: "plain", text: value.text } };
    const parsed = shape.safeParse(value);
    if (!parsed.success) {
      for (const issue of parsed.error.issues) {
        const unknown = issue.code === "unrecognized_keys" ? issue.keys : [undefined];
        for (const key of unknown) {
          context.addIssue({
            code: "custom",
            path: key === undefined ? issue.path : [...issue.path, key],
            message: issue.message,
            params: { unknown: key !== undefined },
          });
        }
      }
      return z.NEVER;
    }
    const source = toSource(parsed.data);
    if (source === undefined) {
      context.addIssue({ code: "custom", message: "needs exactly one source" });
      return z.NEVER;
    }
    return { source, ...(parsed.data.for === undefined ? {} : { for: parsed.data.for }) };
  });
}

const notASource = "is neither text nor a source";
const secret = sourced(z.strictObject(secretShape, { error: notASource }));
const namedSecret = sourced(z.strictObject({ ...secretShape, for: line.optional() }, { error: notASource }));

const sshOptions = mapOf(z.record(z.string(), text)).transform((options, context) => {
  const result: Record<string, string> = {};
  for (const [keyword, value] of Object.entries(options)) {
    const canonical = canonicalSshOption(keyword);
    const own = ownKeyFor(keyword);
    if (canonical === undefined) {
      const fix =
        own === undefined
          ? "remove it; what your own ~/.ssh/config says for this host is obeyed too"
          : `use the connection's own key \`${own}:\``;
      context.addIssue({
        code: "custom",
        path: [keyword],
        message: `${keyword} is not among the allowed ssh options`,
        params: { whole: true, fix },
      });
    } else if (!isSafeSshOptionValue(value)) {
      const params = { fix: "write it without quotes, backslashes, # and $" };
      context.addIssue({ code: "custom", path: [keyword], message: "is not a plain one-line value", params });
    } else if (Object.hasOwn(result, canonical)) {
      context.addIssue({
        code: "custom",
        path: [keyword],
        message: `${canonical} is given twice`,
        params: { whole: true, fix: "keep one" },
      });
    } else {
      result[canonical] = value;
    }
  }
  return result;
});

const secrets = mapOf(z.record(z.string(), namedSecret)).superRefine((entries, context) => {
  for (const name of Object.keys(entries)) {
    if (/^[A-Za-z0-9_.-]{1,64}$/.test(name)) continue;
    context.addIssue({
      code: "custom",
      path: [name],
      message: "a secret's name has other characters than letters, digits, . _ -",
      params: { whole: true },
    });
  }
});

const rules = z.array(refined(line, commandRuleFault), { error: "is not a list" });

const policyShape = {
  mode: oneOf("full", "confirm", "read-only").optional(),
  allow: rules.optional(),
  deny: rules.optional(),
  approval: oneOf("client", "terminal").optional(),
};

export const connectionShape = {
  host: address(hostProblem),
  user: address(userProblem).optional(),
  port: whole(1, 65_535).optional(),
  key_path: line.optional(),
  password: secret.optional(),
  passphrase: secret.optional(),
  description: z.unknown().optional(),
  info_file: line.optional(),
  use_agent: flag.optional(),
  proxy_jump: line.optional(),
  ssh_options: sshOptions.optional(),
  host_key: hostKey.optional(),
  shell_integration: oneOf("auto", "always", "never").optional(),
  secrets: secrets.optional(),
  policy: mapOf(z.strictObject(policyShape)).optional(),
  tags: list.optional(),
};

export const settingsShape = {
  wait_seconds: whole(0, 3600).optional(),
  max_wait_seconds: whole(1, 3600).optional(),
  results: oneOf("auto", "both", "text").optional(),
  log_max_mb: whole(4, 1_000_000).optional(),
  log_retention_days: whole(1, 36_500).optional(),
  max_sessions: whole(1, 1000).optional(),
  transfer_dirs: list.optional(),
  redact: list.optional(),
  allow_vulnerable_tmux: flag.optional(),
};

export const settingsSchema = mapOf(z.strictObject(settingsShape));
export type SettingsInput = z.infer<typeof settingsSchema>;

export const connectionSchema = mapOf(z.strictObject(connectionShape));
export type ConnectionInput = z.infer<typeof connectionSchema>;

/** The keys that may stand at a place inside a connection, for naming the nearest one. */
export function connectionKeysAt(path: readonly PropertyKey[]): readonly string[] {
  if (path.length === 0) return Object.keys(connectionShape);
  if (path[0] === "policy") return Object.keys(policyShape);
  return path[0] === "secrets" ? [...Object.keys(secretShape), "for"] : Object.keys(secretShape);
}
