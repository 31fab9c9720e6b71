/* eslint-disable */
import type { Call } from '../call';
import { DIALECTS } from '../dialects';
import { finishedAt } from '../tasks/tasks';
import { LOOPBACK_HOSTS } from '../tasks/referenceImages';
import { pause } from '../state';
import type { Task, TaskView } from '../types';
import { invalidRequest } from './rejections';

/** The same number of tries as in a fork of New API. */
const TRIES = 3;
const PAUSE_MS = 1_000;
const CHECK_EVERY_MS = 20;

/** The URL that the client wants to be called when its task ends. Not in the API's documentation. */
export function readCallbackUrl({ mock, body }: Call): string | undefined {
	const url = body.kind === 'json' ? (body.value as { callback_url?: unknown } | null)?.callback_url : undefined;
	if (!mock.settings.sendsCallbacks || url === undefined) return undefined;
	if (typeof url === 'string' && URL.canParse(url) && LOOPBACK_HOSTS.includes(new URL(url).hostname)) return url;
	throw invalidRequest('callback_url must be a URL, and the mock API only calls loopback');
}

/** Sends the finished task, unsigned, as a fork of New API does. */
export async function callBack({ mock }: Call, task: Task, url: string, view: () => Promise<TaskView>): Promise<void> {
	while (finishedAt(mock, task) === null) await pause(mock, CHECK_EVERY_MS);
	const { body } = DIALECTS[mock.settings.dialect].query(await view());
	const headers = { 'content-type': 'application/json', 'x-new-api-task-id': String(task.taskId) };
	for (let rest = TRIES; rest > 0; rest -= 1) {
		const signal = mock.stopping.signal;
		const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body), signal }).catch(
			() => null,
		);
		if (response?.ok) return;
		await pause(mock, PAUSE_MS);
	}
}
