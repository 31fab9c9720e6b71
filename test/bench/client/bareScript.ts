/* eslint-disable */
// The limit: creates all tasks at once, gets a message when a task has ended, then downloads and stores its image.
// No checks, no retries, no records: no client of such an API can be faster.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import { REQUEST, type ApiAccess } from '../api';

export interface BareOptions extends ApiAccess {
	items: number;
	folder: string;
	/** Parallel downloads. Default: all at once. */
	transfersAtOnce?: number;
	/** Status requests per task, on average. Default: 1. */
	readsPerTask?: number;
}

export async function runBareTasks({
	baseUrl,
	apiKey,
	endsUrl,
	items,
	folder,
	transfersAtOnce = Infinity,
}: BareOptions): Promise<number> {
	const dispatcher = new Agent();
	const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' };
	const ends = await listen(endsUrl, dispatcher);
	const transfer = createPlaces(transfersAtOnce);
	try {
		await Promise.all(
			Array.from({ length: items }, async (_, index) => {
				const created = await request(`${baseUrl}/v1/images/tasks`, {
					dispatcher,
					method: 'POST',
					headers,
					body: JSON.stringify({ ...REQUEST, output_format: 'png' }),
				});
				const { task_id } = dataOf(await created.body.json());
				await ends.of(task_id);
				const read = await request(`${baseUrl}/v1/images/tasks/${task_id}`, { dispatcher, headers });
				const { result_url } = dataOf(await read.body.json());
				await transfer(async () => await store(result_url, dispatcher, join(folder, `${index}.png`)));
			}),
		);
		return items;
	} finally {
		await dispatcher.destroy();
	}
}

/** Runs at most `places` jobs at a time, in the order of the calls. */
export function createPlaces(places: number): <T>(work: () => Promise<T>) => Promise<T> {
	const waiting: Array<() => void> = [];
	let free = places;
	return async (work) => {
		if (free > 0) free -= 1;
		else await new Promise<void>((resolve) => waiting.push(resolve));
		try {
			return await work();
		} finally {
			const next = waiting.shift();
			if (next) next();
			else free += 1;
		}
	};
}

export async function runBareCalls({ baseUrl, apiKey, items, folder }: BareOptions): Promise<number> {
	const dispatcher = new Agent();
	const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' };
	try {
		await Promise.all(
			Array.from({ length: items }, async (_, index) => {
				const response = await request(`${baseUrl}/v1/images/generations`, {
					dispatcher,
					method: 'POST',
					headers,
					body: JSON.stringify({ ...REQUEST, output_format: 'png', response_format: 'url' }),
				});
				const { data } = (await response.body.json()) as { data: Array<{ url: string }> };
				await store(data[0].url, dispatcher, join(folder, `${index}.png`));
			}),
		);
		return items;
	} finally {
		await dispatcher.destroy();
	}
}

async function store(url: string, dispatcher: Agent, path: string): Promise<void> {
	const { body } = await request(url, { dispatcher });
	await writeFile(path, body);
}

function dataOf(body: unknown): { task_id: string; result_url: string } {
	return (body as { data: { task_id: string; result_url: string } }).data;
}

/** Receives the ends of tasks that the API reports. */
export async function listen(
	endsUrl: string,
	dispatcher = new Agent(),
): Promise<{ of(taskId: string): Promise<void>; close(): void }> {
	const waiting = new Map<string, () => void>();
	const ended = new Set<string>();
	const { body } = await request(endsUrl, { dispatcher, bodyTimeout: 0 });
	let rest = '';
	body.on('data', (chunk: Buffer) => {
		const lines = (rest + chunk.toString()).split('\n');
		rest = lines.pop() ?? '';
		for (const taskId of lines) {
			ended.add(taskId);
			waiting.get(taskId)?.();
		}
	});
	// The stream is cut off at the end.
	body.on('error', () => undefined);
	return {
		of: async (taskId) => {
			if (!ended.has(taskId)) await new Promise<void>((resolve) => waiting.set(taskId, resolve));
		},
		close: () => void body.destroy(),
	};
}
