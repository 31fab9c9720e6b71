/* eslint-disable */
// The parts of n8n that the node sees: contexts, HTTP helpers, saved data, log, retries. A Process is one running n8n:
// after a crash, only the saved data and the log are left.
import { Readable } from 'node:stream';
import type { IDataObject, IExecutePaginationFunctions, INodeExecutionData } from 'n8n-workflow';

import { createImages, readTasks } from '../../nodes/NanoBanana/lifecycle';
import { API, broken, markOf, type ApiResponse, type Api, type Origin, type Reply } from './api';
import type { Simulator } from './simulator';

const KEY = 'sk-simulated-0123456789';

export class Process {
	isDead = false;
	readonly crashed: Promise<'crashed'>;
	private resolveCrash!: (end: 'crashed') => void;

	constructor() {
		this.crashed = new Promise((resolve) => (this.resolveCrash = resolve));
	}

	crash(): void {
		this.isDead = true;
		this.resolveCrash('crashed');
	}
}

export interface Plan {
	workflow: number;
	items: number;
	images: number;
	format: 'asyncTask' | 'openAi' | 'gemini';
	continues: boolean;
	maxTries: number;
	maxConcurrency: number;
	timeoutS: number;
	download: boolean;
	wait: boolean;
	onTimeout: 'error' | 'continue';
	/** n8n's Batching starts this many items at a time. */
	batchSize?: number;
	/** All items have the same prompt. */
	samePrompt: boolean;
	/** The prompt contains an expression that returns a different text in every try. */
	promptChanges: boolean;
	/** 'Retry Unclear Requests', only on if the API honors the key. */
	retryUnclear: boolean;
	/** Probability that n8n cannot store an image. */
	storageFaults: number;
	/** Binary data in memory (n8n's mode 'default') and not in files. */
	isInMemory: boolean;
	/** The expression of this item fails in the first try, so n8n abandons the run while it sets up the items. */
	brokenItem?: number;
}

/** What a user can know about an execution. */
export interface Reported {
	/** Everything that was logged, shown, or returned, as text. */
	texts: string[];
	/** Per item: how often a request was reported as unclear. */
	unclear: Map<number, number>;
	/** Per item: how often images inside a response were reported as charged but not stored. */
	unstored: Map<number, number>;
	/** Marks of the returned images. */
	marks: Set<string>;
}

export interface Execution {
	plan: Plan;
	number: number;
	process: Process;
	cancel: AbortController;
	/** The node's context: n8n saves it with a failed execution. */
	context: IDataObject;
	/** n8n's record of the node's runs. The entry of a failed run is added before n8n saves the execution. */
	runs: Array<{ error?: unknown }>;
	reported: Reported;
}

export type TryEnd =
	| { kind: 'rows'; rows: INodeExecutionData[][] }
	| { kind: 'error'; error: unknown }
	| { kind: 'crashed' };

export class Engine {
	/** Called when the whole response to a create request has been delivered: the best moment for a crash. */
	onCreateDelivered = (): void => undefined;

	constructor(
		private readonly simulator: Simulator,
		private readonly api: Api,
	) {}

	/** One try of the node: all items at once, or batch by batch. */
	async tryNode(execution: Execution, tryNumber: number): Promise<TryEnd> {
		const { plan, process } = execution;
		const inFlight: TryState = { posts: 0, isLost: false, sent: new Set() };
		const run = async (): Promise<TryEnd> => {
			const items: Array<Promise<INodeExecutionData[]>> = [];
			for (let item = 0; item < plan.items; item += 1) {
				if (plan.batchSize && item > 0 && item % plan.batchSize === 0) await this.simulator.sleep(400);
				if (plan.brokenItem === item && tryNumber === 1) {
					return { kind: 'error', error: new Error('the expression of an item failed') };
				}
				const ctx = this.contextFor(execution, item, tryNumber, inFlight);
				const running = createImages.call(ctx, this.routed(execution, item, tryNumber));
				running.catch(() => undefined);
				items.push(running);
			}
			const ends = await Promise.allSettled(items);
			const failed = ends.find((end): end is PromiseRejectedResult => end.status === 'rejected');
			if (failed) return { kind: 'error', error: failed.reason };
			return { kind: 'rows', rows: ends.map((end) => (end.status === 'fulfilled' ? end.value : [])) };
		};
		return await Promise.race([run(), process.crashed.then((): TryEnd => ({ kind: 'crashed' }))]);
	}

