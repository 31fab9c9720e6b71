import type { IDataObject, INode, JsonObject } from 'n8n-workflow';
import { NodeApiError } from 'n8n-workflow';

import { withoutUndefined, unlessEmpty } from '../lib/json';
import { redact, SHOWN_IN_DETAILS } from './redact';
import { KINDS, type Cost, type FailureKind } from './failureKinds';

export interface Failure {
	kind: FailureKind;
	/** Replaces the kind's message if a field name or a number makes it clearer. */
	message?: string;
	/** Replaces the kind's next step. */
	nextStep?: string;
	taskId?: string;
	/** IDs of additional tasks in the response to the same request. They are not polled. */
	otherTaskIds?: string[];
	/** What else was charged: for other items of the run, or for other calls and earlier tries of this item. */
	charges?: Charges;
	gatewayCode?: string;
	/** True for operations that only read a task. Running the node again is free and cannot create another task. */
	isRead?: boolean;
	/** Text from the API, or details of the fault. Redacted before it is shown. */
	gatewayMessage?: string;
	httpStatus?: number;
	/** ISO time of the request whose outcome is unclear. */
	submittedAt?: string;
	/** The original body of an unusable response. Redacted and shortened before it is shown. */
	response?: string;
	/** Stack trace of an unexpected error. Only for the log, never shown. */
	stack?: string;
}

export interface Charges {
	/** Tasks that are charged. */
	taskIds: string[];
	/** Items whose request may have been accepted without a clear response. */
	unclearItems?: number[];
	/** Items whose images are charged and kept for a retry, but without a task to poll. */
	keptItems?: number[];
	/** Items whose response did not contain an image, which is usually charged. */
	emptyItems?: number[];
	/** True if something of this item itself is in these lists. */
	isOwnListed?: boolean;
	/** True if 'Retry execution' also finds the kept images. Otherwise only a retry of the node itself does. */
	isKeptWithExecution?: boolean;
}

/** Passes a Failure through the steps. `nodeError` converts it before it reaches n8n. */
export class FailureError extends Error {
	constructor(readonly failure: Failure) {
		super(failure.message ?? KINDS[failure.kind].message);
	}

	static from(thrown: unknown): FailureError {
		return thrown instanceof FailureError ? thrown : new FailureError(toFailure(thrown));
	}
}

export function throwIfCanceled(signal?: AbortSignal): void {
	if (signal?.aborted) throw new FailureError({ kind: 'canceled' });
}

/** Converts anything thrown to a Failure. Unexpected errors (a bug, an error of n8n) become `internal`. */
export function toFailure(thrown: unknown): Failure {
	if (thrown instanceof FailureError) return thrown.failure;
	if (!(thrown instanceof Error)) return { kind: 'internal', gatewayMessage: String(thrown) };
	return { kind: 'internal', gatewayMessage: thrown.message, ...(thrown.stack && { stack: thrown.stack }) };
}

const COSTS: Record<Cost, string> = {
	notCharged: 'You were not charged.',
	maybeCharged: 'You may have been charged.',
	charged: 'You were charged.',
};
const GET_IMAGES = "The task is charged. Get its images at no extra cost: enter the task ID in 'Wait for Task Result'.";
/** A changed field, such as the prompt, makes it another request, for all items of the node. */
const RETRY_RETURNS_THEM =
	"'Retry execution' returns them at no extra cost, unless you change the request, such as the prompt or the model.";
const READ_AGAIN = 'The task is not affected. Run this node again at no extra cost.';
/** Maximum number of IDs in a text. `details` contains all of them. */
const SHOWN_IDS = 3;
/** How many characters of the API's message, and of an unusable response, are shown. */
const MESSAGE_CHARACTERS = 200;
const RESPONSE_CHARACTERS = 250;

/** Text that says whether the request was charged. */
export function costText(failure: Failure): string {
	const { cost } = KINDS[failure.kind];
	if (cost === 'notCharged' && chargesText(failure).length > 0)
		return `You were not charged for this ${failure.charges?.isOwnListed ? 'try' : 'item'}.`;
	return cost ? COSTS[cost] : '';
}

/** Whether the user was charged, and one thing to do. */
function adviceOf(failure: Failure): string {
	const kind = KINDS[failure.kind];
	const special = failure.nextStep ?? (failure.isRead ? kind.readNextStep : undefined);
	const advice = special ?? kind.nextStep;
	if (failure.taskId === undefined) return [costText(failure), advice].filter(Boolean).join(' ');
	if (kind.isAboutTask) return advice;
	const getImages = failure.isRead ? READ_AGAIN : GET_IMAGES;
	return special !== undefined || kind.isRepairable ? `${advice} ${getImages}` : getImages;
}

