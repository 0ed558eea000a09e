/** Which of the tasks that run are whose, over several processes of one group. */
import type { ServiceProcess, ServiceStatus } from './service-process.js';
import { until } from './wait.js';

type TaskStatus = ServiceStatus['tasks'][number];

/** By process, in their order. */
export const runningTasks = async (
  services: readonly ServiceProcess[],
): Promise<readonly (readonly TaskStatus[])[]> => {
  const statuses = await Promise.all(services.map((service) => service.status()));
  return statuses.map(({ tasks }) => tasks.filter(({ state }) => state === 'running'));
};

/**
 * Each of them runs some of so many tasks, and together they run all. All of them in one process are not enough: when
 * another one has just come back, that process is about to give some up, and a static member that is killed while it
 * does leaves them to nobody (README, limits). Whoever had lost its tasks has been assigned some anew.
 */
export const untilShared = async (
  services: readonly ServiceProcess[],
  tasks: number,
  limitMs?: number,
): Promise<void> => {
  let last: readonly (readonly TaskStatus[])[] = [];
  const settled = async (): Promise<boolean> => {
    last = await runningTasks(services);
    return last.every(({ length }) => length > 0) && last.flat().length === tasks;
  };
  const names = services.map(({ name }) => name).join(', ');
  await until(`${names} share ${tasks} tasks`, settled, limitMs).catch((cause: unknown) => {
    const told = last.map((own, at) => {
      const ids = own.map(({ id }) => id).join(', ');
      return `${services[at]?.name ?? ''} runs ${ids === '' ? 'none' : ids}`;
    });
    throw new Error(`${tasks} tasks are not shared: ${told.join('; ')}`, { cause });
  });
};
