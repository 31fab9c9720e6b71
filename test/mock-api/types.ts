/* eslint-disable */
import type { RenderedImage } from './images/renderImage';
import type { References } from './tasks/referenceImages';
import type { MockApiSettings } from './settings';

/** The types of the mock API. Times are in milliseconds since its start, unless a name has another unit. */

export type RouteName =
	| 'createTask'
	| 'getTask'
	| 'generations'
	| 'edits'
	| 'generateContent'
	| 'models'
	| 'upload'
	| 'file'
	| 'other';

export type Origin = 'api' | 'files' | 'foreign';

export type RequestKind = 'task' | 'generations' | 'edits' | 'generateContent';

export type TaskState = 'queued' | 'processing' | 'succeeded' | 'failed';

export type ImageFormat = 'png' | 'jpeg' | 'webp';

export interface UploadedFile {
	field: string;
	fileName: string;
	mimeType: string;
	bytes: number;
	sha256: string;
}

export interface MultipartSummary {
	fields: Record<string, string>;
	files: UploadedFile[];
}

/** One request on any origin. `status` is 0 until a response is sent. */
export interface JournalEntry {
	at: number;
	origin: Origin;
	route: RouteName;
	method: string;
	path: string;
	headers: Record<string, string | string[] | undefined>;
	authorization: string | undefined;
	/** Parsed JSON, a MultipartSummary, or undefined without a body. */
	body: unknown;
	status: number | 'reset';
	/** The client closed the connection before the whole response was sent. */
	clientLeft: boolean;
	fault?: string;
}

/** One accepted task, as an invoice would list it. */
export interface LedgerEntry {
	number: number;
	kind: RequestKind;
	taskId: string | null;
	model: string;
	prompt: string;
	n: number;
	imagesCharged: number;
	/** imagesCharged times the unit price. */
	cost: number;
	references: number;
	acceptedAt: number;
	finishedAt: number | null;
	/** Successful reads of the finished status. */
	collected: number;
	downloads: number;
	/** False if the client never got the whole response to its request. */
	isDelivered: boolean;
	state: TaskState;
}

export interface TaskSnapshot {
	taskId: string;
	state: TaskState;
	urls: string[];
	ledger: LedgerEntry;
}

export interface ServedFile {
	sha256: string;
	bytes: number;
	mimeType: string;
	width: number;
	height: number;
}

export interface ScriptedResponse {
	status?: number;
	headers?: Record<string, string>;
	/** An object is sent as JSON, a string or Buffer as it is. */
	body?: unknown;
	delayMs?: number;
	/** Destroys the socket instead of sending a response. */
	reset?: boolean;
	/** Sends only this many bytes of the body, with the full content-length, and then destroys the socket. */
	truncateAfter?: number;
	/** Accepts the task, but sends this response instead of the route's own. */
	accept?: boolean;
}

export interface MockResponse {
	status: number;
	headers?: Record<string, string>;
	body: unknown;
}

export interface Failure {
	code: string;
	message: string;
}

export type ReferenceSource = { url: string } | { bytes: Buffer };

/** What to render, whatever endpoint received the request. */
export interface ImageRequest {
	kind: RequestKind;
	model: string;
	prompt: string;
	n: number;
	aspectRatio: string | null;
	imageSize: string | null;
	format: ImageFormat;
	asBase64: boolean;
	references: ReferenceSource[];
}

export interface ResultFile {
	task: Task;
	index: number;
	name: string;
	signature: string;
	url: string;
	/** The status that this URL returns from now on. The next poll of its task returns a new URL. */
	expiredStatus: number | null;
}

export interface Task {
	number: number;
	rowId: number;
	taskId: string | null;
	request: ImageRequest;
	idempotencyKey: unknown;
	/** The body as the journal records it, as JSON. */
	body: string;
	acceptedAt: number;
	durationMs: number;
	visibleAt: number;
	/** Set when a synchronous call ends; tasks end by the clock. */
	endedAt: number | null;
	references: References;
	/** Resolves when the references have arrived or failed. */
	referencesLoaded: Promise<void>;
	failure: Failure | null;
	imageCount: number;
	results: ResultFile[];
	collected: number;
	downloads: number;
	isDelivered: boolean;
	/** The latest state that a poll has returned: 0 none or queued, 1 processing, 2 finished. */
	reported: 0 | 1 | 2;
}

export interface TaskImage {
	url: string | null;
	rendered: RenderedImage | null;
	mimeType: string;
}

/** Everything a dialect needs to write a task's body. */
export interface TaskView {
	task: Task;
	taskId: string;
	state: TaskState | 'unknown';
	/** Null when the API reports no progress. */
	progress: number | null;
	images: TaskImage[];
	failure: Failure | null;
	createdAtSeconds: number;
	finishedAtSeconds: number;
	/** For dialects that send Retry-After with a task. */
	retryAfterSeconds: number;
}

export type { MockApiSettings };
