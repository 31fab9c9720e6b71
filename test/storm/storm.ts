/* eslint-disable */
// Runs many executions in the real engine with all faults, and then compares the results with the ledger.
import type { IDataObject, INode, INodeExecutionData } from 'n8n-workflow';

import { nanoBananaWorkflow, runWorkflow, type RunOptions, type RunResult } from '../engine/support/runWorkflow';
import { startMockApi, type LedgerEntry, type MockApi } from '../mock-api';
import { createRandom } from '../mock-api/random';
import { ALL_FAULTS, KEY_FAULTS } from './faults';

export interface StormOptions {
	seed: number;
	tasks: number;
	/** The API honors the Idempotency-Key, and 'Retry Unclear Requests' is on. */
	honorsKey?: boolean;
}

/** One line of the table. The last four columns are losses: anything but zero is a defect. */
export interface StormReport {
	seed: number;
	requested: number;
	accepted: number;
	known: number;
	unclear: number;
	imagesCharged: number;
	delivered: number;
	retries: number;
	faults: number;
	peakMegabytes: number;
	lostTasks: number;
	lostImages: number;
	chargedTwice: number;
	strayKeys: number;
}

const ITEMS_PER_EXECUTION = 10;
const EXECUTIONS_AT_ONCE = 3;
/** How often a user would click "Retry execution". */
const MANUAL_RETRIES = 4;
const OPTIONS = { pollInterval: 0.02, timeout: 6, maxImageSize: 2 };
/**
 * With keys, a request is sent again after 1, 2, 4, 8, … seconds: eight tries fit into the timeout. A quarter of them
 * end unclear, so all eight end unclear once in 60,000 requests.
 */
const KEY_OPTIONS = { ...OPTIONS, timeout: 120, retryUnclear: true };

/** What the user can know: output items and log lines. */
interface Reported {
	taskIds: Set<string>;
	/** Per prompt: how often a request was reported as unclear. */
	unclear: Map<string, number>;
	/** Number of returned images per task ID, or per prompt without a task. */
	images: Map<string, number>;
}

export async function runStorm({ seed, tasks, honorsKey = false }: StormOptions): Promise<StormReport> {
	const mockApi = await startMockApi({
		seed,
		taskMs: [20, 120],
		syncMs: 20,
		tasksAtOnce: 24,
		// Large enough that n8n stores them while they arrive.
		imageBytes: 1_100_000,
		faults: honorsKey ? KEY_FAULTS : ALL_FAULTS,
		honorsIdempotencyKey: honorsKey,
	});
	try {
		const reported: Reported = { taskIds: new Set(), unclear: new Map(), images: new Map() };
		const count = Math.ceil(tasks / ITEMS_PER_EXECUTION);
		const numbers = Array.from({ length: count }, (_, number) => number);
		let retries = 0;
		let peak = 0;
		const stuck: Ended[] = [];
		const worker = async (): Promise<void> => {
			for (let number = numbers.shift(); number !== undefined; number = numbers.shift()) {
				const ended = await runExecution(mockApi, {
					seed,
					number,
					reported,
					honorsKey,
					size: Math.min(ITEMS_PER_EXECUTION, tasks - number * ITEMS_PER_EXECUTION),
				});
				retries += ended.retries;
				if (ended.result.status === 'error') stuck.push(ended);
				peak = Math.max(peak, process.memoryUsage().rss);
			}
		};
		await Promise.all(Array.from({ length: EXECUTIONS_AT_ONCE }, worker));
		mockApi.set({ faults: [] });
		for (const ended of stuck) retries += await retryOnABetterDay(mockApi, ended, reported);
		await collectRest(mockApi, reported);
		return {
			seed,
			requested: tasks,
			retries,
			...audit(mockApi, reported),
			peakMegabytes: Math.round(peak / 1_048_576),
		};
	} finally {
		await mockApi.stop();
	}
}

interface Execution {
	seed: number;
	number: number;
	size: number;
	reported: Reported;
	honorsKey: boolean;
}

/** An execution after its manual retries. */
interface Ended {
	workflow: ReturnType<typeof nanoBananaWorkflow>;
	prompts: string[];
	result: RunResult;
	retries: number;
}

async function runExecution(mockApi: MockApi, { seed, number, size, reported, honorsKey }: Execution): Promise<Ended> {
	const random = createRandom(seed * 1_000 + number);
	const prompts = Array.from({ length: size }, (_, index) => `storm ${seed}-${number}-${index}`);
	const input: INodeExecutionData[] = prompts.map((prompt) => ({
		json: { prompt, n: 1 + Math.floor(random.next() * 2) },
	}));
	const apiFormat = pick(random.next(), ['asyncTask', 'asyncTask', 'asyncTask', 'openAi', 'gemini']);
	const onError = pick(random.next(), [
		'stopWorkflow',
		'stopWorkflow',
		'continueRegularOutput',
		'continueErrorOutput',
	]) as INode['onError'];
	const parameters: IDataObject = {
		model: { __rl: true, mode: 'id', value: 'NanoBanana2-0.5K' },
		// Every try evaluates expressions again, but must still find the task of the first try. Not with keys: the API
		// rejects a used key with another body.
		prompt: random.next() < 0.4 && !honorsKey ? "={{ $json.prompt + ' #' + Math.random() }}" : '={{ $json.prompt }}',
		numberOfImages: '={{ $json.n }}',
		requestOptions: { timeout: 2000 },
		options: {
			...(honorsKey ? KEY_OPTIONS : OPTIONS),
			apiFormat,
			download: random.next() < 0.8,
			responseFormat: random.next() < 0.3 ? 'b64_json' : 'url',
		},
	};
	const workflow = nanoBananaWorkflow(parameters as never, {
		onError,
		retryOnFail: random.next() < 0.6,
		maxTries: 3,
		waitBetweenTries: 1,
	});
	let result = await run(mockApi, workflow, { input });
	note(result, prompts, reported);
	let retries = 0;
	while (result.status === 'error' && retries < MANUAL_RETRIES) {
		retries += 1;
		result = await run(mockApi, workflow, { previous: result.data });
		note(result, prompts, reported);
	}
	return { workflow, prompts, result, retries };
}

