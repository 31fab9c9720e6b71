/* eslint-disable */
import { setMaxListeners } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import type { FaultRule, FaultUse } from './faults/faultRules';
import { createRandom, type Random } from './random';
import type { SandboxSettings } from './settings';
import type { Job, JournalEntry, Origin, ResultFile, RouteName, ScriptedAnswer, ServedFile } from './types';

/** Everything the sandbox knows and remembers. */
export interface World {
	settings: SandboxSettings;
	urls: Record<Origin, string>;
	/** One stream per purpose, so that a fault more does not rename every task after it. */
	random: Record<'taskIds' | 'fileNames' | 'requestIds' | 'faults', Random>;
	journal: JournalEntry[];
	jobs: Job[];
	files: Map<string, ResultFile>;
	served: Map<string, ServedFile>;
	scripts: Map<RouteName, ScriptedAnswer[]>;
	faultUse: Map<FaultRule, FaultUse>;
	startedAt: number;
	stopping: AbortController;
}

export function createWorld(settings: SandboxSettings): World {
	const stopping = new AbortController();
	// Every answer on its way waits for it, so hundreds are no leak.
	setMaxListeners(0, stopping.signal);
	return {
		settings: { ...settings },
		urls: { api: '', files: '', foreign: '' },
		random: createStreams(settings.seed),
		journal: [],
		jobs: [],
		files: new Map(),
		served: new Map(),
		scripts: new Map(),
		faultUse: new Map(),
		startedAt: performance.now(),
		stopping,
	};
}

export function resetWorld(world: World, settings: SandboxSettings): void {
	world.settings = { ...settings };
	world.random = createStreams(settings.seed);
	world.journal.length = 0;
	world.jobs.length = 0;
	world.files.clear();
	world.served.clear();
	world.scripts.clear();
	world.faultUse.clear();
}

export function now(world: World): number {
	return performance.now() - world.startedAt;
}

/** Waits, or rejects as soon as the sandbox stops. */
export async function pause(world: World, ms: number): Promise<void> {
	if (ms > 0) await wait(ms, undefined, { signal: world.stopping.signal });
}

function createStreams(seed: number): World['random'] {
	return {
		taskIds: createRandom(seed),
		fileNames: createRandom(seed + 1),
		requestIds: createRandom(seed + 2),
		faults: createRandom(seed + 3),
	};
}
