import { acquireFileLock } from "../../src/platform/file-lock.ts";

// Takes the lock on the file that its argument names, says so, and keeps it until its input ends or it is killed.
const lock = await acquireFileLock(String(Bun.argv[2]), 1_000);
console.log("held");
await Bun.stdin.text();
lock.release();
