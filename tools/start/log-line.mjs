/** A line of the service's log for a reader: pino's JSON made one readable line, everything else as it is. */

/** @param {{ color: boolean }} options @returns {Promise<(line: string) => string>} */
export const readableLog = async ({ color }) => {
  // Not at the top: on a fresh clone it is not installed when this file is read.
  const { prettyFactory } = await import('pino-pretty');
  const pretty = prettyFactory({
    colorize: color,
    singleLine: true,
    ignore: 'pid,hostname',
    translateTime: 'SYS:HH:MM:ss.l',
  });
  return (line) => (line.startsWith('{') ? (pretty(line) ?? line).trimEnd() : line);
};
