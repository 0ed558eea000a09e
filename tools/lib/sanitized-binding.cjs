/** Loaded before the tests by tools/sanitize.mjs: the binding is the one that was compiled with AddressSanitizer. */
'use strict';
const { SANITIZED_BINDING } = process.env;
// Java, which the tests start too, does without.
for (const name of ['LD_PRELOAD', 'NODE_OPTIONS', 'ASAN_OPTIONS']) delete process.env[name];

const { dlopen } = process;
process.dlopen = (module, file, ...flags) =>
  dlopen.call(process, module, file.endsWith('node-librdkafka.node') ? SANITIZED_BINDING : file, ...flags);
