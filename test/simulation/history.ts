/* eslint-disable */
// One history: what a user does with one or two workflows while things go wrong, and what must be true afterwards.
import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

import { Api, type ApiSettings, type Charge } from './api';
import { Engine, Process, type Execution, type Plan, type Reported, type TryEnd } from './n8n';
import { World } from './world';

export interface HistoryEnd {
	violations: string[];
	/** One line per event, when it was asked for. */
	trace: string[];
	charges: number;
	steps: number;
}

const MAX_EXECUTIONS = 3;

export async function playHistory(seed: number, isTracing = false): Promise<HistoryEnd> {
	const world = new World(seed, isTracing);
	const restore = world.install();
	try {
		const history = new History(world);
		await history.play();
		return {
			violations: world.violations,
			trace: world.trace,
			charges: history.api.charges.length,
			steps: world.steps,
		};
	} finally {
		restore();
	}
}

class History {
	readonly api: Api;
	private readonly engine: Engine;
	private process = new Process();
	private executions: Execution[] = [];
	private readonly saved = new Map<number, IDataObject>();

	constructor(private readonly world: World) {
		this.api = new Api(world, drawApi(world));
		this.engine = new Engine(world, this.api);
	}

	async play(): Promise<void> {
		const { world } = this;
		for (let changes = world.below(4); changes > 0; changes -= 1)
			world.after(world.below(90_000), () => this.api.change());
		if (world.chance(0.2)) world.afterSteps(1 + world.below(200), () => this.crash());
		if (world.chance(0.2))
			this.engine.onCreateAnswered = () => {
				if (world.chance(0.3)) world.afterSteps(1 + world.below(3), () => this.crash());
			};
		const plans = Array.from({ length: world.chance(0.25) ? 2 : 1 }, (_, index) =>
			drawPlan(world, index + 1, this.api.settings),
		);
		world.log(() => `user   ${JSON.stringify({ api: this.api.settings, plans })}`);
		if (!(await world.play(Promise.all(plans.map(async (plan) => await this.runLineage(plan))))))
			world.violate('an item never ended');
		this.checkKnown();
		if (world.violations.length === 0 && world.chance(0.3)) await this.collectRest();
	}

	private crash(): void {
		this.world.log(() => 'n8n    CRASH');
		this.process.crash();
		for (const { number } of this.executions) this.engine.orphans.add(number);
		this.process = new Process();
	}

	/** An execution and its retries by hand. */
	private async runLineage(plan: Plan): Promise<void> {
		const { world } = this;
		let context: IDataObject = {};
		for (let turn = 1; turn <= MAX_EXECUTIONS; turn += 1) {
			const execution: Execution = {
				plan,
				number: plan.lineage * 100 + turn,
				process: this.process,
				cancel: new AbortController(),
				context: JSON.parse(JSON.stringify(context)) as IDataObject,
				reported: { texts: [], unclear: new Map(), unstored: new Map(), marks: new Set() },
			};
			this.executions.push(execution);
			this.all.push(execution);
			if (world.chance(0.1)) world.afterSteps(1 + world.below(150), () => this.cancel(execution));
			const end = await this.runExecution(execution);
			this.executions = this.executions.filter((other) => other !== execution);
			if (end.kind === 'rows' || execution.cancel.signal.aborted) break;
			// A crashed execution is retried from what was saved before the node.
			if (end.kind === 'error') {
				context = execution.context;
				this.saved.set(plan.lineage, JSON.parse(JSON.stringify(context)) as IDataObject);
				for (const [item, count] of [...execution.reported.unclear, ...execution.reported.unstored]) {
					const key = `${plan.lineage}.${item}`;
					this.engine.forgiven.set(key, (this.engine.forgiven.get(key) ?? 0) + count);
				}
			}
			if (world.chance(0.3)) break;
			world.log(() => `user   Retry execution ${execution.number}`);
			await world.sleep(world.below(100_000));
		}
	}

	private readonly all: Execution[] = [];

	private cancel(execution: Execution): void {
		if (!this.executions.includes(execution)) return;
		this.world.log(() => `user   cancels execution ${execution.number}`);
		execution.cancel.abort();
	}

	private async runExecution(execution: Execution): Promise<TryEnd> {
		for (let tryNumber = 1; ; tryNumber += 1) {
			this.world.log(() => `n8n    execution ${execution.number}, try ${tryNumber}`);
			const end = await this.engine.tryNode(execution, tryNumber);
			this.world.log(() => `n8n    execution ${execution.number}, try ${tryNumber} ended: ${describe(end)}`);
			this.note(execution, end);
			if (end.kind !== 'error' || execution.cancel.signal.aborted || tryNumber >= execution.plan.maxTries) return end;
			await this.world.sleep(1_000);
			if (execution.process.isDead) return { kind: 'crashed' };
		}
	}

