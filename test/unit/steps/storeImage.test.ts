/* eslint-disable */
import { systemClock } from '../../../nodes/NanoBanana/lib/clock';
import { downloadDeadline } from '../../../nodes/NanoBanana/steps/storeImage';

it.each([
	['the rest of the timeout', 10_000, 600_000, 590_000],
	['30 seconds if its task took nearly all of the timeout', 599_000, 600_000, 30_000],
	['at most a timeout of less than 30 seconds', 5_000, 5_000, 5_000],
])('lets a download take %s', (_fact, waitedMs, timeoutMs, leftMs) => {
	jest.useFakeTimers();
	const now = systemClock.now();

	expect(downloadDeadline(now - waitedMs, timeoutMs) - now).toBe(leftMs);
	jest.useRealTimers();
});
