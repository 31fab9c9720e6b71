import { own } from '../../lib/json';
import type { Asked, ImageRef } from '../../types';
import { findImages, type Found, type Search } from './findImages';
import { isTaskAddress, keyOf, unique } from './imagesInText';
import { findAnywhere } from './findImagesAnywhere';
import { refFrom } from './imageRef';
import { isFromText, resultCount, saysNothingCame, type Task } from './taskFields';

/** Which pictures of a body are the task's, by how its status sounds. */
export interface Pictures extends Found {
	/** What the user should know of how they were found. */
	warning?: string;
}

/** Announces by number, or in words, that only some of the pictures came to nothing. */
const SOME = /\d+ ?(of|out of|\/) ?\d+\b|\bpartial|\bsome (of|images?)\b|\b(image|picture) ?#?\d|部分|其中/i;
/** Pictures that went in, and all of those that were to come out. */
const NOT_SOME =
	/\b(references?|inputs?|sources?|upload(s|ed)?)[ _-]?(image|picture)?s? ?#?\d*( ?(of|out of|\/) ?\d+)?|\b(\d+) ?(of|out of|\/) ?\6\b/gi;

export function speaksOfSome(reason: string): boolean {
	return SOME.test(reason.slice(0, 1000).replace(NOT_SOME, ' '));
}

/** What was asked, in the form in which pictures are compared. */
export function sentOf(asked: Asked, baseUrl: string): ReadonlySet<string> {
	return new Set((asked.references ?? []).flatMap((reference) => refFrom(reference, baseUrl) ?? []).map(keyOf));
}

/**
 * The pictures of a task that has ended well, or that has no status at all. `result_url` beside a list
 * repeats its first entry, sometimes through another host, so it is added only when the body
 * announces more than it lists. `mayEcho`: addresses in it are as likely references as results.
 */
export function finishedPictures(
	{ task, beside }: Task,
	baseUrl: string,
	sent: ReadonlySet<string>,
	mayEcho = false,
): Pictures {
	const wanted = resultCount(task) ?? 0;
	const isSure = isFromText(task) || (!mayEcho && !saysNothingCame(task));
	const search: Search = { baseUrl, sent, wanted, trust: isSure ? 'all' : 'noEchoes' };
	const inside = findImages(task, search);
	const around =
		inside.images.length === 0 && beside
			? findImages(beside, { ...search, trust: 'noEchoes' })
			: { images: [], complaints: [] };
	const complaints = [...inside.complaints, ...around.complaints];
	const images = [...inside.images, ...around.images];
	return { images: images.length >= wanted ? images : withRest(task, images, search), complaints };
}

/** More are announced than the lists hold: the rest stands in `result_url`, or in the metadata. */
function withRest(task: unknown, images: ImageRef[], search: Search): ImageRef[] {
	const first = refFrom(own(task, 'result_url'), search.baseUrl);
	const isFirst = first !== undefined && !search.sent?.has(keyOf(first)) && !isTaskAddress(first);
	const known = unique([...(isFirst ? [first] : []), ...images]);
	const metadata = own(task, 'metadata');
	const listed = (['all', 'noEchoes'] as const).map((trust) => findImages(metadata, { ...search, trust }).images);
	// Addresses in the metadata may be those of the references, unless a known result is among them.
	const isRest = unique([...known, ...listed[0]]).length < known.length + listed[0].length;
	return unique([...known, ...(isRest ? listed[0] : listed[1])]);
}

/**
 * The task has succeeded and is paid for, but where it should be there is no picture. A place for it
 * that is still empty may be filled at the next look, so until the last one nothing else is taken.
 */
export function picturesAnywhere(
	{ task, beside }: Task,
	baseUrl: string,
	sent: ReadonlySet<string>,
	mayComeYet = false,
): Pictures {
	if (mayComeYet && saysNothingCame(task)) return { images: [], complaints: [] };
	const found = findAnywhere(beside ? [task, beside] : [task], baseUrl, sent);
	return {
		images: found.images,
		complaints: [],
		warning: `No known place of the answer holds the images; they are taken from '${found.place}'`,
	};
}

/**
 * The pictures beside a status that is no clear end: only those in places that nothing else stands in,
 * and only when it does not say that it is still at work, as they may be previews.
 */
export function restingPictures({ task }: Task, baseUrl: string, sent: ReadonlySet<string>, word: string): Pictures {
	const isDone = isFromText(task) || word === '2';
	const found = findImages(task, { baseUrl, sent, trust: isDone && !saysNothingCame(task) ? 'all' : 'sure' });
	const isWhole = found.images.length >= (resultCount(task) ?? 1);
	return {
		...found,
		images: isWhole ? found.images : [],
		warning: `The status '${word}' is not known as an end; the images beside it are taken for the result`,
	};
}

/** What a task brought before it failed. A single address may be one that the gateway copied there, unless it speaks of a part. */
export function picturesBeforeFailure(
	{ task, beside }: Task,
	baseUrl: string,
	sent: ReadonlySet<string>,
	reason: string,
): Found {
	const isPart = speaksOfSome(reason) || (resultCount(task) ?? 0) > 0;
	const { echoes } = findAnywhere(beside ? [task, beside] : [task], baseUrl, sent);
	return findImages(task, { baseUrl, sent: echoes, trust: isPart ? 'sure' : 'listed' });
}
