/** Why a program could not be started, and what to do: `install` where it is missing. */
export function startFailure(
  program: string,
  cause: unknown,
  install: string,
): { readonly message: string; readonly hint: string } {
  const isMissing = !(cause instanceof Error && "code" in cause) || cause.code === "ENOENT";
  if (isMissing) return { message: `${program} cannot be started`, hint: install };
  return {
    message: `${program} cannot be started: ${cause.message}`,
    hint: "Look at this user's limits of processes and open files (ulimit -u, ulimit -n), then try again; sessions are not affected.",
  };
}
