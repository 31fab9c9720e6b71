/* eslint-disable */
import type { INode } from 'n8n-workflow';

import { startMockApi, type MockApi, type MockApiSettings } from '../../mock-api';
import { openRestClient, type CredentialReference, type RestClient } from './n8n/restClient';
import { startN8n, type N8nOptions, type RunningN8n } from './servers/startN8n';
import { node, nodeType } from './n8n/workflow';

/** A real n8n with our package installed, the mock API, and a credential for it. */
export interface TestEnvironment {
	readonly n8n: RunningN8n;
	readonly mockApi: MockApi;
	readonly client: RestClient;
	readonly credential: CredentialReference;
	/** Our node with the credential. Parameters that are not given have their defaults. */
	readonly nanoBanana: (name: string, parameters: INode['parameters'], more?: Partial<INode>) => INode;
	readonly close: () => Promise<void>;
}

export const credentialType = 'nanoBananaApi';

export async function startTestEnvironment(
	options: N8nOptions = {},
	settings: Partial<MockApiSettings> = {},
): Promise<TestEnvironment> {
	const mockApi = await startMockApi({ drawing: 'scene', ...settings });
	const n8n = await startN8n(options).catch(async (error: unknown) => {
		await mockApi.stop();
		throw error;
	});
	const close = async () => {
		await n8n.stop();
		await mockApi.stop();
	};
	try {
		return { ...(await connect(n8n, mockApi)), close };
	} catch (error) {
		await close();
		throw error;
	}
}

/** Signs in, and saves a credential for the mock API. */
export async function connect(n8n: RunningN8n, mockApi: MockApi): Promise<Omit<TestEnvironment, 'close'>> {
	const client = await openRestClient(n8n);
	const credential = await client.createCredential(credentialType, 'Mock API', {
		baseUrl: mockApi.baseUrl,
		apiKey: mockApi.apiKey,
	});
	return { n8n, mockApi, client, credential, nanoBanana: nodeWith(credential) };
}

export function nodeWith(credential: CredentialReference): TestEnvironment['nanoBanana'] {
	const credentials = { [credentialType]: { id: credential.id, name: credential.name } };
	return (name, parameters, more = {}) => node(name, nodeType, 1, parameters, { credentials, ...more });
}
