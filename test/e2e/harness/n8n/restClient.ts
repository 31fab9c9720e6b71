/* eslint-disable */
import type { IBinaryData, IDataObject, IRunData } from 'n8n-workflow';

import { readExecution, type Execution, type StoredExecution } from './execution';
import { openSession, type Session } from './restSession';
import type { RunningN8n } from '../servers/startN8n';
import { until } from '../processes/until';
import type { Workflow } from './workflow';

export interface CredentialReference {
	readonly id: string;
	readonly name: string;
	readonly type: string;
}

export interface CredentialTest {
	readonly status: 'OK' | 'Error';
	readonly message: string;
}

export interface SavedWorkflow {
	readonly id: string;
	readonly versionId: string;
}

export interface RestClient {
	readonly session: Session;
	readonly createCredential: (type: string, name: string, data: IDataObject) => Promise<CredentialReference>;
	readonly testCredential: (credential: CredentialReference, data: IDataObject) => Promise<CredentialTest>;
	readonly createWorkflow: (workflow: Workflow) => Promise<SavedWorkflow>;
	/** Publishes the workflow. Its webhooks work shortly after that (see callWebhook). */
	readonly activate: (workflow: SavedWorkflow) => Promise<void>;
	readonly deactivate: (workflow: SavedWorkflow) => Promise<void>;
	readonly start: (workflow: SavedWorkflow, trigger?: string) => Promise<string>;
	/** "Execute step" in the editor, which also sends the output of earlier nodes. Returns the ID of the execution. */
	readonly executeStep: (workflow: SavedWorkflow, nodeName: string, runData: IRunData) => Promise<string>;
	readonly run: (workflow: Workflow, timeoutMs?: number) => Promise<Execution>;
	readonly execution: (id: string) => Promise<Execution>;
	readonly finished: (id: string, timeoutMs?: number) => Promise<Execution>;
	/** Newest first. */
	readonly executionsOf: (workflow: SavedWorkflow) => Promise<readonly StoredExecution[]>;
	readonly stopExecution: (id: string) => Promise<void>;
	readonly updateWorkflow: (saved: SavedWorkflow, workflow: Workflow) => Promise<void>;
	/** "Retry execution" in the list of executions. Returns the ID of the new execution. */
	readonly retryExecution: (id: string, options?: { withSavedWorkflow: boolean }) => Promise<string>;
	readonly bytesOf: (file: IBinaryData) => Promise<Buffer>;
}

const unfinished: readonly string[] = ['new', 'running', 'waiting'];

/** Signs in as the owner and uses n8n's internal REST API, as the editor does. */
export async function openRestClient(n8n: RunningN8n): Promise<RestClient> {
	const session = await openSession(n8n.url);
	const { call } = session;

	const createWorkflow = async (workflow: Workflow) =>
		(await call('POST', 'workflows', { active: false, pinData: {}, ...workflow })) as SavedWorkflow;
	const start = async (workflow: SavedWorkflow, trigger = 'Start') => {
		// n8n 1 runs the workflow that the editor sends, n8n 2 the saved one.
		const shown = n8n.line === '1' ? { workflowData: await call('GET', `workflows/${workflow.id}`) } : {};
		const body = { ...shown, triggerToStartFrom: { name: trigger } };
		return ((await call('POST', `workflows/${workflow.id}/run`, body)) as { executionId: string }).executionId;
	};
	const execution = async (id: string) =>
		readExecution((await call('GET', `executions/${id}?includeData=true`)) as StoredExecution);
	const finished = async (id: string, timeoutMs = 60_000) =>
		await until(
			`execution ${id} to end`,
			async () => {
				const now = (await call('GET', `executions/${id}`)) as StoredExecution;
				return unfinished.includes(now.status) ? undefined : await execution(id);
			},
			{ timeoutMs },
		);

	return {
		session,
		createWorkflow,
		start,
		execution,
		finished,
		executeStep: async ({ id }, nodeName, runData) => {
			const body = { runData, destinationNode: { nodeName, mode: 'inclusive' }, dirtyNodeNames: [] };
			return ((await call('POST', `workflows/${id}/run`, body)) as { executionId: string }).executionId;
		},
		run: async (workflow, timeoutMs) => await finished(await start(await createWorkflow(workflow)), timeoutMs),
		createCredential: async (type, name, data) => {
			const { id } = (await call('POST', 'credentials', { name, type, data })) as { id: string };
			return { id, name, type };
		},
		testCredential: async (credential, data) =>
			(await call('POST', 'credentials/test', { credentials: { ...credential, data } })) as CredentialTest,
		activate: async ({ id, versionId }) => {
			if (n8n.line === '1') await call('PATCH', `workflows/${id}`, { active: true });
			else await call('POST', `workflows/${id}/activate`, { versionId });
		},
		deactivate: async ({ id }) => void (await call('POST', `workflows/${id}/deactivate`, {})),
		executionsOf: async ({ id }) => {
			const filter = encodeURIComponent(JSON.stringify({ workflowId: id }));
			const found: StoredExecution[] = [];
			for (let below = 2_000_000_000; ; below = Number(found[found.length - 1].id)) {
				// n8n returns at most 100 at a time, and filters by ID only if both ends of the range are given.
				const { results } = (await call('GET', `executions?filter=${filter}&limit=100&firstId=0&lastId=${below}`)) as {
					results: StoredExecution[];
				};
				found.push(...results);
				if (results.length < 100) return found;
			}
		},
		stopExecution: async (id) => void (await call('POST', `executions/${id}/stop`)),
		updateWorkflow: async ({ id, versionId }, workflow) =>
			void (await call('PATCH', `workflows/${id}`, { versionId, nodes: workflow.nodes })),
		retryExecution: async (id, { withSavedWorkflow } = { withSavedWorkflow: false }) =>
			String(
				((await call('POST', `executions/${id}/retry`, { loadWorkflow: withSavedWorkflow })) as { id: string }).id,
			),
		bytesOf: async (file) => {
			if (!file.id) return Buffer.from(file.data, 'base64');
			return (await session.download(`binary-data?id=${encodeURIComponent(file.id)}&action=download`)).bytes;
		},
	};
}
