# Sourced after bootstrap.sh: MCP clients that are not ours, which drive the server in test/conformance.

# Fills .tools/mcp-clients (67 MB) as the lock file beside the tests says; what cannot be had is left out of the tests.
want_mcp_clients() {
  mcp_clients_are_installed || locked install_mcp_clients ||
    say "Tests leave out test/conformance: its clients could not be had from npm."
}

mcp_clients_are_installed() {
  cmp -s "$root/test/conformance/clients/bun.lock" "$tools/mcp-clients/bun.lock"
}

install_mcp_clients() {
  if mcp_clients_are_installed; then return; fi
  say "Installing the MCP clients of test/conformance/clients …"
  new="$tools/mcp-clients.$$"
  rm -rf "$tools/mcp-clients" "$new"
  cp -R "$root/test/conformance/clients" "$new"
  (cd "$new" && "$bun" install --frozen-lockfile --ignore-scripts >&2) && mv "$new" "$tools/mcp-clients"
  rm -rf "$new"
  mcp_clients_are_installed
}
