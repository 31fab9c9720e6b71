/* eslint-disable */
import { runStorm } from '../../storm/storm';

it.each([1, 2])(
	'loses nothing and is charged for nothing twice in a storm (seed %i)',
	async (seed) => {
		const report = await runStorm({ seed, tasks: 30 });

		expect(report.faults).toBeGreaterThan(10);
		expect(report).toMatchObject({ lostTasks: 0, lostImages: 0, chargedTwice: 0, strayKeys: 0 });
	},
	60_000,
);
