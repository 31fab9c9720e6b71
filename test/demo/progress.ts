/* eslint-disable */
import { Listr } from 'listr2';
import type { LogEntry } from '../engine/support/runWorkflow';

export type Report = (entry: LogEntry) => void;

const BAR_CELLS = 20;
/** As wide as "succeeded". */
const STATUS_COLUMNS = 9;

/** Shows what the gateway says about each task while the work goes on: in place on a terminal, line by line elsewhere. */
export async function showProgress<T>(title: string, work: (report: Report) => Promise<T>): Promise<T> {
	const { isTTY, columns } = process.stdout;
	return isTTY && columns > 0 ? await showLive(title, work) : await showLines(title, work);
}

async function showLive<T>(title: string, work: (report: Report) => Promise<T>): Promise<T> {
	const looks = new Map<string, string>();
	const list = new Listr<{ result?: T }>(
		[
			{
				title,
				task: async (context, task) => {
					context.result = await work((entry) => {
						const look = readLook(entry);
						if (look === undefined) return;
						looks.set(look.taskId, `${look.taskId}  ${look.status.padEnd(STATUS_COLUMNS)}${barOf(look)}`);
						task.output = [...looks.values()].join('\n');
					});
				},
				rendererOptions: { outputBar: true, persistentOutput: true },
			},
		],
		// Ctrl-C cancels the execution; listr2 would end the process at once.
		{ registerSignalListeners: false, rendererOptions: { showErrorMessage: false } },
	);
	const { result } = await list.run();
	return result as T;
}

async function showLines<T>(title: string, work: (report: Report) => Promise<T>): Promise<T> {
	console.log(title);
	return await work((entry) => {
		const look = readLook(entry);
		if (look !== undefined) console.log(`  ${look.taskId}  ${look.status.padEnd(STATUS_COLUMNS)}${percentOf(look)}`);
	});
}

interface Look {
	taskId: string;
	status: string;
	progress?: number;
}

/** The node logs every accepted task and every look at one; other entries are not about progress. */
function readLook({ meta }: LogEntry): Look | undefined {
	const { taskId, status, progress } = meta;
	if (typeof taskId !== 'string' || typeof status !== 'string') return undefined;
	const told = typeof progress === 'number' ? progress : status === 'queued' ? 0 : undefined;
	return { taskId, status, ...(told !== undefined && { progress: told }) };
}

function percentOf({ progress }: Look): string {
	return progress === undefined ? '' : `  ${String(Math.round(progress)).padStart(3)} %`;
}

function barOf(look: Look): string {
	if (look.progress === undefined) return '';
	const full = Math.round((Math.min(100, Math.max(0, look.progress)) / 100) * BAR_CELLS);
	return `  ${'█'.repeat(full)}${'░'.repeat(BAR_CELLS - full)}${percentOf(look)}`;
}
