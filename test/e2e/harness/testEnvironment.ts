/* eslint-disable */
import type { INode } from 'n8n-workflow';

import { startMockApi, type MockApi, type MockApiSettings } from '../../mock-api';
import { openRestClient, type CredentialReference, type RestClient } from './n8n/restClient';
import { startN8n, type N8nOptions, type RunningN8n } from './servers/startN8n';
import { node, nodeType } from './n8n/workflow';

/** A real n8n with our package installed, the stand-in gateway, and a credential that joins them. */
export interface Scene {
	readonly n8n: RunningN8n;
	readonly sandbox: MockApi;
	readonly client: RestClient;
	readonly credential: CredentialReference;
	/** Our node, with the credential and unhurried defaults left out. */
	readonly nanoBanana: (name: string, parameters: INode['parameters'], more?: Partial<INode>) => INode;
	readonly close: () => Promise<void>;
}

export const credentialType = 'nanoBananaApi';

export async function openScene(options: N8nOptions = {}, settings: Partial<MockApiSettings> = {}): Promise<Scene> {
	const sandbox = await startMockApi(settings);
	const n8n = await startN8n(options).catch(async (error: unknown) => {
		await sandbox.stop();
		throw error;
	});
	const close = async () => {
		await n8n.stop();
		await sandbox.stop();
	};
	try {
		return { ...(await join(n8n, sandbox)), close };
	} catch (error) {
		await close();
		throw error;
	}
}

/** Signs in, and saves a credential for the sandbox. */
export async function join(n8n: RunningN8n, sandbox: MockApi): Promise<Omit<Scene, 'close'>> {
	const client = await openRestClient(n8n);
	const credential = await client.createCredential(credentialType, 'Sandbox', {
		baseUrl: sandbox.baseUrl,
		apiKey: sandbox.apiKey,
	});
	return { n8n, sandbox, client, credential, nanoBanana: nodeWith(credential) };
}

export function nodeWith(credential: CredentialReference): Scene['nanoBanana'] {
	const credentials = { [credentialType]: { id: credential.id, name: credential.name } };
	return (name, parameters, more = {}) => node(name, nodeType, 1, parameters, { credentials, ...more });
}
