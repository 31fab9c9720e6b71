import type { IDataObject, INode, JsonObject } from 'n8n-workflow';
import { NodeApiError } from 'n8n-workflow';

import { present, someOf } from '../lib/json';
import { redact } from './redact';
import { KINDS, type Cost, type FailureKind } from './failureKinds';

export type { FailureKind };

export interface Failure {
	kind: FailureKind;
	/** Replaces the kind's own message, where a field or a number makes it clearer. */
	message?: string;
	/** Replaces the kind's own advice. */
	nextStep?: string;
	taskId?: string;
	/** Further tasks in the response to the same request. They are not polled. */
	otherTaskIds?: string[];
	/** What else was paid for: by the other items of the run, or by other calls of this item. */
	others?: PaidByOthers;
	gatewayCode?: string;
	/** Of an operation that only reads: running its node again is free, and it cannot create another task. */
	isRead?: boolean;
	/** What the API wrote; redacted before it is shown. */
	gatewayMessage?: string;
	httpStatus?: number;
	/** ISO time of the request that ended unclear. */
	submittedAt?: string;
	/** The body of a response that could not be used, as it came; redacted and shortened before it is shown. */
	response?: string;
	/** Where something unexpected was thrown: for the log, never shown. */
	stack?: string;
}

export interface PaidByOthers {
	/** Tasks that are charged. */
	taskIds: string[];
	/** Items whose request may have been accepted without a word. */
	unclearItems?: number[];
	/** Items whose images are charged and kept, with no task that could be polled. */
	keptItems?: number[];
	/** Items that were answered without an image, which is usually charged. */
	emptyItems?: number[];
	/** True when 'Retry execution' finds the kept images too, and not only a retry of the node itself. */
	isKeptWithExecution?: boolean;
}

/** Carries a Failure through the steps; it never reaches n8n as it is. */
export class FailureError extends Error {
	constructor(readonly failure: Failure) {
		super(failure.message ?? KINDS[failure.kind].message);
	}

	/** Anything thrown as an error of this class. */
	static from(thrown: unknown): FailureError {
		return thrown instanceof FailureError ? thrown : new FailureError(toFailure(thrown));
	}
}

/** The Failure inside anything thrown. What nobody expected (a bug, an error of n8n) becomes `internal`. */
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
const GET_IMAGES =
	"The task is not affected. Get its images at no extra cost: enter the task ID in 'Wait for Task Result'.";
const READ_AGAIN = 'The task is not affected. Run this node again at no extra cost.';
/** The most IDs in a text. All of them are in `details`. */
const SHOWN_IDS = 3;
const SHOWN_CHARACTERS = 200;

/** What this failure of a request means for the bill. */
export function costText({ kind }: Failure): string {
	const { cost } = KINDS[kind];
	return cost ? COSTS[cost] : '';
}

/** What the failure costs, and one thing to do. */
function adviceOf(failure: Failure): string {
	const kind = KINDS[failure.kind];
	const advice = failure.nextStep ?? kind.nextStep;
	if (failure.taskId === undefined) return [ownCostText(failure), advice].filter(Boolean).join(' ');
	if (kind.isAboutTask) return advice;
	const getImages = failure.isRead ? READ_AGAIN : GET_IMAGES;
	return failure.nextStep || kind.isRepairable ? `${advice} ${getImages}` : getImages;
}

function ownCostText(failure: Failure): string {
	const { taskIds = [], keptItems = [], emptyItems = [], unclearItems = [] } = failure.others ?? {};
	const isOnlyCost = [taskIds, keptItems, emptyItems, unclearItems].every((charged) => charged.length === 0);
	if (KINDS[failure.kind].cost === 'notCharged' && !isOnlyCost) return 'You were not charged for this item.';
	return costText(failure);
}

/** What else was charged. Never calls a step free that may charge again. */
function othersText(failure: Failure): string[] {
	const {
		taskIds = [],
		keptItems = [],
		emptyItems = [],
		unclearItems = [],
		isKeptWithExecution,
	} = failure.others ?? {};
	// 'Retry execution' sends the requests again that ended unclear or without an image.
	const isRetryCharged =
		KINDS[failure.kind].isUnclear === true ||
		failure.kind === 'result_expired' ||
		(failure.kind === 'no_image' && failure.taskId === undefined) ||
		unclearItems.length + emptyItems.length > 0;
	const texts: string[] = [];
	if (taskIds.length > 0) {
		const isRetryFree = !isRetryCharged && isKeptWithExecution === true;
		texts.push(
			`If you run the node again, you will be charged again for these tasks: ${some(taskIds)}. Instead, ${isRetryFree ? "use 'Retry execution', or " : ''}get their images with 'Wait for Task Result' at no extra cost.`,
		);
	}
	if (keptItems.length > 0) {
		const retry = isRetryCharged
			? "'Retry execution' returns them, but sends other requests again that may already have been charged."
			: "'Retry execution' returns them at no extra cost.";
		const lost = 'n8n could not keep them. If you run the node again, you will be charged again.';
		texts.push(`The images of these items are charged: ${some(keptItems)}. ${isKeptWithExecution ? retry : lost}`);
	}
	if (emptyItems.length > 0)
		texts.push(`The API returned no image for these items: ${some(emptyItems)}. You may have been charged for them.`);
	if (unclearItems.length > 0)
		texts.push(
			`It is unclear whether the API accepted the requests of these items: ${some(unclearItems)}. You may have been charged for them. Check the tasks on your provider's dashboard.`,
		);
	return texts;
}

