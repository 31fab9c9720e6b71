/* eslint-disable */
// The API as a state machine: what it accepts, charges, and returns. It does not know what the client does.
import type { Simulator } from './simulator';

export const API = 'https://api.sim';
const FILES = 'https://files.sim';

/** One accepted request. */
export interface Charge {
	/** Undefined for a synchronous call, which has no task. */
	taskId?: string;
	/** Included in each of its images and URLs. */
	mark: string;
	workflow: number;
	execution: number;
	item: number;
	images: number;
	startedAt: number;
	endsAt: number;
	fails: boolean;
	/** A synchronous response without an image. */
	isEmpty: boolean;
	/** The whole response has reached the client. */
	isDelivered: boolean;
	idempotencyKey?: string;
}

export interface ApiResponse {
	status: number;
	headers?: Record<string, string>;
	body: Buffer;
	/** How the body ends. */
	end?: 'reset' | 'truncated' | 'resetWhenComplete';
	/** Delay until the headers arrive. */
	afterMs: number;
	onDelivered?: () => void;
}

/** A response, a connection error, or no response until the client gives up. */
export type Reply = ApiResponse | { error: Error; afterMs: number } | 'silence';

export interface Origin {
	workflow: number;
	execution: number;
	item: number;
}

export interface ApiSettings {
	/** Probability of a fault, 0..1. */
	faults: number;
	maxTaskMs: number;
	progress: 'none' | 'linear' | 'coarse';
	limit: number;
	neverEnds: number;
	isBase64: boolean;
	/** A second request with the same Idempotency-Key gets the response of the first one. */
	honorsKey: boolean;
}

export class Api {
	readonly charges: Charge[] = [];
	settings: ApiSettings;
	private outage?: { until: number; status: number; retryAfterS?: number };

	constructor(
		private readonly simulator: Simulator,
		settings: ApiSettings,
	) {
		this.settings = settings;
	}

	/** Starts an outage, which rejects all create requests with 429 or 503, or changes the limit. */
	change(): void {
		const { simulator } = this;
		const ms = 1_000 + simulator.below(60_000);
		if (simulator.chance(0.6)) {
			this.outage = {
				until: simulator.now + ms,
				status: simulator.pick([429, 503]),
				retryAfterS: simulator.pick([undefined, undefined, 1, 5, 90]),
			};
			simulator.log(() => `api    outage with ${this.outage?.status} for ${ms} ms`);
		} else {
			this.settings = { ...this.settings, limit: 1 + simulator.below(8) };
			simulator.log(() => `api    limit is ${this.settings.limit}`);
		}
	}

	/** A create request arrives. */
	create(origin: Origin, kind: 'task' | 'openAi' | 'gemini', images: number, idempotencyKey?: string): Reply {
		const { simulator } = this;
		const latency = 5 + simulator.below(200);
		if (this.outage && simulator.now < this.outage.until)
			return this.rejectRequest(this.outage.status, this.outage.retryAfterS);
		if (this.running() >= this.settings.limit) return this.rejectRequest(429, simulator.pick([undefined, 1, 3]));
		const fault = simulator.chance(this.settings.faults)
			? simulator.pick([
					'resetBefore',
					'resetAfter',
					'cut',
					'truncated',
					'resetWhenComplete',
					'silenceBefore',
					'silenceAfter',
					'slow',
					'page502',
					'page502After',
					'page504After',
					'error500',
					'emptyAfter',
					'invalid',
					'balance',
					'busyWithTask',
					'textAfter',
					'noImage',
				] as const)
			: 'none';
		switch (fault) {
			case 'resetBefore':
				return reset(simulator, latency);
			case 'silenceBefore':
				return 'silence';
			case 'page502':
				return page(502, latency);
			case 'error500':
				return json(500, { error: { message: 'internal error', code: 'internal_error' } }, latency);
			case 'invalid':
				return json(400, { code: 'invalid_request', message: 'size is not supported', data: null }, latency);
			case 'balance':
				return json(402, { error: { message: 'insufficient balance', code: 'insufficient_user_quota' } }, latency);
		}
		const known = this.settings.honorsKey
			? this.charges.find((charge) => charge.idempotencyKey !== undefined && charge.idempotencyKey === idempotencyKey)
			: undefined;
		const charge = known ?? this.accept(origin, kind, images, fault === 'noImage');
		charge.idempotencyKey = idempotencyKey;
		const slowMs = fault === 'slow' ? simulator.below(200_000) : 0;
		const workMs = kind === 'task' ? 0 : Math.max(0, charge.endsAt - simulator.now);
		const response = { ...this.created(charge, kind), afterMs: latency + slowMs + workMs };
		response.onDelivered = () => (charge.isDelivered = true);
		switch (fault) {
			case 'resetAfter':
				return reset(simulator, response.afterMs);
			case 'cut':
				return { ...response, end: 'reset' };
			case 'truncated':
				return { ...response, end: 'truncated' };
			case 'resetWhenComplete':
				return { ...response, end: 'resetWhenComplete' };
			case 'silenceAfter':
				return 'silence';
			case 'page502After':
				return page(502, response.afterMs);
			case 'page504After':
				return page(504, response.afterMs);
			case 'emptyAfter':
				return { ...response, body: Buffer.alloc(0), onDelivered: undefined };
			case 'textAfter':
				return { ...response, body: Buffer.from('{"code":"success","data":null}'), onDelivered: undefined };
			case 'busyWithTask':
				return kind === 'task' ? { ...response, status: simulator.pick([500, 502, 409]) } : response;
			default:
				return response;
		}
	}

