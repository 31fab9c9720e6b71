/* eslint-disable */
import type { Exchange } from '../../api/meter';
import type { LedgerEntry } from '../../../mock-api';
import { mean } from '../../report/statistics';

/** What a client did and was charged, measured in the API. Unlike `ClientFigures`, also for clients that fail. */
export interface Outcome {
	/** From the arrival of the first paid request to the last byte of the last image. NaN if there was none. */
	makespanMs: number;
	/** Mean time from the end of a task to the first read after it. NaN if there was none. */
	lagMs: number;
	readsPerTask: number;
	/** Paid requests that get a 429, as a share of all. */
	rejected: number;
	/** In order of acceptance. */
	durationsMs: number[];
	charged: number;
	/** Charged, but the image was never downloaded. */
	lost: number;
	/** Charged although the same prompt had been charged before. */
	twice: number;
}

/** Times are from the clock of the meter. */
export interface KnownTask {
	taskId: string;
	endsAt: number;
	durationMs: number;
}

export function outcomeOf(
	exchanges: readonly Exchange[],
	ledger: readonly LedgerEntry[],
	tasks: readonly KnownTask[],
): Outcome {
	const of = (...kinds: Array<Exchange['kind']>): Exchange[] => exchanges.filter(({ kind }) => kinds.includes(kind));
	const paid = of('create', 'call');
	const servedAt = of('file', 'call').flatMap(({ status, servedAt: at }) =>
		status === 200 && at !== undefined ? [at] : [],
	);
	const lags = tasks.flatMap(({ taskId: id, endsAt }) => {
		const seen = exchanges.find(
			({ kind, taskId, arrivedAt }) => kind === 'read' && taskId === id && arrivedAt >= endsAt,
		);
		return seen === undefined ? [] : [seen.arrivedAt - endsAt];
	});
	return {
		makespanMs:
			servedAt.length === 0 ? NaN : Math.max(...servedAt) - Math.min(...paid.map(({ arrivedAt }) => arrivedAt)),
		lagMs: lags.length === 0 ? NaN : mean(lags),
		readsPerTask: tasks.length === 0 ? 0 : of('read').length / tasks.length,
		rejected: paid.filter(({ status }) => status === 429).length / paid.length,
		durationsMs: tasks.map(({ durationMs }) => durationMs),
		charged: ledger.length,
		lost: ledger.filter((entry) => !hasImage(entry)).length,
		twice: ledger.length - new Set(ledger.map(({ prompt }) => prompt)).size,
	};
}

/** The response to a call without a task contains the image. */
export function hasImage({ taskId, downloads, isDelivered }: LedgerEntry): boolean {
	return downloads > 0 || (taskId === null && isDelivered);
}
