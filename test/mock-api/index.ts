/* eslint-disable */
import { finishJob, imagesBilledIn, ledgerEntry, stateOf } from './jobs/jobs';
import { startApi, startFiles, startForeign, type RunningServer } from './servers';
import { defaultSettings, type SandboxSettings } from './settings';
import type { JournalEntry, LedgerEntry, RouteName, ScriptedAnswer, ServedFile, TaskSnapshot } from './types';
import { createWorld, resetWorld, type World } from './state';

export type { Dialect } from './dialects';
export type { FaultName, FaultRule } from './faults/faultRules';
export type { SandboxSettings } from './settings';
export type * from './types';

export interface Sandbox {
	readonly baseUrl: string;
	readonly filesUrl: string;
	/** A third origin that redirects may lead to; it writes into the same journal. */
	readonly foreignUrl: string;
	readonly apiKey: string;
	readonly settings: SandboxSettings;
	/** Every request on any origin, in order of arrival. */
	readonly journal: JournalEntry[];
	/** A fresh copy of the bill at each reading. */
	readonly ledger: LedgerEntry[];
	/** What was served, by URL. */
	readonly files: ReadonlyMap<string, ServedFile>;
	/** Merges into the live settings. */
	set(change: Partial<SandboxSettings>): void;
	/** The next calls of this route get these answers, in order, before normal service resumes. */
	script(route: RouteName, answers: ScriptedAnswer[]): void;
	task(taskId: string): TaskSnapshot | undefined;
	/** Ends every running task now, so that a test need not wait for the clock. */
	finishTasks(): void;
	imagesBilled(): number;
	/** Paid jobs accepted. */
	created(): number;
	calls(route: RouteName): JournalEntry[];
	/** Forgets everything and returns to the settings given at the start. */
	reset(): void;
	stop(): Promise<void>;
}

/** Starts the stand-in gateway and resolves when it answers. */
export async function startSandbox(settings: Partial<SandboxSettings> = {}): Promise<Sandbox> {
	const initial = { ...defaultSettings(), ...settings };
	const world = createWorld(initial);
	const servers = await startServers(world);
	return {
		baseUrl: world.urls.api,
		filesUrl: world.urls.files,
		foreignUrl: world.urls.foreign,
		get apiKey() {
			return world.settings.apiKey;
		},
		get settings() {
			return world.settings;
		},
		journal: world.journal,
		get ledger() {
			return world.jobs.map((job) => ledgerEntry(world, job));
		},
		files: world.served,
		set: (change) => void Object.assign(world.settings, change),
		script: (route, answers) => void world.scripts.set(route, [...(world.scripts.get(route) ?? []), ...answers]),
		task: (taskId) => snapshot(world, taskId),
		finishTasks: () => world.jobs.forEach((job) => finishJob(world, job)),
		imagesBilled: () => imagesBilledIn(world),
		created: () => world.jobs.length,
		calls: (route) => world.journal.filter((entry) => entry.route === route),
		reset: () => resetWorld(world, initial),
		stop: async () => {
			world.stopping.abort();
			await Promise.all(servers.map(async (server) => await server.stop()));
		},
	};
}

async function startServers(world: World): Promise<RunningServer[]> {
	const { port, filesPort } = world.settings;
	const servers: RunningServer[] = [];
	try {
		servers.push(await startApi(world, port));
		servers.push(await startFiles(world, filesPort));
		servers.push(await startForeign(world));
	} catch (error) {
		// A taken port must not leave the other servers running.
		await Promise.all(servers.map(async (server) => await server.stop()));
		throw error;
	}
	const [api, files, foreign] = servers.map(({ url }) => url);
	world.urls = { api, files, foreign };
	return servers;
}

function snapshot(world: World, taskId: string): TaskSnapshot | undefined {
	const job = world.jobs.find((candidate) => candidate.taskId === taskId);
	if (job === undefined) return undefined;
	const urls = job.results.map(({ url }) => url);
	return { taskId, state: stateOf(world, job), urls, ledger: ledgerEntry(world, job) };
}