/** For a response with multiple tasks, of which only the first is polled. */
export function otherTasksText(taskIds: string[]): string {
	return `The API returned more than one task ID. You may have been charged for these tasks, too: ${some(taskIds)}. Get their images with 'Wait for Task Result'.`;
}

function some(values: Array<string | number>): string {
	const shown = values.slice(0, SHOWN_IDS).join(', ');
	return values.length > SHOWN_IDS ? `${shown}, and ${values.length - SHOWN_IDS} more` : shown;
}

/** Characters of a response that could not be used. */
const SHOWN_IN_DESCRIPTION = 250;
export const SHOWN_IN_DETAILS = 1500;

/** Where no line breaks are shown, e.g. to an agent, every part still ends like a sentence. */
function sentence(text: string): string {
	return /[.!?。！？…]$/.test(text) ? text : `${text}.`;
}

/** What the user reads (title, then cost, next step, task ID, API response), and the data for error items. */
export function describeFailure(
	failure: Failure,
	secret?: string,
): { message: string; description: string; data: IDataObject } {
	const kind = KINDS[failure.kind];
	const words = failure.gatewayMessage ? redact(failure.gatewayMessage, secret) : '';
	const message = redact(failure.message ?? kind.message, secret);
	const isOurs = failure.httpStatus === undefined && kind.isOurs === true;
	const shown = words.length > SHOWN_CHARACTERS ? `${words.slice(0, SHOWN_CHARACTERS - 1)}…` : words;
	const status = failure.kind === 'unclear_submission' && failure.httpStatus ? `HTTP ${failure.httpStatus}: ` : '';
	const description = [
		adviceOf(failure),
		failure.taskId ? `Task ID: ${failure.taskId}.` : '',
		failure.otherTaskIds ? otherTasksText(failure.otherTaskIds) : '',
		...othersText(failure),
		failure.submittedAt ? `Request sent: ${failure.submittedAt}.` : '',
		shown && shown !== message ? sentence(`${isOurs ? 'Details' : 'API response'}: ${status}${shown}`) : '',
		failure.response && (!words || isOurs)
			? `API response: ${redact(failure.response, secret, SHOWN_IN_DESCRIPTION)}`
			: '',
	].filter(Boolean);
	const text = description.join('\n');
	const data = present({
		errorCode: failure.kind,
		description: text,
		taskId: failure.taskId,
		taskIds: someOf(failure.others?.taskIds),
		otherTaskIds: failure.otherTaskIds,
		unclearItems: someOf(failure.others?.unclearItems),
		keptItems: someOf(failure.others?.keptItems),
		emptyItems: someOf(failure.others?.emptyItems),
		gatewayCode: failure.gatewayCode ? redact(failure.gatewayCode, secret) : undefined,
		gatewayMessage: words || undefined,
		httpStatus: failure.httpStatus,
		submittedAt: failure.submittedAt,
		response: failure.response ? redact(failure.response, secret, SHOWN_IN_DETAILS) : undefined,
	});
	return { message, description: text, data };
}

/**
 * The only place that makes the error n8n shows. It gets a clean object without code or cause: n8n
 * replaces the text when it finds a socket code in it, and a cause would carry the request headers
 * (with the key) into the execution data.
 */
export function nodeError(
	node: INode,
	failure: Failure,
	about: { itemIndex: number; secret?: string; isTool: boolean },
): NodeApiError {
	const { message: title, description, data } = describeFailure(failure, about.secret);
	// Most agents are shown the message alone, so for them the next step belongs into it.
	// n8n replaces a message that contains a socket code by advice to try again.
	const text = about.isTool ? `${title}. ${description.replace(/\n/g, ' ')}` : title;
	const message = text.replace(/\be(conn|addr|host|net|pipe|timed|notfound|ai_)\w*\b/gi, 'network fault');
	const error = new NodeApiError(node, { message } as JsonObject, {
		message,
		description,
		itemIndex: about.itemIndex,
		...(failure.httpStatus && { httpCode: String(failure.httpStatus) }),
	});
	error.message = message;
	// The editor renders HTML and shows a line break as a space. `data.description` keeps the plain text.
	error.description = about.isTool ? undefined : description.replace(/\n/g, '<br>');
	error.context.data = data;
	return error;
}
