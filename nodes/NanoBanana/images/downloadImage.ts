import { throwIfCanceled, type HttpResult, type Limits } from '../gateway/httpRequest';
import { isPassing } from '../errors/classify';
import { redact } from '../errors/redact';
import { jitter, retryAfterMs } from '../lib/clock';
import { decodeBase64, fileIn, imageIn, isWhole, tooLarge, type DownloadResult } from './fetched';
import { readFile, type GatewayClient } from '../gateway/gatewayClient';
import type { Clock, ImageRef } from '../types';

export interface DownloadOptions {
	client: GatewayClient;
	clock: Clock;
	maxBytes: number;
	reserveMemory?: Limits['reserveMemory'];
	allocate?: Limits['allocate'];
	/** False for addresses that the user gave: the key is never offered there, not even on the gateway's own origin, and only known images are taken. */
	allowKey?: boolean;
	deadline: number;
	/** True for a task that has just ended: its file may reach the host of the address some seconds later. */
	isFresh?: boolean;
	/** Asks the gateway again where this image is; its addresses are valid for a limited time. */
	refresh?: () => Promise<ImageRef | undefined>;
}

export type { DownloadResult };

const FIRST_PAUSE_MS = 300;
const LONGEST_PAUSE_MS = 8_000;
const ATTEMPT_TIMEOUT_MS = 120_000;
/** Times that the wrong content, an unknown host or an old file that is gone is tried, as these seldom pass. */
const FEW_TRIES = 4;
/** How long a fresh file may be missing where its address leads. */
const LAG_MS = 20_000;
const REFRESHES = 2;

/**
 * The bytes of one image. Never throws except when canceled: a download that does not work costs
 * the picture's bytes, not the paid task.
 */
export async function downloadImage(ref: ImageRef, fetching: DownloadOptions): Promise<DownloadResult> {
	if (ref.kind === 'url') return await download(ref.url, fetching);
	const first = decodeBase64(ref.base64, fetching.maxBytes);
	if (isWhole(first) || first.isTooLarge) return first.fetched;
	// What the answer holds is no whole picture; the task may name a better one.
	const fresh = await fetching.refresh?.();
	if (fresh === undefined) return first.fetched;
	const second =
		fresh.kind === 'url'
			? { fetched: await download(fresh.url, { ...fetching, refresh: undefined }) }
			: decodeBase64(fresh.base64, fetching.maxBytes);
	return isWhole(second) || first.fetched.kind === 'missing' ? second.fetched : first.fetched;
}

async function download(address: string, fetching: DownloadOptions): Promise<DownloadResult> {
	const { clock, client, deadline } = fetching;
	const isPaid = fetching.allowKey !== false;
	let url = address;
	let tries = 0;
	let seldom = 0;
	let refreshes = 0;
	let goneSince: number | undefined;
	for (;;) {
		throwIfCanceled(client.signal);
		const timeoutMs = Math.max(1000, Math.min(ATTEMPT_TIMEOUT_MS, deadline - clock.now()));
		const limits: Limits = {
			timeoutMs,
			maxBytes: fetching.maxBytes,
			reserveMemory: fetching.reserveMemory,
			allocate: fetching.allocate,
		};
		const answer = await readFile(
			client,
			url,
			limits,
			(reply) => isPaid && !isPassing(reply.status) && (imageIn(reply) ?? fileIn(reply)) === undefined,
		);
		const found = imageIn(answer);
		if (found?.complete && answer.kind === 'reply') return { kind: 'image', bytes: answer.bytes, facts: found, url };

		const end = (): DownloadResult =>
			(isPaid ? fileIn(answer, url) : undefined) ?? { kind: 'missing', url, reason: reasonOf(answer) };
		tries += 1;
		if (isGone(answer) && fetching.refresh && refreshes < REFRESHES) {
			refreshes += 1;
			const fresh = await fetching.refresh();
			if (fresh?.kind === 'base64') return decodeBase64(fresh.base64, fetching.maxBytes).fetched;
			if (fresh && fresh.url !== url) {
				url = fresh.url;
				continue;
			}
		}
		const now = clock.now();
		const isLagging = isGone(answer) && fetching.isFresh === true;
		if (isGone(answer)) goneSince ??= now;
		if (passes(answer) === 'never') return end();
		if (isLagging && now - (goneSince ?? now) >= LAG_MS) return end();
		if (passes(answer) === 'seldom' && !isLagging && ++seldom >= FEW_TRIES) return end();
		const asked = answer.kind === 'reply' ? retryAfterMs(answer.headers['retry-after'], now) : 0;
		const growth = Math.max(asked, jitter(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(tries, 10))));
		// The last try comes when that time is over.
		const pauseMs = isLagging ? Math.min(growth, (goneSince ?? now) + LAG_MS - now) : growth;
		if (now + pauseMs >= deadline) return end();
		await clock.pause(pauseMs, client.signal);
	}
}

function isGone(answer: HttpResult): boolean {
	return answer.kind === 'reply' && [401, 403, 404, 410].includes(answer.status);
}

function passes(answer: HttpResult): 'often' | 'seldom' | 'never' {
	if (answer.kind === 'tooLarge') return 'never';
	if (answer.kind === 'unsent') return answer.lasting ? 'never' : 'seldom';
	if (answer.kind === 'unclear') return 'often';
	if (isPassing(answer.status)) return 'often';
	return answer.status < 300 || isGone(answer) ? 'seldom' : 'never';
}

function reasonOf(answer: HttpResult): string {
	if (answer.kind === 'tooLarge') return tooLarge(answer.limit);
	if (answer.kind !== 'reply') return redact(answer.reason);
	if (answer.status >= 300) return `HTTP ${answer.status}`;
	if (imageIn(answer)) return 'the file is cut off';
	return answer.bytes.length === 0 ? 'the file is empty' : 'the address does not lead to an image';
}
