import { expect, test } from "bun:test";

import { listHostAliases } from "../../../src/ssh/host-aliases.ts";
import { TempHome } from "../../support/temp-home.ts";

test("the hosts of ssh_config and its Includes are listed once each, patterns left out", async () => {
  await using temp = new TempHome();
  const config = temp.write(
    ".ssh/config",
    [
      "# Host commented",
      "Include conf.d/*.conf ~/more",
      "Host web1 web2 *.example !not",
      "  HostName 10.0.0.1 # Host inside",
      'HOST="quoted" web1 # Host behind',
      "host=equals",
      "Match host matched",
      "Host *",
      "Host bad;name $(id)",
      "Include ../.ssh/config missing",
    ].join("\n"),
  );
  temp.write(".ssh/conf.d/b.conf", "Host b\nInclude ../.ssh/config\n");
  temp.write(".ssh/conf.d/a.conf", "Host a\r\n");
  temp.write(".ssh/conf.d/c.txt", "Host c\n");
  temp.write("more", "Host more\n");
  expect(listHostAliases(config, temp.home)).toEqual(["a", "b", "more", "web1", "web2", "quoted", "equals"]);
});

test("without ssh_config there are none", () => {
  expect(listHostAliases("/nonexistent/config", "/nonexistent")).toEqual([]);
});
