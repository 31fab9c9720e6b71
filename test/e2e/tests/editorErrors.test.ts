/* eslint-disable */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { INode } from 'n8n-workflow';
import type { Page } from 'playwright-core';

import { KINDS, type FailureKind } from '../../../nodes/NanoBanana/errors/failureKinds';
import type { MockApiSettings, ScriptedResponse } from '../../mock-api';
import { openEditor, withFailureScreenshot, type OpenBrowser } from '../harness/browser/openEditor';
import { boxOf, closeMessages } from '../harness/browser/screenshots';
import type { CredentialReference } from '../harness/n8n/restClient';
import { chain, manualTrigger, type Workflow } from '../harness/n8n/workflow';
import { outFolder } from '../harness/run/paths';
import { credentialType, nodeWith, startTestEnvironment, type TestEnvironment } from '../harness/testEnvironment';

/** What causes a failure of one kind. */
interface Cause {
	parameters?: INode['parameters'];
	credential?: 'wrong key' | 'closed port';
	settings?: Partial<MockApiSettings>;
	/** The next responses to a paid request. */
	create?: ScriptedResponse[];
	/** The next responses to a status check. */
	poll?: ScriptedResponse[];
	/** Called before the step is executed. */
	before?: () => void;
	/** The error title, if it differs from that of the kind. */
	title?: string;
}

const taskId = 'task_01JD9W4Z8Q';
const getStatus = { operation: 'getStatus', taskId };
const edit = { operation: 'imageToImage', prompt: 'Make the cube blue', inputType: 'url' };
const error = (status: number, message: string, code: string): ScriptedResponse => ({
	status,
	body: { error: { message: `${message} (request id: 20261128184652123456789)`, type: 'new_api_error', code } },
});

/** More often than the node asks. */
const repeated = (response: ScriptedResponse): ScriptedResponse[] => Array<ScriptedResponse>(50).fill(response);

/** Without canceled executions: n8n stores no error of them that its panel could show. */
const CAUSES: Record<Exclude<FailureKind, 'canceled'>, Cause> = {
	access_denied: { create: [error(403, 'Your IP address is not in the allow list of this token', 'access_denied')] },
	body_too_large: {
		parameters: { ...edit, imageUrls: 'https://example.com/red-cube.png' },
		create: [{ status: 413, body: '<html><title>413 Request Entity Too Large</title></html>' }],
	},
	idempotency_conflict: { create: [error(409, 'Idempotency key was used before', 'idempotency_conflict')] },
	insufficient_balance: { settings: { balance: 0 } },
	internal: { parameters: { prompt: 'A defect of the node' } },
	invalid_input: {
		parameters: { ...edit, imageUrls: 'red-cube.png' },
		title: "'URL(s)' contains an invalid URL: red-cube.png",
	},
	invalid_key: { credential: 'wrong key' },
	invalid_request: { create: [error(400, 'aspect_ratio 21:9 is not supported', 'invalid_parameter')] },
	key_expired: { create: [error(401, 'This API key has expired', 'key_expired')] },
	model_not_available: { settings: { enabledModels: [] } },
	no_image: {
		parameters: { options: { apiFormat: 'gemini' } },
		create: [{ body: { candidates: [{ content: { parts: [{ text: 'Which size should the cube have?' }] } }] } }],
	},
	not_offered: { create: [error(501, 'Asynchronous image tasks are not implemented', 'not_implemented')] },
	prompt_refused: {
		create: [error(400, 'Your request was rejected by our safety system', 'content_policy_violation')],
	},
	rate_limited: { parameters: { options: { timeout: 1 } }, settings: { tasksAtOnce: 0 } },
	result_expired: { poll: [{ body: { code: 'success', data: { status: 'EXPIRED' } } }] },
	spending_limit: {
		parameters: { numberOfImages: 20, options: { maxImages: 10 } },
		title: "This run would generate 20 images, but 'Max Images per Run' is 10",
	},
	storage_failed: { before: blockStorage },
	task_failed: { settings: { faults: [{ route: 'createTask', fault: 'failedTask' }] } },
	timed_out: {
		parameters: { options: { timeout: 2 } },
		settings: { taskMs: 60_000 },
		title: 'The task did not finish within 2 seconds',
	},
	unclear_submission: { settings: { faults: [{ route: 'createTask', fault: 'resetAfter' }] } },
	unknown_task: { parameters: getStatus },
	unreachable: { parameters: { options: { timeout: 1 } }, credential: 'closed port' },
	unreadable_answer: {
		parameters: getStatus,
		poll: repeated({ body: 'The task is done', headers: { 'content-type': 'text/plain' } }),
	},
	upstream_down: {
		parameters: getStatus,
		poll: repeated(error(500, 'bad response status code 500', 'bad_response_status_code')),
	},
	wrong_base_url: {
		create: [{ body: '<html><title>Welcome</title></html>', headers: { 'content-type': 'text/html' } }],
	},
};
/** By default, only one kind of each form is tested, because each takes seconds. ALL_ERRORS=1 tests all kinds. */
const EVERYDAY: string[] = ['access_denied', 'spending_limit', 'storage_failed', 'timed_out', 'wrong_base_url'];
const causes = (Object.entries(CAUSES) as Array<[keyof typeof CAUSES, Cause]>).filter(
	([kind]) => process.env.ALL_ERRORS === '1' || EVERYDAY.includes(kind),
);