	/** 'Wait for Task Result' for these tasks, in a separate execution. */
	async collect(execution: Execution, taskIds: string[]): Promise<INodeExecutionData[]> {
		const ctx = this.contextFor(
			execution,
			0,
			1,
			{ posts: 0, isLost: false, sent: new Set() },
			{ operation: 'waitForResult', taskId: taskIds.join(), wait: true },
		);
		return await readTasks.call(ctx, { options: { baseURL: API, url: '' } } as never);
	}

	private routed({ plan }: Execution, item: number, tryNumber: number): Parameters<typeof createImages>[0] {
		const changing = plan.promptChanges ? ` at ${this.simulator.now}, try ${tryNumber}` : '';
		const prompt = `a cube${plan.samePrompt ? '' : ` ${item}`}${changing}`;
		return { options: { baseURL: API, url: '', body: { model: 'NanoBanana2-1K', prompt, n: plan.images } } } as never;
	}

	private contextFor(
		execution: Execution,
		item: number,
		tryNumber: number,
		inFlight: TryState,
		more: IDataObject = {},
	): IExecutePaginationFunctions {
		const { plan, cancel, reported } = execution;
		const written: IDataObject = {
			operation: 'textToImage',
			model: { __rl: true, mode: 'id', value: 'NanoBanana2-1K' },
			prompt: plan.promptChanges ? '={{ $json.prompt }} at {{ $now }}' : '={{ $json.prompt }}',
			numberOfImages: plan.images,
			wait: plan.wait,
			simplify: true,
			options: {
				apiFormat: plan.format,
				timeout: plan.timeoutS,
				maxConcurrency: plan.maxConcurrency,
				download: plan.download,
				onTimeout: plan.onTimeout,
				retryUnclear: plan.retryUnclear,
				...(this.api.settings.isBase64 && { responseFormat: 'b64_json' }),
			},
			requestOptions: plan.batchSize ? { batching: { batch: { batchInterval: 400, batchSize: plan.batchSize } } } : {},
			...more,
		};
		const log =
			(level: string) =>
			(text: string, meta: IDataObject = {}): void => {
				reported.texts.push(`${text} ${JSON.stringify(meta)}`);
				if (text.includes('could not store') && typeof meta.itemIndex === 'number')
					reported.unstored.set(meta.itemIndex, (reported.unstored.get(meta.itemIndex) ?? 0) + 1);
				if (level === 'warn' && typeof meta.itemIndex === 'number') {
					if (!plan.continues && this.callsOf(plan) === 1) inFlight.isLost = true;
					reported.unclear.set(meta.itemIndex, (reported.unclear.get(meta.itemIndex) ?? 0) + 1);
				}
				this.simulator.log(() => `n8n    log ${level}: ${text}`);
			};
		const input = Array.from({ length: plan.items }, () => ({ json: {} }));
		const send = async (options: Sent, withKey: boolean): Promise<unknown> =>
			await this.send(execution, item, options, withKey, inFlight);
		return {
			inputData: { main: [input] },
			runIndex: 0,
			runExecutionData: { resultData: { runData: { NanoBanana: execution.runs } } },
			getNode: () => ({
				id: 'node',
				type: 'nanoBanana',
				name: 'NanoBanana',
				typeVersion: 1,
				position: [0, 0],
				parameters: written,
			}),
			getNodeParameter: (name: string, fallback?: unknown) => written[name] ?? fallback,
			getItemIndex: () => item,
			getInputData: () => input[item] ?? { json: {} },
			getContext: () => execution.context,
			getWorkflowStaticData: () => ({}),
			getWorkflowDataProxy: () => ({ $runIndex: 0, $input: { all: () => input } }),
			getExecutionCancelSignal: () => cancel.signal,
			getExecutionId: () => String(execution.number),
			getCredentials: async () => ({ apiKey: KEY, baseUrl: API }),
			continueOnFail: () => plan.continues,
			logger: { info: log('info'), warn: log('warn'), error: log('error'), debug: () => undefined },
			helpers: {
				httpRequest: async (options: Sent) => await send(options, false),
				httpRequestWithAuthentication: async function (
					this: IExecutePaginationFunctions,
					_type: string,
					options: Sent,
				) {
					return await send({ ...options, abortSignal: this.getExecutionCancelSignal() ?? options.abortSignal }, true);
				},
				prepareBinaryData: async (bytes: Buffer, fileName: string, mimeType: string) => {
					await this.simulator.sleep(this.simulator.below(20));
					if (execution.process.isDead) await new Promise(() => undefined);
					if (this.simulator.chance(plan.storageFaults))
						throw Object.assign(new Error("ENOSPC: no space left on device, open '/data/x'"), { code: 'ENOSPC' });
					const mark = markOf(bytes) ?? 'no mark';
					return {
						data: plan.isInMemory ? bytes.toString('base64') : '',
						fileName,
						mimeType,
						directory: mark,
						...(!plan.isInMemory && { id: `file:${mark}` }),
					};
				},
			},
		} as unknown as IExecutePaginationFunctions;
	}

