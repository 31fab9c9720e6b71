import type { IExecutePaginationFunctions, INodeExecutionData } from 'n8n-workflow';

import { FailureError, type Failure } from '../errors/failure';
import type { GatewayClient, RoutedOptions } from '../gateway/gatewayClient';
import { MEGABYTE } from '../lib/bytes';
import { systemClock } from '../lib/clock';
import { readSettings, type Settings } from '../parameters/settings';
import { endOf, errorItemOrThrow, type RunningItem } from './errorOutput';
import { joinRun } from './nodeRun';

/** One item on its way through the node: what the steps read. */
export interface ItemContext extends RunningItem {
	/** The request as the fields' routing put it together. */
	base: RoutedOptions;
	settings: Settings;
	executionId: string;
	startedAt: number;
	/** For the paid request: ends only when the execution is canceled, as its response must not be lost. */
	submitClient: GatewayClient;
	/** For reads and downloads: ends as soon as nobody waits for them any longer. */
	readClient: GatewayClient;
}

interface Checked<T> {
	prepared: T;
	/** Images that the item is going to pay for, and those that an earlier try or the agent's other calls have paid for. */
	imagesToPay: number;
	imagesPaid?: number;
}

/** What an operation does for one item. */
export interface ItemSteps<T> {
	/** Everything that can be checked without paying. */
	prepare: (item: ItemContext) => Checked<T> | Promise<Checked<T>>;
	perform: (item: ItemContext, prepared: T) => Promise<INodeExecutionData[]>;
	/** Called however an item ends that was prepared. */
	release?: (prepared: T) => void;
}

/**
 * Runs one item: checks it, waits at the barrier until all items are checked, performs it, and ends it by the node's
 * error settings. Synchronous up to joining the run, as the run counts its items while n8n starts them.
 */
export async function runItem<T>(
	ctx: IExecutePaginationFunctions,
	base: RoutedOptions,
	{ prepare, perform, release }: ItemSteps<T>,
): Promise<INodeExecutionData[]> {
	const isTool = ctx.getNode().type.endsWith('Tool');
	const settings = settingsOf(ctx);
	const run = joinRun(ctx, isTool, settings instanceof FailureError ? undefined : settings);
	const running: RunningItem = {
		ctx,
		run,
		itemIndex: ctx.getItemIndex(),
		isTool,
		continues: ctx.continueOnFail(),
		cancel: ctx.getExecutionCancelSignal(),
	};
	const check = async (): Promise<Checked<T> & { item: ItemContext }> => {
		running.apiKey = await readApiKey(ctx);
		if (settings instanceof FailureError) throw settings;
		const item = {
			...running,
			base,
			settings,
			executionId: ctx.getExecutionId() ?? '',
			startedAt: systemClock.now(),
			submitClient: { ctx, base, signal: running.cancel },
			readClient: { ctx, base, signal: run.signal },
		};
		return { item, ...(await prepare(item)) };
	};
	const checked = await check().catch(FailureError.from);
	const isValid = 'item' in checked;
	try {
		const { imagesToPay = 0, imagesPaid = 0 } = isValid ? checked : {};
		const { decision, planned, maxImages } = await run.arrive({
			itemIndex: running.itemIndex,
			images: imagesToPay,
			paidImages: imagesPaid,
			isValid,
		});
		let rows: INodeExecutionData[] = [];
		if (decision !== 'abandoned') {
			if (!isValid) throw checked;
			if (decision === 'overImageLimit') throw new FailureError(overImageLimit(planned, maxImages, isTool));
			if (decision === 'proceed') rows = await perform(checked.item, checked.prepared);
		}
		run.itemFinished();
		return rows;
	} catch (thrown) {
		const failure = await endOf(running, thrown);
		return failure ? [errorItemOrThrow(running, failure)] : [];
	} finally {
		if (isValid) release?.(checked.prepared);
	}
}

/** The settings, or why they cannot be read: every item has to join its run, so this never throws. */
function settingsOf(ctx: IExecutePaginationFunctions): Settings | FailureError {
	try {
		return readSettings(ctx);
	} catch (thrown) {
		return FailureError.from(thrown);
	}
}

/** The key as it was typed, to redact it from texts that quote it. Without a credential there is nothing to hide. */
async function readApiKey(ctx: IExecutePaginationFunctions): Promise<string | undefined> {
	const credential: { apiKey?: unknown } = await ctx.getCredentials('nanoBananaApi').catch(() => ({}));
	return typeof credential.apiKey === 'string' ? credential.apiKey : undefined;
}

function overImageLimit(planned: number, allowed: number, isTool: boolean): Failure {
	const what = isTool ? "The agent's calls would generate" : 'This run would generate';
	return {
		kind: 'spending_limit',
		message: `${what} ${planned} images, but 'Max Images per Run' is ${allowed}`,
		...(isTool && { nextStep: "Raise 'Max Images per Run' under Options of the tool." }),
	};
}

/** What the routing sets when 'Request Options' contains no timeout. */
const ENGINE_TIMEOUT_MS = 300_000;
const CREATE_TIMEOUT_MS = 300_000;
const CREATE_LEAST_MS = 60_000;
/** About the longest text that Node.js can have. */
const LONGEST_TEXT_BYTES = 500_000_000;
/** Base64 takes four characters for three bytes, and some line breaks. */
const BASE64_GROWTH = 1.34;

/** Time for one paid request: a synchronous one ends with the image, creating a task does not. */
export function requestTimeoutMs({ settings, base }: ItemContext): number {
	const isTask = settings.apiFormat === 'asyncTask';
	const own = isTask ? Math.min(CREATE_TIMEOUT_MS, Math.max(settings.timeoutMs, CREATE_LEAST_MS)) : settings.timeoutMs;
	const { timeout = ENGINE_TIMEOUT_MS } = base;
	return timeout === ENGINE_TIMEOUT_MS ? own : Math.min(own, timeout);
}

/** The largest JSON response that is read: so many images as base64, and some text. */
export function maxResponseBytes({ settings }: ItemContext, images: number): number {
	return Math.min(LONGEST_TEXT_BYTES, Math.ceil(images * settings.maxImageBytes * BASE64_GROWTH) + MEGABYTE);
}
