/* eslint-disable */
import { DEFECTS, withDefect } from './defects';
import { playHistory } from './history';

const HISTORIES = 200;

it(`charges once and loses nothing in ${HISTORIES} simulated histories`, async () => {
	for (let seed = 1; seed <= HISTORIES; seed += 1) {
		const { violations } = await playHistory(seed);
		expect({ seed, violations }).toEqual({ seed, violations: [] });
	}
}, 120_000);

it('replays a seed exactly', async () => {
	const [first, second] = [await playHistory(7, true), await playHistory(7, true)];

	expect(second).toEqual(first);
	expect(first.trace.length).toBeGreaterThan(10);
});

it.each(DEFECTS)('can still put this defect into the code: $name', (defect) => {
	expect(withDefect(defect)).toContain(defect.replace);
});
