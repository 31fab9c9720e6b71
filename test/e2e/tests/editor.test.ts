/* eslint-disable */
import type { Locator, Page } from 'playwright-core';

import { openEditor, withFailureScreenshot, type OpenBrowser } from '../harness/browser/openEditor';
import { expectScreenshot } from '../harness/browser/screenshots';
import { startTestEnvironment, type TestEnvironment } from '../harness/testEnvironment';
import { until } from '../harness/processes/until';
import { chain, manualTrigger } from '../harness/n8n/workflow';

let environment: TestEnvironment;
let browser: OpenBrowser;
let page: Page;
let failedStep = '';

beforeAll(async () => {
	environment = await startTestEnvironment({}, { taskMs: 1_500 });
	const saved = await environment.client.createWorkflow(chain('Banana', manualTrigger()));
	browser = await openEditor(environment.n8n.url);
	page = browser.page;
	await page.goto(`${environment.n8n.url}/workflow/${saved.id}`);
	await page.getByTestId('canvas-node').first().waitFor();
});
afterAll(async () => {
	await browser?.close();
	await environment?.close();
});

/** The steps build on each other, as a user takes them. */
function step(name: string, steps: () => Promise<void>): void {
	test(name, async () => {
		if (failedStep) throw new Error(`Not tried, since this failed before: ${failedStep}`);
		failedStep = name;
		await withFailureScreenshot(page, name.replace(/\W+/g, '-'), steps);
		failedStep = '';
	});
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
	await until('the fields to change', async () => ((await shownFields()).join() === fields.join() ? true : undefined), {
		timeoutMs: 5_000,
	}).catch(() => undefined);
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
		await expectScreenshot(page, 'nodes-panel', creator, { width: 484, height: 300 });
		await found.click();
		await page.getByText('Generate image from text').click();
		await page.getByTestId('ndv').waitFor();

		await expectFields(['operation', 'model', 'prompt', 'aspectRatio', 'numberOfImages', 'wait', 'simplify']);
	});

	step('the credential is created in the dialog, and its test passes', async () => {
		const { mockApi } = environment;
		await page.getByTestId('node-credentials-select').click();
		await page.getByTestId('node-credentials-select-item-new').click();
		const dialog = page.getByTestId('editCredential-modal');
		await dialog.getByTestId('parameter-input-baseUrl').locator('input').fill(mockApi.baseUrl);
		await dialog.getByTestId('parameter-input-apiKey').locator('input').fill(mockApi.apiKey);
		await dialog.getByTestId('credential-save-button').click();
		await dialog.waitFor({ state: 'detached' });
		// A passed test closes the dialog; opened again, it tests again and stays.
		await page.getByTestId('credential-edit-button').click();
		await dialog.getByTestId('credentials-config-container-test-success').getByText('Retry').waitFor();
		await expectScreenshot(page, 'credential', dialog, { width: 484, height: 450 });
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
		await expectScreenshot(page, 'model-list', page.getByTestId('node-parameters'), { width: 484, height: 470 });
		await models.filter({ hasText: 'NanoBanana 2 (0.5K)' }).first().click();

		expect(await parameter('model').locator('input').last().inputValue()).toContain('NanoBanana 2 (0.5K)');
	});

	step('executing the step shows the image', async () => {
		const { mockApi } = environment;
		await parameter('prompt').locator('textarea').fill('A small red cube on a clean white desk, soft daylight');
		await choose('aspectRatio', '16:9 (Landscape)');
		await page.getByTestId('node-execute-button').click();
		const output = page.getByTestId('output-panel');
		await output.getByTestId('node-run-status-success').waitFor();
		await output.getByTestId('radio-button-json').click();
		await output.getByText('taskId').first().waitFor();
		await expectScreenshot(page, 'output', output, { width: 484, height: 400 });
		await output.getByTestId('radio-button-binary').click();
		await output.getByTestId('ndv-view-binary-data').click();
		const shown = output.locator('img[src*="/rest/binary-data"]');
		await shown.waitFor();
		const size = await until('the image to load', async () => {
			const loaded = await shown.evaluate((image: HTMLImageElement) => ({
				width: image.naturalWidth,
				height: image.naturalHeight,
			}));
			return loaded.width > 0 ? loaded : undefined;
		});
		await expectScreenshot(page, 'picture', output, { width: 484, height: 350 });

		expect([...mockApi.files.values()]).toMatchObject([size]);
		expect(mockApi.ledger).toMatchObject([{ model: 'NanoBanana2-0.5K', imagesBilled: 1, downloads: 1 }]);
	});

	step('an error is explained', async () => {
		const { mockApi } = environment;
		await parameter('prompt').locator('textarea').fill('A small red cube [fail]');
		await page.getByTestId('node-execute-button').click();
		const output = page.getByTestId('output-panel');
		await output.getByText('The API could not create the image').first().waitFor();
		await page.getByTestId('stop-execution-button').waitFor({ state: 'hidden' });
		await expectScreenshot(page, 'failure', output, { width: 484, height: 350 });

		expect(await output.innerText()).toContain(`Task ID: ${mockApi.ledger[1].taskId}`);
		expect(await output.innerText()).not.toContain(mockApi.apiKey);
	});

	step('the dark theme has an icon of its own', async () => {
		await page.keyboard.press('Escape');
		await page.getByTestId('ndv').waitFor({ state: 'hidden' });
		const icon = page.getByTestId('canvas-node').filter({ hasText: 'NanoBanana' }).locator('img').first();
		const loadedFile = async () =>
			await icon.evaluate((image: HTMLImageElement) =>
				image.naturalWidth > 0 ? image.src.split('/').at(-1) : undefined,
			);
		expect(await loadedFile()).toBe('nanobanana.svg');
		await page.emulateMedia({ colorScheme: 'dark' });

		const other = await until('the other icon', async () =>
			(await loadedFile()) === 'nanobanana.svg' ? undefined : await loadedFile(),
		);
		expect(other).toBe('nanobanana.dark.svg');
	});
});
