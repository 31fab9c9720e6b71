import type { IExecutePaginationFunctions, INodeExecutionData } from 'n8n-workflow';

import { largestAnswer, requestTimeout } from './answerLimits';
import { systemClock } from '../lib/clock';
import { createErrorOutput } from './errorOutput';
import { failureError, toFailure, type Failure } from '../errors/failure';
import { attemptSettings, join } from './join';
import type { NodeRun } from './nodeRun';
import { createSecret } from '../errors/secret';
import type { Settings } from '../parameters/settings';
import type { GatewayClient, RoutedOptions } from '../gateway/gatewayClient';
import type { DecodedResponse } from '../types';

/** One item on its way through the node: what it may use, and how it ends. */
export interface ItemContext {
	ctx: IExecutePaginationFunctions;
	/** The request as the fields' routing put it together. */
	base: RoutedOptions;
	/** @throws the failure of an option that holds no usable value */
	readonly settings: Settings;
	run: NodeRun;
	itemIndex: number;
	executionId: string;
	isTool: boolean;
	startedAt: number;
	/** Time for one paid request: a synchronous one ends with the picture, creating a task does not. */
	readonly requestTimeoutMs: number;
	/** The largest JSON answer that is read: so many images as base64, and some text. */
	maxAnswerBytes(images: number): number;
	/** For the paid call: ends only when the execution is canceled, as its answer must not be lost. */
	submitClient: GatewayClient;
	/** For reads and downloads: ends as soon as nobody waits for them any more. */
	readClient: GatewayClient;
	clean(text: string): string;
	/** What the gateway says besides pictures, without the key that some quote. */
	hideKey<T extends DecodedResponse>(outcome: T): T;
	noteTask(taskId: string): void;
	noteLook(taskId: string, outcome: DecodedResponse): void;
	/** This item has failed: in stop mode nothing more is paid and nobody waits any longer. */
	giveUp(): void;
	/** Called when the item has ended, with whether its rows reached n8n. */
	onEnd(action: (delivered: boolean) => void): void;
	/**
	 * Runs the item's checks and waits for those of all others. Undefined when nobody may go on.
	 *
	 * @throws this item's own failure
	 */
	arrive<T>(images: (checked: T) => number, prepare: () => T | Promise<T>): Promise<T | undefined>;
	/** The rows of every part, or the first failure; in the continue modes a failed part becomes a row. */
	eachOrThrow(parts: Array<PromiseSettledResult<INodeExecutionData[]>>): INodeExecutionData[];
	/** Runs the story and turns whatever it throws into what the node's error settings ask for. */
	settle(story: () => Promise<INodeExecutionData[]>): Promise<INodeExecutionData[]>;
}

/** Opens an item. Synchronous up to joining the run: n8n starts all items in one sweep, and the run counts them there. Never throws. */
export function openItem(ctx: IExecutePaginationFunctions, base: RoutedOptions): ItemContext {
	const isTool = ctx.getNode().type.endsWith('Tool');
	const attempt = attemptSettings(ctx);
	const cancel = ctx.getExecutionCancelSignal();
	const itemIndex = ctx.getItemIndex();
	const continues = ctx.continueOnFail();
	const run = join(ctx, attempt, isTool);
	const endings: Array<(delivered: boolean) => void> = [];
	const secret = createSecret(ctx);
	const errorOutput = createErrorOutput({ ctx, run, itemIndex, isTool, continues, cancel, secret: secret.known });
	const settings = (): Settings => {
		if (!attempt.settings) throw failureError(attempt.failure);
		return attempt.settings;
	};

	return {
		ctx,
		base,
		get settings() {
			return settings();
		},
		run,
		itemIndex,
		executionId: ctx.getExecutionId() ?? '',
		isTool,
		startedAt: systemClock.now(),
		get requestTimeoutMs() {
			return requestTimeout(settings(), base.timeout);
		},
		maxAnswerBytes: (images) => largestAnswer(settings(), images),
		submitClient: { ctx, base, signal: cancel },
		readClient: { ctx, base, signal: run.signal },
		clean: secret.clean,
		hideKey: secret.hideIn,
		noteTask(taskId) {
			run.tasks.set(itemIndex, [...(run.tasks.get(itemIndex) ?? []), taskId]);
		},
		noteLook(taskId, outcome) {
			const status =
				outcome.kind === 'images' ? 'succeeded' : outcome.kind === 'pending' ? outcome.status : outcome.kind;
			const progress = outcome.kind === 'images' ? 100 : outcome.kind === 'pending' ? outcome.progress : undefined;
			ctx.logger.debug(`NanoBanana: task ${taskId} is ${status}`, { taskId, itemIndex, status, progress });
		},
		giveUp: errorOutput.giveUp,
		onEnd: (action) => void endings.push(action),
		async arrive(images, prepare) {
			const attempted = async () => {
				const value = await prepare();
				return { value, images: images(value) };
			};
			const checked = await attempted().catch((thrown: unknown) => ({
				failure: unsent(toFailure(thrown)),
				images: 0,
			}));
			await secret.read();
			const { decision, planned } = await run.arrive({
				itemIndex,
				images: checked.images,
				isValid: 'value' in checked,
			});
			if (decision === 'gone') return undefined;
			if (!('value' in checked)) throw failureError(checked.failure);
			if (decision === 'stop') return undefined;
			if (decision === 'overBudget') throw failureError(overBudget(planned, attempt.settings?.maxImages ?? 0));
			return checked.value;
		},
		eachOrThrow(parts) {
			const isLost = (part: PromiseSettledResult<unknown>): part is PromiseRejectedResult => part.status === 'rejected';
			const first = parts.find(isLost);
			const isEnd = first !== undefined && (!continues || toFailure(first.reason).kind === 'canceled');
			if (isEnd) throw failureError(toFailure(first.reason));
			return parts.flatMap((part) => (isLost(part) ? [errorOutput.errorItem(toFailure(part.reason))] : part.value));
		},
		async settle(story) {
			const ended = await story()
				.then((rows) => ({ rows, failure: undefined }))
				.catch(async (thrown: unknown) => ({ rows: [], failure: await errorOutput.failureOf(thrown) }));
			endings.forEach((action) => action(ended.failure === undefined));
			if (ended.failure) return [errorOutput.errorItemOrThrow(ended.failure)];
			run.settle();
			return ended.rows;
		},
	};
}

function unsent(failure: Failure): Failure {
	return failure.kind === 'invalid_input' && failure.nextStep
		? { ...failure, nextStep: `Nothing was sent. ${failure.nextStep}` }
		: failure;
}

function overBudget(planned: number, allowed: number): Failure {
	return {
		kind: 'spending_limit',
		message: `This run would generate ${planned} images, and 'Max Images' allows ${allowed}`,
	};
}
