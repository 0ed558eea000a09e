/** HTTP's `Retry-After` (RFC 9110 §10.2.3): seconds, or a date. */

const DAY_MS = 86_400_000;
const IMF_DATE = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/** How long to wait from `nowMs` on, at most a day; undefined when nothing (readable) was asked. A past date is now. */
export const retryAfterMs = (value: string | null, nowMs: number): number | undefined => {
  const text = value?.trim() ?? '';
  if (/^\d{1,12}$/.test(text)) return Math.min(Number(text) * 1000, DAY_MS);
  if (!IMF_DATE.test(text)) return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.min(Math.max(at - nowMs, 0), DAY_MS);
};
