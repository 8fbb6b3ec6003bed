import { expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { startLoopbackSshd, type LoopbackSshd } from "../support/loopback-sshd.ts";
import { McpHome, type ToolResult } from "../support/mcp-server.ts";

setDefaultTimeout(60_000);

async function uploadTo(sshd: LoopbackSshd): Promise<ToolResult> {
  await using home = new McpHome();
  home.writeConnections(McpHome.connection("lo", sshd));
  const server = await home.start();
  const opened = await server.call("open_connection", { connection_config_name: "lo", session_name: "s" });
  expect(opened.isError).toBe(false);
  writeFileSync(join(home.root, "transfers/file"), "content");
  return server.call("transfer_file", {
    session_name: "s",
    direction: "upload",
    local_path: "file",
    remote_path: join(sshd.home, "file"),
  });
}

test("a host without sftp is told, with another way", async () => {
  await using sshd = await startLoopbackSshd({ config: ["Subsystem sftp /bin/false"] });
  const { code, text } = await uploadTo(sshd);
  expect(code).toBe("TRANSFER_FAILED");
  expect(text).toContain("offers no sftp");
  expect(text).toContain("base64");
});

test("a host that prints where sftp should speak is told", async () => {
  await using sshd = await startLoopbackSshd({ config: ["Subsystem sftp echo Welcome to this host"] });
  const { code, text } = await uploadTo(sshd);
  expect(code).toBe("TRANSFER_FAILED");
  expect(text).toContain("start-up file");
});

test("where the host runs no other program, what was sent is read again", async () => {
  await using sshd = await startLoopbackSshd();
  writeFileSync(
    join(sshd.folder, "entry.sh"),
    '#!/bin/sh\ncase $SSH_ORIGINAL_COMMAND in "") exec /bin/bash -l ;; *sftp*) exec $SSH_ORIGINAL_COMMAND ;; esac\nexit 1\n',
    { mode: 0o755 },
  );
  const server = ["/usr/lib/openssh/sftp-server", "/usr/libexec/sftp-server", "/usr/lib/ssh/sftp-server"];
  const path = server.find((name) => Bun.file(name).size > 0) ?? "sftp-server";
  await using limited = await startLoopbackSshd({
    config: [`Subsystem sftp ${path}`, `ForceCommand ${join(sshd.folder, "entry.sh")}`],
  });
  const { text, isError } = await uploadTo(limited);
  expect(text).toContain("read a second time");
  expect(isError).toBe(false);
  expect(readFileSync(join(limited.home, "file"), "utf8")).toBe("content");
  expect(readdirSync(limited.home).filter((name) => name.endsWith(".part"))).toEqual([]);
});
