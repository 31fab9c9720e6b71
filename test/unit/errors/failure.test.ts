/* eslint-disable */
import type { INode } from 'n8n-workflow';
import { NodeApiError } from 'n8n-workflow';

import { redact } from '../../../nodes/NanoBanana/errors/redact';
import {
	describeFailure,
	FailureError,
	toFailure,
	nodeError,
	type Failure,
	type Charges,
} from '../../../nodes/NanoBanana/errors/failure';
import type { FailureKind } from '../../../nodes/NanoBanana/errors/failureKinds';

/** Every kind once. TypeScript reports a missing one. */
const EVERY_KIND: Record<FailureKind, true> = {
	access_denied: true,
	body_too_large: true,
	canceled: true,
	idempotency_conflict: true,
	insufficient_balance: true,
	internal: true,
	invalid_input: true,
	invalid_key: true,
	invalid_request: true,
	key_expired: true,
	model_not_available: true,
	no_image: true,
	not_offered: true,
	prompt_refused: true,
	rate_limited: true,
	result_expired: true,
	spending_limit: true,
	storage_failed: true,
	task_failed: true,
	timed_out: true,
	unclear_submission: true,
	unknown_task: true,
	unreachable: true,
	unreadable_answer: true,
	upstream_down: true,
	wrong_base_url: true,
};
const KINDS = Object.keys(EVERY_KIND) as FailureKind[];

const node: INode = {
	id: '1',
	name: 'NanoBanana',
	type: 'n8n-nodes-nanobanana.nanoBanana',
	typeVersion: 1,
	position: [0, 0],
	parameters: {},
};
const KEY = 'sk-live-0123456789abcdef';

describe('texts that the user sees', () => {
	it.each([
		['a key', `Incorrect API key provided: ${KEY}.`, 'Incorrect API key provided: [key].'],
		['another key', 'Token sk-abcdefgh12345 is invalid', 'Token sk-[key] is invalid'],
		['a header', 'sent Authorization: Bearer abcdef123456', 'sent Authorization: Bearer [key]'],
		['a signed query', 'see https://files.example/a.png?expires=1&signature=abc', 'see https://files.example/a.png'],
		['a name and password in a URL', 'at https://user:secret@example.com/a', 'at https://example.com/a'],
		['an image', 'got data:image/png;base64,iVBORw0KGgoAAAANSUhEUg== here', 'got [image data] here'],
		['bare base64', `got ${'iVBORw0K'.repeat(30)}== here`, 'got [image data] here'],
		[
			'a web page',
			'<!doctype html><html><head><title>502 Bad Gateway</title></head><body>secret</body></html>',
			'(web page) 502 Bad Gateway',
		],
		['a web page without a title', '<html><body>secret</body></html>', '(web page)'],
		['control characters', 'a\u0000b\r\n\tc', 'a b c'],
		['Chinese', '用户额度不足', '用户额度不足'],
	])('contain only the useful part of %s', (_what, text, shown) => {
		expect(redact(text, KEY)).toBe(shown);
	});

	it('have at most 500 characters', () => {
		expect(redact('word '.repeat(1_000_000)).length).toBeLessThanOrEqual(500);
	});

	it('are not changed by a key that is empty or a single letter', () => {
		expect([redact('a text', ''), redact('a text', 'a')]).toEqual(['a text', 'a text']);
	});
});

