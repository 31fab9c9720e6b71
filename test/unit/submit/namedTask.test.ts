/* eslint-disable */
import { idInHeaders, taskNamedIn } from '../../../nodes/NanoBanana/submit/namedTask';

const OPEN = { taskId: 't-1', isOpen: true, isTurnedAway: false };

it.each([
	['the body', { task_id: 't-1', status: 'queued' }],
	['data', { data: { task_id: 't-1', status: 'processing' } }],
	['data as text', { data: '{"task_id":"t-1","status":"queued"}' }],
	['task', { task: { job_id: 't-1', status: 'queued' } }],
	['job', { job: { taskId: 't-1', status: 'running' } }],
	['result', { result: { task_id: 't-1', status: 'queued' } }],
	['error', { error: { task_id: 't-1', status: 'queued', message: 'busy' } }],
])('finds the task in %s', (_place, body) => {
	expect(taskNamedIn(body)).toEqual(OPEN);
});

it.each([
	[{ id: 't-1', status: 'queued' }],
	[{ data: { id: 't-1' } }],
	['t-1'],
	[undefined],
	[[]],
	[{ other: { task_id: 't-1' } }],
])('finds none in %j', (body) => {
	expect(taskNamedIn(body)).toBeUndefined();
});

it.each([
	['rejected', { isOpen: false, isTurnedAway: true }],
	['cancelled', { isOpen: false, isTurnedAway: true }],
	['error', { isOpen: false, isTurnedAway: false }],
	['FAIL', { isOpen: false, isTurnedAway: false }],
	['failed', { isOpen: false, isTurnedAway: false }],
	['failure', { isOpen: false, isTurnedAway: false }],
	['succeeded', { isOpen: false, isTurnedAway: false }],
	['odd', { isOpen: false, isTurnedAway: false }],
])('reads the status %s beside it', (status, told) => {
	expect(taskNamedIn({ task_id: 't-1', status })).toEqual({ taskId: 't-1', ...told });
});

it('says nothing of a status that is not there', () => {
	expect(taskNamedIn({ task_id: 't-1' })).toEqual({ taskId: 't-1', isOpen: false, isTurnedAway: false });
});

it.each([
	[{ location: '/v1/images/tasks/t-1' }, 't-1'],
	[{ location: 'https://api.example/v1/images/tasks/t-1?x=1' }, 't-1'],
	[{ 'operation-location': '/v1/images/tasks/t.1:2_' }, 't.1:2_'],
	[{ location: '/v1/images/tasks/t-1.' }, 't-1'],
	[{ location: '/v1/images/tasks/' }, undefined],
	[{ location: '/tasks' }, undefined],
	[{ 'x-new-api-task-id': 't-2' }, 't-2'],
	[{}, undefined],
])('reads the headers %j as %s', (headers, taskId) => {
	expect(idInHeaders(headers)).toBe(taskId);
});
