import { meaning } from '../formats/decode/statusWords';
import { explicitId, statusWord } from '../formats/decode/taskIds';
import { firstText, own, unwrapText } from '../lib/json';

/** The task that an answer names although it says that the request failed. */
export interface NamedTask {
	taskId: string;
	/** Its own status says that it is on its way. */
	isOpen: boolean;
	/** Its own status says that it never will be. */
	isTurnedAway: boolean;
}

const GENERAL_WORDS = ['error', 'fail', 'failed', 'failure'];

/** The answer to a request that failed holds ids of many kinds: only what is called a task's counts. A general word beside it is said of the request. */
export function taskNamedIn(body: unknown): NamedTask | undefined {
	const places = [body, ...['data', 'task', 'job', 'result', 'error'].map((key) => unwrapText(own(body, key)))];
	for (const place of places) {
		const taskId = explicitId(place);
		if (taskId === undefined) continue;
		const word = statusWord(place) ?? '';
		const status = meaning(word);
		return {
			taskId,
			isOpen: status === 'queued' || status === 'running',
			isTurnedAway: status === 'failed' && !GENERAL_WORDS.includes(word.toLowerCase()),
		};
	}
	return undefined;
}

/** Some relatives name the task in a header, also as the address to go to. */
export function idInHeaders(headers: Record<string, unknown>): string | undefined {
	const location = firstText(headers, 'location', 'operation-location') ?? '';
	return /\/tasks\/([\w.:-]*\w)/.exec(location)?.[1] ?? firstText(headers, 'x-new-api-task-id');
}
