import type { IDataObject, INode, JsonObject } from 'n8n-workflow';
import { NodeApiError } from 'n8n-workflow';

import { isWebPage } from './gatewayWords';

/** Everything that can go wrong, as a user tells it apart. Stable: workflows branch on it (`details.errorCode`). */
export type FailureKind = keyof typeof KINDS;

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
	gatewayCode?: string;
	/** The gateway's own words; cleaned before they are shown. */
	gatewayMessage?: string;
	httpStatus?: number;
	retryAfterMs?: number;
}

/** Message: what happened. Next step: how to go on. One row per kind. */
const KINDS = {
	access_denied: {
		message: 'The gateway does not allow this key to do that',
		nextStep: 'Check in the gateway console which groups, models and addresses this key may use, or choose another credential.',
	},
	body_too_large: {
		message: 'The request is too large for the gateway',
		nextStep: "Use fewer or smaller reference images, or pass them as addresses (set 'Input Type' to 'Image URL(s)').",
	},
	canceled: {
		message: 'The execution was canceled',
		nextStep: "Tasks that the gateway had accepted go on there. Collect them with 'Get Task Status' or 'Wait for Task Result'.",
	},
	insufficient_balance: {
		message: 'The gateway account has no balance left for this request',
		nextStep: 'Top up the account or raise the quota of the key in the gateway console.',
	},
	internal: {
		message: 'The node could not finish this item',
		nextStep: 'Run the node again. When it happens twice, report it together with the text above.',
	},
	invalid_input: {
		message: 'A field holds a value that cannot be sent',
		nextStep: 'Change the field named above.',
	},
	invalid_key: {
		message: 'The gateway does not accept the API key',
		nextStep: "Open the credential, paste the key again (without spaces) and press 'Test'. Check that 'Base URL' is the gateway that issued the key.",
	},
	invalid_request: {
		message: 'The gateway does not accept the request',
		nextStep: "Change what the gateway's answer names. 'Preview Request' under Options shows what is sent.",
	},
	key_expired: {
		message: 'The API key has expired',
		nextStep: 'Create a new key in the gateway console and put it into the credential.',
	},
	model_not_available: {
		message: 'The gateway has no such model for this account',
		nextStep: "Choose another entry in 'Model' (the list shows what the gateway offers this key), or have the model enabled for the account.",
	},
	no_image: {
		message: 'The gateway finished without an image',
		nextStep: "Read what the model answered, change the prompt and run the node again. This run may have been billed.",
	},
	not_offered: {
		message: 'The gateway does not offer this way of generating images',
		nextStep: "Choose another entry in 'API Format'. Nothing was generated or billed.",
	},
	prompt_refused: {
		message: 'The prompt or a reference image was refused',
		nextStep: 'Change the prompt or the reference image. The same request will most likely be refused again.',
	},
	rate_limited: {
		message: 'The gateway takes no more requests at the moment',
		nextStep: "Nothing was billed for this item. Lower 'Max Concurrency' under Options or run the node later.",
	},
	result_expired: {
		message: 'The gateway no longer keeps the images of this task',
		nextStep: 'Results are kept for a limited time. The image has to be generated (and paid for) again.',
	},
	spending_limit: {
		message: "The run would generate more images than 'Max Images' allows",
		nextStep: "Nothing was sent. Raise 'Max Images' under Options, or send fewer items or a smaller 'Number of Images'.",
	},
	task_failed: {
		message: 'The gateway could not generate the image',
		nextStep: 'Read the reason, change the request if it names something, and run the node again. As a rule a task that ended like this is not billed.',
	},
	timed_out: {
		message: "The task was not finished within 'Timeout'",
		nextStep: "It is still running at the gateway and already paid for: collect it with the operation 'Wait for Task Result' and the task ID above, or raise 'Timeout' under Options. Running this node again in a new execution would pay again.",
	},
	unclear_submission: {
		message: 'It is unclear whether the gateway accepted the request',
		nextStep: 'A task may exist and may have been billed, so the request was not sent again. Look for it in the task list of the gateway console before you run the node again; a new run is a new purchase.',
	},
	unknown_task: {
		message: 'The gateway does not know this task ID',
		nextStep: "Check 'Task ID'. Gateways forget tasks after a while, and most show a task only to the key that created it.",
	},
	unreachable: {
		message: 'The gateway could not be reached',
		nextStep: "Nothing was sent or billed. Check 'Base URL' in the credential, the network and the proxy settings of n8n, then run the node again.",
	},
	unreadable_answer: {
		message: 'The gateway sent an answer that cannot be read',
		nextStep: "Try again later. When it stays, ask the gateway's support and name the time of the request.",
	},
	upstream_down: {
		message: 'The gateway is overloaded or out of order',
		nextStep: 'Nothing was billed for this item. Run the node again later.',
	},
	wrong_base_url: {
		message: "'Base URL' in the credential does not lead to the API",
		nextStep: "Enter the address of the API itself, e.g. https://api.example.com, without the path of an endpoint. A web page answered, or an address that the gateway does not have. If the address is right, this gateway may lack the entrance: try another 'API Format'.",
	},
} as const;

/**
 * Gateway words made fit to be shown: no markup, no key, no signed query, no image data, at most
 * 500 characters. `secret` is the credential's key, which gateways like to quote.
 */
