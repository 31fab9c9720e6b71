/* eslint-disable */
import type { IBinaryData } from 'n8n-workflow';

import { outputItems, type ItemResult } from '../../../nodes/NanoBanana/steps/outputItems';
import { fileNameOf } from '../../../nodes/NanoBanana/steps/storeImage';
import { settingsOf } from '../support/settings';

describe('file names', () => {
	it.each([
		['photo', 'photo.png'],
		['photo.png', 'photo.png'],
		['photo.JPEG', 'photo.png'],
		['photo.v2', 'photo.v2.png'],
		['folder/sub/photo', 'photo.png'],
		['C:\\images\\photo.webp', 'photo.png'],
		['../../etc/passwd', 'passwd.png'],
		['..', 'nanobanana.png'],
		['.hidden', 'hidden.png'],
		['a\u0000b\r\nc', 'a_b_c.png'],
		['what? "this" <is>: a|b*', 'what_ _this_ _is_ a_b_.png'],
		['', 'nanobanana.png'],
		['   ', 'nanobanana.png'],
		['folder/', 'nanobanana.png'],
		['Grüße 香蕉', 'Grüße 香蕉.png'],
		['photo.avif', 'photo.png'],
		['photo. . ', 'photo.png'],
		['con', 'con_.png'],
		['NUL.png', 'NUL_.png'],
		['com1.tar', 'com1_.tar.png'],
		['console', 'console.png'],
		['half \ud83d a character', 'half _ a character.png'],
	])('are safe for %j', (wanted, name) => {
		expect(fileNameOf(wanted, 0, 1, 'png')).toBe(name);
	});

	it('are numbered from 1 if there are multiple images', () => {
		expect([0, 1, 2].map((index) => fileNameOf('photo.png', index, 3, 'jpg'))).toEqual([
			'photo-1.jpg',
			'photo-2.jpg',
			'photo-3.jpg',
		]);
	});

	it('are not cut in the middle of a character or after a space', () => {
		expect(fileNameOf('ä'.repeat(200), 0, 1, 'png')).toBe(`${'ä'.repeat(100)}.png`);
		expect(fileNameOf('🍌'.repeat(200), 0, 1, 'png')).toBe(`${'🍌'.repeat(50)}.png`);
		expect(fileNameOf(`${'x'.repeat(119)} y`, 0, 1, 'png')).toBe(`${'x'.repeat(119)}.png`);
	});

	it('have at most 120 characters before number and extension', () => {
		expect(fileNameOf('x'.repeat(500), 9, 10, 'webp')).toBe(`${'x'.repeat(120)}-10.webp`);
	});
});

type OutputImage = ItemResult['outputImages'][number];

const file: IBinaryData = { data: 'filesystem-v2', mimeType: 'image/png' };

function outputImage(index: number, more: Partial<OutputImage> = {}): OutputImage {
	return {
		index,
		url: `https://files.example/${index}`,
		fileName: `${index}.png`,
		mimeType: 'image/png',
		width: 4,
		height: 3,
		bytes: 9,
		sha256: 'aa',
		binary: file,
		...more,
	};
}

function record(more: Partial<ItemResult> = {}): ItemResult {
	return {
		taskId: 'task_1',
		status: 'succeeded',
		progress: 100,
		model: 'M',
		requestedImages: 2,
		waitedMs: 5,
		polls: 1,
		warnings: [],
		outputImages: [],
		...more,
	};
}

const rows = (task: ItemResult, parameters = {}, input = {}) => outputItems(task, settingsOf(parameters), 4, input);

describe('output items', () => {
	it('link to their input item, with and without an image', () => {
		const task = record({ outputImages: [outputImage(0), outputImage(1)] });

		expect(
			[...rows(task), ...rows(record()), ...rows(task, { options: { combineImages: true } })].map(
				({ pairedItem }) => pairedItem,
			),
		).toEqual(Array(4).fill({ item: 4 }));
	});

	it('show the task before it has an image, without empty fields', () => {
		expect(rows(record({ status: 'running', progress: 40, model: undefined }))).toEqual([
			{ json: { taskId: 'task_1', status: 'running', progress: 40 }, pairedItem: { item: 4 } },
		]);
	});

	it('do not have keys without a value', () => {
		const task = record({
			model: undefined,
			outputImages: [outputImage(0, { url: undefined, width: undefined, height: undefined })],
		});

		for (const row of [...rows(task), ...rows(task, { simplify: false })])
			expect(JSON.stringify(row)).toBe(JSON.stringify(row, (_key, value: unknown) => value ?? undefined));
	});

	it('all include the warnings', () => {
		const task = record({ warnings: ['Less came.'], outputImages: [outputImage(0), outputImage(1)] });

		expect(rows(task).map(({ json }) => json.warnings)).toEqual([['Less came.'], ['Less came.']]);
	});

	it('include the cost of their own images if simplified, else of the task', () => {
		const task = record({ outputImages: [outputImage(0), outputImage(1), outputImage(2)] });
		const options = { unitPrice: 0.1 };

		expect(rows(task, { options }).map(({ json }) => json.cost)).toEqual([0.1, 0.1, 0.1]);
		expect(rows(task, { options: { ...options, combineImages: true } })[0].json.cost).toBe(0.3);
		expect(rows(task, { options, simplify: false })[0].json.billing).toEqual({
			requestedImages: 2,
			returnedImages: 3,
			unitPrice: 0.1,
			cost: 0.3,
		});
	});

	it('have at most ten fields if simplified', () => {
		const task = record({ text: 'words', warnings: ['w'], outputImages: [outputImage(0), outputImage(1)] });
		const options = { unitPrice: 1 };
		const counts = [
			...rows(task, { options }),
			...rows({ ...task, taskId: undefined }, { options: { ...options, combineImages: true } }),
		].map(({ json }) => Object.keys(json).length);

		expect(Math.max(...counts)).toBeLessThanOrEqual(10);
	});

	it('have no gap in the field names if an image could not be stored', () => {
		const task = record({ outputImages: [outputImage(0, { binary: undefined }), outputImage(1), outputImage(2)] });
		const [row] = rows(task, { options: { combineImages: true, binaryPropertyOutput: 'photo' } });

		expect(Object.keys(row.binary ?? {})).toEqual(['photo', 'photo_1']);
	});

	it.each([true, false])(
		'describe the image in the first field if the image before it could not be stored (simplify %s)',
		(simplify) => {
			const task = record({
				outputImages: [
					outputImage(0, { binary: undefined, fileName: undefined, width: undefined }),
					outputImage(1, { width: 7 }),
					outputImage(2),
				],
			});
			const { json, binary } = rows(task, { options: { combineImages: true }, simplify })[0];

			expect(simplify ? json : json.image).toMatchObject({
				[simplify ? 'imageUrl' : 'url']: 'https://files.example/1',
				width: 7,
			});
			expect(Object.keys(binary ?? {})).toEqual(['data', 'data_1']);
			expect(simplify ? json.imageUrls : json.images).toHaveLength(3);
		},
	);

	it('describe the first image if no field contains one', () => {
		const task = record({
			outputImages: [outputImage(0, { binary: undefined }), outputImage(1, { binary: undefined })],
		});

		expect(rows(task, { options: { combineImages: true } })[0].json.imageUrl).toBe('https://files.example/0');
	});

	it('prefer the result over input fields with the same name', () => {
		expect(
			rows(record(), { options: { includeInputFields: true } }, { status: 'draft', sku: 7 })[0].json,
		).toMatchObject({ status: 'succeeded', sku: 7 });
	});
});