	/** A status request arrives. */
	read(taskId: string): Reply {
		const { simulator } = this;
		const afterMs = 5 + simulator.below(100);
		const charge = this.charges.find((known) => known.taskId === taskId);
		const fault = simulator.chance(this.settings.faults)
			? simulator.pick([
					'reset',
					'unavailable',
					'busy',
					'missing',
					'page',
					'truncated',
					'resetWhenComplete',
					'slow',
					'silence',
					'stale',
					'noUrlYet',
					'denied',
				] as const)
			: 'none';
		switch (fault) {
			case 'reset':
				return broken('ECONNRESET', 'read', afterMs);
			case 'unavailable':
				return page(503, afterMs);
			case 'busy':
				return json(429, { error: { message: 'too many requests' } }, afterMs, {
					'retry-after': simulator.pick(['1', '7']),
				});
			case 'page':
				return page(200, afterMs);
			case 'silence':
				return 'silence';
			case 'denied':
				return simulator.chance(0.2)
					? json(401, { error: { message: 'Invalid token', code: '' } }, afterMs)
					: page(503, afterMs);
			case 'missing':
				return json(400, { code: 'task_not_exist', message: 'task_not_exist', data: null }, afterMs);
		}
		if (!charge) return json(400, { code: 'task_not_exist', message: 'task_not_exist', data: null }, afterMs);
		const at = fault === 'stale' ? simulator.now - 3_000 : simulator.now;
		const response = json(
			200,
			{ code: 'success', message: '', data: this.taskAt(charge, at, fault === 'noUrlYet') },
			afterMs,
		);
		if (fault === 'truncated' || fault === 'resetWhenComplete') return { ...response, end: fault };
		if (fault === 'slow') return { ...response, afterMs: simulator.below(60_000) };
		return response;
	}

	/** A file request arrives. */
	file(url: string, withKey: boolean): Reply {
		const { simulator } = this;
		const afterMs = 5 + simulator.below(300);
		const [, mark, index] = /\/files\/([^/]+)\/(\d+)/.exec(url) ?? [];
		const fault = simulator.chance(this.settings.faults)
			? simulator.pick([
					'reset',
					'unavailable',
					'gone',
					'cut',
					'truncated',
					'resetWhenComplete',
					'page',
					'slow',
					'silence',
				] as const)
			: 'none';
		if (url.startsWith(API) && !withKey) return json(401, { error: { message: 'no key' } }, afterMs);
		switch (fault) {
			case 'reset':
				return broken('ECONNRESET', 'read', afterMs);
			case 'unavailable':
				return page(503, afterMs);
			case 'gone':
				return page(simulator.pick([403, 404]), afterMs);
			case 'page':
				return page(200, afterMs);
			case 'silence':
				return 'silence';
		}
		const response = { status: 200, headers: { 'content-type': 'image/png' }, body: png(`${mark}.${index}`), afterMs };
		if (fault === 'cut') return { ...response, end: 'reset' as const };
		if (fault === 'truncated' || fault === 'resetWhenComplete') return { ...response, end: fault };
		return fault === 'slow' ? { ...response, afterMs: simulator.below(150_000) } : response;
	}

	stateOf(charge: Charge, at = this.simulator.now): 'running' | 'succeeded' | 'failed' {
		return at < charge.endsAt ? 'running' : charge.fails ? 'failed' : 'succeeded';
	}

	running(): number {
		return this.charges.filter((charge) => this.stateOf(charge) === 'running').length;
	}

	private rejectRequest(status: number, retryAfterS?: number): ApiResponse {
		const headers: Record<string, string> = retryAfterS === undefined ? {} : { 'retry-after': String(retryAfterS) };
		const afterMs = 5 + this.simulator.below(100);
		return status === 429
			? json(429, { code: '', message: 'too many requests' }, afterMs, headers)
			: json(
					503,
					{ error: { message: 'The model is overloaded, please try again later', code: 'system_overloaded' } },
					afterMs,
					headers,
				);
	}

