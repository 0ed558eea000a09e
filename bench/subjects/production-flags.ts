/** What Node.js is started with by `npm run service` and in the image; the bare loops get it too. */
export const PRODUCTION_FLAGS = '--max-semi-space-size=32';
