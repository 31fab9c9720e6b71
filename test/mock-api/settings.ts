/* eslint-disable */
import { CATALOG } from './routes/catalog';
import type { Dialect } from './dialects';
import type { Drawing } from './images/renderImage';
import type { FaultRule } from './faults/faultRules';
import type { JournalEntry } from './types';

export interface MockApiSettings {
	host: string;
	/** Port of the API origin; 0 takes any free one. */
	port: number;
	/** Port of the origin the result files live on; 0 takes any free one. */
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
	/** What Retry-After says, here and in the dialects that send it on a create. */
	retryAfterSeconds: number;
	/** Ids on GET /v1/models; null makes the endpoint return 404. */
	models: string[] | null;
	/** Ids the key may use; null means all. */
	enabledModels: string[] | null;
	unitPrice: number;
	/** In images; used up means insufficient_user_quota. */
	balance: number;
	dialect: Dialect;
	/** A new task returns task_not_exist for this long. */
	visibleAfterMs: number;
	/** What images show. Tests keep the cheap ones; programs for people draw scenes. */
	drawing: Drawing;
	/** Pads an image to about this many bytes; null leaves its natural size. */
	imageBytes: number | null;
	/** The same Idempotency-Key gives the same task, and is charged once; with another body it is rejected with a 422. */
	honorsIdempotencyKey: boolean;
	/** Beyond the API's page: a task with `callback_url` is sent to that URL when it ends. */
	sendsCallbacks: boolean;
	/** Beyond the API's page: references are accepted as URLs only, and POST /v1/uploads/images makes a URL of a file. */
	acceptsUrlsOnly: boolean;
	/** Number of images returned instead of n. */
	resultCount: number | null;
	seed: number;
	faults: FaultRule[];
	/** Told about every request once its response is on the way. */
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