	/** What came out, and whether the texts are true. */
	private note(execution: Execution, end: TryEnd): void {
		const { reported, plan } = execution;
		if (end.kind === 'error') {
			const text = textOf(end.error);
			reported.texts.push(text);
			this.checkText(execution, (end.error as { context?: { itemIndex?: number } }).context?.itemIndex, text);
		}
		if (end.kind !== 'rows') return;
		end.rows.forEach((rows, item) => {
			const isCanceled = execution.cancel.signal.aborted;
			if (rows.length === 0 && !isCanceled)
				this.world.violate(`item ${item} of execution ${execution.number} has no output`);
			for (const row of rows) this.noteRow(execution, item, row);
		});
		if (end.rows.length !== plan.items) this.world.violate('items are missing');
	}

	private noteRow(execution: Execution, item: number, row: INodeExecutionData): void {
		const { reported } = execution;
		const text = JSON.stringify({
			...row.json,
			files: Object.values(row.binary ?? {}).map(({ directory }) => directory),
		});
		reported.texts.push(text);
		if (row.json.error !== undefined) return this.checkText(execution, item, text);
		for (const [mark] of text.matchAll(/mark-\d+/g)) {
			reported.marks.add(mark);
			const charge = this.api.charges.find((known) => known.mark === mark);
			const isOwn = charge?.item === item && charge.lineage === execution.plan.lineage;
			if (!isOwn) this.world.violate(`item ${item} got the image of another request: ${mark}`);
			if (charge && this.api.stateOf(charge) !== 'succeeded') this.world.violate(`${mark} came out before its end`);
		}
		const charge = this.api.charges.find(({ taskId }) => taskId !== undefined && taskId === row.json.taskId);
		if (row.json.taskId !== undefined && (charge?.item !== item || charge.lineage !== execution.plan.lineage))
			this.world.violate(`item ${item} got the task of another request: ${String(row.json.taskId)}`);
		if (row.json.status === 'succeeded' && charge && this.api.stateOf(charge) !== 'succeeded')
			this.world.violate(`${String(row.json.taskId)} is said to have succeeded`);
	}

	/** Every error of an item with a known task names it, and none says that nothing was charged when something was. */
	private checkText(execution: Execution, item: number | undefined, text: string): void {
		const isOpen = ({ item: own, execution: at, taskId, isAnswered, mark }: Charge): boolean =>
			own === item &&
			at === execution.number &&
			taskId !== undefined &&
			isAnswered &&
			!execution.reported.marks.has(mark);
		for (const charge of this.api.charges.filter(isOpen)) {
			if (this.api.stateOf(charge) === 'failed' || new RegExp(`${charge.taskId}(?!\\d)`).test(text)) continue;
			this.world.violate(
				`the error of item ${item} (execution ${execution.number}) does not name ${charge.taskId}: ${text}`,
			);
		}
		if (item === undefined || !/nothing was (billed|sent|charged|generated)|were not charged/i.test(text)) return;
		const charged = this.api.charges.find(
			(charge) =>
				charge.item === item && charge.execution === execution.number && this.api.stateOf(charge) !== 'failed',
		);
		if (charged)
			this.world.violate(
				`item ${item} of execution ${execution.number} is said to cost nothing, but ${charged.mark} is charged: ${text.slice(0, 300)}`,
			);
	}

	/** No charged request that neither output, error, saved data nor log names. */
	private checkKnown(): void {
		for (const charge of this.api.charges) {
			if (this.api.stateOf(charge) === 'failed' || charge.isEmpty || this.isKnown(charge)) continue;
			this.world.violate(
				`${charge.taskId ?? charge.mark} of item ${charge.item} (execution ${charge.execution}) is charged, and nobody was told`,
			);
		}
	}

	private isKnown(charge: Charge): boolean {
		const execution = this.all.find(({ number }) => number === charge.execution);
		if (!execution) return false;
		const ended = execution.process.isDead || execution.cancel.signal.aborted;
		// A synchronous call has no id that a log could name, and after a crash nobody hears of an answer on its way.
		if (charge.taskId === undefined && ended) return true;
		if (execution.process.isDead && !charge.isAnswered) return true;
		const isTaskAnswered = charge.taskId !== undefined && charge.isAnswered;
		if (!isTaskAnswered && (execution.reported.unclear.get(charge.item) ?? 0) > 0) return true;
		const own = this.all.filter(({ plan }) => plan.lineage === charge.lineage);
		const texts = own.flatMap(({ reported }) => reported.texts);
		const name = charge.taskId ?? charge.mark;
		const isNamed = (text: string): boolean => new RegExp(`${name}(?!\\d)`).test(text);
		return (
			texts.some(isNamed) ||
			// Images inside a response have no name to be known by.
			(charge.taskId === undefined && texts.some((text) => text.includes('You were charged'))) ||
			own.some(({ context }) => isNamed(JSON.stringify(context))) ||
			this.isKeptInMemory(charge, execution)
		);
	}

