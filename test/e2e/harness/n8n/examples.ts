/* eslint-disable */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { INode } from 'n8n-workflow';

import { examplesFolder } from '../run/paths';
import type { CredentialReference } from './restClient';
import { nodeType, type Workflow } from './workflow';

export function exampleNames(): string[] {
	return readdirSync(examplesFolder)
		.filter((file) => file.endsWith('.json'))
		.map((file) => file.replace('.json', ''))
		.sort();
}

/** An example as a user imports it, with selected credentials. */
export function loadExample(name: string, credentials: readonly CredentialReference[] = []): Workflow {
	const workflow = JSON.parse(readFileSync(join(examplesFolder, `${name}.json`), 'utf8')) as Workflow;
	return { ...workflow, nodes: workflow.nodes.map((node) => withCredentials(node, credentials)) };
}

export function nodeOf(workflow: Workflow, name: string): INode {
	const found = workflow.nodes.find((node) => node.name === name);
	if (!found) throw new Error(`${workflow.name} has no node ${name}`);
	return found;
}

function withCredentials(node: INode, credentials: readonly CredentialReference[]): INode {
	const wanted = credentialTypeOf(node);
	const chosen = credentials.find((credential) => credential.type === wanted);
	return chosen ? { ...node, credentials: { [chosen.type]: { id: chosen.id, name: chosen.name } } } : node;
}

function credentialTypeOf(node: INode): string | undefined {
	if (node.type === nodeType || node.type === `${nodeType}Tool`) return 'nanoBananaApi';
	if (node.parameters.nodeCredentialType === 'nanoBananaApi') return 'nanoBananaApi';
	if (node.parameters.authentication === 'headerAuth') return 'httpHeaderAuth';
	if (node.parameters.authentication === 'bearerAuth') return 'httpBearerAuth';
	return undefined;
}
