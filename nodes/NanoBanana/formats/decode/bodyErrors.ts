import { classify } from '../../errors/classify';
import { readErrorBody } from '../../errors/errorBody';
import { firstText, own, unwrapText } from '../../lib/json';
import { isDeclineWord } from './statusWords';

/** What a body says went wrong. */
export interface Complaint {
	reason: string;
	code?: string;
}

const REASON_PLACES = [
	'fail_reason',
	'failReason',
	'failure_reason',
	'failed_reason',
	'error_message',
	'errorMessage',
	'error_msg',
	'errorMsg',
	'err_msg',
	'failMsg',
	'fail_msg',
	'failMessage',
];
const SUCCESS_CODES = ['', '200', '201', '202', '10000', 'true'];
const NO_COMPLAINT =
	/^(null|none|undefined|no error|ok|0|success\w*|succeed\w*|submitted|accepted|.{0,8}成功)[.!。]?$/i;

/**
 * The error that a record carries. `error: ""`, `null` and `{code: 0, message: ""}` mean that there
 * is none, and some gateways copy the address of the result into the reason of a failure.
 */
export function complaintIn(source: unknown): Complaint | undefined {
	const error = innermost(own(source, 'error'));
	const said =
		firstText(error, 'message', 'msg', 'detail', 'reason') ??
		(typeof error === 'string' && error.trim() !== '' ? error.trim() : undefined) ??
		firstText(source, ...REASON_PLACES);
	const reason =
		said === undefined ||
		NO_COMPLAINT.test(said.slice(0, 40)) ||
		/^(https?:\/\/\S+|data:\S+)$/i.test(said.slice(0, 4000))
			? undefined
			: said;
	const code = [
		own(error, 'code'),
		own(source, 'error_code'),
		own(source, 'errorCode'),
		own(source, 'failCode'),
		own(error, 'type'),
	]
		.map(codeOf)
		.find((found) => found !== undefined);
	if (reason === undefined && (code === undefined || said !== undefined)) return undefined;
	return { reason: reason ?? `The gateway gave the code ${code}`, ...(code && { code }) };
}

/** Relays wrap the error of their upstream: as a list, as text, or once more in `error`. */
function innermost(value: unknown): unknown {
	let error = unwrapText(value);
	for (let depth = 0; depth < 4; depth += 1) {
		const inner = Array.isArray(error) ? error[0] : own(error, 'error');
		if (inner === undefined || inner === null) return error;
		error = unwrapText(inner);
	}
	return error;
}

function codeOf(value: unknown): string | undefined {
	if (typeof value !== 'string' && typeof value !== 'number') return undefined;
	const code = String(value).trim().slice(0, 200);
	return SUCCESS_CODES.includes(code.toLowerCase()) || NO_COMPLAINT.test(code) ? undefined : code;
}

/** An answer that says no although HTTP said 200. A code that nobody knows beside friendly words is no refusal. */
export function declineIn(body: unknown): Complaint | undefined {
	const complaint = complaintIn(body);
	if (complaint) return complaint;
	const flags =
		['success', 'ok', 'status', 'code'].some((key) => own(body, key) === false) ||
		own(body, 'error') === true ||
		isDeclineWord(own(body, 'status'));
	const words = readErrorBody(body);
	const rawCode = [own(body, 'code'), own(body, 'statusCode'), numberOr(own(body, 'status'))]
		.map(codeOf)
		.find((found) => found !== undefined);
	if (!flags && rawCode === undefined) return undefined;
	const isFriendly = words.message === '' || NO_COMPLAINT.test(words.message.slice(0, 40));
	const isHttpError = Number(rawCode) >= 400 && Number(rawCode) < 600;
	if (isFriendly && !isHttpError && !flags) return undefined;
	return {
		reason: isFriendly ? `The gateway gave the code ${rawCode ?? 'false'}` : words.message,
		...(rawCode && { code: rawCode }),
	};
}

/** A task's status is a word; a number there is the HTTP status of the answer. */
function numberOr(status: unknown): unknown {
	return typeof status === 'number' && status >= 400 ? status : undefined;
}

/** The reason of a task that ended badly: its own words, else those around it, else the status itself. */
export function failureReason(task: unknown, body: unknown, word: string, further: Complaint[]): Complaint {
	const complaint = complaintIn(task) ?? further[0] ?? complaintIn(body);
	if (complaint) return complaint;
	return { reason: spokenIn(task, body) ?? `The task ended with the status '${word}'`, code: word };
}

/** What a task, or the body around it, says in words that are no mere nod. */
export function spokenIn(task: unknown, body: unknown): string | undefined {
	const spoken =
		firstText(task, 'message', 'msg', 'detail', 'description', 'status_message', 'reason') ??
		firstText(body, 'message', 'msg');
	return spoken === undefined || NO_COMPLAINT.test(spoken.slice(0, 40)) ? undefined : spoken;
}

/** Whether the words mean that the prompt or an image was refused, and not that something broke. */
export function isRefusal({ reason, code }: Complaint): boolean {
	return classify(400, { code, message: reason }).kind === 'prompt_refused';
}
