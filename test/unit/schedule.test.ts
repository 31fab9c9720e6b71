/* eslint-disable */
import { nextLookMs, noteRead, startWatch } from '../../nodes/NanoBanana/schedule';

/** Looks at a task of this length until it is over, and tells when. `told` gives its progress. */
function looksAt(lengthMs: number, stepMs: number, told: (elapsed: number) => number | undefined): number[] {
	const watch = startWatch(0, stepMs);
	const times: number[] = [];
	let now = 0;
	while (now < lengthMs) {
		now += nextLookMs(watch, now);
		times.push(now);
		noteRead(watch, now, now < lengthMs ? told(now) : undefined);
	}
	return times;
}

beforeEach(() => void jest.spyOn(Math, 'random').mockReturnValue(0.5));
afterEach(() => void jest.restoreAllMocks());

it('starts with the poll interval and grows by half, up to ten seconds', () => {
	const times = looksAt(60_000, 1000, () => undefined);
	const gaps = times.map((at, index) => at - (times[index - 1] ?? 0));

	expect(gaps.slice(0, 6)).toEqual([1000, 1500, 2250, 3375, 5062.5, 7593.75]);
	expect(gaps.slice(6).every((gap) => gap === 10_000)).toBe(true);
});

it.each([4_000, 12_000, 40_000, 90_000])('meets the end of a task of %i ms that tells its progress closely, with few looks', (length) => {
	const times = looksAt(length, 1000, (elapsed) => Math.floor((elapsed / length) * 100));
	const blind = looksAt(length, 1000, () => undefined);

	expect((times.at(-1) ?? 0) - length).toBeLessThan(Math.max(300, length * 0.03));
	expect(times.length).toBeLessThanOrEqual(blind.length + 1);
});

it('takes progress that stands still for no news', () => {
	const watch = startWatch(0, 1000);
	noteRead(watch, 1000, 50);
	noteRead(watch, 2000, 50);
	noteRead(watch, 3000, 30);

	expect(watch).toMatchObject({ reads: 3, marks: [{ at: 1000, progress: 50 }] });
});

it.each([0, 100, undefined])('draws no pace from a progress of %s', (progress) => {
	const watch = startWatch(0, 1000);
	noteRead(watch, 1000, progress);

	expect(watch.marks).toEqual([]);
	expect(nextLookMs(watch, 1000)).toBe(1500);
});

it('goes back to growing steps when a task overruns what its progress promised', () => {
	const watch = startWatch(0, 1000);
	noteRead(watch, 500, 50);

	expect(nextLookMs(watch, 5000)).toBe(1500);
});

it('asks neither at once nor much later than half a minute, whatever the progress says', () => {
	const nearlyDone = startWatch(0, 1000);
	noteRead(nearlyDone, 99_000, 99);
	noteRead(nearlyDone, 99_001, 99.9);
	const hardlyBegun = startWatch(0, 1000);
	noteRead(hardlyBegun, 100_000, 1);

	expect(nextLookMs(nearlyDone, 99_001)).toBeGreaterThanOrEqual(60);
	expect(nextLookMs(hardlyBegun, 100_000)).toBe(30_000);
});

it('does not ask in step for many items', () => {
	jest.restoreAllMocks();
	const waits = Array.from({ length: 50 }, () => nextLookMs(startWatch(0, 1000), 0));

	expect(new Set(waits).size).toBeGreaterThan(25);
});
