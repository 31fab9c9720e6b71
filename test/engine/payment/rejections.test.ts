/* eslint-disable */
import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { item, useEngine } from '../support/useEngine';

const engine = useEngine();

const UNWANTED = /error|problem|failure|mistake/i;
const PROMPT = 'A small red cube';
const PAGE = '<!doctype html><html><head><title>Console</title></head><body></body></html>';
const BASE_URL_STEP = 'Enter the URL of the API itself, e.g. https://api.example.com.';
const KEY_STEP = 'Open the credential, paste the key again';
const MODEL_STEP = "You were not charged. Select another model in 'Model'";
const TASK_STEP = "Check 'Task ID'. Providers delete tasks after a while";

interface Expected {
	message: string;
	nextStep: string;
	data: IDataObject;
}

async function expectRejection(
	parameters: INodeParameters,
	{ message, nextStep, data }: Expected,
	credential = {},
): Promise<void> {
	const run = await engine.run(parameters, {
		credential,
		input: [item({}), item({})],
		settings: { executeOnce: true },
	});
	const description = String(run.error?.description);

	expect(run.error).toMatchObject({ name: 'NodeApiError', message, context: { itemIndex: 0, data } });
	expect(run.data.resultData.error).toMatchObject({ message, description });
	const [ownWords] = description.split('<br>');
	expect(ownWords).toContain(nextStep);
	expect(`${message} ${ownWords}`).not.toMatch(UNWANTED);
	expect(engine.mockApi.ledger).toEqual([]);
	expect(JSON.stringify(run.data)).not.toContain(engine.mockApi.apiKey);
}

it.each(['getStatus', 'waitForResult'])('reports an unknown task ID (%s)', async (operation) => {
	await expectRejection(
		{ operation, taskId: 'task_nope', options: { timeout: 0.3 } },
		{
			message: 'The task ID was not found',
			nextStep: TASK_STEP,
			data: { errorCode: 'unknown_task', taskId: 'task_nope', gatewayCode: 'task_not_exist' },
		},
	);
});

it('reports a rejected key, with the text of the API and without the key', async () => {
	await expectRejection(
		{ prompt: PROMPT },
		{
			message: 'The API key is not valid',
			nextStep: KEY_STEP,
			data: { errorCode: 'invalid_key', httpStatus: 401, gatewayMessage: expect.stringContaining('Invalid token') },
		},
		{ apiKey: 'sk-wrong-0123456789' },
	);
	expect(engine.mockApi.journal).toHaveLength(1);
});

it('hides a key that the API quotes', async () => {
	const message = `Incorrect API key provided: ${engine.mockApi.apiKey}.`;
	engine.mockApi.script('createTask', [
		{ status: 401, body: { error: { message, type: 'invalid_request_error', code: 'invalid_api_key' } } },
	]);

	await expectRejection(
		{ prompt: PROMPT },
		{
			message: 'The API key is not valid',
			nextStep: KEY_STEP,
			data: { errorCode: 'invalid_key', gatewayMessage: 'Incorrect API key provided: [key].' },
		},
	);
});

it('reports a model that is not available for the account', async () => {
	engine.mockApi.set({ enabledModels: ['NanoBanana'] });

	await expectRejection(
		{ prompt: PROMPT },
		{
			message: 'The model is not available for this account',
			nextStep: MODEL_STEP,
			data: { errorCode: 'model_not_available', httpStatus: 403 },
		},
	);
	expect(engine.mockApi.journal).toHaveLength(1);
});

it('sends only one request for a model that the API reports as unavailable with a 503', async () => {
	await expectRejection(
		{ prompt: PROMPT, model: { __rl: true, mode: 'id', value: 'NanoBanana7' } },
		{
			message: 'The model is not available for this account',
			nextStep: MODEL_STEP,
			data: { errorCode: 'model_not_available', httpStatus: 503 },
		},
	);
	expect(engine.mockApi.journal).toHaveLength(1);
});

describe('a base URL that does not lead to the API', () => {
	const expected = {
		message: "'Base URL' in the credential does not lead to the API",
		nextStep: BASE_URL_STEP,
		data: { errorCode: 'wrong_base_url' },
	};

	it.each([200, 404, 405])('is recognized by a web page with status %i', async (status) => {
		engine.mockApi.script('createTask', [{ status, headers: { 'content-type': 'text/html' }, body: PAGE }]);

		await expectRejection(
			{ prompt: PROMPT },
			{ ...expected, data: { ...expected.data, gatewayMessage: '(web page) Console' } },
		);
		expect(engine.mockApi.journal).toHaveLength(1);
	});

	it('is recognized by a web page in the response to a poll', async () => {
		const data = { ...expected.data, taskId: 'task_1', gatewayMessage: '(web page) Console' };
		await expectRejection(
			{ operation: 'getStatus', taskId: 'task_1' },
			{ ...expected, nextStep: '', data },
			{ baseUrl: `${engine.mockApi.baseUrl}/console` },
		);
	});

	it('is recognized by a path that the API does not have', async () => {
		await expectRejection({ prompt: PROMPT }, expected, { baseUrl: `${engine.mockApi.baseUrl}/console` });
	});

	it('is reported if it redirects, and the key is not sent to the other host', async () => {
		engine.mockApi.script('createTask', [
			{ status: 301, headers: { location: `${engine.mockApi.foreignUrl}/v1/images/tasks` } },
		]);

		await expectRejection(
			{ prompt: PROMPT },
			{
				...expected,
				message: `The API redirects to ${engine.mockApi.foreignUrl}/v1/images/tasks`,
				nextStep: 'If this is the right API',
			},
		);
		expect(engine.mockApi.journal.map(({ origin }) => origin)).toEqual(['api']);
	});

	it.each([
		['empty', ''],
		['not a URL', 'my API'],
	])('is rejected before anything is sent if it is %s', async (_what, baseUrl) => {
		await expectRejection(
			{ prompt: PROMPT },
			{
				message: 'The API could not be reached',
				nextStep: "You were not charged. Check 'Base URL' in the credential",
				data: { errorCode: 'unreachable', gatewayMessage: "'Base URL' in the credential is empty or not a URL" },
			},
			{ baseUrl },
		);
		expect(engine.mockApi.journal).toEqual([]);
	});
});

it.each([['an account without credit', { balance: 0 }, 'Not enough credit for this request', 'insufficient_balance']])(
	'reports %s after one request',
	async (_what, settings, message, errorCode) => {
		engine.mockApi.set(settings);
		const nextStep = 'Add credit to the account';

		await expectRejection({ prompt: PROMPT }, { message, nextStep, data: { errorCode } });
		expect(engine.mockApi.journal).toHaveLength(1);
	},
);

it('reports a rejected prompt', async () => {
	await expectRejection(
		{ prompt: '[moderation] something' },
		{
			message: 'The prompt or a reference image was rejected',
			nextStep: 'Change the prompt or the reference image.',
			data: { errorCode: 'prompt_refused', gatewayCode: 'sensitive_words_detected' },
		},
	);
});

it('reports which item was rejected, and the task of the other one', async () => {
	const run = await engine.run(
		{ prompt: '={{ $json.prompt }}' },
		{ input: [item({ prompt: 'a' }), item({ prompt: '[moderation]' })] },
	);

	expect(run.error).toMatchObject({ context: { itemIndex: 1, data: { errorCode: 'prompt_refused' } } });
	expect(run.error?.description).toContain(String(engine.mockApi.ledger[0].taskId));
});
