import type { IDataObject, IExecutePaginationFunctions, INodeExecutionData } from 'n8n-workflow';

import { FailureError, type Failure } from '../errors/failure';
import type { GatewayClient, RoutedOptions } from '../gateway/gatewayClient';
import { MEGABYTE } from '../lib/bytes';
import { systemClock } from '../lib/clock';
import { normalizeBaseUrl } from '../normalizeCredential';
import { readSettings, type Settings } from '../parameters/settings';
import { endOf, errorItemOrThrow, type RunningItem } from './errorOutput';
import { joinRun } from './nodeRun';

/** Everything that the steps of one input item need. */
export interface ItemContext extends RunningItem {
	/** The request that n8n built from the fields' `routing`. */
	base: RoutedOptions;
	settings: Settings;
	startedAt: number;
	/** For the paid request. Aborted only when the execution is canceled, so that the response is not lost. */
	submitClient: GatewayClient;
	/** For polls and downloads. Aborted when the run fails or the execution is canceled. */
	readClient: GatewayClient;
}

interface Checked<T> {
	prepared: T;
	/** Images that the item will pay for, and images already paid for by earlier tries or the agent's other calls. */
	imagesToPay: number;
	imagesPaid?: number;
}

/** What an operation does for one item. */
interface ItemSteps<T> {
	/** Checks everything that can be checked without paying. */
	prepare: (item: ItemContext) => Checked<T> | Promise<Checked<T>>;
	perform: (item: ItemContext, prepared: T) => Promise<INodeExecutionData[]>;
	/** Called instead of `perform` if the item is not valid, or not sent because of other items. */
	skip?: (item: RunningItem, prepared?: T) => void;
	/** Called when a prepared item ends, whether it succeeds or fails. */
	release?: (prepared: T) => void;
}

/**
 * Runs one item: checks it, waits at the barrier until all items are checked, performs it, and handles errors as set in
 * the node. Synchronous until it has joined the run, because the run counts its items while n8n starts them.
 */
export async function runItem<T>(
	ctx: IExecutePaginationFunctions,
	routed: RoutedOptions,
	{ prepare, perform, skip, release }: ItemSteps<T>,
): Promise<INodeExecutionData[]> {
	const isTool = ctx.getNode().type.endsWith('Tool');
	const settings = settingsOf(ctx);
	const run = joinRun(ctx, isTool, settings instanceof FailureError ? undefined : settings);
	const running: RunningItem = {
		ctx,
		run,
		itemIndex: ctx.getItemIndex(),
		isTool,
		executionId: ctx.getExecutionId() ?? '',
		continues: ctx.continueOnFail(),
		cancel: ctx.getExecutionCancelSignal(),
	};
	const check = async (): Promise<Checked<T> & { item: ItemContext }> => {
		const { apiKey, baseUrl } = await readCredential(ctx);
		running.apiKey = apiKey;
		if (settings instanceof FailureError) throw settings;
		// n8n evaluates the base URL only for the first item, but an expression may return another one for each item.
		const base = baseUrl === undefined ? routed : { ...routed, baseURL: normalizeBaseUrl(baseUrl) };
		const item = {
			...running,
			base,
			settings,
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
			if (!isValid || decision !== 'proceed') skip?.(running, isValid ? checked.prepared : undefined);
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

/** The settings, or the error in them. Never throws, because every item has to join its run. */
function settingsOf(ctx: IExecutePaginationFunctions): Settings | FailureError {
	try {
		return readSettings(ctx);
	} catch (thrown) {
		return FailureError.from(thrown);
	}
}

/** The credential of this item. The key is as the user entered it, to redact it from texts that quote it. */
async function readCredential(ctx: IExecutePaginationFunctions): Promise<{ apiKey?: string; baseUrl?: string }> {
	const credential: IDataObject = await ctx.getCredentials('nanoBananaApi').catch(() => ({}));
	const { apiKey, baseUrl } = credential;
	return {
		...(typeof apiKey === 'string' && { apiKey }),
		// Without a text, no URL is used instead of the one of the first item.
		...(Object.hasOwn(credential, 'baseUrl') && { baseUrl: typeof baseUrl === 'string' ? baseUrl : '' }),
	};
}

function overImageLimit(planned: number, allowed: number, isTool: boolean): Failure {
	const what = isTool ? "The agent's calls would generate" : 'This run would generate';
	return {
		kind: 'spending_limit',
		message: `${what} ${planned} images, but 'Max Images per Run' is ${allowed}`,
		...(isTool && { nextStep: "Raise 'Max Images per Run' under Options of the tool." }),
	};
}

/** n8n's default if 'Request Options' contains no timeout. */
const ENGINE_TIMEOUT_MS = 300_000;
const CREATE_TIMEOUT_MS = 300_000;
const CREATE_LEAST_MS = 60_000;
/** About the longest string that Node.js supports. */
const LONGEST_TEXT_BYTES = 500_000_000;
/** Base64 needs four characters for three bytes, plus some line breaks. */
const BASE64_GROWTH = 1.34;

/** Timeout of one paid request. A synchronous request generates the image; creating a task does not. */
export function requestTimeoutMs({ settings, base }: ItemContext): number {
	const isTask = settings.apiFormat === 'asyncTask';
	const own = isTask ? Math.min(CREATE_TIMEOUT_MS, Math.max(settings.timeoutMs, CREATE_LEAST_MS)) : settings.timeoutMs;
	const { timeout = ENGINE_TIMEOUT_MS } = base;
	return timeout === ENGINE_TIMEOUT_MS ? own : Math.min(own, timeout);
}

/** The field that limits a paid request to `timeoutMs`. Undefined if it is the node's own limit for creating a task. */
export function timeoutField({ settings, base }: ItemContext, timeoutMs: number): string | undefined {
	if (timeoutMs === base.timeout && timeoutMs !== ENGINE_TIMEOUT_MS) return "'Timeout' under Request Options";
	return settings.apiFormat === 'asyncTask' ? undefined : "'Timeout (Seconds)' under Options";
}

/** Maximum size of a JSON response: this many images as base64, plus 1 MB of text. */
export function maxResponseBytes({ settings }: ItemContext, images: number): number {
	return Math.min(LONGEST_TEXT_BYTES, Math.ceil(images * settings.maxImageBytes * BASE64_GROWTH) + MEGABYTE);
}