let environment: TestEnvironment;
let browser: OpenBrowser;
let page: Page;
let workflowId = '';

beforeAll(async () => {
	mkdirSync(join(outFolder, 'errors'), { recursive: true });
	environment = await startTestEnvironment({}, { taskMs: 100 });
	const { n8n, client, mockApi, credential } = environment;
	if (causes.some(([kind]) => kind === 'internal')) {
		await n8n.stop();
		addDefect();
		await n8n.restart();
	}
	const { baseUrl, apiKey } = mockApi;
	const save = async (name: string, data: { baseUrl: string; apiKey: string }) =>
		await client.createCredential(credentialType, name, data);
	const saved = await client.createWorkflow(
		everyCause({
			none: credential,
			'wrong key': await save('Wrong key', { baseUrl, apiKey: 'sk-mock-wrong' }),
			'closed port': await save('Closed port', { baseUrl: 'http://127.0.0.1:9', apiKey }),
		}),
	);
	workflowId = saved.id;
	browser = await openEditor(n8n.url);
	page = browser.page;
	// The screen of a small laptop.
	await page.setViewportSize({ width: 1280, height: 720 });
	await page.goto(`${n8n.url}/workflow/${workflowId}`);
	await page.getByTestId('canvas-node').first().waitFor();
}, 240_000);
afterAll(async () => {
	await browser?.close();
	await environment?.close();
});
afterEach(async () => {
	await page.keyboard.press('Escape');
	await page.getByTestId('ndv').waitFor({ state: 'hidden' });
	environment.mockApi.reset();
	rmSync(storageFolder(), { recursive: true, force: true });
});

/** Where n8n stores the images of the workflow. */
function storageFolder(): string {
	return join(environment.n8n.userFolder, '.n8n', 'storage', 'workflows', workflowId);
}

/** Replaces the folder with a file, so that storing fails. */
function blockStorage(): void {
	mkdirSync(dirname(storageFolder()), { recursive: true });
	rmSync(storageFolder(), { recursive: true, force: true });
	writeFileSync(storageFolder(), '');
}

/** No known request or response causes an internal error, so this adds a defect for one prompt. */
function addDefect(): void {
	const folder = join(environment.n8n.userFolder, '.n8n', 'nodes', 'node_modules', 'n8n-nodes-nanobanana', 'dist');
	const file = join(folder, 'nodes', 'NanoBanana', 'NanoBanana.node.js');
	const start = 'function readSettings(ctx) {\n';
	const [before, after, ...more] = readFileSync(file, 'utf8').split(start);
	if (after === undefined || more.length > 0) throw new Error(`${file} does not contain "${start}" once`);
	const defect = "if (ctx.getNodeParameter('prompt', '') === 'A defect of the node') undefined.length;\n";
	writeFileSync(file, `${before}${start}${defect}${after}`);
}

/** A trigger, and a node for each cause. */
function everyCause(credentials: Record<'none' | 'wrong key' | 'closed port', CredentialReference>): Workflow {
	const trigger = manualTrigger();
	const nodes = causes.map(([kind, { parameters, credential = 'none' as const }], index) =>
		nodeWith(credentials[credential])(
			kind,
			{ prompt: 'A small red cube', ...parameters },
			{ position: [400 + (index % 6) * 250, Math.floor(index / 6) * 200] },
		),
	);
	const main = [nodes.map(({ name }) => ({ node: name, type: 'main' as const, index: 0 }))];
	return { ...chain('Errors', trigger), nodes: [trigger, ...nodes], connections: { [trigger.name]: { main } } };
}

test.each(causes)('the panel shows %s completely', async (kind, { create, poll, settings = {}, before, title }) => {
	const { mockApi } = environment;
	mockApi.set(settings);
	if (create) for (const route of ['createTask', 'generateContent'] as const) mockApi.script(route, create);
	if (poll) mockApi.script('getTask', poll);
	before?.();
	const output = page.getByTestId('output-panel');
	const description = output.getByTestId('node-error-description');
	await withFailureScreenshot(page, kind, async () => {
		await page.locator(`[data-test-id="canvas-node"][data-node-name="${kind}"]`).dblclick();
		await page.getByTestId('node-execute-button').click();
		await description.waitFor({ timeout: 30_000 });
	});
	await closeMessages(page);
	await page.screenshot({ path: join(outFolder, 'errors', `${kind}.png`), animations: 'disabled', caret: 'hide' });
	const shown = await output.getByTestId('node-error-message').innerText();
	const [panel, text] = [await boxOf(output), await boxOf(description)];
	const isCut = await description.evaluate((element: HTMLElement) => element.scrollHeight > element.clientHeight + 1);
	const details = await output.locator('.node-error-view').innerHTML();

	expect(details).toContain(`"errorCode": "${kind}"`);
	expect(shown).toBe(title ?? KINDS[kind].message);
	expect(isCut).toBe(false);
	expect(text.y + text.height).toBeLessThan(panel.y + panel.height);
	expect(details).not.toContain(mockApi.apiKey);
});
