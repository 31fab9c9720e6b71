/* eslint-disable */
// A task that has succeeded is paid for: its pictures are found wherever they are, and however they are written.
import { asyncTask } from '../../../../nodes/NanoBanana/formats/asyncTask';
import { gemini } from '../../../../nodes/NanoBanana/formats/gemini';
import { openAi } from '../../../../nodes/NanoBanana/formats/openAi';
import { refFrom } from '../../../../nodes/NanoBanana/formats/decode/imageRef';
import type { DecodedResponse } from '../../../../nodes/NanoBanana/types';

const BASE_URL = 'https://gateway.example/base';
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAEElEQVR4nGM4IScHRAwQCgAfJgQRoo8irwAAAABJRU5ErkJggg==';
const A = 'https://cdn.example/a.png';
const B = 'https://cdn.example/b.png';
const SIGNED = 'https://cdn.example/9f2?signature=x';
const SIGNED2 = 'https://cdn.example/9f3?signature=x';
const R = 'https://mine.example/reference.png';

type Row = [fact: string, fields: unknown, pictures: string[]];

function picturesIn(outcome: DecodedResponse): string[] {
	if (outcome.kind !== 'images') throw new Error(`no images but ${JSON.stringify(outcome)}`);
	return outcome.images.map((ref) => (ref.kind === 'url' ? ref.url : ref.base64 === PNG ? 'PNG' : ref.base64));
}

const done = (fields: unknown): unknown => ({
	code: 'success',
	data: { task_id: 'task_j', status: 'succeeded', ...(fields as object) },
});
const decode = (fields: unknown): DecodedResponse => asyncTask.decode(done(fields), BASE_URL);

describe('pictures of a task that has succeeded', () => {
	it.each<Row>([
		['files', { files: [{ href: SIGNED }] }, [SIGNED]],
		['artifacts', { artifacts: [{ base64: PNG }] }, ['PNG']],
		['image_list', { image_list: [SIGNED] }, [SIGNED]],
		['result_image', { result_image: SIGNED }, [SIGNED]],
		['result_images', { result_images: [SIGNED, SIGNED2] }, [SIGNED, SIGNED2]],
		['url_list', { url_list: [SIGNED] }, [SIGNED]],
		['file_url', { file_url: SIGNED }, [SIGNED]],
		['downloadUrl', { downloadUrl: SIGNED }, [SIGNED]],
		['outputUrl', { outputUrl: SIGNED }, [SIGNED]],
		['imageBase64', { imageBase64: PNG }, ['PNG']],
		['image_data', { image_data: PNG }, ['PNG']],
		['link', { link: A }, [A]],
		['src', { pictures: [{ src: SIGNED }, { src: SIGNED2 }] }, [SIGNED, SIGNED2]],
		['href', { href: A }, [A]],
		['signed_url', { signed_url: SIGNED }, [SIGNED]],
		['generations', { generations: [{ img: { url: SIGNED } }] }, [SIGNED]],
		['assets', { assets: [SIGNED] }, [SIGNED]],
		['creations', { creations: [{ id: 'c', uri: SIGNED }] }, [SIGNED]],
		['image_result', { image_result: SIGNED }, [SIGNED]],
		['metadata.url', { metadata: { url: SIGNED } }, [SIGNED]],
		['metadata.urls', { metadata: { urls: [SIGNED, SIGNED2] } }, [SIGNED, SIGNED2]],
		['a name that nobody knows', { painting: { canvas: A } }, [A]],
		['base64 under a name that nobody knows', { painting: { bytes: PNG } }, ['PNG']],
		['a data URI under a name that nobody knows', { painting: `data:image/png;base64,${PNG}` }, ['PNG']],
		['words under a name that nobody knows', { answer: `Here: ![cube](${SIGNED})` }, [SIGNED]],
		['JSON text under a name that nobody knows', { painting: JSON.stringify({ at: [A] }) }, [A]],
		['a map of images', { images: { 0: A, 1: B } }, [A, B]],
		['a map of results', { results: { image_1: { url: A }, image_2: { url: B } } }, [A, B]],
		['a map of results with names', { results: { front: { url: SIGNED }, back: { url: SIGNED2 } } }, [SIGNED, SIGNED2]],
		['numbered names', { image_1: A, image_2: B }, [A, B]],
		['thumbnails where nothing else is', { thumbnail_url: A }, [A]],
		['no thumbnails beside pictures', { thumbnail: B, painting: A }, [A]],
		['no thumbnails of pictures', { items: [{ full: A, preview_url: B }] }, [A]],
		[
			'nothing but what repeats the request',
			{
				input: { image: R },
				request: { x: R },
				params: [R],
				prompt: R,
				image_ref: R,
				sourceImage: R,
				init_image: R,
				mask_url: R,
				avatar: R,
				icon: R,
				logo_url: R,
			},
			[],
		],
		['nothing that stands in the request too', { params: { picture: R }, pictures: [R] }, []],
		['nothing of its references in late places', { images: [R], image_urls: [R], image: R, result_url: '' }, []],
		[
			'no address of the task',
			{ links: { href: 'https://gateway.example/v1/images/tasks/task_j' }, urls: { get: 'https://gateway.example/x' } },
			[],
		],
		['no page', { homepage: 'https://gateway.example/console', message: `see ${A}` }, []],
	])('are found in %s', (_fact, fields, pictures) => {
		expect(picturesIn(decode(fields))).toEqual(pictures);
	});

	it('come with a warning where no place is known', () => {
		expect(decode({ painting: { canvas: A } })).toMatchObject({
			warnings: ["No known place of the answer holds the images; they are taken from 'canvas'"],
		});
		expect(decode({ files: [{ url: A }] })).not.toHaveProperty('warnings');
	});

	it('are looked for after a call that is finished, and not where a task is under way or has failed', () => {
		expect(picturesIn(asyncTask.decode({ created: 1, painting: A }, BASE_URL))).toEqual([A]);
		expect(picturesIn(openAi.decode({ data: [{ link: SIGNED }] }, BASE_URL))).toEqual([SIGNED]);
		expect(asyncTask.decode({ code: 0, message: `see ${A}`, link: A }, BASE_URL)).toMatchObject({ kind: 'unknown' });
		for (const status of ['queued', 'processing', 'ready'])
			expect(asyncTask.decode({ task_id: 't', status, painting: A }, BASE_URL)).toMatchObject({ kind: 'pending' });
		expect(asyncTask.decode({ task_id: 't', status: 'failed', painting: A }, BASE_URL)).toMatchObject({
			kind: 'failed',
		});
	});
});

