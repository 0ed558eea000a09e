/** Which binding of node-rdkafka was compiled here: as it is published, or with the project's patch (patches/). */
import { createRequire } from 'node:module';
import type { Binding } from '../subjects/subject.js';

const native = createRequire(import.meta.url)('node-rdkafka/librdkafka.js') as {
  readonly packedLayout?: number;
};

export const COMPILED_BINDING: Binding = native.packedLayout === undefined ? 'published' : 'packed';
