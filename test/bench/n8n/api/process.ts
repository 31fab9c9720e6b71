/* eslint-disable */
// The mock API in a separate process.
import { startMockApi, type MockApiSettings } from '../../../mock-api';
import { createRandom } from '../../../mock-api/random';
import { serve } from '../../childProcess';
import { startMeter } from '../../api/meter';
import { hasImage, outcomeOf, type KnownTask, type Outcome } from './outcome';

export interface ApiAccess {
	baseUrl: string;
	apiKey: string;
}

/** The settings of the API for one load. Loads with the same seed have the same durations. */
export interface ApiLoad extends Pick<Partial<MockApiSettings>, 'syncMs' | 'tasksAtOnce' | 'imageBytes' | 'faults'> {
	seed: number;
	taskMs?: [shortest: number, longest: number];
}

export type ApiService = {
	access(): Promise<ApiAccess>;
	/** Resets the API and applies these settings. */
	load(load: ApiLoad): Promise<void>;
	/** Images that the clients have received. */
	delivered(): Promise<number>;
	outcome(): Promise<Outcome>;
};

async function main(): Promise<void> {
	const mockApi = await startMockApi();
	const meter = startMeter();
	let tasks: Array<Pick<KnownTask, 'endsAt' | 'durationMs'>> = [];

	serve({
		access: async () => ({ baseUrl: mockApi.baseUrl, apiKey: mockApi.apiKey }),
		async load({ taskMs: [shortest, longest] = [0, 0], ...settings }: ApiLoad) {
			mockApi.reset();
			meter.reset();
			tasks = [];
			// Called when the task is accepted, so the task starts now.
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
	} satisfies ApiService);
}

void main();
