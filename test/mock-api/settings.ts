/* eslint-disable */
import { CATALOG } from './routes/catalog';
import type { Dialect } from './dialects';
import type { Drawing } from './images/renderImage';
import type { FaultRule } from './faults/faultRules';
import type { JournalEntry } from './types';

export interface MockApiSettings {
	host: string;
	/** Port of the API origin; 0 uses any free port. */
	port: number;
	/** Port of the origin of the result files; 0 uses any free port. */
	filesPort: number;
	apiKey: string;
	/** Duration of a task: fixed, a range to draw from, or by task number (from 1). */
	taskMs: number | [number, number] | ((taskNumber: number) => number);
	/** Share of a task's duration spent as "queued". */
	queuedShare: number;
	/** linear "0%".."100%", coarse 0/50/100, none leaves the field empty. */
	progress: 'linear' | 'coarse' | 'none';
	/** Duration of a generations, edits or generateContent call. */
	syncMs: number;
	/** With more unfinished tasks than this, a request gets a 429. Synchronous calls count too. */
	tasksAtOnce: number;
	/** Form of Retry-After on a 429. */
	retryAfter: null | 'seconds' | 'date';
	/** The value of Retry-After, also in the dialects that send it in the response to a create request. */
	retryAfterSeconds: number;
	/** Ids on GET /v1/models; null makes the endpoint return 404. */
	models: string[] | null;
	/** Ids the key may use; null means all. */
	enabledModels: string[] | null;
	unitPrice: number;
	/** In images. If it is used up, the API returns insufficient_user_quota. */
	balance: number;
	dialect: Dialect;
	/** For this long, a poll of a new task returns task_not_exist. */
	visibleAfterMs: number;
	/** What images show. Tests use the cheap 'plain'; programs for people draw scenes. */
	drawing: Drawing;
	/** Pads an image to about this many bytes; null keeps its size. */
	imageBytes: number | null;
	/** Requests with the same Idempotency-Key get the same task, charged once. With another body, they get a 422. */
	honorsIdempotencyKey: boolean;
	/** Not in the API's documentation: a task with `callback_url` is sent to that URL when it ends. */
	sendsCallbacks: boolean;
	/** Not in the API's documentation: references must be URLs. POST /v1/uploads/images returns the URL of a file. */
	acceptsUrlsOnly: boolean;
	/** Number of images returned instead of n. */
	resultCount: number | null;
	seed: number;
	faults: FaultRule[];
	/** Called for every request when its response is on its way. */
	onResponse: null | ((entry: JournalEntry) => void);
}

export function defaultSettings(): MockApiSettings {
	return {
		host: '127.0.0.1',
		port: 0,
		filesPort: 0,
		apiKey: 'sk-mock-0123456789abcdef',
		taskMs: [60, 160],
		queuedShare: 0.2,
		progress: 'linear',
		syncMs: 30,
		tasksAtOnce: Infinity,
		retryAfter: null,
		retryAfterSeconds: 1,
		models: [...CATALOG, 'gpt-5.2', 'gpt-5.2-mini'],
		enabledModels: null,
		unitPrice: 0.04,
		balance: Infinity,
		dialect: 'seed',
		visibleAfterMs: 0,
		drawing: 'plain',
		imageBytes: null,
		honorsIdempotencyKey: false,
		sendsCallbacks: false,
		acceptsUrlsOnly: false,
		resultCount: null,
		seed: 1,
		faults: [],
		onResponse: null,
	};
}
