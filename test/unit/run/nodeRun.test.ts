/* eslint-disable */
import { joinRun, type RunSettings } from '../../../nodes/NanoBanana/run/nodeRun';

const SETTINGS: RunSettings = {
	maxConcurrency: 4,
	maxImages: 3,
	itemCount: () => 2,
	itemIndex: 0,
	runIndex: 0,
	startsLate: false,
	stopsOnFailure: true,
	isTaskFormat: true,
	isTool: false,
};

/** Items that join in one sweep, as n8n starts them, and are told what to do. */
async function decisions(
	plans: Array<{ images?: number; isValid?: boolean }>,
	more: Partial<RunSettings> = {},
): Promise<string[]> {
	const context = {};
	const runs = plans.map((_plan, itemIndex) => joinRun(undefined, context, { ...SETTINGS, ...more, itemIndex }));
	const told = await Promise.all(
		plans.map(
			async ({ images = 1, isValid = true }, itemIndex) => await runs[itemIndex].arrive({ itemIndex, images, isValid }),
		),
	);
	runs.forEach((run) => run.settle());
	return told.map(({ decision, planned }) => `${decision} ${planned}`);
}

it('lets all items pay together once all of them are checked', async () => {
	expect(await decisions([{}, { images: 2 }])).toEqual(['go 3', 'go 3']);
});

it('lets nobody pay where one of them is not valid and the node will stop', async () => {
	expect(await decisions([{}, { images: 0, isValid: false }])).toEqual(['stop 1', 'stop 1']);
	expect(await decisions([{}, { images: 0, isValid: false }], { stopsOnFailure: false })).toEqual(['go 1', 'go 1']);
});

it('lets nobody pay where n8n gave up the run before all of its items had started', async () => {
	expect(await decisions([{}])).toEqual(['gone 1']);
	expect(await decisions([{}], { stopsOnFailure: false })).toEqual(['go 1']);
});

it('lets nobody pay beyond the limit, and counts items that start later', async () => {
	expect(await decisions([{ images: 2 }, { images: 2 }])).toEqual(['overBudget 4', 'overBudget 4']);
	expect(await decisions([{ images: 2 }], { startsLate: true })).toEqual(['go 3']);
	expect(await decisions([{ images: 3 }], { startsLate: true })).toEqual(['overBudget 4']);
	expect(await decisions([{ images: 0 }], { startsLate: true, itemCount: () => 9 })).toEqual(['go 0']);
});