	/** Images that came inside an answer stay in memory in n8n's binary mode 'default'; the error says so. */
	private isKeptInMemory(charge: Charge, { plan, reported }: Execution): boolean {
		return (
			charge.taskId === undefined &&
			plan.isInMemory &&
			reported.texts.some((text) => /paid for and kept|charged/.test(text))
		);
	}

	/** On a better day everything that was named can be collected. */
	private async collectRest(): Promise<void> {
		const { world } = this;
		world.log(() => 'user   collects the rest on a better day');
		this.api.settings = { ...this.api.settings, faults: 0, limit: 64 };
		await world.play(world.sleep(400_000));
		const open = this.api.charges.filter(
			(charge) => charge.taskId !== undefined && this.api.stateOf(charge) === 'succeeded',
		);
		if (open.length === 0) return;
		const plan = {
			...drawPlan(world, 9, this.api.settings),
			items: 1,
			continues: true,
			isInMemory: false,
			storageFaults: 0,
			download: true,
		};
		const reported: Reported = { texts: [], unclear: new Map(), unstored: new Map(), marks: new Set() };
		const execution: Execution = {
			plan,
			number: 900,
			process: new Process(),
			cancel: new AbortController(),
			context: {},
			reported,
		};
		const collecting = this.engine.collect(
			execution,
			open.map(({ taskId }) => String(taskId)),
		);
		if (!(await world.play(collecting))) return world.violate('collecting never ended');
		const text = JSON.stringify(
			(await collecting).map(({ json, binary }) => [
				json,
				Object.values(binary ?? {}).map(({ directory }) => directory),
			]),
		);
		for (const { mark } of open)
			if (!new RegExp(`${mark}(?!\\d)`).test(text)) world.violate(`${mark} cannot be collected: ${text.slice(0, 500)}`);
	}
}

function drawApi(world: World): ApiSettings {
	return {
		faults: world.pick([0, 0.03, 0.1, 0.3, 0.6]),
		maxTaskMs: world.pick([2_000, 10_000, 60_000]),
		progress: world.pick(['none', 'linear', 'coarse'] as const),
		limit: world.pick([1, 2, 4, 64, 64]),
		neverEnds: world.pick([0, 0, 0.1]),
		isBase64: world.chance(0.3),
		honorsKey: world.chance(0.2),
	};
}

function drawPlan(world: World, lineage: number, api: ApiSettings): Plan {
	const format = world.pick(['asyncTask', 'asyncTask', 'asyncTask', 'asyncTask', 'openAi', 'gemini'] as const);
	const items = 1 + world.below(6);
	const continues = world.chance(0.5);
	return {
		lineage,
		items,
		images: 1 + world.below(2),
		format,
		continues,
		maxTries: world.pick([1, 2, 3]),
		maxConcurrency: world.pick([1, 2, 4, 64]),
		timeoutS: world.pick([3, 15, 60]),
		download: world.chance(0.85),
		wait: world.chance(0.85),
		onTimeout: world.pick(['error', 'continue'] as const),
		...(world.chance(0.15) && { batchSize: 1 + world.below(3) }),
		samePrompt: world.chance(0.5),
		retryUnclear: api.honorsKey && world.chance(0.7),
		storageFaults: world.pick([0, 0, 0, 0.2]),
		promptChanges: format === 'asyncTask' && world.chance(CHANGING_PROMPTS),
		// What came inside an answer is then lost with the process, as the error says.
		isInMemory: world.chance(0.2) && format === 'asyncTask' && !api.isBase64,
		// In the continue modes n8n makes a row of it and goes on.
		...(world.chance(0.1) && !continues && { brokenItem: world.below(items) }),
	};
}

/** Share of workflows whose prompt holds an expression such as $now. */
const CHANGING_PROMPTS = 0.3;

function textOf(thrown: unknown): string {
	const error = thrown as { message?: string; description?: string; context?: unknown };
	return [error.message, error.description, JSON.stringify(error.context ?? {})].join(' | ');
}

function describe(end: TryEnd): string {
	if (end.kind === 'error') return `error ${textOf(end.error)}`;
	return end.kind === 'rows'
		? `rows ${JSON.stringify(end.rows.map((rows) => rows.map(({ json }) => json)))}`
		: 'crashed';
}
