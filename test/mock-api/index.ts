/* eslint-disable */
import { finishTask, totalImagesCharged, ledgerEntry, stateOf } from './tasks/tasks';
import { startApi, startFiles, startForeign, type RunningServer } from './servers';
import { defaultSettings, type MockApiSettings } from './settings';
import type { JournalEntry, LedgerEntry, RouteName, ScriptedResponse, ServedFile, TaskSnapshot } from './types';
import { createState, resetState, type MockState } from './state';

export type { Dialect } from './dialects';
export type { FaultName, FaultRule } from './faults/faultRules';
export type { MockApiSettings } from './settings';
export type * from './types';

export interface MockApi {
	readonly baseUrl: string;
	readonly filesUrl: string;
	/** A third origin, the target of redirects. It writes to the same journal. */
	readonly foreignUrl: string;
	readonly apiKey: string;
	readonly settings: MockApiSettings;
	/** Every request on any origin, in order of arrival. */
	readonly journal: JournalEntry[];
	/** What is charged. Each read returns a new copy. */
	readonly ledger: LedgerEntry[];
	/** The served files by URL, ordered by task and index, because clients download in parallel. */
	readonly files: ReadonlyMap<string, ServedFile>;
	/** Merges the change into the current settings. */
	set(change: Partial<MockApiSettings>): void;
	/** The next calls of this route get these responses, in order. Later calls are served normally. */
	script(route: RouteName, responses: ScriptedResponse[]): void;
	task(taskId: string): TaskSnapshot | undefined;
	/** Ends every running task now, so that a test does not have to wait. */
	finishTasks(): void;
	imagesCharged(): number;
	/** The number of accepted tasks. */
	created(): number;
	calls(route: RouteName): JournalEntry[];
	/** Removes all tasks, journal entries, and scripts, and restores the initial settings. */
	reset(): void;
	stop(): Promise<void>;
}

/** Starts the mock API and resolves when it is ready. */
export async function startMockApi(settings: Partial<MockApiSettings> = {}): Promise<MockApi> {
	const initial = { ...defaultSettings(), ...settings };
	const mock = createState(initial);
	const servers = await startServers(mock);
	return {
		baseUrl: mock.urls.api,
		filesUrl: mock.urls.files,
		foreignUrl: mock.urls.foreign,
		get apiKey() {
			return mock.settings.apiKey;
		},
		get settings() {
			return mock.settings;
		},
		journal: mock.journal,
		get ledger() {
			return mock.tasks.map((task) => ledgerEntry(mock, task));
		},
		get files() {
			const inOrder = [...mock.served].sort(([, a], [, b]) => a.task - b.task || a.index - b.index);
			return new Map(inOrder.map(([url, { file }]) => [url, file]));
		},
		set: (change) => void Object.assign(mock.settings, change),
		script: (route, responses) => void mock.scripts.set(route, [...(mock.scripts.get(route) ?? []), ...responses]),
		task: (taskId) => snapshot(mock, taskId),
		finishTasks: () => mock.tasks.forEach((task) => finishTask(mock, task)),
		imagesCharged: () => totalImagesCharged(mock),
		created: () => mock.tasks.length,
		calls: (route) => mock.journal.filter((entry) => entry.route === route),
		reset: () => resetState(mock, initial),
		stop: async () => {
			mock.stopping.abort();
			await Promise.all(servers.map(async (server) => await server.stop()));
		},
	};
}

async function startServers(mock: MockState): Promise<RunningServer[]> {
	const { port, filesPort } = mock.settings;
	const servers: RunningServer[] = [];
	try {
		servers.push(await startApi(mock, port));
		servers.push(await startFiles(mock, filesPort));
		servers.push(await startForeign(mock));
	} catch (error) {
		// If a port is in use, the other servers must not keep running.
		await Promise.all(servers.map(async (server) => await server.stop()));
		throw error;
	}
	const [api, files, foreign] = servers.map(({ url }) => url);
	mock.urls = { api, files, foreign };
	return servers;
}

function snapshot(mock: MockState, taskId: string): TaskSnapshot | undefined {
	const task = mock.tasks.find((candidate) => candidate.taskId === taskId);
	if (task === undefined) return undefined;
	const urls = task.results.map(({ url }) => url);
	return { taskId, state: stateOf(mock, task), urls, ledger: ledgerEntry(mock, task) };
}
