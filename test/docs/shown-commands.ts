/** The commands of `audit-lanes` that the documents show, as a shell would pass them on. */
import { understand } from '../../src/cli/program.js';
import { splitArguments } from '../../src/cli/settings-arguments.js';
import { epochMs } from '../../src/record/units.js';
import { mentions } from './documents.js';

/** A line of a code block, or of what a terminal showed. */
const LINE = /^(?:\$ )?(?:npm run cli --|(?:npx )?audit-lanes) (.+)$/gm;
/** In a sentence. */
const INLINE = /`(?:npm run cli --|(?:npx )?audit-lanes) ([^`\n]+)`/g;

/** As a shell splits it, for what our documents use: quotes, output that goes elsewhere, and a comment at the end. */
export const argumentsOf = (line: string): string[] =>
  [...line.replace(/\s[#>|].*$/, '').matchAll(/"([^"]*)"|(\S+)/g)].map(
    ([, quoted, plain]) => quoted ?? plain ?? '',
  );

export interface ShownCommand {
  readonly args: readonly string[];
  readonly document: string;
  /** Of a code block: it must be a command. What a sentence names may be the name of one. */
  readonly isLine: boolean;
}

export const isUnderstood = ({ args }: ShownCommand): boolean =>
  understand(splitArguments(args).command, '0.0.0', epochMs(0)).kind === 'request';

export const shownCommands = (): readonly ShownCommand[] =>
  [LINE, INLINE].flatMap((pattern) =>
    mentions(pattern).map(({ document, text }) => ({
      args: argumentsOf(text),
      document,
      isLine: pattern === LINE,
    })),
  );
