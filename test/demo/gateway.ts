/* eslint-disable */
import { randomInt } from 'node:crypto';
import { startSandbox } from '../mock-api';

/** Where the pictures come from, and who knows what they cost. */
export interface Gateway {
	name: string;
	isSandbox: boolean;
	baseUrl: string;
	apiKey: string;
	/** The sandbox's ledger knows; another gateway's bill is not known here. */
	imagesBilled(): number | undefined;
	stop(): Promise<void>;
}

export interface Account {
	baseUrl: string;
	apiKey: string;
}

/** Long enough to watch a task, short enough for a first command. */
const TASK_MS: [number, number] = [2_200, 3_000];
const CALL_MS = 2_000;

/** @throws when only one of the two variables is set: falling back to the sandbox would hide the mistake */
export function readAccount(environment: NodeJS.ProcessEnv): Account | undefined {
	const baseUrl = environment.NANOBANANA_BASE_URL?.trim() ?? '';
	const apiKey = environment.NANOBANANA_API_KEY?.trim() ?? '';
	if (baseUrl === '' && apiKey === '') return undefined;
	if (apiKey === '')
		throw new Error('NANOBANANA_BASE_URL is set and NANOBANANA_API_KEY is not: set both, or neither for the sandbox');
	if (baseUrl === '')
		throw new Error('NANOBANANA_API_KEY is set and NANOBANANA_BASE_URL is not: set both, or neither for the sandbox');
	return { baseUrl, apiKey };
}

export async function openGateway(account: Account | undefined): Promise<Gateway> {
	if (account !== undefined) {
		return {
			...account,
			name: 'the gateway of NANOBANANA_BASE_URL',
			isSandbox: false,
			imagesBilled: () => undefined,
			stop: async () => {},
		};
	}
	// Another seed each time, so that two runs do not name the same task.
	const sandbox = await startSandbox({
		taskMs: TASK_MS,
		syncMs: CALL_MS,
		progress: 'linear',
		seed: randomInt(1_000_000),
	});
	return {
		name: 'the sandbox',
		isSandbox: true,
		baseUrl: sandbox.baseUrl,
		apiKey: sandbox.apiKey,
		imagesBilled: () => sandbox.imagesBilled(),
		stop: async () => await sandbox.stop(),
	};
}
