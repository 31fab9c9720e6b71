/* eslint-disable */
import type { IExecutePaginationFunctions } from 'n8n-workflow';

import { endOf, errorItem, errorItemOrThrow, type RunningItem } from '../../../nodes/NanoBanana/run/errorOutput';
import { FailureError, toFailure } from '../../../nodes/NanoBanana/errors/failure';
import type { NodeRun } from '../../../nodes/NanoBanana/run/nodeRun';

const KEY = 'k3y.secret-0123456789';

/** The running items of one run, and what they log. */
function openEndings(continues: boolean): { of: (itemIndex: number) => RunningItem; logs: string[] } {
	const logs: string[] = [];
	const node = { id: '1', name: 'NanoBanana', type: 'nanoBanana', typeVersion: 1, position: [0, 0], parameters: {} };
	const ctx = {
		getNode: () => node,
		logger: { error: (text: string, meta: object) => logs.push(JSON.stringify([text, meta])) },
	} as unknown as IExecutePaginationFunctions;
	const run = {
		abort: () => undefined,
		itemFinished: () => undefined,
		allFinished: Promise.resolve(),
		tasks: new Map(),
		failedTasks: new Set(),
		unclearItems: new Set(),
		keptItems: new Set(),
		emptyItems: new Set(),
		inMemoryItems: new Set(),
	} as unknown as NodeRun;
	return {
		logs,
		of: (itemIndex) => ({ ctx, run, itemIndex, isTool: false, executionId: '1', continues, apiKey: KEY }),
	};
}

async function endWith(item: RunningItem, thrown: unknown): Promise<unknown> {
	const failure = await endOf(item, thrown);
	if (!failure) return undefined;
	try {
		return errorItemOrThrow(item, failure);
	} catch (error) {
		return error;
	}
}

const bug = (): Error => new Error(`cannot read https://${KEY}@files.example/a.png?signature=abc`);

it.each([true, false])(
	'logs once where an unexpected error was thrown, without the key (continue: %s)',
	async (continues) => {
		const { of, logs } = openEndings(continues);
		const thrown = bug();
		const shown = [
			await endWith(of(0), thrown),
			await endWith(of(1), thrown),
			await endWith(of(2), FailureError.from(thrown)),
		];

		expect(logs).toHaveLength(1);
		expect(logs[0]).toMatch(/unexpected error in item 0.*errorOutput\.test\.ts/);
		expect(logs[0]).not.toMatch(/k3y|secret|signature/);
		expect(JSON.stringify(shown.map((row) => (row instanceof Error ? [row.message, { ...row }] : row)))).not.toMatch(
			/k3y|errorOutput\.test/,
		);
	},
);

it('logs errors from different places, and logs again in another run', async () => {
	const { of, logs } = openEndings(true);
	await endWith(of(0), bug());
	await endWith(of(0), bug());
	const other = openEndings(true);
	await endWith(other.of(0), bug());

	expect([logs.length, other.logs.length]).toEqual([2, 1]);
});

it('does not log expected failures', async () => {
	const { of, logs } = openEndings(true);
	await endWith(of(0), new FailureError({ kind: 'rate_limited' }));
	await endWith(of(1), 'text');

	expect(logs).toEqual([]);
});

it('logs the unexpected error of an error item', () => {
	const { of, logs } = openEndings(true);
	errorItem(of(3), toFailure(bug()));

	expect(logs).toHaveLength(1);
});
