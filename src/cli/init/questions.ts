import { autocompleteMultiselect, multiselect, select, text } from "@clack/prompts";

import type { PrivateKey } from "../../ssh/private-keys.ts";
import { printable } from "../printable.ts";
import type { ClientsAtHand } from "./clients.ts";
import {
  hostFault,
  nameProblem,
  portFault,
  suggestName,
  userFault,
  type Draft,
  type Surroundings,
} from "./draft.ts";
import { ask, type Reply } from "./human.ts";
import { shortPath } from "./render-plan.ts";

/** A question stands where `applies`, and its answer changes the draft. */
export type Question = {
  readonly applies: (draft: Draft) => boolean;
  readonly ask: (draft: Draft, stop: AbortSignal) => Promise<Reply<Draft>>;
};

export type Offered = Surroundings & {
  readonly home: string;
  /** Hosts of ssh_config that are not in config.yml yet. */
  readonly aliases: readonly string[];
  readonly keys: readonly PrivateKey[];
  readonly agentKeys: number | undefined;
  /** Shows what ssh makes of the chosen aliases. */
  readonly showResolved: (aliases: readonly string[]) => Promise<void>;
};

const filteredFrom = 13;
const shownOptions = 10;

/** Asks one after the other; Escape goes one back. Undefined when the human left. */
export async function askAll(
  questions: readonly Question[],
  draft: Draft,
  stop: AbortSignal,
): Promise<Draft | undefined> {
  let current = draft;
  const asked: number[] = [];
  for (let at = 0; at < questions.length;) {
    const question = questions[at];
    if (question?.applies(current) !== true) {
      at++;
      continue;
    }
    const reply = await question.ask(current, stop);
    if (reply.kind === "left") return undefined;
    if (reply.kind === "back") at = asked.pop() ?? at;
    else {
      current = reply.value;
      asked.push(at++);
    }
  }
  return current;
}

/** Where a host comes from: ssh_config or the keyboard. */
export function sourceQuestions(offered: Offered): Question[] {
  const { aliases } = offered;
  return [
    {
      applies: () => true,
      ask: (draft, stop) => {
        const found = aliases.length === 1 ? "1 host" : `${aliases.length} hosts`;
        const options = [
          ...(aliases.length === 0
            ? []
            : [{ value: "ssh-config" as const, label: "Hosts of ~/.ssh/config", hint: found }]),
          { value: "typed" as const, label: "A host that I type in" },
          { value: "none" as const, label: "None now" },
        ];
        const message = "Which hosts may agents reach?";
        return change(draft, "source", stop, (signal) =>
          select({ message, options, initialValue: draft.source, signal }),
        );
      },
    },
    {
      applies: ({ source }) => source === "ssh-config" && aliases.length > 0,
      ask: async (draft, stop) => {
        const reply = await change(draft, "aliases", stop, (signal) => chooseAliases(draft, aliases, signal));
        if (reply.kind === "answer") await offered.showResolved(reply.value.aliases);
        return reply;
      },
    },
  ];
}

function chooseAliases({ aliases: chosen }: Draft, aliases: readonly string[], signal: AbortSignal) {
  const all = {
    options: aliases.map((value) => ({ value, label: printable(value) })),
    initialValues: [...chosen],
    required: true,
    maxItems: shownOptions,
    signal,
  };
  return aliases.length < filteredFrom
    ? multiselect({ message: "Which of them? Space chooses, Enter goes on", ...all })
    : autocompleteMultiselect({
        message: "Which of them? Type to search, Tab chooses, Enter goes on",
        ...all,
      });
}