	private accept(origin: Origin, kind: string, images: number, isEmpty: boolean): Charge {
		const { simulator, settings } = this;
		const number = this.charges.length + 1;
		const isTask = kind === 'task';
		const isEndless = isTask && simulator.chance(settings.neverEnds);
		const charge: Charge = {
			...origin,
			...(isTask && { taskId: `task-${number}` }),
			mark: `mark-${number}`,
			images,
			startedAt: simulator.now,
			endsAt: isEndless ? Infinity : simulator.now + 500 + simulator.below(settings.maxTaskMs),
			fails: isTask && simulator.chance(settings.faults / 2),
			isEmpty: !isTask && isEmpty,
			isDelivered: false,
		};
		this.charges.push(charge);
		return charge;
	}

	private created(charge: Charge, kind: 'task' | 'openAi' | 'gemini'): ApiResponse {
		if (kind === 'task')
			return json(200, { code: 'success', message: '', data: { task_id: charge.taskId, status: 'queued' } }, 0);
		if (kind === 'gemini') {
			const image = { inlineData: { mimeType: 'image/png', data: png(`${charge.mark}.0`).toString('base64') } };
			const parts = charge.isEmpty ? [{ text: 'I cannot draw that' }] : [image];
			return json(200, { candidates: [{ content: { parts, role: 'model' }, finishReason: 'STOP' }] }, 0);
		}
		const data = this.urls(charge).map((url, index) =>
			this.settings.isBase64 ? { b64_json: png(`${charge.mark}.${index}`).toString('base64') } : { url },
		);
		return json(200, { created: 1, data: charge.isEmpty ? [] : data }, 0);
	}

	private urls(charge: Charge): string[] {
		const host = charge.startedAt % 3 === 0 ? API : FILES;
		return Array.from(
			{ length: charge.images },
			(_, index) => `${host}/files/${charge.mark}/${index}?signature=s${this.simulator.below(1000)}`,
		);
	}

	private taskAt(charge: Charge, at: number, hasNoUrl: boolean): object {
		const state = this.stateOf(charge, at);
		const share = Math.min(0.99, (at - charge.startedAt) / (charge.endsAt - charge.startedAt));
		const percent = { none: undefined, linear: Math.floor(Math.max(0, share) * 100), coarse: share < 0.5 ? 0 : 50 }[
			this.settings.progress
		];
		const task = { task_id: charge.taskId, ...(percent !== undefined && { progress: `${percent}%` }) };
		if (state === 'running') return { ...task, status: share < 0.2 ? 'queued' : 'processing' };
		if (state === 'failed')
			return { ...task, status: 'failed', error: { code: 'upstream_error', message: 'generation failed' } };
		const urls = hasNoUrl ? [] : this.urls(charge);
		return {
			...task,
			status: 'succeeded',
			progress: '100%',
			...(urls.length === 1 ? { result_url: urls[0] } : { result_urls: urls }),
		};
	}
}

export function json(
	status: number,
	body: unknown,
	afterMs: number,
	headers: Record<string, string> = {},
): ApiResponse {
	return {
		status,
		headers: { 'content-type': 'application/json', ...headers },
		body: Buffer.from(JSON.stringify(body)),
		afterMs,
	};
}

export function broken(code: string, syscall: string, afterMs: number): { error: Error; afterMs: number } {
	return { error: Object.assign(new Error(`${syscall} ${code}`), { code, syscall }), afterMs };
}

/** Libraries between the socket and n8n do not always pass on the system call. */
function reset(simulator: Simulator, afterMs: number): { error: Error; afterMs: number } {
	if (simulator.chance(0.5)) return broken('ECONNRESET', 'read', afterMs);
	return { error: Object.assign(new Error('ECONNRESET'), { code: 'ECONNRESET' }), afterMs };
}

function page(status: number, afterMs: number): ApiResponse {
	const body = Buffer.from(`<html><head><title>${status}</title></head><body>${status}</body></html>`);
	return { status, headers: { 'content-type': 'text/html' }, body, afterMs };
}

/** A complete PNG with the mark in a text chunk. */
export function png(mark: string): Buffer {
	const text = Buffer.from(`<${mark}>`.padEnd(60, ' '));
	return Buffer.concat([
		Buffer.from('89504e470d0a1a0a', 'hex'),
		chunk('IHDR', Buffer.from('00000008000000080802000000', 'hex')),
		chunk('tEXt', text),
		chunk('IEND', Buffer.alloc(0)),
	]);
}

/** A PNG chunk. Its checksum is zero, because nothing reads it. */
function chunk(type: string, data: Buffer): Buffer {
	const length = Buffer.alloc(4);
	length.writeUInt32BE(data.length);
	return Buffer.concat([length, Buffer.from(type), data, Buffer.alloc(4)]);
}

/** The mark inside an image, without its index. */
export function markOf(bytes: Buffer): string | undefined {
	return /<(mark-\d+)\.\d+>/.exec(bytes.toString('latin1'))?.[1];
}
