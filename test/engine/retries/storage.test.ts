/* eslint-disable */
// Images that n8n cannot store are charged. The error reports this, and the images are not lost.
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { item, useEngine, type Ran } from '../support/useEngine';

const engine = useEngine();
const RETRIES = { retryOnFail: true, maxTries: 2, waitBetweenTries: 1 };
const FULL = 'full';
const INLINE = { apiFormat: 'openAi', responseFormat: 'b64_json' };
let blocked = '';

/** Creates a file with the path of the folder in which n8n would store the images of this execution. */
beforeEach(async () => {
	await engine.run({ prompt: 'first' });
	const folder = String(process.env.N8N_USER_FOLDER);
	const executions = readdirSync(folder, { recursive: true })
		.map(String)
		.find((path) => /executions$/.test(path));
	blocked = join(folder, String(executions), FULL);
	mkdirSync(dirname(blocked), { recursive: true });
	rmSync(blocked, { recursive: true, force: true });
	writeFileSync(blocked, '');
});

function shown(run: Ran) {
	return run.data.resultData.error as unknown as { message: string; description: string };
}

it('reports a call without a task as charged', async () => {
	const run = await engine.run({ prompt: 'a', options: INLINE }, { executionId: FULL });

	expect(shown(run).message).toBe('The image could not be stored');
	expect(shown(run).description).toMatch(/^You were charged\. .*disk space/);
	expect(shown(run).description).toContain('you will be charged again');
});

it('reports the task of an image that could not be stored', async () => {
	const run = await engine.run({ prompt: 'a' }, { executionId: FULL, settings: { onError: 'continueRegularOutput' } });

	expect(run.json).toMatchObject([{ details: { errorCode: 'storage_failed', taskId: expect.any(String) } }]);
	expect(JSON.stringify(run.json)).toContain("enter the task ID in 'Wait for Task Result'");
});

it('stores the images of a call without a task in the next try, and is not charged again', async () => {
	const before = engine.mockApi.ledger.length;
	const run = await engine.run(
		{ prompt: 'a', options: INLINE },
		{
			executionId: FULL,
			settings: RETRIES,
			onLog: ({ level }) => {
				if (level === 'error' && existsSync(blocked)) rmSync(blocked);
			},
		},
	);

	expect(run.json).toMatchObject([{ status: 'succeeded', mimeType: 'image/png' }]);
	expect(engine.mockApi.ledger.length - before).toBe(1);
});

it('is charged again in Retry execution', async () => {
	const before = engine.mockApi.ledger.length;
	const failed = await engine.run({ prompt: 'a', options: INLINE }, { executionId: FULL });
	rmSync(blocked);
	const run = await engine.run({ prompt: 'a', options: INLINE }, { executionId: 'another', previous: failed.data });

	expect(run.json).toMatchObject([{ status: 'succeeded' }]);
	expect(engine.mockApi.ledger.length - before).toBe(2);
});

it('reports a charge if one of two images cannot be stored and the other call was rejected', async () => {
	engine.mockApi.script('generateContent', [
		{ status: 402, body: { error: { message: 'insufficient balance', code: 'insufficient_user_quota' } } },
	]);
	const run = await engine.run(
		{ prompt: 'a', numberOfImages: 2, options: { apiFormat: 'gemini' } },
		{ executionId: FULL, input: [item({})] },
	);

	expect(shown(run).description).toMatch(/^You were charged\./);
});

it('creates images again in Retry execution if they were only in memory, as the error warns', async () => {
	const before = engine.mockApi.ledger.length;
	engine.mockApi.set({ faults: [{ route: 'generations', fault: 'status429Balance', after: 1, times: 1 }] });
	const parameters = { prompt: '={{ "p" + $json.i }}', options: { ...INLINE, maxConcurrency: 1 } };
	const first = await engine.run(parameters, { input: [item({ i: 0 }), item({ i: 1 })], binaryMode: 'default' });
	expect(shown(first).description).toContain(
		'n8n could not keep them. If you run the node again, you will be charged again',
	);
	const again = await engine.run(parameters, { previous: first.data, binaryMode: 'default' });

	expect(again.json).toMatchObject([{ status: 'succeeded' }, { status: 'succeeded' }]);
	expect(engine.mockApi.ledger.length - before).toBe(3);
});

it('does not create images again in a try of the same execution if they are in memory', async () => {
	const before = engine.mockApi.ledger.length;
	engine.mockApi.set({ faults: [{ route: 'generations', fault: 'status429Balance', after: 1, times: 1 }] });
	const run = await engine.run(
		{ prompt: '={{ "p" + $json.i }}', options: { ...INLINE, maxConcurrency: 1 } },
		{ input: [item({ i: 0 }), item({ i: 1 })], binaryMode: 'default', settings: RETRIES },
	);

	expect(run.json).toMatchObject([{ status: 'succeeded' }, { status: 'succeeded' }]);
	expect(engine.mockApi.ledger.length - before).toBe(2);
});

it.each(['stopWorkflow', 'continueRegularOutput'] as const)(
	'reports the task, and no charge, if Wait for Task Result cannot store an image (%s)',
	async (onError) => {
		const [{ taskId }] = (await engine.run({ prompt: 'a', wait: false })).json;
		const run = await engine.run(
			{ operation: 'waitForResult', taskId: `={{ ["${String(taskId)}"] }}` },
			{ executionId: FULL, settings: { onError } },
		);
		const text = JSON.stringify([run.json, run.status === 'error' && shown(run).description]);

		expect(text).toContain(`Task ID: ${String(taskId)}`);
		expect(text).toContain('disk space');
		expect(text).not.toContain('charged');
	},
);
