/* eslint-disable */
import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';

import {
	emptyPaper,
	ITEMS,
	tryNode,
	type FileAnswer,
	type GetAnswer,
	type Paper,
	type PostAnswer,
	type Script,
} from './modelGateway';

/** What a user may do next, and what the execution that it happens in remembers. */
interface World {
	paper: Paper;
	context: IDataObject;
	execution: number;
	/** Executions that share what was remembered. */
	lineage: Set<string>;
}
/** The node's last end, which is all that decides what may happen next. */
interface Model {
	canRetry: boolean;
}

const posts = fc.array(
	fc.constantFrom<PostAnswer>(
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
	fc.constantFrom<GetAnswer>('pending', 'finish', 'fail', 'unavailable', 'reset', 'notFound', 'denied', 'nonsense'),
	{ maxLength: 12 },
);
const files = fc.array(fc.constantFrom<FileAnswer>('serve', 'unavailable', 'gone', 'cutOff'), { maxLength: 6 });
const script: fc.Arbitrary<Script> = fc.record({
	posts,
	gets,
	files,
	cancelAt: fc.option(fc.integer({ min: 1, max: 12 }), { nil: undefined, freq: 4 }),
	continues: fc.boolean(),
});

class Step implements fc.AsyncCommand<Model, World> {
	constructor(
		readonly how: 'Retry On Fail' | 'Retry execution' | 'new execution',
		readonly script: Script,
	) {}

	check(model: Readonly<Model>): boolean {
		return this.how === 'new execution' || model.canRetry;
	}

	async run(model: Model, world: World): Promise<void> {
		if (this.how !== 'Retry On Fail') world.execution += 1;
		if (this.how === 'Retry execution') world.context = JSON.parse(JSON.stringify(world.context)) as IDataObject;
		if (this.how === 'new execution') {
			world.context = {};
			world.lineage = new Set();
		}
		const execution = String(world.execution);
		world.lineage.add(execution);
		const { posts, gets, files } = this.script;
		const result = await tryNode(
			world.paper,
			{ ...this.script, posts: [...posts], gets: [...gets], files: [...files] },
			execution,
			world.context,
		);
		const isFailed = result.outcomes.some(({ status }) => status === 'rejected');
		model.canRetry = isFailed && !result.isCanceled;
		checkInvariants(world);
		checkRows(world, result);
	}

	toString(): string {
		return `${this.how} ${JSON.stringify(this.script)}`;
	}
}

function checkInvariants({ paper, lineage }: World): void {
	for (const task of paper.tasks) {
		const isKnown = paper.known.has(task.id);
		const isReported = paper.unclear.some(({ item, execution }) => item === task.item && execution === task.execution);
		expect({ task, isKnownOrReported: isKnown || isReported }).toEqual({ task, isKnownOrReported: true });
	}
	for (let item = 0; item < ITEMS; item += 1) {
		const live = paper.tasks.filter(
			(task) =>
				task.item === item && lineage.has(task.execution) && task.state !== 'failed' && paper.known.has(task.id),
		);
		expect({ item, live: live.length <= 1 ? 'at most one' : live }).toEqual({ item, live: 'at most one' });
	}
	for (const { item, execution } of paper.unclear) {
		const sent = paper.posts.filter((post) => post.item === item && post.execution === execution);
		const firstUnclear = sent.findIndex(({ answer }) => ['acceptSilently', 'reset', 'broken'].includes(answer));
		// Canceled on its way: whatever was answered, nobody heard it, and it is the last as well.
		expect(firstUnclear === -1 || firstUnclear === sent.length - 1).toBe(true);
	}
	expect(paper).toMatchObject({ requestsAfterCancel: 0, keysAbroad: 0 });
}

function checkRows({ paper }: World, { outcomes, isCanceled }: Awaited<ReturnType<typeof tryNode>>): void {
	if (isCanceled || outcomes.some(({ status }) => status === 'rejected')) return;
	outcomes.forEach((outcome, item) => {
		const rows = outcome.status === 'fulfilled' ? outcome.value : [];
		expect(rows).toHaveLength(1);
		const [{ json, binary }] = rows;
		if (json.error !== undefined) return;
		expect(paper.tasks.find(({ id }) => id === json.taskId)).toMatchObject({ item, state: 'finished' });
		expect(binary !== undefined || json.imageUrl !== undefined).toBe(true);
	});
}

beforeEach(() => jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] }));
afterEach(() => jest.useRealTimers());

it('pays once and loses nothing in any order of answers, faults, cancels, retries and restarts', async () => {
	const steps = (['Retry On Fail', 'Retry execution', 'new execution'] as const).map((how) =>
		script.map((drawn) => new Step(how, drawn)),
	);
	await fc.assert(
		fc.asyncProperty(fc.commands(steps, { maxCommands: 6 }), async (commands) => {
			const setup = () => ({
				model: { canRetry: false },
				real: { paper: emptyPaper(), context: {}, execution: 0, lineage: new Set<string>() },
			});
			await fc.asyncModelRun(setup, commands);
		}),
		{ numRuns: 120 },
	);
}, 60_000);
