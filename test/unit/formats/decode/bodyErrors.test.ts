/* eslint-disable */
import {
	complaintIn,
	declineIn,
	failureReason,
	isRefusal,
} from '../../../../nodes/NanoBanana/formats/decode/bodyErrors';

const WHY = 'the upstream broke';

describe('a complaint', () => {
	it.each([
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
	])('is read from %s', (place) => {
		expect(complaintIn({ [place]: ` ${WHY} ` })).toEqual({ reason: WHY });
	});

	it.each(['message', 'msg', 'detail', 'reason'])('is read from the %s of an error', (place) => {
		expect(complaintIn({ error: { [place]: WHY }, fail_reason: 'something else' })).toEqual({ reason: WHY });
	});

	it.each([
		['code', { code: 'upstream_error' }, 'upstream_error'],
		['code before its type', { code: 'upstream_error', type: 'server_error' }, 'upstream_error'],
		['type', { type: 'server_error' }, 'server_error'],
		['type where the code says success', { code: 'success', type: 'server_error' }, 'server_error'],
		['number', { code: 500 }, '500'],
		['trimmed code', { code: ' x ' }, 'x'],
		['first 200 letters', { code: 'x'.repeat(300) }, 'x'.repeat(200)],
	])('has the %s of its error', (_fact, error, code) => {
		expect(complaintIn({ error: { message: WHY, ...error } })).toEqual({ reason: WHY, code });
	});

	it.each(['error_code', 'errorCode', 'failCode'])('has the code beside it in %s', (place) => {
		expect(complaintIn({ fail_reason: WHY, [place]: '501' })).toEqual({ reason: WHY, code: '501' });
	});

	it('is found however often it is wrapped, up to four times', () => {
		const wrapped = (depth: number): object => (depth === 0 ? { message: WHY } : { error: wrapped(depth - 1) });

		expect(complaintIn(wrapped(1))).toEqual({ reason: WHY });
		expect(complaintIn(wrapped(5))).toEqual({ reason: WHY });
		expect(complaintIn(wrapped(6))).toBeUndefined();
		expect(complaintIn({ error: [[JSON.stringify({ error: JSON.stringify([WHY]) })]] })).toEqual({ reason: WHY });
		expect(complaintIn({ error: { message: WHY, error: null } })).toEqual({ reason: WHY });
	});

	it('is its code where nothing else is said', () => {
		expect(complaintIn({ error: { code: 'E7' } })).toEqual({ reason: 'The gateway gave the code E7', code: 'E7' });
	});

	it.each([
		'',
		'success',
		'SUCCEEDED',
		'ok',
		0,
		200,
		201,
		202,
		'10000',
		'true',
		'no error',
		'submitted',
		true,
		null,
		{},
	])('is none with the code %j alone', (code) => {
		expect(complaintIn({ error_code: code })).toBeUndefined();
		expect(complaintIn({ fail_reason: WHY, error_code: code })).toEqual({ reason: WHY });
	});

	it.each([
		'null',
		'None',
		'undefined',
		'no error',
		'OK',
		'0',
		'success',
		'Successfully',
		'succeed',
		'succeeded',
		'Submitted.',
		'accepted!',
		'成功',
		'任务提交成功。',
		' ok ',
	])('is none in the words %j', (words) => {
		expect(complaintIn({ fail_reason: words })).toBeUndefined();
		expect(complaintIn({ error: words })).toBeUndefined();
		expect(complaintIn({ error: { code: 'E7', message: words } })).toBeUndefined();
	});

	it.each([
		'success rate too low',
		'not ok',
		'no errors were found, but',
		'ok?',
		'unsuccessful',
		'这次生成图片的任务没有成功',
		`see https://cdn.example/a.png`,
		'https://cdn.example/a.png is gone',
		'my data:x',
		'data:x is broken',
	])('is one in the words %j', (words) => {
		expect(complaintIn({ fail_reason: words })).toEqual({ reason: words });
	});

	it.each([
		'https://cdn.example/a.png',
		'HTTP://cdn.example/a.png',
		'data:image/png;base64,AAAA',
		`data:${'A'.repeat(9000)} and so on`,
	])('is none where a gateway copied an address into it (%#)', (address) => {
		expect(complaintIn({ fail_reason: address })).toBeUndefined();
	});

	it('is none where there is nothing', () => {
		for (const source of [undefined, null, 'text', [], {}, { error: false }, { error: 7 }, { error: '  ' }])
			expect(complaintIn(source)).toBeUndefined();
	});
});

