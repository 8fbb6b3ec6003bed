import type { Reader } from "./reader.ts";

const none: Reader = {};

const units: Reader = { operands: "words" };

/** Commands that ask a service; what opens a pager by itself needs to be told not to. */
export const serviceReaders: Readonly<Record<string, Reader>> = {
  journalctl: {
    flags: "abefkmqrxl",
    values: "cDgnopStuU",
    long:
      "no-pager unit= user-unit= lines= follow boot[=] dmesg priority= since= until= grep= case-sensitive[=] output= output-fields= reverse catalog all quiet " +
      "no-hostname utc identifier= facility= list-boots disk-usage no-full full no-tail system user merge show-cursor cursor= after-cursor= fields header namespace=",
    numbers: true,
    needs: ["--no-pager"],
    operands: "words",
  },
  systemctl: {
    flags: "alqrT",
    values: "npPot",
    long: "no-pager all full lines= type= state= failed user system plain no-legend output= property= value quiet recursive reverse after before show-types with-dependencies",
    needs: ["--no-pager"],
    verbs: {
      status: units,
      show: units,
      cat: units,
      "is-active": units,
      "is-enabled": units,
      "is-failed": units,
      "is-system-running": none,
      "get-default": none,
      "show-environment": none,
      "list-units": units,
      "list-unit-files": units,
      "list-timers": units,
      "list-sockets": units,
      "list-paths": units,
      "list-jobs": units,
      "list-dependencies": units,
    },
  },
  docker: { verbs: dockerVerbs() },
  kubectl: { values: "n", long: "namespace= context=", verbs: kubectlVerbs() },
};

function dockerVerbs(): Readonly<Record<string, Reader>> {
  const listed: Reader = { flags: "q", values: "f", long: "quiet no-trunc filter= format=" };
  const inspected: Reader = { flags: "s", values: "f", long: "format= type= size", operands: "words" };
  const group: Reader = { verbs: { ls: listed, list: listed, inspect: inspected } };
  const ps: Reader = {
    flags: "alqs",
    values: "fn",
    long: "all latest quiet size no-trunc filter= format= last=",
  };
  const logs: Reader = {
    flags: "ft",
    values: "n",
    long: "follow timestamps details tail= since= until=",
    operands: "words",
  };
  return {
    container: { verbs: { ls: ps, list: ps, ps, inspect: inspected, logs } },
    diff: units,
    history: { ...listed, operands: "words" },
    image: { verbs: { ls: { ...listed, flags: "aq" }, inspect: inspected } },
    images: {
      flags: "aq",
      values: "f",
      long: "all quiet no-trunc digests filter= format=",
      operands: "words",
    },
    info: { values: "f", long: "format=" },
    inspect: inspected,
    logs,
    network: group,
    port: units,
    ps,
    stats: { flags: "a", long: "all no-stream no-trunc format=", operands: "words" },
    top: { operands: "words", most: 1 },
    version: { values: "f", long: "format=" },
    volume: group,
  };
}

function kubectlVerbs(): Readonly<Record<string, Reader>> {
  const common = "namespace= selector= output= context=";
  const shown: Reader = {
    flags: "Aw",
    values: "lLno",
    long: `${common} all-namespaces watch show-labels no-headers field-selector= sort-by= label-columns= show-events[=] ignore-not-found`,
    operands: "words",
  };
  const logs: Reader = {
    flags: "fp",
    values: "cln",
    long: `${common} follow previous timestamps tail= since= since-time= container= all-containers[=] prefix max-log-requests=`,
    operands: "words",
  };
  return {
    "api-resources": { values: "o", long: "output= namespaced[=] verbs= api-group= no-headers" },
    describe: shown,
    events: shown,
    explain: { long: "recursive api-version=", operands: "words" },
    get: shown,
    logs,
    rollout: { verbs: { status: shown, history: shown } },
    top: { verbs: { node: shown, nodes: shown, pod: shown, pods: shown } },
    version: { values: "o", long: "client output=" },
  };
}
