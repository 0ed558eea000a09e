/**
 * The schemas of events as they are in `topology/<name>/schemas`, and which public topic each belongs to. A new
 * schema needs a row in CHANNEL_OF: a contract that nobody can find is none.
 */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** @typedef {'userEvents' | 'systemAudit'} Channel */
/** @typedef {Readonly<Record<string, any>>} Json */
/** @typedef {{ name: string, file: string, channel: Channel, id: string, title: string, schema: Json, examples: readonly Json[] }} EventSchema */

/** @type {Readonly<Record<string, Channel>>} */
const CHANNEL_OF = {
  'user.registered': 'userEvents',
  'user.updated': 'userEvents',
  'user.auth': 'userEvents',
  'system.audit': 'systemAudit',
  'operator.action': 'systemAudit',
};

/** @param {string} file @param {string} name @param {Json} schema @returns {EventSchema} */
const eventSchema = (file, name, schema) => {
  const channel = CHANNEL_OF[name];
  if (channel === undefined)
    throw new Error(
      `${file}: no topic is known for it; add a row to CHANNEL_OF in tools/docs/schema-files.mjs`,
    );
  if (typeof schema.$id !== 'string' || typeof schema.title !== 'string')
    throw new Error(`${file}: a schema needs $id and title`);
  if (!Array.isArray(schema.examples) || schema.examples.length === 0)
    throw new Error(
      `${file}: a schema needs "examples", at its root: whole events, the first with every field`,
    );
  return { name, file, channel, id: schema.$id, title: schema.title, schema, examples: schema.examples };
};

/** In the order of CHANNEL_OF. @param {string} root @returns {readonly EventSchema[]} */
export const eventSchemas = (root) => {
  const topologies = readdirSync(join(root, 'topology')).sort();
  const found = topologies
    .map((topology) => `topology/${topology}/schemas`)
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) =>
      readdirSync(join(root, folder))
        .filter((name) => name.endsWith('.json'))
        .map((name) => {
          const file = `${folder}/${name}`;
          return eventSchema(file, name.slice(0, -5), JSON.parse(readFileSync(join(root, file), 'utf8')));
        }),
    );
  const order = Object.keys(CHANNEL_OF);
  return found.sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
};
