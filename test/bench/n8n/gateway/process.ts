/* eslint-disable */
// The mock API in a process of its own.
import { startMockApi, type MockApiSettings } from '../../../mock-api';
import { createRandom } from '../../../mock-api/random';
import { serve } from '../../childProcess';
import { startMeter } from '../../gateway/meter';
import { hasImage, outcomeOf, type KnownTask, type Outcome } from './outcome';

export interface GatewayAddress {
	baseUrl: string;
	apiKey: string;
}

/** What the gateway is to be like for one load. Loads of the same seed draw the same durations. */
export interface GatewayLoad
	extends Pick<Partial<MockApiSettings>, 'syncMs' | 'tasksAtOnce' | 'imageBytes' | 'faults'> {
	seed: number;
	taskMs?: [shortest: number, longest: number];
}

export type GatewayService = {
	address(): Promise<GatewayAddress>;
	/** Forgets everything and becomes this gateway. */
	load(load: GatewayLoad): Promise<void>;
	/** Images that their buyers have. */
	delivered(): Promise<number>;
	outcome(): Promise<Outcome>;
};

async function main(): Promise<void> {
	const mockApi = await startMockApi();
	const meter = startMeter();
	let tasks: Array<Pick<KnownTask, 'endsAt' | 'durationMs'>> = [];

	serve({
		address: async () => ({ baseUrl: mockApi.baseUrl, apiKey: mockApi.apiKey }),
		async load({ taskMs: [shortest, longest] = [0, 0], ...settings }: GatewayLoad) {
			mockApi.reset();
			meter.reset();
			tasks = [];
			// Called in the same breath as the task is accepted, so this clock is its clock.
			const taskMs = (taskNumber: number): number => {
				const durationMs = shortest + createRandom(settings.seed * 1_000 + taskNumber).next() * (longest - shortest);
				tasks[taskNumber - 1] = { endsAt: performance.now() + durationMs, durationMs };
				return durationMs;
			};
			mockApi.set({ ...settings, taskMs });
		},
		delivered: async () => mockApi.ledger.filter(hasImage).length,
		async outcome() {
			const { ledger } = mockApi;
			const known = ledger.flatMap(({ taskId, number }) => (taskId === null ? [] : [{ taskId, ...tasks[number - 1] }]));
			return outcomeOf(meter.exchanges, ledger, known);
		},
	} satisfies GatewayService);
}

void main();
