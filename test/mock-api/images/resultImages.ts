/* eslint-disable */
import type { Call } from '../call';
import { modelFacts, tierOf } from '../routes/catalog';
import { paint, type Picture } from './renderImage';
import { nearestRatio, pixelSize } from './pixelSizes';
import type { Job } from '../types';
import type { World } from '../state';

/** One of the job's pictures; painted when somebody wants it, since most tests never look. */
export async function paintResult(world: World, job: Job, index: number): Promise<Picture> {
	const { request } = job;
	const pictures = job.references.state === 'ready' ? job.references.pictures : [];
	const { tier, ratios } = modelFacts(request.model);
	const fallback = pictures.length > 0 ? nearestRatio(ratios, pictures[0]) : '1:1';
	const ratio = request.aspectRatio ?? fallback;
	const wantedTier = request.imageSize === null || tier === 'base' ? tier : tierOf(request.imageSize);
	return await paint({
		...pixelSize(wantedTier, ratio),
		prompt: request.prompt,
		caption: `${request.model}  ${ratio}  #${index + 1}`,
		index,
		format: request.format,
		references: pictures,
		padToBytes: world.settings.imageBytes,
	});
}

/** All pictures of a job for an answer that carries them itself; noted among the served files without a URL. */
export async function inlineResults({ world }: Call, job: Job): Promise<Picture[]> {
	const indexes = Array.from({ length: job.imageCount }, (_, index) => index);
	const pictures = await Promise.all(indexes.map(async (index) => await paintResult(world, job, index)));
	pictures.forEach(({ content, ...served }, index) => world.served.set(`inline:${job.number}/${index}`, served));
	return pictures;
}
