/** What image, `npm start` and `npm run service` start Node.js with; the services and bare loops of the bench have it, too. */
export const PRODUCTION_FLAGS: readonly string[] = [
  '--max-semi-space-size=32',
  '--no-allocation-site-pretenuring',
];

/** Read before Node.js, or glibc, has read anything else. */
export const PRODUCTION_VARIABLES = {
  UV_THREADPOOL_SIZE: '16',
  MALLOC_ARENA_MAX: '2',
  MALLOC_MMAP_THRESHOLD_: '131072',
  MALLOC_TRIM_THRESHOLD_: '33554432',
  GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1',
} as const;
