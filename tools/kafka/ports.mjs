/**
 * Free ports on 127.0.0.1, below the range from which the system gives ports to outgoing connections.
 * A broker's port that lies in that range can be lost while the broker is down: a client that keeps
 * connecting to it is one day given that very port as its own, connects to itself and holds it.
 */
import { createServer } from 'node:net';
import { readFileSync } from 'node:fs';

const LOWEST = 20_000;

const firstEphemeralPort = () => {
  try {
    return Number(readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').trim().split(/\s+/)[0]);
  } catch {
    return 32_768;
  }
};

/** @param {number} port @returns {Promise<boolean>} */
export const isFree = (port) =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host: '127.0.0.1', port }, () => server.close(() => resolve(true)));
  });

/**
 * @param {readonly number[]} [except]
 * @returns {Promise<number>}
 */
export const freePort = async (except = []) => {
  const end = Math.max(firstEphemeralPort(), LOWEST + 1000);
  for (let tries = 0; tries < 200; tries += 1) {
    const port = LOWEST + Math.floor(Math.random() * (end - LOWEST));
    if (!except.includes(port) && (await isFree(port))) return port;
  }
  throw new Error(`no free port between ${LOWEST} and ${end} on 127.0.0.1`);
};
