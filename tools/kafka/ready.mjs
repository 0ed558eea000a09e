/**
 * Is the broker there? Asks for the cluster's metadata (version 1, no topics), as any client would: an
 * open port is not enough, the answer must name a broker, which it does once the broker is unfenced.
 */
import { connect } from 'node:net';

const ASK_TIMEOUT_MS = 2000;

const metadataRequest = () => {
  const clientId = Buffer.from('local-kafka');
  const body = Buffer.alloc(2 + 2 + 4 + 2 + clientId.length + 4);
  let at = body.writeInt16BE(3, 0); // api key: Metadata
  at = body.writeInt16BE(1, at); // version
  at = body.writeInt32BE(7, at); // correlation id
  at = body.writeInt16BE(clientId.length, at);
  at += clientId.copy(body, at);
  body.writeInt32BE(0, at); // topics: an empty list
  const size = Buffer.alloc(4);
  size.writeInt32BE(body.length);
  return Buffer.concat([size, body]);
};

/** @param {number} port @returns {Promise<boolean>} */
export const answers = (port) =>
  new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    let received = Buffer.alloc(0);
    /** @param {boolean} result */
    const done = (result) => {
      socket.destroy();
      resolve(result);
    };
    socket.setTimeout(ASK_TIMEOUT_MS, () => done(false));
    socket.once('error', () => done(false));
    socket.once('close', () => done(false));
    socket.once('connect', () => socket.write(metadataRequest()));
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      // size, correlation id, number of brokers
      if (received.length >= 12) done(received.readInt32BE(4) === 7 && received.readInt32BE(8) > 0);
    });
  });
