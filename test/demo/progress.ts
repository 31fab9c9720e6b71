/* eslint-disable */
import { Listr } from 'listr2';
import type { LogEntry } from '../engine/support/runWorkflow';

export type Report = (entry: LogEntry) => void;

export interface Output {
	print(line: string): void;
	/** On a terminal, progress is updated in place. */
	isTerminal: boolean;
}

const BAR_CELLS = 20;
/** As wide as "succeeded". */
const STATUS_COLUMNS = 9;

/** Shows the status of each task during the work: in place on a terminal, otherwise line by line. */
export async function showProgress<T>(
	title: string,
	{ print, isTerminal }: Output,
	work: (report: Report) => Promise<T>,
): Promise<T> {
	return isTerminal ? await showLive(title, work) : await showLines(title, print, work);
}

async function showLive<T>(title: string, work: (report: Report) => Promise<T>): Promise<T> {
	const polls = new Map<string, string>();
	const list = new Listr<{ result?: T }>(
		[
			{
				title,
				task: async (context, task) => {
					context.result = await work((entry) => {
						const poll = readPoll(entry);
						if (poll === undefined) return;
						polls.set(poll.taskId, `${poll.taskId}  ${poll.status.padEnd(STATUS_COLUMNS)}${barOf(poll)}`);
						task.output = [...polls.values()].join('\n');
					});
				},
				rendererOptions: { outputBar: true, persistentOutput: true },
			},
		],
		// Ctrl-C cancels the execution; listr2 would end the process immediately.
		{ registerSignalListeners: false, rendererOptions: { showErrorMessage: false } },
	);
	const { result } = await list.run();
	return result as T;
}

async function showLines<T>(title: string, print: Output['print'], work: (report: Report) => Promise<T>): Promise<T> {
	print(title);
	return await work((entry) => {
		const poll = readPoll(entry);
		if (poll !== undefined) print(`  ${poll.taskId}  ${poll.status.padEnd(STATUS_COLUMNS)}${percentOf(poll)}`);
	});
}

interface Poll {
	taskId: string;
	status: string;
	progress?: number;
}

/** The node logs every accepted task and every status check; other entries are not about progress. */
function readPoll({ meta }: LogEntry): Poll | undefined {
	const { taskId, status, progress } = meta;
	if (typeof taskId !== 'string' || typeof status !== 'string') return undefined;
	const reported = typeof progress === 'number' ? progress : status === 'queued' ? 0 : undefined;
	return { taskId, status, ...(reported !== undefined && { progress: reported }) };
}

function percentOf({ progress }: Poll): string {
	return progress === undefined ? '' : `  ${String(Math.round(progress)).padStart(3)} %`;
}

function barOf(poll: Poll): string {
	if (poll.progress === undefined) return '';
	const full = Math.round((Math.min(100, Math.max(0, poll.progress)) / 100) * BAR_CELLS);
	return `  ${'█'.repeat(full)}${'░'.repeat(BAR_CELLS - full)}${percentOf(poll)}`;
}
