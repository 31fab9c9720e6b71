/* eslint-disable */
import fc from 'fast-check';

import { bodyText, parseBody } from '../../../nodes/NanoBanana/lib/json';
import { classify, failureOf } from '../../../nodes/NanoBanana/errors/classify';
import { acceptanceOf } from '../../../nodes/NanoBanana/submit/submitResult';
import { describeFailure, type Failure } from '../../../nodes/NanoBanana/errors/failure';
import { redact } from '../../../nodes/NanoBanana/errors/redact';
import { FORMATS } from '../../../nodes/NanoBanana/formats';
import { isPath, readPath } from '../../../nodes/NanoBanana/formats/decode/readPath';
import { refFrom } from '../../../nodes/NanoBanana/formats/decode/imageRef';
import { fetchTaskStatus } from '../../../nodes/NanoBanana/poll/taskStatus';
import { readSubmitResult } from '../../../nodes/NanoBanana/submit/submitResult';
import { fakeClient, reply } from '../support/fakeClient';
import type { Asked, ImageRef, DecodedResponse } from '../../../nodes/NanoBanana/types';
import dialects from '../../engine/responses/dialects.json';

/** Cases per property. FUZZ_RUNS sets another number, FUZZ_SEED repeats the cases of a run. */
const SETTINGS = {
	numRuns: Number(process.env.FUZZ_RUNS ?? 500),
	...(process.env.FUZZ_SEED && { seed: Number(process.env.FUZZ_SEED) }),
};
const BASE_URL = 'https://api.example';
const KEY = 'sk-fuzz-0123456789';
const ASKED = { taskId: 'task_j', references: ['https://cdn.example/a.png'] };
const BODIES: unknown[] = dialects.map(({ body }) => body);

const HOSTILE_KEYS = [
	'__proto__',
	'constructor',
	'prototype',
	'toString',
	'hasOwnProperty',
	'valueOf',
	'then',
	'length',
	'toJSON',
];
const KNOWN_KEYS = [
	'data',
	'code',
	'message',
	'error',
	'status',
	'task_id',
	'id',
	'result',
	'result_url',
	'images',
	'url',
	'b64_json',
	'output',
	'candidates',
	'content',
	'parts',
	'inlineData',
	'text',
	'promptFeedback',
	'finishReason',
	'progress',
	'metadata',
	'created',
	'object',
	'fail_reason',
	'detail',
	'tasks',
	'task_ids',
	'files',
	'input',
	'thumbnail',
	'image_1',
	'0',
	'uuid',
	'choices',
	'response',
	'TaskId',
	'result_count',
];
const WORDS = [
	'partially_failed',
	'Ready',
	'archived',
	'FILTERED',
	'cdn.example/a.png',
	'../f/1.png',
	'https://cdn.example/my cube.png',
	"b'iVBORw0KGgo'",
	'see data:image/png;base64,iVBORw0KGgo=',
	'task_j',
	'success',
	'failed',
	'queued',
	'SUCCESS',
	'IMAGE_SAFETY',
	'https://cdn.example/a.png',
	'//x',
	'http://',
	'javascript:alert(1)',
	'data:image/png;base64,iVBORw0KGgo=',
	'iVBORw0KGgo',
	'![a](b)',
	'{"data":',
	'[{"url":"/a"}]',
	'\ud800',
	'..',
	'100%',
	'用户额度不足',
];

