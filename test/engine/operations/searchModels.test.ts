/* eslint-disable */
// The model list in n8n's own LoadOptionsContext, against the mock API.
import '../support/environment';
import { LoadOptionsContext } from 'n8n-core';
import type {
	ICredentialDataDecryptedObject,
	INodeListSearchItems,
	IWorkflowExecuteAdditionalData,
} from 'n8n-workflow';
import { Workflow } from 'n8n-workflow';

import { CATALOGUE } from '../../../nodes/NanoBanana/models';
import { searchModels } from '../../../nodes/NanoBanana/listSearch/searchModels';
import { useEngine } from '../support/useEngine';
import { TestCredentialsHelper, TestNodeTypes } from '../support/nodeTypes';
import { nanoBananaWorkflow } from '../support/runWorkflow';

const engine = useEngine();
const KNOWN = CATALOGUE.map(({ id }) => id);

/** Opens the list like the editor. */
async function picked(
	filter?: string,
	credential: ICredentialDataDecryptedObject = {},
): Promise<INodeListSearchItems[]> {
	const { baseUrl, apiKey } = engine.mockApi;
	const workflow = new Workflow({
		...nanoBananaWorkflow({}),
		id: 'picker',
		active: false,
		nodeTypes: new TestNodeTypes(),
	});
	const node = workflow.getNode('NanoBanana');
	if (node === null) throw new Error('the workflow has no such node');
	const credentialsHelper = new TestCredentialsHelper({ nanoBananaApi: { baseUrl, apiKey, ...credential } }, {});
	const context = new LoadOptionsContext(
		workflow,
		node,
		{ credentialsHelper } as unknown as IWorkflowExecuteAdditionalData,
		'parameters.model',
	);
	const { results, paginationToken } = await searchModels.call(context, filter);
	expect(paginationToken).toBeUndefined();
	return results;
}

const ids = (entries: INodeListSearchItems[]): unknown[] => entries.map(({ value }) => value);

it('lists only the image models of the API, the known ones first and in their own order', async () => {
	engine.mockApi.set({
		models: [
			'gpt-5.2',
			'flux-pro',
			'NanoBananaPro-4K',
			'gemini-3-pro-image-preview-4k',
			'nano-banana-9',
			'NanoBanana2-1K',
			'NanoBanana2-1K',
		],
	});

	expect(await picked()).toEqual([
		{ name: 'NanoBanana 2 (1K)', value: 'NanoBanana2-1K' },
		{ name: 'NanoBanana Pro (4K)', value: 'NanoBananaPro-4K' },
		{ name: 'gemini-3-pro-image-preview-4k', value: 'gemini-3-pro-image-preview-4k' },
		{ name: 'nano-banana-9', value: 'nano-banana-9' },
		{ name: 'flux-pro', value: 'flux-pro' },
	]);
	expect(engine.mockApi.journal).toMatchObject([
		{ method: 'GET', path: '/v1/models', authorization: `Bearer ${engine.mockApi.apiKey}` },
	]);
	expect(engine.mockApi.created()).toBe(0);
});

it.each([
	['pro', KNOWN.filter((id) => id.includes('Pro'))],
	[' PRO 2k ', ['NanoBananaPro-2K']],
	['banana2-0.5', ['NanoBanana2-0.5K']],
	['nothing of the kind', []],
	['', KNOWN],
])('searches names and IDs for %j', async (filter, found) => {
	expect(ids(await picked(filter))).toEqual(found);
});

it.each(['/', '/v1', '/v1/images/tasks'])('accepts a base URL that ends in %s', async (end) => {
	expect(ids(await picked(undefined, { baseUrl: `${engine.mockApi.baseUrl}${end}` }))).toEqual(KNOWN);
	expect(engine.mockApi.journal).toMatchObject([{ path: '/v1/models', status: 200 }]);
});

describe('lists the known models', () => {
	it.each<[string, Parameters<typeof engine.mockApi.script>[1]]>([
		['has no model list', [{ status: 404, body: { error: { message: 'Invalid URL (GET /v1/models)' } } }]],
		[
			'returns a web page',
			[{ status: 200, headers: { 'content-type': 'text/html' }, body: '<!doctype html><title>Console</title>' }],
		],
		['redirects', [{ status: 302, headers: { location: '/login' }, body: '' }]],
		['returns a 502 page', [{ status: 502, body: '<html>502</html>' }]],
		['resets the connection', [{ reset: true }]],
		['returns an empty list', [{ body: { data: [] } }]],
		['lists no image model', [{ body: { data: [{ id: 'gpt-5.2' }, { id: 7 }, null, 'x'] } }]],
		['returns an error with HTTP 200', [{ body: { code: 401, message: 'Invalid token', data: null } }]],
	])('if the API %s', async (_fact, responses) => {
		engine.mockApi.script('models', responses);
		expect(ids(await picked())).toEqual(KNOWN);
		expect(engine.mockApi.calls('models')).toHaveLength(1);
	});

	it('if the key is not valid, the URL is empty, or the API cannot be reached', async () => {
		expect(ids(await picked(undefined, { apiKey: 'sk-wrong' }))).toEqual(KNOWN);
		expect(ids(await picked(undefined, { baseUrl: '' }))).toEqual(KNOWN);
		expect(ids(await picked(undefined, { baseUrl: 'http://127.0.0.1:1' }))).toEqual(KNOWN);
	});
});

it("reads Google's list format, too", async () => {
	engine.mockApi.script('models', [
		{ body: { models: [{ name: 'models/gemini-3-pro-image' }, { name: 'models/gemini-3-pro' }] } },
	]);
	expect(ids(await picked())).toEqual(['gemini-3-pro-image']);
});

it('sends an unknown model ID without requesting the list', async () => {
	engine.mockApi.set({ models: ['NanoBanana2-1K', 'NanoBanana9-Secret'] });
	const run = await engine.run({ prompt: 'A cube', model: { __rl: true, mode: 'id', value: 'NanoBanana9-Secret' } });

	expect(run.json).toMatchObject([{ status: 'succeeded', model: 'NanoBanana9-Secret' }]);
	expect(engine.created()).toMatchObject([{ model: 'NanoBanana9-Secret' }]);
	expect(engine.mockApi.calls('models')).toEqual([]);
});
