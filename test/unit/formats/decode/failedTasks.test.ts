/* eslint-disable */
import { asyncTask } from '../../../../nodes/NanoBanana/formats/asyncTask';

const decode = (body: unknown) => asyncTask.decode(body, 'https://gateway.example');
const failedWith = (fields: object): object => ({
	code: 'success',
	data: { task_id: 't-1', status: 'FAILURE', progress: '100%', ...fields },
});

/** Every row with a code, null where the answer has none. */
function withCode<T>(rows: Array<[body: T, reason: string, code?: string]>): Array<[T, string, string | null]> {
	return rows.map(([body, reason, code]) => [body, reason, code ?? null]);
}

describe('a failed task', () => {
	it.each(
		withCode<object>([
			[{ error: 'the upstream broke' }, 'the upstream broke'],
			[{ error: { message: 'the upstream broke' } }, 'the upstream broke'],
			[{ error: { code: 'upstream_error', message: 'the upstream broke' } }, 'the upstream broke', 'upstream_error'],
			[{ error: { code: 500, message: 'the upstream broke' } }, 'the upstream broke', '500'],
			[{ error: { type: 'server_error', message: 'the upstream broke' } }, 'the upstream broke', 'server_error'],
			[{ error: JSON.stringify({ error: { message: 'the upstream broke' } }) }, 'the upstream broke'],
			[{ error: [{ message: 'the upstream broke' }] }, 'the upstream broke'],
			[{ fail_reason: 'the upstream broke' }, 'the upstream broke'],
			[{ error_message: 'the upstream broke' }, 'the upstream broke'],
			[{ errorMessage: 'the upstream broke' }, 'the upstream broke'],
			[{ failMsg: 'the upstream broke', failCode: '501' }, 'the upstream broke', '501'],
			[{ failure_reason: 'the upstream broke' }, 'the upstream broke'],
			[{ message: 'the upstream broke' }, 'the upstream broke', 'FAILURE'],
			[
				{ output: { availability: 'failed', data: [], error: { code: 'x', message: 'the upstream broke' } } },
				'the upstream broke',
				'x',
			],
			[{ fail_reason: 'the upstream broke', result_url: 'the upstream broke' }, 'the upstream broke'],
			[{ error: { code: 0, message: '' }, fail_reason: '' }, "The task ended with the status 'FAILURE'", 'FAILURE'],
			[
				{ error: null, result_url: 'https://cdn.example/old.png' },
				"The task ended with the status 'FAILURE'",
				'FAILURE',
			],
			[{ status: '失败', fail_reason: 'the upstream broke' }, 'the upstream broke'],
			[
				{ http_status: 502, error: { type: 'upstream_error', message: '请求上游地址失败' } },
				'请求上游地址失败',
				'upstream_error',
			],
		]),
	)('says why in %j', (fields, reason, code) => {
		const outcome = decode(failedWith(fields));
		expect(outcome).toMatchObject({ kind: 'failed', taskId: 't-1', reason });
		expect(outcome).not.toHaveProperty('refused');
		expect((outcome.kind === 'failed' && outcome.code) ?? null).toBe(code);
	});

	it.each([
		{ error: { code: 'moderation_blocked', message: 'rejected' } },
		{ fail_reason: 'Your request was rejected by the safety system.' },
		{ fail_reason: '内容违规，请修改提示词' },
		{ error: { code: 'InputTextSensitiveContentDetected', message: '' } },
	])('is a refusal by %j', (fields) => {
		expect(decode(failedWith(fields))).toMatchObject({ kind: 'failed', refused: true });
	});

	it('is told from one whose images are gone or never came', () => {
		expect(decode({ id: 't-1', status: 'completed', output: { availability: 'expired', data: [] } })).toMatchObject({
			kind: 'failed',
			code: 'result_expired',
		});
		expect(decode(failedWith({ status: 'SUCCESS', fail_reason: 'no image generated', data: null }))).toMatchObject({
			kind: 'failed',
			reason: 'no image generated',
		});
		expect(decode(failedWith({ status: 'SUCCESS', data: [] }))).toMatchObject({
			kind: 'images',
			images: [],
			taskId: 't-1',
		});
	});
});

