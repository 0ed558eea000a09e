/** Functions whose code this project writes itself when it runs, as ajv does it with schemas. */

/**
 * The function with these parameters and this body. Undefined where Node.js was started with
 * `--disallow-code-generation-from-strings`: the caller has another way. The body must hold nothing that a record can choose
 * freely.
 */
export const generatedFunction = <Wanted>(
  parameters: readonly string[],
  body: string,
): Wanted | undefined => {
  try {
    // eslint-disable-next-line @typescript-eslint/no-implied-eval -- what the caller has written, see above
    return new Function(...parameters, body) as Wanted;
  } catch (error) {
    if (error instanceof EvalError) return undefined;
    throw error;
  }
};
