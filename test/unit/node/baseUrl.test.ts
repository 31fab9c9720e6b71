/* eslint-disable */
import type { INodeTypes } from 'n8n-workflow';
import { Workflow } from 'n8n-workflow';

import { NanoBananaApi } from '../../../credentials/NanoBananaApi.credentials';
import { BASE_URL_EXPRESSION, normalizeBaseUrl } from '../../../nodes/NanoBanana/normalizeCredential';
import { NanoBanana } from '../../../nodes/NanoBanana/NanoBanana.node';

const node = {
	id: '1',
	name: 'Node',
	type: 'test',
	typeVersion: 1,
	position: [0, 0] as [number, number],
	parameters: {},
};
const nodeTypes = { getByNameAndVersion: () => new NanoBanana() } as unknown as INodeTypes;
const workflow = new Workflow({ nodes: [node], connections: {}, active: false, nodeTypes });

/** The value of an expression in n8n with this credential. */
function evaluated(expression: unknown, baseUrl: string): unknown {
	return workflow.expression.getParameterValue(expression as string, null, 0, 0, node.name, [], 'manual', {
		$credentials: { baseUrl },
	});
}

const ROOT = 'https://api.example.com';

it.each([
	['https://api.example.com', ROOT],
	['https://api.example.com/', ROOT],
	['https://api.example.com///', ROOT],
	['  https://api.example.com \n', ROOT],
	['https://api.example.com/v1', ROOT],
	['https://api.example.com/v1/', ROOT],
	['https://api.example.com/V1', ROOT],
	['https://api.example.com/v1beta', ROOT],
	['https://api.example.com/v1beta/models/x:generateContent', ROOT],
	['https://api.example.com/v1/images/tasks', ROOT],
	['https://api.example.com/v1/images/tasks?n=1#top', ROOT],
	...['videos', 'tasks', 'completions', 'openapi.json', 'image/generations', 'dashboard/billing/usage'].map(
		(path): [string, string] => [`https://api.example.com/v1/${path}`, ROOT],
	),
	['https://api.example.com/v1//images/generations', ROOT],
	['https://api.example.com/v1beta/openai/chat/completions', ROOT],
	['https://example.com/v1/models-proxy/v1', 'https://example.com/v1/models-proxy'],
	['https://api.example.com/#/console', ROOT],
	['api.example.com', ROOT],
	['api.example.com/v1', ROOT],
	['HTTPS://api.example.com', 'HTTPS://api.example.com'],
	['http://127.0.0.1:3000/v1', 'http://127.0.0.1:3000'],
	['https://example.com/nano/v1/', 'https://example.com/nano'],
	['https://example.com/v1/account/name', 'https://example.com/v1/account/name'],
	['https://example.com/v1/account/name/v1', 'https://example.com/v1/account/name'],
	['https://v1.example.com', 'https://v1.example.com'],
	['https://example.com/v10', 'https://example.com/v10'],
	['', 'https://'],
])('reads "%s" the same way in the code, the node, and the credential', (written, url) => {
	const inNode = new NanoBanana().description.requestDefaults?.baseURL;
	const inCredential = new NanoBananaApi().test.request.baseURL;

	expect([
		normalizeBaseUrl(written),
		evaluated(BASE_URL_EXPRESSION, written),
		evaluated(inNode, written),
		evaluated(inCredential, written),
	]).toEqual(Array(4).fill(url));
});
