/** Work that starts things, and what ends them: all of it is done, in reverse, however the work ends. */

export type Defer = (end: () => Promise<void>) => void;

/** What fails while ending is told when nothing failed before. */
export const withCleanup = async <T>(work: (defer: Defer) => Promise<T>): Promise<T> => {
  const ends: (() => Promise<void>)[] = [];
  const failures: unknown[] = [];
  let result: T | undefined;
  try {
    result = await work((end) => ends.push(end));
  } catch (error) {
    failures.push(error);
  }
  for (const end of ends.reverse()) {
    try {
      await end();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
  return result as T;
};
