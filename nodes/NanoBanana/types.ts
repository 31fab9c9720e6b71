import type { IBinaryData, IDataObject } from 'n8n-workflow';

/** What sets the operations apart, for everything that asks. Those that pay go through the checks and the concurrency limiter. */
export const OPERATIONS = {
	textToImage: { pays: true, takesReferences: false, waits: true },
	imageToImage: { pays: true, takesReferences: true, waits: true },
	getStatus: { pays: false, takesReferences: false, waits: false },
	waitForResult: { pays: false, takesReferences: false, waits: true },
} as const;
export type Operation = keyof typeof OPERATIONS;
export const PAID_OPERATIONS = (Object.keys(OPERATIONS) as Operation[]).filter(
	(operation) => OPERATIONS[operation].pays,
);
export const API_FORMATS = ['asyncTask', 'openAi', 'gemini'] as const;
export type ApiFormat = (typeof API_FORMATS)[number];
export type TaskStatus = 'queued' | 'running' | 'succeeded' | 'failed' | 'unknown';
export type OutputFormat = 'png' | 'jpeg' | 'webp';

/** A picture that goes in: a public address, or the bytes of one binary field. */
export type Reference =
	| { kind: 'url'; url: string }
	| { kind: 'bytes'; field: string; data: Buffer; mimeType: string; fileName: string };

/** What the user asked for, before any wire format. `n` is a whole number from 1. */
export interface ImageRequest {
	operation: 'textToImage' | 'imageToImage';
	model: string;
	prompt: string;
	n: number;
	aspectRatio?: string;
	outputFormat?: OutputFormat;
	imageSize?: string;
	responseFormat: 'url' | 'b64_json';
	references: Reference[];
	sendBinaryAs: 'dataUri' | 'base64' | 'multipart';
	/** Merged over the encoded body last, so that new gateway fields work the day they appear. */
	extraBody: IDataObject;
}

export interface FormPart {
	name: string;
	value: string | Buffer;
	fileName?: string;
	mimeType?: string;
}

/** One paid HTTP call, always a POST. `path` starts with a slash; a body is either JSON or a form. */
export interface EncodedCall {
	path: string;
	json?: IDataObject;
	form?: FormPart[];
}

/** A picture that comes out, as the gateway names it; nothing is fetched or decoded yet. */
export type ImageRef = { kind: 'url'; url: string } | { kind: 'base64'; base64: string };

/** One image of a task as it goes out: its facts, and its bytes as n8n stored them. */
export interface OutputImage {
	index: number;
	url?: string;
	fileName?: string;
	mimeType?: string;
	width?: number;
	height?: number;
	bytes?: number;
	sha256?: string;
	binary?: IBinaryData;
}

/** Pictures of one answer that are stored already, and what is to be said about those that are not. */
export interface StoredImages {
	outputImages: OutputImage[];
	warnings: string[];
}

/** What one answer body means. Every JSON value is exactly one of these. */
export type DecodedResponse =
	| {
			kind: 'images';
			images: ImageRef[];
			taskId?: string;
			model?: string;
			/** Why fewer pictures came than the body announced. */
			warnings?: string[];
			/** Words the model wrote beside the pictures. */
			text?: string;
			/** Why a finished answer holds no picture. */
			code?: string;
	  }
	| {
			kind: 'pending';
			status: 'queued' | 'running' | 'unknown';
			taskId?: string;
			/** The answer names more tasks than one: the others. */
			furtherTaskIds?: string[];
			progress?: number;
			model?: string;
			/** The status as the gateway wrote it, where it is no known word. */
			word?: string;
			/** What the gateway says went wrong beside a status that is no end. */
			reason?: string;
	  }
	| {
			kind: 'failed';
			reason: string;
			code?: string;
			taskId?: string;
			/** The prompt or an image, and not the service, is the reason. */
			refused?: boolean;
			/** The model answered, only without a picture; that is billed as a rule. */
			emptyHanded?: boolean;
			/** The request was turned down; nothing is said about a task. */
			declined?: boolean;
			/** A task's own status says so. A complaint beside an id, without a status, may be a notice. */
			isEnd?: boolean;
			model?: string;
	  }
	| { kind: 'unknown'; reason: string };

/** An answer that means something. */
export type KnownResponse = Exclude<DecodedResponse, { kind: 'unknown' }>;

/** A wire format: pure, no I/O. */
export interface ImageFormat {
	/** True where references given as addresses must be fetched first, as this format carries only bytes. */
	needsBytes(request: ImageRequest): boolean;
	/** One call, except where the format cannot ask for several pictures at once. */
	encode(request: ImageRequest): EncodedCall[];
	/** Total: any JSON value in, one Outcome out, never a throw. `baseUrl` resolves relative addresses. */
	decode(body: unknown, baseUrl: string, asked?: Asked): DecodedResponse;
}

/** What was asked, to tell the answer from what a gateway repeats or adds. */
export interface Asked {
	/** Of several tasks in an answer this one counts. */
	taskId?: string;
	/** Addresses of references that were sent: they are no results. */
	references?: string[];
	/** Nobody will ask again, so images may be taken from anywhere in an answer whose known places are empty. */
	lastLook?: boolean;
}

/** Milliseconds since the epoch, and a pause that ends early when the signal fires. */
export interface Clock {
	now(): number;
	pause(ms: number, signal?: AbortSignal): Promise<void>;
}
