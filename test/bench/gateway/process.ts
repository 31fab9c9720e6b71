/* eslint-disable */
// The mock API in a process of its own.
import { startMockApi, type MockApi, type MockApiSettings } from '../../mock-api';
import { createRandom } from '../../mock-api/random';
import { serve } from '../childProcess';
import { startAnnouncer, type Announcer } from './announcer';
import { figuresOf, type GatewayFigures, type KnownTask } from './figures';
import { startMeter } from './meter';
import { ORDER } from './order';

/** What the gateway is to be like for one load. */
export interface GatewayLoad
	extends Pick<
		Partial<MockApiSettings>,
		'progress' | 'queuedShare' | 'syncMs' | 'tasksAtOnce' | 'retryAfter' | 'imageBytes' | 'faults'
	> {
	taskMs?: [shortest: number, longest: number];
	/** Loads of the same seed draw the same durations. */
	seed: number;
}

export interface GatewayAddress {
	baseUrl: string;
	apiKey: string;
	/** Where the end of each task is told. */
	endsUrl: string;
}

const GRACE_MS = 1;

export type GatewayService = {
	address(): Promise<GatewayAddress>;
	/** Forgets everything and becomes this gateway; its image is painted before the first request. */
	load(load: GatewayLoad): Promise<void>;
	figures(): Promise<GatewayFigures>;
};

async function main(): Promise<void> {
	const mockApi = await startMockApi();
	const announcer = await startAnnouncer();
	const meter = startMeter();
	let starts: Array<Pick<KnownTask, 'startedAt' | 'durationMs'>> = [];

	serve({
		address: async () => ({ baseUrl: mockApi.baseUrl, apiKey: mockApi.apiKey, endsUrl: announcer.url }),
		async load({ taskMs: [shortest, longest] = [0, 0], seed, ...settings }: GatewayLoad) {
			mockApi.reset();
			mockApi.set({ ...settings, seed, taskMs: 0, tasksAtOnce: Infinity, syncMs: 0, faults: [] });
			await paint(mockApi);
			mockApi.reset();
			starts = [];
			// Called in the same breath as the task is accepted, so this clock is its clock.
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
	} satisfies GatewayService);
}

async function paint({ baseUrl, apiKey }: MockApi): Promise<void> {
	const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' };
	const response = await fetch(`${baseUrl}/v1/images/generations`, {
		method: 'POST',
		headers,
		body: JSON.stringify({ ...ORDER, output_format: 'png', response_format: 'url' }),
	});
	const { data } = (await response.json()) as { data: Array<{ url: string }> };
	await (await fetch(data[0].url)).arrayBuffer();
}

function announceEnd(mockApi: MockApi, announcer: Announcer, taskNumber: number, durationMs: number): void {
	setTimeout(() => {
		const { taskId, finishedAt } = mockApi.ledger[taskNumber - 1];
		// A timer may ring a moment early.
		if (finishedAt === null) return announceEnd(mockApi, announcer, taskNumber, GRACE_MS);
		announcer.tell(taskId ?? '');
	}, Math.ceil(durationMs));
}

void main();
