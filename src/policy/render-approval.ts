import { momentNow } from "../platform/moment.ts";
import { lifeLeftMs, type Approval } from "./approval.ts";
import { showExactly, showLine } from "./show-exactly.ts";

const questions = {
  command: "would run this command",
  input: "would type this into what waits there (keys in < >)",
  secret: "would give this secret to what asks there",
  upload: "would copy a file to the host",
  policy: "The policy of this connection in config.yml lets more through than the one accepted last",
} as const;

/** All that a human needs to say yes or no; what agents, hosts and files say of it is shown escaped. */
export function renderApproval(approval: Approval): string {
  const { what, id, connection, address, session, user, host, cwd, client, rule, text, asks } = approval;
  const head = what === "policy" ? questions.policy : `${showLine(client)} ${questions[what]}`;
  const reported = [user, host, cwd].map((fact) => (fact === undefined ? "?" : showLine(fact)));
  const minutes = Math.max(1, Math.round(lifeLeftMs(approval, momentNow()) / 60_000));
  return [
    "",
    `${id}: ${head}:`,
    "",
    showExactly(text),
    ...(asks === undefined ? [] : renderAsker(asks)),
    "",
    `  connection   ${showLine(connection)}, ${showLine(address)}`,
    ...(session === undefined ? [] : [`  session      ${showLine(session)}`]),
    ...(what === "policy"
      ? []
      : [`  where        ${reported[0]}@${reported[1]}:${reported[2]} (reported by the host)`]),
    `  asked since  ${showLine(rule)}`,
    `  expires in   ${minutes} min`,
    "",
  ].join("\n");
}

function renderAsker({ programs, prompt, isTold, command }: NonNullable<Approval["asks"]>): string[] {
  const question = isTold
    ? "What asks for it, unseen"
    : "The host tells neither what asks for it nor whether what is typed there is hidden. What it tells";
  return [
    "",
    `${question} (program, arguments and prompt as reported by the host):`,
    "",
    ...(programs.length === 0 ? ["| no program is told"] : programs.map((each) => `| ${showLine(each)}`)),
    `| prompt: ${showLine(prompt)}`,
    ...(command === "" ? [] : ["", "It was begun by what was typed at the shell:", "", showExactly(command)]),
  ];
}
