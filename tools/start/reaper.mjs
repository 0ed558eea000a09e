/**
 * Ends the processes of `npm start` when npm start itself is gone without having ended them (SIGKILL).
 * Messages in: { watch: pid } | { forget: pid }. It runs in a session of its own, as they do.
 */
const PATIENCE_MS = 20_000;

/** @type {Set<number>} */
const pids = new Set();

/** @param {NodeJS.Signals | 0} signal */
const sendAll = (signal) => {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      pids.delete(pid);
    }
  }
};

process.on('message', (/** @type {{ watch?: number, forget?: number }} */ { watch, forget }) => {
  if (watch !== undefined) pids.add(watch);
  if (forget !== undefined) pids.delete(forget);
});

process.on('disconnect', () => {
  sendAll('SIGTERM');
  const endMs = Date.now() + PATIENCE_MS;
  setInterval(() => {
    sendAll(Date.now() > endMs ? 'SIGKILL' : 0);
    if (pids.size === 0) process.exit(0);
  }, 200);
});

process.on('SIGINT', () => undefined);
process.on('SIGHUP', () => undefined);
