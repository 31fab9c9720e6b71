/* eslint-disable */
// Which object of a response is the task, and what the rest of the response means for it.
import { openAi } from '../../../../nodes/NanoBanana/formats/openAi';
import { A, BASE_URL, decode } from '../../support/decoding';

it.each<[tasks: object[], taskId: string]>([
	[
		[
			{ task_id: 't-1', status: 'failed' },
			{ task_id: 't-2', status: 'queued' },
		],
		't-2',
	],
	[
		[
			{ task_id: 't-1', status: 'failed' },
			{ task_id: 't-2', status: 'failed' },
		],
		't-1',
	],
	[
		[
			{ task_id: 't-1', status: 'queued' },
			{ task_id: 't-2', status: 'failed' },
		],
		't-1',
	],
])('reads the first task that has not failed: %j', (data, taskId) => {
	expect(decode({ data })).toMatchObject({ taskId, otherTaskIds: [taskId === 't-1' ? 't-2' : 't-1'] });
});

it.each(['queued', 'running'])('reads the success of a request with a task that is %s as an open task', (status) => {
	expect(decode({ task_id: 't-1', status: 'success', data: { status } })).toMatchObject({ kind: 'pending', status });
});

it('reads a success without a task and an image as unknown, or as failed if it contains an error', () => {
	expect(decode({ status: 'success' })).toEqual({ kind: 'unknown', reason: 'The response contains no image' });
	expect(decode({ status: 'success', error: 'disk full' })).toEqual({
		kind: 'failed',
		cause: 'taskFailed',
		reason: 'disk full',
	});
	expect(decode({ data: { status: 'success' } })).toEqual({ kind: 'images', images: [] });
});

it('says how many images failed, and that they were blocked only if all of them were', () => {
	const blocked = { error: { code: 'moderation_blocked', message: 'blocked by moderation' } };
	const failed = { error: { message: 'disk full' } };
	const warningsOf = (entries: object[]) => {
		const decoded = decode({ created: 1, data: [{ url: A }, ...entries] });
		return decoded.kind === 'images' ? decoded.warnings : decoded;
	};

	expect(warningsOf([blocked, failed])).toEqual(['2 of 3 images failed: moderation_blocked; disk full']);
	expect(warningsOf([blocked, blocked])).toEqual([
		'2 of 3 images were blocked: moderation_blocked; moderation_blocked',
	]);
});

it('returns an image next to an error with a warning', () => {
	expect(decode({ data: [{ url: A }], error: { code: 'slow', message: 'late' } })).toMatchObject({
		warnings: ['The API response contains an error: slow: late'],
	});
});

it('does not warn if the number of images is as announced', () => {
	const task = { task_id: 't-1', status: 'succeeded', result_url: A, metadata: { result_count: 1 } };

	expect(decode(task)).not.toHaveProperty('warnings');
});

it.each<[data: object, kind: string]>([
	[{ id: 7, status: 'running' }, 'pending'],
	[{ task_id: 't-1', status: 'running' }, 'pending'],
	[{ id: 't-2', status: 'running' }, 'unknown'],
	[{ task_id: 9, status: 'running' }, 'unknown'],
])('polled as t-1, %j is %s', (data, kind) => {
	expect(decode({ data }, { taskId: 't-1' }).kind).toBe(kind);
});

it.each<[body: object, taskId: string | undefined]>([
	[{ code: 'success', data: 'task_1' }, 'task_1'],
	[{ code: 'success', data: '!task_1' }, undefined],
	[{ code: 'success', data: 'task_1!' }, undefined],
	[{ code: 'success', data: 'success' }, undefined],
	[{ code: 'ok', data: 'task_1' }, undefined],
])('reads the text in data as a task ID only next to "success": %j', (body, taskId) => {
	const decoded = decode(body);

	expect('taskId' in decoded ? decoded.taskId : undefined).toBe(taskId);
	expect(decode(body, { taskId: 't-1' })).not.toMatchObject({ taskId: 'task_1' });
});

