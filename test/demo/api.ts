/* eslint-disable */
import { randomInt } from 'node:crypto';
import { startMockApi } from '../mock-api';

/** The API that generates the images. */
export interface Api {
	name: string;
	isMockApi: boolean;
	baseUrl: string;
	apiKey: string;
	/** From the mock API's ledger; undefined for another API. */
	imagesCharged(): number | undefined;
	stop(): Promise<void>;
}

export interface Account {
	baseUrl: string;
	apiKey: string;
}

/** Long enough to watch a task, short enough for a first command. */
const TASK_MS: [number, number] = [3_000, 4_000];
const CALL_MS = 2_000;

/** @throws if only one of the two variables is set: falling back to the mock API would hide the mistake */
export function readAccount(environment: NodeJS.ProcessEnv): Account | undefined {
	const baseUrl = environment.NANOBANANA_BASE_URL?.trim() ?? '';
	const apiKey = environment.NANOBANANA_API_KEY?.trim() ?? '';
	if (baseUrl === '' && apiKey === '') return undefined;
	if (apiKey === '')
		throw new Error('NANOBANANA_BASE_URL is set and NANOBANANA_API_KEY is not: set both, or neither for the mock API');
	if (baseUrl === '')
		throw new Error('NANOBANANA_API_KEY is set and NANOBANANA_BASE_URL is not: set both, or neither for the mock API');
	return { baseUrl, apiKey };
}

export async function openApi(account: Account | undefined): Promise<Api> {
	if (account !== undefined) {
		return {
			...account,
			name: 'the API at NANOBANANA_BASE_URL',
			isMockApi: false,
			imagesCharged: () => undefined,
			stop: async () => {},
		};
	}
	// A new seed each time, so that two runs have different task IDs.
	const mockApi = await startMockApi({
		drawing: 'scene',
		taskMs: TASK_MS,
		syncMs: CALL_MS,
		progress: 'linear',
		seed: randomInt(1_000_000),
	});
	return {
		name: 'the mock API',
		isMockApi: true,
		baseUrl: mockApi.baseUrl,
		apiKey: mockApi.apiKey,
		imagesCharged: () => mockApi.imagesCharged(),
		stop: async () => await mockApi.stop(),
	};
}