/** The address, user, port and login of one host; its name, unless it is given. */
export function hostQuestions(offered: Offered, hasName: boolean): Question[] {
  const { taken } = offered;
  const typed = ({ source }: Draft) => source === "typed";
  const line = (
    key: "host" | "user" | "port" | "name",
    message: string,
    fault: (value: string) => string | undefined,
    suggestion: (draft: Draft) => string = () => "",
  ): Question => ({
    applies: typed,
    ask: (draft, stop) => {
      const initialValue = draft[key] === "" ? suggestion(draft) : draft[key];
      const validate = (value: string | undefined) => fault(value?.trim() ?? "");
      return change(draft, key, stop, async (signal) => {
        const value = await text({ message, initialValue, validate, signal });
        return typeof value === "symbol" ? value : (value ?? "").trim();
      });
    },
  });
  return [
    line("host", "Its name or address (an alias of ~/.ssh/config works too)", hostFault),
    line("user", "User there (empty: as ssh decides)", userFault),
    line("port", "Port (empty: as ssh decides, else 22)", portFault),
    ...(hasName
      ? []
      : [
          line(
            "name",
            "What agents call it",
            (name) => nameProblem(name, taken),
            ({ host }) => suggestName(host, taken),
          ),
        ]),
    { applies: typed, ask: (draft, stop) => change(draft, "login", stop, chooseLogin(draft, offered)) },
  ];
}

function chooseLogin(draft: Draft, { keys, agentKeys, home }: Offered) {
  const agent = agentKeys === undefined ? "no agent runs" : `the agent holds ${agentKeys}`;
  const options = [
    { value: "ssh", label: "As ssh decides: agent and usual keys", hint: agent },
    ...keys.map(({ path, type, encrypted, openToOthers }) => ({
      value: shortPath(path, home),
      label: printable(shortPath(path, home)),
      hint: [
        type ?? "",
        encrypted ? "with a passphrase" : "",
        openToOthers ? "open to others: chmod 600" : "",
      ]
        .filter((word) => word !== "")
        .join(", "),
    })),
    { value: "password", label: "A password, which you type at each login" },
  ];
  const given = options.some(({ value }) => value === draft.login)
    ? []
    : [{ value: draft.login, label: printable(draft.login), hint: "as given" }];
  return (signal: AbortSignal) =>
    select({
      message: "How do you log in?",
      options: [...given, ...options],
      initialValue: draft.login,
      maxItems: shownOptions,
      signal,
    });
}

export function notesQuestion(): Question {
  return {
    applies: ({ source }) => source !== "none",
    ask: (draft, stop) =>
      change(draft, "notes", stop, (signal) =>
        select({
          message: "Begin notes about each host for agents to read?",
          options: [
            { value: true, label: "Yes", hint: "from one read-only command there" },
            { value: false, label: "No" },
          ],
          initialValue: draft.notes,
          signal,
        }),
      ),
  };
}

export function clientsQuestion(clients: ClientsAtHand["unregistered"]): Question {
  return {
    applies: () => clients.length > 0,
    ask: (draft, stop) => {
      const options = clients.map(({ name, title }) => ({ value: name, label: title }));
      const message = "In which programs should agents have it? Space chooses, Enter goes on";
      return change(draft, "clients", stop, (signal) =>
        multiselect({ message, options, initialValues: [...draft.clients], required: false, signal }),
      );
    },
  };
}

/** The last one: the plan is shown, and nothing happens without a yes. */
export function planQuestion(show: (draft: Draft) => void): Question {
  return {
    applies: () => true,
    ask: async (draft, stop) => {
      show(draft);
      const reply = await ask(
        (signal) =>
          select({
            message: "Nothing is written yet. Do this?",
            options: [
              { value: "do", label: "Yes" },
              { value: "back", label: "Change an answer" },
              { value: "leave", label: "No, leave everything as it is" },
            ],
            signal,
          }),
        stop,
      );
      if (reply.kind !== "answer") return reply;
      if (reply.value === "do") return { kind: "answer", value: draft };
      return { kind: reply.value === "back" ? "back" : "left" };
    },
  };
}

async function change<Key extends keyof Draft>(
  draft: Draft,
  key: Key,
  stop: AbortSignal,
  show: (signal: AbortSignal) => Promise<Draft[Key] | symbol>,
): Promise<Reply<Draft>> {
  const reply = await ask(show, stop);
  return reply.kind === "answer" ? { kind: "answer", value: { ...draft, [key]: reply.value } } : reply;
}