describe('an address', () => {
	it.each([
		['https://cdn.example/my red cube.png', 'https://cdn.example/my%20red%20cube.png'],
		['https://cdn.example/my cube.png?sig=1', 'https://cdn.example/my%20cube.png?sig=1'],
		[`"${A}"`, A],
		[`'${A}'`, A],
		[`<${A}>`, A],
		[`\`${A}\``, A],
		['https:\\/\\/cdn.example\\/a.png', A],
		['cdn.example/a.png', A],
		['cdn.example:8443/x/a.png?sig=1', 'https://cdn.example:8443/x/a.png?sig=1'],
		['f/1.png', 'https://gateway.example/base/f/1.png'],
		['../f/1.png', 'https://gateway.example/f/1.png'],
	])('is read from %s', (text, url) => {
		expect(refFrom(text, BASE_URL)).toEqual({ kind: 'url', url });
		expect(picturesIn(decode({ result_url: text }))).toEqual([url]);
	});

	it.each([
		'f/1',
		'cube.png',
		'..',
		'cdn.example/a',
		'https://cdn.example/a b',
		`${A} was not saved as b.png`,
		'https://cdn.example/my cube.png and b.png',
		'https://cdn.example said: no a.png',
		'could not open f/1.png',
		'mailto:a@b/c.png',
		'ftp://cdn.example/a.png',
		'javascript:f/1.png',
		'a\\b/c.png',
		`${A}\n${'x'.repeat(3000)}.png`,
	])('is none in %s', (text) => {
		expect(refFrom(text, BASE_URL)).toBeUndefined();
	});
});

describe('base64', () => {
	const jpeg = '/9j/4AAQSkZJRgABAQAAAQABAAD/2Q==';
	const urlSafe = '_9j_4AAQSkZJRgABAQAAAQABAAD_2Q';

	it.each([
		[`base64,${PNG}`, PNG],
		[`b'${PNG}'`, PNG],
		[`"${PNG}"`, PNG],
		[urlSafe, urlSafe],
		[`data:image/jpeg;base64,${jpeg.replace(/\//g, '%2F').replace(/=/g, '%3D')}`, jpeg],
		[`data:image/png;base64,${PNG.replace(/\+/g, '%2b')}`, PNG],
	])('is read from %s', (text, base64) => {
		expect(refFrom(text, BASE_URL)).toEqual({ kind: 'base64', base64 });
		expect(asyncTask.decode(done({ result_url: text }), BASE_URL)).toMatchObject({
			images: [{ kind: 'base64', base64 }],
		});
	});

	it('is found under the names of other vendors', () => {
		expect(picturesIn(openAi.decode({ artifacts: [{ base64: PNG, finishReason: 'SUCCESS' }] }, BASE_URL))).toEqual([
			'PNG',
		]);
		expect(
			picturesIn(openAi.decode({ predictions: [{ bytesBase64Encoded: PNG, mimeType: 'image/png' }] }, BASE_URL)),
		).toEqual(['PNG']);
	});
});