/** Lists what else was charged. Must not call a step free that may be charged again. */
function chargesText(failure: Failure): string[] {
	const charges: Partial<Charges> = failure.charges ?? {};
	const { taskIds = [], keptItems = [], emptyItems = [], unclearItems = [], isKeptWithExecution = false } = charges;
	// 'Retry execution' sends requests again if their outcome is unclear or they returned no image.
	const isRetryCharged =
		KINDS[failure.kind].isUnclear === true ||
		failure.kind === 'result_expired' ||
		(failure.kind === 'no_image' && failure.taskId === undefined) ||
		unclearItems.length + emptyItems.length > 0;
	const texts: string[] = [];
	if (taskIds.length > 0) {
		const isRetryFree = !isRetryCharged && isKeptWithExecution;
		texts.push(
			`If you run the node again, you will be charged again for these tasks: ${some(taskIds)}. Instead, get their images with 'Wait for Task Result' at no extra cost.${isRetryFree ? ` ${RETRY_RETURNS_THEM}` : ''}`,
		);
	}
	if (keptItems.length > 0) {
		const retry = isRetryCharged
			? "'Retry execution' returns them, but sends other requests again that may already have been charged."
			: RETRY_RETURNS_THEM;
		const lost = 'n8n could not keep them. If you run the node again, you will be charged again.';
		texts.push(`The images of these items are charged: ${some(keptItems)}. ${isKeptWithExecution ? retry : lost}`);
	}
	if (emptyItems.length > 0)
		texts.push(`The API returned no image for these items: ${some(emptyItems)}. You may have been charged for them.`);
	if (unclearItems.length > 0)
		texts.push(
			`It is unclear whether the API accepted the requests of these items: ${some(unclearItems)}. You may have been charged for them. Check the usage log on your provider's dashboard.`,
		);
	return texts;
}

/** For a response with multiple tasks. Only the first one is polled. */
export function otherTasksText(taskIds: string[]): string {
	return `The API returned more than one task ID. You may have been charged for these tasks, too: ${some(taskIds)}. Get their images with 'Wait for Task Result'.`;
}

function some(values: Array<string | number>): string {
	const shown = values.slice(0, SHOWN_IDS).join(', ');
	return values.length > SHOWN_IDS ? `${shown}, and ${values.length - SHOWN_IDS} more` : shown;
}

/** Adds a period if needed, because line breaks are not shown everywhere, e.g. not to an AI agent. */
function sentence(text: string): string {
	return /[.!?。！？…]$/.test(text) ? text : `${text}.`;
}

/** The texts for the user (title, then cost, next step, task ID, API response), and the data for error items. */
export function describeFailure(
	failure: Failure,
	apiKey?: string,
): { message: string; description: string; data: IDataObject } {
	const kind = KINDS[failure.kind];
	const words = failure.gatewayMessage ? redact(failure.gatewayMessage, apiKey) : '';
	const message = redact(failure.message ?? kind.message, apiKey);
	const isOurs = failure.httpStatus === undefined && kind.isOurs === true;
	const shown = words.length > MESSAGE_CHARACTERS ? `${words.slice(0, MESSAGE_CHARACTERS - 1)}…` : words;
	const status = failure.kind === 'unclear_submission' && failure.httpStatus ? `HTTP ${failure.httpStatus}: ` : '';
	const description = [
		adviceOf(failure),
		failure.taskId ? `Task ID: ${failure.taskId}.` : '',
		failure.otherTaskIds ? otherTasksText(failure.otherTaskIds) : '',
		...chargesText(failure),
		failure.submittedAt ? `Request sent: ${failure.submittedAt}.` : '',
		shown && shown !== message ? sentence(`${isOurs ? 'Details' : 'API response'}: ${status}${shown}`) : '',
		failure.response && (!words || isOurs)
			? `API response: ${redact(failure.response, apiKey, RESPONSE_CHARACTERS)}`
			: '',
	].filter(Boolean);
	const text = description.join('\n');
	const data = withoutUndefined({
		errorCode: failure.kind,
		description: text,
		taskId: failure.taskId,
		taskIds: unlessEmpty(failure.charges?.taskIds),
		otherTaskIds: failure.otherTaskIds,
		unclearItems: unlessEmpty(failure.charges?.unclearItems),
		keptItems: unlessEmpty(failure.charges?.keptItems),
		emptyItems: unlessEmpty(failure.charges?.emptyItems),
		gatewayCode: failure.gatewayCode ? redact(failure.gatewayCode, apiKey) : undefined,
		gatewayMessage: words || undefined,
		httpStatus: failure.httpStatus,
		submittedAt: failure.submittedAt,
		response: failure.response ? redact(failure.response, apiKey, SHOWN_IN_DETAILS) : undefined,
	});
	return { message, description: text, data };
}

/**
 * The only place that creates the error that n8n shows. It passes n8n a clean object without a code or cause:
 * n8n replaces a text that contains a socket code, and a cause would copy the request headers (with the key) into
 * the execution data.
 */
export function nodeError(
	node: INode,
	failure: Failure,
	{ itemIndex, apiKey, isTool }: { itemIndex: number; apiKey?: string; isTool: boolean },
): NodeApiError {
	const { message: title, description, data } = describeFailure(failure, apiKey);
	// Most AI agents only get the message, so it must include the next step.
	// n8n replaces a message that contains a socket code with advice to try again.
	const text = isTool ? `${title}. ${description.replace(/\n/g, ' ')}` : title;
	const message = text.replace(/\be(conn|addr|host|net|pipe|timed|notfound|ai_)\w*\b/gi, 'network fault');
	const error = new NodeApiError(node, { message } as JsonObject, {
		message,
		description,
		itemIndex,
		...(failure.httpStatus && { httpCode: String(failure.httpStatus) }),
	});
	error.message = message;
	// The editor renders HTML and shows a line break as a space. `data.description` keeps the plain text.
	error.description = isTool ? undefined : description.replace(/\n/g, '<br>');
	error.context.data = data;
	return error;
}
