/* eslint-disable */
import type { Client } from '@modelcontextprotocol/sdk/client/index.js';

import { loadExample, nodeOf } from '../harness/n8n/examples';
import { connectMcp } from '../harness/n8n/mcpClient';
import { startTestEnvironment, type TestEnvironment } from '../harness/testEnvironment';

let environment: TestEnvironment;
let agent: Client;
const token = 'agents-only';

beforeAll(async () => {
	environment = await startTestEnvironment();
	const { client, credential, n8n } = environment;
	const webhookCredential = await client.createCredential('httpBearerAuth', 'Agents', { token });
	const workflow = loadExample('agent-tool', [credential, webhookCredential]);
	// A tool with a short timeout, to see what an agent gets for a slow task.
	const impatient = structuredClone(nodeOf(workflow, 'generate_image'));
	Object.assign(impatient, { id: 'impatient', name: 'generate_impatiently' });
	impatient.parameters.options = { timeout: 0.3, onTimeout: 'continue' };
	workflow.nodes.push(impatient);
	workflow.connections.generate_impatiently = workflow.connections.generate_image;
	await client.activate(await client.createWorkflow(workflow));
	agent = await connectMcp(`${n8n.url}/mcp/nano-banana`, token);
});
afterAll(async () => {
	await agent?.close();
	await environment?.close();
});
afterEach(() => environment.mockApi.reset());

/** The only text that the agent gets. */
async function useTool(name: string, args: Record<string, unknown>): Promise<string> {
	const result = await agent.callTool({ name, arguments: args });
	const content = result.content as Array<{ type: string; text?: string }>;
	expect(content.map((part) => part.type)).toEqual(['text']);
	return content[0].text ?? '';
}

test('an agent sees all tools, and generate_image describes its result and its cost', async () => {
	const { tools } = await agent.listTools();
	const byName = new Map(tools.map((tool) => [tool.name, tool]));

	expect([...byName.keys()].sort()).toEqual(['edit_image', 'generate_image', 'generate_impatiently', 'get_image']);
	expect(byName.get('generate_image')?.description).toMatch(/URL.*task ID.*costs money/s);
	expect(byName.get('generate_image')?.inputSchema.properties).toHaveProperty('prompt.description');
	expect(byName.get('edit_image')?.inputSchema.required).toEqual(expect.arrayContaining(['prompt', 'image_url']));
});

test('a caller with a wrong token is rejected', async () => {
	await expect(connectMcp(`${environment.n8n.url}/mcp/nano-banana`, 'wrong')).rejects.toThrow(
		'Authorization data is wrong',
	);
});

test('generate_image returns URL, task ID, type, and size as short text', async () => {
	const { mockApi } = environment;

	const text = await useTool('generate_image', { prompt: 'a red cube', aspect_ratio: '1:1' });

	const [row, ...more] = JSON.parse(text) as Array<Record<string, unknown>>;
	expect(more).toEqual([]);
	const served = mockApi.files.get(String(row.imageUrl));
	expect(row).toMatchObject({
		taskId: mockApi.ledger[0].taskId,
		status: 'succeeded',
		mimeType: served?.mimeType,
		width: served?.width,
		height: served?.height,
	});
	expect(text.length).toBeLessThan(1_000);
	expect(mockApi.ledger).toMatchObject([{ prompt: 'a red cube', imagesCharged: 1 }]);
});

test('edit_image accepts the URL that generate_image returned', async () => {
	const { mockApi } = environment;
	const [first] = JSON.parse(await useTool('generate_image', { prompt: 'a red cube', aspect_ratio: '1:1' })) as Array<{
		imageUrl: string;
	}>;

	const [second] = JSON.parse(
		await useTool('edit_image', { prompt: 'make it night', image_url: first.imageUrl }),
	) as Array<{ imageUrl: string }>;

	expect(mockApi.files.has(second.imageUrl)).toBe(true);
	expect(mockApi.calls('createTask')[1].body).toMatchObject({ image: first.imageUrl, prompt: 'make it night' });
	expect(mockApi.ledger.map((entry) => entry.imagesCharged)).toEqual([1, 1]);
});

test('the ID of a slow task is returned, and its image is read later without a second charge', async () => {
	const { mockApi } = environment;
	mockApi.set({ taskMs: 3_600_000 });

	const [pending] = JSON.parse(
		await useTool('generate_impatiently', { prompt: 'a slow cube', aspect_ratio: '1:1' }),
	) as Array<{ taskId: string; status: string }>;
	mockApi.finishTasks();
	const [finished] = JSON.parse(await useTool('get_image', { task_id: pending.taskId })) as Array<{
		taskId: string;
		status: string;
		imageUrl: string;
	}>;

	expect(['queued', 'running']).toContain(pending.status);
	expect(pending.taskId).toBe(mockApi.ledger[0].taskId);
	expect(finished).toMatchObject({
		taskId: pending.taskId,
		status: 'succeeded',
		imageUrl: expect.stringContaining(mockApi.filesUrl),
	});
	expect(mockApi.ledger).toMatchObject([{ imagesCharged: 1 }]);
});

test('an error text contains what happened and the next step, but not the API key', async () => {
	const text = await useTool('generate_image', { prompt: 'a cube [fail]', aspect_ratio: '1:1' });

	expect(text).toMatch(/could not create the image/i);
	expect(text).toMatch(/run the node again|change/i);
	expect(text).not.toContain(environment.mockApi.apiKey);
});

test('a call without a prompt fails and costs nothing', async () => {
	const result = await agent.callTool({ name: 'generate_image', arguments: {} });

	expect(result.isError).toBe(true);
	expect(environment.mockApi.created()).toBe(0);
});
