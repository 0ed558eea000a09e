/** `status`: what a running service says of itself. Exit code 0 when it is ready. */
import type { Settings } from '../../../config/schema.js';
import type { ExitCode } from '../exit-code.js';
import { EXIT, Unreachable, UsageError } from '../exit-code.js';
import type { LocalParts } from '../local-parts.js';
import { settingsWithoutBrokers } from '../local-parts.js';
import type { Printable } from '../terminal/printable.js';
import { joined, printable, shown } from '../terminal/printable.js';
import type { Column } from '../terminal/text-table.js';
import { tableLines } from '../terminal/text-table.js';
import { askService } from './service-answers.js';
import type { ServiceView, TaskView } from './service-view.js';
import { serviceView } from './service-view.js';
import type { StatusRequest } from './status-request.js';

const WORD_WIDTH = 60;
const WHY_WIDTH = 1000;

/** Listening on all addresses is reached on this machine's own. */
const LOOPBACK: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '[::1]' };

export const urlOf = ({ http: { host, port } }: Settings): string => {
  const name = LOOPBACK[host] ?? (host.includes(':') ? `[${host}]` : host);
  return `http://${name}:${port}`;
};

const orDash = (count: number | null): Printable => (count === null ? shown`-` : shown`${count}`);

/** What keeps it from going on. */
const troubleText = ({ paused, refused, restored }: TaskView): Printable => {
  const parts = [
    ...(refused === null ? [] : [shown`refused: ${printable(refused, WHY_WIDTH)}`]),
    ...(restored === null ? [] : [shown`restored ${restored.done} of ${restored.total}`]),
    ...(paused.length === 0 ? [] : [shown`paused: ${printable(paused.join(', '), WHY_WIDTH)}`]),
  ];
  return parts.length === 0 ? shown`-` : joined(parts, '; ');
};

const COLUMNS: readonly Column<TaskView>[] = [
  { title: 'task', cell: ({ id }) => printable(id, WORD_WIDTH) },
  { title: 'part', align: 'right', cell: ({ partition }) => orDash(partition) },
  {
    title: 'state',
    cell: ({ state }) => printable(state, WORD_WIDTH),
    paint: ({ state }, paint) =>
      state === 'running' ? paint.green : state === 'refused' ? paint.red : paint.yellow,
  },
  { title: 'lag', align: 'right', cell: ({ lag }) => orDash(lag) },
  { title: 'uncommitted', align: 'right', cell: ({ uncommitted }) => orDash(uncommitted) },
  { title: 'retrying', align: 'right', cell: ({ retrying }) => orDash(retrying) },
  {
    title: 'parked',
    align: 'right',
    cell: ({ parked }) => orDash(parked),
    paint: ({ parked }, paint) => ((parked ?? 0) > 0 ? paint.red : undefined),
  },
  { title: 'followers', align: 'right', cell: ({ followers }) => orDash(followers) },
  { title: 'what keeps it', cell: troubleText },
];

/** Only of several. */
const PROCESS: Column<TaskView> = {
  title: 'process',
  align: 'right',
  cell: ({ process }) => orDash(process ?? null),
};

const tell = ({ output }: LocalParts, url: string, view: ServiceView): void => {
  const { paint, width } = output;
  const { breaker, lag, live, ready, state, tasks } = view;
  const verdict = ready.ok ? paint.green(shown`ready`) : paint.red(shown`not ready`);
  output.line(
    shown`${printable(url)}: ${printable(state, WORD_WIDTH)}, ${verdict}; breaker ${printable(breaker || 'unknown', WORD_WIDTH)}; tasks ${tasks.length}; lag ${lag}`,
  );
  if (!ready.ok) output.line(shown`not ready: ${printable(ready.why ?? '', WHY_WIDTH)}`);
  if (!live.ok) output.line(shown`${paint.red(shown`not live`)}: ${printable(live.why ?? '', WHY_WIDTH)}`);
  const columns = tasks.some(({ process }) => process !== undefined) ? [PROCESS, ...COLUMNS] : COLUMNS;
  if (tasks.length > 0) for (const line of tableLines(columns, tasks, paint, width)) output.line(line);
};

/** Every message names where it was asked, so that must hold no secret. A command line's own check would quote it. */
const withoutUser = (url: string): string => {
  const { password, username } = new URL(url);
  if (username !== '' || password !== '')
    throw new UsageError(
      '--url holds a user name or a password: the service asks for none, and they would be shown.',
    );
  return url;
};

/** Throws UsageError; and ConfigError when the settings must say where it listens and are wrong. */
export const statusShow = async (parts: LocalParts, request: StatusRequest): Promise<ExitCode> => {
  const { output, sources, stop } = parts;
  const url =
    request.url === null ? urlOf(settingsWithoutBrokers(sources).settings) : withoutUser(request.url);
  const [status, ready, live] = await Promise.all(
    ['/status', '/readyz', '/livez'].map((path) => askService(url, path, stop)),
  );
  const view =
    status === undefined || ready === undefined || live === undefined
      ? null
      : serviceView(status, ready, live);
  if (view === null)
    throw new Unreachable(`What answers at ${url} is not the service: /status has no state and tasks.`);
  if (output.isJson) output.json({ url, ...view });
  else tell(parts, url, view);
  return view.ready.ok ? EXIT.done : EXIT.failed;
};
