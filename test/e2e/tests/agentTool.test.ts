/* eslint-disable */
import type { Client } from '@modelcontextprotocol/sdk/client/index.js';

import { loadExample, nodeOf } from '../harness/n8n/examples';
import { connectMcp } from '../harness/n8n/mcpClient';
import { openScene, type Scene } from '../harness/testEnvironment';

let scene: Scene;
let agent: Client;
const token = 'agents-only';

beforeAll(async () => {
	scene = await openScene();
	const { client, credential, n8n } = scene;
	const door = await client.createCredential('httpBearerAuth', 'Agents', { token });
	const workflow = loadExample('agent-tool', [credential, door]);
	// A tool that gives up early, to see what an agent is told about a slow task.
	const hasty = structuredClone(nodeOf(workflow, 'generate_image'));
	Object.assign(hasty, { id: 'hasty', name: 'generate_hastily' });
	hasty.parameters.options = { timeout: 0.3, onTimeout: 'continue' };
	workflow.nodes.push(hasty);
	workflow.connections.generate_hastily = workflow.connections.generate_image;
	await client.activate(await client.createWorkflow(workflow));
	agent = await connectMcp(`${n8n.url}/mcp/nano-banana`, token);
});
afterAll(async () => {
	await agent?.close();
	await scene?.close();
});
afterEach(() => scene.sandbox.reset());

/** The one text an agent gets to read. */
async function useTool(name: string, args: Record<string, unknown>): Promise<string> {
	const result = await agent.callTool({ name, arguments: args });
	const content = result.content as Array<{ type: string; text?: string }>;
	expect(content.map((part) => part.type)).toEqual(['text']);
	return content[0].text ?? '';
}

test('an agent sees tools that say what comes out and what they cost', async () => {
	const { tools } = await agent.listTools();
	const byName = new Map(tools.map((tool) => [tool.name, tool]));

	expect([...byName.keys()].sort()).toEqual(['edit_image', 'generate_hastily', 'generate_image', 'get_image']);
	expect(byName.get('generate_image')?.description).toMatch(/link.*task ID.*Costs money/s);
	expect(byName.get('generate_image')?.inputSchema.properties).toHaveProperty('prompt.description');
	expect(byName.get('edit_image')?.inputSchema.required).toEqual(expect.arrayContaining(['prompt', 'image_url']));
});

test('a caller without the token is turned away', async () => {
	await expect(connectMcp(`${scene.n8n.url}/mcp/nano-banana`, 'wrong')).rejects.toThrow('Authorization data is wrong');
});

test('generate_image answers with link, task ID, type and size as short text', async () => {
	const { sandbox } = scene;

	const text = await useTool('generate_image', { prompt: 'a red cube', aspect_ratio: '1:1' });

	const [row, ...more] = JSON.parse(text) as Array<Record<string, unknown>>;
	expect(more).toEqual([]);
	const served = sandbox.files.get(String(row.imageUrl));
	expect(row).toMatchObject({
		taskId: sandbox.ledger[0].taskId,
		status: 'succeeded',
		mimeType: served?.mimeType,
		width: served?.width,
		height: served?.height,
	});
	expect(text.length).toBeLessThan(1_000);
	expect(sandbox.ledger).toMatchObject([{ prompt: 'a red cube', imagesBilled: 1 }]);
});

test('edit_image takes the link that generate_image gave', async () => {
	const { sandbox } = scene;
	const [first] = JSON.parse(await useTool('generate_image', { prompt: 'a red cube', aspect_ratio: '1:1' })) as Array<{
		imageUrl: string;
	}>;

	const [second] = JSON.parse(
		await useTool('edit_image', { prompt: 'make it night', image_url: first.imageUrl }),
	) as Array<{ imageUrl: string }>;

	expect(sandbox.files.has(second.imageUrl)).toBe(true);
	expect(sandbox.calls('createTask')[1].body).toMatchObject({ image: first.imageUrl, prompt: 'make it night' });
	expect(sandbox.ledger.map((entry) => entry.imagesBilled)).toEqual([1, 1]);
});

test('a slow task is handed on by its ID and collected without a second bill', async () => {
	const { sandbox } = scene;
	sandbox.set({ taskMs: 3_000 });

	const [pending] = JSON.parse(
		await useTool('generate_hastily', { prompt: 'a slow cube', aspect_ratio: '1:1' }),
	) as Array<{ taskId: string; status: string }>;
	const [collected] = JSON.parse(await useTool('get_image', { task_id: pending.taskId })) as Array<{
		taskId: string;
		status: string;
		imageUrl: string;
	}>;

	expect(['queued', 'running']).toContain(pending.status);
	expect(pending.taskId).toBe(sandbox.ledger[0].taskId);
	expect(collected).toMatchObject({
		taskId: pending.taskId,
		status: 'succeeded',
		imageUrl: expect.stringContaining(sandbox.filesUrl),
	});
	expect(sandbox.ledger).toMatchObject([{ imagesBilled: 1 }]);
});

test('a failure tells the agent what happened and the next step', async () => {
	const text = await useTool('generate_image', { prompt: 'a cube [fail]', aspect_ratio: '1:1' });

	expect(text).toMatch(/could not generate/i);
	expect(text).toMatch(/run the node again|change/i);
	expect(text).not.toContain(scene.sandbox.apiKey);
});

test('a call without a prompt costs nothing', async () => {
	const result = await agent.callTool({ name: 'generate_image', arguments: {} });

	expect(result.isError).toBe(true);
	expect(scene.sandbox.created()).toBe(0);
});
