/* eslint-disable */
import type { Call } from '../call';
import { modelFacts, tierOf } from '../routes/catalog';
import { renderImage, type RenderedImage } from './renderImage';
import { nearestRatio, pixelSize } from './pixelSizes';
import type { Task } from '../types';
import type { MockState } from '../state';

/** One image of the task, rendered on demand, because most tests never download it. */
export async function renderResult(mock: MockState, task: Task, index: number): Promise<RenderedImage> {
	const { request } = task;
	const images = task.references.state === 'ready' ? task.references.images : [];
	const { tier, ratios } = modelFacts(request.model);
	const fallback = images.length > 0 ? nearestRatio(ratios, images[0]) : '1:1';
	const ratio = request.aspectRatio ?? fallback;
	const wantedTier = request.imageSize === null || tier === 'base' ? tier : tierOf(request.imageSize);
	return await renderImage({
		...pixelSize(wantedTier, ratio),
		prompt: request.prompt,
		caption: `${request.model} · ${ratio} · ${index + 1}`,
		index,
		format: request.format,
		references: images,
		padToBytes: mock.settings.imageBytes,
		drawing: mock.settings.drawing,
	});
}

/** Renders all images of a task for a response that contains them, and adds them to the served files without a URL. */
export async function renderResults({ mock }: Call, task: Task): Promise<RenderedImage[]> {
	const indexes = Array.from({ length: task.imageCount }, (_, index) => index);
	const images = await Promise.all(indexes.map(async (index) => await renderResult(mock, task, index)));
	images.forEach(({ content, ...file }, index) =>
		mock.served.set(`inline:${task.number}/${index}`, { task: task.number, index, file }),
	);
	return images;
}
