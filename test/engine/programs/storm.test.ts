/* eslint-disable */
import { runStorm } from '../../storm/storm';

it('loses no task and is charged once for each in two runs with all faults', async () => {
	const reports = await Promise.all([1, 2].map(async (seed) => await runStorm({ seed, tasks: 30 })));

	for (const report of reports) {
		expect(report.faults).toBeGreaterThan(10);
		expect(report).toMatchObject({ lostTasks: 0, lostImages: 0, chargedTwice: 0, strayKeys: 0 });
	}
});