	private async send(
		execution: Execution,
		item: number,
		options: Sent,
		withKey: boolean,
		inFlight: TryState,
	): Promise<unknown> {
		const { simulator, api } = this;
		const { process, plan, cancel } = execution;
		const { method, url, abortSignal: signal } = options;
		const name = `${execution.number}.${item}`.padEnd(6);
		const isPaid = method === 'POST';
		if (process.isDead) return await new Promise(() => undefined);
		if (isPaid) {
			this.checkBefore(execution, item, inFlight);
			inFlight.sent.add(item);
		}
		if (cancel.signal.aborted) simulator.violate(`a request after the cancel: ${method} ${url}`);
		if (withKey && new URL(url).origin !== API) simulator.violate(`the key went to ${url}`);
		if (!withKey && JSON.stringify(options).includes(KEY))
			simulator.violate(`the key is in a request without it: ${url}`);
		const opened =
			withKey && simulator.chance(api.settings.faults / 4) ? simulator.pick(['ECONNREFUSED', 'ENOTFOUND']) : undefined;
		simulator.log(() => `${name} ${method} ${url}${opened ? ` ${opened}` : ''}`);
		if (isPaid && (inFlight.posts += 1) > plan.maxConcurrency)
			simulator.violate(`${inFlight.posts} paid requests in flight, at most ${plan.maxConcurrency} allowed`);
		const sentAt = simulator.now;
		try {
			return await new Promise((resolve, reject) => {
				let isOver = false;
				const over = (finish: () => void): void => {
					if (isOver || process.isDead) return;
					isOver = true;
					finish();
				};
				const abort = (): void =>
					over(() => {
						if (isPaid && !cancel.signal.aborted && simulator.now - sentAt < shortestTimeoutMs(plan))
							simulator.violate(`the paid request of item ${item} (execution ${execution.number}) was given up`);
						reject(Object.assign(new Error('canceled'), { code: 'ERR_CANCELED' }));
					});
				if (signal?.aborted) return abort();
				signal?.addEventListener('abort', abort, { once: true });
				if (opened) {
					const { error } = broken(opened, opened === 'ENOTFOUND' ? 'getaddrinfo' : 'connect', 0);
					return void simulator.after(simulator.below(50), () => over(() => reject(error)));
				}
				simulator.after(1 + simulator.below(50), () => {
					// An aborted request may already have been sent.
					if ((isOver || process.isDead) && (!isPaid || simulator.chance(0.5))) return;
					const reply = this.replyTo(execution, item, options, withKey);
					simulator.log(() => `${name}   ${method} arrived: ${describe(reply)}`);
					if (reply === 'silence') return;
					simulator.after(reply.afterMs, () => {
						if ('error' in reply) return over(() => reject(reply.error));
						simulator.log(() => `${name}   ${method} returned ${reply.status}${isOver ? ' to nobody' : ''}`);
						over(() =>
							resolve({
								statusCode: reply.status,
								headers: reply.headers ?? {},
								body: Readable.from(this.bodyOf(reply, process, signal)),
							}),
						);
					});
				});
			});
		} finally {
			if (isPaid) inFlight.posts -= 1;
		}
	}

