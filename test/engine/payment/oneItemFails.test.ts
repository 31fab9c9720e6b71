/* eslint-disable */
import type { IDataObject } from 'n8n-workflow';

import { item, useEngine, type Ran } from '../support/useEngine';

const engine = useEngine();
const PROMPT = '={{ $json.prompt }}';
const REJECTED = { code: 'invalid_request', message: 'this prompt cannot be painted', data: null };

interface Shown {
	message: string;
	description: string;
	context: { itemIndex?: number; data: IDataObject };
}

function shown(run: Ran): Shown {
	return run.data.resultData.error as unknown as Shown;
}

function prompts(...texts: string[]) {
	return texts.map((prompt) => item({ prompt }));
}

function idOf(prompt: string): string {
	return String(engine.mockApi.ledger.find((entry) => entry.prompt === prompt)?.taskId);
}

describe('one failed item in stop mode', () => {
	const failing = { prompt: PROMPT };

	it('reports the tasks of the other items and how to get their images', async () => {
		const run = await engine.run(failing, { input: prompts('a', 'b [fail]', 'c') });

		expect(run.status).toBe('error');
		expect(shown(run)).toMatchObject({
			message: 'The API could not create the image',
			context: { itemIndex: 1, data: { errorCode: 'task_failed', taskId: idOf('b [fail]') } },
		});
		expect((shown(run).context.data.taskIds as string[]).sort()).toEqual([idOf('a'), idOf('c')].sort());
		for (const id of [idOf('a'), idOf('c')]) expect(shown(run).description).toContain(id);
		for (const way of ['Retry execution', 'Wait for Task Result']) expect(shown(run).description).toContain(way);
	});

	it('does not cause another charge for the other items in Retry execution', async () => {
		const failed = await engine.run(failing, { input: prompts('a', 'b [fail]', 'c') });
		const changed = { prompt: "={{ $json.prompt.replace(' [fail]', '') }}" };
		const retried = await engine.run(changed, { previous: failed.data });

		expect(retried.json.map(({ taskId }) => taskId)).toEqual(['a', 'b', 'c'].map(idOf));
		expect(engine.mockApi.ledger.filter(({ imagesCharged }) => imagesCharged > 0)).toHaveLength(3);
		expect(engine.mockApi.calls('createTask')).toHaveLength(4);
	});

	it('stops further paid requests, and the error and the log include all accepted tasks', async () => {
		engine.mockApi.set({ faults: [{ route: 'createTask', fault: 'slowHeaders', ms: 200 }] });
		engine.mockApi.script('createTask', [{ status: 400, body: REJECTED }]);
		const texts = Array.from({ length: 12 }, (_, index) => `item ${index}`);
		const run = await engine.run(failing, { input: prompts(...texts) });

		expect(shown(run).context.data.errorCode).toBe('invalid_request');
		// At most three requests are pending at a time. These were sent before the failure.
		expect(engine.mockApi.calls('createTask').length).toBeLessThanOrEqual(3);
		expect((shown(run).context.data.taskIds as string[] | undefined) ?? []).toHaveLength(engine.mockApi.created());
		const taken = engine.mockApi.ledger.map(({ taskId }) => taskId);
		expect(
			run.logs
				.filter(({ level }) => level === 'info')
				.map(({ meta }) => meta.taskId)
				.sort(),
		).toEqual(taken.sort());
	});

	it('does not hide the unclear request of another item', async () => {
		engine.mockApi.script('createTask', [
			{ status: 400, body: REJECTED, delayMs: 30 },
			{ reset: true, accept: true, delayMs: 500 },
		]);
		const run = await engine.run(failing, { input: prompts('a', 'b') });
		const { data } = shown(run).context;

		expect([data.errorCode, data.unclearItems]).toEqual(['invalid_request', [1]]);
		expect(run.logs.filter(({ level }) => level === 'warn')).toHaveLength(1);
		expect(shown(run).description).toContain('may have been charged');
	});

	it('prevents all requests if its expression throws', async () => {
		const strays: unknown[] = [];
		const note = (reason: unknown): void => void strays.push(reason);
		process.on('unhandledRejection', note);
		const input = [item({ prompt: 'a' }), item({ prompt: 'b' }), item({}), item({ prompt: 'd' })];
		const run = await engine.run({ prompt: '={{ $json.prompt.toUpperCase() }}' }, { input });
		await new Promise(setImmediate);
		process.off('unhandledRejection', note);

		expect(run.status).toBe('error');
		expect(engine.mockApi.journal).toEqual([]);
		expect(strays).toEqual([]);
	});

	it('prevents all requests if it is not valid', async () => {
		const run = await engine.run(failing, { input: prompts('a', '   ', 'c') });

		expect(shown(run)).toMatchObject({
			message: "'Prompt' is empty",
			context: { itemIndex: 1, data: { errorCode: 'invalid_input' } },
		});
		expect(engine.mockApi.journal).toEqual([]);
	});
});

