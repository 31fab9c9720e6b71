/* eslint-disable */
// The mock API in a separate process.
import { startMockApi, type MockApi, type MockApiSettings } from '../../mock-api';
import { createRandom } from '../../mock-api/random';
import { serve } from '../childProcess';
import { startAnnouncer, type Announcer } from './announcer';
import { figuresOf, type ClientFigures, type KnownTask } from './figures';
import { startMeter } from './meter';
import { REQUEST } from './request';

/** The settings of the API for one load. */
export interface ApiLoad
	extends Pick<
		Partial<MockApiSettings>,
		'progress' | 'queuedShare' | 'syncMs' | 'tasksAtOnce' | 'retryAfter' | 'imageBytes' | 'faults'
	> {
	taskMs?: [shortest: number, longest: number];
	/** Loads with the same seed have the same durations. */
	seed: number;
}

export interface ApiAccess {
	baseUrl: string;
	apiKey: string;
	/** This URL reports the end of each task. */
	endsUrl: string;
}

const GRACE_MS = 1;

export type ApiService = {
	access(): Promise<ApiAccess>;
	/** Resets the API and applies these settings. The image is drawn before the first request. */
	load(load: ApiLoad): Promise<void>;
	figures(): Promise<ClientFigures>;
};

async function main(): Promise<void> {
	const mockApi = await startMockApi();
	const announcer = await startAnnouncer();
	const meter = startMeter();
	let starts: Array<Pick<KnownTask, 'startedAt' | 'durationMs'>> = [];

	serve({
		access: async () => ({ baseUrl: mockApi.baseUrl, apiKey: mockApi.apiKey, endsUrl: announcer.url }),
		async load({ taskMs: [shortest, longest] = [0, 0], seed, ...settings }: ApiLoad) {
			mockApi.reset();
			mockApi.set({ ...settings, seed, taskMs: 0, tasksAtOnce: Infinity, syncMs: 0, faults: [] });
			await drawImage(mockApi);
			mockApi.reset();
			starts = [];
			// Called when the task is accepted, so the task starts now.
			const taskMs = (taskNumber: number): number => {
				const durationMs = shortest + createRandom(seed * 1_000 + taskNumber).next() * (longest - shortest);
				starts[taskNumber - 1] = { startedAt: performance.now(), durationMs };
				if (announcer.isHeard) announceEnd(mockApi, announcer, taskNumber, durationMs);
				return durationMs;
			};
			mockApi.set({ ...settings, seed, taskMs });
			meter.reset();
		},
		async figures() {
			const tasks = mockApi.ledger.filter(({ kind }) => kind === 'task');
			return figuresOf(
				meter.exchanges,
				tasks.map(({ taskId, number }) => ({ taskId: taskId ?? '', ...starts[number - 1] })),
			);
		},
	} satisfies ApiService);
}

async function drawImage({ baseUrl, apiKey }: MockApi): Promise<void> {
	const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' };
	const response = await fetch(`${baseUrl}/v1/images/generations`, {
		method: 'POST',
		headers,
		body: JSON.stringify({ ...REQUEST, output_format: 'png', response_format: 'url' }),
	});
	const { data } = (await response.json()) as { data: Array<{ url: string }> };
	await (await fetch(data[0].url)).arrayBuffer();
}

function announceEnd(mockApi: MockApi, announcer: Announcer, taskNumber: number, durationMs: number): void {
	setTimeout(() => {
		const { taskId, finishedAt } = mockApi.ledger[taskNumber - 1];
		// A timer may fire a little early.
		if (finishedAt === null) return announceEnd(mockApi, announcer, taskNumber, GRACE_MS);
		announcer.tell(taskId ?? '');
	}, Math.ceil(durationMs));
}

void main();
