import { throwIfCanceled, type Answer, type Limits } from './answer';
import { isPassing } from './classify';
import { cleanText } from './cleanText';
import { jitter, retryAfterMs } from './clock';
import { inspectImage, type ImageFacts } from './imageBytes';
import { megabytes } from './sizes';
import { readFile, type Exchange } from './transport';
import type { Clock, ImageRef } from './types';

export interface Fetching {
	exchange: Exchange;
	clock: Clock;
	maxBytes: number;
	beforeHeavy?: Limits['beforeHeavy'];
	allocate?: Limits['allocate'];
	/** False for addresses that the user gave: the key is never offered there, not even on the gateway's own origin. */
	allowKey?: boolean;
	deadline: number;
	/** Asks the gateway again where this image is; its addresses are valid for a limited time. */
	refresh?: () => Promise<ImageRef | undefined>;
}

export type Fetched =
	| { kind: 'picture'; bytes: Buffer; facts: ImageFacts; url?: string }
	/** The image is paid for but could not be had: the address goes on, with the reason. */
	| { kind: 'missing'; url?: string; reason: string };

const FIRST_PAUSE_MS = 300;
const LONGEST_PAUSE_MS = 8_000;
const ATTEMPT_TIMEOUT_MS = 120_000;
/** Times that the wrong content, an unknown host or a vanished file is tried, as these seldom pass. */
const FEW_TRIES = 4;
const REFRESHES = 2;

/**
 * The bytes of one image. Never throws except when canceled: a download that does not work costs
 * the picture's bytes, not the paid task.
 */
export async function fetchImage(ref: ImageRef, fetching: Fetching): Promise<Fetched> {
	if (ref.kind === 'base64') return decodeBase64(ref.base64, fetching.maxBytes);
	const { clock, exchange, deadline } = fetching;
	let url = ref.url;
	let tries = 0;
	let seldom = 0;
	let refreshes = 0;
	for (;;) {
		throwIfCanceled(exchange.signal);
		const timeoutMs = Math.max(1000, Math.min(ATTEMPT_TIMEOUT_MS, deadline - clock.now()));
		const answer = await readFile(exchange, url, { timeoutMs, maxBytes: fetching.maxBytes, beforeHeavy: fetching.beforeHeavy, allocate: fetching.allocate }, fetching.allowKey ?? true);
		const found = answer.kind === 'reply' && answer.status >= 200 && answer.status < 300 ? inspectImage(answer.bytes) : undefined;
		if (found?.complete && answer.kind === 'reply') return { kind: 'picture', bytes: answer.bytes, facts: found, url };

		const reason = reasonOf(answer, found);
		tries += 1;
		if (isGone(answer) && fetching.refresh && refreshes < REFRESHES) {
			refreshes += 1;
			const fresh = await fetching.refresh();
			if (fresh?.kind === 'base64') return decodeBase64(fresh.base64, fetching.maxBytes);
			if (fresh && fresh.url !== url) {
				url = fresh.url;
				continue;
			}
		}
		if (passes(answer) === 'never') return { kind: 'missing', url, reason };
		if (passes(answer) === 'seldom' && ++seldom >= FEW_TRIES) return { kind: 'missing', url, reason };
		const asked = answer.kind === 'reply' ? retryAfterMs(answer.headers['retry-after'], clock.now()) : 0;
		const pauseMs = Math.max(asked, jitter(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(tries, 10))));
		if (clock.now() + pauseMs >= deadline) return { kind: 'missing', url, reason };
		await clock.pause(pauseMs, exchange.signal);
	}
}

function decodeBase64(base64: string, maxBytes: number): Fetched {
	if (base64.length * 0.75 > maxBytes + 2) return { kind: 'missing', reason: tooLarge(maxBytes) };
	const bytes = Buffer.from(base64, 'base64');
	const facts = inspectImage(bytes);
	return facts ? { kind: 'picture', bytes, facts } : { kind: 'missing', reason: 'the data in the answer is no image' };
}

function isGone(answer: Answer): boolean {
	return answer.kind === 'reply' && [401, 403, 404, 410].includes(answer.status);
}

function passes(answer: Answer): 'often' | 'seldom' | 'never' {
	if (answer.kind === 'tooLarge') return 'never';
	if (answer.kind === 'unsent') return answer.lasting ? 'never' : 'seldom';
	if (answer.kind === 'unclear') return 'often';
	if (isPassing(answer.status)) return 'often';
	return answer.status < 300 || isGone(answer) ? 'seldom' : 'never';
}

function reasonOf(answer: Answer, found: ImageFacts | undefined): string {
	if (answer.kind === 'tooLarge') return tooLarge(answer.limit);
	if (answer.kind !== 'reply') return cleanText(answer.reason);
	if (answer.status >= 300) return `HTTP ${answer.status}`;
	if (found) return 'the file is cut off';
	return answer.bytes.length === 0 ? 'the file is empty' : 'the address does not lead to an image';
}

function tooLarge(limit: number): string {
	return `it is larger than ${megabytes(limit)}, the 'Max Image Size' under Options`;
}