describe('an error that is always there', () => {
	it.each([
		null,
		'',
		{},
		false,
		'null',
		{ code: 0, message: '' },
		{ code: '', message: '' },
		{ code: 200, message: 'success' },
		[],
	])('is none as %j', (error) => {
		expect(decode({ data: { task_id: 't-1', error } })).toMatchObject({ kind: 'pending', taskId: 't-1' });
		expect(decode({ data: { task_id: 't-1', status: 'processing', error } })).toMatchObject({
			kind: 'pending',
			status: 'running',
		});
	});
});

describe('a no on HTTP 200', () => {
	it.each(
		withCode<unknown>([
			[{ code: 400, msg: 'Unsupported aspect ratio', data: null }, 'Unsupported aspect ratio', '400'],
			[{ code: '400', message: 'Unsupported aspect ratio' }, 'Unsupported aspect ratio', '400'],
			[
				{ code: 'invalid_request', message: 'Unsupported aspect ratio', data: null },
				'Unsupported aspect ratio',
				'invalid_request',
			],
			[
				{ error: { code: 400, message: 'Unsupported aspect ratio', status: 'INVALID_ARGUMENT' } },
				'Unsupported aspect ratio',
				'400',
			],
			[[{ error: { code: 400, message: 'Unsupported aspect ratio' } }], 'Unsupported aspect ratio', '400'],
			[{ error: 'Unsupported aspect ratio' }, 'Unsupported aspect ratio'],
			[{ success: false, message: 'Unsupported aspect ratio' }, 'Unsupported aspect ratio'],
			[{ code: false, msg: 'Unsupported aspect ratio' }, 'Unsupported aspect ratio'],
			[{ error: true, message: 'Unsupported aspect ratio' }, 'Unsupported aspect ratio'],
			[{ status: 'error', message: 'Unsupported aspect ratio', data: null }, 'Unsupported aspect ratio', 'error'],
			[{ status: 400, message: 'Unsupported aspect ratio' }, 'Unsupported aspect ratio', '400'],
			[{ code: 500, data: null }, 'The gateway gave the code 500', '500'],
			[{ success: false }, 'The gateway gave the code false'],
		]),
	)('is read from %j', (body, reason, code) => {
		const outcome = decode(body);
		expect(outcome).toMatchObject({ kind: 'failed', reason });
		expect((outcome.kind === 'failed' && outcome.code) ?? null).toBe(code);
		expect(outcome).not.toHaveProperty('taskId');
	});

	it('keeps the id of a task that it names', () => {
		expect(decode({ code: 500, message: 'queue broke', data: { task_id: 't-1' } })).toMatchObject({
			kind: 'failed',
			taskId: 't-1',
			reason: 'queue broke',
		});
	});
});

describe('the pictures beside a failure', () => {
	const A = 'https://cdn.example/a.png';

	it.each([
		{ fail_reason: 'Blocked by content policy', results: [{ url: A }] },
		{ status: 'nsfw', results: [{ url: A }] },
		{ status: 'canceled', results: [{ url: A }] },
		{ status: '已取消', results: [{ url: A }] },
		{ fail_reason: 'reference image 1 could not be read', url: A },
		{ fail_reason: 'input image #2 of 3 is broken', url: A },
		{ fail_reason: 'Upload 1/2 failed', url: A },
		{ fail_reason: 'the upstream broke (1/1)', url: A },
		{ fail_reason: '4 of 4 images failed', url: A },
	])('are no result in %j', (fields) => {
		expect(decode(failedWith(fields))).toMatchObject({ kind: 'failed', isEnd: true });
	});

	it.each([
		{ fail_reason: '1 of 4 images was blocked by content policy', results: [{ url: A }] },
		{ status: 'canceled', fail_reason: 'some images were not started', results: [{ url: A }] },
		{ fail_reason: '1/2 images failed', url: A },
		{ fail_reason: 'the upstream broke', results: [{ url: A }] },
	])('are a part in %j', (fields) => {
		expect(decode(failedWith(fields))).toMatchObject({ kind: 'images', images: [{ url: A }] });
	});
});
