/* eslint-disable */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';

import { openEditor, withFailureScreenshot, type OpenBrowser } from '../harness/browser/openEditor';
import { boxOf, expectScreenshot } from '../harness/browser/screenshots';
import { fileOf } from '../harness/n8n/execution';
import { loadExample } from '../harness/n8n/examples';
import {
	openRestClient,
	type CredentialReference,
	type RestClient,
	type SavedWorkflow,
} from '../harness/n8n/restClient';
import { outFolder, rootFolder } from '../harness/run/paths';
import { startHostNames, type HostNames } from '../harness/servers/startHostNames';
import { startN8n, type RunningN8n } from '../harness/servers/startN8n';
import { credentialType, nodeWith } from '../harness/testEnvironment';
import { startMockApi, type MockApi } from '../../mock-api';
import { until } from '../harness/processes/until';
import { chain, manualTrigger, node } from '../harness/n8n/workflow';

const schemaFolder = join(rootFolder, 'nodes', 'NanoBanana', '__schema__', 'v1.0.0');

let mockApi: MockApi;
let hostNames: HostNames;
let n8n: RunningN8n;
let client: RestClient;
let credential: CredentialReference;
let browser: OpenBrowser;
let page: Page;
let failedStep = '';

beforeAll(async () => {
	mockApi = await startMockApi({ taskMs: 1_500, drawing: 'scene' });
	hostNames = await startHostNames(mockApi);
	n8n = await startN8n({ env: hostNames.env });
	client = await openRestClient(n8n);
	credential = await client.createCredential(credentialType, 'Nano Series', {
		baseUrl: hostNames.baseUrl,
		apiKey: mockApi.apiKey,
	});
	const saved = await client.createWorkflow(chain('Banana', manualTrigger()));
	browser = await openEditor(n8n.url);
	page = browser.page;
	await openWorkflow(saved);
}, 240_000);
afterAll(async () => {
	await browser?.close();
	await n8n?.stop();
	await hostNames?.stop();
	await mockApi?.stop();
});

/** Each step continues where the previous one ended. Its name is also a key in the snapshot file. */
function step(name: string, steps: () => Promise<void>): void {
	test(name, async () => {
		if (failedStep) throw new Error(`Not tried, since this failed before: ${failedStep}`);
		failedStep = name;
		await withFailureScreenshot(page, name.replace(/\W+/g, '-'), steps);
		failedStep = '';
	});
}

async function openWorkflow({ id }: SavedWorkflow): Promise<void> {
	await page.goto(`${n8n.url}/workflow/${id}`);
	await page.getByTestId('canvas-node').first().waitFor();
}

function canvasNode(name: string): Locator {
	return page.getByTestId('canvas-node').filter({ hasText: name });
}

/** Opens the only file in a panel and waits until the image is loaded. */
async function showImage(panel: Locator): Promise<{ width: number; height: number }> {
	await panel.getByTestId('radio-button-binary').click();
	await panel.getByTestId('ndv-view-binary-data').click();
	const shown = panel.locator('img[src*="/rest/binary-data"]');
	await shown.waitFor();
	return await until('the image to load', async () => {
		const [width, height] = await shown.evaluate((image: HTMLImageElement) => [
			image.naturalWidth,
			image.naturalHeight,
		]);
		return width > 0 ? { width, height } : undefined;
	});
}

/** The bytes of an image that the mock API generates for this prompt. */
async function createImage(prompt: string): Promise<Buffer> {
	const text = nodeWith(credential)('NanoBanana', { prompt, aspectRatio: '16:9' });
	const run = await client.run(chain('Red cube', manualTrigger(), text));
	return await client.bytesOf(fileOf(run.items('NanoBanana')[0]));
}

function parameter(name: string): Locator {
	return page.getByTestId(`parameter-input-${name}`);
}

/** The names of the fields that the panel shows now, from top to bottom. */
async function shownFields(): Promise<string[]> {
	const names = await page
		.getByTestId('node-parameters')
		.locator('[data-test-id^="parameter-input-"]')
		.evaluateAll((inputs) =>
			inputs
				.filter((input) => input.checkVisibility())
				.map((input) => input.getAttribute('data-test-id')?.replace('parameter-input-', '') ?? ''),
		);
	return [...new Set(names)].filter((name) => name !== 'field');
}

async function choose(field: string, option: string): Promise<void> {
	await parameter(field).locator('input').first().click();
	await page
		.locator('.el-select-dropdown__item:visible')
		.filter({ has: page.getByText(option, { exact: true }) })
		.first()
		.click();
	await page.locator('.el-select-dropdown__item:visible').first().waitFor({ state: 'hidden' });
}

