/**
 * Ctrl-C as npm start understands it: the first asks for a stop, a later one forces it. npm passes on the
 * signal that the terminal has sent to everybody already, so two at the same moment are one.
 */
const SAME_MOMENT_MS = 700;

/** @param {{ stop: (signal: NodeJS.Signals) => void, force: () => void, now?: () => number }} on */
export const oneByOne = ({ stop, force, now = () => performance.now() }) => {
  /** @type {number | undefined} */
  let lastMs;
  return (/** @type {NodeJS.Signals} */ signal) => {
    const ms = now();
    const first = lastMs === undefined;
    const same = lastMs !== undefined && ms - lastMs < SAME_MOMENT_MS;
    lastMs = ms;
    if (first) stop(signal);
    else if (!same) force();
  };
};

/** @param {Parameters<typeof oneByOne>[0]} on */
export const onSignals = (on) => {
  const handle = oneByOne(on);
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.on(signal, handle);
};