export function cleanText(text: string, secret?: string): string {
	const plain = (isWebPage(text) ? titleOf(text) : text).slice(0, 20_000);
	const clean = withoutKey(plain, secret)
		.replace(/data:[\w/+.-]+;base64,[\w+/=-]*/gi, '[image data]')
		.replace(/\b(sk-|Bearer\s{1,9})[\w.~+/=-]{4,}/gi, '$1[key]')
		.replace(/(https?:\/\/[^\s?#"'<>]+)[?#][^\s"'<>]*/gi, '$1')
		.replace(/(https?:\/\/)[^\s/@"'<>]*@/gi, '$1')
		.replace(/[?&](expires|signature|sig|token|key|x-amz-[\w-]+)=[^\s"'<>]*/gi, '')
		.replace(/[\w+/-]{120,}={0,2}|([A-Za-z0-9+/]{60,76}\s{1,4}){2,}[\w+/]*={0,2}/g, '[image data]')
		.replace(/(\d{1,3}[,\s]{1,4}){15,}\d{1,3}/g, '[bytes]')
		.replace(/<\/?[a-z!?][^<>]{0,300}>/gi, ' ')
		.replace(/\p{Cc}+/gu, ' ')
		.trim();
	if (clean.length <= SHOWN_CHARACTERS) return clean;
	// The family writes the id of the request, which its support asks for, at the very end.
	const requestId = /\(request id: [^()]{1,100}\)/.exec(clean.slice(SHOWN_CHARACTERS - 120))?.[0] ?? '';
	return `${clean.slice(0, SHOWN_CHARACTERS - requestId.length - 2)}… ${requestId}`.trim();
}

/** The text itself, only without the credential's key. */
export function withoutKey(text: string, secret?: string): string {
	const key = secret?.trim() ?? '';
	return key.length > 3 ? text.split(key).join('[key]') : text;
}

const SHOWN_CHARACTERS = 500;

function titleOf(html: string): string {
	const title = /<title[^>]*>([^<]{1,200})/i.exec(html.slice(0, 20_000))?.[1];
	return title ? `(web page) ${title}` : '(web page)';
}

/** An Error that carries a Failure through the steps; it never reaches n8n as it is. */
export function failureError(failure: Failure): Error {
	return Object.assign(new Error(failure.message ?? KINDS[failure.kind].message), { failure });
}

/** The Failure inside anything thrown. What is not ours (a full disk, a bug) becomes `internal`. */
export function failureIn(thrown: unknown): Failure {
	if (thrown instanceof Error && 'failure' in thrown) return (thrown as Error & { failure: Failure }).failure;
	const reason = thrown instanceof Error ? thrown.message : String(thrown);
	return { kind: 'internal', gatewayMessage: reason };
}

/** Kinds that are said of the task itself; with any other kind the task goes on, whatever came between. */
const ABOUT_THE_TASK: FailureKind[] = ['task_failed', 'prompt_refused', 'no_image', 'result_expired', 'unknown_task', 'timed_out', 'invalid_input'];
/** Kinds whose advice holds with a task as well; the others would send people to pay again. */
const REPAIRABLE: FailureKind[] = ['access_denied', 'insufficient_balance', 'invalid_key', 'key_expired', 'wrong_base_url'];
const COLLECT = "The task itself is not affected. Collect it with the operation 'Wait for Task Result' and the task ID, instead of creating it anew.";

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
export function describeFailure(failure: Failure, secret?: string): { message: string; description: string; data: IDataObject } {
	const kind = KINDS[failure.kind];
	const words = failure.gatewayMessage ? cleanText(failure.gatewayMessage, secret) : '';
	const message = cleanText(failure.message ?? kind.message, secret);
	const description = [
		words && words !== message ? sentence(`Answer: ${words}`) : '',
		failure.taskId ? `Task ID: ${failure.taskId}.` : '',
		adviceOf(failure),
		failure.taskIds?.length ? `Accepted by the gateway in this run: ${failure.taskIds.join(', ')}. Collect them without paying again: enable 'Retry On Fail' or use 'Retry execution', or put the IDs into 'Wait for Task Result'.` : '',
		failure.unclearItems?.length
			? `It is unclear whether the gateway accepted the request of item ${failure.unclearItems.join(', ')} as well: a task may exist and may have been billed. Look into the task list of the gateway console.`
			: '',
	].filter(Boolean);
	const data: IDataObject = { errorCode: failure.kind, description: description.join('\n') };
	if (failure.taskId) data.taskId = failure.taskId;
	if (failure.taskIds?.length) data.taskIds = failure.taskIds;
	if (failure.unclearItems?.length) data.unclearItems = failure.unclearItems;
	if (failure.gatewayCode) data.gatewayCode = cleanText(failure.gatewayCode, secret);
	if (words) data.gatewayMessage = words;
	if (failure.httpStatus) data.httpStatus = failure.httpStatus;
	return { message, description: description.join('\n'), data };
}

/**
 * The only place that makes the error n8n shows. It gets a clean object without code or cause: n8n
 * replaces the text when it finds a socket code in it, and a cause would carry the request headers
 * (with the key) into the execution data.
 */
export function nodeError(node: INode, failure: Failure, about: { itemIndex: number; secret?: string; isTool: boolean }): NodeApiError {
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
