/* eslint-disable */
// What the engine tests of the node share: one stand-in gateway per file, and one way to run the node against it.
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

import { startSandbox, type JournalEntry, type Sandbox, type SandboxSettings } from '../../mock-api';
import { nanoBananaWorkflow, readBinary, runWorkflow, type RunOptions, type RunResult } from './runWorkflow';

/** The smallest pictures of the catalogue, and looks that follow each other quickly. */
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

export interface Gateway {
	readonly sandbox: Sandbox;
	/** Runs the node with these parameters; `options` are merged over short waits. */
	run(parameters: INodeParameters, more?: NodeRun): Promise<Ran>;
	/** The JSON bodies of the paid calls, in order of arrival. */
	created(): IDataObject[];
	reads(): JournalEntry[];
}

/** One gateway for a test file, clean before each of its tests. */
export function useGateway(settings: Partial<SandboxSettings> = {}): Gateway {
	let sandbox: Sandbox | undefined;
	const running = (): Sandbox => {
		if (sandbox === undefined) throw new Error('The gateway runs only inside tests');
		return sandbox;
	};
	beforeAll(async () => {
		sandbox = await startSandbox({ taskMs: 40, ...settings });
	});
	beforeEach(() => running().reset());
	afterAll(async () => await sandbox?.stop());

	return {
		get sandbox() {
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
		reads: () => running().calls('getTask'),
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

/** What the gateway's file host sent, as digests in order of its addresses. */
export function servedDigests({ files }: Sandbox): string[] {
	return [...files.values()].map((file) => file.sha256);
}

/** A picture in one colour, as an earlier node would hand it over. */
export async function picture(color: string, format: 'png' | 'jpeg' | 'webp' = 'png'): Promise<Buffer> {
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
