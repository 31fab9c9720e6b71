import { own, unwrapText } from '../json';
import type { Outcome } from '../types';
import { complaintIn, declineIn, failureReason, isRefusal, type Complaint } from './complaints';
import { findImages, type Found } from './imageRefs';
import { refFrom, unique } from './imageText';
import { progressOf } from './statusWords';
import { findTask, isExpired, isFromText, isNamed, modelOf, resultCount, saysNothingCame, statusOf, taskIdOf, type Task } from './taskFacts';

type Known = { taskId?: string; model?: string };

/**
 * Any body of the task or the OpenAI-compatible endpoints to one Outcome, whichever member of the
 * gateway family wrote it: the API's page shows one finished task, relatives differ in where the
 * id, the status and the images are.
 */
export function decodeBody(body: unknown, baseUrl: string): Outcome {
	const opened = unwrapText(body);
	if (typeof opened !== 'object' || opened === null) return { kind: 'unknown', reason: 'The answer is no JSON object' };
	const answer = Array.isArray(opened) ? { data: opened } : opened;
	const found = findTask(answer);
	const { task, beside } = found;
	const taskId = taskIdOf(answer, found);
	const model = modelOf(found);
	const known: Known = { ...(taskId && { taskId }), ...(model && { model }) };
	const status = statusOf(found);
	const progress = progressOf(own(task, 'progress') ?? own(beside, 'progress'));

	if (status?.status === 'queued' || status?.status === 'running') return pending(status.status, progress, known);
	// Without a status, addresses beside a task's id are as likely its references as its results.
	const mayEcho = !isFromText(task) && (saysNothingCame(task) || (status === undefined && isNamed(task)));
	const pictures = picturesOf(found, baseUrl, mayEcho);
	const hasImages = pictures.images.length > 0;
	if (status?.status === 'failed') return failed(failureReason(task, beside, status.word, pictures.complaints), known);
	if (status?.status === 'unknown' && !(progress === 100 && hasImages)) return pending('unknown', progress, known);
	if (hasImages) return finished(pictures, known);
	if (status?.status === 'succeeded') return emptySuccess(task, pictures, known);

	const complaint = complaintIn(task) ?? declineIn(answer) ?? (pictures.complaints.length > 0 ? joined(pictures.complaints) : undefined);
	if (complaint) return { ...failed(complaint, known), ...(taskId === undefined && { declined: true }) };
	if (taskId !== undefined) return pending('queued', progress, known);
	return { kind: 'unknown', reason: 'The answer holds neither a task ID nor an image' };
}

function pending(status: 'queued' | 'running' | 'unknown', progress: number | undefined, known: Known): Outcome {
	return { kind: 'pending', status, ...(progress !== undefined && { progress }), ...known };
}

function failed(complaint: Complaint, known: Known): Extract<Outcome, { kind: 'failed' }> {
	return { kind: 'failed', ...complaint, ...(isRefusal(complaint) && { refused: true }), ...known };
}

function finished({ images, complaints }: Found, known: Known): Outcome {
	const how = complaints.every(isRefusal) ? 'blocked' : 'failed';
	const words = complaints.map(({ code, reason }) => code ?? reason).join('; ');
	const warnings = [`${complaints.length} of ${images.length + complaints.length} images ${how}: ${words}`];
	return { kind: 'images', images, ...(complaints.length > 0 && { warnings }), ...known };
}

/** A task that ended well without a picture is no success for the user. */
function emptySuccess(task: unknown, { complaints }: Found, known: Known): Outcome {
	if (isExpired(task)) return { kind: 'failed', code: 'result_expired', reason: 'The images are no longer available', ...known };
	const complaint = complaintIn(task);
	if (complaint) return failed(complaint, known);
	return complaints.length > 0 ? failed(joined(complaints), known) : { kind: 'images', images: [], ...known };
}

function joined(complaints: Complaint[]): Complaint {
	const reasons = [...new Set(complaints.map(({ reason }) => reason))];
	return { ...complaints[0], reason: reasons.join('; ') };
}

/**
 * The pictures of the task, else those beside it. `result_url` beside a list repeats its first entry,
 * sometimes through another host, so it is added only when the body announces more than it lists.
 */
function picturesOf({ task, beside }: Task, baseUrl: string, skipEchoes: boolean): Found {
	const inside = findImages(task, baseUrl, skipEchoes);
	const around = inside.images.length === 0 && beside ? findImages(beside, baseUrl, true) : { images: [], complaints: [] };
	const complaints = [...inside.complaints, ...around.complaints];
	const images = [...inside.images, ...around.images];
	if ((resultCount(task) ?? 0) <= images.length) return { images, complaints };
	const first = refFrom(own(task, 'result_url'), baseUrl);
	const known = unique([...(first ? [first] : []), ...images]);
	const listed = [false, true].map((isSure) => findImages(own(task, 'metadata'), baseUrl, isSure).images);
	// Addresses in the metadata may be those of the references, unless a known result is among them.
	const isRest = unique([...known, ...listed[0]]).length < known.length + listed[0].length;
	return { images: unique([...known, ...(isRest ? listed[0] : listed[1])]), complaints };
}
