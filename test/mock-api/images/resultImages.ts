/* eslint-disable */
import type { Call } from '../call';
import { modelFacts, tierOf } from '../routes/catalog';
import { renderImage, type RenderedImage } from './renderImage';
import { nearestRatio, pixelSize } from './pixelSizes';
import type { Job } from '../types';
import type { MockState } from '../state';

/** One of the job's images; rendered when somebody wants it, since most tests never look. */
export async function renderResult(mock: MockState, job: Job, index: number): Promise<RenderedImage> {
	const { request } = job;
	const images = job.references.state === 'ready' ? job.references.images : [];
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

/** All images of a job for a response that carries them itself; noted among the served files without a URL. */
export async function renderResults({ mock }: Call, job: Job): Promise<RenderedImage[]> {
	const indexes = Array.from({ length: job.imageCount }, (_, index) => index);
	const images = await Promise.all(indexes.map(async (index) => await renderResult(mock, job, index)));
	images.forEach(({ content, ...file }, index) =>
		mock.served.set(`inline:${job.number}/${index}`, { job: job.number, index, file }),
	);
	return images;
}