describe('an answer on HTTP 200', () => {
	it.each<[object, object]>([
		[{ error: WHY, code: 'E7' }, { reason: WHY }],
		[{ success: false, message: WHY }, { reason: WHY }],
		[
			{ ok: false, message: WHY, code: 'E7' },
			{ reason: WHY, code: 'E7' },
		],
		[{ ok: false, message: WHY }, { reason: WHY }],
		[{ status: false, message: WHY }, { reason: WHY }],
		[{ code: false, msg: WHY }, { reason: WHY }],
		[{ error: true, message: WHY }, { reason: WHY }],
		[{ success: false, message: 'success' }, { reason: 'The gateway gave the code false' }],
		[
			{ success: false, code: 'E7' },
			{ reason: 'The gateway gave the code E7', code: 'E7' },
		],
		[
			{ code: 'E7', message: WHY },
			{ reason: WHY, code: 'E7' },
		],
		[
			{ statusCode: 'E7', message: WHY },
			{ reason: WHY, code: 'E7' },
		],
		[
			{ status: 502, message: WHY },
			{ reason: WHY, code: '502' },
		],
		[{ code: 400 }, { reason: 'The gateway gave the code 400', code: '400' }],
		[
			{ code: 599, message: 'ok' },
			{ reason: 'The gateway gave the code 599', code: '599' },
		],
	])('is a no as %j', (body, complaint) => {
		expect(declineIn(body)).toEqual(complaint);
	});

	it.each([
		{ code: 1 },
		{ code: 1, message: 'success' },
		{ code: 'E7' },
		{ code: 399, message: 'ok' },
		{ code: 600, message: 'ok' },
		{ status: 399, message: WHY },
		{ status: 'queued', message: WHY },
		{ message: WHY },
		{ success: true, message: WHY },
		{ code: 0, message: WHY },
		{ error: false, message: WHY },
		{},
		null,
	])('is no "no" as %j', (body) => {
		expect(declineIn(body)).toBeUndefined();
	});
});

describe('the reason of a failed task', () => {
	const further = [{ reason: 'image blocked', code: 'blocked' }, { reason: 'another' }];

	it('is its own word first, then that of its images, then that around it', () => {
		expect(failureReason({ error: WHY }, { error: 'around' }, 'FAILURE', further)).toEqual({ reason: WHY });
		expect(failureReason({}, { error: 'around' }, 'FAILURE', further)).toEqual(further[0]);
		expect(failureReason({}, { error: 'around' }, 'FAILURE', [])).toEqual({ reason: 'around' });
	});

	it.each(['message', 'msg', 'detail', 'description', 'status_message', 'reason'])(
		'is read from its %s, with the status as its code',
		(place) => {
			expect(failureReason({ [place]: WHY }, { message: 'around' }, 'FAILURE', [])).toEqual({
				reason: WHY,
				code: 'FAILURE',
			});
		},
	);

	it.each(['message', 'msg'])('is read from the %s around it', (place) => {
		expect(failureReason({}, { [place]: WHY }, 'FAILURE', [])).toEqual({ reason: WHY, code: 'FAILURE' });
	});

	it.each([{}, { message: 'success' }, { message: 'ok' }, { detail: ' ' }])(
		'is its status where %j says nothing',
		(task) => {
			expect(failureReason(task, undefined, 'FAILURE', [])).toEqual({
				reason: "The task ended with the status 'FAILURE'",
				code: 'FAILURE',
			});
		},
	);
});

it.each([
	[{ reason: 'rejected by the safety system' }, true],
	[{ reason: 'rejected', code: 'moderation_blocked' }, true],
	[{ reason: WHY, code: 'upstream_error' }, false],
	[{ reason: 'insufficient balance' }, false],
])('knows whether %j is about the prompt', (complaint, isAbout) => {
	expect(isRefusal(complaint)).toBe(isAbout);
});
