/* eslint-disable */
// Shared by the engine tests: one mock API per file, and one way to run the node with it.
import { createHash } from 'node:crypto';
import type {
	IBinaryData,
	ICredentialDataDecryptedObject,
	IDataObject,
	INode,
	INodeExecutionData,
	INodeParameters,
} from 'n8n-workflow';
import sharp from 'sharp';

import { startMockApi, type JournalEntry, type MockApi, type MockApiSettings } from '../../mock-api';
import { nanoBananaWorkflow, readBinary, runWorkflow, type RunOptions, type RunResult } from './runWorkflow';

/** The smallest images of the catalog, and short pauses between polls. */
export const MODEL = { __rl: true, mode: 'id', value: 'NanoBanana2-0.5K' };
const QUICK = { pollInterval: 0.02 };

export interface NodeRun extends RunOptions {
	/** Settings of the node itself: onError, executeOnce, retryOnFail, … */
	settings?: Partial<INode>;
	/** Replaces single fields of the working credential. */
	credential?: ICredentialDataDecryptedObject;
}

export interface Ran extends RunResult {
	/** The rows of the regular output. */
	rows: INodeExecutionData[];
	/** The json of those rows. */
	json: IDataObject[];
	/** The rows of the error output. */
	errorRows: INodeExecutionData[];
}

export interface Engine {
	readonly mockApi: MockApi;
	/** Runs the node with these parameters. `options` override a short poll interval. */
	run(parameters: INodeParameters, more?: NodeRun): Promise<Ran>;
	/** The JSON bodies of the paid calls, in order of arrival. */
	created(): IDataObject[];
	polls(): JournalEntry[];
}

/** One mock API for a test file, reset before each of its tests. */
export function useEngine(settings: Partial<MockApiSettings> = {}): Engine {
	let mockApi: MockApi | undefined;
	const running = (): MockApi => {
		if (mockApi === undefined) throw new Error('The mock API runs only inside tests');
		return mockApi;
	};
	beforeAll(async () => {
		mockApi = await startMockApi({ taskMs: 40, ...settings });
	});
	beforeEach(async () => {
		// A request that the previous test aborted may still be pending. It arrives before this one.
		await fetch(running().baseUrl, { headers: { connection: 'close' } });
		running().reset();
	});
	afterAll(async () => await mockApi?.stop());

	return {
		get mockApi() {
			return running();
		},
		async run(parameters, { settings: node = {}, credential = {}, ...options } = {}) {
			const { baseUrl, apiKey } = running();
			const merged = {
				model: MODEL,
				...parameters,
				options: { ...QUICK, ...(parameters.options as IDataObject | undefined) },
			};
			const result = await runWorkflow(nanoBananaWorkflow(merged as INodeParameters, node), {
				credentials: { nanoBananaApi: { baseUrl, apiKey, ...credential } },
				...options,
			});
			const [rows = [], errorRows = []] = result.output('NanoBanana');
			return { ...result, rows, errorRows, json: rows.map(({ json }) => json) };
		},
		created: () =>
			running()
				.calls('createTask')
				.map(({ body }) => body as IDataObject),
		polls: () => running().calls('getTask'),
	};
}

export function sha256(bytes: Buffer): string {
	return createHash('sha256').update(bytes).digest('hex');
}

/** The digest of a stored file, as the next node would read it. */
export async function storedDigest(binary: IBinaryData | undefined): Promise<string> {
	if (binary === undefined) throw new Error('The row has no such file');
	return sha256(await readBinary(binary));
}

/** Digests of the files on the API's file host, in order of their URLs. */
export function servedDigests({ files }: MockApi): string[] {
	return [...files.values()].map((file) => file.sha256);
}

/** An image in one color, as an earlier node would return it. */
export async function plainImage(color: string, format: 'png' | 'jpeg' | 'webp' = 'png'): Promise<Buffer> {
	return await sharp({ create: { width: 48, height: 32, channels: 3, background: color } })
		.toFormat(format)
		.toBuffer();
}

export function asFile(bytes: Buffer, mimeType = 'image/png'): IBinaryData {
	return { data: bytes.toString('base64'), mimeType, fileName: 'input' };
}

export function item(json: IDataObject, files: Record<string, IBinaryData> = {}): INodeExecutionData {
	return { json, ...(Object.keys(files).length > 0 && { binary: files }) };
}
