/* eslint-disable */
// The stand-in gateway in a process of its own.
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
		'progress' | 'queuedShare' | 'syncMs' | 'tasksAtOnce' | 'retryAfter' | 'imageBytes'
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
	/** Forgets everything and becomes this gateway; its picture is painted before the first request. */
	load(load: GatewayLoad): Promise<void>;
	figures(): Promise<GatewayFigures>;
};

async function main(): Promise<void> {
	const sandbox = await startMockApi();
	const announcer = await startAnnouncer();
	const meter = startMeter();
	let starts: Array<Pick<KnownTask, 'startedAt' | 'durationMs'>> = [];

	serve({
		address: async () => ({ baseUrl: sandbox.baseUrl, apiKey: sandbox.apiKey, endsUrl: announcer.url }),
		async load({ taskMs: [shortest, longest] = [0, 0], seed, ...settings }: GatewayLoad) {
			sandbox.reset();
			sandbox.set({ ...settings, seed, taskMs: 0, tasksAtOnce: Infinity, syncMs: 0 });
			await paint(sandbox);
			sandbox.reset();
			starts = [];
			// Called in the same breath as the task is accepted, so this clock is its clock.
			const taskMs = (taskNumber: number): number => {
				const durationMs = shortest + createRandom(seed * 1_000 + taskNumber).next() * (longest - shortest);
				starts[taskNumber - 1] = { startedAt: performance.now(), durationMs };
				if (announcer.isHeard) announceEnd(sandbox, announcer, taskNumber, durationMs);
				return durationMs;
			};
			sandbox.set({ ...settings, seed, taskMs });
			meter.reset();
		},
		async figures() {
			const tasks = sandbox.ledger.filter(({ kind }) => kind === 'task');
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

function announceEnd(sandbox: MockApi, announcer: Announcer, taskNumber: number, durationMs: number): void {
	setTimeout(() => {
		const { taskId, finishedAt } = sandbox.ledger[taskNumber - 1];
		// A timer may ring a moment early.
		if (finishedAt === null) return announceEnd(sandbox, announcer, taskNumber, GRACE_MS);
		announcer.tell(taskId ?? '');
	}, Math.ceil(durationMs));
}

void main();
