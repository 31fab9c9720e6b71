/* eslint-disable */
import { setMaxListeners } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import type { FaultRule, FaultUse } from './faults/faultRules';
import { createRandom, type Random } from './random';
import type { MockApiSettings } from './settings';
import type { Task, JournalEntry, Origin, ResultFile, RouteName, ScriptedResponse, ServedFile } from './types';

/** The whole state of the mock API. */
export interface MockState {
	settings: MockApiSettings;
	urls: Record<Origin, string>;
	/** One stream per purpose, so that an additional fault does not change the IDs of later tasks. */
	random: Record<'taskIds' | 'fileNames' | 'requestIds' | 'faults', Random>;
	journal: JournalEntry[];
	tasks: Task[];
	files: Map<string, ResultFile>;
	/** By URL, with the number of the task and the index of the image in it. */
	served: Map<string, { task: number; index: number; file: ServedFile }>;
	/** By name, with the bytes of the file. */
	uploads: Map<string, { mimeType: string; content: Buffer }>;
	scripts: Map<RouteName, ScriptedResponse[]>;
	faultUse: Map<FaultRule, FaultUse>;
	startedAt: number;
	stopping: AbortController;
}

export function createState(settings: MockApiSettings): MockState {
	const stopping = new AbortController();
	// Every pending response listens to it, so hundreds of listeners are not a leak.
	setMaxListeners(0, stopping.signal);
	return {
		settings: { ...settings },
		urls: { api: '', files: '', foreign: '' },
		random: createStreams(settings.seed),
		journal: [],
		tasks: [],
		files: new Map(),
		served: new Map(),
		uploads: new Map(),
		scripts: new Map(),
		faultUse: new Map(),
		startedAt: performance.now(),
		stopping,
	};
}

export function resetState(mock: MockState, settings: MockApiSettings): void {
	mock.settings = { ...settings };
	mock.random = createStreams(settings.seed);
	mock.journal.length = 0;
	mock.tasks.length = 0;
	mock.files.clear();
	mock.served.clear();
	mock.uploads.clear();
	mock.scripts.clear();
	mock.faultUse.clear();
}

export function now(mock: MockState): number {
	return performance.now() - mock.startedAt;
}

/** Waits, or rejects as soon as the mock API stops. */
export async function pause(mock: MockState, ms: number): Promise<void> {
	if (ms > 0) await wait(ms, undefined, { signal: mock.stopping.signal });
}

function createStreams(seed: number): MockState['random'] {
	return {
		taskIds: createRandom(seed),
		fileNames: createRandom(seed + 1),
		requestIds: createRandom(seed + 2),
		faults: createRandom(seed + 3),
	};
}
