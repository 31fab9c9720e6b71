/* eslint-disable */
import { DEFECTS, withDefect } from './defects';
import { playHistory } from './history';

const HISTORIES = 200;

it(`each image is charged once and never lost in ${HISTORIES} simulated histories`, async () => {
	for (let seed = 1; seed <= HISTORIES; seed += 1) {
		const { violations } = await playHistory(seed);
		expect({ seed, violations }).toEqual({ seed, violations: [] });
	}
}, 120_000);

it('a seed always plays the same history', async () => {
	const [first, second] = [await playHistory(7, true), await playHistory(7, true)];

	expect(second).toEqual(first);
	expect(first.trace.length).toBeGreaterThan(10);
});

it.each(DEFECTS)('a defect still matches the code: $name', (defect) => {
	expect(withDefect(defect)).toContain(defect.replace);
});