describe.each(KINDS)('the kind %s', (kind) => {
	it('has a title and a longer description, without the words that n8n advises against', () => {
		const { message, description } = describeFailure({ kind });

		expect(message).toMatch(/^['A-Z].*[^.]$/);
		expect(description.length).toBeGreaterThan(20);
		expect(`${message} ${description}`).not.toMatch(/\b(error|problem|failure|mistake)s?\b/i);
	});

	it('is shown to the user word for word', () => {
		const { message, description } = describeFailure({ kind });
		const error = nodeError(node, { kind, httpStatus: 503 }, { itemIndex: 3, isTool: false });

		expect(error).toBeInstanceOf(NodeApiError);
		expect(error).toMatchObject({ message, description, context: { itemIndex: 3, data: { errorCode: kind } } });
	});

	it('includes the task and the tasks of other items', () => {
		const { description, data } = describeFailure({
			kind,
			taskId: 'task_1',
			charges: { taskIds: ['task_2', 'task_3'] },
		});

		expect(description).toContain('Task ID: task_1');
		expect(description).toContain('task_2, task_3');
		expect(data).toMatchObject({ taskId: 'task_1', taskIds: ['task_2', 'task_3'] });
	});
});

it.each(['ECONNRESET', 'ETIMEDOUT', 'ENOTFOUND', 'ECONNREFUSED', 'ECONNABORTED'])(
	'keeps its text if the API returns %s, which n8n would replace with "retry"',
	(code) => {
		const error = nodeError(
			node,
			{ kind: 'unclear_submission', gatewayMessage: `socket hang up ${code}` },
			{ itemIndex: 0, isTool: false },
		);

		expect(error.message).toBe('It is unclear whether the API accepted the request');
		expect(error.description).toContain("on your provider's dashboard before");
	},
);

describe('what other items were charged for', () => {
	const textOf = (failure: Failure) => describeFailure(failure).description;
	const charges = { taskIds: ['task_2'], isKeptWithExecution: true };
	const retry = "'Retry execution' returns them at no extra cost, unless you change the request";

	it('is not contradicted by the cost of the item that failed', () => {
		expect(textOf({ kind: 'insufficient_balance', charges })).toMatch(/^You were not charged for this item\. /);
		expect(textOf({ kind: 'insufficient_balance', charges: { taskIds: [] } })).toMatch(/^You were not charged\. /);
	});

	it('would be charged again in a new run, but not with Retry execution', () => {
		const text = textOf({ kind: 'task_failed', taskId: 'task_1', charges });

		expect(text).toContain('If you run the node again, you will be charged again for these tasks: task_2.');
		expect(text).toContain(retry);
	});

	it.each<[kind: FailureKind, charges: Partial<Charges>]>([
		['unclear_submission', {}],
		['no_image', {}],
		['result_expired', {}],
		['task_failed', { taskIds: [], emptyItems: [3] }],
		['task_failed', { taskIds: [], unclearItems: [3] }],
		['task_failed', { taskIds: [], keptItems: [3], isKeptWithExecution: false }],
	])('is not offered with Retry execution if that sends a charged request again: %s %j', (kind, more) => {
		expect(textOf({ kind, charges: { ...charges, ...more, taskIds: ['task_2'] } })).not.toContain('Retry execution');
	});

	it.each<[kind: FailureKind, charges: Partial<Charges>, isFree: boolean]>([
		['task_failed', {}, true],
		['unclear_submission', {}, false],
		['result_expired', {}, false],
		['task_failed', { emptyItems: [3] }, false],
	])(
		'is free with Retry execution for kept images, unless it sends a charged request again: %s %j',
		(kind, more, isFree) => {
			const text = textOf({ kind, charges: { taskIds: [], keptItems: [2], isKeptWithExecution: true, ...more } });

			expect(text.includes(retry)).toBe(isFree);
			expect(text.includes('sends other requests again that may already have been charged')).toBe(!isFree);
		},
	);
});

it('recommends running the same node again if reading a task failed', () => {
	const { description } = describeFailure({ kind: 'rate_limited', taskId: 'task_1', isRead: true });

	expect(description).toBe('The task is not affected. Run this node again at no extra cost.\nTask ID: task_1.');
});

it('contains the message of the API without secrets, and its code and status', () => {
	const { description, data } = describeFailure(
		{ kind: 'invalid_key', gatewayMessage: `bad key ${KEY}`, gatewayCode: 'bad_key', httpStatus: 401 },
		KEY,
	);

	expect(description.split('\n').at(-1)).toBe('API response: bad key [key].');
	expect(data).toMatchObject({
		errorCode: 'invalid_key',
		gatewayMessage: 'bad key [key]',
		gatewayCode: 'bad_key',
		httpStatus: 401,
	});
});

it('includes the next step in the message for an agent, because an agent sees nothing else', () => {
	const error = nodeError(node, { kind: 'timed_out', taskId: 'task_1' }, { itemIndex: 0, isTool: true });

	expect(error.message).toContain('Task ID: task_1');
	expect(error.message).toContain('Wait for Task Result');
	expect(error.description).toBeFalsy();
});

it('has no socket code in the message for an agent, because n8n would replace the message', () => {
	const failure: Failure = { kind: 'unclear_submission', gatewayMessage: 'socket hang up ECONNRESET' };
	const { message } = nodeError(node, failure, { itemIndex: 0, isTool: true });

	expect(message).toContain('It is unclear whether the API accepted the request. You may have been charged.');
	expect(message).not.toMatch(/ECONNRESET/);
});

it('has no cause, because a cause contains the request with its key', () => {
	const error = nodeError(node, { kind: 'unreachable' }, { itemIndex: 0, isTool: false });

	expect(JSON.stringify({ ...error })).not.toMatch(/authorization/i);
	expect(error.cause).toBeUndefined();
});

it('reads the failure from a thrown error, and reports any other error as internal', () => {
	const failure = { kind: 'canceled' as const, taskId: 'task_1' };

	expect(toFailure(new FailureError(failure))).toBe(failure);
	expect(toFailure(new Error('disk full'))).toEqual({
		kind: 'internal',
		gatewayMessage: 'disk full',
		stack: expect.stringContaining('failure.test'),
	});
	expect(toFailure('text')).toEqual({ kind: 'internal', gatewayMessage: 'text' });
});

it('does not show where an unexpected error was thrown', () => {
	const failure = toFailure(new Error('disk full'));
	const error = nodeError(node, failure, { itemIndex: 0, isTool: false });

	expect(JSON.stringify([describeFailure(failure), error.message, error.description, error.context])).not.toContain(
		'failure.test',
	);
	expect(describeFailure(failure)).toMatchObject({ data: { errorCode: 'internal', gatewayMessage: 'disk full' } });
});

it('explains how to fix the key and get the task if the key is not valid for a paid task', () => {
	const { description } = describeFailure({ kind: 'invalid_key', taskId: 'task_1' });

	expect(description).toContain('paste the key again');
	expect(description).toContain("enter the task ID in 'Wait for Task Result'");
});

it('does not suggest a new request if a task cannot be read because the API is down', () => {
	const { description } = describeFailure({ kind: 'upstream_down', taskId: 'task_1' });

	expect(description).not.toMatch(/billed|run the node again/i);
	expect(description).toContain('The task is charged. Get its images at no extra cost');
});

it('shows an unusable response, short and without the key, signed queries, and base64', () => {
	const response = `{"any":"sk-0123456789abcdef","url":"https://cdn.example/a.png?sig=1","b64":"${'A'.repeat(4000)}","more":"${'x '.repeat(2000)}"}`;
	const { data, description } = describeFailure({ kind: 'unclear_submission', response }, 'sk-0123456789abcdef');

	expect(data.response).toMatch(/^\{"any":"\[key\]","url":"https:\/\/cdn\.example\/a\.png","b64":"\[image data\]"/);
	expect(String(data.response).length).toBeLessThanOrEqual(1500);
	expect(description.split('\n').at(-1)).toMatch(/^API response: .{200,250}$/);
});