describe.each(['openAi', 'gemini'] as const)('one failed call with the format %s in stop mode', (apiFormat) => {
	const route = apiFormat === 'openAi' ? 'generations' : 'generateContent';
	const parameters = { prompt: PROMPT, options: { apiFormat, responseFormat: 'b64_json' } };
	/** The first call is rejected after the others have their responses. */
	const failLate = (): void => engine.mockApi.script(route, [{ status: 400, body: REJECTED, delayMs: 600 }]);

	it('reports the items whose images are kept, and Retry execution returns them at no extra cost', async () => {
		failLate();
		const failed = await engine.run(parameters, { binaryMode: 'filesystem', input: prompts('a', 'b', 'c') });
		const rejected = shown(failed).context.itemIndex as number;
		const kept = [0, 1, 2].filter((index) => index !== rejected);
		const retried = await engine.run(parameters, { binaryMode: 'filesystem', previous: failed.data });

		expect((shown(failed).context.data.keptItems as number[]).sort()).toEqual(kept);
		expect(shown(failed).description).toContain(
			"'Retry execution' returns them at no extra cost, unless you change the request",
		);
		expect(retried.rows.map(({ binary }) => Object.keys(binary ?? {}))).toEqual([['data'], ['data'], ['data']]);
		expect(engine.mockApi.calls(route)).toHaveLength(4);
		expect(engine.mockApi.ledger.filter(({ imagesCharged }) => imagesCharged > 0)).toHaveLength(3);
	});

	it('does not recommend Retry execution for images in memory, and Retry On Fail returns them', async () => {
		failLate();
		const failed = await engine.run(parameters, { binaryMode: 'default', input: prompts('a', 'b') });
		failLate();
		const retried = await engine.run(parameters, {
			binaryMode: 'default',
			input: prompts('a', 'b'),
			settings: { retryOnFail: true, maxTries: 2, waitBetweenTries: 1 },
		});

		expect(shown(failed).description).toContain('n8n could not keep them');
		expect(shown(failed).description).not.toContain('Retry execution');
		expect(retried.rows).toHaveLength(2);
		expect(engine.mockApi.calls(route)).toHaveLength(5);
	});

	it('does not mention kept images if no other item has one', async () => {
		engine.mockApi.script(route, [{ status: 400, body: REJECTED }]);
		const failed = await engine.run(parameters, { input: prompts('a') });

		expect(shown(failed).context.data).not.toHaveProperty('keptItems');
		expect(shown(failed).description).not.toContain('The images of these items');
	});
});

describe.each(['continueRegularOutput', 'continueErrorOutput'] as const)('one failed item with %s', (onError) => {
	it('is returned as a row with its error and details, and all rows are in item order', async () => {
		const run = await engine.run(
			{ prompt: PROMPT },
			{ settings: { onError }, input: prompts('a', 'b [fail]', 'c', ' ', 'e') },
		);
		const all = [...run.rows, ...run.errorRows].sort((one, other) => indexOf(one) - indexOf(other));

		expect(run.status).toBe('success');
		expect(all.map(indexOf)).toEqual([0, 1, 2, 3, 4]);
		expect(run.rows.map(indexOf)).toEqual(onError === 'continueErrorOutput' ? [0, 2, 4] : [0, 1, 2, 3, 4]);
		expect(all[1].json).toMatchObject({
			error: 'The API could not create the image',
			details: { errorCode: 'task_failed', taskId: idOf('b [fail]') },
		});
		expect(all[3].json).toMatchObject({ error: "'Prompt' is empty", details: { errorCode: 'invalid_input' } });
		expect([0, 2, 4].map((index) => all[index].binary?.data.mimeType)).toEqual(Array(3).fill('image/png'));
		expect(engine.mockApi.created()).toBe(4);
	});

	it('does not stop the other items if its expression throws', async () => {
		const input = [item({ prompt: 'a' }), item({}), item({ prompt: 'c' })];
		const run = await engine.run({ prompt: '={{ $json.prompt.toUpperCase() }}' }, { settings: { onError }, input });

		expect(run.status).toBe('success');
		expect(engine.mockApi.ledger.map(({ prompt }) => prompt).sort()).toEqual(['A', 'C']);
		expect([...run.rows, ...run.errorRows]).toHaveLength(3);
	});

	it('includes the task ID if the task cannot be polled', async () => {
		engine.mockApi.script('getTask', [
			{ status: 401, body: { error: { message: 'Invalid token', type: 'x', code: '' } } },
		]);
		const run = await engine.run({ prompt: 'a' }, { settings: { onError } });

		expect([...run.rows, ...run.errorRows]).toMatchObject([
			{ json: { details: { errorCode: 'invalid_key', taskId: idOf('a') } }, pairedItem: { item: 0 } },
		]);
	});
});

describe('multiple task IDs in one item', () => {
	const parameters = (ids: string[]) => ({ operation: 'waitForResult', taskId: ids.join(', ') });

	async function threeTasks(): Promise<string[]> {
		await engine.run({ prompt: PROMPT, wait: false }, { input: prompts('a', 'b [fail]', 'c') });
		return ['a', 'b [fail]', 'c'].map(idOf);
	}

	it('fail together in stop mode, and the error includes the failed one', async () => {
		const ids = await threeTasks();
		const run = await engine.run(parameters(ids));

		expect(shown(run).context.data).toMatchObject({ errorCode: 'task_failed', taskId: ids[1] });
		expect(engine.mockApi.created()).toBe(3);
	});

	it('return a row each with continueRegularOutput', async () => {
		const ids = await threeTasks();
		const run = await engine.run(parameters(ids), { settings: { onError: 'continueRegularOutput' } });

		expect(run.json).toMatchObject([
			{ taskId: ids[0], status: 'succeeded' },
			{ details: { errorCode: 'task_failed', taskId: ids[1] } },
			{ taskId: ids[2], status: 'succeeded' },
		]);
		expect(run.rows.map(({ pairedItem }) => pairedItem)).toEqual(Array(3).fill({ item: 0 }));
	});

	it('are split between the regular and the error output with continueErrorOutput', async () => {
		const ids = await threeTasks();
		const run = await engine.run(parameters(ids), { settings: { onError: 'continueErrorOutput' } });

		expect(run.json.map(({ taskId }) => taskId)).toEqual([ids[0], ids[2]]);
		expect(run.errorRows).toMatchObject([{ json: { details: { taskId: ids[1] } } }]);
	});
});

function indexOf({ pairedItem }: Ran['rows'][number]): number {
	return (pairedItem as { item: number } | undefined)?.item ?? -1;
}
