/* eslint-disable */
// One history: what a user does with one or two workflows while things go wrong, and what must be true afterwards.
import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

import { Api, type ApiSettings, type Charge } from './api';
import { Engine, Process, type Execution, type Plan, type Reported, type TryEnd } from './n8n';
import { Simulator } from './simulator';

export interface HistoryEnd {
	violations: string[];
	/** One line per event, if tracing is on. */
	trace: string[];
	charges: number;
	steps: number;
}

const MAX_EXECUTIONS = 3;

export async function playHistory(seed: number, isTracing = false): Promise<HistoryEnd> {
	const simulator = new Simulator(seed, isTracing);
	const restore = simulator.install();
	try {
		const history = new History(simulator);
		await history.play();
		return {
			violations: simulator.violations,
			trace: simulator.trace,
			charges: history.api.charges.length,
			steps: simulator.steps,
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

	constructor(private readonly simulator: Simulator) {
		this.api = new Api(simulator, drawApi(simulator));
		this.engine = new Engine(simulator, this.api);
	}

	async play(): Promise<void> {
		const { simulator } = this;
		for (let changes = simulator.below(4); changes > 0; changes -= 1)
			simulator.after(simulator.below(90_000), () => this.api.change());
		if (simulator.chance(0.2)) simulator.afterSteps(1 + simulator.below(200), () => this.crash());
		if (simulator.chance(0.2))
			this.engine.onCreateDelivered = () => {
				if (simulator.chance(0.3)) simulator.afterSteps(1 + simulator.below(3), () => this.crash());
			};
		const plans = Array.from({ length: simulator.chance(0.25) ? 2 : 1 }, (_, index) =>
			drawPlan(simulator, index + 1, this.api.settings),
		);
		simulator.log(() => `user   ${JSON.stringify({ api: this.api.settings, plans })}`);
		if (!(await simulator.play(Promise.all(plans.map(async (plan) => await this.runWithRetries(plan))))))
			simulator.violate('an item never ended');
		// Items that n8n has abandoned still get their responses.
		if (plans.some(({ brokenItem }) => brokenItem !== undefined)) await simulator.play(simulator.sleep(400_000));
		this.checkKnown();
		if (simulator.violations.length === 0 && simulator.chance(0.3)) await this.collectRest();
	}

	private crash(): void {
		this.simulator.log(() => 'n8n    CRASH');
		this.process.crash();
		for (const { number } of this.executions) this.engine.orphans.add(number);
		this.process = new Process();
	}

	/** An execution and its manual retries. */
	private async runWithRetries(plan: Plan): Promise<void> {
		const { simulator } = this;
		let context: IDataObject = {};
		for (let turn = 1; turn <= MAX_EXECUTIONS; turn += 1) {
			const execution: Execution = {
				plan,
				number: plan.workflow * 100 + turn,
				process: this.process,
				cancel: new AbortController(),
				context: JSON.parse(JSON.stringify(context)) as IDataObject,
				runs: [],
				reported: { texts: [], unclear: new Map(), unstored: new Map(), marks: new Set() },
			};
			this.executions.push(execution);
			this.all.push(execution);
			if (simulator.chance(0.1)) simulator.afterSteps(1 + simulator.below(150), () => this.cancel(execution));
			const end = await this.runExecution(execution);
			this.executions = this.executions.filter((other) => other !== execution);
			if (end.kind === 'rows' || execution.cancel.signal.aborted) break;
			// A crashed execution is retried with the data that was saved before the node ran.
			if (end.kind === 'error') {
				// The data that n8n saves now, without later changes by abandoned items.
				context = JSON.parse(JSON.stringify(execution.context)) as IDataObject;
				this.saved.set(plan.workflow, JSON.parse(JSON.stringify(context)) as IDataObject);
				for (const [item, count] of [...execution.reported.unclear, ...execution.reported.unstored]) {
					const key = `${plan.workflow}.${item}`;
					this.engine.forgiven.set(key, (this.engine.forgiven.get(key) ?? 0) + count);
				}
			}
			if (simulator.chance(0.3)) break;
			simulator.log(() => `user   Retry execution ${execution.number}`);
			await simulator.sleep(simulator.below(100_000));
		}
	}

	private readonly all: Execution[] = [];

	private cancel(execution: Execution): void {
		if (!this.executions.includes(execution)) return;
		this.simulator.log(() => `user   cancels execution ${execution.number}`);
		execution.cancel.abort();
	}

	private async runExecution(execution: Execution): Promise<TryEnd> {
		for (let tryNumber = 1; ; tryNumber += 1) {
			this.simulator.log(() => `n8n    execution ${execution.number}, try ${tryNumber}`);
			const end = await this.engine.tryNode(execution, tryNumber);
			this.simulator.log(() => `n8n    execution ${execution.number}, try ${tryNumber} ended: ${describe(end)}`);
			this.note(execution, end);
			const isOver = execution.cancel.signal.aborted || tryNumber >= execution.plan.maxTries;
			if (end.kind === 'error' && isOver) execution.runs.push({ error: end.error });
			if (end.kind !== 'error' || isOver) return end;
			await this.simulator.sleep(1_000);
			if (execution.process.isDead) return { kind: 'crashed' };
		}
	}

	/** Records the output or the error, and checks its texts. */
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
				this.simulator.violate(`item ${item} of execution ${execution.number} has no output`);
			for (const row of rows) this.noteRow(execution, item, row);
		});
		if (end.rows.length !== plan.items) this.simulator.violate('items are missing');
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
			const isOwn = charge?.item === item && charge.workflow === execution.plan.workflow;
			if (!isOwn) this.simulator.violate(`item ${item} got the image of another request: ${mark}`);
			if (charge && this.api.stateOf(charge) !== 'succeeded') this.simulator.violate(`${mark} came out before its end`);
		}
		const charge = this.api.charges.find(({ taskId }) => taskId !== undefined && taskId === row.json.taskId);
		if (row.json.taskId !== undefined && (charge?.item !== item || charge.workflow !== execution.plan.workflow))
			this.simulator.violate(`item ${item} got the task of another request: ${String(row.json.taskId)}`);
		if (row.json.status === 'succeeded' && charge && this.api.stateOf(charge) !== 'succeeded')
			this.simulator.violate(`${String(row.json.taskId)} is said to have succeeded`);
	}

	/** An error must include the known task IDs of its item, and must not claim that a charged item costs nothing. */
	private checkText(execution: Execution, item: number | undefined, text: string): void {
		const isOpen = ({ item: own, execution: at, taskId, isDelivered, mark }: Charge): boolean =>
			own === item &&
			at === execution.number &&
			taskId !== undefined &&
			isDelivered &&
			!execution.reported.marks.has(mark);
		for (const charge of this.api.charges.filter(isOpen)) {
			if (this.api.stateOf(charge) === 'failed' || new RegExp(`${charge.taskId}(?!\\d)`).test(text)) continue;
			this.simulator.violate(
				`the error of item ${item} (execution ${execution.number}) does not name ${charge.taskId}: ${text}`,
			);
		}
		const isStored = ({ item: own, execution: at, taskId, mark }: Charge): boolean =>
			own === item && at === execution.number && taskId === undefined && !execution.reported.marks.has(mark);
		if (/could not be stored/.test(text) && this.api.charges.some(isStored) && !/You were charged/.test(text))
			this.simulator.violate(`the error of item ${item} (execution ${execution.number}) does not say charged: ${text}`);
		if (item === undefined || !/nothing was (billed|sent|charged|generated)|were not charged/i.test(text)) return;
		const charged = this.api.charges.find(
			(charge) =>
				charge.item === item && charge.execution === execution.number && this.api.stateOf(charge) !== 'failed',
		);
		if (charged)
			this.simulator.violate(
				`item ${item} of execution ${execution.number} is said to cost nothing, but ${charged.mark} is charged: ${text.slice(0, 300)}`,
			);
	}

	/** Every charged request must be in the output, an error, the saved data, or the log. */
	private checkKnown(): void {
		for (const charge of this.api.charges) {
			if (this.api.stateOf(charge) === 'failed' || charge.isEmpty || this.isKnown(charge)) continue;
			this.simulator.violate(
				`${charge.taskId ?? charge.mark} of item ${charge.item} (execution ${charge.execution}) is charged, and nobody was told`,
			);
		}
	}

	private isKnown(charge: Charge): boolean {
		const execution = this.all.find(({ number }) => number === charge.execution);
		if (!execution) return false;
		const ended = execution.process.isDead || execution.cancel.signal.aborted;
		// A synchronous call has no ID for the log, and a crash loses the responses that were on their way.
		if (charge.taskId === undefined && ended) return true;
		if (execution.process.isDead && !charge.isDelivered) return true;
		if (!charge.isDelivered && (execution.reported.unclear.get(charge.item) ?? 0) > 0) return true;
		const own = this.all.filter(({ plan }) => plan.workflow === charge.workflow);
		const texts = own.flatMap(({ reported }) => reported.texts);
		const name = charge.taskId ?? charge.mark;
		const isNamed = (text: string): boolean => new RegExp(`${name}(?!\\d)`).test(text);
		return (
			texts.some(isNamed) ||
			// Images inside a response have no ID to look for.
			(charge.taskId === undefined && texts.some((text) => text.includes('You were charged'))) ||
			own.some(({ context }) => isNamed(JSON.stringify(context))) ||
			this.isKeptInMemory(charge, execution)
		);
	}

	/** Images inside a response stay in memory in n8n's binary mode 'default', and the error reports this. */
	private isKeptInMemory(charge: Charge, { plan, reported }: Execution): boolean {
		return (
			charge.taskId === undefined &&
			plan.isInMemory &&
			reported.texts.some((text) => /paid for and kept|charged/.test(text))
		);
	}

	/** After the faults have ended, 'Wait for Task Result' must return the images of every successful task. */
	private async collectRest(): Promise<void> {
		const { simulator } = this;
		simulator.log(() => 'user   collects the rest after the faults');
		this.api.settings = { ...this.api.settings, faults: 0, limit: 64 };
		await simulator.play(simulator.sleep(400_000));
		const open = this.api.charges.filter(
			(charge) => charge.taskId !== undefined && this.api.stateOf(charge) === 'succeeded',
		);
		if (open.length === 0) return;
		const plan = {
			...drawPlan(simulator, 9, this.api.settings),
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
			runs: [],
			reported,
		};
		const collecting = this.engine.collect(
			execution,
			open.map(({ taskId }) => String(taskId)),
		);
		if (!(await simulator.play(collecting))) return simulator.violate('collecting never ended');
		const text = JSON.stringify(
			(await collecting).map(({ json, binary }) => [
				json,
				Object.values(binary ?? {}).map(({ directory }) => directory),
			]),
		);
		for (const { mark } of open)
			if (!new RegExp(`${mark}(?!\\d)`).test(text))
				simulator.violate(`${mark} cannot be collected: ${text.slice(0, 500)}`);
	}
}

