/* eslint-disable */
import { systemClock } from '../../../nodes/NanoBanana/lib/clock';
import { createBudget } from '../../../nodes/NanoBanana/run/memoryBudget';
import { downloadDeadline, startTransfer } from '../../../nodes/NanoBanana/steps/storeImage';

it.each([
	['the rest of the timeout', 10_000, 600_000, 590_000],
	['30 seconds when its task took all of the timeout', 599_000, 600_000, 30_000],
	['no more than a short timeout', 5_000, 5_000, 5_000],
])('gives a download %s', (_fact, waitedMs, timeoutMs, leftMs) => {
	jest.useFakeTimers();
	const now = systemClock.now();

	expect(downloadDeadline(now - waitedMs, timeoutMs) - now).toBe(leftMs);
	jest.useRealTimers();
});

describe('a transfer that runs side by side with others', () => {
	beforeEach(() => jest.useFakeTimers());
	afterEach(() => jest.useRealTimers());

	it('lets the next one start when it has ended, or after 20 seconds', async () => {
		const run = { transfers: createBudget(1), memoryBudget: createBudget(100) };
		const started: number[] = [];
		const start = async (number: number) => {
			const transfer = await startTransfer(run);
			started.push(number);
			return transfer;
		};
		const first = await start(1);
		void start(2);
		await jest.advanceTimersByTimeAsync(19_900);
		expect(started).toEqual([1]);
		await jest.advanceTimersByTimeAsync(200);
		expect(started).toEqual([1, 2]);

		first.end();
		void start(3);
		await jest.advanceTimersByTimeAsync(1_000);
		expect(started).toEqual([1, 2]);
	});

	it('keeps its memory until it has ended', async () => {
		const run = { transfers: createBudget(8), memoryBudget: createBudget(100) };
		const slow = await startTransfer(run);
		await slow.reserveMemory(100);
		let isGranted = false;
		const next = await startTransfer(run);
		void next.reserveMemory(1).then(() => (isGranted = true));
		await jest.advanceTimersByTimeAsync(60_000);
		expect(isGranted).toBe(false);

		slow.end();
		await jest.advanceTimersByTimeAsync(0);
		expect(isGranted).toBe(true);
	});
});
