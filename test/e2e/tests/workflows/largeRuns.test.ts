/* eslint-disable */
import { sha256 } from '../../harness/images/digest';
import { fileOf } from '../../harness/n8n/execution';
import { shownError } from '../../harness/n8n/shownError';
import { chain, manualTrigger, rows } from '../../harness/n8n/workflow';
import { startTestEnvironment, type TestEnvironment } from '../../harness/testEnvironment';

let environment: TestEnvironment;

beforeAll(async () => {
	environment = await startTestEnvironment({}, { drawing: 'plain' });
});
afterAll(async () => await environment?.close());
afterEach(() => environment.mockApi.reset());

/** The mock API draws its images fastest. */
const smallest = { __rl: true, mode: 'id', value: 'NanoBanana2-0.5K' };

async function generate(count: number) {
	const { client, nanoBanana } = environment;
	const prompts = Array.from({ length: count }, (_, index) => `cube ${index}`);
	const options = { pollInterval: 0.2 };
	const node = nanoBanana('NanoBanana', { model: smallest, prompt: '={{ $json.prompt }}', options });
	const items = prompts.map((prompt) => ({ prompt }));
	const run = await client.run(chain(`${count} items`, manualTrigger(), ...rows(items), node), 180_000);
	expect(shownError(run)).toEqual([]);
	return { prompts, output: run.items('NanoBanana') };
}

test('500 items return 500 images in the order of their prompts, charged once each', async () => {
	const { mockApi } = environment;
	const { prompts, output } = await generate(500);

	const promptOf = new Map(mockApi.ledger.map(({ taskId, prompt }) => [taskId, prompt]));
	expect(output.map(({ json }) => promptOf.get(String(json.taskId)))).toEqual(prompts);
	expect(output.filter(({ binary }) => binary?.data === undefined)).toEqual([]);
	expect(mockApi.ledger.filter((entry) => entry.imagesCharged !== 1 || entry.downloads === 0)).toEqual([]);
	expect(mockApi.calls('createTask')).toHaveLength(500);
}, 240_000);

test('40 images of 20 MB arrive unchanged on disk, charged once each', async () => {
	const { client, mockApi } = environment;
	mockApi.set({ imageBytes: 20_000_000 });
	const { output } = await generate(40);

	for (const item of output) {
		expect(fileOf(item).id).toMatch(/^filesystem-v2:/);
		expect(sha256(await client.bytesOf(fileOf(item)))).toBe(mockApi.files.get(String(item.json.imageUrl))?.sha256);
	}
	// Downloads are not counted: on a busy machine a transfer may stall, and repeating it is free.
	expect(mockApi.ledger.map((entry) => entry.imagesCharged)).toEqual(Array(40).fill(1));
}, 240_000);
