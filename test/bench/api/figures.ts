/* eslint-disable */
import { mean } from '../report/statistics';
import type { Exchange } from './meter';

/** A task as the API sees it. Times are from the clock of the meter. */
export interface KnownTask {
	taskId: string;
	startedAt: number;
	durationMs: number;
}

/** What a client did, measured in the API in the same way for every client. */
export interface ClientFigures {
	/** From the arrival of the first paid request to the last byte of the last image. */
	makespanMs: number;
	/** Mean time from the end of a task to the first read after it. */
	lagMs: number;
	readsPerTask: number;
	/** In order of acceptance. */
	durationsMs: number[];
	creates: number;
	/** Paid requests that get a 429, as a share of all. */
	rejected: number;
	downloads: number;
}

/** @throws if a task was not read after its end, or its image was not downloaded: then the times are not valid */
export function figuresOf(exchanges: readonly Exchange[], tasks: KnownTask[]): ClientFigures {
	const of = (...kinds: Array<Exchange['kind']>): Exchange[] => exchanges.filter(({ kind }) => kinds.includes(kind));
	const paid = of('create', 'call');
	const served = of('file', 'call').filter(({ status, servedAt }) => status === 200 && servedAt !== undefined);
	const reads = new Map<string, Exchange[]>();
	for (const read of of('read')) reads.set(read.taskId ?? '', [...(reads.get(read.taskId ?? '') ?? []), read]);

	const lags = tasks.map(({ taskId, startedAt, durationMs }) => lagOf(reads.get(taskId) ?? [], startedAt + durationMs));
	const downloads = of('file').filter(({ status }) => status === 200).length;
	if (downloads < tasks.length) throw new Error(`${tasks.length} tasks, but ${downloads} downloads`);
	if (served.length === 0) throw new Error('No image was served');
	return {
		makespanMs:
			Math.max(...served.map(({ servedAt = 0 }) => servedAt)) - Math.min(...paid.map(({ arrivedAt }) => arrivedAt)),
		lagMs: lags.length === 0 ? 0 : mean(lags),
		readsPerTask: tasks.length === 0 ? 0 : of('read').length / tasks.length,
		durationsMs: tasks.map(({ durationMs }) => durationMs),
		creates: paid.length,
		rejected: paid.filter(({ status }) => status === 429).length / paid.length,
		downloads,
	};
}

/** The maximum time between the moment the mock API accepts a task and the start that is recorded here. */
const NOTED_WITHIN_MS = 5;

function lagOf(reads: Exchange[], end: number): number {
	const seen = reads.find(({ arrivedAt }) => arrivedAt >= end);
	if (seen) return seen.arrivedAt - end;
	// The task ended before the response to its last read was sent.
	if ((reads.at(-1)?.servedAt ?? 0) >= end - NOTED_WITHIN_MS) return 0;
	throw new Error('A task was not read after its end');
}