async function expectFields(fields: string[]): Promise<void> {
	await until('the fields to change', async () =>
		(await shownFields()).join() === fields.join() ? true : undefined,
	).catch(() => undefined);
	expect(await shownFields()).toEqual(fields);
}

describe('in the editor', () => {
	step('the node is found by what it does and by its name, and added to the trigger', async () => {
		const creator = page.getByTestId('node-creator');
		const found = creator.getByText('NanoBanana', { exact: true });
		await page.getByTestId('canvas-handle-plus').first().click();
		for (const words of ['generate image', 'nothing has this name', 'banana']) {
			await page.getByTestId('node-creator-search-bar').fill(words);
			await found.waitFor({ state: words.startsWith('nothing') ? 'detached' : 'visible' });
		}
		await found.click();
		const action = creator.getByText('Generate image from text');
		await action.waitFor();
		await action.click();
		await page.getByTestId('ndv').waitFor();

		await expectFields(['operation', 'model', 'prompt', 'aspectRatio', 'numberOfImages', 'wait', 'simplify']);
	});

	step('the credential is created in the dialog, and its test passes', async () => {
		await page.getByTestId('node-credentials-select').click();
		await page.getByTestId('node-credentials-select-item-new').click();
		const dialog = page.getByTestId('editCredential-modal');
		await dialog.getByTestId('parameter-input-baseUrl').locator('input').fill(hostNames.baseUrl);
		await dialog.getByTestId('parameter-input-apiKey').locator('input').fill(mockApi.apiKey);
		await dialog.getByTestId('credential-save-button').click();
		await dialog.waitFor({ state: 'detached' });
		// The dialog closes after a passed test. When it is opened again, it repeats the test and stays open.
		await page.getByTestId('credential-edit-button').click();
		await dialog.getByTestId('credentials-config-container-test-success').getByText('Retry').waitFor();
		await expectScreenshot(page, 'credential', dialog);
		await dialog.locator('button.el-dialog__headerbtn').click();
		await dialog.waitFor({ state: 'detached' });

		expect(mockApi.calls('models').map((call) => call.status)).toContain(200);
		expect(mockApi.created()).toBe(0);
	});

	step('each operation shows its own fields', async () => {
		await choose('operation', 'Image to Image');
		await expectFields([
			'operation',
			'model',
			'prompt',
			'inputType',
			'binaryPropertyName',
			'aspectRatio',
			'numberOfImages',
			'wait',
			'simplify',
		]);
		await choose('inputType', 'Image URL(s)');
		await expectFields([
			'operation',
			'model',
			'prompt',
			'inputType',
			'imageUrls',
			'aspectRatio',
			'numberOfImages',
			'wait',
			'simplify',
		]);
		await choose('operation', 'Get Task Status');
		await expectFields(['operation', 'taskId', 'simplify']);
		await choose('operation', 'Wait for Task Result');
		await expectFields(['operation', 'taskId', 'simplify']);
		await choose('operation', 'Text to Image');
	});

	step('a model is selected from the list of the API', async () => {
		await page.getByTestId('rlc-input').click();
		const models = page.getByTestId('rlc-item');
		await models.filter({ hasText: 'NanoBanana Pro' }).first().waitFor();
		await models.filter({ hasText: 'NanoBanana 2 (0.5K)' }).first().click();

		await until('the model to be selected', async () =>
			(await parameter('model').locator('input').last().inputValue()).includes('NanoBanana 2 (0.5K)')
				? true
				: undefined,
		);
	});

	step('executing the step shows the image', async () => {
		await parameter('prompt').locator('textarea').fill('A small red cube on a clean white desk, soft daylight');
		await choose('aspectRatio', '16:9 (Landscape)');
		await page.getByTestId('node-execute-button').click();
		const output = page.getByTestId('output-panel');
		await output.getByTestId('node-run-status-success').waitFor();
		await output.getByTestId('radio-button-json').click();
		await output.getByText('taskId').first().waitFor();
		const size = await showImage(output);

		expect([...mockApi.files.values()]).toMatchObject([size]);
		expect(mockApi.ledger).toMatchObject([{ model: 'NanoBanana2-0.5K', imagesCharged: 1, downloads: 1 }]);
	});

	step('an error is explained', async () => {
		mockApi.set({ faults: [{ route: 'createTask', fault: 'failedTask', times: 1 }] });
		await page.getByTestId('node-execute-button').click();
		const output = page.getByTestId('output-panel');
		await output.getByText('The API could not create the image').first().waitFor();
		await page.getByTestId('stop-execution-button').waitFor({ state: 'hidden' });
		await expectScreenshot(page, 'failure', output, { height: 316 });

		expect(await output.innerText()).toContain(`Task ID: ${mockApi.ledger[1].taskId}`);
		expect(await output.innerText()).not.toContain(mockApi.apiKey);
	});

	step('the next node shows the fields of each operation before the first run', async () => {
		const input = page.getByTestId('ndv-input-panel');
		for (const operation of ['imageToImage', 'getStatus', 'waitForResult', 'textToImage']) {
			const unexecuted = await client.createWorkflow(
				chain(
					'Fields',
					manualTrigger(),
					nodeWith(credential)('NanoBanana', { operation, prompt: 'A small red cube' }),
					node('Edit Fields', 'n8n-nodes-base.set', 3.4, { options: {} }),
				),
			);
			await openWorkflow(unexecuted);
			await canvasNode('Edit Fields').dblclick();
			await input.getByText('imageUrl').waitFor();
			await page.screenshot({ path: join(outFolder, `fields-${operation}.png`) });

			const { properties } = JSON.parse(readFileSync(join(schemaFolder, `${operation}.json`), 'utf8'));
			const text = await input.innerText();
			expect(Object.keys(properties).filter((name) => !text.includes(name))).toEqual([]);
		}
		await expectScreenshot(page, 'fields', input, { height: 494 });
	});

	step('the dark theme has an icon of its own', async () => {
		await page.keyboard.press('Escape');
		await page.getByTestId('ndv').waitFor({ state: 'hidden' });
		const icon = canvasNode('NanoBanana').locator('img').first();
		const loadedFile = async () =>
			await icon.evaluate((image: HTMLImageElement) =>
				image.naturalWidth > 0 ? image.src.split('/').at(-1) : undefined,
			);
		expect(await until('the icon', loadedFile)).toBe('nanobanana.svg');
		await page.emulateMedia({ colorScheme: 'dark' });

		const other = await until('the other icon', async () =>
			(await loadedFile()) === 'nanobanana.svg' ? undefined : await loadedFile(),
		);
		expect(other).toBe('nanobanana.dark.svg');
		await page.emulateMedia({ colorScheme: 'light' });
	});
});

