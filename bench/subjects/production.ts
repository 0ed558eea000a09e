/** What `npm run service` and the image start Node.js with; the services and bare loops of the bench have it, too. */
export const PRODUCTION_FLAGS = '--max-semi-space-size=32';

/** Read before Node.js, or glibc, has read anything else. */
export const PRODUCTION_VARIABLES = {
  UV_THREADPOOL_SIZE: '16',
  MALLOC_ARENA_MAX: '2',
  MALLOC_MMAP_THRESHOLD_: '131072',
} as const;

/** Both as variables. */
export const PRODUCTION_ENVIRONMENT = { ...PRODUCTION_VARIABLES, NODE_OPTIONS: PRODUCTION_FLAGS } as const;