it('accepts an ID of 500 characters, and shortens a long status and model', () => {
	expect(decode({ task_id: 'x'.repeat(500) })).toMatchObject({ taskId: 'x'.repeat(500) });
	expect(decode({ task_id: 't-1', status: 'y'.repeat(150), model: 'm'.repeat(300) })).toMatchObject({
		word: 'y'.repeat(100),
		model: 'm'.repeat(200),
	});
});

it('says that deleted images are not available', () => {
	expect(decode({ task_id: 't-1', status: 'succeeded', output: { availability: 'expired' } })).toMatchObject({
		code: 'result_expired',
		reason: expect.stringContaining('The images are') as string,
	});
});

it.each(['task_status_msg', 'message', 'msg'])('reads the reason of a failed task from %s', (name) => {
	expect(decode({ data: { task_id: 't-1', status: 'failed', [name]: 'no luck' } })).toMatchObject({
		reason: 'no luck',
	});
});

it('reads a failed status without an ID as a rejection, unless it is in an object for the task', () => {
	expect(decode({ status: 'failed' })).toMatchObject({ cause: 'rejected' });
	expect(decode({ data: { status: 'failed' } })).toMatchObject({ cause: 'taskFailed' });
	expect(decode({ data: { status: 'failed' }, error: 'no' })).toMatchObject({ cause: 'rejected' });
	expect(decode({ task_id: 't-1', status: 'failed', error: 'no' })).toMatchObject({ cause: 'taskFailed' });
});

it('reports the errors of all images together, if the response itself has none and no task', () => {
	const data = [{ error: { message: 'first' } }, { error: { message: 'second' } }, { error: { message: 'first' } }];

	expect(decode({ created: 1, data })).toEqual({ kind: 'failed', cause: 'taskFailed', reason: 'first; second' });
	expect(decode({ data, error: 'all failed' })).toMatchObject({ cause: 'rejected', reason: 'all failed' });
	expect(decode({ data: { task_id: 't-1', data } })).toMatchObject({ kind: 'pending', taskId: 't-1' });
});

it('reads a task without a status as queued only if it has just been created', () => {
	expect(decode({ task_id: 't-1' })).toMatchObject({ status: 'queued' });
	expect(decode({ task_id: 't-1' }, { taskId: 't-1' })).toMatchObject({ status: 'unknown' });
	expect(decode({ task_id: 't-1', error: 'slow' })).toMatchObject({ status: 'unknown', reason: 'slow' });
});

it('reads a response with `created` as an image response, even if it contains no image', () => {
	expect(decode({ created: 1 })).toEqual({ kind: 'images', images: [] });
	expect(decode({ created: 1, data: [] })).toEqual({ kind: 'images', images: [] });
	expect(decode({ data: { created: 1, data: [] } })).toEqual({ kind: 'images', images: [] });
	for (const body of [{ created: 1, data: 'text' }, { data: [] }, {}])
		expect(decode(body)).toEqual({
			kind: 'unknown',
			reason: 'The response contains neither a task ID nor an image',
		});
});

it('returns images next to an unknown status only without a task', () => {
	expect(decode({ status: 'mystery', data: [{ url: A }] })).toMatchObject({ kind: 'images', images: [{ url: A }] });
	expect(decode({ task_id: 't-1', status: 'mystery', data: [{ url: A }] })).toMatchObject({ kind: 'pending' });
	expect(decode({ status: 'mystery' })).toMatchObject({ kind: 'pending', status: 'unknown', word: 'mystery' });
});

it('keeps the ID next to a status of success in a synchronous response only if it has no images', () => {
	const taskIdOf = (data: object[]) => {
		const decoded = openAi.decode({ id: 'gen-1', status: 'completed', data }, BASE_URL);
		return 'taskId' in decoded ? decoded.taskId : undefined;
	};

	expect(taskIdOf([])).toBe('gen-1');
	expect(taskIdOf([{ url: A }])).toBeUndefined();
});