function drawApi(simulator: Simulator): ApiSettings {
	return {
		faults: simulator.pick([0, 0.03, 0.1, 0.3, 0.6]),
		maxTaskMs: simulator.pick([2_000, 10_000, 60_000]),
		progress: simulator.pick(['none', 'linear', 'coarse'] as const),
		limit: simulator.pick([1, 2, 4, 64, 64]),
		neverEnds: simulator.pick([0, 0, 0.1]),
		isBase64: simulator.chance(0.3),
		honorsKey: simulator.chance(0.2),
	};
}

function drawPlan(simulator: Simulator, workflow: number, api: ApiSettings): Plan {
	const format = simulator.pick(['asyncTask', 'asyncTask', 'asyncTask', 'asyncTask', 'openAi', 'gemini'] as const);
	const items = 1 + simulator.below(6);
	const continues = simulator.chance(0.5);
	return {
		workflow,
		items,
		images: 1 + simulator.below(2),
		format,
		continues,
		maxTries: simulator.pick([1, 2, 3]),
		maxConcurrency: simulator.pick([1, 2, 4, 64]),
		timeoutS: simulator.pick([3, 15, 60]),
		download: simulator.chance(0.85),
		wait: simulator.chance(0.85),
		onTimeout: simulator.pick(['error', 'continue'] as const),
		...(simulator.chance(0.15) && { batchSize: 1 + simulator.below(3) }),
		samePrompt: simulator.chance(0.5),
		retryUnclear: api.honorsKey && simulator.chance(0.7),
		storageFaults: simulator.pick([0, 0, 0, 0.2]),
		promptChanges: format === 'asyncTask' && simulator.chance(CHANGING_PROMPTS),
		// Not for images inside a response: these would be lost with the process, as the error reports.
		isInMemory: simulator.chance(0.2) && format === 'asyncTask' && !api.isBase64,
		// In the continue modes, n8n returns the error as an item and continues.
		...(simulator.chance(0.1) && !continues && { brokenItem: simulator.below(items) }),
	};
}

/** Share of workflows whose prompt contains an expression such as $now. */
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