describe('a Gemini answer', () => {
	const part = { inlineData: { mimeType: 'image/png', data: PNG } };

	it.each<[fact: string, body: unknown, pictures: string[]]>([
		['one candidate that is no list', { candidates: { content: { parts: [part] } } }, ['PNG']],
		[
			'candidates as an object',
			{ candidates: { 0: { content: { parts: [part] } }, 1: { content: { parts: [{ fileData: { fileUri: A } }] } } } },
			['PNG', A],
		],
		['a list of contents', { candidates: [{ content: [{ parts: [part] }] }] }, ['PNG']],
		['a list of parts as the content', { candidates: [{ content: [{ text: 'Here' }, part] }] }, ['PNG']],
		['text as the content', { candidates: [{ content: `![cube](${A})` }] }, [A]],
		['a part with image_url', { candidates: [{ content: { parts: [{ image_url: { url: SIGNED } }] } }] }, [SIGNED]],
		[
			'a part with imageUrl as text',
			{ candidates: [{ content: { parts: [{ imageUrl: `data:image/png;base64,${PNG}` }] } }] },
			['PNG'],
		],
		[
			'a data URI as the text',
			{ candidates: [{ content: { parts: [{ text: `data:image/png;base64,${PNG}` }] } }] },
			['PNG'],
		],
		[
			'a data URI among words',
			{ candidates: [{ content: { parts: [{ text: `Here it is: data:image/png;base64,${PNG} as you asked` }] } }] },
			['PNG'],
		],
	])('is read with %s', (_fact, body, pictures) => {
		expect(picturesIn(gemini.decode(body, BASE_URL))).toEqual(pictures);
	});

	it('shows its words without the data in them', () => {
		expect(
			gemini.decode(
				{ candidates: [{ content: { parts: [{ text: `Here it is: data:image/png;base64,${PNG} as you asked` }] } }] },
				BASE_URL,
			),
		).toMatchObject({ text: 'Here it is:  as you asked' });
	});
});

describe('what is not the result of a task that has succeeded', () => {
	const empty = (fields: object) =>
		asyncTask.decode(done({ result_url: '', ...fields }), BASE_URL, { taskId: 'task_j', lastLook: true });

	it.each<[fact: string, fields: object]>([
		['another task of the past', { history: [{ result_url: A }] }],
		['the task before', { parent_task: { result_url: A } }],
		['who made it', { created_by: { picture: A } }],
		['a model', { model_info: { cover: A } }],
		['a channel', { channel: { banner: A } }],
		['a watermark', { watermark: A }],
		['a QR code', { qrcode: A, qr_code: A }],
		['a request in payload', { payload: { image: A } }],
		['a request in args', { args: { image: A } }],
		['a style', { style_image: A }],
		['a base', { baseImage: A }],
		['Markdown in message', { message: `see ![x](${A})` }],
		['the page of the console', { console_url: A }],
		['a link to a page', { link: SIGNED }],
		['a href to a page', { info: { href: SIGNED } }],
		['the task itself', { info: { url: 'https://gateway.example/v1/images/tasks/task_j' } }],
	])('is %s', (_fact, fields) => {
		expect(empty(fields)).toMatchObject({ kind: 'images', images: [] });
	});

	it('waits for a place that is still empty until the last look', () => {
		const fields = { result_url: '', picture_of_it: A };
		expect(asyncTask.decode(done(fields), BASE_URL, { taskId: 'task_j' })).toMatchObject({
			kind: 'images',
			images: [],
		});
		expect(picturesIn(asyncTask.decode(done(fields), BASE_URL, { taskId: 'task_j', lastLook: true }))).toEqual([A]);
		expect(picturesIn(openAi.decode({ created: 1, data: [], picture_of_it: A }, BASE_URL))).toEqual([A]);
	});

	it('keeps what is a result by its name', () => {
		expect(
			picturesIn(asyncTask.decode({ id: 'task_j', status: 'Ready', result: { sample: SIGNED } }, BASE_URL)),
		).toEqual([SIGNED]);
		expect(picturesIn(empty({ shown: { image_base64: PNG } }))).toEqual(['PNG']);
	});
});

describe('the address of the task itself', () => {
	const self = 'https://gateway.example/v1/images/tasks/task_j';

	it('is no picture', () => {
		expect(asyncTask.decode({ task_id: 'task_j', url: self }, BASE_URL)).toMatchObject({
			kind: 'pending',
			taskId: 'task_j',
		});
		expect(picturesIn(decode({ url: self, images: [{ url: A }] }))).toEqual([A]);
		expect(picturesIn(decode({ result_url: self, images: [{ url: A }, { url: B }], result_count: 2 }))).toEqual([A, B]);
		expect(decode({ url: self })).toMatchObject({ kind: 'images', images: [] });
	});

	it('is told from a picture in a folder of that name', () => {
		expect(picturesIn(decode({ url: 'https://cdn.example/generations/9f2.png' }))).toEqual([
			'https://cdn.example/generations/9f2.png',
		]);
		expect(picturesIn(decode({ url: 'https://cdn.example/generations/9f2?X-Amz-Signature=1' }))).toEqual([
			'https://cdn.example/generations/9f2?X-Amz-Signature=1',
		]);
	});
});