const word = fc.oneof(fc.constantFrom(...WORDS), fc.string(), fc.webUrl());
const key = fc.oneof(
	{ weight: 5, arbitrary: fc.constantFrom(...KNOWN_KEYS) },
	fc.constantFrom(...HOSTILE_KEYS),
	fc.string(),
);
/** Built from JSON text, so that a key such as __proto__ is an own property, as in a response. */
const arbitraryBody = fc.letrec<{ value: unknown; entries: unknown }>((tie) => ({
	value: fc.oneof(
		{ maxDepth: 6, depthSize: 'medium' },
		word,
		fc.jsonValue({ maxDepth: 1 }),
		fc.array(tie('value'), { maxLength: 4 }),
		tie('entries'),
	),
	entries: fc
		.array(fc.tuple(key, tie('value')), { maxLength: 6 })
		.map(
			(pairs) =>
				JSON.parse(
					`{${pairs.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value) ?? 'null'}`).join(',')}}`,
				) as unknown,
		),
})).value;

type Change = {
	path: number[];
	how: 'delete' | 'replace' | 'duplicate' | 'rename' | 'stringify';
	key: string;
	value: unknown;
};
const change: fc.Arbitrary<Change> = fc.record({
	path: fc.array(fc.nat(20), { maxLength: 5 }),
	how: fc.constantFrom('delete', 'replace', 'duplicate', 'rename', 'stringify'),
	key,
	value: arbitraryBody,
});
const mutatedDialect = fc
	.tuple(
		fc.constantFrom(...BODIES),
		fc.array(change, { maxLength: 4 }),
		fc.array(fc.constantFrom('data', 'result', 'response', 'output', 'list', 'text'), { maxLength: 4 }),
	)
	.map(([body, changes, envelopes]) => envelopes.reduce<unknown>(wrap, changes.reduce(mutate, structuredClone(body))));

function wrap(body: unknown, envelope: string): unknown {
	if (envelope === 'list') return [body];
	return envelope === 'text' ? JSON.stringify(body) : { code: 'success', message: '', [envelope]: body };
}

/** Follows the path by position and changes the entry at its end. */
function mutate(body: unknown, { path, how, key: name, value }: Change): unknown {
	let parent: Record<string, unknown> = { body };
	const root = parent;
	let at = 'body';
	for (const step of path) {
		const below = parent[at];
		if (typeof below !== 'object' || below === null || Object.keys(below).length === 0) break;
		parent = below as Record<string, unknown>;
		at = Object.keys(parent)[step % Object.keys(parent).length];
	}
	const entry = parent[at];
	const put = (where: string, what: unknown): void =>
		void Object.defineProperty(parent, where, { value: what, enumerable: true, configurable: true, writable: true });
	if (how === 'delete' || how === 'rename') Reflect.deleteProperty(parent, at);
	if (how === 'replace') put(at, value);
	if (how === 'duplicate' || how === 'rename') put(Array.isArray(parent) ? String(parent.length) : name, entry);
	if (how === 'stringify') put(at, JSON.stringify(entry) ?? 'null');
	return root.body;
}

/** Jest's `expect` takes longer than the code under test. */
function must(fact: string, isTrue: boolean): void {
	if (!isTrue) throw new Error(`not so: ${fact}`);
}

function checkRef(ref: ImageRef): void {
	if (ref.kind === 'url') must('the URL is http(s)', ['http:', 'https:'].includes(new URL(ref.url).protocol));
	else
		must(
			'base64 is text without its type',
			typeof ref.base64 === 'string' && ref.base64 !== '' && !ref.base64.startsWith('data:'),
		);
}

function checkOutcome(outcome: DecodedResponse): void {
	must('the kind is known', ['images', 'pending', 'failed', 'unknown'].includes(outcome.kind));
	const { taskId, model } = outcome as { taskId?: unknown; model?: unknown };
	must(
		'the id can be asked for',
		taskId === undefined ||
			(typeof taskId === 'string' && taskId.length > 0 && taskId.length <= 500 && encodeURIComponent(taskId) !== ''),
	);
	must('the model is short', model === undefined || (typeof model === 'string' && model.length <= 200));
	if (outcome.kind === 'images') {
		outcome.images.forEach(checkRef);
		must(
			'words are text',
			[...(outcome.warnings ?? []), outcome.text ?? ''].every((text) => typeof text === 'string'),
		);
	}
	if (outcome.kind === 'pending' && outcome.progress !== undefined)
		must('progress is a percentage', outcome.progress >= 0 && outcome.progress <= 100);
	if (outcome.kind === 'failed') must('the reason of a failure is not empty', outcome.reason !== '');
	if (outcome.kind === 'failed' && outcome.code !== undefined) must('a code is text', typeof outcome.code === 'string');
}

/** The user sees a short response, and never the key. */
function checkFailure(failure: Failure): void {
	const { data, description } = describeFailure(failure, KEY);
	must('the key is not shown', !`${JSON.stringify(data)} ${description}`.includes(KEY));
	must('the response is short', String(data.response ?? '').length <= 1500);
}

/** Reads the text as the response to a paid request, with various statuses and content types. */
function checkSubmit(text = 'null'): void {
	for (const format of Object.values(FORMATS)) {
		const decode = (body: unknown): DecodedResponse => format.decode(body, BASE_URL, { references: ASKED.references });
		for (const status of [200, 202, 302, 400, 409, 429, 500, 503]) {
			for (const type of ['application/json', 'image/png']) {
				const headers = { 'content-type': type };
				const result = readSubmitResult(
					{ kind: 'reply', status, headers, bytes: Buffer.from(text) },
					{ decode, prompt: 'a cube' },
				);
				if (result.kind !== 'accepted') checkFailure(result.failure);
				else checkOutcome(result.outcome);
				must(
					'a success is never sent again',
					!(result.kind === 'refused' && status < 300 && !/4\d\d|5\d\d/.test(text)),
				);
			}
		}
	}
}

function checkAll(body: unknown): void {
	for (const format of Object.values(FORMATS))
		for (const baseUrl of [BASE_URL, 'no base']) checkOutcome(format.decode(body, baseUrl));
	for (const asked of [{}, ASKED, { ...ASKED, imagePath: 'data[*].url' }] as Asked[]) {
		const outcome = FORMATS.asyncTask.decode(body, BASE_URL, asked);
		checkOutcome(outcome);
		if (outcome.kind === 'failed') checkFailure(failureOf(outcome));
		if (outcome.kind === 'images' && asked.references) {
			must(
				'what was sent is not a result',
				outcome.images.every((ref) => ref.kind !== 'url' || !ASKED.references.includes(ref.url)),
			);
			must(
				'another task is not ours',
				outcome.taskId === undefined || outcome.taskId === ASKED.taskId || /^\d+$/.test(outcome.taskId),
			);
		}
	}
	for (const status of [200, 301, 400, 401, 404, 429, 500, 503]) {
		checkFailure(classify(status, body, { location: KEY }));
		must(
			'sent again only after a 429 or a 503',
			acceptanceOf(status, body) !== 'notAccepted' || status === 429 || status === 503,
		);
	}
	must(
		'no prototype is touched',
		({} as Record<string, unknown>).task_id === undefined && Object.keys(Object.prototype).length === 0,
	);
}

it('any JSON is read as a valid result', () => {
	fc.assert(
		fc.property(arbitraryBody, (body) => (checkAll(body), checkSubmit(JSON.stringify(body)))),
		SETTINGS,
	);
}, 0x7fffffff);

it('any changed documented response is read as a valid result', () => {
	fc.assert(
		fc.property(mutatedDialect, (body) => (checkAll(body), checkSubmit(JSON.stringify(body)))),
		SETTINGS,
	);
}, 0x7fffffff);

it('any text is read as a valid result, and truncated JSON as text', () => {
	fc.assert(
		fc.property(mutatedDialect, fc.double({ min: 0, max: 1, noNaN: true }), word, (body, share, noise) => {
			const text = JSON.stringify(body) ?? 'null';
			const cut = text.slice(0, Math.floor(text.length * share));
			if (/^[[{]/.test(text) && cut.length < text.length)
				must('half a body is text', typeof parseBody(Buffer.from(cut)) === 'string');
			for (const odd of [cut, `${noise}\n${text}`, `${text}${noise}`, `data: ${text}\n\ndata: ${noise}`]) {
				checkSubmit(odd);
				must('what is shown is bounded', bodyText(Buffer.from(odd)).length <= 20_000);
			}
		}),
		{ ...SETTINGS, numRuns: Math.ceil(SETTINGS.numRuns / 4) },
	);
}, 0x7fffffff);

it('any response to a poll is read as a valid result', async () => {
	await fc.assert(
		fc.asyncProperty(
			mutatedDialect,
			fc.constantFrom(200, 204, 301, 400, 401, 404, 407, 429, 503),
			async (body, status) => {
				const { client } = fakeClient([reply(status, JSON.stringify(body) ?? 'null')], undefined, {
					baseURL: BASE_URL,
				});
				const result = await fetchTaskStatus(client, ASKED, { remainingMs: 1_000, maxBytes: 1_048_576 });
				if (result.kind !== 'outcome') checkFailure(result.failure);
				if (result.outcome) checkOutcome(result.outcome);
			},
		),
		{ ...SETTINGS, numRuns: Math.ceil(SETTINGS.numRuns / 4) },
	);
}, 0x7fffffff);

it('any text is read as at most one URL or image, and shown short and without the key', () => {
	fc.assert(
		fc.property(
			fc.oneof(
				word,
				fc.string({ unit: 'binary', maxLength: 3000 }),
				fc.array(word).map((words) => words.join(' ')),
			),
			(text) => {
				for (const isBase64 of [true, false]) {
					const ref = refFrom(text, BASE_URL, isBase64);
					if (ref) checkRef(ref);
				}
				if (isPath(text)) readPath(BODIES[0], text);
				must('the key is not shown', !redact(`${text} ${KEY}`, KEY).includes(KEY));
				must('what is shown is short', redact(text).length <= 500);
			},
		),
		SETTINGS,
	);
}, 0x7fffffff);

describe('a huge body', () => {
	const LONG = 1_000_000;
	const repeated = [
		'A',
		' ',
		'![](',
		'](',
		'[',
		'{"data":',
		'https://',
		', https://x',
		'data:',
		'data:image/png;base64,',
		'<',
		'model ',
		'sk-',
		'1,',
		'/',
		'=',
		'\n',
		'iVBORw0KGgo',
		'错',
	];
	const nested = (depth: number, open: string, close: string): unknown =>
		JSON.parse(`${open.repeat(depth)}1${close.repeat(depth)}`);

	it.each(repeated)('is read if its fields contain a megabyte of %j', (part) => {
		const text = part.repeat(LONG / part.length);
		for (const body of BODIES) {
			const filled: unknown = JSON.parse(JSON.stringify(body), (_key, value: unknown) =>
				typeof value === 'string' && value !== '' && value.length < 30 ? text : value,
			);
			for (const format of Object.values(FORMATS)) checkOutcome(format.decode(filled, BASE_URL));
			classify(400, filled);
		}
		for (const status of [200, 400, 502])
			expect(redact(classify(status, text).gatewayMessage ?? '').length).toBeLessThanOrEqual(500);
	});

	it.each([
		['nested lists', nested(10_000, '[', ']')],
		['nested data', nested(10_000, '{"data":', '}')],
		['nested errors', nested(10_000, '{"error":', '}')],
		['nested lists of images', nested(5_000, '{"images":[', ']}')],
		[
			'JSON text in JSON text',
			Array.from({ length: 12 }).reduce<unknown>((body) => JSON.stringify({ data: body }), 'x'),
		],
		[
			'a hundred thousand images',
			{ data: Array.from({ length: 100_000 }, (_, index) => ({ url: `https://cdn.example/${index}.png` })) },
		],
		[
			'a hundred thousand candidates',
			{ candidates: Array.from({ length: 100_000 }, () => ({ content: { parts: [{ text: 'no' }] } })) },
		],
	])('is read if it contains %s', (_of, body) => {
		checkAll(body);
	});

	it('is read in a number of steps that is linear in its size', () => {
		let reads = 0;
		const counted = (value: object): object =>
			new Proxy(value, {
				getOwnPropertyDescriptor: (target, name) => ((reads += 1), Reflect.getOwnPropertyDescriptor(target, name)),
				get: (target, name, receiver) => ((reads += 1), Reflect.get(target, name, receiver)),
			});
		const stepsFor = (entries: number): number => {
			reads = 0;
			const images = counted(
				Array.from({ length: entries }, (_, index) => counted({ url: `/${index}.png`, error: {} })),
			);
			const task = { task_id: 't-1', status: 'succeeded', data: images, outputs: images, results: images, images };
			FORMATS.asyncTask.decode({ data: counted(task) }, BASE_URL);
			classify(400, { error: counted(task) });
			return reads;
		};
		expect(stepsFor(400) / stepsFor(200)).toBeLessThan(2.5);
		// A list is read only up to a maximum number of entries.
		expect(stepsFor(40_000)).toBeLessThan(stepsFor(1000) * 1.1);
	});
});
