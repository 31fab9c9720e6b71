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

/** An input image: a public URL, or the bytes of one binary field. */
export type Reference =
	| { kind: 'url'; url: string }
	| { kind: 'bytes'; data: Buffer; mimeType: string; fileName: string };

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
	/** Merged over the encoded body last, so that new API fields work the day they appear. */
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

/** An output image as the API returns it; nothing is downloaded or decoded yet. */
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
	/** Why the file is not what it should be, or is missing. It continues "Image 1 of 2 …". */
	warning?: string;
}

/**
 * Why there is no image. `rejected`: the request was turned down, and nothing is said about a task.
 * `noImage`: the model responded, only without an image, which is usually charged.
 */
export type FailedCause = 'rejected' | 'taskFailed' | 'promptRefused' | 'noImage' | 'resultExpired';

/** What a response says of its task. */
interface NamedTask {
	taskId?: string;
	/** Further tasks in the same response. Only the first one is polled. */
	otherTaskIds?: string[];
	model?: string;
}

export interface ImagesResponse extends NamedTask {
	kind: 'images';
	images: ImageRef[];
	/** Why fewer images came than the body announced. */
	warnings?: string[];
	/** What the model wrote next to the images. */
	text?: string;
	/** Why a finished response contains no image. */
	code?: string;
	/** The body as it came, where it contains no image. */
	response?: string;
}

export interface PendingResponse extends NamedTask {
	kind: 'pending';
	status: 'queued' | 'running' | 'unknown';
	progress?: number;
	/** The status as the API wrote it, where it is not a known word. */
	word?: string;
	/** An error next to a status that is not an end, or why the body could not be used. */
	reason?: string;
	/** The body as it came, where its status is not known. */
	response?: string;
}

export interface FailedResponse extends NamedTask {
	kind: 'failed';
	cause: FailedCause;
	reason: string;
	code?: string;
}

/** A response that means something. */
export type KnownResponse = ImagesResponse | PendingResponse | FailedResponse;

/** What one response body means. Every JSON value is exactly one of these. */
export type DecodedResponse = KnownResponse | { kind: 'unknown'; reason: string; response?: string };

/** A wire format: pure, no I/O. */
export interface ImageFormat {
	/** True where reference URLs must be downloaded first, as this format carries only bytes. */
	needsBytes(request: ImageRequest): boolean;
	/** How many calls `n` images take: one, except where a call returns one image. */
	callsFor(n: number): number;
	/** One of these calls. All calls of a request are the same. */
	encode(request: ImageRequest): EncodedCall;
	/** Total: any JSON value in, one meaning out, never a throw. `baseUrl` resolves relative URLs. */
	decode(body: unknown, baseUrl: string, asked?: Asked): DecodedResponse;
}

/** What was asked for, to tell the response from what an API repeats or adds. */
export interface Asked {
	/** A response about another task is not its response. */
	taskId?: string;
	/** URLs of references that were sent: they are never results. */
	references?: string[];
	/** Where the user says that the images are ('Image Path in Response'). */
	imagePath?: string;
}

/** Milliseconds that only increase, and a pause that ends early when the signal fires. */
export interface Clock {
	now(): number;
	pause(ms: number, signal?: AbortSignal): Promise<void>;
}
