/* eslint-disable */
import type { IExecutePaginationFunctions } from 'n8n-workflow';

import { joinRun } from '../../../nodes/NanoBanana/run/nodeRun';
import { settingsOf } from '../support/settings';

interface Node {
	itemCount?: number;
	hasBatching?: boolean;
	continues?: boolean;
}

function contextsOf({
	itemCount = 2,
	hasBatching = false,
	continues = false,
}: Node): (item: number) => IExecutePaginationFunctions {
	const context = {};
	return (itemIndex) =>
		({
			runIndex: 0,
			getContext: () => context,
			getItemIndex: () => itemIndex,
			getNode: () => ({}),
			continueOnFail: () => continues,
			getExecutionCancelSignal: () => undefined,
			getNodeParameter: () => ({ batching: { batch: { batchInterval: hasBatching ? 1 : 0 } } }),
			getWorkflowDataProxy: () => ({ $input: { all: () => Array(itemCount) } }),
		}) as unknown as IExecutePaginationFunctions;
}

/** The decisions for items that join in one loop, as n8n starts them. */
async function decisions(plans: Array<{ images?: number; isValid?: boolean }>, node: Node = {}): Promise<string[]> {
	const contextOf = contextsOf(node);
	const settings = settingsOf({ options: { maxImages: 3 } });
	const runs = plans.map((_plan, item) => joinRun(contextOf(item), false, settings));
	const told = await Promise.all(
		plans.map(
			async ({ images = 1, isValid = true }, itemIndex) => await runs[itemIndex].arrive({ itemIndex, images, isValid }),
		),
	);
	runs.forEach((run) => run.itemFinished());
	return told.map(({ decision, planned }) => `${decision} ${planned}`);
}

it('abandons an attempt that n8n gave up, and does not let the next attempt join it', async () => {
	const contextOf = contextsOf({ itemCount: 3 });
	const arrivals = [0, 1, 0, 1].map(async (itemIndex) => {
		const run = joinRun(contextOf(itemIndex), false);
		return (await run.arrive({ itemIndex, images: 1, isValid: true })).decision;
	});

	expect(await Promise.all(arrivals)).toEqual(Array(4).fill('abandoned'));
});

it('lets all items proceed together after all of them are checked', async () => {
	expect(await decisions([{}, { images: 2 }])).toEqual(['proceed 3', 'proceed 3']);
});

it('stops all items if one of them is not valid, unless the node continues on errors', async () => {
	expect(await decisions([{}, { images: 0, isValid: false }])).toEqual(['stop 1', 'stop 1']);
	expect(await decisions([{}, { images: 0, isValid: false }], { continues: true })).toEqual(['proceed 1', 'proceed 1']);
});

it('abandons a run that n8n gave up before all items had started, unless the node continues on errors', async () => {
	expect(await decisions([{}])).toEqual(['abandoned 1']);
	expect(await decisions([{}], { continues: true })).toEqual(['proceed 1']);
});

it('stops all items over the image limit, and counts items that start later', async () => {
	expect(await decisions([{ images: 2 }, { images: 2 }])).toEqual(['overImageLimit 4', 'overImageLimit 4']);
	expect(await decisions([{ images: 2 }], { hasBatching: true })).toEqual(['proceed 3']);
	expect(await decisions([{ images: 3 }], { hasBatching: true })).toEqual(['overImageLimit 4']);
	expect(await decisions([{ images: 0 }], { hasBatching: true, itemCount: 9 })).toEqual(['proceed 0']);
});
