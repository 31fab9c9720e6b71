import type { IBinaryData, IDataObject } from 'n8n-workflow';

/** How the operations differ. `pays`: creates charged tasks. `waits`: waits for the images by default. */
export const OPERATIONS = {
	textToImage: { pays: true, takesReferences: false, waits: true },
	imageToImage: { pays: true, takesReferences: true, waits: true },
	getStatus: { pays: false, takesReferences: false, waits: false },
	waitForResult: { pays: false, takesReferences: false, waits: true },
} as const;
export type Operation = keyof typeof OPERATIONS;
const ALL_OPERATIONS = Object.keys(OPERATIONS) as Operation[];
export const PAID_OPERATIONS = ALL_OPERATIONS.filter((operation) => OPERATIONS[operation].pays);
export const FREE_OPERATIONS = ALL_OPERATIONS.filter((operation) => !OPERATIONS[operation].pays);
export const API_FORMATS = ['asyncTask', 'openAi', 'gemini'] as const;
export type ApiFormat = (typeof API_FORMATS)[number];
export type TaskStatus = 'queued' | 'running' | 'succeeded' | 'failed' | 'unknown';
export type OutputFormat = 'png' | 'jpeg' | 'webp';

/** An input image: a public URL, or the bytes of one binary field. */
export type Reference =
	| { kind: 'url'; url: string }
	| { kind: 'bytes'; data: Buffer; mimeType: string; fileName: string };

/** The user's request, independent of the API format. `n` is a whole number, 1 or higher. */
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
	/** Merged over the encoded body at the end, so that new API fields work before this node supports them. */
	extraBody: IDataObject;
}

export interface FormPart {
	name: string;
	value: string | Buffer;
	fileName?: string;
	mimeType?: string;
}

/** One paid HTTP call, always a POST. `path` starts with a slash. The body is either `json` or `form`. */
export interface EncodedCall {
	path: string;
	json?: IDataObject;
	form?: FormPart[];
}

/** An output image as the API returns it, not yet downloaded or decoded. */
export type ImageRef = { kind: 'url'; url: string } | { kind: 'base64'; base64: string };

/** One image in the output of the node. `binary` is the file as n8n stored it. */
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
	/** Why the file is missing or may be wrong. Continues the sentence "Image 1 of 2 …". */
	warning?: string;
}

/**
 * Why the response contains no image. `rejected`: the API rejected the request, without details about a task.
 * `noImage`: the model responded without an image, which is usually charged (only in the format Gemini, without tasks).
 */
export type FailedCause = 'rejected' | 'taskFailed' | 'promptRefused' | 'noImage' | 'resultExpired';

interface NamedTask {
	taskId?: string;
	/** Additional tasks in the same response. They are not polled. */
	otherTaskIds?: string[];
	model?: string;
}

export interface ImagesResponse extends NamedTask {
	kind: 'images';
	images: ImageRef[];
	/** Warnings for the user, e.g. that images are missing. */
	warnings?: string[];
	/** Text of the model in addition to the images. */
	text?: string;
	/** The API's code for why the response contains no image. */
	code?: string;
	/** The original body, if it contains no image. */
	response?: string;
}

export interface PendingResponse extends NamedTask {
	kind: 'pending';
	status: 'queued' | 'running' | 'unknown';
	progress?: number;
	/** The API's own status word, if it is unknown. */
	word?: string;
	/** An error in the response of an unfinished task, or why the body could not be used. */
	reason?: string;
	/** The original body, if its status is unknown. */
	response?: string;
}

export interface FailedResponse extends NamedTask {
	kind: 'failed';
	cause: FailedCause;
	/** Absent if the response does not explain the failure. `response` is the body then. */
	reason?: string;
	code?: string;
	response?: string;
}

/** A response that could be decoded. */
export type KnownResponse = ImagesResponse | PendingResponse | FailedResponse;

/** A decoded response body. Each JSON value becomes exactly one of these. */
export type DecodedResponse = KnownResponse | { kind: 'unknown'; reason: string; response?: string };

/** One API format. Pure functions without I/O. */
export interface ImageFormat {
	/** True if reference URLs must be downloaded first, because this request can only contain files. */
	needsBytes(request: ImageRequest): boolean;
	/** Number of calls for `n` images: one, or `n` if each call returns only one image. */
	callsFor(n: number): number;
	/** Encodes one call. All calls of a request are identical. */
	encode(request: ImageRequest): EncodedCall;
	/** Accepts any JSON value and never throws. `baseUrl` resolves relative URLs. */
	decode(body: unknown, baseUrl: string, asked?: Asked): DecodedResponse;
}

/** Details of the request that help to find its results in the response. */
export interface Asked {
	/** The polled task. A response about another task is rejected. */
	taskId?: string;
	/** URLs of the reference images that were sent. They are never results. */
	references?: string[];
	/** The user's path to the images ('Image Path in Response'). */
	imagePath?: string;
}