describe('the example image to image', () => {
	step('edits the image that its form takes', async () => {
		const example = loadExample('image-to-image', [credential]);
		const red = await createImage('A small red cube on a clean white desk, soft daylight');
		const nodes = example.nodes.filter(({ type }) => type !== 'n8n-nodes-base.stickyNote');
		await openWorkflow(await client.createWorkflow({ ...example, name: 'Edit an image', nodes }));
		const opened = page.waitForEvent('popup');
		await page.getByTestId('execute-workflow-button').click();
		const form = await opened;
		await form.locator('input[type=file]').setInputFiles({ name: 'red-cube.png', mimeType: 'image/png', buffer: red });
		await form.locator('textarea').fill('Make the cube blue');
		const download = form.waitForEvent('download');
		await form.locator('#submit-btn').click();
		const file = await download;
		await form.close();

		expect(file.suggestedFilename()).toBe(`${mockApi.ledger.at(-1)?.taskId}.png`);
		expect(mockApi.ledger.at(-1)).toMatchObject({ prompt: 'Make the cube blue', references: 1, imagesCharged: 1 });
	});

	step('shows both images under the canvas', async () => {
		await page.setViewportSize({ width: 1360, height: 900 });
		const logs = page.getByTestId('logs-panel');
		await logs.getByTestId('logs-overview-header').click();
		await logs.getByTestId('logs-overview-body').getByText('NanoBanana').click();
		await logs.getByRole('button', { name: 'Input' }).click();
		const { x, y, width } = await boxOf(logs);
		await page.mouse.move(x + width / 2, y + 1);
		await page.mouse.down();
		await page.mouse.move(x + width / 2, 460, { steps: 5 });
		await page.mouse.up();
		for (const side of ['log-details-input', 'log-details-output']) await showImage(logs.getByTestId(side));
		await page.getByTestId('zoom-to-fit').click();
		await expectScreenshot(page, 'hero', page.locator('body'));
	});

	step('shows both images next to the fields', async () => {
		await page.setViewportSize({ width: 1600, height: 900 });
		await canvasNode('NanoBanana').dblclick();
		const panel = page.getByTestId('ndv');
		for (const side of ['ndv-input-panel', 'output-panel']) await showImage(panel.getByTestId(side));
		await panel.getByText('Make the cube blue').waitFor();
		await expectScreenshot(page, 'edit', panel, { height: 480 });
	});
});
