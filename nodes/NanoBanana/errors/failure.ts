import type { IDataObject, INode, JsonObject } from 'n8n-workflow';
import { NodeApiError } from 'n8n-workflow';

import { redact } from './redact';
import { ABOUT_THE_TASK, KINDS, REPAIRABLE, type FailureKind } from './failureKinds';

export type { FailureKind };

export interface Failure {
	kind: FailureKind;
	/** Replaces the kind's own message, where a field or a number makes it clearer. */
	message?: string;
	/** Replaces the kind's own advice. */
	nextStep?: string;
	taskId?: string;
	/** Ids of further tasks that are paid for, in the run or in the item. */
	taskIds?: string[];
	/** Items of the run whose request may have been accepted without a word. */
	unclearItems?: number[];
	/** Items of the run whose pictures are paid for and kept, with no task to ask again. */
	keptItems?: number[];
	/** True when 'Retry execution' finds them too, and not only a retry of the node itself. */
	isKeptWithExecution?: boolean;
	gatewayCode?: string;
	/** The gateway's own words; cleaned before they are shown. */
	gatewayMessage?: string;
	httpStatus?: number;
	/** Where something unexpected was thrown: for the log, never shown. */
	stack?: string;
}

/** An Error that carries a Failure through the steps; it never reaches n8n as it is. */
export function failureError(failure: Failure): Error {
	return Object.assign(new Error(failure.message ?? KINDS[failure.kind].message), { failure });
}

/** The Failure inside anything thrown. What is not ours (a full disk, a bug) becomes `internal`. */
export function toFailure(thrown: unknown): Failure {
	if (!(thrown instanceof Error)) return { kind: 'internal', gatewayMessage: String(thrown) };
	if ('failure' in thrown) return (thrown as Error & { failure: Failure }).failure;
	return { kind: 'internal', gatewayMessage: thrown.message, ...(thrown.stack && { stack: thrown.stack }) };
}

const COLLECT =
	"The task itself is not affected. Collect it with the operation 'Wait for Task Result' and the task ID, instead of creating it anew.";

function adviceOf(failure: Failure): string {
	const own = failure.nextStep ?? KINDS[failure.kind].nextStep;
	if (failure.taskId === undefined || failure.nextStep || ABOUT_THE_TASK.includes(failure.kind)) return own;
	return REPAIRABLE.includes(failure.kind) ? `${own} ${COLLECT}` : COLLECT;
}

/** The editor shows line breaks as spaces, so every part ends like a sentence. */
function sentence(text: string): string {
	return /[.!?。！？…]$/.test(text) ? text : `${text}.`;
}

/** What the user reads: title, advice with the gateway's own words, and the data for error rows. */
export function describeFailure(
	failure: Failure,
	secret?: string,
): { message: string; description: string; data: IDataObject } {
	const kind = KINDS[failure.kind];
	const words = failure.gatewayMessage ? redact(failure.gatewayMessage, secret) : '';
	const message = redact(failure.message ?? kind.message, secret);
	const description = [
		words && words !== message ? sentence(`Answer: ${words}`) : '',
		failure.taskId ? `Task ID: ${failure.taskId}.` : '',
		adviceOf(failure),
		failure.taskIds?.length
			? `Accepted by the gateway in this run: ${failure.taskIds.join(', ')}. Collect them without paying again: enable 'Retry On Fail' or use 'Retry execution', or put the IDs into 'Wait for Task Result'.`
			: '',
		failure.keptItems?.length
			? `The images of item ${failure.keptItems.join(', ')} are paid for and kept. Get them without paying again: enable 'Retry On Fail'${failure.isKeptWithExecution ? " or use 'Retry execution'" : ''}; a new execution pays again.`
			: '',
		failure.unclearItems?.length
			? `It is unclear whether the gateway accepted the request of item ${failure.unclearItems.join(', ')} as well: a task may exist and may have been billed. Look into the task list of the gateway console.`
			: '',
	].filter(Boolean);
	const data: IDataObject = { errorCode: failure.kind, description: description.join('\n') };
	if (failure.taskId) data.taskId = failure.taskId;
	if (failure.taskIds?.length) data.taskIds = failure.taskIds;
	if (failure.unclearItems?.length) data.unclearItems = failure.unclearItems;
	if (failure.keptItems?.length) data.keptItems = failure.keptItems;
	if (failure.gatewayCode) data.gatewayCode = redact(failure.gatewayCode, secret);
	if (words) data.gatewayMessage = words;
	if (failure.httpStatus) data.httpStatus = failure.httpStatus;
	return { message, description: description.join('\n'), data };
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
	const message = about.isTool ? `${title}. ${description.replace(/\n/g, ' ')}` : title;
	const error = new NodeApiError(node, { message } as JsonObject, {
		message,
		description,
		itemIndex: about.itemIndex,
		...(failure.httpStatus && { httpCode: String(failure.httpStatus) }),
	});
	error.message = message;
	error.description = about.isTool ? undefined : description;
	error.context.data = data;
	return error;
}