	private replyTo(execution: Execution, item: number, { method, url, body, headers }: Sent, withKey: boolean): Reply {
		const origin: Origin = { workflow: execution.plan.workflow, execution: execution.number, item };
		if (url.includes('/files/')) return this.api.file(url, withKey);
		if (method !== 'POST') return this.api.read(decodeURIComponent(url.split('/').at(-1) ?? ''));
		const kind = url.endsWith('/tasks') ? 'task' : url.includes('generateContent') ? 'gemini' : 'openAi';
		const images = kind === 'gemini' ? 1 : Number((JSON.parse(String(body)) as { n?: number }).n ?? 1);
		const before = this.api.charges.length;
		const reply = this.api.create(origin, kind, images, headers?.['idempotency-key']);
		if (this.api.charges.length > before) this.checkCharge(execution, item);
		return reply;
	}

	private callsOf({ format, images }: Plan): number {
		return format === 'gemini' ? images : 1;
	}

	/** An execution does not send an unclear request again, and sends no paid request after its output is lost. */
	private checkBefore({ plan, number, reported }: Execution, item: number, { isLost, sent }: TryState): void {
		// With 'Retry Unclear Requests', an unclear request is sent again until it is clear.
		const isSent = plan.retryUnclear && sent.has(item);
		if (isLost && !isSent) this.simulator.violate(`execution ${number} paid for item ${item} after it had failed`);
		if (!plan.retryUnclear && (reported.unclear.get(item) ?? 0) >= this.callsOf(plan))
			this.simulator.violate(`item ${item} of execution ${number} was sent again after an unclear end`);
	}

	/** Nothing is charged twice, except after an unclear end that was reported to the user, or after a crash. */
	private checkCharge(execution: Execution, item: number): void {
		const { plan } = execution;
		const isSame = (charge: Origin): boolean => charge.workflow === plan.workflow && charge.item === item;
		const live = this.api.charges.filter(
			(charge) =>
				isSame(charge) &&
				this.api.stateOf(charge) !== 'failed' &&
				!charge.isEmpty &&
				!this.orphans.has(charge.execution),
		);
		const allowed = this.callsOf(plan) + (this.forgiven.get(`${plan.workflow}.${item}`) ?? 0);
		if (live.length > allowed)
			this.simulator.violate(
				`item ${item} of workflow ${plan.workflow} is charged ${live.length} times: ${live.map(({ mark }) => mark).join()}`,
			);
	}

	/** Executions that crashed, so what they sent is unknown. */
	readonly orphans = new Set<number>();
	/** Per workflow and item: how many unclear or unstored requests earlier executions have reported. */
	readonly forgiven = new Map<string, number>();

	private async *bodyOf(
		{ body, end, onDelivered }: ApiResponse,
		process: Process,
		signal?: AbortSignal,
	): AsyncGenerator<Buffer> {
		const { simulator } = this;
		const isComplete = end === undefined || end === 'resetWhenComplete';
		const cutAt = isComplete ? body.length : simulator.below(body.length);
		const pieces = simulator.chance(0.5)
			? [body.subarray(0, cutAt)]
			: [body.subarray(0, cutAt >> 1), body.subarray(cutAt >> 1, cutAt)];
		for (const piece of pieces) {
			if (pieces.length > 1 || end) await simulator.sleep(simulator.below(60));
			if (process.isDead) await new Promise(() => undefined);
			if (signal?.aborted) throw Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
			if (piece.length > 0) yield piece;
		}
		if (isComplete && onDelivered) {
			onDelivered();
			this.onCreateDelivered();
		}
		if (end?.startsWith('reset')) throw broken('ECONNRESET', 'read', 0).error;
	}
}

/**
 * A paid request waits at least this long for its response, which may be the only record of the charge. Minus 1,
 * because the node counts whole milliseconds.
 */
function shortestTimeoutMs({ format, timeoutS }: Plan): number {
	return (format === 'asyncTask' ? 60_000 : timeoutS * 1000) - 1;
}

/** One try of the node. */
interface TryState {
	/** Paid requests without a response. */
	posts: number;
	/** An item has failed in stop mode, so the output is lost. */
	isLost: boolean;
	/** Items whose paid request was sent. */
	sent: Set<number>;
}

interface Sent {
	method?: string;
	url: string;
	body?: unknown;
	headers?: Record<string, string>;
	abortSignal?: AbortSignal;
}

function describe(reply: Reply): string {
	if (reply === 'silence') return 'silence';
	if ('error' in reply) return `${reply.error.message} in ${reply.afterMs} ms`;
	return `${reply.status}${reply.end ? ` (${reply.end})` : ''} in ${reply.afterMs} ms ${JSON.stringify(reply.body.toString('latin1')).slice(0, 120)}`;
}
