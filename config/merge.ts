/**
 * The schema as convict has it, and convict's object to put the layers into, weakest first.
 * Values are text or JSON, as they were written, until the end; null is unset. convict coerces none of
 * them: every format is a function and no default is a number (its coercion takes `12abc` for 12).
 * It reads neither the environment nor the arguments of the process.
 */
import convict from 'convict';
import { SETTING_ENTRIES } from './schema.js';

type Tree = Record<string, Record<string, unknown>>;

/** convict's object by paths that the compiler does not know. */
export interface Layers {
  set(path: string, value: unknown): unknown;
  get(path: string): unknown;
  validate(options: { readonly allowed: 'strict' }): unknown;
}

const convictSchema = (): convict.Schema<Tree> => {
  const schema: Record<string, Record<string, convict.SchemaObj<unknown>>> = {};
  for (const { group, name, setting } of SETTING_ENTRIES) {
    const format = (raw: unknown): void => {
      if (!setting.kind.parse(raw).ok) throw new Error(`must be ${setting.kind.allowed}`);
    };
    (schema[group] ??= {})[name] = {
      doc: setting.doc,
      format,
      default: setting.default,
      nullable: true,
      sensitive: setting.secret,
    };
  }
  return schema;
};

export const emptyLayers = (): Layers => convict<Tree>(convictSchema(), { env: {}, args: [] });