/** The images of calls without a task are only in the failed execution, so a retry is needed to get them. */
async function retryOnABetterDay(
	mockApi: MockApi,
	{ workflow, prompts, result }: Ended,
	reported: Reported,
): Promise<number> {
	// On a busy machine a response may take longer than the request timeout of the storm.
	for (const { parameters } of workflow.nodes) delete parameters.requestOptions;
	let last = result;
	let retries = 0;
	for (; last.status === 'error' && retries < MANUAL_RETRIES; retries += 1) {
		last = await run(mockApi, workflow, { previous: last.data });
		note(last, prompts, reported);
	}
	return retries;
}

async function run(
	mockApi: MockApi,
	workflow: ReturnType<typeof nanoBananaWorkflow>,
	options: RunOptions,
): Promise<RunResult> {
	const { baseUrl, apiKey } = mockApi;
	return await runWorkflow(workflow, { credentials: { nanoBananaApi: { baseUrl, apiKey } }, ...options });
}

function pick<T>(chance: number, choices: T[]): T {
	return choices[Math.floor(chance * choices.length)];
}

function note(result: RunResult, prompts: string[], reported: Reported): void {
	for (const { level, meta } of result.logs) {
		if (level === 'info' && typeof meta.taskId === 'string') reported.taskIds.add(meta.taskId);
		const isUnclear = level === 'warn' && typeof meta.itemIndex === 'number';
		if (isUnclear) add(reported.unclear, prompts[meta.itemIndex as number], 1);
	}
	for (const row of result.output('NanoBanana').flat()) {
		const { taskId, imageUrl } = row.json;
		const prompt = prompts[(row.pairedItem as { item: number }).item];
		const isImage = imageUrl !== undefined || row.binary !== undefined;
		if (isImage) add(reported.images, String(taskId ?? prompt), 1);
	}
}

function add(counts: Map<string, number>, key: string, by: number): void {
	counts.set(key, (counts.get(key) ?? 0) + by);
}

/** After the faults have ended, gets the images of the task IDs in the logs, as a user would. */
async function collectRest(mockApi: MockApi, reported: Reported): Promise<void> {
	const open = [...reported.taskIds].filter(
		(taskId) => !reported.images.has(taskId) && mockApi.task(taskId)?.state !== 'failed',
	);
	if (open.length === 0) return;
	const workflow = nanoBananaWorkflow(
		{ operation: 'waitForResult', taskId: open.join(), options: OPTIONS },
		{ onError: 'continueRegularOutput' },
	);
	note(await run(mockApi, workflow, {}), [''], reported);
}

/** The prompt of the input item, without what an expression added. */
function itemOf({ prompt }: LedgerEntry): string {
	return prompt.split(' #')[0];
}

type Audit = Omit<StormReport, 'seed' | 'requested' | 'retries' | 'peakMegabytes'>;

function audit({ ledger, journal }: MockApi, reported: Reported): Audit {
	const isKnown = (entry: LedgerEntry): boolean =>
		entry.taskId === null ? reported.images.has(itemOf(entry)) : reported.taskIds.has(entry.taskId);
	const byPrompt = new Map<string, LedgerEntry[]>();
	// A failed task is not charged, so nothing can be lost.
	for (const entry of ledger.filter(({ imagesCharged }) => imagesCharged > 0))
		byPrompt.set(itemOf(entry), [...(byPrompt.get(itemOf(entry)) ?? []), entry]);
	const sum = (count: (entries: LedgerEntry[], prompt: string) => number): number =>
		[...byPrompt].reduce((total, [prompt, entries]) => total + count(entries, prompt), 0);
	const unclear = (prompt: string): number => reported.unclear.get(prompt) ?? 0;
	const chargedTasks = ledger.filter((entry) => entry.taskId !== null && isKnown(entry));
	const imagesCharged = chargedTasks.reduce((total, { imagesCharged }) => total + imagesCharged, 0);
	const delivered = chargedTasks.reduce((total, { taskId }) => total + (reported.images.get(String(taskId)) ?? 0), 0);
	return {
		accepted: ledger.length,
		known: ledger.filter(isKnown).length,
		unclear: [...reported.unclear.values()].reduce((total, count) => total + count, 0),
		imagesCharged,
		delivered,
		faults: journal.filter(({ fault }) => fault !== undefined).length,
		lostTasks: sum((entries, prompt) =>
			Math.max(0, entries.filter((entry) => !isKnown(entry)).length - unclear(prompt)),
		),
		lostImages: Math.max(0, imagesCharged - delivered),
		// A manual retry after an unclear end is the user's decision. Multiple calls of one item are not a repetition.
		chargedTwice: sum((entries, prompt) => {
			const wanted = entries.every(({ kind }) => kind === 'generateContent') ? 2 : 1;
			return Math.max(0, entries.length - wanted - unclear(prompt));
		}),
		strayKeys: journal.filter(({ origin, headers }) => origin !== 'api' && JSON.stringify(headers).includes('sk-mock-'))
			.length,
	};
}
