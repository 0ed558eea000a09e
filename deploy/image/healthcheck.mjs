/**
 * The container's health check: exit code 0 when the service answers 200 at /livez, 1 when it answers anything else
 * or nothing. The image has no curl. It asks where HTTP_HOST and HTTP_PORT of its environment say that the service
 * listens; a port that is set elsewhere (CONFIG_FILE, command line) has to be told to it the same way.
 */
import { get } from 'node:http';

const LIMIT_MS = 4_000;
/** All addresses of the machine: asked at its own. */
const WILDCARDS = { '0.0.0.0': '127.0.0.1', '::': '::1' };

const host = process.env.HTTP_HOST || '0.0.0.0';
const port = Number(process.env.HTTP_PORT || 8080);

/** @param {string} why */
const unhealthy = (why) => {
  console.error(`not live: ${why}`);
  process.exit(1);
};

/** The reasons are for the reader of `docker inspect`, which keeps the start of what is printed. */
const SHOWN_CHARACTERS = 1_000;

const request = get(
  { host: WILDCARDS[host] ?? host, port, path: '/livez', agent: false, headers: { connection: 'close' } },
  (response) => {
    let body = '';
    response.setEncoding('utf8');
    response.on('data', (text) => {
      if (body.length < SHOWN_CHARACTERS) body += text;
    });
    response.once('end', () => {
      if (response.statusCode === 200) process.exit(0);
      unhealthy(`${response.statusCode} ${body.slice(0, SHOWN_CHARACTERS)}`);
    });
  },
);
request.once('error', (error) => unhealthy(error.message));
setTimeout(() => unhealthy(`no answer within ${LIMIT_MS / 1000} s`), LIMIT_MS);
