/* eslint-disable */
import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';

import {
	newModelApi,
	ITEMS,
	tryNode,
	type FileResponse,
	type GetResponse,
	type ModelApi,
	type PostResponse,
	type Script,
} from './modelApi';

/** What happens outside of the node: the API, the saved context, and the executions. */
interface Environment {
	api: ModelApi;
	context: IDataObject;
	execution: number;
	/** Executions that share one saved context. */
	sharedExecutions: Set<string>;
}
/** How the last execution ended, which decides what a user can do next. */
interface Model {
	canRetry: boolean;
}

const posts = fc.array(
	fc.constantFrom<PostResponse>(
		'accept',
		'acceptFinished',
		'acceptSilently',
		'reset',
		'refuse',
		'rateLimit',
		'overloaded',
		'broken',
		'decline',
	),
	{ maxLength: 8 },
);
const gets = fc.array(
	fc.constantFrom<GetResponse>('pending', 'finish', 'fail', 'unavailable', 'reset', 'notFound', 'denied', 'nonsense'),
	{ maxLength: 12 },
);
const files = fc.array(fc.constantFrom<FileResponse>('serve', 'unavailable', 'gone', 'cutOff'), { maxLength: 6 });
const script: fc.Arbitrary<Script> = fc.record({
	posts,
	gets,
	files,
	cancelAt: fc.option(fc.integer({ min: 1, max: 12 }), { nil: undefined, freq: 4 }),
	continues: fc.boolean(),
});

class Step implements fc.AsyncCommand<Model, Environment> {
	constructor(
		readonly how: 'Retry On Fail' | 'Retry execution' | 'new execution',
		readonly script: Script,
	) {}

	check(model: Readonly<Model>): boolean {
		return this.how === 'new execution' || model.canRetry;
	}

	async run(model: Model, environment: Environment): Promise<void> {
		if (this.how !== 'Retry On Fail') environment.execution += 1;
		if (this.how === 'Retry execution')
			environment.context = JSON.parse(JSON.stringify(environment.context)) as IDataObject;
		if (this.how === 'new execution') {
			environment.context = {};
			environment.sharedExecutions = new Set();
		}
		const execution = String(environment.execution);
		environment.sharedExecutions.add(execution);
		const { posts, gets, files } = this.script;
		const result = await tryNode(
			environment.api,
			{ ...this.script, posts: [...posts], gets: [...gets], files: [...files] },
			execution,
			environment.context,
		);
		const isFailed = result.outcomes.some(({ status }) => status === 'rejected');
		model.canRetry = isFailed && !result.isCanceled;
		checkInvariants(environment);
		checkRows(environment, result);
	}

	toString(): string {
		return `${this.how} ${JSON.stringify(this.script)}`;
	}
}

function checkInvariants({ api: api, sharedExecutions }: Environment): void {
	for (const task of api.tasks) {
		const isKnown = api.known.has(task.id);
		const isReported = api.unclear.some(({ item, execution }) => item === task.item && execution === task.execution);
		expect({ task, isKnownOrReported: isKnown || isReported }).toEqual({ task, isKnownOrReported: true });
	}
	for (let item = 0; item < ITEMS; item += 1) {
		const live = api.tasks.filter(
			(task) =>
				task.item === item && sharedExecutions.has(task.execution) && task.state !== 'failed' && api.known.has(task.id),
		);
		expect({ item, live: live.length <= 1 ? 'at most one' : live }).toEqual({ item, live: 'at most one' });
	}
	for (const { item, execution } of api.unclear) {
		const sent = api.posts.filter((post) => post.item === item && post.execution === execution);
		const firstUnclear = sent.findIndex(({ response }) => ['acceptSilently', 'reset', 'broken'].includes(response));
		// A request that was canceled after it was sent did not get its response. It is also the last one.
		expect(firstUnclear === -1 || firstUnclear === sent.length - 1).toBe(true);
	}
	expect(api).toMatchObject({ requestsAfterCancel: 0, keysAbroad: 0 });
}

function checkRows({ api: api }: Environment, { outcomes, isCanceled }: Awaited<ReturnType<typeof tryNode>>): void {
	if (isCanceled || outcomes.some(({ status }) => status === 'rejected')) return;
	outcomes.forEach((outcome, item) => {
		const rows = outcome.status === 'fulfilled' ? outcome.value : [];
		expect(rows).toHaveLength(1);
		const [{ json, binary }] = rows;
		if (json.error !== undefined) return;
		expect(api.tasks.find(({ id }) => id === json.taskId)).toMatchObject({ item, state: 'finished' });
		expect(binary !== undefined || json.imageUrl !== undefined).toBe(true);
	});
}

beforeEach(() => jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] }));
afterEach(() => jest.useRealTimers());

it('is charged once and loses nothing in any order of responses, faults, cancellations, retries, and restarts', async () => {
	const steps = (['Retry On Fail', 'Retry execution', 'new execution'] as const).map((how) =>
		script.map((drawn) => new Step(how, drawn)),
	);
	await fc.assert(
		fc.asyncProperty(fc.commands(steps, { maxCommands: 6 }), async (commands) => {
			const setup = () => ({
				model: { canRetry: false },
				real: { api: newModelApi(), context: {}, execution: 0, sharedExecutions: new Set<string>() },
			});
			await fc.asyncModelRun(setup, commands);
		}),
		{ numRuns: 120 },
	);
}, 60_000);
